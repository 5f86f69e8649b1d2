//! Kills a run at its k-th step, as a power cut would: the stack is unwound without a word, nothing is cleaned up in
//! the replicas, and what was not committed is gone. Steps are what the test says they are: every effect on a replica,
//! before and after, and every moment at which the run asks for the time or tells somebody what it does.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};

/// What is unwound with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crashed;

/// A kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// About to change a replica.
    BeforeEffect,
    /// The replica changed, the run does not know it yet.
    AfterEffect,
    /// Between effects, around the state's commits.
    Between,
}

#[derive(Debug, Default)]
struct Counter {
    steps: Vec<Point>,
    at: Option<usize>,
}

/// Counts steps, and kills at one of them. Shared by handle.
#[derive(Debug, Clone, Default)]
pub struct Crash(Arc<Mutex<Counter>>);

impl Crash {
    /// Forgets the steps counted so far and kills at none.
    pub fn disarm(&self) {
        *self.0.lock().unwrap() = Counter::default();
    }

    /// Forgets the steps counted so far and kills at that one, counted from 0.
    pub fn arm(&self, step: usize) {
        *self.0.lock().unwrap() = Counter { steps: Vec::new(), at: Some(step) };
    }

    /// Steps counted so far.
    pub fn steps(&self) -> Vec<Point> {
        self.0.lock().unwrap().steps.clone()
    }

    /// One step. Must be called without a lock held.
    pub fn step(&self, point: Point) {
        let killed = {
            let mut counter = self.0.lock().unwrap();
            counter.steps.push(point);
            counter.at == Some(counter.steps.len() - 1)
        };
        if killed {
            resume_unwind(Box::new(Crashed));
        }
    }

    /// Runs until the end or the crash; `None` where it was killed.
    pub fn survive<T>(work: impl FnOnce() -> T) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(value) => Some(value),
            Err(cause) if cause.is::<Crashed>() => None,
            Err(cause) => resume_unwind(cause),
        }
    }
}
