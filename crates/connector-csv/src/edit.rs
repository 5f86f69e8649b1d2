//! Puts changed cells, removed rows and new rows into a text. Every byte outside the given places is copied.

use crate::dialect::{Dialect, LineEnding};

/// Replaces `text[start..end]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) with: String,
}

/// The text with `edits` made, in ascending order and not overlapping, and `rows` added at the end.
pub(crate) fn rewrite(text: &str, edits: &[Edit], rows: &[String], ending: &str) -> String {
    let grown: usize = edits.iter().map(|edit| edit.with.len()).sum::<usize>()
        + rows.iter().map(|row| row.len() + ending.len()).sum::<usize>();
    let mut out = String::with_capacity(text.len() + grown + ending.len());
    let mut copied = 0;
    for edit in edits {
        out.push_str(&text[copied..edit.start]);
        out.push_str(&edit.with);
        copied = edit.end;
    }
    out.push_str(&text[copied..]);
    // A file whose last line is not ended stays one: endings go between rows there, and after rows elsewhere.
    let ended = |text: &str| text.ends_with(['\n', '\r']);
    let was_ended = ended(text);
    for row in rows {
        if !ended(&out) {
            out.push_str(ending);
        }
        out.push_str(row);
        if was_ended {
            out.push_str(ending);
        }
    }
    out
}

/// How a new line is ended: as the last one is, else as the header is.
pub(crate) fn ending_for_new_rows(text: &str, dialect: Dialect, header_end: usize) -> &'static str {
    let last = match text.as_bytes() {
        [.., b'\r', b'\n'] => LineEnding::Crlf,
        [.., b'\n'] => LineEnding::Lf,
        [.., b'\r'] => LineEnding::Cr,
        _ => LineEnding::None,
    };
    let header = match &text.as_bytes()[dialect.start..header_end] {
        [.., b'\r', b'\n'] => LineEnding::Crlf,
        [.., b'\r'] => LineEnding::Cr,
        _ => LineEnding::Lf,
    };
    match if last == LineEnding::None { header } else { last } {
        LineEnding::Crlf => "\r\n",
        LineEnding::Cr => "\r",
        _ => "\n",
    }
}
