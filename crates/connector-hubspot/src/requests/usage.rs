//! `GET /account-info/v3/api-usage/daily/private-apps`: how many requests of the day are used up.

use super::{Request, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use jiff::Timestamp;
use serde::Deserialize;

/// A day's usage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Requests of a day.
    pub usage_limit: u64,
    /// How many are used up.
    pub current_usage: u64,
    /// When the next day begins.
    #[serde(default)]
    pub resets_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Body {
    results: Vec<Usage>,
}

/// Asks.
pub fn prepare(dialect: &Dialect) -> Request {
    Request::get(dialect.usage, Vec::new())
}

/// Reads the answer; none where it names no usage.
pub fn parse(status: u16, body: &[u8]) -> Result<Option<Usage>, ApiError> {
    success::<Body>(status, body).map(|body| body.results.into_iter().next())
}
