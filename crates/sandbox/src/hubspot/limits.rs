//! The limits of requests: ten rolling seconds, one second of searches, and the day.
//!
//! It does not know the time or the tier: both are handed in. A refused request uses up none of them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::settings::Settings;
use crate::limiter::Limiter;

/// Which limit a request ran into, as a 429 names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Policy {
    /// Requests in ten rolling seconds.
    TenSecondlyRolling,
    /// Searches in one second.
    Secondly,
    /// Requests in one day.
    Daily,
}

impl Policy {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TenSecondlyRolling => "TEN_SECONDLY_ROLLING",
            Self::Secondly => "SECONDLY",
            Self::Daily => "DAILY",
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::TenSecondlyRolling => "ten_secondly_rolling",
            Self::Secondly => "secondly",
            Self::Daily => "daily",
        }
    }
}

/// How much of each limit is used.
#[derive(Debug)]
pub(crate) struct Limits {
    burst: Limiter,
    searches: Limiter,
    used_today: u64,
    /// The midnight at which the day's count begins anew; `None` before the first request.
    resets_at: Option<Timestamp>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { burst: Limiter::over(10_000), searches: Limiter::over(1_000), used_today: 0, resets_at: None }
    }
}

impl Limits {
    /// Lets a request in, or names the limit that keeps it out.
    pub(crate) fn enter(&mut self, now: Timestamp, settings: &Settings, searches: bool) -> Result<(), Policy> {
        self.turn_the_day(now, settings);
        if self.used_today >= settings.day_limit() {
            return Err(Policy::Daily);
        }
        let now_ms = now.as_millisecond();
        // A search has its own limit, and does not count against the other.
        let (limiter, limit, policy) = if searches {
            (&mut self.searches, settings.searches_per_second, Policy::Secondly)
        } else {
            (&mut self.burst, settings.burst_limit(), Policy::TenSecondlyRolling)
        };
        limiter.enter(now_ms, limit, usize::MAX).map_err(|_| policy)?;
        limiter.leave();
        self.used_today += 1;
        Ok(())
    }

    /// Requests left of ten seconds.
    pub(crate) fn burst_left(&mut self, now: Timestamp, settings: &Settings) -> usize {
        self.burst.quota(now.as_millisecond(), settings.burst_limit()).remaining
    }

    /// Requests made today.
    pub(crate) fn used_today(&mut self, now: Timestamp, settings: &Settings) -> u64 {
        self.turn_the_day(now, settings);
        self.used_today
    }

    /// When the day's count begins anew.
    pub(crate) fn resets_at(&mut self, now: Timestamp, settings: &Settings) -> Timestamp {
        self.turn_the_day(now, settings);
        self.resets_at.unwrap_or(now)
    }

    /// Leaves so many requests for today, as if other apps had used up the rest.
    pub(crate) fn leave_today(&mut self, left: u64, now: Timestamp, settings: &Settings) {
        self.turn_the_day(now, settings);
        self.used_today = settings.day_limit().saturating_sub(left);
    }

    fn turn_the_day(&mut self, now: Timestamp, settings: &Settings) {
        if self.resets_at.is_none_or(|resets_at| resets_at <= now) {
            self.used_today = 0;
            self.resets_at = Some(next_midnight(now, settings.zone()));
        }
    }
}

fn next_midnight(now: Timestamp, zone: TimeZone) -> Timestamp {
    let tomorrow = now.to_zoned(zone).tomorrow().and_then(|tomorrow| tomorrow.start_of_day());
    // Only at the end of the calendar is there no tomorrow.
    tomorrow.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn ten_seconds_roll_and_searches_have_their_own_second() {
        let settings = Settings { requests_per_ten_seconds: Some(1), searches_per_second: 1, ..Settings::default() };
        let mut limits = Limits::default();
        assert_eq!(limits.enter(at("2026-03-01T12:00:00Z"), &settings, false), Ok(()));
        assert_eq!(limits.enter(at("2026-03-01T12:00:09Z"), &settings, false), Err(Policy::TenSecondlyRolling));
        assert_eq!(limits.enter(at("2026-03-01T12:00:09Z"), &settings, true), Ok(()));
        assert_eq!(limits.enter(at("2026-03-01T12:00:09.9Z"), &settings, true), Err(Policy::Secondly));
        assert_eq!(limits.enter(at("2026-03-01T12:00:10Z"), &settings, true), Ok(()));
        assert_eq!(limits.enter(at("2026-03-01T12:00:10Z"), &settings, false), Ok(()));
        assert_eq!(limits.used_today(at("2026-03-01T12:00:10Z"), &settings), 4, "refusals do not count");
    }

    #[test]
    fn the_day_ends_at_the_accounts_midnight() {
        let settings = Settings { daily_limit: Some(2), time_zone: "UTC".to_owned(), ..Settings::default() };
        let mut limits = Limits::default();
        limits.leave_today(1, at("2026-03-01T12:00:00Z"), &settings);
        assert_eq!(limits.enter(at("2026-03-01T12:00:00Z"), &settings, false), Ok(()));
        assert_eq!(limits.enter(at("2026-03-01T23:59:59Z"), &settings, true), Err(Policy::Daily));
        assert_eq!(limits.resets_at(at("2026-03-01T23:59:59Z"), &settings), at("2026-03-02T00:00:00Z"));
        assert_eq!(limits.enter(at("2026-03-02T00:00:00Z"), &settings, false), Ok(()));
    }
}
