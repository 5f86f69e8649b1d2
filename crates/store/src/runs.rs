//! Runs: what was begun, and how it ended. A run begins with the use of its plan (`plans`).

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::At;
use jiff::Timestamp;
use model::{PlanId, RunId};
use rusqlite::{Connection, OptionalExtension, Row};

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its name.
    pub id: RunId,
    /// The plan it applied.
    pub plan: PlanId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None`: under way, or killed.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Its report, as JSON.
    pub report: Option<Vec<u8>>,
    /// Where it never ended: the next run that did. That one settled what this one left.
    pub finished_by: Option<RunId>,
}

impl Store {
    /// Notes how a run ended.
    pub fn finish_run(&mut self, run: &RunId, at: Timestamp, outcome: &str, report_json: &[u8]) -> Result<()> {
        self.write(|transaction| {
            let changed = transaction.execute(
                "UPDATE runs SET finished_at = ?2, outcome = ?3, report = ?4 WHERE id = ?1",
                (&run.0, At(at), outcome, report_json),
            )?;
            if changed == 1 { Ok(()) } else { Err(Fault::refused(format!("there is no run {}", run.0))) }
        })
    }

    /// The last ones, newest first.
    pub fn runs(&self, limit: usize) -> Result<Vec<RunRow>> {
        self.named(read_last(&self.connection, limit))
    }

    /// When the last run that did not fail ended.
    pub fn last_success(&self) -> Result<Option<Timestamp>> {
        self.named(read_last_success(&self.connection))
    }

    /// One of them.
    pub fn run(&self, run: &RunId) -> Result<Option<RunRow>> {
        self.named(read_one(&self.connection, run))
    }
}

const SELECT: &str = "SELECT id, plan, started_at, finished_at, outcome, report,
     CASE WHEN finished_at IS NULL THEN
         (SELECT later.id FROM runs AS later WHERE later.seq > runs.seq AND later.finished_at IS NOT NULL
          ORDER BY later.seq LIMIT 1) END
     FROM runs";

fn read_last(connection: &Connection, limit: usize) -> Result<Vec<RunRow>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY seq DESC LIMIT ?1"))?;
    let rows = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], run_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read_last_success(connection: &Connection) -> Result<Option<Timestamp>, Fault> {
    let select = "SELECT finished_at FROM runs WHERE finished_at IS NOT NULL AND outcome <> 'failed' \
                  ORDER BY seq DESC LIMIT 1";
    let mut statement = connection.prepare_cached(select)?;
    Ok(statement.query_row([], |row| row.get::<_, At>(0)).optional()?.map(|at| at.0))
}

fn read_one(connection: &Connection, run: &RunId) -> Result<Option<RunRow>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    Ok(statement.query_row([&run.0], run_row).optional()?)
}

fn run_row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        id: RunId(row.get(0)?),
        plan: PlanId(row.get(1)?),
        started_at: row.get::<_, At>(2)?.0,
        finished_at: row.get::<_, Option<At>>(3)?.map(|at| at.0),
        outcome: row.get(4)?,
        report: row.get(5)?,
        finished_by: row.get::<_, Option<String>>(6)?.map(RunId),
    })
}

/// Begins a run; a name that was used is refused.
pub(crate) fn begin(connection: &Connection, run: &RunId, plan: &PlanId, at: Timestamp) -> Result<(), Fault> {
    let inserted = connection
        .execute("INSERT OR IGNORE INTO runs (id, plan, started_at) VALUES (?1, ?2, ?3)", (&run.0, &plan.0, At(at)))?;
    if inserted == 1 { Ok(()) } else { Err(Fault::refused(format!("there is a run {} already", run.0))) }
}
