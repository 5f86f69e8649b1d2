//! Callers: numbers that called, with the names that their calls carry; and who was made into a contact, so that nobody is
//! made twice. Whom nobody knows is `sync`'s to say, and who becomes a contact the engine's.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, from_word, to_count, to_word};
use jiff::Timestamp;
use model::Side;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// A number that called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerRow {
    /// Its digits.
    pub number: u64,
    /// Calls from it.
    pub calls: u64,
    /// The names that its calls carry, the latest first.
    pub names: Vec<String>,
}

/// A caller who was made into a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MadeCaller {
    /// The number's digits.
    pub number: u64,
    /// Where.
    pub side: Side,
    /// When it was sent.
    pub at: Timestamp,
}

impl Store {
    /// Numbers that called at least so often, ascending.
    pub fn callers(&self, min_calls: u64) -> Result<Vec<CallerRow>> {
        self.named(callers(&self.connection, min_calls))
    }

    /// The account's own ends of all calls, as the log writes them.
    pub fn call_lines(&self) -> Result<BTreeSet<String>> {
        self.named(lines(&self.connection))
    }

    /// Who was made into a contact.
    pub fn made_callers(&self) -> Result<Vec<MadeCaller>> {
        self.named(made(&self.connection))
    }
}

fn callers(connection: &Connection, min_calls: u64) -> Result<Vec<CallerRow>, Fault> {
    let mut names: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    let mut statement = connection.prepare(
        "SELECT number, contact_name FROM calls WHERE contact_name IS NOT NULL AND number IS NOT NULL
         ORDER BY started_at DESC, id DESC",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (known, name): (&mut Vec<String>, String) = (names.entry(row.get(0)?).or_default(), row.get(1)?);
        if !known.contains(&name) {
            known.push(name);
        }
    }
    let mut statement = connection.prepare(
        "SELECT number, count(*) FROM calls WHERE number IS NOT NULL AND direction = 0 GROUP BY number
         HAVING count(*) >= ?1 ORDER BY number",
    )?;
    let mut rows = statement.query([min_calls.cast_signed()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        found.push(CallerRow {
            number: number.cast_unsigned(),
            calls: to_count(row.get(1)?)?,
            names: names.remove(&number).unwrap_or_default(),
        });
    }
    Ok(found)
}

fn lines(connection: &Connection) -> Result<BTreeSet<String>, Fault> {
    let mut statement = connection.prepare(
        "SELECT DISTINCT to_number FROM calls WHERE direction = 0
         UNION SELECT DISTINCT from_number FROM calls WHERE direction = 1",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn made(connection: &Connection) -> Result<Vec<MadeCaller>, Fault> {
    let mut statement = connection.prepare_cached("SELECT number, side, at FROM made_callers ORDER BY number, side")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let side: String = row.get(1)?;
        found.push(MadeCaller {
            number: row.get::<_, i64>(0)?.cast_unsigned(),
            side: from_word(&side, || "a caller who was made a contact".to_owned())?,
            at: row.get::<_, At>(2)?.0,
        });
    }
    Ok(found)
}

pub(crate) fn add(connection: &Connection, number: u64, side: Side, at: Timestamp) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO made_callers (number, side, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = ?3",
    )?;
    statement.execute((number.cast_signed(), to_word(&side)?, At(at)))?;
    Ok(())
}
