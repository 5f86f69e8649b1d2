//! `GET /v2/calls`: pages and filters of the call log, newest first.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use super::list::number;
use crate::answers::{Answer, ApiError};
use crate::call::Call;
use crate::calls::{CallDirection, CallFilter, CallStatus};
use crate::choices::PageBeyondEnd;
use crate::faults::Action;
use crate::world::World;

const DEFAULT_PER_PAGE: usize = 25;
const MOST_PER_PAGE: usize = 100;

pub(super) fn answer(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let page = number(&call.query, "page", 1)?;
    let per_page = number(&call.query, "per_page", DEFAULT_PER_PAGE)?;
    if per_page > MOST_PER_PAGE {
        return Err(ApiError::invalid(format!("The per_page field must not be greater than {MOST_PER_PAGE}")));
    }
    let filter = filter(&call.query)?;
    let skip = (page - 1).saturating_mul(per_page);
    let (mut count, mut rows) = world.calls.page(&filter, skip, per_page);
    for action in &call.firing.actions {
        match action {
            Action::EmptyList => {
                rows.clear();
                count = 0;
            }
            Action::TruncateList { rows: most, honest_count } => {
                rows.truncate(most.saturating_sub(skip));
                if *honest_count {
                    count = count.min(*most);
                }
            }
            _ => {}
        }
    }
    if page > 1 && skip >= count && world.settings.choices.page_beyond_end == PageBeyondEnd::NotFound {
        return Err(ApiError::new(404, format!("Page {page} does not exist")));
    }
    let shown = rows.iter().map(|row| serde_json::to_value(row.as_ref()).unwrap_or(Value::Null));
    Ok(Answer::list(shown.collect(), count, page, per_page))
}

fn filter(query: &BTreeMap<String, String>) -> Result<CallFilter, ApiError> {
    let given = |name: &str| query.get(name).filter(|text| !text.is_empty());
    let word = |name: &str, words: &str| ApiError::invalid(format!("The {name} field must be one of {words}"));
    let (start, end) = (date(query, "start_date")?, date(query, "end_date")?);
    if let (Some(start), Some(end)) = (start, end)
        && end < start
    {
        return Err(ApiError::invalid("The end_date field must not be before start_date"));
    }
    let direction = match given("direction").map(String::as_str) {
        None | Some("all") => None,
        Some("inbound") => Some(CallDirection::Inbound),
        Some("outbound") => Some(CallDirection::Outbound),
        Some(_) => return Err(word("direction", "inbound, outbound, all")),
    };
    let status = match given("status").map(String::as_str) {
        None => None,
        Some("completed") => Some(CallStatus::Completed),
        Some("missed") => Some(CallStatus::Missed),
        Some("voicemail") => Some(CallStatus::Voicemail),
        Some("busy") => Some(CallStatus::Busy),
        Some(_) => return Err(word("status", "completed, missed, voicemail, busy")),
    };
    let agent_id = given("agent_id")
        .map(|text| text.parse().map_err(|_| ApiError::invalid("The agent_id field must be a number")))
        .transpose()?;
    Ok(CallFilter {
        from: start.and_then(midnight),
        // The last day belongs to it.
        before: end.and_then(|end| end.checked_add(1.day()).ok()).and_then(midnight),
        direction,
        agent_id,
        number: given("number").cloned(),
        status,
    })
}

fn date(query: &BTreeMap<String, String>, name: &str) -> Result<Option<Date>, ApiError> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let wrong = || ApiError::invalid(format!("The {name} field must be a date (YYYY-MM-DD)"));
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    text.parse().ok().filter(|_| shaped).map(Some).ok_or_else(wrong)
}

fn midnight(date: Date) -> Option<Timestamp> {
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
