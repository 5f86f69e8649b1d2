//! What came, what became of it, what was refused: as Prometheus reads it. No number and no name of anybody.

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::Fate;

/// Kinds of events that have a line of their own. Others are counted together: a sender must not make up lines.
const KINDS: [&str; 6] =
    ["call.completed", "call.missed", "call.answered", "voicemail.received", "contact.created", "callback"];

/// What became of an event, in words of the metrics and of answers.
pub(crate) const fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::New => "new",
        Fate::Changed => "changed",
        Fate::Same => "same",
        Fate::KeptOut => "kept_out",
    }
}

/// Counters since the start.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    events: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
    refused: Mutex<BTreeMap<&'static str, u64>>,
    calls: Mutex<BTreeMap<&'static str, u64>>,
    commits: AtomicU64,
    committed: AtomicU64,
    commit_micros: AtomicU64,
    last_event: AtomicI64,
    /// The last commit failed.
    failing: AtomicBool,
}

fn count<K: Ord>(map: &Mutex<BTreeMap<K, u64>>, key: K) {
    *map.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
}

impl Meters {
    pub(crate) fn event(&self, kind: &str, outcome: &'static str, at: Timestamp) {
        let kind = KINDS.into_iter().find(|known| *known == kind).unwrap_or("other");
        count(&self.events, (kind, outcome));
        self.last_event.fetch_max(at.as_second(), Ordering::Relaxed);
    }

    pub(crate) fn refused(&self, reason: &'static str) {
        count(&self.refused, reason);
    }

    pub(crate) fn dialled(&self, outcome: &'static str) {
        count(&self.calls, outcome);
    }

    pub(crate) fn committed(&self, events: usize, took: Duration, kept: bool) {
        self.failing.store(!kept, Ordering::Relaxed);
        if kept {
            self.commits.fetch_add(1, Ordering::Relaxed);
            self.committed.fetch_add(events as u64, Ordering::Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commit_micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// All of it. `stored`: calls and hints of the state, where it could be asked; `waiting`: events before the disk.
    pub(crate) fn text(&self, stored: Option<(u64, u64)>, waiting: usize) -> String {
        let mut text = String::new();
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let lines =
            events.iter().map(|((kind, outcome), n)| (format!("{{kind=\"{kind}\",outcome=\"{outcome}\"}}"), *n));
        family(&mut text, "events_total", "counter", "Events that were taken, by what became of them.", lines);
        for (name, help, label, map) in [
            ("refused_total", "Requests that were refused.", "reason", &self.refused),
            ("dials_total", "Calls that were confirmed on a page.", "outcome", &self.calls),
        ] {
            let counted = map.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let lines = counted.iter().map(|(key, n)| (format!("{{{label}=\"{key}\"}}"), *n));
            family(&mut text, name, "counter", help, lines);
        }
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let one = |n: u64| [(String::new(), n)];
        family(
            &mut text,
            "commits_total",
            "counter",
            "Transactions, each with the events that waited.",
            one(load(&self.commits)),
        );
        family(&mut text, "committed_events_total", "counter", "Events in them.", one(load(&self.committed)));
        let seconds = load(&self.commit_micros) as f64 / 1e6;
        family(
            &mut text,
            "commit_seconds_total",
            "counter",
            "Time that the transactions took.",
            [(String::new(), seconds)],
        );
        family(&mut text, "waiting_events", "gauge", "Events that are not on the disk yet.", one(waiting as u64));
        let last = self.last_event.load(Ordering::Relaxed);
        if last > 0 {
            let help = "When the last event was taken, in seconds since 1970.";
            family(&mut text, "last_event_timestamp_seconds", "gauge", help, [(String::new(), last)]);
        }
        if let Some((calls, hints)) = stored {
            family(&mut text, "stored_calls", "gauge", "Calls in the state.", one(calls));
            let help = "Contacts that were announced since the last complete listing.";
            family(&mut text, "contact_hints", "gauge", help, one(hints));
        }
        text
    }
}

fn family<N: std::fmt::Display>(
    text: &mut String,
    name: &str,
    kind: &str,
    help: &str,
    lines: impl IntoIterator<Item = (String, N)>,
) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# HELP tieline_{name} {help}\n# TYPE tieline_{name} {kind}");
    for (labels, value) in lines {
        let _ = writeln!(text, "tieline_{name}{labels} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_makes_up_no_lines() {
        let meters = Meters::default();
        let at = Timestamp::UNIX_EPOCH;
        meters.event("call.missed", "new", at);
        meters.event("x\"} 1\n", "ignored", at);
        meters.event("sms.received", "ignored", at);
        meters.refused("body");
        let text = meters.text(Some((3, 1)), 2);
        for line in [
            "tieline_events_total{kind=\"call.missed\",outcome=\"new\"} 1",
            "tieline_events_total{kind=\"other\",outcome=\"ignored\"} 2",
            "tieline_refused_total{reason=\"body\"} 1",
            "tieline_stored_calls 3",
            "tieline_contact_hints 1",
            "tieline_waiting_events 2",
            "# TYPE tieline_events_total counter",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
        assert!(!text.contains("last_event"), "{text}");
    }
}
