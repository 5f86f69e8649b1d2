//! Everything one side showed in one reading, and whether that was everything it holds.

use crate::Table;
use jiff::Timestamp;

/// Whether the replica proved that it showed every record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// Read from the start to the replica's own end, and the numbers agree.
    Complete,
    /// Something is missing or may be. No deletion may follow from it.
    Partial {
        /// Why, in words for the user.
        reason: String,
    },
}

/// What one side showed, read in one go.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The records.
    pub table: Table,
    /// Whether it is all.
    pub coverage: Coverage,
    /// When the reading began.
    pub read_at: Timestamp,
    /// Things a person should know (an encoding that was guessed, rows read twice).
    pub notes: Vec<String>,
}

impl Listing {
    /// True where absence from this listing may count as evidence.
    pub fn is_complete(&self) -> bool {
        self.coverage == Coverage::Complete
    }

    /// Downgrades to partial, keeping the first reason.
    pub fn make_partial(&mut self, reason: impl Into<String>) {
        if self.is_complete() {
            self.coverage = Coverage::Partial { reason: reason.into() };
        }
    }
}
