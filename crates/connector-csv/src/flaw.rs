//! What makes a file unreadable without guessing, and where. Not configuration errors: see `layout`.

use connector::{Error, ErrorKind};

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FlawKind {
    /// A quote inside a cell that does not start with one.
    StrayQuote,
    /// A quoted cell runs to the end of the file.
    UnclosedQuote,
    /// More text between a closing quote and the delimiter.
    TextAfterQuote {
        /// Where the cell began.
        opened: usize,
    },
    /// A NUL character.
    Nul,
    /// Fewer or more cells than the header has.
    Ragged {
        /// Cells in the row.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// Two rows with one id.
    DuplicateId {
        /// The id.
        id: String,
        /// Offset of the first row.
        first: usize,
    },
    /// An id that looks like one of ours.
    ReservedId {
        /// The id.
        id: String,
    },
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    kind: FlawKind,
    /// Byte in the text.
    offset: usize,
    /// 0-based.
    column: usize,
}

impl Flaw {
    pub(crate) const fn new(kind: FlawKind, offset: usize, column: usize) -> Self {
        Self { kind, offset, column }
    }

    /// Whether more text could mend it.
    pub(crate) const fn is_unclosed(&self) -> bool {
        matches!(self.kind, FlawKind::UnclosedQuote)
    }

    /// As an error that names path, line and column.
    pub(crate) fn into_error(self, shown: &str, text: &str, header: &[String]) -> Error {
        let line = |offset| crate::lines::line_of(text, offset);
        let name = header.get(self.column).map(|name| format!(" (`{name}`)")).unwrap_or_default();
        let place = format!("{shown}: line {}, column {}{name}", line(self.offset), self.column + 1);
        let (what, hint) = match self.kind {
            FlawKind::StrayQuote => (
                "a quote inside a cell that is not quoted".to_owned(),
                "put the whole cell in quotes and double the quotes inside it",
            ),
            FlawKind::UnclosedQuote => (
                "the quote that opens here is never closed".to_owned(),
                "close the quote, or double it if it belongs to the text; the file may also have been cut off",
            ),
            FlawKind::TextAfterQuote { opened } => (
                format!("more text after the closing quote of the cell that opened in line {}", line(opened)),
                "double the quotes that belong to the text",
            ),
            FlawKind::Nul => (
                "a NUL character".to_owned(),
                "the file is damaged or in an unknown encoding: export it again as UTF-8",
            ),
            FlawKind::Ragged { found, expected } => (
                format!("{found} cells where the header has {expected}"),
                "put cells that contain the delimiter or a line break in quotes; the file may also have been cut off",
            ),
            FlawKind::DuplicateId { id, first } => (
                format!("the id `{id}` is already in line {}", line(first)),
                "give every row its own id, or leave the cell blank to have the row matched by phone",
            ),
            FlawKind::ReservedId { id } => (
                format!("the id `{id}` starts with `row:`, which names rows without an id"),
                "give the row another id, or leave the cell blank",
            ),
        };
        Error::new(ErrorKind::Data, format!("{place}: {what}")).hint(hint)
    }
}
