//! Rows to records: ids, made-up ids, cells in schema order; and the checks that every reading of the file makes.
//! Lossless: a cell's text is given as it stands. Does not normalise.

use crate::document::Document;
use crate::duplicates::SeenIds;
use crate::flaw::{Flaw, FlawKind};
use crate::layout::Layout;
use crate::lines::LineCounter;
use crate::parse::{Parser, Row};
use connector::{Error, ErrorKind, Progress};
use model::{Cell, Record, Remembered, Table, TableFull, numbers};
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
    made_up: String,
    passed: Passed,
    /// Whether the text goes on after this part of it: its last row may as well.
    goes_on: bool,
}

/// What earlier rows leave to later ones.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    lines: LineCounter,
    seen: SeenIds,
}

impl Passed {
    /// What the header leaves to the rows.
    pub(crate) fn before(document: &Document<'_>) -> Self {
        let mut passed = Self::default();
        passed.lines.leave(document.text(), document.header_row.end);
        passed
    }
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
            made_up: String::new(),
            passed: Passed::default(),
            goes_on: false,
        }
    }

    /// Reads a part of a text, after others that left this.
    pub(crate) fn go_on(document: &'d Document<'d>, layout: &'d Layout, passed: Passed, goes_on: bool) -> Self {
        Self { passed, goes_on, ..Self::new(document, layout) }
    }

    /// What the next part needs, and where in this text it begins.
    pub(crate) fn leave(self) -> (Passed, usize) {
        let (mut passed, mut at, text) = (self.passed, self.row.start, self.document.text());
        // Half of a line ending: the other half may come.
        at -= usize::from(at == text.len() && text.ends_with('\r'));
        passed.lines.leave(text, at);
        (passed, at)
    }

    /// The next row. After the last one, says whether an id occurred twice.
    pub(crate) fn next(&mut self) -> Result<Option<Seen<'_>>, Error> {
        let document = self.document;
        if !self.read().map_err(|flaw| document.error(flaw))? {
            let repeat = self.may_repeat().then(|| self.find_repeat()).flatten();
            return repeat.map_or(Ok(None), |flaw| Err(document.error(flaw)));
        }
        self.seen().map(Some).map_err(|flaw| document.error(flaw))
    }

    /// The next row of a part; none where the rest of it may belong to a row that goes on after it.
    pub(crate) fn next_whole(&mut self) -> Result<Option<Seen<'_>>, Flaw> {
        match self.read() {
            Err(flaw) if self.goes_on && flaw.is_unclosed() => Ok(None),
            Err(flaw) => Err(flaw),
            Ok(false) => Ok(None),
            Ok(true) if self.goes_on && self.row.end == self.document.text().len() => Ok(None),
            Ok(true) => self.seen().map(Some),
        }
    }

    /// Whether an id may have occurred twice by now. Asked once, at the end.
    pub(crate) fn may_repeat(&mut self) -> bool {
        std::mem::take(&mut self.passed.seen).may_repeat()
    }

    fn read(&mut self) -> Result<bool, Flaw> {
        self.parser.next(&mut self.row)
    }

    /// The row that was just read.
    fn seen(&mut self) -> Result<Seen<'_>, Flaw> {
        let (row, text) = (&self.row, self.document.text());
        let (found, expected) = (row.cells.len(), self.document.header.len());
        if found != expected {
            let at = row.cells.get(expected).map_or(row.cells_end, |span| span.start);
            return Err(Flaw::new(FlawKind::Ragged { found, expected }, at, found.min(expected)));
        }
        let own = self.layout.id.map(|column| (column, row.text(text, column))).filter(|(_, id)| !id.trim().is_empty());
        let Some((column, id)) = own else {
            self.made_up.clear();
            let line = self.passed.lines.line_of(text, row.start);
            // Writing to a String cannot fail.
            let _ = write!(self.made_up, "{ROW_PREFIX}{line}");
            return Ok(Seen { text, layout: self.layout, row, id: &self.made_up, native_id: false });
        };
        if id.starts_with(ROW_PREFIX) {
            return Err(Flaw::new(FlawKind::ReservedId { id: id.to_owned() }, row.cells[column].start, column));
        }
        self.passed.seen.add(id);
        Ok(Seen { text, layout: self.layout, row, id, native_id: true })
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

/// Rows that are compared at once: they should stay in the processor's cache until then.
pub(crate) const PAGE: usize = 1024;

/// After how many rows the size of the table is foreseen.
const SAMPLE: u64 = 4096;

/// A table in the making.
pub(crate) struct Filling<'p> {
    table: Table,
    /// What rows are compared with, some at a time: of those that are as remembered the id is enough.
    remembered: Option<&'p dyn Remembered>,
    /// Rows that are yet to be compared.
    page: Table,
    read: u64,
    progress: &'p dyn Progress,
}

impl<'p> Filling<'p> {
    pub(crate) fn new(layout: &Layout, remembered: Option<&'p dyn Remembered>, progress: &'p dyn Progress) -> Self {
        let cells = layout.cells.len();
        let remembered = remembered.filter(|remembered| remembered.fields() <= cells);
        Self { table: Table::new(cells), remembered, page: Table::new(cells), read: 0, progress }
    }

    /// One more row. `done`: bytes of rows read by now, of `all`.
    pub(crate) fn add(&mut self, row: &Seen<'_>, done: usize, all: usize, shown: &str) -> Result<(), Error> {
        let table = if self.remembered.is_some() { &mut self.page } else { &mut self.table };
        let added = table.push(row.id, row.native_id, row.cells(), row.rest().as_deref());
        added.and_then(|()| self.turn_page(PAGE)).map_err(|full| too_large(shown, full))?;
        self.read += 1;
        if self.read == SAMPLE && self.remembered.is_none() {
            self.make_room(done, all.saturating_sub(done));
        }
        if self.read.is_multiple_of(REPORT_EVERY) {
            self.progress.read(self.read, None);
        }
        Ok(())
    }

    /// Compares the rows of the page once there are so many.
    fn turn_page(&mut self, rows: usize) -> Result<(), TableFull> {
        if let Some(remembered) = self.remembered.filter(|_| self.page.len() >= rows) {
            self.table.take_in(&self.page, remembered)?;
            self.page.clear();
        }
        Ok(())
    }

    /// Makes room for the rest of a file whose first rows took `done` bytes: growing step by step would copy everything
    /// several times and hold it twice. Room that is not needed is never touched, and so costs no memory.
    fn make_room(&mut self, done: usize, left: usize) {
        let rows = self.table.len() * (left / done.max(1) + 1);
        self.table.reserve(rows + rows / 16, left.min(1 << 31));
    }

    pub(crate) fn finish(mut self, shown: &str) -> Result<Table, Error> {
        self.turn_page(1).map_err(|full| too_large(shown, full))?;
        self.progress.read(self.read, Some(self.read));
        Ok(self.table)
    }
}

fn too_large(shown: &str, full: TableFull) -> Error {
    Error::new(ErrorKind::Data, format!("{shown}: too large"))
        .hint("split the export, or leave out columns that need not be kept in sync")
        .caused_by(full)
}

/// Reads every row into a table.
pub(crate) fn table(document: &Document<'_>, layout: &Layout, progress: &dyn Progress) -> Result<Table, Error> {
    let mut filling = Filling::new(layout, None, progress);
    let mut rows = Rows::new(document, layout);
    let (start, all) = (document.header_row.end, document.text().len());
    while let Some(row) = rows.next()? {
        filling.add(&row, row.row.end - start, all - start, &document.shown)?;
    }
    filling.finish(&document.shown)
}
