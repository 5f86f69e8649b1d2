//! Callbacks and webhooks that wait to be delivered, with the documented retries.
//!
//! Anything but 200 is delivered again after 1, 5, 15, 30 and 60 minutes of the sandbox's clock. It does not send.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Minutes until each repetition (documented).
const AGAIN_AFTER: [i64; 5] = [1, 5, 15, 30, 60];
/// How many ended deliveries are remembered.
const KEPT: usize = 100_000;

/// Something that was, or is to be, sent to a client by POST.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Counts from 1.
    pub number: u64,
    /// Where to.
    pub url: String,
    /// `callback`, or the webhook's event.
    pub event: String,
    /// When it happened, as the body and the signature say it.
    pub timestamp: String,
    /// What is sent.
    pub body: Value,
    /// Not before this moment.
    pub due: Timestamp,
    /// Times it was sent.
    pub attempts: u32,
    /// What it was answered last; 0: no answer.
    pub answered: Option<u16>,
    /// Whether no more will be sent.
    pub ended: bool,
    /// A fault loses it: it is never sent.
    pub lost: bool,
    /// A fault makes each attempt arrive so many times more.
    pub copies: u32,
    /// A fault lets so many others pass first.
    pub after: u32,
}

/// All deliveries, those that ended included.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    deliveries: Vec<Delivery>,
    last_number: u64,
}

impl Outbox {
    pub(crate) fn add(&mut self, url: &str, event: &str, at: Timestamp, body: Value) -> &mut Delivery {
        self.last_number += 1;
        if self.deliveries.len() >= 2 * KEPT {
            self.deliveries.retain(|delivery| !delivery.ended);
        }
        self.deliveries.push(Delivery {
            number: self.last_number,
            url: url.to_owned(),
            event: event.to_owned(),
            timestamp: at.to_string(),
            body,
            due: at,
            attempts: 0,
            answered: None,
            ended: false,
            lost: false,
            copies: 0,
            after: 0,
        });
        let last = self.deliveries.len() - 1;
        &mut self.deliveries[last]
    }

    pub(crate) fn all(&self) -> &[Delivery] {
        &self.deliveries
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.deliveries.iter().any(|delivery| !delivery.ended)
    }

    /// What is to be sent now, in order. A delivery that must let others pass waits for them while any may come;
    /// `more`: calls in flight will bring some.
    pub(crate) fn due(&mut self, now: Timestamp, more: bool) -> Vec<Delivery> {
        for delivery in self.deliveries.iter_mut().filter(|delivery| delivery.lost && delivery.due <= now) {
            delivery.ended = true;
        }
        let is_due = |delivery: &Delivery| !delivery.ended && delivery.due <= now;
        let ready: Vec<Delivery> =
            self.deliveries.iter().filter(|one| is_due(one) && one.after == 0).cloned().collect();
        let passed = u32::try_from(ready.len()).unwrap_or(u32::MAX);
        let others_to_come = more || self.deliveries.iter().any(|one| !one.ended && one.due > now && one.attempts == 0);
        for late in self.deliveries.iter_mut().filter(|one| is_due(one) && one.after > 0) {
            late.after = if passed == 0 && !others_to_come { 0 } else { late.after.saturating_sub(passed) };
        }
        ready
    }

    /// Notes what an attempt was answered, and when to try again.
    pub(crate) fn answered(&mut self, number: u64, status: u16, now: Timestamp) {
        let Some(delivery) = self.deliveries.iter_mut().find(|one| one.number == number) else { return };
        delivery.answered = Some(status);
        let again = AGAIN_AFTER.get(delivery.attempts as usize).filter(|_| status != 200);
        delivery.attempts += 1;
        match again.and_then(|minutes| now.checked_add(SignedDuration::from_mins(*minutes)).ok()) {
            Some(due) => delivery.due = due,
            None => delivery.ended = true,
        }
    }
}
