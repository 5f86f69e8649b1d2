//! `POST /oauth/v2/private-apps/get/access-token-info`: which app the token belongs to. The only call with the token in its
//! body; bodies are never logged.

use super::{Repeat, Request, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use model::Secret;
use serde::Deserialize;
use serde_json::json;

/// Asks.
pub fn prepare(dialect: &Dialect, token: &Secret) -> Request {
    Request::post(dialect.token, &json!({"tokenKey": token.reveal()}), Repeat::Freely)
}

/// Reads the answer: the app's number, as the history of values names it.
pub fn parse(status: u16, body: &[u8]) -> Result<u64, ApiError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        app_id: u64,
    }
    success::<Body>(status, body).map(|body| body.app_id)
}
