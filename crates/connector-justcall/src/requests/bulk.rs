//! `POST /v2/contacts/bulk`: creates and updates contacts, matched by phone. Reading its summary is `bulk_summary`'s.

use super::bulk_summary::{self, Summary};
use super::{Method, Repeat, Request, accepted, json_body};
use crate::convert::Converter;
use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json::Body;
use std::collections::BTreeMap;

/// The request.
pub fn prepare(dialect: &Dialect, rows: &[Body]) -> Request {
    Request {
        method: Method::Post,
        path: dialect.bulk.to_owned(),
        query: Vec::new(),
        body: Some(json_body(&BTreeMap::from([("contacts", rows)]))),
        repeat: Repeat::Bounded,
        slow: true,
    }
}

/// The answer. A 2xx that says nothing we can read is an empty summary: what became of the rows must be looked up.
pub fn parse(dialect: &Dialect, converter: &Converter, status: u16, body: &[u8]) -> Result<Summary, ApiError> {
    accepted(dialect, status, body)?;
    Ok(bulk_summary::read(dialect, converter, body))
}
