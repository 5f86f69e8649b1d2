//! All records of one type: live, archived and merged away, with their definitions and the search index.
//!
//! It does not check values; it knows which record has a unique one.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::index::Index;
use super::property::Property;
use super::record::{Changes, Record, Source};
use super::route::ObjectKind;
use super::standard;

/// How long an archived record can be restored (documented).
const RECOVERABLE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The records of one type.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) kind: ObjectKind,
    definitions: BTreeMap<Arc<str>, Property>,
    live: BTreeMap<u64, Arc<Record>>,
    archived: BTreeMap<u64, Arc<Record>>,
    /// Where records went that were merged into others.
    merged_into: BTreeMap<u64, u64>,
    /// Live records by unique property and value.
    by_unique: HashMap<(Arc<str>, String), u64>,
    pub(crate) index: Index,
}

impl Collection {
    pub(crate) fn new(kind: ObjectKind) -> Self {
        let standard = match kind {
            ObjectKind::Contacts => standard::contacts(),
            ObjectKind::Calls => standard::calls(),
        };
        let mut new = Self {
            kind,
            definitions: BTreeMap::new(),
            live: BTreeMap::new(),
            archived: BTreeMap::new(),
            merged_into: BTreeMap::new(),
            by_unique: HashMap::new(),
            index: Index::default(),
        };
        for property in standard {
            new.define(property);
        }
        new
    }

    pub(crate) fn definitions(&self) -> impl Iterator<Item = &Property> {
        self.definitions.values()
    }

    pub(crate) fn definition(&self, name: &str) -> Option<(&Arc<str>, &Property)> {
        self.definitions.get_key_value(name)
    }

    pub(crate) fn define(&mut self, property: Property) {
        self.definitions.insert(property.name.as_str().into(), property);
    }

    pub(crate) fn undefine(&mut self, name: &str) -> Option<Property> {
        self.definitions.remove(name)
    }

    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    pub(crate) fn live(&self) -> &BTreeMap<u64, Arc<Record>> {
        &self.live
    }

    pub(crate) fn archived(&self) -> &BTreeMap<u64, Arc<Record>> {
        &self.archived
    }

    pub(crate) fn merged_into(&self) -> &BTreeMap<u64, u64> {
        &self.merged_into
    }

    pub(crate) fn remember_merge(&mut self, from: u64, into: u64) {
        self.merged_into.insert(from, into);
    }

    /// The record with this id, or the one it was merged into.
    pub(crate) fn follow(&self, id: u64) -> Option<&Arc<Record>> {
        self.live.get(&self.current_id(id))
    }

    /// The archived record with this id, while it can be restored.
    pub(crate) fn recoverable(&self, id: u64, now: Timestamp) -> Option<&Arc<Record>> {
        let found = self.archived.get(&id).or_else(|| self.archived.get(&self.current_id(id)));
        found.filter(|record| is_recoverable(record, now))
    }

    fn current_id(&self, id: u64) -> u64 {
        let mut id = id;
        while let Some(into) = self.merged_into.get(&id) {
            id = *into;
        }
        id
    }

    /// So many records after this id, and whether there are more.
    pub(crate) fn page(
        &self,
        after: Option<u64>,
        limit: usize,
        archived: bool,
        now: Timestamp,
    ) -> (Vec<Arc<Record>>, bool) {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let from = if archived { &self.archived } else { &self.live };
        let rows = from.range((start, Bound::Unbounded)).map(|(_, record)| record);
        let mut rows = rows.filter(|record| !archived || is_recoverable(record, now));
        let page = rows.by_ref().take(limit).cloned().collect();
        (page, rows.next().is_some())
    }

    /// The live record with a unique value.
    pub(crate) fn holder(&self, property: &Arc<str>, value: &str) -> Option<u64> {
        self.by_unique.get(&(Arc::clone(property), value.to_owned())).copied()
    }

    /// Which of these values another record has already, of those that must be unique.
    pub(crate) fn conflict<'a>(&self, changes: &'a Changes, own: Option<u64>) -> Option<(&'a Arc<str>, &'a str, u64)> {
        changes.iter().filter(|(_, value)| !value.is_empty()).find_map(|(name, value)| {
            let unique = self.definitions.get(name).is_some_and(|property| property.unique);
            let holder = self.holder(name, value).filter(|holder| unique && Some(*holder) != own)?;
            Some((name, value.as_str(), holder))
        })
    }

    /// Stores a live record in place of the one with its id.
    pub(crate) fn put(&mut self, record: Record, now: Timestamp) -> Arc<Record> {
        let record = Arc::new(record);
        if let Some(before) = self.live.insert(record.id, Arc::clone(&record)) {
            self.forget_unique(&before);
        }
        for (name, kept) in &record.values {
            if !kept.now.value.is_empty() && self.definitions.get(name).is_some_and(|property| property.unique) {
                self.by_unique.insert((Arc::clone(name), kept.now.value.clone()), record.id);
            }
        }
        self.index.note(now, record.id, Some(Arc::clone(&record)));
        record
    }

    /// Changes a live record.
    pub(crate) fn change(&mut self, id: u64, changes: Changes, now: Timestamp, source: Source) -> Option<Arc<Record>> {
        let mut record = Record::clone(self.live.get(&id)?);
        record.set(changes, now, source);
        Some(self.put(record, now))
    }

    /// Takes a live record out; what becomes of it is the caller's business.
    pub(crate) fn take(&mut self, id: u64, now: Timestamp) -> Option<Arc<Record>> {
        let record = self.live.remove(&id)?;
        self.forget_unique(&record);
        self.index.note(now, id, None);
        Some(record)
    }

    pub(crate) fn archive(&mut self, id: u64, now: Timestamp) -> Option<Arc<Record>> {
        let record = Record::clone(&*self.take(id, now)?);
        let record = Arc::new(Record { archived_at: Some(now), ..record });
        self.archived.insert(id, Arc::clone(&record));
        Some(record)
    }

    /// Puts a record among the archived ones, as a file has it.
    pub(crate) fn put_archived(&mut self, record: Record) {
        self.archived.insert(record.id, Arc::new(record));
    }

    /// Makes an archived record live again, unless another one has its unique values by now or it was merged. Its change
    /// is of now.
    pub(crate) fn restore(&mut self, id: u64, now: Timestamp) -> Option<Arc<Record>> {
        let archived = self.recoverable(id, now)?;
        let is_taken = archived.values.iter().any(|(name, kept)| self.holder(name, &kept.now.value).is_some());
        if is_taken || self.merged_into.contains_key(&id) {
            return None;
        }
        let record = Record::clone(&*self.archived.remove(&id)?);
        Some(self.put(Record { archived_at: None, updated_at: now, ..record }, now))
    }

    fn forget_unique(&mut self, record: &Record) {
        for (name, kept) in &record.values {
            let key = (Arc::clone(name), kept.now.value.clone());
            if self.by_unique.get(&key) == Some(&record.id) {
                self.by_unique.remove(&key);
            }
        }
    }
}

fn is_recoverable(record: &Record, now: Timestamp) -> bool {
    record.archived_at.is_none_or(|at| now.duration_since(at) < RECOVERABLE)
}
