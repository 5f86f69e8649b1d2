//! The second factor: whether a name or an e-mail says that two records are the same person.

use crate::normalizer::{Canon, Normalizer, name};
use model::{Field, RowRef, Schema};

/// What identifies a person beside the number, in comparable form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Full name in lower case, "" for none or a made-up one.
    pub name: String,
    /// E-mail in lower case, "" for none.
    pub email: String,
}

impl Identity {
    /// Of a record.
    pub fn of(normalizer: &Normalizer, schema: &Schema, row: RowRef<'_>) -> Self {
        let text = |field: &Field| schema.position(field).map_or("", |id| row.cell(id.index()).text());
        let (first, last) = (text(&Field::FirstName), text(&Field::LastName));
        let name = if name::is_placeholder(first, last) { String::new() } else { name::full_name(first, last) };
        let email = match normalizer.canon(&Field::Email, model::Cell::from_text(text(&Field::Email))) {
            Canon::Text(text) => text.into_owned(),
            _ => String::new(),
        };
        Self { name: name.to_lowercase(), email }
    }

    /// True where the second factor leaves no doubt: the same name; or the same e-mail, and no name that says otherwise
    /// (families share numbers and addresses).
    pub fn decides(&self, other: &Self) -> bool {
        if !self.name.is_empty() && !other.name.is_empty() {
            return self.name == other.name;
        }
        !self.email.is_empty() && self.email == other.email
    }

    /// True where a name or an e-mail agrees: enough for a doubt, not enough for a decision.
    pub fn agrees(&self, other: &Self) -> bool {
        (!self.name.is_empty() && self.name == other.name) || (!self.email.is_empty() && self.email == other.email)
    }

    /// True where nothing is known that could tell this person from another.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.email.is_empty()
    }
}

/// The name of a record as people read it.
pub(crate) fn display_name(schema: &Schema, row: RowRef<'_>) -> String {
    let text = |field: &Field| schema.position(field).map_or("", |id| row.cell(id.index()).text());
    name::full_name(text(&Field::FirstName), text(&Field::LastName))
}
