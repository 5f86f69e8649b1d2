//! `GET /account-info/v3/details`: which account the token belongs to.

use super::{Request, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use serde::Deserialize;

/// The account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Its number.
    pub portal_id: u64,
    /// `STANDARD`, `SANDBOX` and the like.
    #[serde(default)]
    pub account_type: Option<String>,
    /// Where the day of the quota begins.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Where its pages are.
    #[serde(default)]
    pub ui_domain: Option<String>,
}

/// Asks.
pub fn prepare(dialect: &Dialect) -> Request {
    Request::get(dialect.account, Vec::new())
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<Account, ApiError> {
    success(status, body)
}
