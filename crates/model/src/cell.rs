//! The three states of a field in a record. An absent field is not an empty one.

use serde::{Deserialize, Serialize};

/// What a replica says of one field of one record, borrowed from its listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell<'a> {
    /// The text as the replica stores it; never empty.
    Value(&'a str),
    /// The replica says that the field is empty.
    Cleared,
    /// The replica did not say. Never overwrites anything, is never overwritten.
    Unknown,
}

impl<'a> Cell<'a> {
    /// Empty text is a cleared field.
    pub const fn from_text(text: &'a str) -> Self {
        if text.is_empty() { Self::Cleared } else { Self::Value(text) }
    }

    /// The text, if there is one.
    pub const fn value(self) -> Option<&'a str> {
        match self {
            Self::Value(text) => Some(text),
            Self::Cleared | Self::Unknown => None,
        }
    }

    /// The text, or "" where there is none.
    pub fn text(self) -> &'a str {
        self.value().unwrap_or("")
    }

    /// A copy that outlives the listing.
    pub fn to_owned(self) -> OwnedCell {
        match self {
            Self::Value(text) => OwnedCell::Value(text.into()),
            Self::Cleared => OwnedCell::Cleared,
            Self::Unknown => OwnedCell::Unknown,
        }
    }
}

/// An owned [`Cell`]. In JSON: the text, "" for cleared, null for unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
pub enum OwnedCell {
    /// See [`Cell::Value`].
    Value(Box<str>),
    /// See [`Cell::Cleared`].
    Cleared,
    /// See [`Cell::Unknown`].
    #[default]
    Unknown,
}

impl OwnedCell {
    /// Borrowed form.
    pub fn as_cell(&self) -> Cell<'_> {
        match self {
            Self::Value(text) => Cell::Value(text),
            Self::Cleared => Cell::Cleared,
            Self::Unknown => Cell::Unknown,
        }
    }
}

impl From<Option<String>> for OwnedCell {
    fn from(text: Option<String>) -> Self {
        match text {
            None => Self::Unknown,
            Some(text) if text.is_empty() => Self::Cleared,
            Some(text) => Self::Value(text.into()),
        }
    }
}

impl From<OwnedCell> for Option<String> {
    fn from(cell: OwnedCell) -> Self {
        match cell {
            OwnedCell::Value(text) => Some(text.into()),
            OwnedCell::Cleared => Some(String::new()),
            OwnedCell::Unknown => None,
        }
    }
}
