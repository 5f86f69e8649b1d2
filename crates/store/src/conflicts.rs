//! Since when each open conflict is known. The conflicts themselves are made anew by every plan.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::At;
use jiff::Timestamp;
use model::ConflictId;
use rusqlite::Connection;
use std::collections::HashSet;

impl Store {
    /// First seen, by conflict.
    pub fn conflicts_since(&self) -> Result<Vec<(ConflictId, Timestamp)>> {
        self.named(read(&self.connection))
    }
}

fn read(connection: &Connection) -> Result<Vec<(ConflictId, Timestamp)>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id, first_seen FROM conflicts ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((ConflictId(row.get(0)?), row.get::<_, At>(1)?.0)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Exactly `open` are open now.
pub(crate) fn seen(connection: &Connection, open: &[ConflictId], at: Timestamp) -> Result<(), Fault> {
    let open: HashSet<&str> = open.iter().map(|id| id.0.as_str()).collect();
    let known = read(connection)?;
    let mut forget = connection.prepare_cached("DELETE FROM conflicts WHERE id = ?1")?;
    for (id, _) in known.iter().filter(|(id, _)| !open.contains(id.0.as_str())) {
        forget.execute([&id.0])?;
    }
    let mut remember = connection.prepare_cached("INSERT OR IGNORE INTO conflicts (id, first_seen) VALUES (?1, ?2)")?;
    for id in open {
        remember.execute((id, At(at)))?;
    }
    Ok(())
}
