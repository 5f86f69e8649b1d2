//! `GET /crm/v3/owners`: the account's people, by the number that the history of values names them by. Takes a scope of its
//! own.

use super::{Request, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use serde::Deserialize;

/// Most on a page. Whoever stands on none of the first is named by their number.
const PER_PAGE: usize = 500;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Owner {
    /// Their number as a user.
    pub user_id: Option<u64>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail.
    pub email: Option<String>,
}

impl Owner {
    /// What to call them; none where HubSpot knows no more than a number.
    pub fn name(&self) -> Option<String> {
        let parts = [&self.first_name, &self.last_name].into_iter().flatten();
        let name = parts.map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        Some(name).filter(|name| !name.is_empty()).or_else(|| self.email.clone().filter(|email| !email.is_empty()))
    }
}

/// Asks.
pub fn prepare(dialect: &Dialect) -> Request {
    Request::get(dialect.owners, vec![("limit", PER_PAGE.to_string())])
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<Vec<Owner>, ApiError> {
    #[derive(Deserialize)]
    struct Body {
        results: Vec<Owner>,
    }
    success::<Body>(status, body).map(|body| body.results)
}
