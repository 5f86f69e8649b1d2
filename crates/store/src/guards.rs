//! How much of each guarded class was written lately, so that a guard also counts over many runs (S17). Limits are the
//! engine's.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, from_count, to_count};
use jiff::Timestamp;
use rusqlite::Connection;

impl Store {
    /// Per class, how many since then (inclusive).
    pub fn guard_window(&self, since: Timestamp) -> Result<Vec<(String, u64)>> {
        self.named(window(&self.connection, since))
    }
}

fn window(connection: &Connection, since: Timestamp) -> Result<Vec<(String, u64)>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT class, sum(count) FROM guard_uses WHERE at >= ?1 GROUP BY class ORDER BY class")?;
    let mut rows = statement.query([At(since)])?;
    let mut classes = Vec::new();
    while let Some(row) = rows.next()? {
        classes.push((row.get(0)?, to_count(row.get(1)?)?));
    }
    Ok(classes)
}

pub(crate) fn count(connection: &Connection, class: &str, count: u64, at: Timestamp) -> Result<(), Fault> {
    connection.prepare_cached("INSERT INTO guard_uses (class, count, at) VALUES (?1, ?2, ?3)")?.execute((
        class,
        from_count(count),
        At(at),
    ))?;
    Ok(())
}
