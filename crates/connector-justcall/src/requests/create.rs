//! `POST /v2/contacts`: makes a contact. Sent twice, it makes two: tieline creates through bulk, which finds contacts
//! by phone. Here for completeness.

use super::{Method, Repeat, Request, get, json_body, success};
use crate::convert::Converter;
use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json::Body;
use model::Record;

/// The request.
pub fn prepare(dialect: &Dialect, contact: &Body) -> Request {
    Request {
        method: Method::Post,
        path: dialect.contacts.to_owned(),
        query: Vec::new(),
        body: Some(json_body(contact)),
        repeat: Repeat::Never,
        slow: false,
    }
}

/// The answer.
pub fn parse(dialect: &Dialect, converter: &Converter, status: u16, body: &[u8]) -> Result<Record, ApiError> {
    let object = success(dialect, status, body)?;
    get::contact(converter, &object)?.ok_or_else(|| ApiError::unreadable("no contact (`data`)"))
}
