//! One card: read, write, remove.

use super::{Condition, Method, Repeat, Request};
use crate::error::CallError;
use crate::transport::Answer;

/// A card as the server keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its text, byte for byte.
    pub text: String,
    /// Its version, where the server named one.
    pub etag: Option<String>,
}

/// Reads a card.
pub fn get(path: &str) -> Request {
    Request::new(Method::Get, path)
}

/// Reads the answer.
pub(crate) fn parse(answer: Answer) -> Result<Stored, CallError> {
    if answer.status != 200 {
        return Err(CallError::of(&answer));
    }
    let text = String::from_utf8(answer.body).map_err(|_| CallError::Unreadable("the card is not UTF-8".to_owned()))?;
    Ok(Stored { text, etag: answer.etag })
}

/// Writes a card.
pub fn put(path: &str, text: String, condition: Condition) -> Request {
    let mut request = Request::new(Method::Put, path);
    request.content_type = "text/vcard; charset=utf-8";
    request.body = Some(text);
    request.condition = condition;
    request.repeat = Repeat::Bounded;
    request
}

/// Removes a card.
pub fn delete(path: &str, condition: Condition) -> Request {
    let mut request = Request::new(Method::Delete, path);
    request.condition = condition;
    request.repeat = Repeat::Bounded;
    request
}

/// What is to hold for a card that had this `ETag`. A weak one proves nothing, and is never equal.
pub fn unchanged(etag: Option<&str>) -> Condition {
    match etag {
        Some(etag) if !etag.starts_with("W/") && !etag.is_empty() => Condition::Unchanged(etag.to_owned()),
        _ => Condition::None,
    }
}
