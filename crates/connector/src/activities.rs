//! The seam for calls as activities of a contact: what tieline asks of a CRM that shows them on the contact's page. A
//! replica without it keeps none; the command line then writes a file.
//!
//! It does not know whose call it is, nor what was sent before: both are handed in.

use crate::{Error, Progress};
use async_trait::async_trait;
use model::{Call, RecordId};

/// A call to be shown with a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Names it in the CRM: no other has it, and it is the same in every run. Lower case.
    pub mark: String,
    /// Whose it is.
    pub contact: RecordId,
    /// The CRM's id, where it is there already and only to be brought up to date.
    pub known: Option<String>,
    /// The call.
    pub call: Call,
}

/// How an activity ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logged {
    /// It is there.
    Done {
        /// The CRM's id for it.
        id: String,
    },
    /// It was not written.
    Refused {
        /// In the CRM's own words.
        message: String,
    },
    /// The answer was lost: it may be there, or not.
    Unknown {
        /// What went wrong.
        message: String,
    },
    /// It was surely not sent.
    Unsent,
}

/// A CRM that shows calls.
#[async_trait]
pub trait Activities: Send + Sync {
    /// Whether the account lets calls be written, and in words what that takes: for whoever sets it up. Reads only.
    ///
    /// # Errors
    /// Where it surely does not.
    async fn check(&self, progress: &dyn Progress) -> Result<String, Error>;

    /// Most in one request.
    fn batch(&self) -> usize;

    /// How long after a write [`Activities::find`] may not find it yet, in seconds.
    fn lag_seconds(&self) -> u32;

    /// Writes them, at most [`Activities::batch`]: all of them new, or all known. One end for each, in order. New ones are
    /// never sent twice.
    ///
    /// # Errors
    /// Only where nothing was sent at all.
    async fn log(&self, activities: &[Activity], progress: &dyn Progress) -> Result<Vec<Logged>, Error>;

    /// Which of them are there, by their marks, with the CRM's id: in order.
    async fn find(&self, activities: &[Activity], progress: &dyn Progress) -> Result<Vec<Option<String>>, Error>;
}
