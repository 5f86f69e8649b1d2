//! Since when each open conflict is known, and what earlier runs saw of its values. The conflicts themselves are made anew
//! by every plan; which value is the newer one is the engine's to say.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, from_json, to_json};
use jiff::Timestamp;
use model::{ConflictId, Sightings};
use rusqlite::Connection;
use std::collections::HashSet;

impl Store {
    /// First seen, by conflict.
    pub fn conflicts_since(&self) -> Result<Vec<(ConflictId, Timestamp)>> {
        self.named(read(&self.connection))
    }

    /// What earlier runs saw of the values of open conflicts, where that was kept.
    pub fn sightings(&self) -> Result<Vec<(ConflictId, Sightings)>> {
        self.named(sightings(&self.connection))
    }
}

fn sightings(connection: &Connection) -> Result<Vec<(ConflictId, Sightings)>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT id, seen FROM conflicts WHERE seen IS NOT NULL ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, seen): (String, String) = (row.get(0)?, row.get(1)?);
        let seen = from_json(&seen, || format!("what was seen of the conflict {id}"))?;
        found.push((ConflictId(id), seen));
    }
    Ok(found)
}

fn read(connection: &Connection) -> Result<Vec<(ConflictId, Timestamp)>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id, first_seen FROM conflicts ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((ConflictId(row.get(0)?), row.get::<_, At>(1)?.0)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Exactly `open` are open now.
pub(crate) fn seen(connection: &Connection, open: &[(ConflictId, Sightings)], at: Timestamp) -> Result<(), Fault> {
    let ids: HashSet<&str> = open.iter().map(|(id, _)| id.0.as_str()).collect();
    let known = read(connection)?;
    let mut forget = connection.prepare_cached("DELETE FROM conflicts WHERE id = ?1")?;
    for (id, _) in known.iter().filter(|(id, _)| !ids.contains(id.0.as_str())) {
        forget.execute([&id.0])?;
    }
    let mut remember = connection.prepare_cached(
        "INSERT INTO conflicts (id, first_seen, seen) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET seen = ?3",
    )?;
    for (id, seen) in open {
        let kept = seen.justcall.is_some() || seen.crm.is_some();
        remember.execute((&id.0, At(at), kept.then(|| to_json(seen)).transpose()?))?;
    }
    Ok(())
}
