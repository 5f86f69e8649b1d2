//! What a replica can do, and what work on it costs. Planner, guard and forecast ask this, never a connector's name.

use crate::Via;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What proves that a record is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbsenceProof {
    /// Asking for the record by id (404); a listing alone may drift.
    Probe,
    /// A complete listing: the replica is one file, read as a whole.
    Listing,
}

/// What a replica can do.
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own, and any mix of them exists")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// How a create travels.
    pub create_via: Via,
    /// How an update travels that changes neither the phone nor a shared number.
    pub update_via: Via,
    /// How an update travels that changes the phone, or whose phone is shared or not stored as strict E.164.
    pub phone_update_via: Via,
    /// How a deletion travels.
    pub delete_via: Via,
    /// Most records in one bulk request or file write.
    pub batch: usize,
    /// Writes that may be under way at once where they travel one by one.
    pub concurrency: usize,
    /// What proves absence.
    pub absence_proof: AbsenceProof,
    /// A record without a phone cannot exist there.
    pub phone_required: bool,
    /// No two records may hold the same phone: numbers that change hands in a circle need a detour there.
    pub unique_phones: bool,
    /// Bulk finds records by phone: only strict E.164, held by one contact, may ride it.
    pub bulk_by_phone: bool,
    /// It can tell when, and by whom, each value of a record was set.
    pub field_times: bool,
    /// Records that one request reads: asking for many that seem to be missing costs little where it is large.
    pub read_batch: usize,
    /// It can tell what changed since an earlier reading.
    pub change_feed: bool,
    /// How long after a write a listing may still show the old state, in seconds.
    pub read_lag_seconds: u32,
}

/// A quota of requests beside the pace, such as a day's: a second currency of the forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// How to call it in messages (`HubSpot's requests of a day`).
    pub name: String,
    /// How many there are.
    pub limit: u64,
    /// How many are left, as far as is known.
    pub left: u64,
    /// When it is whole again, where that is known.
    pub resets_at: Option<Timestamp>,
}

/// Requests and time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Cost {
    /// Requests to the replica's API.
    pub requests: u64,
    /// Seconds at the account's limit.
    pub seconds: f64,
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.seconds += other.seconds;
    }
}
