//! Everything one sandbox holds, behind one lock.
//!
//! Its own behaviour is what happens without the API: someone changes contacts, calls go on, events are told.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::calls::{CallDirection, CallLog, CallStatus, LiveCalls, Outbox, PhoneCall};
use crate::contact::{Contact, NewContact};
use crate::fault_set::FaultSet;
use crate::faults::{Action, drifted_in};
use crate::history::History;
use crate::limiter::Limiter;
use crate::log::{Counters, RequestLog};
use crate::route::Route;
use crate::settings::Settings;
use crate::state::State;

/// The sandbox's whole state.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) state: State,
    pub(crate) history: History,
    pub(crate) faults: FaultSet,
    pub(crate) limiter: Limiter,
    pub(crate) log: RequestLog,
    pub(crate) counters: Counters,
    pub(crate) calls: CallLog,
    pub(crate) live: LiveCalls,
    pub(crate) outbox: Outbox,
}

impl World {
    /// Makes a contact as a user of the phone system would; custom fields it uses become defined.
    pub(crate) fn insert(&mut self, new: NewContact, now: Timestamp) -> Contact {
        let id = self.state.take_id(self.settings.choices.reuse_ids);
        self.state.custom_fields.extend(new.custom_fields.keys().cloned());
        Contact::clone(&self.state.put(new.with_id(id, whole_second(now))))
    }

    /// Begins a call.
    pub(crate) fn start_call(&mut self, call: PhoneCall, callback_url: Option<&str>, now: Timestamp) {
        self.live.start(&call.call_id, &self.settings.script, callback_url.map(str::to_owned), now);
        if let Some(url) = callback_url {
            self.tell_callback(url, &call.call_id, call.status, 0, now);
        }
        self.calls.put(call);
    }

    /// Lets calls in flight go on to where they are by now.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        for step in self.live.advance(now) {
            let Some(call) = self.calls.get(&step.call_id) else { continue };
            let mut call = PhoneCall::clone(call);
            call.status = step.status;
            call.duration = step.duration;
            if step.status != CallStatus::InProgress {
                call.ended_at = Some(whole_second(step.at));
            }
            self.calls.put(call.clone());
            if let Some(url) = &step.callback_url {
                self.tell_callback(url, &step.call_id, step.status, step.duration, step.at);
            }
            self.tell_of(&call, step.at);
        }
    }

    /// Tells webhooks of a call, by what became of it.
    pub(crate) fn tell_of(&mut self, call: &PhoneCall, at: Timestamp) {
        let event = match (call.status, call.direction) {
            (CallStatus::InProgress, _) => "call.answered",
            (CallStatus::Completed | CallStatus::Busy, _) | (CallStatus::Voicemail, CallDirection::Outbound) => {
                "call.completed"
            }
            (CallStatus::Missed | CallStatus::NoAnswer | CallStatus::Failed, _) => "call.missed",
            (CallStatus::Voicemail, CallDirection::Inbound) => "voicemail.received",
            (CallStatus::Ringing, _) => return,
        };
        self.tell(event, &serde_json::to_value(call).unwrap_or(Value::Null), at);
    }

    /// Tells every webhook of something.
    pub(crate) fn tell(&mut self, event: &str, data: &Value, at: Timestamp) {
        for url in self.settings.webhooks.clone() {
            let body = json!({"event": event, "timestamp": at.to_string(), "data": data});
            self.deliver(&url, event, at, body);
        }
    }

    fn tell_callback(&mut self, url: &str, call_id: &str, status: CallStatus, duration: u64, at: Timestamp) {
        let body = json!({
            "call_id": call_id, "status": status.word(), "duration": duration, "timestamp": at.to_string(),
        });
        self.deliver(url, "callback", at, body);
    }

    /// Puts a delivery out, as the faults of the moment want it.
    fn deliver(&mut self, url: &str, event: &str, at: Timestamp, body: Value) {
        let firing = self.faults.fire(Route::Callback, 1);
        let delivery = self.outbox.add(url, event, at, body);
        for action in firing.actions {
            match action {
                Action::Lose => delivery.lost = true,
                Action::Repeat { copies } => delivery.copies = copies,
                Action::Overtaken { by } => delivery.after = by,
                _ => {}
            }
        }
    }

    /// Someone deletes the first rows of the list and adds new ones.
    pub(crate) fn drift(&mut self, delete: usize, insert: usize, now: Timestamp) {
        for row in self.state.page(0, delete, self.settings.choices.list_order) {
            self.state.remove(row.id);
        }
        for _ in 0..insert {
            let stranger = drifted_in(self.state.next_id());
            self.insert(stranger, now);
        }
    }
}

/// `created_at` has no fractions in the documents' examples.
pub(crate) fn whole_second(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
