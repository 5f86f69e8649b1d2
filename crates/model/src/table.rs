//! Many records in one block of text: no allocation per record, read in order.

use crate::{Cell, OwnedCell, Record, RecordId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Hash of what a record's synced fields hold, as stored. Equal hash: nothing to compare.
///
/// 64 bits: a hash is only ever compared with the same record's earlier one, so a miss has odds of 1 in 1.8e19 per change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RowHash(pub u64);

impl Serialize for RowHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for RowHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}

impl RowHash {
    /// The hash of cells in schema order. Position, state and text all count.
    pub fn of<'a>(cells: impl Iterator<Item = Cell<'a>>) -> Self {
        let mut hasher = Hasher { bytes: [0; 256], used: 0, long: None };
        for cell in cells {
            match cell {
                Cell::Value(text) => {
                    hasher.update(text.as_bytes());
                    hasher.update(&[0xff]); // never part of UTF-8: ends the text
                }
                Cell::Cleared => hasher.update(&[0xfe]),
                Cell::Unknown => hasher.update(&[0xfd]),
            }
        }
        hasher.digest()
    }
}

/// Collects what most records fit into: hashing that at once takes a third of what hashing it bit by bit does.
struct Hasher {
    bytes: [u8; 256],
    used: usize,
    long: Option<Box<Xxh3>>,
}

impl Hasher {
    fn update(&mut self, more: &[u8]) {
        match self.bytes.get_mut(self.used..self.used + more.len()) {
            Some(space) if self.long.is_none() => {
                space.copy_from_slice(more);
                self.used += more.len();
            }
            _ => {
                let long = self.long.get_or_insert_with(|| {
                    let mut long = Box::new(Xxh3::new());
                    long.update(&self.bytes[..self.used]);
                    long
                });
                long.update(more);
            }
        }
    }

    fn digest(&self) -> RowHash {
        RowHash(self.long.as_ref().map_or_else(|| xxh3_64(&self.bytes[..self.used]), |long| long.digest()))
    }
}

const UNKNOWN: u32 = 1 << 31;

/// The listing holds more text than one table can address (2 GiB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than 2 GiB of contact data on one side")]
pub struct TableFull;

/// Records of one side, in the order in which the replica gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Cells per row, without id and rest.
    width: usize,
    text: String,
    /// Per row: end of the id, of each cell, of the rest; top bit: unknown (for the id: not native).
    ends: Vec<u32>,
    /// Whether any row has a rest.
    rests: bool,
}

impl Table {
    /// An empty table whose rows have `width` cells.
    pub const fn new(width: usize) -> Self {
        Self { width, text: String::new(), ends: Vec::new(), rests: false }
    }

    /// Makes room ahead.
    pub fn reserve(&mut self, rows: usize, text: usize) {
        self.ends.reserve(rows * self.stride());
        self.text.reserve(text);
    }

    const fn stride(&self) -> usize {
        self.width + 2
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.ends.len() / self.stride()
    }

    /// True without records.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Cells per row.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Appends a record; missing cells are unknown, surplus ones are dropped.
    pub fn push<'a>(
        &mut self,
        id: &str,
        native_id: bool,
        cells: impl IntoIterator<Item = Cell<'a>>,
        rest: Option<&str>,
    ) -> Result<(), TableFull> {
        let before = self.text.len();
        let result = self.push_unchecked(id, native_id, cells, rest);
        if result.is_err() {
            self.text.truncate(before);
            let rows = self.len();
            self.ends.truncate(rows * self.stride());
        }
        result
    }

    fn push_unchecked<'a>(
        &mut self,
        id: &str,
        native_id: bool,
        cells: impl IntoIterator<Item = Cell<'a>>,
        rest: Option<&str>,
    ) -> Result<(), TableFull> {
        self.text.push_str(id);
        self.mark(!native_id)?;
        let mut cells = cells.into_iter();
        for _ in 0..self.width {
            match cells.next().unwrap_or(Cell::Unknown) {
                Cell::Value(text) => {
                    self.text.push_str(text);
                    self.mark(false)?;
                }
                Cell::Cleared => self.mark(false)?,
                Cell::Unknown => self.mark(true)?,
            }
        }
        self.text.push_str(rest.unwrap_or(""));
        self.mark(rest.is_none())?;
        self.rests |= rest.is_some();
        Ok(())
    }

    fn mark(&mut self, flag: bool) -> Result<(), TableFull> {
        let end = u32::try_from(self.text.len()).ok().filter(|end| end & UNKNOWN == 0).ok_or(TableFull)?;
        self.ends.push(if flag { end | UNKNOWN } else { end });
        Ok(())
    }

    /// Appends an owned record.
    pub fn push_record(&mut self, record: &Record) -> Result<(), TableFull> {
        self.push(
            record.id.as_str(),
            record.native_id,
            record.cells.iter().map(OwnedCell::as_cell),
            record.rest.as_deref(),
        )
    }

    /// The record at a position.
    ///
    /// # Panics
    /// If `row` is not below [`Table::len`].
    pub fn row(&self, row: usize) -> RowRef<'_> {
        assert!(row < self.len(), "row {row} of {}", self.len());
        RowRef { table: self, row }
    }

    /// All records in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = RowRef<'_>> {
        (0..self.len()).map(|row| RowRef { table: self, row })
    }

    /// The records that have a rest, with their positions: [`Record::rest`]. Without any, nothing is looked at.
    pub fn with_rest(&self) -> impl Iterator<Item = (u32, RowRef<'_>)> {
        let rows = if self.rests { self.len() } else { 0 };
        (0u32..).zip((0..rows).map(|row| RowRef { table: self, row })).filter(|(_, row)| row.rest().is_some())
    }

    fn slot(&self, row: usize, slot: usize) -> (&str, bool) {
        let at = row * self.stride() + slot;
        let start = if at == 0 { 0 } else { self.ends[at - 1] & !UNKNOWN };
        let end = self.ends[at];
        (&self.text[start as usize..(end & !UNKNOWN) as usize], end & UNKNOWN != 0)
    }
}

/// One record of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub struct RowRef<'a> {
    table: &'a Table,
    row: usize,
}

impl<'a> RowRef<'a> {
    /// Its position in the table.
    pub const fn index(self) -> usize {
        self.row
    }

    /// The replica's id.
    pub fn id(self) -> &'a str {
        self.table.slot(self.row, 0).0
    }

    /// See [`Record::native_id`].
    pub fn native_id(self) -> bool {
        !self.table.slot(self.row, 0).1
    }

    /// The cell at a position; unknown beyond the row's width.
    pub fn cell(self, index: usize) -> Cell<'a> {
        if index >= self.table.width {
            return Cell::Unknown;
        }
        match self.table.slot(self.row, index + 1) {
            (_, true) => Cell::Unknown,
            (text, false) => Cell::from_text(text),
        }
    }

    /// The first `count` cells.
    pub fn cells(self, count: usize) -> impl Iterator<Item = Cell<'a>> {
        (0..count).map(move |index| self.cell(index))
    }

    /// See [`Record::rest`].
    pub fn rest(self) -> Option<&'a str> {
        match self.table.slot(self.row, self.table.width + 1) {
            (_, true) => None,
            (text, false) => Some(text),
        }
    }

    /// Hash of the first `fields` cells: the synced ones.
    pub fn hash(self, fields: usize) -> RowHash {
        RowHash::of(self.cells(fields))
    }

    /// A copy that outlives the table.
    pub fn to_record(self) -> Record {
        Record {
            id: RecordId::from(self.id()),
            native_id: self.native_id(),
            cells: self.cells(self.table.width).map(Cell::to_owned).collect(),
            rest: self.rest().map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_short_records_are_hashed_alike() {
        // What is stored must not depend on how it was hashed.
        for length in [0, 1, 15, 120, 127, 128, 129, 255, 256, 300, 5_000] {
            let text = "x".repeat(length);
            let cells = [Cell::from_text(&text), Cell::Unknown, Cell::from_text(&text), Cell::Cleared];
            let mut whole = Vec::new();
            for cell in cells {
                match cell {
                    Cell::Value(text) => whole.extend(text.bytes().chain([0xff])),
                    Cell::Cleared => whole.push(0xfe),
                    Cell::Unknown => whole.push(0xfd),
                }
            }
            assert_eq!(RowHash::of(cells.into_iter()), RowHash(xxh3_64(&whole)), "{length}");
        }
        let known = RowHash::of([Cell::Value("Ann"), Cell::Cleared, Cell::Unknown].into_iter());
        assert_eq!(known, RowHash(7_501_376_757_894_821_509));
    }
}
