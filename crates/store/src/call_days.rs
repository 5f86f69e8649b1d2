//! Which days of the call log were read whole, and when: where a killed sync goes on. Which days to read is `sync`'s.

use crate::calls::{self, CallRow, CallSource, CallsTaken};
use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::At;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

/// The fact that a sync of calls is under way, and since when.
const BEGAN: &str = "calls.sync_began";
/// The fact that one went through to its end with nothing missing, and when last.
const SYNCED: &str = "calls.synced";
/// In place of a time: the day was asked for, and not read whole.
const NEVER: i64 = 0;

impl Store {
    /// Takes in what a window of the log showed, and that these days were read whole, in one transaction: a kill leaves
    /// both or neither. Days are counted from 1970-01-01. Where something was missing (not `whole`), days that were never
    /// read whole are remembered as due.
    pub fn put_call_window(
        &mut self,
        calls: &[CallRow],
        (first, last): (i64, i64),
        whole: bool,
        at: Timestamp,
    ) -> Result<CallsTaken> {
        self.write(|transaction| {
            let taken = calls::put(transaction, calls, CallSource::Log)?;
            let sql = if whole {
                "INSERT INTO call_days (day, read_at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET read_at = ?2"
            } else {
                "INSERT INTO call_days (day, read_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
            };
            let mut statement = transaction.prepare_cached(sql)?;
            let at = if whole { At(at).to_i64() } else { NEVER };
            for day in first..=last {
                statement.execute((day, at))?;
            }
            Ok(taken)
        })
    }

    /// When each of these days was last read whole.
    pub fn call_days(&self, first: i64, last: i64) -> Result<BTreeMap<i64, Timestamp>> {
        self.named(days(&self.connection, first, last))
    }

    /// The latest day that was read whole; none before the first sync of calls.
    pub fn last_call_day(&self) -> Result<Option<i64>> {
        let day = self.connection.query_row("SELECT max(day) FROM call_days", [], |row| row.get(0));
        self.named(day.map_err(Into::into))
    }

    /// When a sync of calls began that did not reach its end.
    pub fn calls_sync_began(&self) -> Result<Option<Timestamp>> {
        self.moment(BEGAN)
    }

    /// Notes that a sync of calls begins.
    pub fn begin_calls_sync(&mut self, at: Timestamp) -> Result<()> {
        self.set_fact(BEGAN, &at.to_string())
    }

    /// Notes that a sync of calls reached its end, and whether nothing was missing.
    pub fn end_calls_sync(&mut self, at: Timestamp, whole: bool) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM facts WHERE key = ?1", [BEGAN])?;
            if whole { crate::facts::set(transaction, SYNCED, &at.to_string()) } else { Ok(()) }
        })
    }

    /// When a sync of calls last went through with nothing missing; until then calls say nothing about anybody.
    pub fn calls_synced(&self) -> Result<Option<Timestamp>> {
        self.moment(SYNCED)
    }

    /// Days that were asked for and never read whole.
    pub fn unread_call_days(&self) -> Result<Vec<i64>> {
        self.named(unread(&self.connection))
    }

    fn moment(&self, fact: &str) -> Result<Option<Timestamp>> {
        let sql = "SELECT value FROM facts WHERE key = ?1";
        let found = self.connection.query_row(sql, [fact], |row| row.get::<_, String>(0));
        let found = self.named(found.optional().map_err(Into::into))?;
        Ok(found.and_then(|text| text.parse().ok()))
    }
}

fn unread(connection: &Connection) -> Result<Vec<i64>, Fault> {
    let mut statement = connection.prepare_cached("SELECT day FROM call_days WHERE read_at = ?1 ORDER BY day")?;
    let rows = statement.query_map([NEVER], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn days(connection: &Connection, first: i64, last: i64) -> Result<BTreeMap<i64, Timestamp>, Fault> {
    let mut statement = connection.prepare_cached("SELECT day, read_at FROM call_days WHERE day BETWEEN ?1 AND ?2")?;
    let rows = statement.query_map((first, last), |row| Ok((row.get(0)?, row.get::<_, At>(1)?.0)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
