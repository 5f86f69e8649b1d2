//! Counts since the start or the last reset, for tests and people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::limits::Policy;
use super::route::RequestKind;

/// Counts since the start or the last reset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Requests of each kind, also those that were refused.
    pub requests: BTreeMap<RequestKind, u64>,
    /// Requests refused by each limit (not by a fault).
    pub limited: BTreeMap<Policy, u64>,
    /// Records made through the API.
    pub created: u64,
    /// Records changed through the API, also to the same values.
    pub updated: u64,
    /// Records archived through the API.
    pub archived: u64,
}

impl Counters {
    /// All requests.
    pub fn total_requests(&self) -> u64 {
        self.requests.values().sum()
    }

    /// Requests of one kind.
    pub fn requests_of(&self, kind: RequestKind) -> u64 {
        self.requests.get(&kind).copied().unwrap_or(0)
    }

    /// Records created, changed or archived through the API.
    pub const fn written(&self) -> u64 {
        self.created + self.updated + self.archived
    }
}
