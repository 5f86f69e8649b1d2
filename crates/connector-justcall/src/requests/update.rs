//! `PUT /v2/contacts/{id}`: changes the fields it names. The same twice is the same once.

use super::{Method, Repeat, Request, accepted, get, json_body, success};
use crate::convert::Converter;
use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json::Body;
use model::Record;

/// The request.
pub fn prepare(dialect: &Dialect, id: &str, changes: &Body) -> Request {
    Request {
        method: Method::Put,
        path: dialect.contact(id),
        query: Vec::new(),
        body: Some(json_body(changes)),
        repeat: Repeat::Bounded,
        slow: false,
    }
}

/// The answer: the contact, where the answer has it; some say only that it was done.
pub fn parse(dialect: &Dialect, converter: &Converter, status: u16, body: &[u8]) -> Result<Option<Record>, ApiError> {
    match success(dialect, status, body) {
        // A contact in an unexpected form is as good as none: the write was accepted, and a read-back tells.
        Ok(object) => Ok(get::contact(converter, &object).unwrap_or(None)),
        Err(ApiError::Unreadable { .. }) => accepted(dialect, status, body).map(|()| None),
        Err(refused) => Err(refused),
    }
}
