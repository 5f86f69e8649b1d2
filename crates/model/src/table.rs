//! Many records in one block of text: no allocation per record, read in order.

use crate::{Cell, OwnedCell, Record, RecordId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

/// Hash of what a record's synced fields hold, as stored. Equal hash: nothing to compare.
///
/// 64 bits: a hash is only ever compared with the same record's earlier one, so a miss has odds of 1 in 1.8e19 per change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RowHash(pub u64);

impl Serialize for RowHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digit = |nibble: u64| b"0123456789abcdef"[(nibble & 15) as usize];
        let digits: [u8; 16] = std::array::from_fn(|at| digit(self.0 >> (60 - 4 * at)));
        serializer.serialize_str(&String::from_utf8_lossy(&digits))
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
        RowHasher::default().hash(cells)
    }
}

/// Hashes many records with the same scratch space: what is hashed at once takes a third of what is hashed bit by bit.
#[derive(Debug, Default)]
pub struct RowHasher {
    bytes: Vec<u8>,
}

impl RowHasher {
    /// See [`RowHash::of`].
    pub fn hash<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) -> RowHash {
        self.bytes.clear();
        for cell in cells {
            match cell {
                Cell::Value(text) => self.value(text.as_bytes()),
                Cell::Cleared => self.bytes.push(0xfe),
                Cell::Unknown => self.bytes.push(0xfd),
            }
        }
        RowHash(xxh3_64(&self.bytes))
    }

    /// The bytes that end a text, or stand for none, are never part of UTF-8.
    fn value(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.bytes.push(0xff);
    }
}

/// The listing holds more text than one table can address (2 GiB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than 2 GiB of contact data on one side")]
pub struct TableFull;

/// In an end: the cell is unknown (for the id: not native; for the rest: there is none).
const FLAG: u16 = 1 << 15;

/// In a start: the row's ends are too far apart for 15 bits, and stand in a list of their own.
const WIDE: u32 = 1 << 31;

/// Records of one side, in the order in which the replica gave them.
///
/// Most of what a run holds in memory: one text for all, and two bytes a cell to find it again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Cells per row, without id and rest.
    width: usize,
    text: String,
    /// Per row: where its text begins; top bit: [`WIDE`].
    starts: Vec<u32>,
    /// Per row: ends of the id, of each cell, of the rest, counted from its start; top bit: [`FLAG`].
    ends: Vec<u16>,
    /// Rows of more than 32 KiB: their ends.
    wide: BTreeMap<usize, Vec<u32>>,
    /// Whether any row has a rest.
    rests: bool,
}

impl Table {
    /// An empty table whose rows have `width` cells.
    pub const fn new(width: usize) -> Self {
        Self { width, text: String::new(), starts: Vec::new(), ends: Vec::new(), wide: BTreeMap::new(), rests: false }
    }

    /// Makes room ahead.
    pub fn reserve(&mut self, rows: usize, text: usize) {
        self.starts.reserve(rows);
        self.ends.reserve(rows * self.stride());
        self.text.reserve(text);
    }

    const fn stride(&self) -> usize {
        self.width + 2
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// True without records.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
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
        let start = u32::try_from(self.text.len()).ok().filter(|start| start & WIDE == 0).ok_or(TableFull)?;
        self.text.push_str(id);
        self.mark(start, !native_id);
        let mut cells = cells.into_iter();
        for _ in 0..self.width {
            match cells.next().unwrap_or(Cell::Unknown) {
                Cell::Value(text) => {
                    self.text.push_str(text);
                    self.mark(start, false);
                }
                Cell::Cleared => self.mark(start, false),
                Cell::Unknown => self.mark(start, true),
            }
        }
        self.text.push_str(rest.unwrap_or(""));
        self.mark(start, rest.is_none());
        if self.text.len() > WIDE as usize {
            self.text.truncate(start as usize);
            self.ends.truncate(self.len() * self.stride());
            self.wide.remove(&self.len());
            return Err(TableFull);
        }
        let wide = if self.wide.contains_key(&self.len()) { WIDE } else { 0 };
        self.starts.push(start | wide);
        self.rests |= rest.is_some();
        Ok(())
    }

    /// The text ends here for now: the end of a cell of the row that begins at `start`.
    fn mark(&mut self, start: u32, flag: bool) {
        let flag = if flag { FLAG } else { 0 };
        let end = self.text.len() - start as usize;
        let short = u16::try_from(end).ok().filter(|end| end & FLAG == 0);
        if short.is_none() {
            let (row, stride) = (self.starts.len(), self.stride());
            let before = || self.ends[row * stride..].iter().map(|end| u32::from(end & !FLAG)).collect();
            // A row that ends beyond what can be addressed is taken back when it is whole.
            self.wide.entry(row).or_insert_with(before).push(u32::try_from(end).unwrap_or(u32::MAX));
        }
        self.ends.push(short.unwrap_or(0) | flag);
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
        let (from, to, flag) = self.place(row, slot);
        (&self.text[from..to], flag)
    }

    /// Where a slot begins and ends in the text, and its flag.
    fn place(&self, row: usize, slot: usize) -> (usize, usize, bool) {
        let at = row * self.stride() + slot;
        let start = self.starts[row];
        let begin = (start & !WIDE) as usize;
        let flag = self.ends[at] & FLAG != 0;
        let wide = if start & WIDE == 0 { None } else { self.wide.get(&row) };
        let end = |back: usize| match wide {
            Some(ends) => ends[slot - back] as usize,
            None => usize::from(self.ends[at - back] & !FLAG),
        };
        let from = if slot == 0 { 0 } else { end(1) };
        (begin + from, begin + end(0), flag)
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
        self.hash_with(fields, &mut RowHasher::default())
    }

    /// Likewise, for many records.
    pub fn hash_with(self, fields: usize, hasher: &mut RowHasher) -> RowHash {
        hasher.bytes.clear();
        for cell in 0..fields {
            let place = (cell < self.table.width).then(|| self.table.place(self.row, cell + 1));
            match place.filter(|(.., unknown)| !unknown) {
                None => hasher.bytes.push(0xfd),
                Some((from, to, _)) if from == to => hasher.bytes.push(0xfe),
                Some((from, to, _)) => hasher.value(&self.table.text.as_bytes()[from..to]),
            }
        }
        RowHash(xxh3_64(&hasher.bytes))
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rows_of_any_length_come_back() {
        let lengths = [0, 1, 40, 32_766, 32_767, 32_768, 65_535, 65_536, 70_000, 3];
        let text = |length: usize| "é".repeat(length / 2) + &"x".repeat(length % 2);
        let records: Vec<Record> = lengths
            .iter()
            .flat_map(|&first| lengths.map(|second| (first, second)))
            .map(|(first, second)| Record {
                id: RecordId::from(format!("{first}-{second}")),
                native_id: first % 2 == 0,
                cells: vec![
                    OwnedCell::from(Some(text(first))),
                    OwnedCell::Unknown,
                    OwnedCell::from(Some(text(second))),
                ],
                rest: (second % 2 == 0).then(|| text(first)),
            })
            .collect();
        let mut table = Table::new(3);
        for record in &records {
            table.push_record(record).unwrap();
        }
        let found: Vec<Record> = table.iter().map(RowRef::to_record).collect();
        assert_eq!(found, records);
        assert_eq!(table.with_rest().count(), records.iter().filter(|record| record.rest.is_some()).count());
    }

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
        assert_eq!(serde_json::to_string(&RowHash(0x00ff_1234_5678_9abc)).unwrap(), "\"00ff123456789abc\"");
        let mut table = Table::new(2);
        table.push("1", true, [Cell::Value("Ann"), Cell::Cleared], None).unwrap();
        assert_eq!(table.row(0).hash(3), known);
    }
}
