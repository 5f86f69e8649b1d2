//! The last writes about one contact, for whoever asks whether they repeat. The whole journal is `journal`'s.

use crate::error::{Fault, Result};
use crate::intent::Intent;
use crate::open::Store;
use crate::values::{At, from_json};
use jiff::Timestamp;
use model::{LinkId, Outcome, RunId};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// A write of an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastWrite {
    /// The run.
    pub run: RunId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub intent: Intent,
    /// How it ended, as far as is known.
    pub outcome: Option<Outcome>,
}

impl Store {
    /// The last writes about each of these links, latest first. Nothing of a link with fewer than two: asking costs a look
    /// into an index then, and most contacts are never written twice.
    pub fn past_writes(
        &self,
        links: impl IntoIterator<Item = LinkId>,
        limit: usize,
    ) -> Result<BTreeMap<LinkId, Vec<PastWrite>>> {
        self.named(read_all(&self.connection, links, limit))
    }
}

fn read_all(
    connection: &Connection,
    links: impl IntoIterator<Item = LinkId>,
    limit: usize,
) -> Result<BTreeMap<LinkId, Vec<PastWrite>>, Fault> {
    // One transaction for all: each by itself would lock the file anew.
    let reading = connection.unchecked_transaction()?;
    let mut past = BTreeMap::new();
    for link in links {
        let writes = read(connection, link, limit)?;
        if !writes.is_empty() {
            past.insert(link, writes);
        }
    }
    reading.commit()?;
    Ok(past)
}

fn read(connection: &Connection, link: LinkId, limit: usize) -> Result<Vec<PastWrite>, Fault> {
    let several: bool = connection
        .prepare_cached("SELECT count(*) > 1 FROM (SELECT 1 FROM journal WHERE link = ?1 LIMIT 2)")?
        .query_row([link.0], |row| row.get(0))?;
    if !several {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached(
        "SELECT run, at, body, seq,
             (SELECT body FROM journal AS two WHERE two.intent = one.seq AND body IS NOT NULL ORDER BY seq DESC LIMIT 1)
         FROM journal AS one WHERE link = ?1 AND kind = 'intent' AND body IS NOT NULL ORDER BY seq DESC LIMIT ?2",
    )?;
    let mut rows = statement.query((link.0, i64::try_from(limit).unwrap_or(i64::MAX)))?;
    let mut writes = Vec::new();
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(3)?;
        let outcome: Option<String> = row.get(4)?;
        writes.push(PastWrite {
            run: RunId(row.get(0)?),
            at: row.get::<_, At>(1)?.0,
            intent: from_json(&row.get::<_, String>(2)?, || format!("journal entry {seq}"))?,
            outcome: outcome.map(|body| from_json(&body, || format!("the outcome of entry {seq}"))).transpose()?,
        });
    }
    Ok(writes)
}
