//! Counts matching requests for each fault and says which faults hit a request.
//!
//! It does not carry out anything.

use crate::faults::{Action, Fault, Lag, Refusal};
use crate::history::Reader;
use crate::route::Route;
use crate::schedule::{Progress, Schedule};

/// The faults that are switched on.
#[derive(Debug, Default)]
pub(crate) struct FaultSet {
    armed: Vec<Armed>,
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    progress: Progress,
}

impl FaultSet {
    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.armed.iter().map(|armed| armed.fault.clone()).collect()
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.armed.push(Armed { fault, progress: Progress::default() });
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// Counts a request and collects what hits it. `page` is the page a list asks for.
    pub(crate) fn fire(&mut self, route: Route, page: usize) -> Firing {
        let hits = self.armed.iter_mut().filter_map(|armed| armed.hit(route, page));
        Firing { actions: hits.collect() }
    }
}

impl Armed {
    fn hit(&mut self, route: Route, page: usize) -> Option<Action> {
        let fault = &self.fault;
        let matches = fault.on.matches(route.kind())
            && fault.page.is_none_or(|wanted| matches!(route, Route::List | Route::Calls) && wanted == page)
            && fault.id.is_none_or(|wanted| route.id() == Some(wanted));
        let schedule = Schedule { skip_first: fault.skip_first, every: fault.every, times: fault.times };
        (matches && self.progress.hits(schedule)).then(|| fault.action.clone())
    }
}

/// The faults that hit one request, in the order they were added.
#[derive(Debug, Clone, Default)]
pub(crate) struct Firing {
    pub(crate) actions: Vec<Action>,
}

impl Firing {
    pub(crate) fn has(&self, action: &Action) -> bool {
        self.actions.contains(action)
    }

    /// Milliseconds to wait before the effect.
    pub(crate) fn delay(&self) -> u64 {
        self.actions.iter().map(|action| if let Action::Delay { ms } = action { *ms } else { 0 }).sum()
    }

    /// Milliseconds to wait between the effect and the answer.
    pub(crate) fn answer_delay(&self) -> u64 {
        self.actions.iter().map(|action| if let Action::DelayAnswer { ms } = action { *ms } else { 0 }).sum()
    }

    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        self.actions.iter().find_map(|action| if let Action::Refuse(refusal) = action { Some(refusal) } else { None })
    }

    pub(crate) fn refusal_after_effect(&self) -> Option<&Refusal> {
        self.actions.iter().find_map(
            |action| {
                if let Action::RefuseAfterEffect(refusal) = action { Some(refusal) } else { None }
            },
        )
    }

    /// The view of a reader that lags behind, if this one does.
    pub(crate) fn lagging(&self, now: jiff::Timestamp, request: u64) -> Option<Reader> {
        let lag: Option<Lag> =
            self.actions.iter().find_map(|action| if let Action::Lag(lag) = action { Some(*lag) } else { None });
        lag.map(|lag| Reader { now, request, lag })
    }

    /// Whether the n-th contact of a request (from 1) is dropped.
    pub(crate) fn drops(&self, row: u64) -> bool {
        self.actions
            .iter()
            .any(|action| matches!(action, Action::DropWrites { every } if row.is_multiple_of((*every).max(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::On;

    /// Which of the first ten requests the fault hits, from 1.
    fn hits(fault: Fault, route: Route, page: usize) -> Vec<u64> {
        let mut faults = FaultSet::default();
        faults.add(fault);
        (1..=10).filter(|_| !faults.fire(route, page).actions.is_empty()).collect()
    }

    #[test]
    fn a_fault_counts_only_what_it_names() {
        let close = |on| Fault::new(on, Action::CloseBeforeEffect);
        assert_eq!(hits(close(On::List), Route::List, 1).len(), 10);
        assert_eq!(hits(close(On::Write), Route::Update(1), 1).len(), 10);
        assert_eq!(hits(close(On::Read), Route::Get(1), 1).len(), 10);
        assert!(hits(close(On::List), Route::Get(1), 1).is_empty());
        assert!(hits(close(On::Write), Route::List, 1).is_empty());
        assert!(hits(close(On::Any).page(2), Route::List, 1).is_empty());
        assert!(hits(close(On::Any).page(1), Route::Get(1), 1).is_empty());
        assert!(hits(close(On::Any).id(2), Route::Get(1), 1).is_empty());
        assert_eq!(hits(close(On::Any).id(2), Route::Delete(2), 1).len(), 10);
    }

    #[test]
    fn skipping_every_nth_and_a_count_combine() {
        let close = Fault::new(On::Any, Action::CloseBeforeEffect);
        assert_eq!(hits(close.clone().skip_first(3), Route::List, 1), [4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(hits(close.clone().every(4), Route::List, 1), [1, 5, 9]);
        assert_eq!(hits(close.clone().times(2), Route::List, 1), [1, 2]);
        assert_eq!(hits(close.skip_first(1).every(3).times(2), Route::List, 1), [2, 5]);
    }
}
