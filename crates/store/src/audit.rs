//! Questions about the tables that a sound state answers with nothing: what no constraint of the schema says by itself.
//! Looks at the state alone; whether it agrees with the replicas is `sync`'s.

use crate::error::{Fault, Result};
use crate::intent::Intent;
use crate::open::Store;
use crate::values::from_json;
use model::{ActionKind, Outcome, RunReport, Side};
use rusqlite::Connection;
use std::collections::HashMap;

/// Something in the tables that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Which check, in a word or two.
    pub check: &'static str,
    /// What was found. Names no person.
    pub detail: String,
}

/// Each names its rows in one column of text.
const QUESTIONS: [(&str, &str); 7] = [
    (
        "link",
        "SELECT 'link ' || links.id || ' has a number that was never given out' FROM links, state WHERE links.id >= next_link",
    ),
    (
        "link",
        "SELECT 'link ' || id || ' has an unknown schema' FROM links WHERE flags >> 8 NOT IN (SELECT id FROM schemas)",
    ),
    (
        "open write",
        "SELECT 'the open write ' || open_intents.seq || ' belongs to no run' FROM open_intents
         JOIN journal USING (seq) WHERE kind <> 'intent' OR run NOT IN (SELECT id FROM runs)",
    ),
    (
        "journal",
        "SELECT 'entry ' || seq || ' is neither open nor has it an outcome' FROM journal AS one WHERE kind = 'intent'
         AND seq NOT IN (SELECT seq FROM open_intents)
         AND NOT EXISTS (SELECT 1 FROM journal AS two WHERE two.intent = one.seq)",
    ),
    (
        "journal",
        "SELECT 'outcome ' || seq || ' belongs to no write' FROM journal AS one WHERE kind = 'outcome'
         AND NOT EXISTS (SELECT 1 FROM journal AS two WHERE two.seq = one.intent AND two.kind = 'intent')",
    ),
    (
        "plan",
        "SELECT 'plan ' || plan || ' was applied ' || count(*) || ' times' FROM runs GROUP BY plan HAVING count(*) > 1",
    ),
    (
        "plan",
        "SELECT 'run ' || runs.id || ' applied a plan that is not marked as used by it' FROM runs
         LEFT JOIN plans ON plans.id = runs.plan WHERE consumed_by IS NOT runs.id",
    ),
];

impl Store {
    /// Everything that contradicts itself; nothing in a sound state. Reads the whole journal.
    pub fn audit(&self) -> Result<Vec<Flaw>> {
        self.named(audit(&self.connection))
    }
}

fn audit(connection: &Connection) -> Result<Vec<Flaw>, Fault> {
    let mut flaws = Vec::new();
    for (check, question) in QUESTIONS {
        let mut statement = connection.prepare(question)?;
        let found = statement.query_map([], |row| row.get::<_, String>(0))?;
        for detail in found {
            flaws.push(Flaw { check, detail: detail? });
        }
    }
    counts(connection, &mut flaws)?;
    Ok(flaws)
}

/// No report may count more writes than the journal shows as done. It may count fewer: a write that was acknowledged
/// and did not land is done to the journal, and so is a number parked for a moment.
fn counts(connection: &Connection, flaws: &mut Vec<Flaw>) -> Result<(), Fault> {
    let done = done(connection)?;
    let mut statement = connection.prepare(
        "SELECT id, report FROM runs WHERE report IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM journal WHERE run = runs.id AND kind = 'intent' AND body IS NULL)",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let run: String = row.get(0)?;
        let Ok(report) = serde_json::from_slice::<RunReport>(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)
        else {
            flaws.push(Flaw { check: "run", detail: format!("the report of run {run} cannot be read") });
            continue;
        };
        for (side, applied) in report.applied.iter() {
            let kinds = [
                (ActionKind::Create, applied.create),
                (ActionKind::Update, applied.update),
                (ActionKind::Delete, applied.delete),
            ];
            for (kind, counted) in kinds {
                let shown = done.get(&(run.clone(), side, kind)).copied().unwrap_or(0);
                if counted > shown {
                    let detail =
                        format!("run {run} reports {counted} {kind:?} in {}, its journal shows {shown}", side.title());
                    flaws.push(Flaw { check: "run", detail });
                }
            }
        }
    }
    Ok(())
}

/// Writes that ended well, per run, side and kind.
fn done(connection: &Connection) -> Result<HashMap<(String, Side, ActionKind), u64>, Fault> {
    let mut statement = connection.prepare(
        "SELECT one.seq, one.run, one.body, two.body FROM journal AS one JOIN journal AS two ON two.intent = one.seq
         WHERE one.kind = 'intent' AND one.body IS NOT NULL AND two.body IS NOT NULL",
    )?;
    let mut rows = statement.query([])?;
    let mut done = HashMap::new();
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let outcome: Outcome = from_json(&row.get::<_, String>(3)?, || format!("the outcome of entry {seq}"))?;
        if matches!(outcome, Outcome::Done { .. }) {
            let intent: Intent = from_json(&row.get::<_, String>(2)?, || format!("journal entry {seq}"))?;
            *done.entry((row.get(1)?, intent.side, intent.kind)).or_default() += 1;
        }
    }
    Ok(done)
}
