//! Everything one sandbox holds, behind one lock.
//!
//! It has no behaviour of its own beyond "someone changes contacts without the API".

use jiff::Timestamp;

use crate::contact::{Contact, NewContact};
use crate::fault_set::FaultSet;
use crate::faults::drifted_in;
use crate::history::History;
use crate::limiter::Limiter;
use crate::log::{Counters, RequestLog};
use crate::settings::Settings;
use crate::state::State;

/// The sandbox's whole state.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) state: State,
    pub(crate) history: History,
    pub(crate) faults: FaultSet,
    pub(crate) limiter: Limiter,
    pub(crate) log: RequestLog,
    pub(crate) counters: Counters,
}

impl World {
    /// Makes a contact as a user of the phone system would; custom fields it uses become defined.
    pub(crate) fn insert(&mut self, new: NewContact, now: Timestamp) -> Contact {
        let id = self.state.take_id(self.settings.choices.reuse_ids);
        self.state.custom_fields.extend(new.custom_fields.keys().cloned());
        Contact::clone(&self.state.put(new.with_id(id, whole_second(now))))
    }

    /// Someone deletes the first rows of the list and adds new ones.
    pub(crate) fn drift(&mut self, delete: usize, insert: usize, now: Timestamp) {
        for row in self.state.page(0, delete, self.settings.choices.list_order) {
            self.state.remove(row.id);
        }
        for _ in 0..insert {
            let stranger = drifted_in(self.state.next_id());
            self.insert(stranger, now);
        }
    }
}

/// `created_at` has no fractions in the documents' examples.
pub(crate) fn whole_second(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
