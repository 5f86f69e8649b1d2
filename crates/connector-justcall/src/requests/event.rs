//! What `JustCall` POSTs: a callback of a call that was made, or a webhook. Reads bodies; checks no signature.
//!
//! An event says little and may be late: it is a hint, and what it leaves out says nothing.

use super::calls::{call, time};
use crate::json;
use jiff::Timestamp;
use model::Call;

/// What a body tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallEvent {
    /// Of a call.
    Call {
        /// What it says of the call; most of it may be missing.
        call: Box<Call>,
        /// When it happened.
        at: Option<Timestamp>,
        /// The webhook's event; none for a callback.
        event: Option<String>,
    },
    /// Of a contact that is new: a hint to look, never the truth.
    Contact {
        /// The contact's id.
        id: String,
        /// The webhook's event.
        event: String,
    },
    /// Of something else.
    Other {
        /// The webhook's event.
        event: String,
    },
}

/// Why a body is no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoEvent(pub &'static str);

/// Bytes of an id.
const LONGEST_ID: usize = 200;
/// Bytes of a note.
const LONGEST_NOTE: usize = 10_000;

/// Reads a body.
///
/// # Errors
/// Where it is no JSON object, or names neither a call nor an event.
pub fn parse(body: &[u8]) -> Result<CallEvent, NoEvent> {
    let object = json::object(body).map_err(|_| NoEvent("no JSON object"))?;
    let at = object.get("timestamp").and_then(|raw| json::string(raw)).and_then(|text| time(&text));
    let event = ["event", "type"].iter().find_map(|name| object.get(*name).and_then(|raw| json::string(raw)));
    let data = object.get("data").and_then(|raw| json::as_object(raw));
    let mut found = call(data.as_ref().unwrap_or(&object));
    if let Some(call) = &mut found {
        if call.call_id.len() > LONGEST_ID {
            return Err(NoEvent("a `call_id` that is too long"));
        }
        // The call log has it whole; a field of a contact is no place for a book.
        call.notes.take_if(|notes| notes.len() > LONGEST_NOTE);
    }
    match (found, event) {
        (Some(mut call), event) => {
            if call.status.is_empty() {
                match event.as_deref().map(status_of) {
                    Some(Some(status)) => status.clone_into(&mut call.status),
                    // Nobody knows what happened to the call: the call log says it.
                    Some(None) => return Ok(CallEvent::Other { event: event.unwrap_or_default() }),
                    None => return Err(NoEvent("a callback without a `status` that is one")),
                }
            }
            Ok(CallEvent::Call { call: Box::new(call), at, event })
        }
        (None, Some(event)) if event.starts_with("contact.") => {
            let id = data.as_ref().and_then(|data| data.get("id")).and_then(|raw| json::id(raw));
            id.map(|id| CallEvent::Contact { id, event }).ok_or(NoEvent("an event of a contact without `id`"))
        }
        (None, Some(event)) if !event.starts_with("call.") => Ok(CallEvent::Other { event }),
        (None, Some(_)) => Err(NoEvent("an event of a call without `call_id`")),
        (None, None) => Err(NoEvent("neither `call_id` nor `event`")),
    }
}

/// What an event's name says of the call, where the call itself does not.
fn status_of(event: &str) -> Option<&'static str> {
    match event {
        "call.completed" => Some("completed"),
        "call.missed" => Some("missed"),
        "call.answered" => Some("in-progress"),
        "voicemail.received" => Some("voicemail"),
        _ => None,
    }
}
