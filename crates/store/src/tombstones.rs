//! Memory of links that ended, so that a contact that comes back is recognised (R14). Not undo: copies of what was
//! deleted are in the journal.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, from_word, key_columns, key_from_columns, to_word};
use model::{BySide, RecordId, Tombstone};
use rusqlite::Connection;

impl Store {
    /// All of them, oldest first.
    pub fn tombstones(&self) -> Result<Vec<Tombstone>> {
        self.named(read(&self.connection))
    }
}

fn read(connection: &Connection) -> Result<Vec<Tombstone>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT key_number, key_extension, justcall_id, crm_id, at, rule FROM tombstones ORDER BY id",
    )?;
    let mut rows = statement.query([])?;
    let mut tombstones = Vec::new();
    while let Some(row) = rows.next()? {
        let id = |column: usize| -> Result<Option<RecordId>, Fault> {
            Ok(row.get::<_, Option<String>>(column)?.map(RecordId::from))
        };
        let rule: String = row.get(5)?;
        tombstones.push(Tombstone {
            key: key_from_columns(row.get(0)?, row.get(1)?),
            ids: BySide { justcall: id(2)?, crm: id(3)? },
            at: row.get::<_, At>(4)?.0,
            rule: from_word(&rule, || "the rule of a tombstone".to_owned())?,
        });
    }
    Ok(tombstones)
}

pub(crate) fn insert(connection: &Connection, tombstone: &Tombstone) -> Result<(), Fault> {
    let (number, extension) = key_columns(tombstone.key);
    let mut statement = connection.prepare_cached(
        "INSERT INTO tombstones (key_number, key_extension, justcall_id, crm_id, at, rule)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    statement.execute((
        number,
        extension,
        tombstone.ids.justcall.as_ref().map(RecordId::as_str),
        tombstone.ids.crm.as_ref().map(RecordId::as_str),
        At(tombstone.at),
        to_word(&tombstone.rule)?,
    ))?;
    Ok(())
}
