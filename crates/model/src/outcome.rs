//! How a write ended.

use crate::{RecordId, Side};
use serde::{Deserialize, Serialize};

/// How a write ended, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The replica acknowledged it.
    Done {
        /// The record's id, where the answer told it.
        id: Option<RecordId>,
    },
    /// The replica said no; nothing was written.
    Refused {
        /// Its own words.
        message: String,
    },
    /// The answer was lost: written or not, only a look tells.
    Unknown {
        /// What went wrong.
        message: String,
    },
    /// The record was not what the plan saw; nothing was sent.
    Stale {
        /// What had moved.
        message: String,
    },
}

/// A write that did not land, for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedWrite {
    /// Where.
    pub side: Side,
    /// Whom, by phone.
    pub phone: String,
    /// The replica's words.
    pub error: String,
    /// The record, where it has an id.
    pub record_id: Option<RecordId>,
    /// True where it may have landed all the same.
    #[serde(default)]
    pub unknown: bool,
}

/// How the detail of a [`StaleRecord`] begins, and the message of a write, where nothing moved: the run ended before it.
pub const NOT_SENT: &str = "not sent: ";

impl StaleRecord {
    /// Why it was not sent, where the run ended before; none where the record had moved.
    pub fn unsent(&self) -> Option<&str> {
        self.detail.strip_prefix(NOT_SENT)
    }
}

/// An action that was skipped since the world had moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaleRecord {
    /// Where.
    pub side: Side,
    /// Whom, by phone.
    pub phone: String,
    /// The record, where it has an id.
    pub record_id: Option<RecordId>,
    /// What had moved.
    pub detail: String,
}
