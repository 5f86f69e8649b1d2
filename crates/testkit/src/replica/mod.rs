//! A replica that keeps its contacts in memory: a `Connector` for the job, and a place where a test acts as the user.
//! Cloning gives another handle to the same contacts.
//!
//! What it can do is a [`Kind`], what goes wrong is in [`Faults`], who did what is in its [`Ledger`].

mod connect;
mod contents;
mod faults;
mod kind;
mod ledger;
mod listing;
mod user;
mod writing;

pub use contents::Contact;
pub use faults::{AwkwardEdit, Faults, Loss};
pub use kind::{Kind, Rewrite};
pub use ledger::{Deed, Ledger, Who};

use crate::{Clock, Crash};
use contents::Contents;
use model::{Schema, Side, Table};
use std::sync::{Arc, Mutex, MutexGuard};

/// Everything behind the handle.
#[derive(Debug, Clone)]
pub(crate) struct Inner {
    pub(crate) contents: Contents,
    pub(crate) faults: Faults,
    pub(crate) ledger: Ledger,
    pub(crate) kind: Kind,
    pub(crate) fingerprint: String,
    /// What each reading showed, for the feed of changes; a cursor is a position in it.
    pub(crate) shown: Vec<Table>,
    /// Ids that were merged away, with the one that each lives on under.
    pub(crate) successors: Vec<(String, String)>,
}

/// A replica in memory.
#[derive(Debug, Clone)]
pub struct MemoryReplica {
    pub(crate) side: Side,
    pub(crate) schema: Arc<Schema>,
    pub(crate) clock: Clock,
    pub(crate) crash: Crash,
    inner: Arc<Mutex<Inner>>,
}

impl MemoryReplica {
    /// An empty one.
    pub fn new(side: Side, kind: Kind, schema: Arc<Schema>, clock: Clock, crash: Crash) -> Self {
        let inner = Inner {
            contents: Contents::new(side),
            faults: Faults::default(),
            ledger: Ledger::default(),
            kind,
            fingerprint: format!("memory {side}"),
            shown: Vec::new(),
            successors: Vec::new(),
        };
        Self { side, schema, clock, crash, inner: Arc::new(Mutex::new(inner)) }
    }

    /// A copy of everything as it is now, which goes its own way from here.
    #[must_use]
    pub fn fork(&self, clock: Clock, crash: Crash) -> Self {
        let inner = self.lock().clone();
        let schema = Arc::clone(&self.schema);
        Self { side: self.side, schema, clock, crash, inner: Arc::new(Mutex::new(inner)) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}
