//! The contacts themselves, and how they were at every moment before. Not who may change them.

use jiff::{SignedDuration, Timestamp};
use model::Side;

/// One contact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contact {
    /// Its place: never used twice, whatever its id is.
    pub place: u64,
    /// Its id; `None` where the replica gave it none.
    pub id: Option<String>,
    /// A text per schema field, then per scope column; "" is empty.
    pub cells: Vec<String>,
    /// A field that nobody maps: must never change (I8).
    pub unmapped: String,
}

/// All contacts, in the order in which they are shown.
#[derive(Debug, Clone)]
pub(crate) struct Contents {
    pub(crate) now: Vec<Contact>,
    before: Vec<(Timestamp, Vec<Contact>)>,
    next: u64,
    first_id: u64,
}

impl Contents {
    pub(crate) const fn new(side: Side) -> Self {
        let first_id = match side {
            Side::Justcall => 9000,
            Side::Crm => 10,
        };
        Self { now: Vec::new(), before: Vec::new(), next: 0, first_id }
    }

    pub(crate) const fn number_from(&mut self, first: u64) {
        self.first_id = first;
    }

    /// Remembers how it was until now.
    pub(crate) fn remember(&mut self, at: Timestamp) {
        self.before.push((at, self.now.clone()));
    }

    /// As somebody sees it who learns of every change so many seconds late.
    pub(crate) fn seen(&self, now: Timestamp, late: i64) -> Vec<Contact> {
        let horizon = now - SignedDuration::from_secs(late);
        // The state before the first change that is too young to be seen.
        self.before.iter().find(|(at, _)| *at > horizon).map_or_else(|| self.now.clone(), |(_, then)| then.clone())
    }

    pub(crate) fn add(&mut self, cells: Vec<String>, with_id: bool) -> Contact {
        let place = self.next;
        self.next += 1;
        let id = with_id.then(|| (self.first_id + place).to_string());
        let contact = Contact { place, id, cells, unmapped: format!("note {place}") };
        self.now.push(contact.clone());
        contact
    }

    /// The id under which a contact is shown: its own, or its row number.
    pub(crate) fn shown_id(contacts: &[Contact], at: usize) -> String {
        contacts[at].id.clone().unwrap_or_else(|| format!("row:{}", at + 2))
    }

    pub(crate) fn by_shown_id(contacts: &[Contact], id: &str) -> Option<usize> {
        (0..contacts.len()).find(|at| Self::shown_id(contacts, *at) == id)
    }

    /// Ids for all contacts that have none, as a CRM gives them when a file is imported.
    pub(crate) fn give_ids(&mut self) {
        for contact in &mut self.now {
            contact.id.get_or_insert_with(|| (self.first_id + contact.place).to_string());
        }
    }
}
