//! The account's contacts in memory: by id, by phone, and in list order.
//!
//! A page costs as much as its rows, also with a million contacts. It does not validate, rewrite or remember the past.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::choices::ListOrder;
use crate::contact::{Contact, phone_key};

/// Contacts by id; cheap to clone, since the contacts are shared.
pub(crate) type ContactsById = BTreeMap<u64, Arc<Contact>>;

/// The contacts and custom-field definitions of one account.
#[derive(Debug)]
pub(crate) struct State {
    contacts: ContactsById,
    /// Ids by phone key. Documents do not say that phones are unique.
    by_phone: HashMap<String, BTreeSet<u64>>,
    /// All ids in ascending order, unless a change made it stale; then the next page rebuilds it.
    order: Vec<u64>,
    order_is_stale: bool,
    next_id: u64,
    /// Ids of deleted contacts, for servers that reuse them.
    freed: BTreeSet<u64>,
    /// Keys of the custom fields that are defined in the account.
    pub(crate) custom_fields: BTreeSet<String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            contacts: ContactsById::new(),
            by_phone: HashMap::new(),
            order: Vec::new(),
            order_is_stale: false,
            next_id: 1,
            freed: BTreeSet::new(),
            custom_fields: BTreeSet::new(),
        }
    }
}

impl State {
    pub(crate) fn len(&self) -> usize {
        self.contacts.len()
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.next_id
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Arc<Contact>> {
        self.contacts.get(&id)
    }

    /// All contacts as they are now.
    pub(crate) fn all(&self) -> &ContactsById {
        &self.contacts
    }

    /// Ids of the contacts with this number, ascending.
    pub(crate) fn ids_by_phone(&self, phone: &str) -> impl Iterator<Item = u64> + '_ {
        self.by_phone.get(phone_key(phone)).into_iter().flatten().copied()
    }

    /// The rows at positions `skip..skip + take` of the whole list.
    pub(crate) fn page(&mut self, skip: usize, take: usize, order: ListOrder) -> Vec<Arc<Contact>> {
        if self.order_is_stale {
            self.order = self.contacts.keys().copied().collect();
            self.order_is_stale = false;
        }
        let find = |id: &u64| self.contacts.get(id).cloned();
        match order {
            ListOrder::OldestFirst => self.order.iter().skip(skip).take(take).filter_map(find).collect(),
            ListOrder::NewestFirst => self.order.iter().rev().skip(skip).take(take).filter_map(find).collect(),
        }
    }

    /// A fresh id, or with `reuse` that of a deleted contact if there is one.
    pub(crate) fn take_id(&mut self, reuse: bool) -> u64 {
        if reuse && let Some(id) = self.freed.pop_first() {
            return id;
        }
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        id
    }

    /// Raises the next id, so that ids given out before a save are not given out again.
    pub(crate) fn skip_ids_below(&mut self, next_id: u64) {
        self.next_id = self.next_id.max(next_id);
    }

    /// Stores a contact under its id, in place of what was there.
    pub(crate) fn put(&mut self, contact: Contact) -> Arc<Contact> {
        let contact = Arc::new(contact);
        self.next_id = self.next_id.max(contact.id.saturating_add(1));
        match self.contacts.insert(contact.id, Arc::clone(&contact)) {
            Some(before) => self.unindex(&before),
            None if self.order.last().is_none_or(|last| *last < contact.id) => {
                self.order.push(contact.id);
            }
            None => self.order_is_stale = true,
        }
        self.by_phone.entry(phone_key(&contact.phone).to_owned()).or_default().insert(contact.id);
        contact
    }

    /// Removes a contact for good.
    pub(crate) fn remove(&mut self, id: u64) -> Option<Arc<Contact>> {
        let removed = self.contacts.remove(&id)?;
        self.unindex(&removed);
        self.order_is_stale = true;
        self.freed.insert(id);
        Some(removed)
    }

    fn unindex(&mut self, contact: &Contact) {
        let key = phone_key(&contact.phone);
        if let Some(ids) = self.by_phone.get_mut(key) {
            ids.remove(&contact.id);
            if ids.is_empty() {
                self.by_phone.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use jiff::Timestamp;

    use super::*;
    use crate::contact::NewContact;

    fn contact(id: u64, phone: &str) -> Contact {
        NewContact { phone: phone.to_owned(), ..NewContact::default() }.with_id(id, Timestamp::UNIX_EPOCH)
    }

    fn ids(rows: &[Arc<Contact>]) -> Vec<u64> {
        rows.iter().map(|row| row.id).collect()
    }

    #[test]
    fn pages_follow_inserts_and_deletes() {
        let mut state = State::default();
        for id in 1..=5 {
            state.put(contact(id, "+41"));
        }
        assert_eq!(ids(&state.page(1, 2, ListOrder::OldestFirst)), [2, 3]);
        assert_eq!(ids(&state.page(1, 2, ListOrder::NewestFirst)), [4, 3]);
        state.remove(2);
        state.put(contact(6, "+41"));
        assert_eq!(ids(&state.page(0, 9, ListOrder::OldestFirst)), [1, 3, 4, 5, 6]);
        state.put(contact(2, "+41"));
        assert_eq!(ids(&state.page(0, 9, ListOrder::OldestFirst)), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn the_phone_index_follows_edits_and_ignores_the_plus() {
        let mut state = State::default();
        state.put(contact(1, "41791"));
        state.put(contact(2, "+41791"));
        assert_eq!(state.ids_by_phone("+41791").collect::<Vec<_>>(), [1, 2]);
        state.put(contact(1, "+4400"));
        assert_eq!(state.ids_by_phone("41791").collect::<Vec<_>>(), [2]);
        assert_eq!(state.ids_by_phone("+4400").collect::<Vec<_>>(), [1]);
        state.remove(2).unwrap();
        assert_eq!(state.ids_by_phone("+41791").count(), 0);
    }

    #[test]
    fn ids_come_back_only_when_reuse_is_on() {
        let mut state = State::default();
        for phone in ["+41", "+42"] {
            let id = state.take_id(false);
            state.put(contact(id, phone));
        }
        state.remove(2);
        assert_eq!(state.take_id(false), 3);
        assert_eq!(state.take_id(true), 2);
        assert_eq!(state.take_id(true), 4);
    }
}
