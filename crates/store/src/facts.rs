//! Small things learned once and kept, by name (what an account's bulk endpoint does, which scope was used last).
//! What a name means is its writer's business.

use crate::error::{Fault, Result};
use crate::open::Store;
use rusqlite::Connection;

impl Store {
    /// All of them, by name.
    pub fn facts(&self) -> Result<Vec<(String, String)>> {
        self.named(read(&self.connection))
    }

    /// Learns one.
    pub fn set_fact(&mut self, key: &str, value: &str) -> Result<()> {
        self.write(|transaction| set(transaction, key, value))
    }
}

fn read(connection: &Connection) -> Result<Vec<(String, String)>, Fault> {
    let mut statement = connection.prepare_cached("SELECT key, value FROM facts ORDER BY key")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn set(connection: &Connection, key: &str, value: &str) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT INTO facts (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?
        .execute([key, value])?;
    Ok(())
}
