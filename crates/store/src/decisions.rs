//! Who decided what, and when: also what was carried out, taken back, or dropped since. Append-only, until it is older
//! than the state keeps or its person is erased.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, from_word, to_word};
use model::DecisionRecord;
use rusqlite::Connection;

impl Store {
    /// The last ones, newest first; `phone`: those about one contact.
    pub fn decisions(&self, phone: Option<&str>, limit: usize) -> Result<Vec<DecisionRecord>> {
        self.named(read(&self.connection, phone, limit))
    }
}

fn read(connection: &Connection, phone: Option<&str>, limit: usize) -> Result<Vec<DecisionRecord>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT at, made_by, deed, about, phone, detail FROM decisions WHERE ?1 IS NULL OR phone = ?1
         ORDER BY seq DESC LIMIT ?2",
    )?;
    let mut rows = statement.query((phone, i64::try_from(limit).unwrap_or(i64::MAX)))?;
    let mut decisions = Vec::new();
    while let Some(row) = rows.next()? {
        let deed: String = row.get(2)?;
        decisions.push(DecisionRecord {
            at: row.get::<_, At>(0)?.0,
            by: row.get(1)?,
            deed: from_word(&deed, || "a decision".to_owned())?,
            about: row.get(3)?,
            phone: row.get(4)?,
            detail: row.get(5)?,
        });
    }
    Ok(decisions)
}

pub(crate) fn add(connection: &Connection, decision: &DecisionRecord) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO decisions (at, made_by, deed, about, phone, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    statement.execute((
        At(decision.at),
        &decision.by,
        to_word(&decision.deed)?,
        &decision.about,
        &decision.phone,
        &decision.detail,
    ))?;
    Ok(())
}
