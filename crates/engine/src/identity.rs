//! The second factor: whether a name or an e-mail says that two records are the same person.

use crate::normalizer::{Canon, Normalizer, name};
use model::{Cell, Field, FieldId, RowRef, Schema};
use std::collections::BTreeSet;

/// What identifies a person beside the number, in comparable form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Identity {
    /// Full name in lower case, "" for none or a made-up one.
    pub(crate) name: String,
    /// E-mail in lower case, "" for none.
    pub(crate) email: String,
}

impl Identity {
    /// Of a record.
    pub(crate) fn of(normalizer: &Normalizer, schema: &Schema, row: RowRef<'_>) -> Self {
        Self::from_cells(normalizer, schema, |id| row.cell(id.index()).text())
    }

    /// Of whatever holds the fields of a record.
    pub(crate) fn from_cells<'a>(normalizer: &Normalizer, schema: &Schema, cell: impl Fn(FieldId) -> &'a str) -> Self {
        let text = |field: &Field| schema.position(field).map_or("", &cell);
        let (first, last) = (text(&Field::FirstName), text(&Field::LastName));
        let email = text(&Field::Email);
        let name = if name::is_placeholder(first, last) { String::new() } else { name::full_name(first, last) };
        let email = match normalizer.canon(&Field::Email, Cell::from_text(email)) {
            Canon::Text(text) => text.into_owned(),
            _ => String::new(),
        };
        Self { name: name.to_lowercase(), email }
    }

    /// True where the second factor leaves no doubt: the same name; or the same e-mail, and no name that says otherwise
    /// (families share numbers and addresses).
    pub(crate) fn decides(&self, other: &Self) -> bool {
        if !self.name.is_empty() && !other.name.is_empty() {
            return self.name == other.name;
        }
        !self.email.is_empty() && self.email == other.email
    }

    /// True where both have names, and different ones.
    pub(crate) fn contradicts(&self, other: &Self) -> bool {
        !self.name.is_empty() && !other.name.is_empty() && self.name != other.name
    }

    /// True where a name or an e-mail agrees: enough for a doubt, not enough for a decision.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        (!self.name.is_empty() && self.name == other.name) || (!self.email.is_empty() && self.email == other.email)
    }

    /// True where nothing is known that could tell this person from another.
    pub(crate) fn is_empty(&self) -> bool {
        self.name.is_empty() && self.email.is_empty()
    }
}

/// People who are known by no readable number: each may be one that seems to be missing, or new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Strangers {
    names: BTreeSet<String>,
    emails: BTreeSet<String>,
    /// At least one of them says nothing about who it is: it may be anybody.
    anybody: bool,
}

impl Strangers {
    /// One more.
    pub(crate) fn add(&mut self, person: Identity) {
        self.anybody |= person.is_empty();
        self.names.extend(Some(person.name).filter(|name| !name.is_empty()));
        self.emails.extend(Some(person.email).filter(|email| !email.is_empty()));
    }

    /// Whether one of them agrees with a person in name or e-mail.
    pub(crate) fn resemble(&self, person: &Identity) -> bool {
        self.names.contains(&person.name) || self.emails.contains(&person.email)
    }

    /// Whether nothing says that none of them is this person.
    pub(crate) fn may_be(&self, person: &Identity) -> bool {
        self.anybody || (person.is_empty() && !self.is_empty()) || self.resemble(person)
    }

    /// Nobody at all.
    pub(crate) fn is_empty(&self) -> bool {
        !self.anybody && self.names.is_empty() && self.emails.is_empty()
    }
}

/// The values of a contact that can be compared: not the number, which nobody can read.
pub(crate) fn values<'a>(
    normalizer: &Normalizer,
    schema: &Schema,
    cell: impl Fn(FieldId) -> Cell<'a>,
) -> impl Iterator<Item = (FieldId, String)> {
    schema.iter().filter(|(_, field)| **field != Field::Phone).filter_map(move |(id, field)| {
        match normalizer.canon(field, cell(id)) {
            Canon::Text(text) => Some((id, text.into_owned())),
            _ => None,
        }
    })
}

/// The name of a record as people read it.
pub(crate) fn display_name(schema: &Schema, row: RowRef<'_>) -> String {
    let (first, last) = names(schema, row);
    name::full_name(first, last)
}

/// The same, but "" where a phone system made it up.
pub(crate) fn real_name(schema: &Schema, row: RowRef<'_>) -> String {
    let (first, last) = names(schema, row);
    if name::is_placeholder(first, last) { String::new() } else { name::full_name(first, last) }
}

/// First and last name as the record holds them.
pub(crate) fn names<'a>(schema: &Schema, row: RowRef<'a>) -> (&'a str, &'a str) {
    let text = |field: &Field| schema.position(field).map_or("", |id| row.cell(id.index()).text());
    (text(&Field::FirstName), text(&Field::LastName))
}
