//! What people let through in the next run beyond its guards: used by that run, whatever comes of it.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, from_count, to_count};
use model::Approval;
use rusqlite::Connection;

impl Store {
    /// Those that wait for a run, by class.
    pub fn approvals(&self) -> Result<Vec<Approval>> {
        self.named(read(&self.connection))
    }
}

fn read(connection: &Connection) -> Result<Vec<Approval>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT class, count, made_at, made_by FROM approvals ORDER BY class")?;
    let mut rows = statement.query([])?;
    let mut approvals = Vec::new();
    while let Some(row) = rows.next()? {
        approvals.push(Approval {
            class: row.get(0)?,
            count: to_count(row.get(1)?)?,
            made_at: row.get::<_, At>(2)?.0,
            made_by: row.get(3)?,
        });
    }
    Ok(approvals)
}

pub(crate) fn set(connection: &Connection, approval: &Approval) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO approvals (class, count, made_at, made_by) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET count = ?2, made_at = ?3, made_by = ?4",
    )?;
    statement.execute((&approval.class, from_count(approval.count), At(approval.made_at), &approval.made_by))?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, class: &str) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM approvals WHERE class = ?1")?.execute([class])?;
    Ok(())
}
