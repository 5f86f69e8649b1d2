//! A contact as JustCall keeps it, and as it is shown in answers.
//!
//! It does not check values (see `validation`): an account may hold numbers that today's API would refuse.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::choices::EmptyFields;

/// A contact. `None` is a field without a value; a contact always has one phone (documented).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Given by the server, never reused unless [`crate::Choices::reuse_ids`] says so.
    pub id: u64,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E.164 by the documents; accounts may hold other spellings.
    pub phone: String,
    /// Email address.
    pub email: Option<String>,
    /// Company name.
    pub company: Option<String>,
    /// Values of the custom fields that are defined in the account.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, Value>,
    /// When the server made the contact, to the second.
    pub created_at: Timestamp,
}

/// A contact that has no id yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewContact {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The number, in any spelling.
    pub phone: String,
    /// Email address.
    pub email: Option<String>,
    /// Company name.
    pub company: Option<String>,
    /// Values by custom-field key.
    pub custom_fields: BTreeMap<String, Value>,
}

impl NewContact {
    /// A contact with a name and a number.
    pub fn named(first_name: &str, last_name: &str, phone: &str) -> Self {
        Self {
            first_name: Some(first_name.to_owned()),
            last_name: Some(last_name.to_owned()),
            phone: phone.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn with_id(self, id: u64, created_at: Timestamp) -> Contact {
        Contact {
            id,
            first_name: self.first_name,
            last_name: self.last_name,
            phone: self.phone,
            email: self.email,
            company: self.company,
            custom_fields: self.custom_fields,
            created_at,
        }
    }
}

/// A text field of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// `first_name`
    FirstName,
    /// `last_name`
    LastName,
    /// `phone`
    Phone,
    /// `email`
    Email,
    /// `company`
    Company,
}

impl Field {
    /// All text fields, in the order of the documents.
    pub const ALL: [Self; 5] = [Self::FirstName, Self::LastName, Self::Phone, Self::Email, Self::Company];

    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Company => "company",
        }
    }
}

impl Contact {
    pub(crate) fn get(&self, field: Field) -> Option<&str> {
        match field {
            Field::FirstName => self.first_name.as_deref(),
            Field::LastName => self.last_name.as_deref(),
            Field::Phone => Some(&self.phone),
            Field::Email => self.email.as_deref(),
            Field::Company => self.company.as_deref(),
        }
    }

    /// Sets or clears a field; a phone cannot be cleared.
    pub(crate) fn set(&mut self, field: Field, value: Option<String>) {
        match field {
            Field::FirstName => self.first_name = value,
            Field::LastName => self.last_name = value,
            Field::Phone => self.phone = value.unwrap_or_else(|| std::mem::take(&mut self.phone)),
            Field::Email => self.email = value,
            Field::Company => self.company = value,
        }
    }

    /// The contact as the API shows it.
    pub(crate) fn to_json(&self, empty_fields: EmptyFields) -> Map<String, Value> {
        let mut shown = Map::new();
        shown.insert("id".to_owned(), self.id.into());
        for field in Field::ALL {
            let value = match (self.get(field), empty_fields) {
                (Some(text), _) => Value::from(text),
                (None, EmptyFields::Null) => Value::Null,
                (None, EmptyFields::EmptyText) => Value::from(""),
                (None, EmptyFields::Absent) => continue,
            };
            shown.insert(field.name().to_owned(), value);
        }
        let custom: Map<String, Value> = self.custom_fields.clone().into_iter().collect();
        shown.insert("custom_fields".to_owned(), Value::Object(custom));
        shown.insert("created_at".to_owned(), self.created_at.to_string().into());
        shown
    }
}

/// What two spellings of one number share: everything but a leading `+`.
///
/// Accounts hold numbers with and without it, and a server that stores digits still finds them by E.164.
pub(crate) fn phone_key(phone: &str) -> &str {
    phone.strip_prefix('+').unwrap_or(phone)
}
