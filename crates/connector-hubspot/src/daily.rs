//! The day's requests: how many there are, how many are left, when the next day begins. Corrected by whatever an answer
//! tells. It does *not* refuse anything by itself.

use crate::dialect::LimitHeaders;
use crate::requests::usage::Usage;
use connector::{Error, ErrorKind};
use jiff::Timestamp;
use model::Quota;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is known of the day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Day {
    limit: Option<u64>,
    left: Option<u64>,
    resets_at: Option<Timestamp>,
}

/// The day's requests.
#[derive(Debug, Default)]
pub(crate) struct Daily(Mutex<Day>);

impl Daily {
    fn day(&self) -> MutexGuard<'_, Day> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the account says of its usage.
    pub(crate) fn note_usage(&self, usage: &Usage) {
        let left = usage.usage_limit.saturating_sub(usage.current_usage);
        *self.day() = Day { limit: Some(usage.usage_limit), left: Some(left), resets_at: usage.resets_at };
    }

    /// What an answer's headers say.
    pub(crate) fn note_headers(&self, headers: &LimitHeaders) {
        let mut day = self.day();
        day.limit = headers.daily.or(day.limit);
        // The smaller one: answers overtake each other.
        if let Some(left) = headers.daily_remaining {
            day.left = Some(day.left.map_or(left, |known| known.min(left)));
        }
    }

    /// One request went.
    pub(crate) fn spend(&self) {
        let mut day = self.day();
        day.left = day.left.map(|left| left.saturating_sub(1));
    }

    /// An answer says that nothing is left.
    pub(crate) fn note_spent(&self) {
        self.day().left = Some(0);
    }

    /// The error of a day that is used up; none while there is something left, or the next one has begun.
    pub(crate) fn spent(&self, now: Timestamp) -> Option<Error> {
        let mut day = self.day();
        if day.resets_at.is_some_and(|at| at <= now) {
            *day = Day { limit: day.limit, ..Day::default() };
        }
        (day.left == Some(0)).then(|| spent(&day))
    }

    /// For the forecast.
    pub(crate) fn quota(&self) -> Option<Quota> {
        let day = self.day().clone();
        let name = "requests of HubSpot's day".to_owned();
        Some(Quota { name, limit: day.limit?, left: day.left?, resets_at: day.resets_at })
    }
}

fn spent(day: &Day) -> Error {
    let limit = day.limit.map(|limit| format!(" of {limit} requests")).unwrap_or_default();
    let until = match day.resets_at {
        Some(at) => format!("new ones come at {at}"),
        None => "new ones come at midnight in the account's time zone".to_owned(),
    };
    Error::new(ErrorKind::RateLimited, format!("HubSpot's daily quota{limit} is used up; {until}"))
        .hint("run it again then: it goes on where it stopped; other apps of the account use the same quota")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_spent_day_names_the_time_of_the_next_and_ends_with_it() {
        let daily = Daily::default();
        let reset: Timestamp = "2026-03-02T05:00:00Z".parse().unwrap();
        daily.note_usage(&Usage { usage_limit: 10, current_usage: 9, resets_at: Some(reset) });
        let before = "2026-03-02T04:59:00Z".parse().unwrap();
        assert!(daily.spent(before).is_none());
        daily.spend();
        let error = daily.spent(before).unwrap();
        assert_eq!(error.kind, ErrorKind::RateLimited);
        assert!(error.message.contains("2026-03-02T05:00:00Z") && error.message.contains("of 10"), "{error}");
        assert!(daily.spent(reset).is_none());
    }

    #[test]
    fn headers_only_lower_what_is_left() {
        let daily = Daily::default();
        assert_eq!(daily.quota(), None);
        daily.note_headers(&LimitHeaders { daily: Some(100), daily_remaining: Some(40), ..LimitHeaders::default() });
        daily.note_headers(&LimitHeaders { daily: Some(100), daily_remaining: Some(41), ..LimitHeaders::default() });
        assert_eq!(daily.quota().unwrap().left, 40);
    }
}
