//! `POST /oauth/v2/private-apps/get/access-token-info`: which app the token belongs to, and what that may do. The only call
//! with the token in its body; bodies are never logged.

use super::{Repeat, Request, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use model::Secret;
use serde::Deserialize;
use serde_json::json;

/// What HubSpot tells of a token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// The app's number, as the history of values names it.
    pub app_id: u64,
    /// What it may do.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// Asks.
pub fn prepare(dialect: &Dialect, token: &Secret) -> Request {
    Request::post(dialect.token, &json!({"tokenKey": token.reveal()}), Repeat::Freely)
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<Token, ApiError> {
    success(status, body)
}
