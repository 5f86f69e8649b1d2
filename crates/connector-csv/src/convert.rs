//! Rows to records: ids, made-up ids, cells in schema order; and the checks that every reading of the file makes.
//! Lossless: a cell's text is given as it stands. Does not normalise.

use crate::document::Document;
use crate::duplicates::SeenIds;
use crate::flaw::{Flaw, FlawKind};
use crate::layout::Layout;
use crate::lines::LineCounter;
use crate::parse::{Parser, Row};
use connector::{Error, ErrorKind, Progress};
use model::{Cell, Record, Table, numbers};
use std::collections::HashMap;
use std::fmt::Write as _;

/// What made-up ids start with; the line of the row follows.
pub(crate) const ROW_PREFIX: &str = "row:";

/// Walks the rows of a document in order.
pub(crate) struct Rows<'d> {
    document: &'d Document<'d>,
    layout: &'d Layout,
    parser: Parser<'d>,
    row: Row,
    lines: LineCounter,
    made_up: String,
    seen: SeenIds,
}

/// One row with its id.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    text: &'a str,
    layout: &'a Layout,
    /// Where its cells are.
    pub(crate) row: &'a Row,
    /// Its own id, or one made up from its line.
    pub(crate) id: &'a str,
    /// Whether the id is its own.
    pub(crate) native_id: bool,
}

impl<'d> Rows<'d> {
    pub(crate) fn new(document: &'d Document<'d>, layout: &'d Layout) -> Self {
        Self {
            document,
            layout,
            parser: document.rows(),
            row: Row::default(),
            lines: LineCounter::default(),
            made_up: String::new(),
            seen: SeenIds::default(),
        }
    }

    /// The next row. After the last one, says whether an id occurred twice.
    pub(crate) fn next(&mut self) -> Result<Option<Seen<'_>>, Error> {
        let document = self.document;
        if !self.parser.next(&mut self.row).map_err(|flaw| document.error(flaw))? {
            return match std::mem::take(&mut self.seen).may_repeat().then(|| self.find_repeat()).flatten() {
                Some(flaw) => Err(document.error(flaw)),
                None => Ok(None),
            };
        }
        let (row, text) = (&self.row, document.text());
        let (found, expected) = (row.cells.len(), document.header.len());
        if found != expected {
            let at = row.cells.get(expected).map_or(row.cells_end, |span| span.start);
            return Err(document.error(Flaw::new(FlawKind::Ragged { found, expected }, at, found.min(expected))));
        }
        let own = self.layout.id.map(|column| (column, row.text(text, column))).filter(|(_, id)| !id.trim().is_empty());
        let Some((column, id)) = own else {
            self.made_up.clear();
            let line = self.lines.line_of(text, row.start);
            // Writing to a String cannot fail.
            let _ = write!(self.made_up, "{ROW_PREFIX}{line}");
            return Ok(Some(Seen { text, layout: self.layout, row, id: &self.made_up, native_id: false }));
        };
        if id.starts_with(ROW_PREFIX) {
            let flaw = Flaw::new(FlawKind::ReservedId { id: id.to_owned() }, row.cells[column].start, column);
            return Err(document.error(flaw));
        }
        self.seen.add(id);
        Ok(Some(Seen { text, layout: self.layout, row, id, native_id: true }))
    }

    /// Only for a file that is about to be refused: reads it once more to say where.
    fn find_repeat(&self) -> Option<Flaw> {
        let (text, column) = (self.document.text(), self.layout.id?);
        let mut first: HashMap<String, usize> = HashMap::new();
        let mut parser = self.document.rows();
        let mut row = Row::default();
        while parser.next(&mut row).ok()? {
            let id = row.text(text, column);
            if id.trim().is_empty() {
                continue;
            }
            let at = row.cells[column].start;
            if let Some(first) = first.insert(id.to_owned(), at) {
                return Some(Flaw::new(FlawKind::DuplicateId { id: id.to_owned(), first }, at, column));
            }
        }
        None
    }
}

impl<'a> Seen<'a> {
    /// The cell at a position of the record.
    pub(crate) fn cell(&self, index: usize) -> Cell<'a> {
        match self.column(index) {
            Some(column) => Cell::from_text(self.row.text(self.text, column)),
            None => Cell::Unknown,
        }
    }

    /// The column that a cell stands in: the first with a number, where a phone may stand in several.
    fn column(&self, index: usize) -> Option<usize> {
        let filled = || {
            let columns = self.layout.numbers.iter().map(|(column, _)| *column);
            columns.into_iter().find(|column| !self.row.text(self.text, *column).trim().is_empty())
        };
        let own = self.layout.cells.get(index).copied().flatten();
        if index == self.layout.phone { filled().or(own) } else { own }
    }

    /// The column that holds a cell as it was read: of several for numbers, the first that shows this one. None: no
    /// column does any more.
    pub(crate) fn column_of(&self, index: usize, seen: Cell<'_>) -> Option<usize> {
        let own = self.column(index)?;
        let shows = |column: &usize| Cell::from_text(self.row.text(self.text, *column)) == seen;
        if index != self.layout.phone || seen.text().trim().is_empty() {
            return Some(own).filter(shows);
        }
        [own].into_iter().chain(self.layout.numbers.iter().map(|(column, _)| *column)).find(shows)
    }

    /// All cells of the record.
    pub(crate) fn cells(self) -> impl Iterator<Item = Cell<'a>> {
        (0..self.layout.cells.len()).map(move |index| self.cell(index))
    }

    /// A copy that outlives the file.
    pub(crate) fn to_record(self) -> Record {
        Record {
            id: self.id.into(),
            native_id: self.native_id,
            cells: self.cells().map(Cell::to_owned).collect(),
            rest: self.rest(),
        }
    }

    /// All numbers in columns for the phone, where there are several, and those in columns that no field is mapped to.
    pub(crate) fn rest(&self) -> Option<String> {
        let mut rest = String::new();
        for (column, name) in &self.layout.numbers {
            let text = self.row.text(self.text, *column);
            if !text.trim().is_empty() {
                numbers::add(&mut rest, name, text);
            }
        }
        for column in &self.layout.spare_phones {
            let text = self.row.text(self.text, *column).trim();
            if !text.is_empty() {
                numbers::add_other(&mut rest, text);
            }
        }
        Some(rest).filter(|rest| !rest.is_empty())
    }
}

/// How many rows go by between two reports of progress.
const REPORT_EVERY: u64 = 1 << 16;

/// After how many rows the size of the table is foreseen.
const SAMPLE: u64 = 4096;

/// Makes room for the rest of a file whose first rows took `done` bytes: growing step by step would copy everything
/// several times and hold it twice. Room that is not needed is never touched, and so costs no memory.
fn make_room(table: &mut Table, done: usize, left: usize) {
    let rows = table.len() * (left / done.max(1) + 1);
    table.reserve(rows + rows / 16, left.min(1 << 31));
}

/// Reads every row into a table.
pub(crate) fn table(document: &Document<'_>, layout: &Layout, progress: &dyn Progress) -> Result<Table, Error> {
    let mut table = Table::new(layout.cells.len());
    let mut rows = Rows::new(document, layout);
    let mut read = 0;
    while let Some(row) = rows.next()? {
        table.push(row.id, row.native_id, row.cells(), row.rest().as_deref()).map_err(|full| {
            Error::new(ErrorKind::Data, format!("{}: too large", document.shown))
                .hint("split the export, or leave out columns that need not be kept in sync")
                .caused_by(full)
        })?;
        read += 1;
        if read == SAMPLE {
            let done = row.row.end - document.header_row.end;
            let left = document.text().len() - row.row.end;
            make_room(&mut table, done, left);
        }
        if read % REPORT_EVERY == 0 {
            progress.read(read, None);
        }
    }
    progress.read(read, Some(read));
    Ok(table)
}
