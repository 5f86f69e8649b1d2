//! Canonical field names and the ordered set of fields that a configuration keeps in sync.

use crate::CallField;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A field of a contact, by its canonical name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// `first_name`
    FirstName,
    /// `last_name`
    LastName,
    /// `phone`: the match key.
    Phone,
    /// `email`
    Email,
    /// `company`
    Company,
    /// `custom.<key>`: a field that the account defines itself.
    Custom(Box<str>),
    /// `calls.<key>`: computed from the contact's calls, never stored in `JustCall`.
    Call(CallField),
}

impl Field {
    /// Whether tieline computes it: no replica of contacts is asked for it on the phone side.
    pub const fn is_computed(&self) -> bool {
        matches!(self, Self::Call(_))
    }
}

/// A text that names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no field: expected first_name, last_name, phone, email, company, custom.<key> or calls.<key>")]
pub struct FieldNameError(pub String);

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Company => "company",
            Self::Custom(key) => return write!(f, "custom.{key}"),
            Self::Call(field) => return field.fmt(f),
        })
    }
}

impl FromStr for Field {
    type Err = FieldNameError;
    fn from_str(text: &str) -> Result<Self, FieldNameError> {
        Ok(match text {
            "first_name" => Self::FirstName,
            "last_name" => Self::LastName,
            "phone" => Self::Phone,
            "email" => Self::Email,
            "company" => Self::Company,
            _ => match text.strip_prefix("custom.") {
                Some(key) if !key.is_empty() => Self::Custom(key.into()),
                _ => {
                    let call = text.strip_prefix("calls.").and_then(CallField::by_key);
                    Self::Call(call.ok_or_else(|| FieldNameError(text.to_owned()))?)
                }
            },
        })
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Position of a field in its [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u16);

impl FieldId {
    /// As an index into a row of cells.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The fields kept in sync, in canonical order; `phone` is always one of them.
///
/// A listing's rows hold one cell per schema field, in this order, then one cell per scope column of their side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    fields: Vec<Field>,
    scope_columns: crate::BySide<Vec<String>>,
}

impl Schema {
    /// Sorts and deduplicates `fields`, adds `phone` if it is missing.
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        let mut fields: Vec<Field> = fields.into_iter().chain([Field::Phone]).collect();
        fields.sort();
        fields.dedup();
        Self { fields, scope_columns: crate::BySide::default() }
    }

    /// Names the columns of each side that decide who takes part (`[scope]`), beyond the synced fields.
    #[must_use]
    pub fn with_scope_columns(mut self, columns: crate::BySide<Vec<String>>) -> Self {
        self.scope_columns = columns;
        self
    }

    /// The synced fields in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Every field with its position.
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        self.fields.iter().enumerate().map(|(i, field)| (FieldId(u16::try_from(i).unwrap_or(u16::MAX)), field))
    }

    /// How many fields are synced.
    pub const fn len(&self) -> usize {
        self.fields.len()
    }

    /// Never true: `phone` is always there.
    pub const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field at a position.
    ///
    /// # Panics
    /// If the position belongs to another schema.
    pub fn field(&self, id: FieldId) -> &Field {
        &self.fields[id.index()]
    }

    /// Where a field stands.
    pub fn position(&self, field: &Field) -> Option<FieldId> {
        self.fields.binary_search(field).ok().and_then(|i| u16::try_from(i).ok()).map(FieldId)
    }

    /// Where `phone` stands.
    pub fn phone(&self) -> FieldId {
        self.position(&Field::Phone).unwrap_or(FieldId(0))
    }

    /// Columns that a side's rows carry behind the fields, for the scope filter alone.
    pub fn scope_columns(&self, side: crate::Side) -> &[String] {
        &self.scope_columns[side]
    }

    /// Cells in one row of that side's listing.
    pub fn width(&self, side: crate::Side) -> usize {
        self.fields.len() + self.scope_columns[side].len()
    }
}
