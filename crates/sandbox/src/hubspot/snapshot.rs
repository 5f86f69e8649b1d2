//! An account as a JSON file: contacts, calls, the properties of its own, and what was merged.
//!
//! Settings, faults, log, counters and the history of values are not in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::collection::Collection;
use super::object::Object;
use super::property::Property;
use super::record::{Record, Source};
use super::route::ObjectKind;
use super::world::World;
use crate::persistence::{PersistenceError, read_json, write_json};

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Snapshot {
    /// The id the next new record gets, if no record in the file has a higher one.
    pub next_id: u64,
    /// Properties of contacts that do not come with every account.
    pub properties: Vec<Property>,
    /// Contacts, also archived ones. Without an id they get the next free one.
    pub contacts: Vec<Object>,
    /// Calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Object>,
    /// Ids of contacts that were merged, with the id of the one they went into.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub merged_into: BTreeMap<u64, u64>,
}

impl Snapshot {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, PersistenceError> {
        read_json(path)
    }

    /// Writes a file, in one step.
    pub fn save(&self, path: &Path) -> Result<(), PersistenceError> {
        write_json(path, self)
    }

    pub(crate) fn of(world: &World) -> Self {
        let objects = |collection: &Collection| -> Vec<Object> {
            let all = collection.live().values().chain(collection.archived().values());
            all.map(|record| Object::from(&**record)).collect()
        };
        Self {
            next_id: world.next_id,
            properties: world.contacts.definitions().filter(|property| !property.standard).cloned().collect(),
            contacts: objects(&world.contacts),
            calls: objects(&world.calls),
            merged_into: world.contacts.merged_into().clone(),
        }
    }

    /// Puts it in place of what the world holds, unless two records have one id.
    pub(crate) fn put_into(self, world: &mut World, now: Timestamp) -> Result<(), PersistenceError> {
        let mut ids = BTreeSet::new();
        for object in self.contacts.iter().chain(&self.calls).filter(|object| object.id != 0) {
            if !ids.insert(object.id) {
                return Err(PersistenceError::DuplicateId(object.id));
            }
        }
        world.contacts = Collection::new(ObjectKind::Contacts);
        world.calls = Collection::new(ObjectKind::Calls);
        for property in self.properties {
            world.contacts.define(property);
        }
        let above = ids.last().map_or(0, |last| last.saturating_add(1));
        world.next_id = world.next_id.max(self.next_id).max(above);
        for (from, into) in self.merged_into.into_iter().filter(|(from, into)| from < into) {
            world.contacts.remember_merge(from, into);
        }
        for contact in self.contacts {
            put(world, ObjectKind::Contacts, contact, now);
        }
        for call in self.calls {
            put(world, ObjectKind::Calls, call, now);
        }
        Ok(())
    }
}

fn put(world: &mut World, kind: ObjectKind, object: Object, now: Timestamp) {
    let changes = world.unchecked(kind, object.properties);
    let created_at = object.created_at.unwrap_or(now);
    let id = if object.id == 0 { world.take_id() } else { object.id };
    let mut record = Record::new(id, created_at);
    record.set(changes, object.updated_at.unwrap_or(created_at), Source::User(0));
    record.merged = object.merged;
    record.contacts = object.contacts;
    record.archived_at = object.archived_at;
    let collection = world.collection_mut(kind);
    if record.archived_at.is_some() {
        collection.put_archived(record);
    } else {
        // Searches see at once what was there before.
        collection.put(record, Timestamp::UNIX_EPOCH);
    }
}
