//! The account's calls in memory: by id and in the order in which they began.
//!
//! A page of a date window costs as much as its rows, also with a million calls. Other filters look at the window.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::contact::phone_key;

use super::{CallDirection, CallStatus, PhoneCall};

/// The calls of one account.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    /// By beginning and id, once sorted.
    calls: Vec<Arc<PhoneCall>>,
    is_unsorted: bool,
    /// When each call began: its place is found by it.
    began: HashMap<String, Timestamp>,
    made: u64,
}

/// The documented filters; all that are given must match.
#[derive(Debug, Default)]
pub(crate) struct CallFilter {
    /// Not before this moment.
    pub(crate) from: Option<Timestamp>,
    /// Before this moment.
    pub(crate) before: Option<Timestamp>,
    pub(crate) direction: Option<CallDirection>,
    pub(crate) agent_id: Option<u64>,
    /// Either end of the call.
    pub(crate) number: Option<String>,
    pub(crate) status: Option<CallStatus>,
}

impl CallFilter {
    fn is_only_dates(&self) -> bool {
        self.direction.is_none() && self.agent_id.is_none() && self.number.is_none() && self.status.is_none()
    }

    fn lets_through(&self, call: &PhoneCall) -> bool {
        let is = |number: &str, end: &str| phone_key(number) == phone_key(end);
        self.direction.is_none_or(|direction| call.direction == direction)
            && self.agent_id.is_none_or(|agent| call.agent_id == Some(agent))
            && self.number.as_ref().is_none_or(|number| is(number, &call.from) || is(number, &call.to))
            && self.status.is_none_or(|status| call.status == status)
    }
}

impl CallLog {
    pub(crate) fn len(&self) -> usize {
        self.calls.len()
    }

    /// An id that no call has.
    pub(crate) fn take_id(&mut self) -> String {
        loop {
            self.made += 1;
            // Spread over all eight digits, as the documents' example looks.
            let id = format!("call_{:08x}", (self.made.wrapping_mul(0x9e37_79b1)) & 0xffff_ffff);
            if !self.began.contains_key(&id) {
                return id;
            }
        }
    }

    /// Adds a call, or puts it in place of the one with its id.
    pub(crate) fn put(&mut self, call: PhoneCall) {
        if let Some(at) = self.place(&call.call_id) {
            if self.calls[at].started_at == call.started_at {
                self.calls[at] = Arc::new(call);
                return;
            }
            self.calls.remove(at);
        }
        self.began.insert(call.call_id.clone(), call.started_at);
        let later = self.calls.last().is_none_or(|last| key(last) < key(&call));
        self.is_unsorted |= !later;
        self.calls.push(Arc::new(call));
    }

    pub(crate) fn get(&mut self, id: &str) -> Option<&Arc<PhoneCall>> {
        let at = self.place(id)?;
        self.calls.get(at)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Arc<PhoneCall>> {
        let at = self.place(id)?;
        self.began.remove(id);
        Some(self.calls.remove(at))
    }

    /// All calls, the first one first.
    pub(crate) fn all(&mut self) -> &[Arc<PhoneCall>] {
        self.sort();
        &self.calls
    }

    /// How many calls match, and those at positions `skip..skip + take` of them, newest first.
    pub(crate) fn page(&mut self, filter: &CallFilter, skip: usize, take: usize) -> (usize, Vec<Arc<PhoneCall>>) {
        self.sort();
        let first = filter.from.map_or(0, |from| self.calls.partition_point(|call| call.started_at < from));
        let end = filter
            .before
            .map_or(self.calls.len(), |before| self.calls.partition_point(|call| call.started_at < before));
        let window = self.calls.get(first..end.max(first)).unwrap_or_default();
        if filter.is_only_dates() {
            return (window.len(), window.iter().rev().skip(skip).take(take).cloned().collect());
        }
        let matching: Vec<&Arc<PhoneCall>> = window.iter().rev().filter(|call| filter.lets_through(call)).collect();
        (matching.len(), matching.into_iter().skip(skip).take(take).cloned().collect())
    }

    fn place(&mut self, id: &str) -> Option<usize> {
        let began = *self.began.get(id)?;
        self.sort();
        self.calls.binary_search_by(|call| key(call).cmp(&(began, id))).ok()
    }

    fn sort(&mut self) {
        if self.is_unsorted {
            self.calls.sort_by(|one, two| key(one).cmp(&key(two)));
            self.is_unsorted = false;
        }
    }
}

fn key(call: &PhoneCall) -> (Timestamp, &str) {
    (call.started_at, &call.call_id)
}
