//! One contact as one replica holds it, owned. Listings keep theirs in a [`crate::Table`].

use crate::{Cell, OwnedCell};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A replica's own name for a record. Opaque: only its connector knows what it means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(CompactString); // a run holds two per contact: those of up to 24 bytes take no allocation

impl RecordId {
    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for RecordId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for RecordId {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A record copied out of its replica: cells in schema order (then scope columns).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The replica's id for it.
    pub id: RecordId,
    /// False where the replica gave none and the connector made one up for this listing (a row number).
    pub native_id: bool,
    /// One per schema field, then one per scope column.
    pub cells: Vec<OwnedCell>,
    /// What the connector wants back when the record is written (for `JustCall`: the whole `custom_fields` object), or
    /// shows beside the fields (for a CRM: a contact's numbers, one a line, see [`crate::numbers`]).
    pub rest: Option<String>,
}

impl Record {
    /// The cell at a position, unknown where the record is shorter.
    pub fn cell(&self, index: usize) -> Cell<'_> {
        self.cells.get(index).map_or(Cell::Unknown, OwnedCell::as_cell)
    }
}
