//! Many records in one block of text: no allocation per record, read in order.

use crate::bare::{BareRows, Missed, Remembered};
use crate::{Cell, OwnedCell, Record, RecordId, RowHash, RowHasher};
use std::collections::BTreeMap;

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
    /// Rows that are not kept here, if there are any. Boxed: other tables have none.
    bare: Option<Box<BareRows>>,
}

impl Table {
    /// An empty table whose rows have `width` cells.
    pub const fn new(width: usize) -> Self {
        Self {
            width,
            text: String::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            wide: BTreeMap::new(),
            rests: false,
            bare: None,
        }
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

    /// Whether any record is bare.
    pub fn has_bare(&self) -> bool {
        self.bare.is_some()
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.bare.as_ref().map_or(self.starts.len(), |bare| bare.rows())
    }

    /// True without records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
        let kept = self.keep(id, native_id, cells, rest)?;
        self.bare.iter_mut().for_each(|bare| bare.pushed(kept));
        Ok(())
    }

    /// Appends a record that holds what the link at this position of the list of heads remembers of it: of such a record
    /// the id alone is kept. Whoever looks at its cells all the same finds them unknown, and that goes down in `missed`.
    pub fn push_bare(&mut self, id: &str, link: u32, missed: &Missed) -> Result<(), TableFull> {
        let kept = u32::try_from(self.starts.len()).map_err(|_| TableFull)?;
        let bare = self.bare.get_or_insert_with(|| Box::new(BareRows::after(kept, missed)));
        bare.push(id, link).ok_or(TableFull)
    }

    /// Appends a record of another table of the same width, bare if it is.
    pub fn push_row(&mut self, row: RowRef<'_>) -> Result<(), TableFull> {
        let bare = row.table.bare.as_ref().and_then(|bare| Some((bare.get(row.row)?, bare.missed())));
        match bare {
            Some(((id, link), missed)) => self.push_bare(id, link, missed),
            None => self.push(row.id(), row.native_id(), row.cells(self.width), row.rest()),
        }
    }

    /// Appends the records of another table of the same width: bare those that are as remembered.
    pub fn take_in(&mut self, records: &Self, remembered: &dyn Remembered) -> Result<(), TableFull> {
        for (row, link) in records.iter().zip(remembered.links_of(records)) {
            match link {
                Some(link) => self.push_bare(row.id(), link, remembered.missed())?,
                None => self.push_row(row)?,
            }
        }
        Ok(())
    }

    /// Takes all records out, and keeps the room for others.
    pub fn clear(&mut self) {
        self.text.clear();
        self.starts.clear();
        self.ends.clear();
        self.wide.clear();
        self.rests = false;
        self.bare = None;
    }

    /// Gives a bare record its cells back.
    ///
    /// # Panics
    /// If `row` is not below [`Table::len`].
    pub fn fill<'a>(&mut self, row: usize, cells: impl IntoIterator<Item = Cell<'a>>) -> Result<(), TableFull> {
        let id = self.bare.as_ref().and_then(|bare| Some(bare.get(row)?.0.to_owned()));
        if let Some(id) = id {
            let kept = self.keep(&id, true, cells, None)?;
            self.bare.iter_mut().for_each(|bare| bare.filled(row, kept));
        }
        Ok(())
    }

    /// Keeps what a record holds, behind all others; tells where.
    fn keep<'a>(
        &mut self,
        id: &str,
        native_id: bool,
        cells: impl IntoIterator<Item = Cell<'a>>,
        rest: Option<&str>,
    ) -> Result<u32, TableFull> {
        let kept = u32::try_from(self.starts.len()).map_err(|_| TableFull)?;
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
            self.ends.truncate(self.starts.len() * self.stride());
            self.wide.remove(&self.starts.len());
            return Err(TableFull);
        }
        let wide = if self.wide.contains_key(&self.starts.len()) { WIDE } else { 0 };
        self.starts.push(start | wide);
        self.rests |= rest.is_some();
        Ok(kept)
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

    /// Where a record is kept, unless it is bare.
    #[inline]
    fn kept(&self, row: usize) -> Option<usize> {
        self.bare.as_ref().map_or(Some(row), |bare| bare.kept(row))
    }

    /// Id and link of a bare record.
    #[inline]
    fn bare(&self, row: usize) -> Option<(&str, u32)> {
        self.bare.as_ref()?.get(row)
    }

    /// What a slot of a record holds, and its flag; none of a bare one.
    fn slot(&self, row: usize, slot: usize) -> Option<(&str, bool)> {
        let (from, to, flag) = self.place(self.kept(row)?, slot);
        Some((&self.text[from..to], flag))
    }

    /// Where a slot of what is kept begins and ends in the text, and its flag.
    fn place(&self, kept: usize, slot: usize) -> (usize, usize, bool) {
        let at = kept * self.stride() + slot;
        let start = self.starts[kept];
        let begin = (start & !WIDE) as usize;
        let flag = self.ends[at] & FLAG != 0;
        let wide = if start & WIDE == 0 { None } else { self.wide.get(&kept) };
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
        match self.table.bare(self.row) {
            Some((id, _)) => id,
            None => self.table.slot(self.row, 0).map_or("", |(id, _)| id),
        }
    }

    /// See [`Record::native_id`].
    pub fn native_id(self) -> bool {
        self.table.slot(self.row, 0).is_none_or(|(_, made_up)| !made_up)
    }

    /// Of a record whose id alone is kept, since it holds what its link remembers: that link's position.
    pub fn bare(self) -> Option<u32> {
        self.table.bare(self.row).map(|(_, link)| link)
    }

    /// The cell at a position; unknown beyond the row's width.
    pub fn cell(self, index: usize) -> Cell<'a> {
        if index >= self.table.width {
            return Cell::Unknown;
        }
        match self.table.slot(self.row, index + 1) {
            Some((text, false)) => Cell::from_text(text),
            Some((_, true)) => Cell::Unknown,
            None => {
                self.table.bare.iter().for_each(|bare| bare.missed().note());
                Cell::Unknown
            }
        }
    }

    /// The first `count` cells.
    pub fn cells(self, count: usize) -> impl Iterator<Item = Cell<'a>> {
        (0..count).map(move |index| self.cell(index))
    }

    /// See [`Record::rest`]. A bare record has none.
    pub fn rest(self) -> Option<&'a str> {
        match self.table.slot(self.row, self.table.width + 1) {
            Some((text, false)) => Some(text),
            Some((_, true)) | None => None,
        }
    }

    /// Hash of the first `fields` cells: the synced ones.
    pub fn hash(self, fields: usize) -> RowHash {
        self.hash_with(fields, &mut RowHasher::default())
    }

    /// Likewise, for many records.
    pub fn hash_with(self, fields: usize, hasher: &mut RowHasher) -> RowHash {
        let Some(kept) = self.table.kept(self.row) else {
            return hasher.hash(self.cells(fields));
        };
        let (table, text) = (self.table, self.table.text.as_bytes());
        hasher.hash_texts((0..fields).map(|cell| {
            let place = (cell < table.width).then(|| table.place(kept, cell + 1));
            place.filter(|(.., unknown)| !unknown).map(|(from, to, _)| &text[from..to])
        }))
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
    use proptest::prelude::*;
    use xxhash_rust::xxh3::xxh3_64;

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

    proptest! {
        /// Bare or not, in any order, filled or copied: the others are what they are, and no missing cell goes unnoticed.
        #[test]
        fn bare_records_keep_their_place(
            rows in prop::collection::vec(("[a-c]{0,3}", prop::option::of(0..9u32), any::<bool>(), "[x-z]{0,40}"), 0..20),
        ) {
            let missed = Missed::default();
            let mut table = Table::new(2);
            for (id, link, _, text) in &rows {
                match link {
                    Some(link) => table.push_bare(id, *link, &missed).unwrap(),
                    None => table.push(id, true, [Cell::from_text(text), Cell::Cleared], Some(text)).unwrap(),
                }
            }
            let mut copy = Table::new(2);
            table.iter().for_each(|row| copy.push_row(row).unwrap());
            for table in [&mut table, &mut copy] {
                for (at, (_, link, is_filled, text)) in rows.iter().enumerate() {
                    if *is_filled {
                        table.fill(at, [Cell::Unknown, Cell::from_text(text)]).unwrap();
                    }
                    let bare = link.filter(|_| !is_filled);
                    prop_assert_eq!(table.row(at).bare(), bare);
                }
                prop_assert_eq!(table.len(), rows.len());
                for (row, (id, link, is_filled, text)) in table.iter().zip(&rows) {
                    prop_assert_eq!((row.id(), row.native_id()), (id.as_str(), true));
                    prop_assert_eq!(row.rest(), link.is_none().then_some(text.as_str()));
                    prop_assert!(!missed.take());
                    let cells = match (link, is_filled) {
                        (None, _) => [Cell::from_text(text), Cell::Cleared],
                        (Some(_), true) => [Cell::Unknown, Cell::from_text(text)],
                        (Some(_), false) => [Cell::Unknown; 2],
                    };
                    let bare = link.is_some() && !is_filled;
                    prop_assert_eq!(row.cells(2).collect::<Vec<_>>(), cells);
                    prop_assert_eq!(missed.take(), bare);
                    prop_assert_eq!(row.hash(2), RowHash::of(cells.into_iter()));
                    prop_assert_eq!(missed.take(), bare);
                    let record = row.to_record();
                    prop_assert_eq!(record.cell(1), cells[1]);
                    prop_assert_eq!(missed.take(), bare);
                }
                prop_assert_eq!(table.with_rest().count(), rows.iter().filter(|(_, link, ..)| link.is_none()).count());
            }
        }
    }
}
