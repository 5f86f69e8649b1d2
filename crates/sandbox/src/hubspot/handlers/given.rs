//! The values of a write, checked against the account's definitions.

use serde_json::{Map, Value};

use crate::hubspot::collection::Collection;
use crate::hubspot::errors::ApiError;
use crate::hubspot::record::Changes;
use crate::hubspot::values::{Issue, accept};

/// Properties as a body has them.
pub(super) type Given = Map<String, Value>;

/// The values to write, in the form in which the account keeps them.
pub(super) fn checked(given: &Given, collection: &Collection, portal_id: u64) -> Result<Changes, ApiError> {
    let mut changes = Changes::new();
    let mut issues = Vec::new();
    for (name, value) in given {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            // Whether null would clear is not documented; empty text does.
            _ => return Err(ApiError::invalid(format!("Invalid input JSON: the value of \"{name}\" is no text"))),
        };
        match collection.definition(name) {
            None => issues.push(Issue::unknown(name)),
            Some((name, property)) => match accept(property, &text) {
                Ok(value) => {
                    changes.insert(std::sync::Arc::clone(name), value);
                }
                Err(issue) => issues.push(issue),
            },
        }
    }
    if issues.is_empty() { Ok(changes) } else { Err(ApiError::values(&issues, portal_id)) }
}
