//! `GET /v2/contacts/{id}`: one contact. Only its 404 proves that a contact is gone.

use super::{Request, success};
use crate::convert::Converter;
use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json::{self, Object};
use model::Record;

/// The request.
pub fn prepare(dialect: &Dialect, id: &str) -> Request {
    Request::get(dialect.contact(id))
}

/// The answer.
pub fn parse(dialect: &Dialect, converter: &Converter, status: u16, body: &[u8]) -> Result<Record, ApiError> {
    let object = success(dialect, status, body)?;
    contact(converter, &object)?.ok_or_else(|| ApiError::unreadable("no contact (`data`)"))
}

/// The contact in an answer: under `data`, there also as a list of one.
pub(super) fn contact(converter: &Converter, answer: &Object<'_>) -> Result<Option<Record>, ApiError> {
    let Some(data) = answer.get("data") else { return Ok(None) };
    let list = json::as_list(data);
    let data = match list.as_deref() {
        None => *data,
        Some([one]) => *one,
        Some(_) => return Ok(None),
    };
    match json::as_object(data).filter(|contact| !contact.is_empty()) {
        Some(contact) => converter.record(&contact).map(Some),
        None => Ok(None),
    }
}
