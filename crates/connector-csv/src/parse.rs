//! Finds the cells of one record after another, by their places in the text. The hot path: no allocation per cell.
//!
//! RFC 4180, with any line ending, and strict: what could be read in two ways is a [`Flaw`]. Does not know columns,
//! ids or fields, and does not compare the number of cells with the header's.

use crate::flaw::{Flaw, FlawKind};
use memchr::{memchr, memchr2};

/// Where a cell stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// First byte, an opening quote included.
    pub(crate) start: usize,
    /// After the last byte, a closing quote included.
    pub(crate) end: usize,
    /// Whether it stands in quotes.
    pub(crate) quoted: bool,
    /// Where the unescaped text stands in the row's buffer; empty where nothing was escaped.
    unescaped: (usize, usize),
}

/// One record: reused from row to row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// First byte.
    pub(crate) start: usize,
    /// After the last byte of the last cell.
    pub(crate) cells_end: usize,
    /// After the line ending.
    pub(crate) end: usize,
    /// The cells.
    pub(crate) cells: Vec<Span>,
    buffer: String,
}

impl Row {
    /// The text that a cell stands for; "" beyond the last one.
    pub(crate) fn text<'a>(&'a self, source: &'a str, cell: usize) -> &'a str {
        let Some(span) = self.cells.get(cell) else { return "" };
        let (from, to) = span.unescaped;
        if to > from {
            &self.buffer[from..to]
        } else if span.quoted {
            &source[span.start + 1..span.end - 1]
        } else {
            &source[span.start..span.end]
        }
    }
}

/// Reads a text record by record.
#[derive(Debug)]
pub(crate) struct Parser<'t> {
    text: &'t str,
    at: usize,
    delimiter: u8,
    /// Bytes at which an unquoted cell cannot just go on.
    special: [bool; 256],
}

impl<'t> Parser<'t> {
    /// Starts at byte `at`.
    pub(crate) fn new(text: &'t str, at: usize, delimiter: u8) -> Self {
        let mut special = [false; 256];
        for byte in [delimiter, b'"', b'\n', b'\r', 0] {
            special[usize::from(byte)] = true;
        }
        Self { text, at, delimiter, special }
    }

    /// Reads the next record into `row`; false at the end. Blank lines belong to no record.
    pub(crate) fn next(&mut self, row: &mut Row) -> Result<bool, Flaw> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b'\n' | b'\r')) {
            self.at += 1;
        }
        row.cells.clear();
        row.buffer.clear();
        row.start = self.at;
        if self.at == bytes.len() {
            row.cells_end = self.at;
            row.end = self.at;
            return Ok(false);
        }
        loop {
            let span = if bytes.get(self.at) == Some(&b'"') { self.quoted(row)? } else { self.plain(row)? };
            row.cells.push(span);
            if bytes.get(self.at) != Some(&self.delimiter) {
                break;
            }
            self.at += 1;
        }
        row.cells_end = self.at;
        self.at += match bytes[self.at..] {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => 0,
        };
        row.end = self.at;
        Ok(true)
    }

    fn plain(&mut self, row: &Row) -> Result<Span, Flaw> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut end = start;
        while end < bytes.len() && !self.special[usize::from(bytes[end])] {
            end += 1;
        }
        self.at = end;
        match bytes.get(end) {
            Some(b'"') => Err(Flaw::new(FlawKind::StrayQuote, end, row.cells.len())),
            Some(0) => Err(Flaw::new(FlawKind::Nul, end, row.cells.len())),
            _ => Ok(Span { start, end, quoted: false, unescaped: (0, 0) }),
        }
    }

    fn quoted(&mut self, row: &mut Row) -> Result<Span, Flaw> {
        let bytes = self.text.as_bytes();
        let column = row.cells.len();
        let start = self.at;
        let mut at = start + 1;
        let mut escapes = false;
        loop {
            let Some(found) = memchr2(b'"', 0, &bytes[at..]) else {
                return Err(Flaw::new(FlawKind::UnclosedQuote, start, column));
            };
            at += found;
            if bytes[at] == 0 {
                return Err(Flaw::new(FlawKind::Nul, at, column));
            }
            if bytes.get(at + 1) != Some(&b'"') {
                break;
            }
            escapes = true;
            at += 2;
        }
        let end = at + 1;
        match bytes.get(end) {
            Some(byte) if *byte != self.delimiter && *byte != b'\n' && *byte != b'\r' => {
                return Err(Flaw::new(FlawKind::TextAfterQuote { opened: start }, end, column));
            }
            _ => {}
        }
        self.at = end;
        let unescaped = if escapes { unescape(&self.text[start + 1..at], &mut row.buffer) } else { (0, 0) };
        Ok(Span { start, end, quoted: true, unescaped })
    }
}

/// Appends `quoted` with each `""` as one quote; says where.
fn unescape(mut quoted: &str, buffer: &mut String) -> (usize, usize) {
    let start = buffer.len();
    while let Some(at) = memchr(b'"', quoted.as_bytes()) {
        buffer.push_str(&quoted[..=at]);
        quoted = &quoted[at + 2..];
    }
    buffer.push_str(quoted);
    (start, buffer.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(text: &str) -> Result<Vec<Vec<String>>, Flaw> {
        let mut parser = Parser::new(text, 0, b',');
        let mut row = Row::default();
        let mut rows = Vec::new();
        while parser.next(&mut row)? {
            rows.push((0..row.cells.len()).map(|i| row.text(text, i).to_owned()).collect());
        }
        Ok(rows)
    }

    #[test]
    fn reads_every_line_ending_and_quoting() {
        let rows = parse("a,b\r\n\"x \"\"y\"\"\",\"1\r\n2\"\n,\r\"\",\n\n\r\nlast,").unwrap();
        assert_eq!(rows, [["a", "b"], ["x \"y\"", "1\r\n2"], ["", ""], ["", ""], ["last", ""]]);
    }

    #[test]
    fn keeps_a_quoted_blank_row_of_one_column() {
        assert_eq!(parse("a\n\"\"\n\nb\n").unwrap(), [["a"], [""], ["b"]]);
    }

    #[test]
    fn refuses_what_could_be_read_in_two_ways() {
        assert_eq!(parse("a,b\"c\n"), Err(Flaw::new(FlawKind::StrayQuote, 3, 1)));
        assert_eq!(parse("a, \"c\"\n"), Err(Flaw::new(FlawKind::StrayQuote, 3, 1)));
        assert_eq!(parse("a\n\"b\n"), Err(Flaw::new(FlawKind::UnclosedQuote, 2, 0)));
        assert_eq!(parse("a\n\"b\"c\n"), Err(Flaw::new(FlawKind::TextAfterQuote { opened: 2 }, 5, 0)));
        assert_eq!(parse("a,\0"), Err(Flaw::new(FlawKind::Nul, 2, 1)));
        assert_eq!(parse("a,\"x\0\""), Err(Flaw::new(FlawKind::Nul, 4, 1)));
    }
}
