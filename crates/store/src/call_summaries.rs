//! What the calls with each number come to, and whose numbers they are: one look at all calls, one at all links.

use crate::calls::direction_from_column;
use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, to_count};
use jiff::Timestamp;
use model::{BySide, CallDirection, CallStage, CallSummary, LinkId, RecordId};
use rusqlite::{Connection, Row};
use std::collections::HashMap;

/// A contact that has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberOwner {
    /// The link.
    pub link: LinkId,
    /// Its records.
    pub ids: BySide<Option<RecordId>>,
}

impl Store {
    /// The summary of each number that has calls. `month`: calls from this moment on count as those of 30 days.
    pub fn call_summaries(&self, month: Timestamp) -> Result<HashMap<u64, CallSummary>> {
        self.named(summaries(&self.connection, At(month).to_i64()))
    }

    /// The linked contacts of each number: several where they share it.
    pub fn owners(&self) -> Result<HashMap<u64, Vec<NumberOwner>>> {
        self.named(owners(&self.connection))
    }
}

/// What is gathered of one number.
#[derive(Default)]
struct Gathered {
    summary: CallSummary,
    last: Option<i64>,
    last_agent: i64,
    last_disposition: i64,
    last_note: i64,
    /// The last talk.
    contact: Option<i64>,
    /// Calls that nobody took, after the last talk known so far.
    missed: Vec<i64>,
}

fn summaries(connection: &Connection, month: i64) -> Result<HashMap<u64, CallSummary>, Fault> {
    let mut statement = connection.prepare(
        "SELECT number, started_at, direction, status, duration, coalesce(nullif(agent_name, ''), agent_id), disposition,
             notes
         FROM calls WHERE number IS NOT NULL AND started_at IS NOT NULL",
    )?;
    let mut rows = statement.query([])?;
    let mut found: HashMap<u64, Gathered> = HashMap::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let status = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
        if CallStage::of(status) == CallStage::Ended {
            found.entry(number.cast_unsigned()).or_default().add(row, status, month)?;
        }
    }
    Ok(found.into_iter().map(|(number, gathered)| (number, gathered.end())).collect())
}

impl Gathered {
    fn add(&mut self, row: &Row<'_>, status: &str, month: i64) -> Result<(), Fault> {
        let text = |column: usize| -> Result<Option<&str>, Fault> {
            Ok(row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?.filter(|text| !text.is_empty()))
        };
        let at: i64 = row.get(1)?;
        let direction = direction_from_column(row.get(2)?);
        let summary = &mut self.summary;
        summary.count += 1;
        summary.count_30d += u64::from(at >= month);
        let talked = row.get::<_, Option<i64>>(4)?.map(to_count).transpose()?.unwrap_or(0);
        summary.talk_seconds = summary.talk_seconds.saturating_add(talked);
        // Of two that began in one moment, the one that was stored later.
        if self.last.is_none_or(|last| at >= last) {
            self.last = Some(at);
            summary.last_at = Some(row.get::<_, At>(1)?.0);
            summary.last_direction = direction;
            status.clone_into(&mut summary.last_status);
        }
        newest(&mut summary.last_agent, &mut self.last_agent, at, text(5)?);
        newest(&mut summary.last_disposition, &mut self.last_disposition, at, text(6)?);
        newest(&mut summary.last_note, &mut self.last_note, at, text(7)?);
        if status == "completed" {
            if self.contact.is_none_or(|contact| at > contact) {
                self.contact = Some(at);
                self.missed.retain(|missed| *missed > at);
            }
        } else if direction == Some(CallDirection::Inbound) && self.contact.is_none_or(|contact| at > contact) {
            self.missed.push(at);
        }
        Ok(())
    }

    fn end(mut self) -> CallSummary {
        self.summary.missed_since_contact = self.missed.len() as u64;
        self.summary
    }
}

/// Keeps the text of the latest call that has one.
fn newest(kept: &mut String, since: &mut i64, at: i64, text: Option<&str>) {
    if let Some(text) = text.filter(|_| kept.is_empty() || at >= *since) {
        text.clone_into(kept);
        *since = at;
    }
}

fn owners(connection: &Connection) -> Result<HashMap<u64, Vec<NumberOwner>>, Fault> {
    let mut statement =
        connection.prepare("SELECT key_number, id, justcall_id, crm_id FROM links WHERE key_number IS NOT NULL")?;
    let mut rows = statement.query([])?;
    let mut found: HashMap<u64, Vec<NumberOwner>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let id = |column: usize| -> Result<Option<RecordId>, Fault> {
            Ok(row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?.map(RecordId::from))
        };
        let owner = NumberOwner { link: LinkId(row.get(1)?), ids: BySide { justcall: id(2)?, crm: id(3)? } };
        found.entry(row.get::<_, i64>(0)?.cast_unsigned()).or_default().push(owner);
    }
    Ok(found)
}
