//! What a listing and a read show of the contacts, faults included.

use super::contents::Contents;
use super::{Contact, Inner, MemoryReplica};
use connector::{Feed, Presence};
use model::{Coverage, Listing, OwnedCell, Record, RecordId, Table, numbers};
use std::collections::BTreeMap;

impl MemoryReplica {
    /// The cells that hold numbers, in order of preference.
    pub(crate) fn number_cells(&self, inner: &Inner) -> Vec<usize> {
        let second = self.schema.width(self.side) - 1;
        [self.schema.phone().index()].into_iter().chain(inner.kind.several_numbers.then_some(second)).collect()
    }

    /// The cell that shows this number.
    pub(crate) fn number_cell(&self, inner: &Inner, contact: &Contact, shown: &str) -> Option<usize> {
        self.number_cells(inner).into_iter().find(|at| contact.cells[*at] == shown)
    }

    pub(crate) fn record(&self, inner: &Inner, contacts: &[Contact], at: usize) -> Record {
        let contact = &contacts[at];
        let mut cells: Vec<OwnedCell> =
            contact.cells.iter().map(|text| model::Cell::from_text(text).to_owned()).collect();
        for field in &inner.faults.unknown {
            if let Some(id) = self.schema.position(field) {
                cells[id.index()] = OwnedCell::Unknown;
            }
        }
        let mut rest = contact.unmapped.clone();
        if inner.kind.several_numbers {
            rest.clear();
            for at in self.number_cells(inner).into_iter().filter(|at| !contact.cells[*at].is_empty()) {
                if rest.is_empty() {
                    cells[self.schema.phone().index()] = model::Cell::from_text(&contact.cells[at]).to_owned();
                }
                numbers::add(&mut rest, &format!("number {at}"), &contact.cells[at]);
            }
        }
        Record {
            id: RecordId::from(Contents::shown_id(contacts, at)),
            native_id: contact.id.is_some(),
            cells,
            rest: Some(rest),
        }
    }

    pub(crate) fn show(&self, inner: &Inner) -> Listing {
        let now = self.clock.now();
        let contacts = inner.contents.seen(now, inner.kind.lag);
        let faults = &inner.faults;
        let is_hidden = |contact: &Contact| {
            let named = contact.id.iter().chain(&contact.cells);
            named.into_iter().any(|text| faults.hidden.contains(text))
        };
        let mut shown: Vec<usize> = (0..contacts.len()).filter(|at| !is_hidden(&contacts[*at])).collect();
        if faults.empty {
            shown.clear();
        }
        if let Some(most) = faults.cut_at {
            shown.truncate(most);
        }
        let mut coverage = Coverage::Complete;
        if faults.partial {
            shown.truncate(shown.len() / 2);
            coverage = Coverage::Partial { reason: "a page was missing".to_owned() };
        }
        if faults.reversed {
            shown.reverse();
        }
        if faults.doubled {
            shown.extend(shown.first().copied());
        }
        let mut table = Table::new(self.schema.width(self.side));
        for at in shown {
            table.push_record(&self.record(inner, &contacts, at)).unwrap();
        }
        Listing { table, coverage, read_at: now, notes: Vec::new() }
    }

    /// What differs from what an earlier reading showed. Whom a faulty listing merely hides is not gone.
    pub(crate) fn feed(&self, inner: &mut Inner, cursor: &str) -> Feed {
        if inner.faults.silent_feed {
            return Feed::Changes {
                changed: Table::new(self.schema.width(self.side)),
                gone: Vec::new(),
                notes: Vec::new(),
            };
        }
        let now = self.show(inner);
        let before = cursor.parse().ok().and_then(|at: usize| inner.shown.get(at));
        let lost = inner.faults.cursor_lost || inner.faults.empty;
        let Some(before) = before.filter(|_| now.is_complete() && !lost) else {
            return Feed::StartOver { reason: "it knows no such cursor".to_owned() };
        };
        let rows = |table: &Table| -> BTreeMap<String, Record> {
            table.iter().map(|row| (row.id().to_owned(), row.to_record())).collect()
        };
        let (was, is) = (rows(before), rows(&now.table));
        let mut changed = Table::new(now.table.width());
        for record in is.iter().filter(|(id, record)| was.get(*id) != Some(*record)).map(|(_, record)| record) {
            changed.push_record(record).unwrap();
        }
        let missing = was.keys().filter(|id| !is.contains_key(*id));
        let gone = missing.filter(|id| Contents::by_shown_id(&inner.contents.now, id).is_none());
        let gone = gone.map(|id| RecordId::from(id.as_str())).collect();
        inner.shown.push(now.table);
        Feed::Changes { changed, gone, notes: Vec::new() }
    }

    pub(crate) fn look_up(&self, inner: &Inner, id: &RecordId) -> Presence {
        if inner.faults.unclear {
            return Presence::Unclear { message: "no clear answer".to_owned() };
        }
        if inner.faults.false_gone {
            return Presence::Gone;
        }
        let contacts = &inner.contents.now;
        Contents::by_shown_id(contacts, id.as_str())
            .map_or(Presence::Gone, |at| Presence::Present(self.record(inner, contacts, at)))
    }
}
