//! One admitted API request, as handlers see it.
//!
//! It holds no HTTP types: handlers turn a call and the world into an answer.

use std::collections::BTreeMap;

use axum::body::Bytes;
use jiff::Timestamp;

use crate::fault_set::Firing;
use crate::history::Reader;
use crate::route::Route;

/// An admitted request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) route: Route,
    /// Decoded query; a literal `+` has become a space, as in any form.
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) body: Bytes,
    pub(crate) firing: Firing,
    pub(crate) now: Timestamp,
    /// The request's number in the log.
    pub(crate) number: u64,
}

impl Call {
    /// The view of this reader, if a fault makes it lag behind.
    pub(crate) fn lagging(&self) -> Option<Reader> {
        self.firing.lagging(self.now, self.number)
    }
}
