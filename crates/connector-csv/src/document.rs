//! A file's bytes, taken apart as far as its header: text, dialect, column names. Knows no fields.

use crate::dialect::Dialect;
use crate::encoding::{Decoded, decode};
use crate::flaw::Flaw;
use crate::lines::line_of;
use crate::parse::{Parser, Row};
use connector::{Error, ErrorKind};

/// A file, read as far as its header.
#[derive(Debug)]
pub(crate) struct Document<'b> {
    /// How messages call the file.
    pub(crate) shown: String,
    /// Its text.
    pub(crate) decoded: Decoded<'b>,
    /// Delimiter and start.
    pub(crate) dialect: Dialect,
    /// The column names as they are spelt.
    pub(crate) header: Vec<String>,
    /// The header's row.
    pub(crate) header_row: Row,
}

impl<'b> Document<'b> {
    /// Decodes `bytes` and reads the header.
    pub(crate) fn open(shown: &str, bytes: &'b [u8]) -> Result<Self, Error> {
        let decoded = decode(bytes).map_err(|error| {
            let line = line_of(&error.before, error.before.len());
            Error::new(ErrorKind::Data, format!("{shown}: line {line}: {}", error.what))
                .hint("export the file again as UTF-8, or open it in a spreadsheet and save it as \"CSV UTF-8\"")
        })?;
        let dialect = Dialect::detect(&decoded.text);
        let mut row = Row::default();
        let mut parser = Parser::new(&decoded.text, dialect.start, dialect.delimiter);
        let found = parser.next(&mut row).map_err(|flaw| flaw.into_error(shown, &decoded.text, &[]))?;
        if !found {
            return Err(Error::new(ErrorKind::Data, format!("{shown}: line 1: the file is empty: it has no header"))
                .hint("export it again; a file without contacts still has a line of column names"));
        }
        let header = (0..row.cells.len()).map(|cell| row.text(&decoded.text, cell).to_owned()).collect();
        Ok(Self { shown: shown.to_owned(), decoded, dialect, header, header_row: row })
    }

    /// The same file further on: the rows of `text`, which is a part of it.
    pub(crate) fn part<'t>(&self, text: &'t str) -> Document<'t> {
        Document {
            shown: self.shown.clone(),
            decoded: Decoded {
                text: text.into(),
                encoding: self.decoded.encoding,
                bom: self.decoded.bom,
                doubtful: None,
            },
            dialect: self.dialect,
            header: self.header.clone(),
            header_row: Row::default(),
        }
    }

    /// The text without byte order mark.
    pub(crate) fn text(&self) -> &str {
        &self.decoded.text
    }

    /// Reads the rows below the header.
    pub(crate) fn rows(&self) -> Parser<'_> {
        Parser::new(self.text(), self.header_row.end, self.dialect.delimiter)
    }

    /// A flaw as an error about this file.
    pub(crate) fn error(&self, flaw: Flaw) -> Error {
        flaw.into_error(&self.shown, self.text(), &self.header)
    }

    /// What a person should know of the encoding.
    pub(crate) fn encoding_note(&self) -> Option<String> {
        self.decoded.doubtful.map(|at| {
            let line = line_of(self.text(), at);
            format!("{}: read as Windows-1252, as it is not UTF-8 (first seen in line {line})", self.shown)
        })
    }
}
