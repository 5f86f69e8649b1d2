//! A phone call, with the API's own field names, and what a contact's calls come to as fields of the contact.
//!
//! A call names no contact: it belongs to one by the customer's number alone. Nothing here reads a number.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallDirection {
    /// A customer called.
    Inbound,
    /// A customer was called.
    Outbound,
}

impl CallDirection {
    /// The word in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }

    /// By its word.
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Inbound, Self::Outbound].into_iter().find(|direction| direction.name().eq_ignore_ascii_case(name.trim()))
    }
}

/// How far a call has come. Later stages never give way to earlier ones, in whatever order they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallStage {
    /// Nobody has answered.
    Ringing,
    /// They talk.
    Talking,
    /// It is over, however it went.
    Ended,
}

impl CallStage {
    /// Of a status word. One that nobody knows is taken for an end: lists show past calls.
    pub fn of(status: &str) -> Self {
        match status {
            "ringing" | "initiated" | "queued" => Self::Ringing,
            "in-progress" | "in_progress" | "answered" => Self::Talking,
            _ => Self::Ended,
        }
    }
}

/// One call. What the API did not say is none, or an empty text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Call {
    /// The API's name of it.
    pub call_id: String,
    /// Who called whom.
    pub direction: Option<CallDirection>,
    /// The caller, as the API writes it.
    pub from: String,
    /// Who was called.
    pub to: String,
    /// The agent's id; a number in JSON where it is one.
    #[serde(serialize_with = "id")]
    pub agent_id: Option<String>,
    /// The agent's name.
    pub agent_name: Option<String>,
    /// completed, missed, voicemail, busy …
    pub status: String,
    /// Seconds of talk.
    pub duration: Option<u64>,
    /// Where the recording is.
    pub recording_url: Option<String>,
    /// Whether the caller left a message.
    pub voicemail: bool,
    /// What the agent wrote.
    pub notes: Option<String>,
    /// How the agent says it ended.
    pub disposition: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What JustCall calls the customer. Not in the documents; accounts send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_name: Option<String>,
}

#[allow(clippy::ref_option)] // serde's signature
fn id<S: Serializer>(id: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        None => serializer.serialize_none(),
        Some(text) => match text.parse::<u64>() {
            Ok(number) if number.to_string() == *text => serializer.serialize_u64(number),
            _ => serializer.serialize_str(text),
        },
    }
}

impl Call {
    /// The number of the customer: of the caller of an inbound call, of who was called by an outbound one.
    pub fn customer(&self) -> Option<&str> {
        let text = match self.direction? {
            CallDirection::Inbound => &self.from,
            CallDirection::Outbound => &self.to,
        };
        Some(text.as_str()).filter(|text| !text.is_empty())
    }

    /// How far it has come.
    pub fn stage(&self) -> CallStage {
        CallStage::of(&self.status)
    }

    /// Whether two people talked, as far as its status says.
    pub fn is_contact(&self) -> bool {
        self.status == "completed"
    }

    /// Whether a customer called and nobody talked to them.
    pub fn is_missed(&self) -> bool {
        self.direction == Some(CallDirection::Inbound) && self.stage() == CallStage::Ended && !self.is_contact()
    }
}

/// A field of a contact that is computed from its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallField {
    /// When the last call began.
    LastAt,
    /// Inbound or outbound.
    LastDirection,
    /// Its status.
    LastStatus,
    /// The last disposition that an agent chose.
    LastDisposition,
    /// The last agent.
    LastAgent,
    /// The last note.
    LastNote,
    /// Calls.
    Count,
    /// Calls of the last 30 days.
    Count30d,
    /// Seconds of talk.
    TalkSeconds,
    /// Calls that nobody took since the last talk.
    MissedSinceContact,
}

impl CallField {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::LastAt,
        Self::LastDirection,
        Self::LastStatus,
        Self::LastDisposition,
        Self::LastAgent,
        Self::LastNote,
        Self::Count,
        Self::Count30d,
        Self::TalkSeconds,
        Self::MissedSinceContact,
    ];

    /// Its name behind `calls.`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::LastAt => "last_at",
            Self::LastDirection => "last_direction",
            Self::LastStatus => "last_status",
            Self::LastDisposition => "last_disposition",
            Self::LastAgent => "last_agent",
            Self::LastNote => "last_note",
            Self::Count => "count",
            Self::Count30d => "count_30d",
            Self::TalkSeconds => "talk_seconds",
            Self::MissedSinceContact => "missed_since_contact",
        }
    }

    /// By its name behind `calls.`.
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.key() == key)
    }
}

impl fmt::Display for CallField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "calls.{}", self.key())
    }
}

/// What the calls with one number come to. Calls in flight do not count yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallSummary {
    /// When the last one began.
    pub last_at: Option<Timestamp>,
    /// Who called whom in it.
    pub last_direction: Option<CallDirection>,
    /// Its status.
    pub last_status: String,
    /// The last disposition that was chosen.
    pub last_disposition: String,
    /// The last agent, by name or else by id.
    pub last_agent: String,
    /// The last note.
    pub last_note: String,
    /// How many.
    pub count: u64,
    /// How many since the day that counts as 30 days ago.
    pub count_30d: u64,
    /// Seconds of talk.
    pub talk_seconds: u64,
    /// How many nobody took since the last talk.
    pub missed_since_contact: u64,
}

impl CallSummary {
    /// One of the fields, as text.
    pub fn text(&self, field: CallField) -> String {
        match field {
            // To the second, as the API writes it: a fraction would be an edit to nobody's use.
            CallField::LastAt => self
                .last_at
                .and_then(|at| Timestamp::from_second(at.as_second()).ok())
                .map(|at| at.to_string())
                .unwrap_or_default(),
            CallField::LastDirection => self.last_direction.map(CallDirection::name).unwrap_or_default().to_owned(),
            CallField::LastStatus => self.last_status.clone(),
            CallField::LastDisposition => self.last_disposition.clone(),
            CallField::LastAgent => self.last_agent.clone(),
            CallField::LastNote => self.last_note.clone(),
            CallField::Count => self.count.to_string(),
            CallField::Count30d => self.count_30d.to_string(),
            CallField::TalkSeconds => self.talk_seconds.to_string(),
            CallField::MissedSinceContact => self.missed_since_contact.to_string(),
        }
    }
}

impl Serialize for CallField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CallField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let found = text.strip_prefix("calls.").and_then(Self::by_key);
        found.ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no field of calls")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_customer_is_the_other_end() {
        let call = |direction| Call { direction, from: "a".to_owned(), to: "b".to_owned(), ..Call::default() };
        assert_eq!(call(Some(CallDirection::Inbound)).customer(), Some("a"));
        assert_eq!(call(Some(CallDirection::Outbound)).customer(), Some("b"));
        assert_eq!(call(None).customer(), None);
    }

    #[test]
    fn a_stage_never_goes_back_and_an_unknown_word_is_an_end() {
        let order = ["ringing", "in-progress", "completed"].map(CallStage::of);
        assert!(order.is_sorted() && order[0] < order[1] && order[1] < order[2]);
        for word in ["missed", "busy", "no-answer", "failed", "voicemail", "transferred"] {
            assert_eq!(CallStage::of(word), CallStage::Ended, "{word}");
        }
    }

    #[test]
    fn names_of_fields_come_back() {
        for field in CallField::ALL {
            assert_eq!(CallField::by_key(field.key()), Some(field));
        }
        assert_eq!(CallField::by_key("last"), None);
    }
}
