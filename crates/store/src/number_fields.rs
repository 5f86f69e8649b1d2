//! Which field of a CRM contact the synced number stands in, where the configuration names several. Choosing is the
//! engine's.

use crate::error::{Fault, Result};
use crate::open::Store;
use model::RecordId;
use rusqlite::Connection;
use std::collections::BTreeMap;

impl Store {
    /// What is known, by the CRM's id.
    pub fn number_fields(&self) -> Result<BTreeMap<RecordId, String>> {
        self.named(read(&self.connection))
    }
}

fn read(connection: &Connection) -> Result<BTreeMap<RecordId, String>, Fault> {
    let mut statement = connection.prepare_cached("SELECT crm_id, field FROM number_fields")?;
    let rows = statement.query_map([], |row| Ok((RecordId::from(row.get::<_, String>(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn set(connection: &Connection, known: &[(RecordId, String)]) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO number_fields (crm_id, field) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET field = ?2",
    )?;
    for (id, field) in known {
        statement.execute((id.as_str(), field))?;
    }
    Ok(())
}

pub(crate) fn forget(connection: &Connection, id: &str) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM number_fields WHERE crm_id = ?1")?.execute([id])?;
    Ok(())
}
