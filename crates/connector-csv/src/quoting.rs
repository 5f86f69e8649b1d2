//! When a cell is written in quotes: where it must be, and where the file has the habit. Never to disarm a formula.

use crate::parse::Row;

/// How many rows are looked at to learn a file's habit.
const SAMPLE: u32 = 1000;

/// Whether a value can only be written in quotes. `alone`: it is the row's only cell, and unquoted would be a blank
/// line, which is no row.
pub(crate) fn must_quote(value: &str, delimiter: u8, alone: bool) -> bool {
    (alone && value.is_empty()) || value.bytes().any(|b| b == delimiter || matches!(b, b'"' | b'\r' | b'\n'))
}

/// Appends a cell.
pub(crate) fn push_cell(out: &mut String, value: &str, quoted: bool) {
    if !quoted {
        out.push_str(value);
        return;
    }
    out.push('"');
    for (index, part) in value.split('"').enumerate() {
        if index > 0 {
            out.push_str("\"\"");
        }
        out.push_str(part);
    }
    out.push('"');
}

/// How often cells that need no quotes have them.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    quoted: u32,
    bare: u32,
}

impl Count {
    fn see(&mut self, quoted: bool) {
        *if quoted { &mut self.quoted } else { &mut self.bare } += 1;
    }

    fn habit(self) -> Option<bool> {
        (self.quoted + self.bare > 0).then_some(self.quoted > self.bare)
    }
}

/// One column's habit; some programs quote texts and not numbers, or all but empty cells.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    filled: Count,
    empty: Count,
}

/// A file's habits, column by column.
#[derive(Debug)]
pub(crate) struct Habits {
    delimiter: u8,
    header: Vec<bool>,
    columns: Vec<Column>,
    rows: u32,
}

impl Habits {
    /// From the header; rows are added by [`Habits::see`].
    pub(crate) fn new(header: &Row, delimiter: u8) -> Self {
        let header: Vec<bool> = header.cells.iter().map(|cell| cell.quoted).collect();
        Self { delimiter, columns: vec![Column::default(); header.len()], header, rows: 0 }
    }

    /// One more row.
    pub(crate) fn see(&mut self, row: &Row, text: &str) {
        if self.rows == SAMPLE {
            return;
        }
        self.rows += 1;
        for (index, (cell, column)) in row.cells.iter().zip(&mut self.columns).enumerate() {
            let value = row.text(text, index);
            if value.is_empty() {
                column.empty.see(cell.quoted);
            } else if !must_quote(value, self.delimiter, false) {
                column.filled.see(cell.quoted);
            }
        }
    }

    /// Whether a new row's cell goes in quotes.
    pub(crate) fn quotes(&self, index: usize, value: &str) -> bool {
        if must_quote(value, self.delimiter, self.columns.len() == 1) {
            return true;
        }
        let column = self.columns.get(index).copied().unwrap_or_default();
        let (first, second) =
            if value.is_empty() { (column.empty, column.filled) } else { (column.filled, column.empty) };
        let header = || self.header.get(index).copied().unwrap_or(false);
        first.habit().or_else(|| second.habit()).unwrap_or_else(header)
    }
}
