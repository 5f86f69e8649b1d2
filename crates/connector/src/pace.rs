//! Keeps requests within a quota: no rolling window (a minute, ten seconds) may hold more of them than the limit less a
//! reserve.
//!
//! The generic cell rate algorithm of `governor` does it with a small burst and a steady refill, chosen so that the
//! burst *and* a window's refill together stay within the quota: a full bucket on top of a full rate would allow twice
//! as many. Time is tokio's, so that tests can pause it. It does *not* send, retry or read headers; a transport tells
//! it what the headers said.

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// What most APIs count by.
pub const MINUTE: Duration = Duration::from_secs(60);

/// What an account allows, and how much of it is left to others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaceLimits {
    /// Requests per rolling window.
    pub requests: u32,
    /// What the quota counts by.
    pub window: Duration,
    /// Requests under way at once.
    pub concurrency: usize,
    /// Share of the quota left to others, 0 to 1.
    pub reserve: f64,
}

impl PaceLimits {
    /// Requests of a window that are left to others.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a share of a u32, clamped
    pub fn reserved(self) -> u32 {
        let share = if self.reserve.is_finite() { self.reserve.clamp(0.0, 1.0) } else { 0.0 };
        ((f64::from(self.requests) * share).ceil() as u32).min(self.requests.saturating_sub(1))
    }

    /// Requests that any rolling window may hold; at least one.
    pub fn quota(self) -> u32 {
        (self.requests - self.reserved().min(self.requests)).max(1)
    }

    /// Requests that may go at once after a pause.
    fn burst(self) -> u32 {
        let concurrency = u32::try_from(self.concurrency).unwrap_or(u32::MAX);
        (self.quota() / 6).min(concurrency).max(1)
    }

    /// Time between two requests once the burst is used up: `burst + window / interval <= quota`, also where a window
    /// counts both its ends.
    fn interval(self) -> Duration {
        match self.quota() - self.burst() {
            0 => self.window + Duration::from_millis(1),
            // Rounded up: a nanosecond short would let one request more into a window.
            refill => self.window / refill + Duration::from_nanos(1),
        }
    }

    /// Seconds that this many requests take at this pace, from a pause on, answers not counted.
    pub fn forecast(self, requests: u64) -> f64 {
        requests.saturating_sub(u64::from(self.burst())) as f64 * self.interval().as_secs_f64()
    }
}

/// Tokio's clock, as `governor` wants it.
#[derive(Debug, Clone, Copy)]
struct TokioClock {
    origin: Instant,
}

impl Clock for TokioClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(Instant::now().saturating_duration_since(self.origin))
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>;

struct State {
    limits: PaceLimits,
    clock: TokioClock,
    limiter: Limiter,
    places: Arc<Semaphore>,
    hold_until: Option<Instant>,
    /// When the requests of the last window went, oldest first: needed when the limits change.
    recent: VecDeque<Instant>,
}

/// Permission for one request, to be kept until its answer is read.
#[derive(Debug)]
pub struct Pass {
    _place: Option<OwnedSemaphorePermit>,
}

/// The pace of one account.
pub struct Pace {
    state: Mutex<State>,
}

impl std::fmt::Debug for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pace").field("limits", &self.limits()).finish_non_exhaustive()
    }
}

impl Pace {
    /// A pace that starts with its burst unused.
    pub fn new(limits: PaceLimits) -> Self {
        let clock = TokioClock { origin: Instant::now() };
        let state = State {
            limits,
            clock,
            limiter: limiter(limits, clock),
            places: Arc::new(Semaphore::new(limits.concurrency.max(1))),
            hold_until: None,
            recent: VecDeque::new(),
        };
        Self { state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves nothing half-done in here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The limits in force.
    pub fn limits(&self) -> PaceLimits {
        self.state().limits
    }

    /// Changes the limits. What went in the last window still counts.
    pub fn set_limits(&self, limits: PaceLimits) {
        let mut state = self.state();
        if state.limits == limits {
            return;
        }
        if state.limits.concurrency != limits.concurrency {
            state.places = Arc::new(Semaphore::new(limits.concurrency.max(1)));
        }
        state.limits = limits;
        state.limiter = limiter(limits, state.clock);
        forget_old(&mut state);
        let spent = u32::try_from(state.recent.len()).unwrap_or(u32::MAX);
        // The new burst is smaller by what was already spent; what exceeds it is waited for.
        for _ in 0..spent.min(limits.burst()) {
            let _ = state.limiter.check();
        }
        let excess = spent.saturating_sub(limits.burst());
        if excess > 0 {
            hold(&mut state, limits.interval() * excess);
        }
    }

    /// Waits until a request may go. `waiting` hears of every wait: for how long, and why.
    pub async fn enter(&self, mut waiting: impl FnMut(Duration, &str)) -> Pass {
        let places = Arc::clone(&self.state().places);
        // The semaphore is never closed; were it, pacing by time alone would still hold the quota.
        let place = places.acquire_owned().await.ok();
        while let Err((wait, why)) = self.try_go() {
            waiting(wait, why);
            tokio::time::sleep(wait).await;
        }
        Pass { _place: place }
    }

    /// Takes a request out of the quota, or says how long to wait and why.
    fn try_go(&self) -> Result<(), (Duration, &'static str)> {
        let mut state = self.state();
        let now = Instant::now();
        if let Some(until) = state.hold_until {
            if until > now {
                return Err((until - now, "the server asked to wait"));
            }
            state.hold_until = None;
        }
        match state.limiter.check() {
            Ok(()) => {
                state.recent.push_back(now);
                forget_old(&mut state);
                Ok(())
            }
            Err(not_until) => Err((not_until.wait_time_from(state.clock.now()), "the account's rate limit")),
        }
    }

    /// Lets nothing go for a while (after a 429). A longer hold stays.
    pub fn hold(&self, wait: Duration) {
        hold(&mut self.state(), wait);
    }

    /// Takes note of what the server says is left of the window, and when it is whole again.
    ///
    /// Less than the reserve means that others use the account too: wait. Exactly the reserve is what our own pace
    /// leaves over at full speed.
    pub fn observe(&self, remaining: Option<u64>, reset_in: Option<Duration>) {
        let Some(remaining) = remaining else { return };
        let mut state = self.state();
        if remaining == 0 || remaining < u64::from(state.limits.reserved()) {
            // A rolling window is whole after its length, whatever a skewed clock says.
            let window = state.limits.window;
            hold(&mut state, reset_in.unwrap_or(window).min(window));
        }
    }

    /// Lowers the limit to what the server says, where that is less than believed.
    pub fn lower_to(&self, requests: u32) {
        let limits = self.limits();
        if requests > 0 && requests < limits.requests {
            self.set_limits(PaceLimits { requests, ..limits });
        }
    }

    /// Seconds that this many requests take.
    pub fn forecast(&self, requests: u64) -> f64 {
        self.limits().forecast(requests)
    }
}

fn limiter(limits: PaceLimits, clock: TokioClock) -> Limiter {
    let one = NonZeroU32::MIN;
    let burst = NonZeroU32::new(limits.burst()).unwrap_or(one);
    let quota = Quota::with_period(limits.interval()).unwrap_or(Quota::per_minute(one)).allow_burst(burst);
    RateLimiter::direct_with_clock(quota, clock)
}

fn hold(state: &mut State, wait: Duration) {
    let until = Instant::now() + wait;
    state.hold_until = Some(state.hold_until.map_or(until, |old| old.max(until)));
}

fn forget_old(state: &mut State) {
    let now = Instant::now();
    let window = state.limits.window;
    while state.recent.front().is_some_and(|at| now.saturating_duration_since(*at) > window) {
        state.recent.pop_front();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn limits(per_minute: u32, concurrency: usize, reserve: f64) -> PaceLimits {
        PaceLimits { requests: per_minute, window: MINUTE, concurrency, reserve }
    }

    /// Most requests in any window of a minute, both ends included.
    fn busiest_minute(times: &[Instant]) -> usize {
        (0..times.len())
            .map(|first| times[first..].iter().take_while(|at| **at - times[first] <= MINUTE).count())
            .max()
            .unwrap_or(0)
    }

    async fn run(pace: &Pace, pauses: &[u64]) -> Vec<Instant> {
        let mut times = Vec::new();
        for pause in pauses {
            tokio::time::sleep(Duration::from_millis(*pause)).await;
            drop(pace.enter(|_, _| {}).await);
            times.push(Instant::now());
        }
        times
    }

    fn paused() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// L14.
        #[test]
        fn no_rolling_minute_exceeds_the_quota(
            per_minute in 1_u32..200,
            concurrency in 1_usize..30,
            reserve in 0.0_f64..0.9,
            pauses in prop::collection::vec(prop_oneof![4 => Just(0_u64), 1 => 0_u64..90_000], 1..400),
        ) {
            let limits = limits(per_minute, concurrency, reserve);
            let times = paused().block_on(async { run(&Pace::new(limits), &pauses).await });
            prop_assert!(busiest_minute(&times) <= limits.quota() as usize);
            prop_assert!(f64::from(limits.quota()) <= (f64::from(per_minute) * (1.0 - reserve)).max(1.0));
        }

        #[test]
        fn changed_limits_count_what_already_went(
            before in 1_usize..60,
            old in 1_u32..200,
            new in 1_u32..200,
        ) {
            let times = paused().block_on(async {
                let pace = Pace::new(limits(old, 10, 0.0));
                let mut times = run(&pace, &vec![0; before]).await;
                pace.set_limits(limits(new, 10, 0.0));
                times.extend(run(&pace, &[0; 120]).await);
                times
            });
            prop_assert!(busiest_minute(&times) <= old.max(new) as usize);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn uses_most_of_the_quota_and_the_forecast_says_how_long() {
        let pace = Pace::new(limits(120, 10, 0.1));
        assert_eq!(pace.limits().quota(), 108);
        let start = Instant::now();
        let times = run(&pace, &[0; 400]).await;
        assert!(busiest_minute(&times) > 100);
        let forecast = pace.forecast(400);
        let taken = start.elapsed().as_secs_f64();
        assert!((forecast - taken).abs() < 0.5, "{forecast} and {taken}");
        assert!(pace.forecast(5).abs() < f64::EPSILON, "a burst costs no time");
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_may_be_shorter_than_a_minute() {
        let window = Duration::from_secs(10);
        let pace = Pace::new(PaceLimits { requests: 100, window, concurrency: 5, reserve: 0.0 });
        let start = Instant::now();
        let times = run(&pace, &[0; 400]).await;
        let busiest = (0..times.len())
            .map(|first| times[first..].iter().take_while(|at| **at - times[first] <= window).count())
            .max()
            .unwrap();
        assert!((96..=100).contains(&busiest), "{busiest}");
        assert!((pace.forecast(400) - start.elapsed().as_secs_f64()).abs() < 0.1);
    }

    #[tokio::test(start_paused = true)]
    async fn holds_when_told() {
        let pace = Pace::new(limits(120, 10, 0.1));
        let start = Instant::now();
        pace.hold(Duration::from_secs(17));
        pace.hold(Duration::from_secs(3));
        let mut reasons = Vec::new();
        drop(pace.enter(|wait, why| reasons.push((wait.as_secs(), why.to_owned()))).await);
        assert_eq!(start.elapsed().as_secs(), 17);
        assert_eq!(reasons, [(17, "the server asked to wait".to_owned())]);
    }

    #[tokio::test(start_paused = true)]
    async fn holds_when_others_use_the_reserve() {
        // remaining, reset, seconds held: 12 are reserved
        let table = [
            (Some(50), Some(30), 0),
            (Some(12), Some(30), 0),
            (Some(11), Some(30), 30),
            (Some(0), None, 60),
            (Some(0), Some(9_000), 60),
            (None, Some(30), 0),
        ];
        for (remaining, reset, held) in table {
            let pace = Pace::new(limits(120, 10, 0.1));
            let start = Instant::now();
            pace.observe(remaining, reset.map(Duration::from_secs));
            drop(pace.enter(|_, _| {}).await);
            assert_eq!(start.elapsed().as_secs(), held, "{remaining:?} {reset:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn lowers_but_never_raises() {
        let pace = Pace::new(limits(120, 10, 0.1));
        pace.lower_to(300);
        pace.lower_to(0);
        assert_eq!(pace.limits().requests, 120);
        pace.lower_to(30);
        assert_eq!(pace.limits().requests, 30);
    }

    #[tokio::test(start_paused = true)]
    async fn never_more_under_way_than_allowed() {
        let pace = Arc::new(Pace::new(limits(6_000, 3, 0.0)));
        let passes = [pace.enter(|_, _| {}).await, pace.enter(|_, _| {}).await, pace.enter(|_, _| {}).await];
        let fourth = tokio::time::timeout(Duration::from_secs(600), pace.enter(|_, _| {})).await;
        assert!(fourth.is_err(), "a fourth went while three were under way");
        drop(passes);
        drop(pace.enter(|_, _| {}).await);
    }
}
