//! `GET /v2/contacts`: one page of the list, or the contacts with one phone.

use super::{Request, success};
use crate::convert::Converter;
use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json;
use model::Record;

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Contacts in the whole list, where the answer says it.
    pub count: Option<u64>,
    /// Pages of the whole list, where the answer says it.
    pub total_pages: Option<u64>,
    /// The contacts of this page.
    pub records: Vec<Record>,
}

/// The request for one page.
pub fn prepare(dialect: &Dialect, page: u64, per_page: u64) -> Request {
    let mut request = Request::get(dialect.contacts);
    request.query = vec![("page", page.to_string()), ("per_page", per_page.to_string())];
    request
}

/// The request for the contacts with a phone.
pub fn prepare_by_phone(dialect: &Dialect, phone: &str) -> Request {
    let mut request = Request::get(dialect.contacts);
    request.query = vec![
        ("phone", phone.to_owned()),
        ("page", dialect.first_page.to_string()),
        ("per_page", dialect.per_page.to_string()),
    ];
    request
}

/// The answer.
pub fn parse(dialect: &Dialect, converter: &Converter, status: u16, body: &[u8]) -> Result<Page, ApiError> {
    let object = success(dialect, status, body)?;
    let rows = object.get("data").and_then(|raw| json::as_list(raw));
    let rows = rows.ok_or_else(|| ApiError::unreadable("a list without contacts (`data`)"))?;
    let records = rows.into_iter().map(|row| {
        let contact = json::as_object(row).ok_or_else(|| ApiError::unreadable("a contact that is no object"))?;
        converter.record(&contact)
    });
    let records = records.collect::<Result<_, _>>()?;
    let number = |name: &str| object.get(name).and_then(|raw| json::number(raw));
    Ok(Page { count: number("count"), total_pages: number("total_pages"), records })
}
