//! One file per call: `prepare` makes a request, `parse` reads its answer. No I/O.

pub mod account;
pub mod batch;
pub mod calls;
pub mod get;
pub mod history;
pub mod list;
pub mod owners;
pub mod properties;
pub mod search;
pub mod token;
pub mod usage;

use crate::error::ApiError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// How to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
}

/// Whether a request may be sent again without knowing what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It reads.
    Freely,
    /// Repeating changes nothing more.
    Bounded,
    /// It would make a second one.
    Never,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where, below the base.
    pub path: String,
    /// What comes behind the `?`.
    pub query: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Option<Vec<u8>>,
    /// Whether it may be sent again.
    pub repeat: Repeat,
    /// A search: these have a pace of their own.
    pub is_search: bool,
}

impl Request {
    /// Reads.
    pub fn get(path: impl Into<String>, query: Vec<(&'static str, String)>) -> Self {
        let path = path.into();
        Self { method: Method::Get, path, query, body: None, repeat: Repeat::Freely, is_search: false }
    }

    /// Posts JSON.
    pub fn post(path: impl Into<String>, body: &serde_json::Value, repeat: Repeat) -> Self {
        let body = Some(body.to_string().into_bytes());
        Self { method: Method::Post, path: path.into(), query: Vec::new(), body, repeat, is_search: false }
    }
}

/// A contact, as every call shows it.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Contact {
    /// Its id.
    pub id: String,
    /// Its values: a text, or null. Properties that were not asked for are missing.
    pub properties: HashMap<String, serde_json::Value>,
    /// Which row of the request it answers.
    pub object_write_trace_id: Option<String>,
    /// It was deleted, and can be restored for a while.
    pub archived: bool,
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Paging {
    next: Option<Next>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
struct Next {
    after: Option<serde_json::Value>,
}

impl Paging {
    pub(crate) fn after(&self) -> Option<String> {
        let after = self.next.as_ref()?.after.as_ref()?;
        let text = after.as_str().map_or_else(|| after.to_string(), str::to_owned);
        (!text.is_empty() && !after.is_null()).then_some(text)
    }
}

/// Reads the body of an answer of success.
pub(crate) fn success<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, ApiError> {
    if !(200..300).contains(&status) {
        return Err(ApiError::refused(status, body));
    }
    serde_json::from_slice(body).map_err(ApiError::unreadable)
}

/// A contact without id is no contact.
pub(crate) fn named(contacts: &[Contact]) -> Result<(), ApiError> {
    if contacts.iter().any(|contact| contact.id.is_empty()) {
        return Err(ApiError::unreadable("a contact without id"));
    }
    Ok(())
}
