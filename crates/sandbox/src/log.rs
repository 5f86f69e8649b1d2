//! What was asked and answered, for tests and people.
//!
//! Bodies are not kept, only their size. Requests to `/_sandbox` are not in it.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::route::RequestKind;

const KEPT: usize = 100_000;

/// One API request. `K` names the kinds of requests of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry<K = RequestKind> {
    /// Counts all API requests since the start, from 1; a reset does not change it.
    pub number: u64,
    /// When it arrived, by the sandbox's clock.
    pub at: Timestamp,
    /// What kind of request it is.
    pub kind: K,
    /// HTTP method.
    pub method: String,
    /// Path, without the query.
    pub path: String,
    /// Query as it travelled, without the `?`.
    pub query: String,
    /// Size of the request body in bytes.
    pub body_bytes: usize,
    /// HTTP status of the answer; `None` while there is none, and if the connection was closed without one.
    pub status: Option<u16>,
}

/// The latest requests, at most 100,000.
#[derive(Debug)]
pub(crate) struct RequestLog<K = RequestKind> {
    entries: VecDeque<LogEntry<K>>,
    last_number: u64,
}

impl<K> Default for RequestLog<K> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), last_number: 0 }
    }
}

impl<K: Clone> RequestLog<K> {
    /// Adds a request and gives it its number.
    pub(crate) fn add(&mut self, mut entry: LogEntry<K>) -> u64 {
        self.last_number += 1;
        entry.number = self.last_number;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
        self.last_number
    }

    /// Notes what a request was answered, if it is still in the log.
    pub(crate) fn answered(&mut self, number: u64, status: u16) {
        if let Ok(at) = self.entries.binary_search_by_key(&number, |entry| entry.number) {
            self.entries[at].status = Some(status);
        }
    }

    pub(crate) fn entries(&self) -> Vec<LogEntry<K>> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

/// Counts since the start or the last reset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Requests of each kind, also those that were refused.
    pub requests: BTreeMap<RequestKind, u64>,
    /// Requests refused by the rate or concurrency limit (not by a fault).
    pub limited: u64,
    /// Requests that were carried out and may have changed contacts, whatever they were answered.
    pub mutating_calls: u64,
    /// Contacts made through the API.
    pub contacts_created: u64,
    /// Contacts updated through the API, also to the same values.
    pub contacts_updated: u64,
    /// Contacts deleted through the API.
    pub contacts_deleted: u64,
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

    /// Contacts created, updated or deleted through the API.
    pub const fn contacts_written(&self) -> u64 {
        self.contacts_created + self.contacts_updated + self.contacts_deleted
    }
}
