//! Our knowledge that two records are the same contact, and the memory of such knowledge that ended.

use crate::{BySide, PhoneKey, RecordId, RowHash, Rule};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Number of a link in the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkId(pub i64);

/// Whether a link takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum LinkStatus {
    /// In sync, or to be.
    #[default]
    Active,
    /// One of its records left the scope; kept, so that its return is recognised (S9).
    Dormant,
}

/// The narrow part of a link, read for every link in every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkHead {
    /// Number in the state.
    pub id: LinkId,
    /// Whether it takes part.
    pub status: LinkStatus,
    /// The records' own ids. `None`: not learned yet (a bulk answer without ids, a row without one): found by `key`.
    pub ids: BySide<Option<RecordId>>,
    /// The phone that both sides agreed on, as a key. `None` where they never did.
    pub key: Option<PhoneKey>,
    /// Hash of the base's cells per side; equal to the listed row's hash: unchanged, without reading the base.
    pub hashes: BySide<RowHash>,
    /// Per side: values sent but not yet seen in a listing or read-back.
    pub unconfirmed: BySide<bool>,
    /// When our own write created the record on that side, while no listing has shown it yet. Boxed since hardly any
    /// link has it, and a run holds all of them.
    pub created_at: BySide<Option<Box<Timestamp>>>,
}

/// How often, and since when, a linked record has been missing from complete listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Complete observations that counted (at least the configured hours apart).
    pub sightings: u32,
    /// The first of them.
    pub first_at: Timestamp,
    /// The last that counted.
    pub last_at: Timestamp,
}

/// Memory of a link that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Phone of the contact.
    pub key: Option<PhoneKey>,
    /// Ids that its records had.
    pub ids: BySide<Option<RecordId>>,
    /// When the link ended.
    pub at: Timestamp,
    /// Which rule ended it.
    pub rule: Rule,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_stays_narrow() {
        // A run holds one per contact: a million of them in 107 MiB.
        assert!(size_of::<LinkHead>() <= 112, "{}", size_of::<LinkHead>());
    }
}
