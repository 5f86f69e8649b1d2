//! `POST /crm/v3/objects/contacts/search`: what changed since a moment, oldest first.

use super::{Contact, Paging, Repeat, Request, named, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use serde::Deserialize;
use serde_json::json;

/// A page of results.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Found {
    /// How many there are in all.
    #[serde(default)]
    pub total: u64,
    /// Those of this page.
    pub results: Vec<Contact>,
    #[serde(default)]
    paging: Option<Paging>,
}

impl Found {
    /// Whether there are more.
    pub fn has_more(&self) -> bool {
        self.paging.as_ref().and_then(Paging::after).is_some()
    }
}

/// Asks for what changed at `since` (Unix milliseconds) or later, without the first `skip`.
pub fn prepare(dialect: &Dialect, properties: &[String], since: i64, skip: usize) -> Request {
    let mut body = json!({
        "filterGroups": [{"filters": [
            {"propertyName": dialect.modified, "operator": "GTE", "value": since.to_string()},
        ]}],
        "sorts": [{"propertyName": dialect.modified, "direction": "ASCENDING"}],
        "properties": properties,
        "limit": dialect.per_search_page,
    });
    if skip > 0 {
        body["after"] = skip.to_string().into();
    }
    Request { is_search: true, ..Request::post(dialect.contacts_call("search"), &body, Repeat::Freely) }
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<Found, ApiError> {
    let found: Found = success(status, body)?;
    named(&found.results)?;
    Ok(found)
}
