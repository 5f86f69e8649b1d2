//! A property's definition, as the account holds it and as the API shows it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A property of contacts or calls.
#[expect(clippy::struct_excessive_bools, reason = "as many as the API has")]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Property {
    /// The name that the API uses.
    pub name: String,
    /// The name that people see.
    pub label: String,
    /// What values it takes.
    #[serde(rename = "type")]
    pub kind: PropertyType,
    /// How people enter it: `text`, `phonenumber`, `select`, `checkbox` …
    pub field_type: String,
    /// The values of an enumeration.
    pub options: Vec<Choice>,
    /// Whether nobody can set it.
    pub read_only: bool,
    /// Whether the account computes it.
    pub calculated: bool,
    /// Whether no two records may have the same value.
    pub unique: bool,
    /// Whether it comes with the account.
    pub standard: bool,
}

/// What values a property takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PropertyType {
    /// Any text.
    #[default]
    String,
    /// A number, as text.
    Number,
    /// A day.
    Date,
    /// A moment.
    Datetime,
    /// One of the options; with the field type `checkbox` several, between semicolons.
    Enumeration,
    /// `true` or `false`.
    Bool,
    /// A phone number; the API takes any text.
    PhoneNumber,
}

/// A value of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choice {
    /// What the API uses.
    pub value: String,
    /// What people see.
    pub label: String,
    /// Whether people are not offered it.
    pub hidden: bool,
}

impl Property {
    /// A text property that anybody can set.
    pub fn text(name: &str, label: &str) -> Self {
        Self { name: name.to_owned(), label: label.to_owned(), field_type: "text".to_owned(), ..Self::default() }
    }

    /// Takes values of this type.
    #[must_use]
    pub fn of(mut self, kind: PropertyType, field_type: &str) -> Self {
        self.kind = kind;
        field_type.clone_into(&mut self.field_type);
        self
    }

    /// An enumeration with these values, which people see as they are.
    #[must_use]
    pub fn options(mut self, values: &[&str]) -> Self {
        let choice = |value: &&str| Choice { value: (*value).to_owned(), label: (*value).to_owned(), hidden: false };
        self.options = values.iter().map(choice).collect();
        self.of(PropertyType::Enumeration, "select")
    }

    /// Can be set by nobody.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// No two records have the same value.
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// As `GET /crm/v3/properties/…` shows it.
    pub(crate) fn to_json(&self, group: &str) -> Value {
        let options: Vec<Value> =
            self.options.iter().enumerate().map(|(order, option)| option.to_json(order)).collect();
        json!({
            "name": self.name,
            "label": self.label,
            "type": self.kind,
            "fieldType": self.field_type,
            "description": "",
            "groupName": group,
            "options": options,
            "displayOrder": -1,
            "calculated": self.calculated,
            "externalOptions": false,
            "hasUniqueValue": self.unique,
            "hidden": false,
            "hubspotDefined": self.standard,
            "formField": !self.read_only,
            "archived": false,
            "modificationMetadata": {
                "archivable": !self.standard,
                "readOnlyDefinition": self.standard,
                "readOnlyOptions": self.standard && self.kind == PropertyType::Enumeration,
                "readOnlyValue": self.read_only,
            },
        })
    }
}

impl Choice {
    fn to_json(&self, order: usize) -> Value {
        json!({
            "value": self.value, "label": self.label, "hidden": self.hidden,
            "displayOrder": order, "description": "",
        })
    }
}
