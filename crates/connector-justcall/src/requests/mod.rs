//! The calls of the API, one file each: `prepare` makes the request, `parse` reads the answer. No I/O.

pub mod account;
pub mod bulk;
pub mod bulk_summary;
pub mod calls;
pub mod create;
pub mod delete;
pub mod event;
pub mod get;
pub mod list;
pub mod make_call;
pub mod update;

use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json::{self, Object};

/// HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// DELETE
    Delete,
}

/// How often a request may be sent again after an answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// As often as the policy says: it changes nothing.
    Freely,
    /// A few times: a repetition changes nothing more.
    Bounded,
    /// Never: a repetition would do it twice.
    Never,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// Path, escaped.
    pub path: String,
    /// Query, not escaped.
    pub query: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Option<Vec<u8>>,
    /// How often it may be sent again.
    pub repeat: Repeat,
    /// Whether its answer may take long.
    pub slow: bool,
}

impl Request {
    fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            query: Vec::new(),
            body: None,
            repeat: Repeat::Freely,
            slow: false,
        }
    }
}

/// Turns anything but a 2xx into an error.
fn accepted(dialect: &Dialect, status: u16, body: &[u8]) -> Result<(), ApiError> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    let words = dialect.error_words(body);
    // A 404 without any body is still the API's: there is nothing in it that a proxy would have said.
    let native = words.is_some() || body.is_empty();
    let (message, code) = words.unwrap_or_default();
    Err(ApiError::Refused { status, message, code, native })
}

/// Reads the body of a 2xx whose `status` is success.
fn success<'a>(dialect: &Dialect, status: u16, body: &'a [u8]) -> Result<Object<'a>, ApiError> {
    accepted(dialect, status, body)?;
    let object = json::object(body).map_err(|error| ApiError::unreadable(format!("no JSON object ({error})")))?;
    let word = object.get("status").and_then(|raw| json::string(raw));
    if dialect.says_success(word.as_deref()) {
        return Ok(object);
    }
    let (message, code) = dialect.error_words(body).unwrap_or_default();
    Err(ApiError::Refused { status, message, code, native: true })
}

fn json_body(value: &impl serde::Serialize) -> Vec<u8> {
    // Maps with text keys and raw values always serialise.
    serde_json::to_vec(value).unwrap_or_default()
}
