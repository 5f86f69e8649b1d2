//! The writes of one request: counted, and dropped where a fault drops them.

use std::sync::Arc;

use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::record::{Changes, Record, Source};
use crate::hubspot::route::ObjectKind;
use crate::hubspot::world::World;

/// Writes what one request asks for.
pub(super) struct Writer<'a> {
    pub(super) world: &'a mut World,
    call: &'a Call,
    kind: ObjectKind,
    rows: u64,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(world: &'a mut World, call: &'a Call, kind: ObjectKind) -> Self {
        Self { world, call, kind, rows: 0 }
    }

    /// Makes a record; the contacts are those that a call belongs to.
    pub(super) fn create(&mut self, changes: Changes, contacts: Vec<u64>) -> Arc<Record> {
        let now = self.call.now;
        let mut record = Record::new(self.world.take_id(), now);
        record.set(changes, now, self.source());
        record.contacts = contacts;
        if self.drops() {
            return Arc::new(record);
        }
        self.world.counters.created += 1;
        self.world.collection_mut(self.kind).put(record, now)
    }

    /// Changes a record, if no other one has its unique values.
    pub(super) fn update(&mut self, record: &Record, changes: Changes) -> Result<Arc<Record>, ApiError> {
        let collection = self.world.collection(self.kind);
        if let Some((property, value, holder)) = collection.conflict(&changes, Some(record.id)) {
            return Err(ApiError::taken(property, value, Some(record.id), holder));
        }
        let (now, source) = (self.call.now, self.source());
        let mut after = record.clone();
        after.set(changes, now, source);
        if self.drops() {
            return Ok(Arc::new(after));
        }
        self.world.counters.updated += 1;
        Ok(self.world.collection_mut(self.kind).put(after, now))
    }

    /// Archives the record with this id, or the one it was merged into.
    pub(super) fn archive(&mut self, id: u64) {
        let now = self.call.now;
        let found = self.world.collection(self.kind).follow(id).map(|record| record.id);
        if let Some(id) = found
            && !self.drops()
        {
            self.world.collection_mut(self.kind).archive(id, now);
            self.world.counters.archived += 1;
        }
    }

    const fn source(&self) -> Source {
        Source::App(self.world.settings.app_id)
    }

    fn drops(&mut self) -> bool {
        self.rows += 1;
        self.call.firing.drops(self.rows)
    }
}
