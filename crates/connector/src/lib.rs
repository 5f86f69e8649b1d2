//! The seam: what tieline asks of a place that holds contacts.
//!
//! Connectors convert losslessly between a replica's form and [`model::Record`]; they do not normalise, compare or
//! decide. Everything the core needs to know about a replica's abilities stands in [`model::Capabilities`].

pub mod activities;
pub mod address;
pub mod calls;
mod error;
mod feed;
pub mod pace;
mod progress;
mod read_only;
pub mod retry;
mod write;

pub use address::AddressKey;
pub use error::{Error, ErrorKind};
pub use feed::{Feed, Successor};
pub use pace::{Pace, PaceLimits};
pub use progress::{NoProgress, Progress};
pub use read_only::ReadOnly;
pub use retry::{Delays, Retry, RetryPolicy, Trouble};
pub use write::{Workload, Write, WriteKind, WriteResult};

use async_trait::async_trait;
use model::{Capabilities, Cost, FieldId, Listing, Quota, Record, RecordId, Remembered, Version};
use std::sync::Arc;

/// Who is on the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Stable fingerprint of the account or file; the state is bound to it. Never a secret.
    pub fingerprint: String,
    /// How to call it in messages (`JustCall account 12345`, `crm.csv`).
    pub title: String,
    /// Further facts for `doctor` and `status`: label, value.
    pub details: Vec<(String, String)>,
}

/// Something about the set-up that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What it is about, in a word or two.
    pub about: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// A run would stop for it; else it may be meant.
    pub is_certain: bool,
}

/// Whether one record exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It does, and this is it.
    Present(Record),
    /// The replica says that it is gone: evidence for a deletion.
    Gone,
    /// It is not there, and the replica, which keeps what was deleted, knows of no such deletion: if no listing ever
    /// showed it, it never was, whatever the answer to a create said.
    Never,
    /// It could not be found out.
    Unclear {
        /// Why.
        message: String,
    },
}

/// A replica of contacts. One value serves one run; the fields to carry are given when it is built.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Its call log, where it has one.
    fn call_log(&self) -> Option<&dyn calls::CallLog> {
        None
    }

    /// Its activities, where it shows calls with their contacts.
    fn activities(&self) -> Option<&dyn activities::Activities> {
        None
    }

    /// What it can do. Stable after [`Connector::identify`].
    fn capabilities(&self) -> Capabilities;

    /// Checks that the replica can be reached and used, and says who it is. Reads only.
    async fn identify(&self) -> Result<Identity, Error>;

    /// [`Connector::identify`] for somebody who wants to hear of waits.
    async fn identify_with(&self, _progress: &dyn Progress) -> Result<Identity, Error> {
        self.identify().await
    }

    /// What of the set-up cannot work, or may not: for `doctor` alone, which may ask more than a run does. Reads only.
    async fn check_up(&self, _progress: &dyn Progress) -> Result<Vec<Doubt>, Error> {
        Ok(Vec::new())
    }

    /// Everything the replica holds. Anything less is [`model::Coverage::Partial`], or an error; never silently short.
    async fn list(&self, progress: &dyn Progress) -> Result<Listing, Error>;

    /// [`Connector::list`] for somebody who remembers what most records hold: of those that still do, the listing may hold
    /// the ids alone ([`model::Table::push_bare`]). Worth its while where reading is fast and memory is what counts.
    async fn list_against(&self, _remembered: Arc<dyn Remembered>, progress: &dyn Progress) -> Result<Listing, Error> {
        self.list(progress).await
    }

    /// What changed since the reading that left `cursor` behind ([`Connector::cursor`]). Asked only where
    /// [`Capabilities::change_feed`] says so, and not for every run: a full listing remains the yardstick.
    async fn changes(&self, _cursor: &str, _progress: &dyn Progress) -> Result<Feed, Error> {
        Ok(Feed::none())
    }

    /// After [`Connector::list`] or [`Connector::changes`]: where the next run may go on. Opaque; kept in the state.
    fn cursor(&self) -> Option<String> {
        None
    }

    /// After a reading: records known by an id that the replica replaced. Links follow them; nobody is deleted for it.
    fn successors(&self) -> Vec<Successor> {
        Vec::new()
    }

    /// Reads single records, in the order asked. For probing absence and for revalidating a saved plan.
    async fn read(&self, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error>;

    /// What these fields of these records were set to, when and by whom: per record and field, in the order asked, newest
    /// first; nothing where it is not known. Asked only where [`Capabilities::field_times`] says so, and only for records
    /// on which something depends.
    async fn field_history(
        &self,
        ids: &[RecordId],
        fields: &[FieldId],
        _progress: &dyn Progress,
    ) -> Result<Vec<Vec<Vec<Version>>>, Error> {
        Ok(vec![vec![Vec::new(); fields.len()]; ids.len()])
    }

    /// Carries out one batch; one result per write, in order. The caller has journalled all of them before.
    ///
    /// # Errors
    /// Only where nothing of the batch was sent (credentials, unreachable): the run stops.
    async fn apply(&self, batch: &[Write], progress: &dyn Progress) -> Result<Vec<WriteResult>, Error>;

    /// Reads back what became of a write that was acknowledged without showing what is stored.
    async fn look_up(&self, write: &Write, progress: &dyn Progress) -> Result<Presence, Error> {
        let unclear = || Presence::Unclear { message: "a new record is found by the next listing".to_owned() };
        match &write.current {
            Some(record) => {
                let seen = self.read(std::slice::from_ref(&record.id), progress).await?;
                Ok(seen.into_iter().next().unwrap_or_else(unclear))
            }
            None => Ok(unclear()),
        }
    }

    /// Requests and seconds that the work would take.
    fn forecast(&self, work: &Workload) -> Cost;

    /// A quota of requests beside the pace, and what is left of it as far as is known. After [`Connector::identify`].
    fn quota(&self) -> Option<Quota> {
        None
    }

    /// Requests sent so far by this value.
    fn requests(&self) -> u64;

    /// What was found out about the account and is worth remembering (name, value); given back when it is built anew.
    fn learned(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}
