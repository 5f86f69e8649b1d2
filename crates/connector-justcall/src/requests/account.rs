//! `GET /v2/account`: checks the credentials and names the plan.

use super::{Request, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json;

/// The account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// The name of its plan.
    pub plan: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
}

/// The request.
pub fn prepare(dialect: &Dialect) -> Request {
    Request::get(dialect.account)
}

/// The answer.
pub fn parse(dialect: &Dialect, status: u16, body: &[u8]) -> Result<Account, ApiError> {
    let object = success(dialect, status, body)?;
    let data = object.get("data").and_then(|raw| json::as_object(raw)).unwrap_or(object);
    let text = |name: &str| data.get(name).and_then(|raw| json::string(raw)).filter(|text| !text.is_empty());
    let id = ["account_id", "id"].iter().find_map(|name| data.get(*name).and_then(|raw| json::id(raw)));
    let id = id.ok_or_else(|| ApiError::unreadable("an account without id"))?;
    Ok(Account { id, plan: text("plan"), email: text("email") })
}
