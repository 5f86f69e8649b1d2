//! What people decided about conflicts: input of the next plan. Whether a decision still fits is the engine's.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, from_json, to_json};
use model::{ConflictId, Resolution};
use rusqlite::Connection;

impl Store {
    /// All of them, by conflict.
    pub fn resolutions(&self) -> Result<Vec<Resolution>> {
        self.named(read(&self.connection))
    }

    /// Keeps a decision; a later one about the same conflict replaces it.
    pub fn add_resolution(&mut self, resolution: &Resolution) -> Result<()> {
        self.write(|transaction| add(transaction, resolution))
    }

    /// Keeps many decisions, all or none.
    pub fn add_resolutions(&mut self, resolutions: &[Resolution]) -> Result<()> {
        self.write(|transaction| resolutions.iter().try_for_each(|resolution| add(transaction, resolution)))
    }

    /// Takes a decision back; false if there was none.
    pub fn remove_resolution(&mut self, conflict: &ConflictId) -> Result<bool> {
        self.write(|transaction| remove(transaction, conflict))
    }
}

fn read(connection: &Connection) -> Result<Vec<Resolution>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT conflict, choice, justcall, crm, made_at, made_by FROM resolutions ORDER BY conflict",
    )?;
    let mut rows = statement.query([])?;
    let mut resolutions = Vec::new();
    while let Some(row) = rows.next()? {
        let (conflict, choice): (String, String) = (row.get(0)?, row.get(1)?);
        resolutions.push(Resolution {
            choice: from_json(&choice, || format!("the resolution of {conflict}"))?,
            conflict: ConflictId(conflict),
            justcall: row.get(2)?,
            crm: row.get(3)?,
            made_at: row.get::<_, At>(4)?.0,
            made_by: row.get(5)?,
        });
    }
    Ok(resolutions)
}

pub(crate) fn add(connection: &Connection, resolution: &Resolution) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO resolutions (conflict, choice, justcall, crm, made_at, made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET choice = ?2, justcall = ?3, crm = ?4, made_at = ?5, made_by = ?6",
    )?;
    statement.execute((
        &resolution.conflict.0,
        to_json(&resolution.choice)?,
        &resolution.justcall,
        &resolution.crm,
        At(resolution.made_at),
        &resolution.made_by,
    ))?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, conflict: &ConflictId) -> Result<bool, Fault> {
    Ok(connection.prepare_cached("DELETE FROM resolutions WHERE conflict = ?1")?.execute([&conflict.0])? > 0)
}
