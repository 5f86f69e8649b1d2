//! What the job takes from its surroundings: time, names, someone who watches, and the wish to stop.

use jiff::Timestamp;
use model::Side;

/// Time, names and the wish to stop. Injected, so that every test is deterministic.
pub trait Env {
    /// Now.
    fn now(&self) -> Timestamp;
    /// A fresh name for a run.
    fn run_id(&self) -> String;
    /// Seconds since some fixed point, monotone, for durations.
    fn seconds(&self) -> f64;
    /// True once the user asked to stop: the batch under way is finished, then the run ends.
    fn stopping(&self) -> bool {
        false
    }
}

/// What happens, for progress bars and logs. Never for decisions.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'a> {
    /// A side's records are being read.
    Reading {
        /// Which.
        side: Side,
        /// Records so far.
        done: u64,
        /// Of how many, where known.
        total: Option<u64>,
    },
    /// All of a side is read.
    Read {
        /// Which.
        side: Side,
        /// Records.
        records: u64,
    },
    /// Asking for records that were not listed.
    Probing {
        /// Where.
        side: Side,
        /// How many.
        count: u64,
    },
    /// Writes of a side are under way.
    Writing {
        /// Which.
        side: Side,
        /// Done so far.
        done: u64,
        /// Of how many.
        total: u64,
    },
    /// A connector waits.
    Waiting {
        /// Which.
        side: Side,
        /// For how long.
        seconds: f64,
        /// Why.
        why: &'a str,
    },
    /// A sentence for the user.
    Note(&'a str),
}

/// Watches.
pub trait Events: Send + Sync {
    /// Something happened.
    fn event(&self, event: Event<'_>);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Events for Quiet {
    fn event(&self, _event: Event<'_>) {}
}

/// Passes a connector's progress on, with its side.
pub(crate) struct SideProgress<'a> {
    pub(crate) side: Side,
    pub(crate) events: &'a dyn Events,
    pub(crate) total_writes: u64,
    pub(crate) written_before: u64,
}

impl connector::Progress for SideProgress<'_> {
    fn read(&self, done: u64, total: Option<u64>) {
        self.events.event(Event::Reading { side: self.side, done, total });
    }

    fn written(&self, done: u64) {
        let done = self.written_before + done;
        self.events.event(Event::Writing { side: self.side, done, total: self.total_writes });
    }

    fn waiting(&self, seconds: f64, why: &str) {
        self.events.event(Event::Waiting { side: self.side, seconds, why });
    }
}

/// Progress of a side's reads.
pub(crate) fn reading(side: Side, events: &dyn Events) -> SideProgress<'_> {
    SideProgress { side, events, total_writes: 0, written_before: 0 }
}
