//! What API writes replaced, so that a reader can be shown the account as it was a little while ago.
//!
//! Only writes through the API are in it: a change through the library or `/_sandbox` shows at once. It keeps the last
//! 100,000 writes; older ones can no longer be hidden.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;

use crate::contact::Contact;
use crate::faults::Lag;
use crate::state::ContactsById;

const KEPT: usize = 100_000;

/// The young past of the account.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Oldest first.
    past: VecDeque<Past>,
}

/// One contact before one write.
#[derive(Debug)]
struct Past {
    at: Timestamp,
    /// Number of the request that wrote.
    request: u64,
    id: u64,
    /// `None`: the write made the contact.
    before: Option<Arc<Contact>>,
}

/// Who is looking: what counts as young depends on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) now: Timestamp,
    pub(crate) request: u64,
    pub(crate) lag: Lag,
}

impl Reader {
    fn sees(&self, past: &Past) -> bool {
        match self.lag {
            Lag::Seconds(seconds) => {
                self.now.duration_since(past.at).as_secs() >= i64::try_from(seconds).unwrap_or(i64::MAX)
            }
            Lag::Requests(requests) => self.request.saturating_sub(past.request) > requests,
        }
    }
}

impl History {
    pub(crate) fn remember(&mut self, at: Timestamp, request: u64, id: u64, before: Option<Arc<Contact>>) {
        if self.past.len() == KEPT {
            self.past.pop_front();
        }
        self.past.push_back(Past { at, request, id, before });
    }

    pub(crate) fn clear(&mut self) {
        self.past.clear();
    }

    /// All contacts as the reader sees them.
    pub(crate) fn contacts(&self, now: &ContactsById, reader: Reader) -> ContactsById {
        let mut seen = now.clone();
        for past in self.past.iter().rev().take_while(|past| !reader.sees(past)) {
            match &past.before {
                Some(before) => seen.insert(past.id, Arc::clone(before)),
                None => seen.remove(&past.id),
            };
        }
        seen
    }

    /// One contact as the reader sees it.
    pub(crate) fn contact(&self, id: u64, now: Option<&Arc<Contact>>, reader: Reader) -> Option<Arc<Contact>> {
        let unseen = self.past.iter().rev().take_while(|past| !reader.sees(past));
        let oldest_unseen = unseen.filter(|past| past.id == id).last();
        oldest_unseen.map_or_else(|| now.cloned(), |past| past.before.clone())
    }
}
