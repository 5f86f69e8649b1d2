//! `POST /crm/v3/objects/contacts/batch/read` with `propertiesWithHistory`: what some properties of up to 50 contacts were
//! set to, newest first. Merged contacts come under the id that they live on in.

use super::{Repeat, Request, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// A contact with the past of its values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Past {
    /// Its id.
    pub id: String,
    /// Per property its values, newest first.
    pub properties_with_history: HashMap<String, Vec<Entry>>,
}

/// A value that a property was set to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Entry {
    /// The value; none where it was cleared.
    pub value: Option<String>,
    /// When.
    pub timestamp: String,
    /// By what: `CRM_UI`, `INTEGRATION`, `IMPORT` and many more.
    pub source_type: String,
    /// Which of these: an app's number, `userId:51`.
    pub source_id: Option<String>,
    /// The person, where it was one.
    pub updated_by_user_id: Option<u64>,
}

impl Entry {
    /// The person who set it, by their number.
    pub fn user(&self) -> Option<u64> {
        self.updated_by_user_id.or_else(|| self.source_id.as_deref()?.strip_prefix("userId:")?.parse().ok())
    }
}

/// Asks.
pub fn prepare(dialect: &Dialect, ids: &[&str], properties: &[&str]) -> Request {
    let inputs: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    let body = json!({"properties": [], "propertiesWithHistory": properties, "inputs": inputs});
    Request::post(dialect.contacts_call("batch/read"), &body, Repeat::Freely)
}

/// Reads the answer. Contacts that are not there are left out.
pub fn parse(status: u16, body: &[u8]) -> Result<Vec<Past>, ApiError> {
    #[derive(Deserialize)]
    struct Body {
        results: Vec<Past>,
    }
    success::<Body>(status, body).map(|body| body.results)
}
