//! Which days of the call log to read, and in which pieces: pure arithmetic of days, counted from 1970-01-01.

use jiff::civil::Date;
use std::collections::VecDeque;

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// A day's number.
pub(crate) fn day_number(date: Date) -> i64 {
    i64::from(date.since(EPOCH).map_or(0, |span| span.get_days()))
}

/// The day with a number.
pub(crate) fn day_date(day: i64) -> Date {
    EPOCH.saturating_add(jiff::SignedDuration::from_hours(day.saturating_mul(24)))
}

/// Days in a row, as first and last.
pub(crate) type Days = (i64, i64);

/// The days that are wanted and not yet read, as windows, the oldest first.
pub(crate) fn windows(wanted: impl Iterator<Item = i64>) -> VecDeque<Days> {
    let mut windows: VecDeque<Days> = VecDeque::new();
    for day in wanted {
        match windows.back_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => windows.push_back((day, day)),
        }
    }
    windows
}

/// A window that holds too many calls, in pieces that should hold few enough; never less than a day.
pub(crate) fn split((first, last): Days, count: u64, most: u64) -> Vec<Days> {
    let days = last - first + 1;
    // Calls do not come evenly: some room, or most pieces would have to be split again.
    let pieces =
        i64::try_from(count.saturating_mul(4).div_ceil(most.max(1) * 3)).unwrap_or(i64::MAX).clamp(2, days.max(2));
    let length = (days / pieces).max(1);
    let mut from = first;
    let mut split = Vec::new();
    while from <= last {
        let to = (from + length - 1).min(last);
        split.push((from, to));
        from = to + 1;
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        for (date, day) in [("1970-01-01", 0), ("2026-03-01", 20_513), ("2024-02-29", 19_782), ("1969-12-31", -1)] {
            assert_eq!(date.parse::<Date>().map(day_number).ok(), Some(day), "{date}");
            assert_eq!(day_date(day).to_string(), date);
        }
    }

    #[test]
    fn pieces_cover_every_day_once() {
        for (days, count) in [((0, 0), 10_000), ((0, 1), 6_000), ((0, 364), 1_000_000), ((5, 11), 5_001)] {
            let pieces = split(days, count, 5_000);
            let all: Vec<i64> = pieces.iter().flat_map(|(first, last)| *first..=*last).collect();
            assert_eq!(all, (days.0..=days.1).collect::<Vec<_>>(), "{days:?}");
            assert!(days.0 == days.1 || pieces.len() > 1);
        }
        assert_eq!(windows([3, 4, 5, 9, 11, 12].into_iter()), [(3, 5), (9, 9), (11, 12)]);
    }
}
