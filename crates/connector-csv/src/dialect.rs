//! Delimiter and line endings, found out from the header line. Does not look at data rows to change its mind.

use std::fmt;

/// The delimiters that are recognised; the first wins a tie.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How a file ends its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnding {
    /// No line is ended: a header alone.
    None,
    /// `\n`
    Lf,
    /// `\r\n`
    Crlf,
    /// `\r`
    Cr,
    /// More than one kind.
    Mixed,
}

impl LineEnding {
    /// The kind of one line's ending.
    pub(crate) fn of(ending: &str) -> Self {
        match ending {
            "\n" => Self::Lf,
            "\r\n" => Self::Crlf,
            "\r" => Self::Cr,
            _ => Self::None,
        }
    }

    /// With one more line's ending seen.
    pub(crate) fn and(self, next: Self) -> Self {
        match (self, next) {
            (kind, Self::None) | (Self::None, kind) => kind,
            (a, b) if a == b => a,
            _ => Self::Mixed,
        }
    }
}

impl fmt::Display for LineEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Lf => "LF",
            Self::Crlf => "CRLF",
            Self::Cr => "CR",
            Self::Mixed => "mixed",
        })
    }
}

/// How the cells of a file are told apart, and where they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// Between cells.
    pub(crate) delimiter: u8,
    /// Where the header starts: after a `sep=;` line, which Excel writes and obeys.
    pub(crate) start: usize,
}

impl Dialect {
    /// The delimiter that is most frequent outside quotes in the first line with text.
    pub(crate) fn detect(text: &str) -> Self {
        let bytes = text.as_bytes();
        if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, b'\r' | b'\n', ..] = bytes
            && DELIMITERS.contains(delimiter)
        {
            return Self { delimiter: *delimiter, start: 6 };
        }
        let mut counts = [0_usize; DELIMITERS.len()];
        let mut quoted = false;
        let first = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(0);
        for byte in &bytes[first..] {
            match byte {
                b'"' => quoted = !quoted,
                b'\r' | b'\n' if !quoted => break,
                _ if !quoted => {
                    if let Some(kind) = DELIMITERS.iter().position(|delimiter| delimiter == byte) {
                        counts[kind] += 1;
                    }
                }
                _ => {}
            }
        }
        let mut best = 0;
        for kind in 1..DELIMITERS.len() {
            if counts[kind] > counts[best] {
                best = kind;
            }
        }
        Self { delimiter: DELIMITERS[best], start: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_most_frequent_delimiter_outside_quotes() {
        for (text, delimiter) in [
            ("a,b\n1;2;3;4", b','),
            ("a;b;\"x,y,z\"\n", b';'),
            ("a\tb, c\td\n", b'\t'),
            ("\r\n\na;b\n", b';'),
            ("a|b|c\n", b'|'),
            ("a|b,c\n", b','),
            ("alone\n", b','),
            ("", b','),
        ] {
            assert_eq!(Dialect::detect(text), Dialect { delimiter, start: 0 }, "{text:?}");
        }
    }

    #[test]
    fn obeys_a_sep_line() {
        assert_eq!(Dialect::detect("sep=;\r\na,b;c,d\r\n"), Dialect { delimiter: b';', start: 6 });
    }
}
