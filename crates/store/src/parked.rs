//! Records that a replica refused, or that an undo took away again: not tried until they change or a person says so
//! (S41). Refusals of one run alone are outcomes.

use crate::change::Parking;
use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, SideName};
use jiff::Timestamp;
use model::{RowHash, Side};
use rusqlite::Connection;

/// A record that waits for a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// Where it was refused.
    pub side: Side,
    /// Record id or phone.
    pub key: String,
    /// The record as it was refused.
    pub row_hash: RowHash,
    /// The replica's words.
    pub message: String,
    /// The last refusal.
    pub at: Timestamp,
    /// How often.
    pub attempts: u32,
    /// The contact's number.
    pub phone: String,
    /// Not refused: an undo took it away.
    pub undone: bool,
}

impl Store {
    /// All of them, by side and key.
    pub fn parked(&self) -> Result<Vec<Parked>> {
        self.named(read(&self.connection))
    }
}

fn read(connection: &Connection) -> Result<Vec<Parked>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT side, key, row_hash, message, at, attempts, phone, undone FROM parked ORDER BY side DESC, key",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Parked {
            side: row.get::<_, SideName>(0)?.0,
            key: row.get(1)?,
            row_hash: RowHash(row.get::<_, i64>(2)?.cast_unsigned()),
            message: row.get(3)?,
            at: row.get::<_, At>(4)?.0,
            attempts: row.get(5)?,
            phone: row.get(6)?,
            undone: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn park(connection: &Connection, parking: &Parking) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO parked (side, key, row_hash, message, at, attempts, phone, undone) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)
         ON CONFLICT DO UPDATE SET row_hash = ?3, message = ?4, at = ?5, attempts = attempts + 1, phone = ?6, undone = ?7",
    )?;
    statement.execute((
        SideName(parking.side),
        &parking.key,
        parking.row_hash.0.cast_signed(),
        &parking.message,
        At(parking.at),
        &parking.phone,
        parking.undone,
    ))?;
    Ok(())
}

pub(crate) fn stays_as(connection: &Connection, side: Side, key: &str, row_hash: RowHash) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached("UPDATE parked SET row_hash = ?3 WHERE side = ?1 AND key = ?2")?;
    statement.execute((SideName(side), key, row_hash.0.cast_signed()))?;
    Ok(())
}

pub(crate) fn unpark(connection: &Connection, side: Side, key: &str) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM parked WHERE side = ?1 AND key = ?2")?.execute((SideName(side), key))?;
    Ok(())
}
