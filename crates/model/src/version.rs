//! One value that a field of a record was given: when, and by whom, as its replica tells. Not what tieline itself
//! remembers of a field; that is the journal's.

use crate::BySide;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who gave a field its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A person, in the replica's own pages.
    Person,
    /// Something else: another app, an import, an automation, a merge.
    Program,
    /// We did, so the value came from the other side.
    Tieline,
}

/// When a value was set, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When, by the replica's clock.
    pub at: Timestamp,
    /// By whom.
    pub by: Author,
    /// What the replica calls them (`user 51`); empty where it does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

impl Stamp {
    /// By whom, in words.
    pub fn who(&self) -> &str {
        match self.by {
            Author::Tieline => "tieline",
            Author::Person if self.name.is_empty() => "a person",
            Author::Program if self.name.is_empty() => "a program",
            Author::Person | Author::Program => &self.name,
        }
    }
}

/// A value that a field has or had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// As the replica stored it; "" is empty.
    pub value: String,
    /// When it was set, and by whom.
    pub stamp: Stamp,
}

/// What a run saw of a contested value, to tell later whether it has changed since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The value; none where the side did not say.
    pub value: Option<String>,
    /// It was there by then.
    pub shown_by: Timestamp,
    /// The last reading that showed another value; none where no run saw one.
    pub other_at: Option<Timestamp>,
    /// The last reading that showed this one.
    pub read_at: Timestamp,
}

/// What runs saw of both values of a conflict; none of a side where it is not kept.
pub type Sightings = BySide<Option<Sighting>>;
