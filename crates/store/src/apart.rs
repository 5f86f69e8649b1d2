//! Records that people keep apart. Refusing to match them is the engine's.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::At;
use model::{Apart, BySide, ConflictId, RecordId};
use rusqlite::Connection;

impl Store {
    /// All of them, by their ids.
    pub fn apart(&self) -> Result<Vec<Apart>> {
        self.named(read(&self.connection))
    }
}

fn read(connection: &Connection) -> Result<Vec<Apart>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT justcall_id, crm_id, conflict, phone, made_at, made_by FROM apart ORDER BY justcall_id, crm_id",
    )?;
    let rows = statement.query_map([], |row| {
        let id = |at: usize| row.get::<_, String>(at).map(RecordId::from);
        Ok(Apart {
            ids: BySide { justcall: id(0)?, crm: id(1)? },
            conflict: ConflictId(row.get(2)?),
            phone: row.get(3)?,
            made_at: row.get::<_, At>(4)?.0,
            made_by: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn add(connection: &Connection, pair: &Apart) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO apart (justcall_id, crm_id, conflict, phone, made_at, made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET conflict = ?3, phone = ?4, made_at = ?5, made_by = ?6",
    )?;
    let (justcall, crm) = (pair.ids.justcall.as_str(), pair.ids.crm.as_str());
    statement.execute((justcall, crm, &pair.conflict.0, &pair.phone, At(pair.made_at), &pair.made_by))?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, ids: &BySide<RecordId>) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached("DELETE FROM apart WHERE justcall_id = ?1 AND crm_id = ?2")?;
    statement.execute((ids.justcall.as_str(), ids.crm.as_str()))?;
    Ok(())
}
