//! The test as the user: adds, edits and deletes contacts by hand, and looks at what is there. Contacts are named by
//! their id, by any text that they hold, or by their place in the list (`#3`, counted around).

use super::{Contact, Deed, Faults, Kind, Ledger, MemoryReplica, Who};
use model::Field;

fn position_of(contacts: &[Contact], who: &str) -> Option<usize> {
    if let Some(place) = who.strip_prefix('#').and_then(|place| place.parse::<usize>().ok()) {
        return place.checked_rem(contacts.len());
    }
    let has = |contact: &Contact| contact.id.as_deref() == Some(who) || contact.cells.iter().any(|cell| cell == who);
    contacts.iter().position(has)
}

impl MemoryReplica {
    fn position(&self, field: &str) -> usize {
        let column = self.schema.scope_columns(self.side).iter().position(|name| name == field);
        column.map_or_else(
            || self.schema.position(&field.parse::<Field>().unwrap()).unwrap().index(),
            |column| self.schema.len() + column,
        )
    }

    /// A new contact: field, value. Returns its id, "" for none.
    pub fn add(&self, values: &[(&str, &str)]) -> String {
        let mut cells = vec![String::new(); self.schema.width(self.side)];
        for (field, value) in values {
            (*value).clone_into(&mut cells[self.position(field)]);
        }
        let mut inner = self.lock();
        let now = self.clock.now();
        inner.contents.remember(now);
        let contact = inner.contents.add(cells, true);
        let deed = Deed::Created { cells: contact.cells.clone() };
        inner.ledger.deeds.push((now, Who::User, contact.place, deed));
        contact.id.unwrap_or_default()
    }

    /// A new contact that has no id yet.
    pub fn add_without_id(&self, values: &[(&str, &str)]) {
        let id = self.add(values);
        let mut inner = self.lock();
        let contact = inner.contents.now.iter_mut().find(|contact| contact.id.as_ref() == Some(&id)).unwrap();
        contact.id = None;
    }

    /// Changes one field of a contact.
    pub fn edit(&self, who: &str, field: &str, value: &str) {
        assert!(self.try_edit(who, field, value), "{} has no {who}", self.side);
    }

    /// Changes one field of a contact, if there is such a contact.
    pub fn try_edit(&self, who: &str, field: &str, value: &str) -> bool {
        let index = self.position(field);
        let mut inner = self.lock();
        let now = self.clock.now();
        let Some(at) = position_of(&inner.contents.now, who) else { return false };
        if inner.contents.now[at].cells[index] == value {
            return true; // who writes what is there already says nothing
        }
        inner.contents.remember(now);
        let contact = &mut inner.contents.now[at];
        let before = std::mem::replace(&mut contact.cells[index], value.to_owned());
        let place = contact.place;
        let deed = Deed::Changed { field: index, before, after: value.to_owned() };
        inner.ledger.deeds.push((now, Who::User, place, deed));
        true
    }

    /// Deletes a contact.
    pub fn remove(&self, who: &str) {
        assert!(self.try_remove(who), "{} has no {who}", self.side);
    }

    /// Deletes a contact, if there is such a contact.
    pub fn try_remove(&self, who: &str) -> bool {
        let mut inner = self.lock();
        let now = self.clock.now();
        let Some(at) = position_of(&inner.contents.now, who) else { return false };
        inner.contents.remember(now);
        let contact = inner.contents.now.remove(at);
        inner.ledger.deeds.push((now, Who::User, contact.place, Deed::Deleted { cells: contact.cells }));
        true
    }

    /// Merges two contacts: the first goes on under a new id, which is returned, with its own values.
    pub fn merge(&self, who: &str, other: &str) -> String {
        let mut inner = self.lock();
        let now = self.clock.now();
        inner.contents.remember(now);
        let gone = position_of(&inner.contents.now, other).unwrap();
        let gone = inner.contents.now.remove(gone);
        let at = position_of(&inner.contents.now, who).unwrap();
        let new = format!("{}-merged", inner.contents.now[at].id.clone().unwrap_or_default());
        let old = inner.contents.now[at].id.replace(new.clone());
        inner.successors.extend([old, gone.id].into_iter().flatten().map(|old| (old, new.clone())));
        let deed = Deed::Deleted { cells: gone.cells };
        inner.ledger.deeds.push((now, Who::User, gone.place, deed));
        new
    }

    /// Puts a deleted contact back as it was, id included.
    pub fn restore(&self, contact: &Contact) {
        let mut inner = self.lock();
        let now = self.clock.now();
        inner.contents.remember(now);
        inner.contents.now.push(contact.clone());
        let deed = Deed::Created { cells: contact.cells.clone() };
        inner.ledger.deeds.push((now, Who::User, contact.place, deed));
    }

    /// Gives ids to contacts that have none, as a CRM does at import.
    pub fn give_ids(&self) {
        self.lock().contents.give_ids();
    }

    /// A contact; `None` where there is none.
    pub fn find(&self, who: &str) -> Option<Contact> {
        let inner = self.lock();
        position_of(&inner.contents.now, who).map(|at| inner.contents.now[at].clone())
    }

    /// A field of a contact.
    pub fn value(&self, who: &str, field: &str) -> String {
        let contact = self.find(who).unwrap_or_else(|| panic!("{} has no {who}", self.side));
        contact.cells[self.position(field)].clone()
    }

    /// Every contact, in the order shown.
    pub fn contacts(&self) -> Vec<Contact> {
        self.lock().contents.now.clone()
    }

    /// The cells of every contact, sorted: a world without ids and order.
    pub fn world(&self) -> Vec<Vec<String>> {
        let mut world: Vec<_> = self.contacts().into_iter().map(|contact| contact.cells).collect();
        world.sort();
        world
    }

    /// Ids and cells that a listing taken now would show, faults and lag included; unknown as "".
    pub fn shown(&self) -> Vec<(String, Vec<String>)> {
        let (listing, width) = (self.show(&self.lock()), self.schema.width(self.side));
        let cells = |row: model::RowRef<'_>| row.cells(width).map(|cell| cell.text().to_owned()).collect();
        listing.table.iter().map(|row| (row.id().to_owned(), cells(row))).collect()
    }

    /// How many contacts there are.
    pub fn count(&self) -> usize {
        self.lock().contents.now.len()
    }

    /// Changes what goes wrong.
    pub fn faults(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.lock().faults);
    }

    /// What goes wrong now.
    pub fn current_faults(&self) -> Faults {
        self.lock().faults.clone()
    }

    /// Everything works again.
    pub fn calm(&self) {
        self.lock().faults = Faults::default();
    }

    /// Changes what it can do.
    pub fn become_kind(&self, change: impl FnOnce(&mut Kind)) {
        change(&mut self.lock().kind);
    }

    /// What it can do now.
    pub fn current_kind(&self) -> Kind {
        self.lock().kind.clone()
    }

    /// Another account answers from now on.
    pub fn impersonate(&self, fingerprint: &str) {
        fingerprint.clone_into(&mut self.lock().fingerprint);
    }

    /// Who did what so far.
    pub fn ledger(&self) -> Ledger {
        self.lock().ledger.clone()
    }

    /// Ids count from another number: nothing may depend on what they look like (L9).
    pub fn number_from(&self, first: u64) {
        self.lock().contents.number_from(first);
    }

    /// How many deeds so far.
    pub fn deeds(&self) -> usize {
        self.lock().ledger.deeds.len()
    }
}
