//! `DELETE /v2/contacts/{id}`: removes a contact for good. Any 2xx with any body is done; so is a 404.

use super::{Method, Repeat, Request, accepted};
use crate::dialect::Dialect;
use crate::error::ApiError;

/// The request.
pub fn prepare(dialect: &Dialect, id: &str) -> Request {
    Request {
        method: Method::Delete,
        path: dialect.contact(id),
        query: Vec::new(),
        body: None,
        repeat: Repeat::Bounded,
        slow: false,
    }
}

/// The answer.
pub fn parse(dialect: &Dialect, status: u16, body: &[u8]) -> Result<(), ApiError> {
    match accepted(dialect, status, body) {
        Err(error) if error.is_gone() => Ok(()),
        other => other,
    }
}
