//! Actions that people took out of the plan. Whether one still fits is the engine's.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{from_json, to_json};
use model::{ActionId, Exclusion};
use rusqlite::Connection;

impl Store {
    /// All of them, by action.
    pub fn exclusions(&self) -> Result<Vec<Exclusion>> {
        self.named(read(&self.connection))
    }
}

fn read(connection: &Connection) -> Result<Vec<Exclusion>, Fault> {
    let mut statement = connection.prepare_cached("SELECT action, body FROM exclusions ORDER BY action")?;
    let mut rows = statement.query([])?;
    let mut exclusions = Vec::new();
    while let Some(row) = rows.next()? {
        let (action, body): (String, String) = (row.get(0)?, row.get(1)?);
        exclusions.push(from_json(&body, || format!("the exclusion of {action}"))?);
    }
    Ok(exclusions)
}

pub(crate) fn add(connection: &Connection, exclusion: &Exclusion) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT INTO exclusions (action, body) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET body = ?2")?
        .execute((&exclusion.action.0, to_json(exclusion)?))?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, action: &ActionId) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM exclusions WHERE action = ?1")?.execute([&action.0])?;
    Ok(())
}
