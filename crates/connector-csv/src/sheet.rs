//! Any table that a person saved from a spreadsheet: its cells as text, by column name. Reads the same encodings and
//! delimiters as a CRM's export. Knows no fields and writes nothing.

use crate::document::Document;
use crate::file;
use crate::lines::LineCounter;
use crate::parse::Row;
use connector::Error;
use std::path::Path;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The column names, as they are spelt.
    pub header: Vec<String>,
    /// The rows that are not blank.
    pub rows: Vec<SheetRow>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Line of the file in which it begins, from 1.
    pub line: u64,
    /// Its cells; there may be fewer than columns.
    pub cells: Vec<String>,
}

impl Sheet {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is no CSV: with line and column.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let shown = path.display().to_string();
        let bytes = file::read(path, &shown)?.bytes;
        let document = Document::open(&shown, &bytes)?;
        let (mut parser, mut row, mut lines) = (document.rows(), Row::default(), LineCounter::default());
        let mut rows = Vec::new();
        while parser.next(&mut row).map_err(|flaw| document.error(flaw))? {
            let cells: Vec<String> = (0..row.cells.len()).map(|at| row.text(document.text(), at).to_owned()).collect();
            if cells.iter().any(|cell| !cell.trim().is_empty()) {
                rows.push(SheetRow { line: lines.line_of(document.text(), row.start), cells });
            }
        }
        Ok(Self { header: document.header.clone(), rows })
    }

    /// The place of a column, by its name in any case.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|known| known.trim().eq_ignore_ascii_case(name))
    }
}

impl SheetRow {
    /// A cell without blanks around it; "" where there is none.
    pub fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|at| self.cells.get(at)).map_or("", |cell| cell.trim())
    }
}
