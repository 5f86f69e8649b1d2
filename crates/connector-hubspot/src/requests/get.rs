//! `GET /crm/v3/objects/contacts/{id}`: one contact. The id of a merged one brings the one that it lives on in.

use super::{Contact, Request, named, success};
use crate::dialect::Dialect;
use crate::error::ApiError;

/// Asks.
pub fn prepare(dialect: &Dialect, id: &str, properties: &str) -> Request {
    Request::get(dialect.contact(id), vec![("properties", properties.to_owned())])
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<Contact, ApiError> {
    let contact: Contact = success(status, body)?;
    named(std::slice::from_ref(&contact))?;
    Ok(contact)
}
