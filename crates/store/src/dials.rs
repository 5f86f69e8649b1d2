//! Calls that we asked to be made: noted before the request goes out. Whether one may be made is `sync`'s to decide.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, from_word, to_word};
use jiff::Timestamp;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

/// How a call that we asked for ended up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialOutcome {
    /// It rang.
    Started,
    /// `JustCall` said no.
    Refused,
    /// It was surely not made.
    NotMade,
}

/// A call that we asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialRow {
    /// Its number here.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// From which number of the account.
    pub from: String,
    /// Whom.
    pub to: String,
    /// How it ended; none: not known.
    pub outcome: Option<DialOutcome>,
    /// The call.
    pub call_id: Option<String>,
    /// In whose words.
    pub message: String,
}

const SELECT: &str = "SELECT id, at, from_number, to_number, outcome, call_id, message FROM dials";

impl Store {
    /// Notes that a call is about to be made, durably. Answers with its number.
    pub fn begin_dial(&mut self, from: &str, to: &str, at: Timestamp) -> Result<i64> {
        self.write(|transaction| {
            transaction
                .execute("INSERT INTO dials (at, from_number, to_number) VALUES (?1, ?2, ?3)", (At(at), from, to))?;
            Ok(transaction.last_insert_rowid())
        })
    }

    /// Notes how it ended; without an outcome, only why it is not known.
    pub fn end_dial(
        &mut self,
        id: i64,
        outcome: Option<DialOutcome>,
        call_id: Option<&str>,
        message: &str,
    ) -> Result<()> {
        self.write(|transaction| {
            let word = outcome.map(|outcome| to_word(&outcome)).transpose()?;
            transaction.execute(
                "UPDATE dials SET outcome = ?2, call_id = ?3, message = ?4 WHERE id = ?1",
                (id, word, call_id, message),
            )?;
            Ok(())
        })
    }

    /// Calls whose end is not known, oldest first.
    pub fn open_dials(&self) -> Result<Vec<DialRow>> {
        self.named(read(&self.connection, "WHERE outcome IS NULL"))
    }

    /// All of them, oldest first.
    pub fn dials(&self) -> Result<Vec<DialRow>> {
        self.named(read(&self.connection, ""))
    }
}

fn read(connection: &Connection, condition: &str) -> Result<Vec<DialRow>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} {condition} ORDER BY id"))?;
    let mut rows = statement.query([])?;
    let mut dials = Vec::new();
    while let Some(row) = rows.next()? {
        dials.push(dial(row)?);
    }
    Ok(dials)
}

fn dial(row: &Row<'_>) -> Result<DialRow, Fault> {
    let outcome: Option<String> = row.get(4)?;
    Ok(DialRow {
        id: row.get(0)?,
        at: row.get::<_, At>(1)?.0,
        from: row.get(2)?,
        to: row.get(3)?,
        outcome: outcome.map(|word| from_word(&word, || "a call that was made".to_owned())).transpose()?,
        call_id: row.get(5)?,
        message: row.get(6)?,
    })
}
