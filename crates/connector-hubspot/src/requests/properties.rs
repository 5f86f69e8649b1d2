//! `GET /crm/v3/properties/contacts`: what the account's properties are.

use super::{Request, success};
use crate::dialect::Dialect;
use crate::error::ApiError;
use serde::Deserialize;

/// A property.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Property {
    /// Its name in the API.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// `string`, `number`, `enumeration` and the like.
    #[serde(rename = "type")]
    pub kind: String,
    /// How people fill it in; `checkbox` takes several options.
    pub field_type: String,
    /// The values that an enumeration takes.
    pub options: Vec<PropertyOption>,
    /// Who may change it.
    pub modification_metadata: Modification,
    /// It is computed.
    pub calculated: bool,
    /// It was deleted.
    pub archived: bool,
}

/// A value of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct PropertyOption {
    /// What the API takes.
    pub value: String,
    /// What people see.
    pub label: String,
}

/// Who may change a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Modification {
    /// Nobody may set it.
    pub read_only_value: bool,
}

impl Property {
    /// Nobody can set it.
    pub const fn is_read_only(&self) -> bool {
        self.calculated || self.modification_metadata.read_only_value
    }
}

#[derive(Deserialize)]
struct Body {
    results: Vec<Property>,
}

/// Asks.
pub fn prepare(dialect: &Dialect) -> Request {
    Request::get(dialect.properties, Vec::new())
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<Vec<Property>, ApiError> {
    success::<Body>(status, body).map(|body| body.results)
}
