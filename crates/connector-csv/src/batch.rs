//! Turns a batch of writes into edits of the text, and checks afterwards that the new text says what was meant.
//! Decides per write whether it is stale or refused. Does not touch the disk.

use crate::convert::{Rows, Seen};
use crate::document::Document;
use crate::edit::{Edit, ending_for_new_rows, rewrite};
use crate::encoding::cannot_hold;
use crate::layout::Layout;
use crate::new_ids::NewIds;
use crate::quoting::{Habits, must_quote, push_cell};
use connector::{Error, ErrorKind, Write, WriteKind, WriteResult};
use model::{FieldId, Record};
use std::collections::HashMap;

/// What becomes of one write.
#[derive(Debug)]
enum Fate {
    /// Not met yet.
    Open,
    /// It will not be carried out.
    Settled(WriteResult),
    /// The record stands in this row of the new text.
    Row(u64),
    /// The record is not in the new text.
    Gone,
}

/// A batch, decided.
#[derive(Debug)]
pub(crate) struct Batch<'w> {
    writes: &'w [Write],
    fates: Vec<Fate>,
    edits: Vec<Edit>,
    new_rows: Vec<String>,
    ending: &'static str,
    /// Rows of the new text.
    rows: u64,
}

impl<'w> Batch<'w> {
    /// Finds the rows that the writes are about and decides what happens to each.
    pub(crate) fn decide(
        document: &Document<'_>,
        layout: &Layout,
        writes: &'w [Write],
        new_ids: &mut NewIds,
    ) -> Result<Self, Error> {
        let text = document.text();
        let mut batch = Self {
            writes,
            fates: writes.iter().map(|_| Fate::Open).collect(),
            edits: Vec::new(),
            new_rows: Vec::new(),
            ending: ending_for_new_rows(text, document.dialect, document.header_row.end),
            rows: 0,
        };
        let wanted = batch.wanted();
        let creates = writes.iter().any(|write| write.kind == WriteKind::Create);
        let mut habits = Habits::new(&document.header_row, document.dialect.delimiter);
        let mut rows = Rows::new(document, layout);
        while let Some(row) = rows.next()? {
            if creates {
                habits.see(row.row, text);
                if row.native_id {
                    new_ids.see(row.id);
                }
            }
            batch.rows += 1;
            if let Some(&index) = wanted.get(row.id) {
                batch.fates[index] = batch.existing(document, layout, &writes[index], row);
            }
        }
        for (index, write) in writes.iter().enumerate() {
            if !matches!(batch.fates[index], Fate::Open) {
                continue;
            }
            batch.fates[index] = if write.kind == WriteKind::Create {
                batch.create(document, layout, write, &habits, new_ids)
            } else {
                Fate::Settled(stale(format!("the row is no longer in {}", document.shown)))
            };
        }
        Ok(batch)
    }

    /// The write for each record id; a second one for the same record is refused, since it could not see the first.
    fn wanted(&mut self) -> HashMap<&'w str, usize> {
        let mut wanted = HashMap::new();
        for (index, write) in self.writes.iter().enumerate().filter(|(_, write)| write.kind != WriteKind::Create) {
            let refusal = match &write.current {
                None => "no record was given to change",
                Some(record) if wanted.contains_key(record.id.as_str()) => "a second write to one record in one batch",
                Some(record) => {
                    wanted.insert(record.id.as_str(), index);
                    continue;
                }
            };
            self.fates[index] = Fate::Settled(refused(refusal.to_owned()));
        }
        wanted
    }

    fn existing(&mut self, document: &Document<'_>, layout: &Layout, write: &Write, row: Seen<'_>) -> Fate {
        if let Some(column) = write.current.as_ref().and_then(|current| moved(layout, current, row)) {
            let name = document.header.get(column).map_or("", String::as_str);
            return Fate::Settled(stale(format!("`{name}` changed in {} since it was read", document.shown)));
        }
        if write.kind == WriteKind::Delete {
            self.rows -= 1;
            self.edits.push(Edit { start: row.row.start, end: row.row.end, with: String::new() });
            return Fate::Gone;
        }
        let mut cells: Vec<(usize, &str)> = Vec::with_capacity(write.set.len());
        for (field, value) in &write.set {
            let seen = write.current.as_ref().map_or(row.cell(field.index()), |current| current.cell(field.index()));
            let seen = if seen == model::Cell::Unknown { row.cell(field.index()) } else { seen };
            let Some(column) = row.column_of(field.index(), seen) else {
                return Fate::Settled(refused(format!("{} has no column for this field", document.shown)));
            };
            if let Some(message) = unwritable(document, value) {
                return Fate::Settled(refused(message));
            }
            cells.retain(|(other, _)| *other != column);
            cells.push((column, value));
        }
        cells.sort_unstable();
        let (text, delimiter) = (document.text(), document.dialect.delimiter);
        for (column, value) in cells {
            let Some(span) = row.row.cells.get(column).filter(|_| row.row.text(text, column) != value) else {
                continue;
            };
            let mut with = String::with_capacity(value.len() + 2);
            push_cell(&mut with, value, span.quoted || must_quote(value, delimiter, row.row.cells.len() == 1));
            self.edits.push(Edit { start: span.start, end: span.end, with });
        }
        Fate::Row(self.rows - 1)
    }

    fn create(
        &mut self,
        document: &Document<'_>,
        layout: &Layout,
        write: &Write,
        habits: &Habits,
        new_ids: &mut NewIds,
    ) -> Fate {
        let mut cells = vec![""; document.header.len()];
        for (field, value) in &write.set {
            if let Some(message) = unwritable(document, value) {
                return Fate::Settled(refused(message));
            }
            // A field without a column stays unknown on this side: that loses nothing.
            if let Some(column) = layout.cells.get(field.index()).copied().flatten() {
                cells[column] = value;
            }
        }
        let id;
        if let Some(column) = layout.id.filter(|_| layout.preset.makes_ids()) {
            let Some(made) = new_ids.make() else {
                return Fate::Settled(refused("the file's ids leave no room for a new one".to_owned()));
            };
            id = made;
            cells[column] = &id;
        }
        let mut row = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                row.push(char::from(document.dialect.delimiter));
            }
            push_cell(&mut row, cell, habits.quotes(index, cell));
        }
        self.new_rows.push(row);
        self.rows += 1;
        Fate::Row(self.rows - 1)
    }

    /// Whether any byte changes.
    pub(crate) fn changes_text(&self) -> bool {
        !self.edits.is_empty() || !self.new_rows.is_empty()
    }

    /// The text with everything done.
    pub(crate) fn rewrite(&self, text: &str) -> String {
        rewrite(text, &self.edits, &self.new_rows, self.ending)
    }

    /// Reads the new text back: every record as it now stands, by write. An error where it does not say what was
    /// meant, which would be a mistake of ours: better found here than on the disk.
    pub(crate) fn verify(&self, document: &Document<'_>, layout: &Layout) -> Result<HashMap<usize, Record>, Error> {
        let wrong = || {
            let message = format!("{}: the edited file would not read back as meant", document.shown);
            Error::new(ErrorKind::Data, message).hint("nothing was written; please report this")
        };
        let mut at_row = HashMap::new();
        for (index, fate) in self.fates.iter().enumerate() {
            if let Fate::Row(row) = fate {
                at_row.insert(*row, index);
            }
        }
        let mut stored = HashMap::with_capacity(at_row.len());
        let mut rows = Rows::new(document, layout);
        let mut count = 0;
        while let Some(row) = rows.next()? {
            if let Some(&index) = at_row.get(&count) {
                let meant = |(field, value): &(FieldId, String)| match row.cell(field.index()) {
                    model::Cell::Unknown => true,
                    _ => row.column_of(field.index(), model::Cell::from_text(value)).is_some(),
                };
                if !self.writes[index].set.iter().all(meant) {
                    return Err(wrong());
                }
                stored.insert(index, row.to_record());
            }
            count += 1;
        }
        if count == self.rows { Ok(stored) } else { Err(wrong()) }
    }

    /// How each write ended. `override_done`: what to say instead of "done", where the file was not replaced for sure.
    pub(crate) fn results(
        self,
        mut stored: HashMap<usize, Record>,
        override_done: Option<&WriteResult>,
    ) -> Vec<WriteResult> {
        let done = |id, stored| override_done.cloned().unwrap_or(WriteResult::Done { id, stored });
        let writes = self.writes;
        let fates = self.fates.into_iter().enumerate();
        fates
            .map(|(index, fate)| match fate {
                Fate::Settled(result) => result,
                Fate::Gone => done(writes[index].current.as_ref().map(|record| record.id.clone()), None),
                Fate::Open | Fate::Row(_) => {
                    let stored = stored.remove(&index);
                    let id = stored.as_ref().filter(|record| record.native_id).map(|record| record.id.clone());
                    done(id, stored)
                }
            })
            .collect()
    }
}

/// The first column in which the row differs from what the plan saw.
fn moved(layout: &Layout, current: &Record, row: Seen<'_>) -> Option<usize> {
    (0..layout.cells.len()).find_map(|index| match current.cell(index) {
        model::Cell::Unknown => None,
        seen if seen == row.cell(index) || row.column_of(index, seen).is_some() => None,
        _ => Some(layout.cells[index].unwrap_or(usize::MAX)),
    })
}

/// Why a value cannot stand in this file.
fn unwritable(document: &Document<'_>, value: &str) -> Option<String> {
    if value.contains('\0') {
        return Some(format!("the value has a NUL character, which {} cannot hold", document.shown));
    }
    let encoding = document.decoded.encoding;
    cannot_hold(encoding, value).map(|c| {
        format!(
            "{} is stored as {encoding}, which has no `{c}`: export it as UTF-8 to write this value",
            document.shown
        )
    })
}

const fn stale(message: String) -> WriteResult {
    WriteResult::Stale { message }
}

const fn refused(message: String) -> WriteResult {
    WriteResult::Refused { message }
}
