//! What searches see: the records as they were a little while ago, in order of their last change.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::record::Record;

/// The search index of one type of records.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Writes that are not in the index yet, oldest first.
    pending: VecDeque<Pending>,
    records: BTreeMap<u64, Arc<Record>>,
    /// Milliseconds of the last change, and the id.
    by_change: BTreeSet<(i64, u64)>,
}

#[derive(Debug)]
struct Pending {
    at: Timestamp,
    id: u64,
    /// `None`: searches no longer find it.
    record: Option<Arc<Record>>,
}

impl Index {
    /// Notes what became of a record.
    pub(crate) fn note(&mut self, at: Timestamp, id: u64, record: Option<Arc<Record>>) {
        self.pending.push_back(Pending { at, id, record });
    }

    /// Takes in what is older than the lag.
    pub(crate) fn catch_up(&mut self, now: Timestamp, lag_ms: u64) {
        let lag_ms = i64::try_from(lag_ms).unwrap_or(i64::MAX);
        let due = |pending: &Pending| now.as_millisecond() - pending.at.as_millisecond() >= lag_ms;
        while self.pending.front().is_some_and(due) {
            if let Some(pending) = self.pending.pop_front() {
                self.take_in(pending);
            }
        }
    }

    fn take_in(&mut self, pending: Pending) {
        if let Some(before) = self.records.remove(&pending.id) {
            self.by_change.remove(&key(&before));
        }
        if let Some(record) = pending.record {
            self.by_change.insert(key(&record));
            self.records.insert(pending.id, record);
        }
    }

    /// All records by id.
    pub(crate) fn by_id(&self) -> impl Iterator<Item = &Record> {
        self.records.values().map(|record| &**record)
    }

    /// The records that were last changed at or after this moment, in that order.
    pub(crate) fn changed_since(&self, ms: i64) -> impl Iterator<Item = &Record> {
        self.by_change.range((ms, 0)..).filter_map(|(_, id)| self.records.get(id)).map(|record| &**record)
    }
}

fn key(record: &Record) -> (i64, u64) {
    (record.updated_at.as_millisecond(), record.id)
}
