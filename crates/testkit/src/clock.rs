//! A clock that only the test moves, and names that count up. Shared by handle. Never looks at the real time.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone)]
struct Hands {
    now: Timestamp,
    names: u64,
}

/// The time of a test.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<Hands>>);

impl Default for Clock {
    fn default() -> Self {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        Self(Arc::new(Mutex::new(Hands { now, names: 0 })))
    }
}

impl Clock {
    /// A clock that stands where this one does, and goes its own way from here.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.0.lock().unwrap().clone())))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.0.lock().unwrap().now
    }

    /// Lets time pass.
    pub fn pass(&self, time: SignedDuration) {
        self.0.lock().unwrap().now += time;
    }

    /// Lets hours pass.
    pub fn hours(&self, hours: i64) {
        self.pass(SignedDuration::from_hours(hours));
    }

    /// Lets seconds pass.
    pub fn seconds(&self, seconds: i64) {
        self.pass(SignedDuration::from_secs(seconds));
    }

    /// A fresh name.
    pub fn name(&self, prefix: &str) -> String {
        let mut hands = self.0.lock().unwrap();
        hands.names += 1;
        format!("{prefix}{}", hands.names)
    }
}
