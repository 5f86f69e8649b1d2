//! The circuit breaker: a side on which write after write fails is left alone for the rest of the run. The next run
//! begins anew.
//!
//! It counts; stopping is `apply`'s. Single records that fail among others that work are no reason (S41).

use connector::WriteResult;
use model::{Alarm, AlarmKind, Side};

/// Batches in a row of which nothing worked.
const BARREN: u32 = 3;
/// From so many failed records on, more failures than successes are a reason, too.
const MANY: u64 = 20;

/// One side's writes in one run.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    done: u64,
    failed: u64,
    barren: u32,
    last: String,
}

impl Breaker {
    /// Takes note of how a batch ended.
    pub(crate) fn note(&mut self, results: &[WriteResult]) {
        let (mut done, mut failed) = (0, 0);
        for result in results {
            match result {
                WriteResult::Done { .. } => done += 1,
                WriteResult::Refused { message } | WriteResult::Unknown { message } => {
                    failed += 1;
                    self.last.clone_from(message);
                }
                WriteResult::Stale { .. } => {}
            }
        }
        self.done += done;
        self.failed += failed;
        self.barren = if done > 0 { 0 } else { self.barren + u32::from(failed > 0) };
    }

    /// Whether to stop.
    pub(crate) fn is_open(&self) -> bool {
        self.barren >= BARREN || (self.failed >= MANY && self.failed > self.done)
    }

    /// What a person is told.
    pub(crate) fn alarm(&self, side: Side, left: u64) -> Alarm {
        let failed = self.failed;
        let detail = format!(
            "{}: {failed} writes failed, {} worked; the {left} that are left wait for the next run; the last said: {}",
            side.title(),
            self.done,
            self.last
        );
        Alarm { kind: AlarmKind::Breaker, side: Some(side), class: None, count: failed, limit: MANY, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(count: usize) -> Vec<WriteResult> {
        vec![WriteResult::Done { id: None, stored: None }; count]
    }

    fn refused(count: usize) -> Vec<WriteResult> {
        vec![WriteResult::Refused { message: "no".to_owned() }; count]
    }

    fn after(batches: &[Vec<WriteResult>]) -> bool {
        let mut breaker = Breaker::default();
        for batch in batches {
            breaker.note(batch);
        }
        breaker.is_open()
    }

    #[test]
    fn failures_among_successes_are_no_reason() {
        assert!(!after(&[refused(2), refused(2), done(1), refused(2), refused(2)]));
        assert!(!after(&[done(30), refused(30)]));
        assert!(!after(&[refused(19)]));
    }

    #[test]
    fn nothing_but_failures_are() {
        assert!(after(&[refused(1), refused(1), refused(1)]));
        assert!(after(&[done(50), refused(51)]));
        assert!(after(&[refused(20)]));
    }

    #[test]
    fn what_was_not_sent_counts_for_nothing() {
        let unsent = vec![WriteResult::Stale { message: "not sent".to_owned() }; 100];
        assert!(!after(&[unsent.clone(), unsent.clone(), unsent]));
    }
}
