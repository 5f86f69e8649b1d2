//! What a listing and a read show of the contacts, faults included.

use super::contents::Contents;
use super::{Contact, Inner, MemoryReplica};
use connector::Presence;
use model::{Coverage, Listing, OwnedCell, Record, RecordId, Table};

impl MemoryReplica {
    pub(crate) fn record(&self, inner: &Inner, contacts: &[Contact], at: usize) -> Record {
        let contact = &contacts[at];
        let mut cells: Vec<OwnedCell> =
            contact.cells.iter().map(|text| model::Cell::from_text(text).to_owned()).collect();
        for field in &inner.faults.unknown {
            if let Some(id) = self.schema.position(field) {
                cells[id.index()] = OwnedCell::Unknown;
            }
        }
        Record {
            id: RecordId::from(Contents::shown_id(contacts, at)),
            native_id: contact.id.is_some(),
            cells,
            rest: Some(contact.unmapped.clone()),
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
