//! Saved plans, and which were used: each at most once, the first one too, also when its body is long gone (S35).
//! What a plan means is not looked at.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::At;
use crate::{runs, state};
use jiff::Timestamp;
use model::mutant::{self, Mutant};
use model::{PlanId, RunId};
use rusqlite::{Connection, OptionalExtension, Row};

/// Bodies that are kept.
const KEPT: i64 = 20;
/// Beyond this many bytes in all, older bodies go sooner. The newest stays whatever its size, until it is used: a first
/// sync's plan is as large as the state it makes, which then takes its place in the file.
const KEPT_BYTES: i64 = 32 << 20;

/// A plan as it was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPlan {
    /// Its name.
    pub id: PlanId,
    /// When it was made.
    pub created_at: Timestamp,
    /// As it was saved.
    pub json: Vec<u8>,
    /// The run that used it.
    pub consumed_by: Option<RunId>,
}

impl Store {
    /// Keeps a plan. The last 20 bodies stay (fewer when they are large); uses are remembered for ever.
    pub fn save_plan(&mut self, id: &PlanId, created_at: Timestamp, json: &[u8]) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO plans (seq, id, created_at, body)
                 VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM plans), ?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, created_at = ?2, body = ?3",
                (&id.0, At(created_at), json),
            )?;
            prune(transaction)
        })
    }

    /// A saved plan; none where its body is no longer kept.
    pub fn plan(&self, id: &PlanId) -> Result<Option<StoredPlan>> {
        self.named(read_one(&self.connection, "id = ?1", [&id.0]))
    }

    /// Names of the plans whose body is kept, newest first.
    pub fn plan_ids(&self) -> Result<Vec<PlanId>> {
        self.named(ids(&self.connection))
    }

    /// The plan that was saved last, used or not.
    pub fn latest_plan(&self) -> Result<Option<StoredPlan>> {
        self.named(read_one(&self.connection, "1 ORDER BY seq DESC LIMIT 1", []))
    }

    /// The saved plans whose bodies are kept, newest first.
    pub fn saved_plans(&self) -> Result<Vec<PlanId>> {
        self.named(read_ids(&self.connection))
    }

    /// Whether a run has used this plan.
    pub fn is_used(&self, plan: &PlanId) -> Result<bool> {
        let found = self.connection.query_row(
            "SELECT 1 FROM plans WHERE id = ?1 AND consumed_by IS NOT NULL",
            [&plan.0],
            |_| Ok(()),
        );
        self.named(found.optional().map(|found| found.is_some()).map_err(Into::into))
    }

    /// Whether a plan could be used now: refused like [`Store::consume_plan`] would, before anything is read for it.
    pub fn check_plan(&self, plan: &PlanId, expected_serial: u64) -> Result<()> {
        self.named(check(&self.connection, plan, expected_serial))
    }

    /// Uses a plan and begins its run, in one step. Refused if the plan was used or the state has moved since
    /// `expected_serial`. A plan that is not kept here is remembered as used all the same. The body of a very large
    /// plan is dropped: read it first.
    pub fn consume_plan(&mut self, plan: &PlanId, run: &RunId, expected_serial: u64, at: Timestamp) -> Result<()> {
        self.write(|transaction| {
            check(transaction, plan, expected_serial)?;
            state::set_serial(transaction, expected_serial + 1)?;
            transaction.execute(
                "INSERT INTO plans (id, created_at, consumed_by, consumed_at) VALUES (?1, ?3, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET consumed_by = ?2, consumed_at = ?3,
                     body = CASE WHEN length(body) <= ?4 THEN body END",
                (&plan.0, &run.0, At(at), KEPT_BYTES),
            )?;
            runs::begin(transaction, run, plan, at)
        })
    }
}

fn check(connection: &Connection, plan: &PlanId, expected_serial: u64) -> Result<(), Fault> {
    if mutant::is(Mutant::SingleUse) {
        return Ok(());
    }
    refuse_used(connection, plan)?;
    let now = state::serial(connection)?;
    if now == expected_serial { Ok(()) } else { Err(Fault::SerialMoved { plan: expected_serial, now }) }
}

fn refuse_used(connection: &Connection, plan: &PlanId) -> Result<(), Fault> {
    let used = connection
        .query_row("SELECT consumed_by, consumed_at FROM plans WHERE id = ?1", [&plan.0], |row| {
            Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<At>>(1)?))
        })
        .optional()?;
    match used {
        Some((Some(by), Some(at))) => Err(Fault::PlanUsed { plan: plan.0.clone(), by, at: at.0 }),
        _ => Ok(()),
    }
}

fn ids(connection: &Connection) -> Result<Vec<PlanId>, Fault> {
    let mut statement = connection.prepare("SELECT id FROM plans WHERE body IS NOT NULL ORDER BY seq DESC")?;
    let ids = statement.query_map([], |row| row.get(0).map(PlanId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

fn read_one(
    connection: &Connection,
    condition: &str,
    params: impl rusqlite::Params,
) -> Result<Option<StoredPlan>, Fault> {
    let sql = format!("SELECT id, created_at, body, consumed_by FROM plans WHERE body IS NOT NULL AND {condition}");
    Ok(connection.prepare_cached(&sql)?.query_row(params, stored_plan).optional()?)
}

fn read_ids(connection: &Connection) -> Result<Vec<PlanId>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id FROM plans WHERE body IS NOT NULL ORDER BY seq DESC")?;
    let rows = statement.query_map([], |row| Ok(PlanId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn stored_plan(row: &Row<'_>) -> rusqlite::Result<StoredPlan> {
    Ok(StoredPlan {
        id: PlanId(row.get(0)?),
        created_at: row.get::<_, At>(1)?.0,
        json: row.get(2)?,
        consumed_by: row.get::<_, Option<String>>(3)?.map(RunId),
    })
}

/// Drops bodies beyond the limits, then rows that hold neither a body nor a use.
fn prune(connection: &Connection) -> Result<(), Fault> {
    let mut statement =
        connection.prepare_cached("SELECT seq, length(body) FROM plans WHERE body IS NOT NULL ORDER BY seq DESC")?;
    let kept: Vec<(i64, i64)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut bytes = 0;
    for (place, (seq, size)) in (0_i64..).zip(kept) {
        bytes += size;
        if place > 0 && (place >= KEPT || bytes > KEPT_BYTES) {
            connection.execute("UPDATE plans SET body = NULL WHERE seq = ?1", [seq])?;
        }
    }
    connection.execute("DELETE FROM plans WHERE body IS NULL AND consumed_by IS NULL", [])?;
    Ok(())
}
