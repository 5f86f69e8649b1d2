//! One call, as the API shows it.
//!
//! It has no contact in it: a call belongs to a contact by number alone (documented).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallDirection {
    /// A customer called the account.
    Inbound,
    /// An agent called a customer.
    Outbound,
}

/// Where a call stands. Lists document completed, missed, voicemail and busy; callbacks the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallStatus {
    /// Nobody has answered yet.
    Ringing,
    /// They talk.
    InProgress,
    /// They talked.
    Completed,
    /// Nobody of the account answered.
    Missed,
    /// The caller spoke to the machine.
    Voicemail,
    /// The line was taken.
    Busy,
    /// The customer did not answer.
    NoAnswer,
    /// It could not be put through.
    Failed,
}

impl CallStatus {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Missed => "missed",
            Self::Voicemail => "voicemail",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Failed => "failed",
        }
    }
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneCall {
    /// Given by the server (`call_8f3a2b1c`).
    pub call_id: String,
    /// Who called whom.
    pub direction: CallDirection,
    /// The caller.
    pub from: String,
    /// Who was called.
    pub to: String,
    /// The agent's number in the account; a call to a queue may have none.
    #[serde(default)]
    pub agent_id: Option<u64>,
    /// The agent's name.
    #[serde(default)]
    pub agent_name: Option<String>,
    /// Where it stands.
    pub status: CallStatus,
    /// Seconds of talk.
    #[serde(default)]
    pub duration: u64,
    /// Where the recording is, if there is one.
    #[serde(default)]
    pub recording_url: Option<String>,
    /// Whether the caller left a message.
    #[serde(default)]
    pub voicemail: bool,
    /// What the agent wrote about it.
    #[serde(default)]
    pub notes: Option<String>,
    /// How the agent says it ended.
    #[serde(default)]
    pub disposition: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; a call in flight has not.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// What the account calls the customer: not in the documents, so only where a history or a test says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_name: Option<String>,
}
