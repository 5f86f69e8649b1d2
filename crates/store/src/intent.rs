//! What is about to be written to a replica, with everything needed to find out later whether it landed and to undo
//! it. Where it is kept is `journal`'s.

use jiff::Timestamp;
use model::{ActionKind, Change, LinkId, Outcome, Record, RecordId, Rule, RunId, Side, Via};
use serde::{Deserialize, Serialize};

/// A write that is about to happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Where.
    pub side: Side,
    /// What.
    pub kind: ActionKind,
    /// How it travels.
    pub via: Via,
    /// The link, where one exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// The record on that side; none for a create.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<RecordId>,
    /// The record on the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_id: Option<RecordId>,
    /// The contact's number.
    pub phone: String,
    /// The contact's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The rule behind it.
    pub reason: Rule,
    /// What a person should know: a standing rule that it follows, what it undoes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Full copy of what is overwritten or deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Record>,
    /// The record it comes from, on the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Record>,
}

/// An intent and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Number of the intent.
    pub seq: i64,
    /// The run.
    pub run: RunId,
    /// When it was about to be written.
    pub at: Timestamp,
    /// What; none where it was erased on request (S48).
    pub intent: Option<Intent>,
    /// The last outcome and its time; none while it is open. Erased outcomes read as none too.
    pub outcome: Option<(Timestamp, Outcome)>,
}
