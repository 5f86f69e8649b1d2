//! Calls in flight: how they go on as the sandbox's clock moves.
//!
//! A call rings, is answered and ends, as its script says. It does not deliver callbacks: it says what happened when.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::CallStatus;

/// How calls that are made will go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Milliseconds until somebody answers, or nobody did.
    pub ring_ms: u64,
    /// Milliseconds of talk.
    pub talk_ms: u64,
    /// How it ends: completed after a talk, no-answer, busy and failed without one.
    pub ends: CallStatus,
}

impl Default for Script {
    fn default() -> Self {
        Self { ring_ms: 3_000, talk_ms: 12_000, ends: CallStatus::Completed }
    }
}

/// One step of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) call_id: String,
    pub(crate) status: CallStatus,
    /// Seconds of talk.
    pub(crate) duration: u64,
    pub(crate) at: Timestamp,
    pub(crate) callback_url: Option<String>,
}

#[derive(Debug)]
struct Flight {
    call_id: String,
    callback_url: Option<String>,
    /// What is still to come, the next one first.
    steps: Vec<(Timestamp, CallStatus, u64)>,
}

/// All calls in flight.
#[derive(Debug, Default)]
pub(crate) struct LiveCalls {
    flights: Vec<Flight>,
}

impl LiveCalls {
    /// Starts a call; its first step, ringing, is the caller's.
    pub(crate) fn start(&mut self, call_id: &str, script: &Script, callback_url: Option<String>, now: Timestamp) {
        let after = |ms: u64| {
            let wait = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
            now.checked_add(wait).unwrap_or(now)
        };
        let mut steps = Vec::new();
        if script.ends == CallStatus::Completed {
            steps.push((after(script.ring_ms), CallStatus::InProgress, 0));
            let end = script.ring_ms.saturating_add(script.talk_ms);
            steps.push((after(end), CallStatus::Completed, script.talk_ms.div_ceil(1000)));
        } else {
            steps.push((after(script.ring_ms), script.ends, 0));
        }
        self.flights.push(Flight { call_id: call_id.to_owned(), callback_url, steps });
    }

    /// Whether anything is still to come.
    pub(crate) fn is_empty(&self) -> bool {
        self.flights.is_empty()
    }

    /// Every step up to now, in the order in which they happened.
    pub(crate) fn advance(&mut self, now: Timestamp) -> Vec<Step> {
        let mut happened = Vec::new();
        for flight in &mut self.flights {
            let due = flight.steps.iter().take_while(|(at, ..)| *at <= now).count();
            happened.extend(flight.steps.drain(..due).map(|(at, status, duration)| Step {
                call_id: flight.call_id.clone(),
                status,
                duration,
                at,
                callback_url: flight.callback_url.clone(),
            }));
        }
        self.flights.retain(|flight| !flight.steps.is_empty());
        happened.sort_by_key(|step| step.at);
        happened
    }
}
