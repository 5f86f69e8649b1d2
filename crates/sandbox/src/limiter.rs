//! A rolling window of requests and a limit of requests at once (documented, per API key).
//!
//! One sandbox has one key. It does not know the time or the plan: both are handed in.

use std::collections::VecDeque;

const MINUTE_MS: i64 = 60_000;

/// When requests were admitted, and how many are being answered.
#[derive(Debug)]
pub(crate) struct Limiter {
    window_ms: i64,
    /// Unix milliseconds, oldest first. A refused request is not in it: refusals do not use up the quota.
    admitted: VecDeque<i64>,
    in_flight: usize,
}

/// What the `X-RateLimit-*` headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    /// Requests per rolling window.
    pub(crate) limit: usize,
    /// Requests left now.
    pub(crate) remaining: usize,
    /// Unix seconds, rounded up, at which the oldest request leaves the window; now if there is none.
    pub(crate) reset: i64,
}

/// Why a request may not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The window is used up; it frees a place in so many seconds.
    Rate { retry_after: u64 },
    /// Too many requests at once.
    Concurrency,
}

impl Default for Limiter {
    /// A rolling minute.
    fn default() -> Self {
        Self::over(MINUTE_MS)
    }
}

impl Limiter {
    /// A rolling window of this length.
    pub(crate) const fn over(window_ms: i64) -> Self {
        Self { window_ms, admitted: VecDeque::new(), in_flight: 0 }
    }

    /// Lets a request in, if both limits allow it. Whoever is let in calls [`Self::leave`] when answered.
    pub(crate) fn enter(&mut self, now_ms: i64, limit: usize, concurrency: usize) -> Result<(), Refused> {
        self.forget_old(now_ms);
        if self.in_flight >= concurrency {
            return Err(Refused::Concurrency);
        }
        if self.admitted.len() >= limit {
            // With a limit lowered at run time, more than one request must leave before there is a place.
            let freeing = self.admitted.get(self.admitted.len() - limit).copied().unwrap_or(now_ms);
            let wait_ms = freeing + self.window_ms - now_ms;
            return Err(Refused::Rate { retry_after: u64::try_from(ceil_seconds(wait_ms)).unwrap_or(0).max(1) });
        }
        self.admitted.push_back(now_ms);
        self.in_flight += 1;
        Ok(())
    }

    /// Ends a request that was let in.
    pub(crate) fn leave(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// The quota as of now.
    pub(crate) fn quota(&mut self, now_ms: i64, limit: usize) -> Quota {
        self.forget_old(now_ms);
        let reset_ms = self.admitted.front().map_or(now_ms, |oldest| oldest + self.window_ms);
        Quota { limit, remaining: limit.saturating_sub(self.admitted.len()), reset: ceil_seconds(reset_ms) }
    }

    fn forget_old(&mut self, now_ms: i64) {
        while self.admitted.front().is_some_and(|oldest| now_ms - oldest >= self.window_ms) {
            self.admitted.pop_front();
        }
    }
}

fn ceil_seconds(ms: i64) -> i64 {
    ms.div_euclid(1000) + i64::from(ms.rem_euclid(1000) > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_rolls() {
        let mut limiter = Limiter::default();
        assert_eq!(limiter.enter(0, 2, 9), Ok(()));
        assert_eq!(limiter.enter(30_000, 2, 9), Ok(()));
        assert_eq!(limiter.enter(40_500, 2, 9), Err(Refused::Rate { retry_after: 20 }));
        assert_eq!(limiter.enter(59_999, 2, 9), Err(Refused::Rate { retry_after: 1 }));
        assert_eq!(limiter.enter(60_000, 2, 9), Ok(()), "the first request has left the window");
        assert_eq!(limiter.enter(60_001, 2, 9), Err(Refused::Rate { retry_after: 30 }), "the second has not");
    }

    #[test]
    fn a_refusal_does_not_use_up_the_quota() {
        let mut limiter = Limiter::default();
        assert_eq!(limiter.enter(0, 1, 9), Ok(()));
        for ms in 1..1000 {
            assert!(limiter.enter(ms, 1, 9).is_err());
        }
        assert_eq!(limiter.enter(60_000, 1, 9), Ok(()));
    }

    #[test]
    fn the_quota_counts_down_and_names_the_next_free_place() {
        let mut limiter = Limiter::default();
        assert_eq!(limiter.quota(5_000, 3), Quota { limit: 3, remaining: 3, reset: 5 });
        assert_eq!(limiter.enter(5_001, 3, 9), Ok(()));
        assert_eq!(limiter.enter(9_000, 3, 9), Ok(()));
        assert_eq!(limiter.quota(9_000, 3), Quota { limit: 3, remaining: 1, reset: 66 });
    }

    #[test]
    fn only_so_many_at_once() {
        let mut limiter = Limiter::default();
        assert_eq!(limiter.enter(0, 9, 2), Ok(()));
        assert_eq!(limiter.enter(0, 9, 2), Ok(()));
        assert_eq!(limiter.enter(0, 9, 2), Err(Refused::Concurrency));
        limiter.leave();
        assert_eq!(limiter.enter(0, 9, 2), Ok(()));
    }

    #[test]
    fn a_lowered_limit_waits_for_enough_places() {
        let mut limiter = Limiter::default();
        for second in 0..4 {
            assert_eq!(limiter.enter(second * 10_000, 9, 9), Ok(()));
        }
        assert_eq!(limiter.enter(30_000, 2, 9), Err(Refused::Rate { retry_after: 50 }));
        assert_eq!(limiter.enter(80_000, 2, 9), Ok(()));
    }
}
