//! `GET /crm/v3/objects/contacts`: a page of all contacts, or of the archived ones.

use super::{Contact, Paging, Request, named, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use serde::Deserialize;

/// A page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Page {
    /// Its contacts.
    pub results: Vec<Contact>,
    #[serde(default)]
    paging: Option<Paging>,
}

impl Page {
    /// Where the next one begins; none: this was the last.
    pub fn after(&self) -> Option<String> {
        self.paging.as_ref().and_then(Paging::after)
    }
}

/// Asks for the page behind `after`.
pub fn prepare(dialect: &Dialect, properties: &str, archived: bool, after: Option<&str>) -> Request {
    let mut query = vec![("limit", dialect.per_page.to_string()), ("properties", properties.to_owned())];
    if archived {
        query.push(("archived", "true".to_owned()));
    }
    query.extend(after.map(|after| ("after", after.to_owned())));
    Request::get(dialect.contacts, query)
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<Page, ApiError> {
    let page: Page = success(status, body)?;
    named(&page.results)?;
    Ok(page)
}
