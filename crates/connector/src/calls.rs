//! The seam for phone calls: what tieline asks of a replica that keeps a call log and can dial.
//!
//! Reading is by days, as call logs are asked. It does not know what a contact is.

use crate::{Error, Progress};
use async_trait::async_trait;
use jiff::civil::Date;
use model::Call;

/// Which calls to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallQuery {
    /// The first day.
    pub first: Date,
    /// The last day; it belongs to the window.
    pub last: Date,
    /// Only calls with this number at one end, in E.164.
    pub number: Option<String>,
}

/// What a window of the call log brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallWindow {
    /// The calls, each once.
    pub calls: Vec<Call>,
    /// How many there are by the log's own count.
    pub count: Option<u64>,
    /// Whether these are all of them.
    pub coverage: CallCoverage,
    /// Entries that name no call, and were left out.
    pub nameless: u64,
}

/// Whether a window was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallCoverage {
    /// It was.
    Complete,
    /// Something is missing, for this reason.
    Partial(String),
    /// It holds more than was to be read at once: nothing but its first page was read.
    TooMany,
}

/// A call to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dial {
    /// One of the account's numbers, in E.164.
    pub from: String,
    /// Whom to call, in E.164.
    pub to: String,
    /// Who calls; without it the number's owner.
    pub agent_id: Option<String>,
    /// What the called one sees.
    pub caller_id: Option<String>,
    /// Who is told of each stage.
    pub callback_url: Option<String>,
}

/// What became of a call that was to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialled {
    /// It rings.
    Started(Box<Call>),
    /// It was not made.
    Refused {
        /// HTTP status.
        status: u16,
        /// The API's own words.
        message: String,
    },
    /// The answer was lost: it may ring, or not.
    Unknown {
        /// What went wrong.
        message: String,
    },
}

/// A replica's calls.
#[async_trait]
pub trait CallLog: Send + Sync {
    /// Reads the calls of a window. With `most` a window with more calls than that is not read, so that it can be split.
    ///
    /// # Errors
    /// Where nothing can be read at all: credentials, permissions, no connection.
    async fn calls(&self, query: &CallQuery, most: Option<u64>, progress: &dyn Progress) -> Result<CallWindow, Error>;

    /// Makes a call. Never sends twice.
    ///
    /// # Errors
    /// Where it was surely not made: credentials, permissions, no connection, the rate limit.
    async fn dial(&self, dial: &Dial, progress: &dyn Progress) -> Result<Dialled, Error>;
}
