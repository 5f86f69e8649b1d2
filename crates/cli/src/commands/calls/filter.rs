//! The options that choose calls, checked and turned into the store's own filter.

use crate::args::{CallsFilter, DirectionName};
use crate::commands::contacts;
use crate::config::Config;
use crate::failure::{Failure, Fallible};
use crate::registry::region;
use engine::normalizer::Normalizer;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use model::CallDirection;
use store::{CallFilter, Store};

/// Words that lists of calls are filtered by.
const STATUSES: [&str; 8] =
    ["completed", "missed", "voicemail", "busy", "no-answer", "failed", "ringing", "in-progress"];

/// The filter that the options ask for.
pub(super) fn filter(config: &Config, store: &Store, args: &CallsFilter) -> Fallible<CallFilter> {
    in_order(args.since, args.until)?;
    let mut filter = CallFilter {
        since: args.since.and_then(midnight),
        before: args.until.and_then(|last| last.checked_add(1.day()).ok()).and_then(midnight),
        direction: match args.direction {
            None | Some(DirectionName::All) => None,
            Some(DirectionName::Inbound) => Some(CallDirection::Inbound),
            Some(DirectionName::Outbound) => Some(CallDirection::Outbound),
        },
        agent: args.agent.clone(),
        numbers: None,
        status: args.status.as_deref().map(|status| checked_status(store, status)).transpose()?,
        text: args.text.clone(),
    };
    if args.number.is_none() && args.contact.is_none() {
        return Ok(filter);
    }
    let normalizer = Normalizer::new(region(&config.matching.default_region)?);
    let mut numbers = Vec::new();
    if let Some(text) = &args.number {
        numbers.push(super::super::number(config, "--number", text)?.number());
    }
    if let Some(text) = &args.contact {
        numbers.push(contacts::number(Some(store), &normalizer, "--contact", text)?);
    }
    // Both: who is neither has no calls here.
    if numbers.windows(2).any(|pair| pair[0] != pair[1]) {
        numbers.clear();
    }
    numbers.dedup();
    filter.numbers = Some(numbers);
    Ok(filter)
}

/// A status that some call has, or that is documented: a typing error would find nothing in silence.
fn checked_status(store: &Store, text: &str) -> Fallible<String> {
    let status = text.trim().to_lowercase();
    let known = || {
        let mut any = false;
        let one = CallFilter { status: Some(status.clone()), ..CallFilter::default() };
        store.each_call(&one, true, &mut |_| {
            any = true;
            false
        })?;
        Ok::<bool, Failure>(any)
    };
    if STATUSES.contains(&status.as_str()) || known()? {
        return Ok(status);
    }
    let near = crate::config::keys::nearest(&status, &STATUSES);
    let near = near.map_or_else(String::new, |near| format!(", did you mean `{near}`?"));
    Err(Failure::usage(format!("--status: no call has the status `{text}`{near}"))
        .hint(format!("known are {}", STATUSES.join(", "))))
}

/// A day must not end before it begins.
pub(super) fn in_order(since: Option<Date>, until: Option<Date>) -> Fallible<()> {
    match (since, until) {
        (Some(since), Some(until)) if until < since => {
            Err(Failure::usage(format!("--until {until} is before --since {since}"))
                .hint("both days belong to the span; swap them"))
        }
        _ => Ok(()),
    }
}

fn midnight(date: Date) -> Option<Timestamp> {
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
