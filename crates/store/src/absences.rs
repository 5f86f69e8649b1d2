//! Linked records that are missing from complete listings: evidence towards a deletion that survives restarts (S13).
//! Whether it is enough is the engine's.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, SideName};
use model::{Absence, LinkId, Side};
use rusqlite::{Connection, ErrorCode};

impl Store {
    /// All of them, by link.
    pub fn absences(&self) -> Result<Vec<(LinkId, Side, Absence)>> {
        self.named(read(&self.connection))
    }
}

fn read(connection: &Connection) -> Result<Vec<(LinkId, Side, Absence)>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT link, side, sightings, first_at, last_at FROM absences ORDER BY link, side DESC")?;
    let rows = statement.query_map([], |row| {
        let absence =
            Absence { sightings: row.get(2)?, first_at: row.get::<_, At>(3)?.0, last_at: row.get::<_, At>(4)?.0 };
        Ok((LinkId(row.get(0)?), row.get::<_, SideName>(1)?.0, absence))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn set(connection: &Connection, link: LinkId, side: Side, absence: Option<Absence>) -> Result<(), Fault> {
    let Some(absence) = absence else {
        connection
            .prepare_cached("DELETE FROM absences WHERE link = ?1 AND side = ?2")?
            .execute((link.0, SideName(side)))?;
        return Ok(());
    };
    let mut statement = connection.prepare_cached(
        "INSERT INTO absences (link, side, sightings, first_at, last_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET sightings = ?3, first_at = ?4, last_at = ?5",
    )?;
    let row = (link.0, SideName(side), absence.sightings, At(absence.first_at), At(absence.last_at));
    statement.execute(row).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => Fault::refused(format!("there is no link {}", link.0)),
        _ => error.into(),
    })?;
    Ok(())
}
