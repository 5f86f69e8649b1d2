//! One write, as the plan decided it, and how it ended.

use model::{FieldId, Record, RecordId, Via};

/// What to do with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WriteKind {
    /// Make a new one.
    Create,
    /// Change the given fields, keep all others.
    Update,
    /// Remove it.
    Delete,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// What to do.
    pub kind: WriteKind,
    /// How it travels.
    pub via: Via,
    /// The record as last read; none for a create.
    pub current: Option<Record>,
    /// The fields to set; "" clears. All mapped values for a create; empty for a delete.
    pub set: Vec<(FieldId, String)>,
}

/// How a write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteResult {
    /// Acknowledged.
    Done {
        /// Id of the record, where the answer told it.
        id: Option<RecordId>,
        /// The record as the replica holds it now, where the answer or a read-back showed it.
        stored: Option<Record>,
    },
    /// The replica said no and wrote nothing.
    Refused {
        /// Its own words.
        message: String,
    },
    /// The answer was lost: it may have been written.
    Unknown {
        /// What went wrong.
        message: String,
    },
    /// The replica holds something else than `current` and nothing was sent.
    Stale {
        /// What moved.
        message: String,
    },
}

/// Counts of writes by how they travel, to forecast their cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Workload {
    /// Batches that hold writes in bulk, as they will be handed over.
    pub bulks: u64,
    /// Creates in bulk or in the file.
    pub bulk_creates: u64,
    /// Updates in bulk.
    pub bulk_updates: u64,
    /// Updates one by one.
    pub single_updates: u64,
    /// Deletions.
    pub deletes: u64,
    /// Requests beside the batches: a first write that goes alone, and the look at it.
    pub alone: u64,
    /// Records whose values are asked for with their history.
    pub histories: u64,
}
