//! How many events a second are taken: a bucket that fills steadily. What comes beyond is refused, and JustCall brings it
//! again. `governor` is the pace of what *we* send, and stands behind `connector`.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Seconds of events that may come at once.
const BURST: f64 = 10.0;

/// A bucket.
#[derive(Debug)]
pub(crate) struct Pace {
    per_second: f64,
    level: Mutex<(f64, Instant)>,
}

impl Pace {
    pub(crate) fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second);
        Self { per_second, level: Mutex::new((per_second * BURST, now)) }
    }

    /// Whether one more may come in now.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let mut guard = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let (level, at) = *guard;
        let filled = now.saturating_duration_since(at).as_secs_f64().mul_add(self.per_second, level);
        let level = filled.min(self.per_second * BURST);
        let admitted = level >= 1.0;
        *guard = (if admitted { level - 1.0 } else { level }, now);
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn ten_seconds_worth_at_once_and_then_as_it_fills() {
        let start = Instant::now();
        let pace = Pace::new(2, start);
        let admitted = |at: Instant| (0..100).filter(|_| pace.admits(at)).count();
        assert_eq!(admitted(start), 20);
        assert_eq!(admitted(start + Duration::from_millis(400)), 0);
        assert_eq!(admitted(start + Duration::from_millis(1_600)), 3);
        assert_eq!(admitted(start + Duration::from_secs(3_600)), 20);
    }
}
