//! Answers to all conflicts of a field and kind, at most one for each. Whether a conflict may be answered so is the
//! engine's.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, SideName, from_word};
use model::{ConflictId, ConflictKind, Field, StandingRule};
use rusqlite::Connection;

impl Store {
    /// All of them, by field and kind.
    pub fn standing_rules(&self) -> Result<Vec<StandingRule>> {
        self.named(read(&self.connection))
    }
}

fn read(connection: &Connection) -> Result<Vec<StandingRule>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT field, kind, take, conflict, made_at, made_by FROM standing_rules ORDER BY field, kind",
    )?;
    let mut rows = statement.query([])?;
    let mut rules = Vec::new();
    while let Some(row) = rows.next()? {
        let (field, kind): (String, String) = (row.get(0)?, row.get(1)?);
        let what = || format!("the standing rule {field}.{kind}");
        rules.push(StandingRule {
            field: from_word(&field, what)?,
            kind: from_word(&kind, what)?,
            take: row.get::<_, SideName>(2)?.0,
            conflict: ConflictId(row.get(3)?),
            made_at: row.get::<_, At>(4)?.0,
            made_by: row.get(5)?,
        });
    }
    Ok(rules)
}

pub(crate) fn set(connection: &Connection, rule: &StandingRule) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO standing_rules (field, kind, take, conflict, made_at, made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET take = ?3, conflict = ?4, made_at = ?5, made_by = ?6",
    )?;
    statement.execute((
        rule.field.to_string(),
        rule.kind.code(),
        SideName(rule.take),
        &rule.conflict.0,
        At(rule.made_at),
        &rule.made_by,
    ))?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, field: &Field, kind: ConflictKind) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached("DELETE FROM standing_rules WHERE field = ?1 AND kind = ?2")?;
    statement.execute((field.to_string(), kind.code()))?;
    Ok(())
}
