//! What one write asks for, field by field, and how it changes a contact.
//!
//! It does not validate and does not store.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::choices::{Choices, Clearing, CustomFieldsUpdate};
use crate::contact::{Contact, Field};

/// What a request gives for a field it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    Null,
    Empty,
    Text(String),
}

/// The fields one write names; the others are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Change {
    pub(crate) fields: BTreeMap<Field, Given>,
    pub(crate) custom_fields: Option<BTreeMap<String, Value>>,
}

impl Change {
    /// The number the write names, if it names one.
    pub(crate) fn phone(&self) -> Option<&str> {
        match self.fields.get(&Field::Phone) {
            Some(Given::Text(phone)) => Some(phone),
            _ => None,
        }
    }

    /// Applies the change to a contact, clearing what the choices allow it to clear.
    pub(crate) fn apply(&self, contact: &mut Contact, choices: &Choices) {
        for (field, given) in &self.fields {
            match given {
                Given::Text(text) => contact.set(*field, Some(text.clone())),
                Given::Null if clears_by_null(choices.clearing) => contact.set(*field, None),
                Given::Empty if clears_by_empty(choices.clearing) => contact.set(*field, None),
                Given::Null | Given::Empty => {}
            }
        }
        if let Some(given) = &self.custom_fields {
            apply_custom_fields(given, contact, choices);
        }
    }
}

fn apply_custom_fields(given: &BTreeMap<String, Value>, contact: &mut Contact, choices: &Choices) {
    if choices.custom_fields_update == CustomFieldsUpdate::Replace {
        contact.custom_fields.retain(|key, _| given.contains_key(key));
    }
    for (key, value) in given {
        let clears = match value {
            Value::Null => Some(clears_by_null(choices.clearing)),
            Value::String(text) if text.is_empty() => Some(clears_by_empty(choices.clearing)),
            _ => None,
        };
        match clears {
            None => {
                contact.custom_fields.insert(key.clone(), value.clone());
            }
            Some(true) => {
                contact.custom_fields.remove(key);
            }
            Some(false) => {}
        }
    }
}

fn clears_by_null(clearing: Clearing) -> bool {
    matches!(clearing, Clearing::Both | Clearing::Null)
}

fn clears_by_empty(clearing: Clearing) -> bool {
    matches!(clearing, Clearing::Both | Clearing::Empty)
}
