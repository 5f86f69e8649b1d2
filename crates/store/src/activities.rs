//! Calls that were sent to the CRM as activities: noted before they go out. What is to be sent is `sync`'s to decide.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::At;
use jiff::Timestamp;
use model::RecordId;
use rusqlite::Connection;

/// A call that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityRow {
    /// The call.
    pub call_id: String,
    /// Whose it was then, in the CRM.
    pub contact: RecordId,
    /// The CRM's id for it; none: nobody knows whether it is there.
    pub activity: Option<String>,
    /// Digest of what was sent.
    pub content: Vec<u8>,
    /// When.
    pub sent_at: Timestamp,
    /// Why the CRM did not take it.
    pub refused: Option<String>,
}

impl Store {
    /// All of them, by call.
    pub fn activities(&self) -> Result<Vec<ActivityRow>> {
        self.named(read(&self.connection))
    }

    /// Takes what became of some of them, all or none; durably, before the next request.
    pub fn put_activities(&mut self, rows: &[ActivityRow]) -> Result<()> {
        self.write(|transaction| put(transaction, rows))
    }

    /// They were surely not sent: as if they had never been noted.
    pub fn drop_activities(&mut self, calls: &[&str]) -> Result<()> {
        self.write(|transaction| {
            let mut remove = transaction.prepare_cached("DELETE FROM activities WHERE call_id = ?1")?;
            for call in calls {
                remove.execute([call])?;
            }
            Ok(())
        })
    }
}

fn read(connection: &Connection) -> Result<Vec<ActivityRow>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT call_id, contact, activity, content, sent_at, refused FROM activities ORDER BY call_id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(ActivityRow {
            call_id: row.get(0)?,
            contact: RecordId::from(row.get::<_, String>(1)?),
            activity: row.get(2)?,
            content: row.get(3)?,
            sent_at: row.get::<_, At>(4)?.0,
            refused: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn put(connection: &Connection, rows: &[ActivityRow]) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO activities (call_id, contact, activity, content, sent_at, refused) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET contact = ?2, activity = ?3, content = ?4, sent_at = ?5, refused = ?6",
    )?;
    for row in rows {
        let (contact, at) = (row.contact.as_str(), At(row.sent_at));
        statement.execute((&row.call_id, contact, &row.activity, &row.content, at, &row.refused))?;
    }
    Ok(())
}
