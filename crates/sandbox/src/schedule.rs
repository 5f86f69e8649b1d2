//! When a fault hits: which of the requests it looks at.
//!
//! It counts; whether a request matches at all is the fault's own business.

/// When a fault hits, of the requests that match it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    /// Lets the first so many pass.
    pub(crate) skip_first: u64,
    /// Then hits every n-th: 1 is each, 2 is the first, third, fifth…
    pub(crate) every: u64,
    /// Stops after so many hits.
    pub(crate) times: Option<u64>,
}

/// How far a schedule has come.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Progress {
    matched: u64,
    hits: u64,
}

impl Progress {
    /// Counts a request that matches; true: the fault hits it.
    pub(crate) fn hits(&mut self, schedule: Schedule) -> bool {
        if schedule.times.is_some_and(|times| self.hits >= times) {
            return false;
        }
        self.matched += 1;
        let Some(after_skipped) = self.matched.checked_sub(schedule.skip_first.saturating_add(1)) else { return false };
        if !after_skipped.is_multiple_of(schedule.every.max(1)) {
            return false;
        }
        self.hits += 1;
        true
    }
}
