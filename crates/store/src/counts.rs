//! The state in numbers, for `status`.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::to_count;
use rusqlite::Connection;

/// The state in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Contacts that are linked, dormant ones included.
    pub links: u64,
    /// Of them, out of scope.
    pub dormant: u64,
    /// Of them, with a record whose id is not known yet.
    pub pending: u64,
    /// Linked records that are missing from a side.
    pub absences: u64,
    /// Links that ended.
    pub tombstones: u64,
    /// Records that a replica refused.
    pub parked: u64,
    /// Decisions that wait for the next run.
    pub resolutions: u64,
    /// Conflicts that wait for a person.
    pub conflicts: u64,
    /// Writes whose end is not known.
    pub open_intents: u64,
}

impl Store {
    /// The state in numbers.
    pub fn counts(&self) -> Result<Counts> {
        self.named(counts(&self.connection))
    }
}

fn counts(connection: &Connection) -> Result<Counts, Fault> {
    let count = |from: &str| -> Result<u64, Fault> {
        to_count(connection.query_row(&format!("SELECT count(*) FROM {from}"), [], |row| row.get(0))?)
    };
    Ok(Counts {
        links: count("links")?,
        dormant: count("links WHERE flags & 1")?,
        pending: count("links WHERE justcall_id IS NULL OR crm_id IS NULL")?,
        absences: count("absences")?,
        tombstones: count("tombstones")?,
        parked: count("parked")?,
        resolutions: count("resolutions")?,
        conflicts: count("conflicts")?,
        open_intents: count("open_intents")?,
    })
}
