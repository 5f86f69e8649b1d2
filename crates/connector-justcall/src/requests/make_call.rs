//! `POST /v2/calls/make`: makes a call. Never sent twice: a repetition would ring again.

use super::calls::call;
use super::{Method, Repeat, Request, json_body, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json;
use connector::calls::Dial;
use model::Call;
use std::collections::BTreeMap;

/// The request.
pub fn prepare(dialect: &Dialect, dial: &Dial) -> Request {
    let mut body = BTreeMap::from([("from", json::text(&dial.from)), ("to", json::text(&dial.to))]);
    body.extend(dial.agent_id.as_deref().map(|id| ("agent_id", id_json(id))));
    body.extend(dial.caller_id.as_deref().map(|number| ("caller_id", json::text(number))));
    body.extend(dial.callback_url.as_deref().map(|url| ("callback_url", json::text(url))));
    Request {
        method: Method::Post,
        path: dialect.make_call.to_owned(),
        query: Vec::new(),
        body: Some(json_body(&body)),
        repeat: Repeat::Never,
        slow: false,
    }
}

/// A number where it is one.
fn id_json(id: &str) -> Box<serde_json::value::RawValue> {
    match id.parse::<u64>() {
        Ok(number) => serde_json::value::to_raw_value(&number).unwrap_or_else(|_| json::text(id)),
        Err(_) => json::text(id),
    }
}

/// The answer. A success that names no call is unreadable: it may have rung.
pub fn parse(dialect: &Dialect, status: u16, body: &[u8]) -> Result<Call, ApiError> {
    let object = success(dialect, status, body)?;
    let data = object.get("data").and_then(|raw| json::as_object(raw));
    data.and_then(|data| call(&data)).ok_or_else(|| ApiError::unreadable("a call without id (`data.call_id`)"))
}
