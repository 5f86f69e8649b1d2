//! Everything one account holds, behind one lock, and what happens in it without the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::collection::Collection;
use super::counters::Counters;
use super::fault_set::FaultSet;
use super::limits::Limits;
use super::phones;
use super::property::Property;
use super::record::{Changes, Record, Source};
use super::route::{ObjectKind, RequestKind};
use super::settings::Settings;
use crate::log::RequestLog;

/// The first id: too large for 32 bits, as those of real accounts are.
const FIRST_ID: u64 = 30_000_000_001;

/// An account's whole state.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) contacts: Collection,
    pub(crate) calls: Collection,
    pub(crate) next_id: u64,
    pub(crate) faults: FaultSet,
    pub(crate) limits: Limits,
    pub(crate) log: RequestLog<RequestKind>,
    pub(crate) counters: Counters,
}

impl World {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            contacts: Collection::new(ObjectKind::Contacts),
            calls: Collection::new(ObjectKind::Calls),
            next_id: FIRST_ID,
            faults: FaultSet::default(),
            limits: Limits::default(),
            log: RequestLog::default(),
            counters: Counters::default(),
        }
    }

    pub(crate) const fn collection(&self, kind: ObjectKind) -> &Collection {
        match kind {
            ObjectKind::Contacts => &self.contacts,
            ObjectKind::Calls => &self.calls,
        }
    }

    pub(crate) const fn collection_mut(&mut self, kind: ObjectKind) -> &mut Collection {
        match kind {
            ObjectKind::Contacts => &mut self.contacts,
            ObjectKind::Calls => &mut self.calls,
        }
    }

    pub(crate) const fn take_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        id
    }

    /// Makes a contact with any values; properties that do not exist become defined as text.
    pub(crate) fn insert(
        &mut self,
        properties: BTreeMap<String, String>,
        now: Timestamp,
        source: Source,
    ) -> Arc<Record> {
        let changes = self.unchecked(ObjectKind::Contacts, properties);
        let mut record = Record::new(self.take_id(), now);
        record.set(changes, now, source);
        self.contacts.put(record, now)
    }

    /// Changes a contact as somebody does in the CRM's pages, which write phone numbers in their own form.
    pub(crate) fn edit_as_user(
        &mut self,
        id: u64,
        properties: BTreeMap<String, String>,
        now: Timestamp,
        user: u64,
    ) -> Option<Arc<Record>> {
        let mut changes = self.unchecked(ObjectKind::Contacts, properties);
        for (name, value) in &mut changes {
            if self.is_phone(name) {
                *value = phones::as_user(value);
            }
        }
        self.contacts.change(id, changes, now, Source::User(user))
    }

    /// Saves a contact in the CRM's pages without changing anything: its numbers get the pages' form.
    pub(crate) fn reformat_phones(&mut self, id: u64, now: Timestamp, user: u64) -> Option<Arc<Record>> {
        let record = self.contacts.live().get(&id)?;
        let phones = record.values.keys().filter(|name| self.is_phone(name));
        let changes = phones.filter_map(|name| Some((Arc::clone(name), phones::as_user(record.stored(name)?))));
        let changes: Changes = changes.collect();
        self.contacts.change(id, changes, now, Source::User(user))
    }

    fn is_phone(&self, name: &str) -> bool {
        self.contacts.definition(name).is_some_and(|(_, property)| property.field_type == "phonenumber")
    }

    /// Values as they are; properties that do not exist become defined as text.
    pub(crate) fn unchecked(&mut self, kind: ObjectKind, properties: BTreeMap<String, String>) -> Changes {
        let collection = self.collection_mut(kind);
        let mut changes = Changes::new();
        for (name, value) in properties {
            if collection.definition(&name).is_none() {
                collection.define(Property::text(&name, &name));
            }
            // The definition's own name is shared by all records.
            if let Some((name, _)) = collection.definition(&name) {
                let value = if &**name == "email" { value.to_lowercase() } else { value };
                changes.insert(Arc::clone(name), value);
            }
        }
        changes
    }

    /// Merges two contacts: a third one with a new id takes the place of both. What the first lacks comes from the
    /// second. `None` if one of them is not there.
    pub(crate) fn merge(&mut self, primary: u64, other: u64, now: Timestamp) -> Option<Arc<Record>> {
        if primary == other || !self.contacts.live().contains_key(&other) {
            return None;
        }
        let first = self.contacts.take(primary, now)?;
        let second = self.contacts.take(other, now)?;
        let mut merged = Record::clone(&first);
        merged.id = self.take_id();
        merged.created_at = first.created_at.min(second.created_at);
        merged.merged =
            [&first, &second].into_iter().flat_map(|record| [&record.merged[..], &[record.id]].concat()).collect();
        let mut taken: Changes = second
            .values
            .keys()
            .filter(|name| first.stored(name).is_none())
            .filter_map(|name| Some((Arc::clone(name), second.stored(name)?.to_owned())))
            .collect();
        if let (Some(_), Some(email)) = (first.stored("email"), second.stored("email")) {
            let others: Vec<&str> = first.stored("hs_additional_emails").into_iter().chain([email]).collect();
            taken.insert("hs_additional_emails".into(), others.join(";"));
        }
        merged.set(taken, now, Source::Merge);
        for old in [first, second] {
            self.contacts.remember_merge(old.id, merged.id);
            if self.settings.merged_are_archived {
                self.contacts.put_archived(Record { archived_at: Some(now), ..Record::clone(&old) });
            }
        }
        self.move_calls([primary, other], merged.id, now);
        Some(self.contacts.put(merged, now))
    }

    /// The calls of contacts that were merged belong to the new one.
    fn move_calls(&mut self, from: [u64; 2], into: u64, now: Timestamp) {
        let moved = self.calls.live().values().filter(|call| call.contacts.iter().any(|id| from.contains(id)));
        for call in moved.cloned().collect::<Vec<_>>() {
            let mut call = Record::clone(&call);
            call.contacts.retain(|id| !from.contains(id));
            call.contacts.push(into);
            self.calls.put(call, now);
        }
    }
}
