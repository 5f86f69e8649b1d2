//! `GET /v2/calls`: one page of the call log.
//!
//! It is lenient with single calls: what cannot be read is none, unknown keys mean nothing, and a call without id is
//! counted. It does *not* read numbers.

use super::{Request, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json::{self, Object};
use connector::calls::CallQuery;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use model::{Call, CallDirection};
use serde_json::value::RawValue;

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPage {
    /// Calls in the whole window, where the answer says it.
    pub count: Option<u64>,
    /// Pages of the whole window, where the answer says it.
    pub total_pages: Option<u64>,
    /// The calls of this page.
    pub calls: Vec<Call>,
    /// Entries without a call's id.
    pub nameless: u64,
}

/// The request for one page.
pub fn prepare(dialect: &Dialect, query: &CallQuery, page: u64, per_page: u64) -> Request {
    let mut request = Request::get(dialect.calls);
    request.query = vec![("start_date", query.first.to_string()), ("end_date", query.last.to_string())];
    request.query.extend(query.number.iter().map(|number| ("number", number.clone())));
    request.query.extend([("page", page.to_string()), ("per_page", per_page.to_string())]);
    request
}

/// The answer.
pub fn parse(dialect: &Dialect, status: u16, body: &[u8]) -> Result<CallPage, ApiError> {
    let object = success(dialect, status, body)?;
    let rows = object.get("data").and_then(|raw| json::as_list(raw));
    let rows = rows.ok_or_else(|| ApiError::unreadable("a list without calls (`data`)"))?;
    let shown = rows.len() as u64;
    let calls: Vec<Call> = rows.into_iter().filter_map(|row| json::as_object(row).and_then(|row| call(&row))).collect();
    let number = |name: &str| object.get(name).and_then(|raw| json::number(raw));
    let nameless = shown - calls.len() as u64;
    Ok(CallPage { count: number("count"), total_pages: number("total_pages"), calls, nameless })
}

/// A call; none without an id.
pub fn call(row: &Object<'_>) -> Option<Call> {
    let text = |name: &str| row.get(name).and_then(|raw| json::words(raw)).map(|text| text.trim().to_owned());
    let some = |name: &str| text(name).filter(|text| !text.is_empty());
    let direction = some("direction").and_then(|word| CallDirection::by_name(&word));
    Some(Call {
        call_id: row.get("call_id").and_then(|raw| json::id(raw))?,
        direction,
        from: text("from").unwrap_or_default(),
        to: text("to").unwrap_or_default(),
        agent_id: row.get("agent_id").and_then(|raw| json::id(raw)),
        agent_name: some("agent_name"),
        status: text("status").map(|text| text.to_lowercase()).filter(|text| is_word(text)).unwrap_or_default(),
        duration: row.get("duration").and_then(|raw| seconds(raw)),
        recording_url: some("recording_url"),
        voicemail: row.get("voicemail").is_some_and(|raw| matches!(raw.get(), "true" | "1")),
        // As the agent typed it.
        notes: row.get("notes").and_then(|raw| json::words(raw)).filter(|text| !text.trim().is_empty()),
        disposition: some("disposition"),
        tags: row.get("tags").map(|raw| tags(raw)).unwrap_or_default(),
        started_at: some("started_at").and_then(|text| time(&text)),
        ended_at: some("ended_at").and_then(|text| time(&text)),
        contact_name: some("contact_name"),
    })
}

/// Whether a text can be a status: one that nobody knows is kept, a formula or an object is none.
fn is_word(text: &str) -> bool {
    const LONGEST: usize = 40;
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_ ".contains(&byte);
    text.len() <= LONGEST && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(is_part)
}

/// No call is longer than a week: such a number is none.
const LONGEST: u64 = 7 * 24 * 60 * 60;

/// Whole seconds, also of a fraction.
fn seconds(raw: &RawValue) -> Option<u64> {
    let number = json::number(raw).or_else(|| raw.get().trim_matches('"').split('.').next()?.parse().ok());
    number.filter(|seconds| *seconds <= LONGEST)
}

fn tags(raw: &RawValue) -> Vec<String> {
    let list = json::as_list(raw).unwrap_or_default();
    list.into_iter().filter_map(json::words).map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect()
}

/// RFC 3339, or the same without a zone, which is then UTC.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let plain = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse().ok().or_else(plain)
}
