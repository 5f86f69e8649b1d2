//! Counts matching requests for each fault and says which faults hit a request.
//!
//! It does not carry out anything.

use super::faults::{Action, Fault};
use super::route::Route;
use crate::schedule::Progress;

/// The faults that are switched on.
#[derive(Debug, Default)]
pub(crate) struct FaultSet {
    armed: Vec<(Fault, Progress)>,
}

impl FaultSet {
    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.armed.iter().map(|(fault, _)| fault.clone()).collect()
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.armed.push((fault, Progress::default()));
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// Counts a request and collects what hits it, in the order the faults were added.
    pub(crate) fn fire(&mut self, route: &Route) -> Firing {
        let hits = self.armed.iter_mut().filter_map(|(fault, progress)| {
            (fault.matches(route) && progress.hits(fault.schedule())).then(|| fault.action.clone())
        });
        Firing { actions: hits.collect() }
    }
}

/// The faults that hit one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Firing {
    pub(crate) actions: Vec<Action>,
}

impl Firing {
    pub(crate) fn has(&self, action: &Action) -> bool {
        self.actions.contains(action)
    }

    /// The first thing that `pick` finds among the faults.
    pub(crate) fn first<'a, T>(&'a self, pick: impl Fn(&'a Action) -> Option<T>) -> Option<T> {
        self.actions.iter().find_map(pick)
    }

    /// Whether the n-th record of a request (from 1) is dropped.
    pub(crate) fn drops(&self, row: u64) -> bool {
        let hits = |every: u64| row.is_multiple_of(every.max(1));
        self.actions.iter().any(|action| matches!(action, Action::DropWrites { every } if hits(*every)))
    }

    /// What the n-th row of a batch (from 1) is refused with.
    pub(crate) fn fails(&self, row: u64) -> Option<&str> {
        self.first(|action| match action {
            Action::FailRows { every, message } if row.is_multiple_of((*every).max(1)) => Some(message.as_str()),
            _ => None,
        })
    }
}
