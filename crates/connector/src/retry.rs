//! How long to wait before a request is sent again, and when to give up.
//!
//! The growth of the delays comes from the `backoff` crate, which is no longer maintained upstream: it is used in this
//! file alone, so that replacing it is an edit here. Its own randomness cannot be seeded, so the jitter is ours.
//! It does *not* sleep, send or decide what may be repeated.

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// What went wrong, as far as waiting is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No connection, a lost answer, 500 and the like: soon gone.
    Transient,
    /// 502: something behind the server restarts.
    BadGateway,
    /// 503: maintenance.
    Maintenance,
    /// 429: the quota is used up.
    RateLimited,
}

/// First delay per kind of trouble; each is drawn from the given time to twice that time, and doubles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    /// For [`Trouble::Transient`].
    pub transient: Duration,
    /// For [`Trouble::BadGateway`].
    pub bad_gateway: Duration,
    /// For [`Trouble::Maintenance`].
    pub maintenance: Duration,
    /// For [`Trouble::RateLimited`], where the server did not say how long.
    pub rate_limited: Duration,
    /// Where doubling ends.
    pub longest: Duration,
}

impl Default for Delays {
    fn default() -> Self {
        Self {
            transient: Duration::from_millis(500),
            bad_gateway: Duration::from_secs(5),
            maintenance: Duration::from_secs(30),
            rate_limited: Duration::from_secs(10),
            longest: Duration::from_secs(60),
        }
    }
}

impl Delays {
    const fn first(&self, trouble: Trouble) -> Duration {
        match trouble {
            Trouble::Transient => self.transient,
            Trouble::BadGateway => self.bad_gateway,
            Trouble::Maintenance => self.maintenance,
            Trouble::RateLimited => self.rate_limited,
        }
    }
}

/// When to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Most times one request is sent, the first included. Being told to wait (429) does not count.
    pub attempts: u32,
    /// No retry is begun later than this after the first trouble.
    pub patience: Duration,
    /// Delays.
    pub delays: Delays,
    /// Seed of the jitter; none: from the system.
    pub seed: Option<u64>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 5, patience: Duration::from_secs(300), delays: Delays::default(), seed: None }
    }
}

impl RetryPolicy {
    /// The course of one request.
    pub fn start(&self) -> Retry {
        let seed = self.seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        Retry { policy: *self, sent: 1, random: seed, growth: None }
    }

    /// The same policy with at most this many sendings.
    #[must_use]
    pub fn at_most(self, attempts: u32) -> Self {
        Self { attempts: self.attempts.min(attempts), ..self }
    }
}

/// The course of one request: how often it was sent, and how long the next wait is.
#[derive(Debug)]
pub struct Retry {
    policy: RetryPolicy,
    sent: u32,
    random: u64,
    growth: Option<(Trouble, ExponentialBackoff)>,
}

impl Retry {
    /// The wait before the request is sent once more; `None`: give up.
    ///
    /// `told` is what the server asked for, `elapsed` the time since the first trouble.
    pub fn next(&mut self, trouble: Trouble, told: Option<Duration>, elapsed: Duration) -> Option<Duration> {
        if trouble != Trouble::RateLimited {
            if self.sent >= self.policy.attempts {
                return None;
            }
            self.sent += 1;
        }
        let wait = match told {
            // At least a second: a server that says 0 and means it has nothing against it.
            Some(told) if trouble == Trouble::RateLimited => told.max(Duration::from_secs(1)),
            Some(told) => told.max(self.drawn(trouble)),
            None => self.drawn(trouble),
        };
        (elapsed + wait <= self.policy.patience).then_some(wait)
    }

    fn drawn(&mut self, trouble: Trouble) -> Duration {
        let delays = self.policy.delays;
        let growth = match &mut self.growth {
            Some((kind, growth)) if *kind == trouble => growth,
            slot => &mut slot.insert((trouble, growth(delays.first(trouble), delays.longest))).1,
        };
        let base = growth.next_backoff().unwrap_or(delays.longest);
        base.mul_f64(1.0 + self.fraction())
    }

    /// A number from 0 to 1 (`SplitMix64`).
    fn fraction(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn growth(first: Duration, longest: Duration) -> ExponentialBackoff {
    ExponentialBackoff {
        current_interval: first,
        initial_interval: first,
        randomization_factor: 0.0,
        multiplier: 2.0,
        max_interval: longest.max(first),
        max_elapsed_time: None,
        ..ExponentialBackoff::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn policy() -> RetryPolicy {
        RetryPolicy { seed: Some(7), ..RetryPolicy::default() }
    }

    #[test]
    fn first_delays_lie_in_their_ranges() {
        // trouble, from, to (milliseconds)
        let table = [
            (Trouble::Transient, 500, 1_000),
            (Trouble::BadGateway, 5_000, 10_000),
            (Trouble::Maintenance, 30_000, 60_000),
            (Trouble::RateLimited, 10_000, 20_000),
        ];
        for (trouble, from, to) in table {
            for seed in 0..50 {
                let mut retry = RetryPolicy { seed: Some(seed), ..policy() }.start();
                let wait = retry.next(trouble, None, NOW).unwrap().as_millis();
                assert!((from..=to).contains(&wait), "{trouble:?}: {wait}");
            }
        }
    }

    #[test]
    fn delays_grow_up_to_the_longest() {
        let policy = RetryPolicy { attempts: 20, patience: Duration::from_secs(10_000), ..policy() };
        let mut retry = policy.start();
        let waits: Vec<_> = (0..12).map(|_| retry.next(Trouble::Transient, None, NOW).unwrap()).collect();
        assert!(waits[4] > waits[0] * 4, "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= policy.delays.longest * 2), "{waits:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_delays_and_another_does_not() {
        let draw = |seed| {
            let mut retry = RetryPolicy { seed: Some(seed), ..policy() }.start();
            (0..4).filter_map(|_| retry.next(Trouble::Transient, None, NOW)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn gives_up_after_so_many_attempts() {
        let mut retry = policy().at_most(3).start();
        assert!(retry.next(Trouble::Transient, None, NOW).is_some());
        assert!(retry.next(Trouble::BadGateway, None, NOW).is_some());
        assert_eq!(retry.next(Trouble::Transient, None, NOW), None);
    }

    #[test]
    fn gives_up_when_patience_ends() {
        let mut retry = policy().start();
        assert_eq!(retry.next(Trouble::Maintenance, None, Duration::from_secs(290)), None);
        assert_eq!(retry.next(Trouble::RateLimited, Some(Duration::from_secs(3_600)), NOW), None);
    }

    #[test]
    fn a_rate_limit_waits_as_told_and_does_not_use_up_attempts() {
        let mut retry = policy().at_most(1).start();
        for told in [20, 3, 40] {
            let told = Duration::from_secs(told);
            assert_eq!(retry.next(Trouble::RateLimited, Some(told), NOW), Some(told));
        }
        assert_eq!(retry.next(Trouble::RateLimited, Some(NOW), NOW), Some(Duration::from_secs(1)));
    }

    #[test]
    fn maintenance_waits_at_least_as_told() {
        let wait = policy().start().next(Trouble::Maintenance, Some(Duration::from_secs(120)), NOW);
        assert_eq!(wait, Some(Duration::from_secs(120)));
    }
}
