//! Phases 7 to 9: carries a plan out exactly, batch by batch: journal, write, outcome and base in one commit.

use crate::batches::{self, Batch};
use crate::breaker::Breaker;
use crate::changes::{self, Tally, Written};
use crate::decide::{self, Who};
use crate::env::{Event, SideProgress};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::make_plan::{FIRST_SYNC, Planned};
use crate::numbers;
use crate::rows::Rows;
use crate::session::Session;
use crate::state_actions::{self, StateWork};
use crate::trace;
use connector::{Write, WriteResult};
use engine::settings::GuardClass;
use model::mutant::{self, Mutant};
use model::{
    ActionKind, Applied, BySide, Conflict, ConflictId, LinkStatus, Observation, Outcome, Plan, Quota, RUN_FORMAT,
    Resolution, RunId, RunOutcome, RunReport, Schema, Side, SkipReason,
};
use std::collections::{BTreeMap, VecDeque};
use store::{StateChange, Store};

/// State changes in one transaction, where only the state is concerned.
const STATE_BATCH: usize = 20_000;

/// What applying came to: the report, and the error that stopped it, if one did.
pub struct Finished {
    /// What was done.
    pub report: RunReport,
    /// Why the run stopped early.
    pub stopped: Option<Error>,
}

/// Writes that went out, and how they ended.
pub(crate) struct Sent {
    pub(crate) intents: Vec<i64>,
    pub(crate) results: Vec<WriteResult>,
}

/// A run under way.
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) report: RunReport,
    started: f64,
    /// How much of each class passes without approval, less what this run has used up.
    allowance: BTreeMap<GuardClass, u64>,
    /// No run went through before: what this one changes says nothing about what is usual.
    is_first: bool,
}

impl Session<'_> {
    /// Carries the plan out. The plan is used up from the first moment on, whatever happens (I10).
    ///
    /// # Errors
    /// Where nothing was done: the plan was used before, the state has moved, the state file fails. Trouble later is in
    /// [`Finished::stopped`].
    pub async fn apply(&mut self, planned: &Planned) -> Result<Finished> {
        let plan = &planned.plan;
        let run = RunId(self.env.run_id());
        self.store.consume_plan(&plan.id, &run, plan.state_serial, self.env.now())?;
        if plan.undoes.is_none() {
            // Before the first write: whatever becomes of this run, the next one needs an approval of its own.
            let used = self.store.approvals()?.into_iter().map(|known| StateChange::DropApproval(known.class));
            self.store.commit(&used.collect::<Vec<_>>())?;
        }
        if self.store.binding()?.is_none() {
            self.store.bind(&plan.binding.account, &plan.binding.crm)?;
        }
        let is_first = self.is_first_sync()?;
        let allowance = self.allowance(planned)?;
        let report = report(run.clone(), planned);
        let mut run = Run { id: run, report, started: self.env.seconds(), allowance, is_first };
        let stopped = self.carry_out(planned, &mut run).await.err();
        self.finish(run, planned, stopped)
    }

    /// What each guard still lets through this week.
    fn allowance(&self, planned: &Planned) -> Result<BTreeMap<GuardClass, u64>> {
        let linked = planned.heads.iter().filter(|head| head.status == LinkStatus::Active).count() as u64;
        let spent = self.guard_window()?;
        let left = |class: GuardClass| {
            let limit = self.settings.guards.of(class).limit(linked);
            (class, limit.saturating_sub(spent.get(&class).copied().unwrap_or(0)))
        };
        Ok(GuardClass::ALL.map(left).into())
    }

    async fn carry_out(&mut self, planned: &Planned, run: &mut Run) -> Result<()> {
        let plan = &planned.plan;
        let schema = self.settings.schema.clone();
        let normalizer = self.normalizer.clone();
        let rows = Rows::new(&planned.listings);
        let mut ledger = Ledger::new(&planned.heads, &planned.bases, &schema, &normalizer);
        self.state_only(planned, &rows, &mut ledger)?;
        // The CRM first: a file is replaced in a moment, while it is still what was read.
        let mut left = Vec::new();
        for side in [Side::Crm, Side::Justcall] {
            let count = self.write_side(plan, side, &rows, &mut ledger, run).await?;
            left.extend((count > 0).then(|| format!("{count} writes to {}", side.title())));
        }
        if !left.is_empty() {
            let why = if self.env.stopping() { "stopped on request" } else { "stopped after too many failures" };
            run.report.error = Some(format!("{why}: {} are left", left.join(" and ")));
        }
        Ok(())
    }

    /// All writes of one side; how many of them were not sent since the run is to stop, or the side fails.
    async fn write_side(
        &mut self,
        plan: &Plan,
        side: Side,
        rows: &Rows<'_>,
        ledger: &mut Ledger<'_>,
        run: &mut Run,
    ) -> Result<u64> {
        let mut queue: VecDeque<_> =
            batches::batches(&plan.actions, side, &self.connectors[side].capabilities()).into();
        let mut canary = self.canary(side)?;
        let mut breaker = Breaker::default();
        let total = queue.iter().map(|batch| batch.actions.len() as u64).sum();
        let mut done = 0;
        while let Some(mut batch) = queue.pop_front() {
            if breaker.is_open() {
                run.report.alarms.push(breaker.alarm(side, total - done));
            }
            if self.env.stopping() || breaker.is_open() {
                return Ok(total - done);
            }
            let progress = SideProgress { side, events: self.events, total_writes: total, written_before: done };
            let rest = canary.split(&mut batch);
            if rest.is_some() {
                self.write_canary(&batch, rows, ledger, run, &progress, &mut canary).await?;
            } else if batch.is_circle {
                self.write_cycle(&batch, rows, ledger, run, &progress).await?;
            } else {
                self.write_batch(&batch, rows, ledger, run, &progress, &mut breaker).await?;
            }
            done += batch.actions.len() as u64;
            self.events.event(Event::Writing { side, done, total });
            if let Some(rest) = rest {
                queue.push_front(rest);
            }
        }
        Ok(0)
    }

    /// Links, rebases and observations: no replica is touched.
    fn state_only(&mut self, planned: &Planned, rows: &Rows<'_>, ledger: &mut Ledger<'_>) -> Result<()> {
        let now = self.env.now();
        let apart = decide::kept_apart(&self.store, &planned.plan)?;
        let mut work = StateWork::default();
        for action in planned.plan.actions.iter().filter(|action| !action.kind.is_write()) {
            state_actions::action(ledger, rows, action, &apart, now, &mut work);
            if work.changes.len() >= STATE_BATCH {
                commit_state(&mut self.store, ledger, std::mem::take(&mut work))?;
            }
        }
        for seen in &planned.plan.observations {
            let records = match seen {
                Observation::Settled { ids, .. } => BySide::from_fn(|side| rows.get(side, &ids[side])),
                _ => BySide::default(),
            };
            state_actions::observation(ledger, &records, seen, &mut work);
            if work.changes.len() >= STATE_BATCH {
                commit_state(&mut self.store, ledger, std::mem::take(&mut work))?;
            }
        }
        commit_state(&mut self.store, ledger, work)
    }

    /// One batch: journal, send, commit.
    pub(crate) async fn write_batch(
        &mut self,
        batch: &Batch<'_>,
        rows: &Rows<'_>,
        ledger: &mut Ledger<'_>,
        run: &mut Run,
        progress: &SideProgress<'_>,
        breaker: &mut Breaker,
    ) -> Result<()> {
        let sent = self.send(batch, rows, ledger.schema, run, progress, |_| {}).await?;
        breaker.note(&sent.results);
        self.settle(batch, rows, ledger, run, sent)
    }

    /// Journals the writes, then sends them. `adjust` may correct what a record held last.
    pub(crate) async fn send(
        &mut self,
        batch: &Batch<'_>,
        rows: &Rows<'_>,
        schema: &Schema,
        run: &Run,
        progress: &SideProgress<'_>,
        adjust: impl Fn(&mut Write),
    ) -> Result<Sent> {
        let side = batch.side;
        let intents: Vec<_> = batch
            .actions
            .iter()
            .map(|action| {
                let records = rows.of(action);
                batches::intent(schema, action, records[side], records[side.other()])
            })
            .collect();
        let late = mutant::is(Mutant::IntentLate).then(|| intents.clone());
        let intents = match late {
            Some(_) => Vec::new(),
            None => self.store.append_intents(&run.id, &intents, self.env.now())?,
        };
        let mut writes: Vec<_> =
            batch.actions.iter().map(|action| batches::write(schema, action, rows.of(action)[side])).collect();
        writes.iter_mut().for_each(adjust);
        match self.connectors[side].apply(&writes, progress).await {
            Ok(mut results) => {
                let intents = match late {
                    Some(late) => self.store.append_intents(&run.id, &late, self.env.now())?,
                    None => intents,
                };
                // An answer that leaves a write out says nothing about it (S46).
                let silent = || {
                    if mutant::is(Mutant::ShortIsDone) {
                        return WriteResult::Done { id: None, stored: None };
                    }
                    WriteResult::Unknown { message: "the answer does not mention it".to_owned() }
                };
                results.resize_with(writes.len(), silent);
                for (write, result) in writes.iter().zip(&mut results) {
                    if let WriteResult::Done { stored: Some(record), .. } = result {
                        numbers::follow(self, write, record);
                    }
                }
                Ok(Sent { intents, results })
            }
            Err(error) => {
                let message = format!("not sent: {error}");
                let at = self.env.now();
                let outcome = |intent: i64| StateChange::Outcome {
                    intent,
                    outcome: Outcome::Refused { message: message.clone() },
                    at,
                };
                self.store.commit(&intents.into_iter().map(outcome).collect::<Vec<_>>())?;
                Err(Error::replica(side)(error))
            }
        }
    }

    /// Takes the outcomes into the state, in one commit.
    pub(crate) fn settle(
        &mut self,
        batch: &Batch<'_>,
        rows: &Rows<'_>,
        ledger: &mut Ledger<'_>,
        run: &mut Run,
        sent: Sent,
    ) -> Result<()> {
        let mut tally = Tally::default();
        let now = self.env.now();
        for ((action, intent), result) in batch.actions.iter().zip(sent.intents).zip(sent.results) {
            let source = rows.of(action)[batch.side.other()];
            let written = Written { action, intent, source, now, run: &run.id };
            changes::record(ledger, &written, result, &mut tally);
        }
        self.commit_tally(ledger, run, tally)
    }

    fn commit_tally(&mut self, ledger: &mut Ledger<'_>, run: &mut Run, mut tally: Tally) -> Result<()> {
        let at = self.env.now();
        for (class, count) in &tally.used {
            // What only an approval let through, and what a first sync creates and completes, is no measure of what is
            // usual.
            if (run.is_first && class.is_usual_at_first()) || mutant::is(Mutant::GuardUseForgotten) {
                continue;
            }
            let left = run.allowance.entry(*class).or_default();
            let count = if self.approvals.contains_key(class) { (*count).min(*left) } else { *count };
            *left = left.saturating_sub(count);
            if count > 0 {
                tally.changes.push(StateChange::GuardUse { class: class.name().to_owned(), count, at });
            }
        }
        let made = self.store.commit(&tally.changes)?;
        for (id, entry) in made.into_iter().zip(tally.new) {
            ledger.made(id, entry);
        }
        for (side, kind) in tally.landed {
            let applied = &mut run.report.applied[side];
            match kind {
                ActionKind::Create => applied.create += 1,
                ActionKind::Delete => applied.delete += 1,
                _ => applied.update += 1,
            }
        }
        run.report.failed.extend(tally.failed);
        run.report.stale.extend(tally.stale);
        Ok(())
    }

    fn finish(&mut self, mut run: Run, planned: &Planned, stopped: Option<Error>) -> Result<Finished> {
        let plan = &planned.plan;
        let now = self.env.now();
        let mut changes = Vec::new();
        if plan.undoes.is_none() {
            changes.extend(self.learned_from(planned)?);
            changes.extend(self.columns_learned()?);
            changes.extend(self.no_longer_parked(planned)?);
            let who = Who { name: run.id.to_string(), at: now };
            changes.extend(decide::no_longer_excluded(&self.store, plan, &who)?);
            let nothing_left = stopped.is_none() && run.report.failed.is_empty() && run.report.stale.is_empty();
            changes.extend(self.used_up(plan, nothing_left && plan.held.is_empty())?);
        }
        for (side, connector) in self.connectors.iter() {
            run.report.requests[side] = connector.requests();
            if let Some(quota) = connector.quota() {
                let value = serde_json::to_string(&quota).map_err(Error::NoPlan)?;
                changes.push(StateChange::Fact { key: quota_fact(side), value });
            }
            let learned = connector.learned().into_iter();
            changes.extend(learned.map(|(key, value)| StateChange::Fact { key: format!("{side}.{key}"), value }));
        }
        if run.is_first && stopped.is_none() && run.report.error.is_none() {
            changes.push(StateChange::Fact { key: FIRST_SYNC.to_owned(), value: "done".to_owned() });
        }
        let known = self.store.facts()?;
        changes.retain(|change| match change {
            StateChange::Fact { key, value } => !known.iter().any(|(name, known)| name == key && known == value),
            _ => true,
        });
        let moved = self.moved.take().into_iter();
        changes.extend(moved.map(|(link, side, id)| StateChange::MoveId { link, side, id }));
        changes.extend(self.followed.take());
        changes
            .extend(Some(self.number_fields.take()).filter(|known| !known.is_empty()).map(StateChange::NumberFields));
        changes.extend(self.copies.take().into_iter().map(StateChange::KeepCopy));
        self.store.commit(&changes)?;
        run.report.seconds = self.env.seconds() - run.started;
        if let Some(error) = &stopped {
            let left = left_unsent(plan, &run.report);
            let rest =
                if left > 0 { format!("; {left} writes were not sent: the next run goes on") } else { String::new() };
            run.report.error = Some(chain(error) + &rest);
        }
        run.report.outcome = outcome(&run.report, stopped.is_some());
        let json = serde_json::to_vec(&run.report).map_err(Error::NoPlan)?;
        let name = serde_json::to_string(&run.report.outcome).map_err(Error::NoPlan)?;
        self.store.finish_run(&run.id, now, name.trim_matches('"'), &json)?;
        Ok(Finished { report: run.report, stopped })
    }
}

impl Session<'_> {
    /// What the next plan has to know of this one. An undo has not looked at what is open.
    fn learned_from(&self, planned: &Planned) -> Result<Vec<StateChange>> {
        let (plan, now) = (&planned.plan, self.env.now());
        let read_at = planned.listings.as_ref().map(|listing| listing.read_at);
        let is_its_own = Side::BOTH.into_iter().all(|side| read_at[side] <= plan.created_at);
        let seen = trace::sightings(self, plan, is_its_own.then_some(read_at), now)?;
        Ok(vec![
            StateChange::ConflictsSeen(seen, now),
            StateChange::Fact { key: "scope".to_owned(), value: self.scope.clone() },
            StateChange::Fact { key: "listed.justcall".to_owned(), value: plan.listed.justcall.to_string() },
            StateChange::Fact { key: "listed.crm".to_owned(), value: plan.listed.crm.to_string() },
        ])
    }

    /// Answers of people that need not be kept: their conflict shows other values by now, or they were carried out. What
    /// was left as it is stays so, and so does what came when the plan was made already: it knew nothing of that.
    fn used_up(&self, plan: &Plan, carried_out: bool) -> Result<Vec<StateChange>> {
        let made = plan.created_at.as_second(); // plans are made at whole seconds
        let open: BTreeMap<&ConflictId, &Conflict> =
            plan.conflicts.iter().map(|conflict| (&conflict.id, conflict)).collect();
        let is_used = |answer: &Resolution| match open.get(&answer.conflict) {
            Some(conflict) => answer.made_at.as_second() < made || !answer.still_fits(conflict),
            None => carried_out && answer.choice.is_carried_out() && answer.made_at.as_second() <= made,
        };
        let done = self.store.resolutions()?.into_iter().filter(is_used);
        Ok(done.map(|resolution| StateChange::DropResolution(resolution.conflict)).collect())
    }
}

/// Where the state keeps what was left of a side's quota.
fn quota_fact(side: Side) -> String {
    format!("quota.{side}")
}

/// What was left of a side's quota when the last run ended.
pub fn last_quota(store: &Store, side: Side) -> Result<Option<Quota>> {
    let fact = store.facts()?.into_iter().find(|(key, _)| *key == quota_fact(side));
    Ok(fact.and_then(|(_, value)| serde_json::from_str(&value).ok()))
}

/// Writes of the plan that the run did not come to.
fn left_unsent(plan: &Plan, report: &RunReport) -> usize {
    let planned = plan.actions.iter().filter(|action| action.kind.is_write()).count();
    let landed: u64 =
        Side::BOTH.iter().map(|side| report.applied[*side]).map(|done| done.create + done.update + done.delete).sum();
    let moved = report.stale.iter().filter(|record| record.unsent().is_none()).count();
    planned.saturating_sub(usize::try_from(landed).unwrap_or(usize::MAX)).saturating_sub(report.failed.len() + moved)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let next = inner.to_string();
        if next.starts_with(&text) {
            text = next; // a side's words often begin with its name
        } else {
            text.push_str(": ");
            text.push_str(&next);
        }
        source = inner.source();
    }
    text
}

fn commit_state(store: &mut Store, ledger: &mut Ledger<'_>, work: StateWork) -> Result<()> {
    let made = store.commit(&work.changes)?;
    for (id, (entry, records)) in made.into_iter().zip(work.new) {
        ledger.made(id, entry);
        if let Some(records) = records {
            ledger.alias(records, id);
        }
    }
    Ok(())
}

fn report(run: RunId, planned: &Planned) -> RunReport {
    let plan = &planned.plan;
    RunReport {
        format: RUN_FORMAT.to_owned(),
        run,
        outcome: RunOutcome::Clean,
        applied: BySide::default(),
        stale: planned.stale.clone(),
        failed: Vec::new(),
        held: plan.held.clone(),
        conflicts: plan.conflicts.clone(),
        parked: plan.skipped.iter().filter(|skipped| skipped.reason == SkipReason::Parked).count() as u64,
        alarms: plan.alarms.clone(),
        requests: BySide::default(),
        seconds: 0.0,
        plan: Some(plan.id.clone()),
        error: None,
    }
}

fn outcome(report: &RunReport, stopped: bool) -> RunOutcome {
    let applied = report.applied.justcall != Applied::default() || report.applied.crm != Applied::default();
    if stopped {
        RunOutcome::Failed
    } else if !report.failed.is_empty() || !report.stale.is_empty() || report.error.is_some() {
        RunOutcome::Partial
    } else if !report.conflicts.is_empty() || !report.held.is_empty() {
        RunOutcome::Waiting
    } else if applied {
        RunOutcome::Applied
    } else {
        RunOutcome::Clean
    }
}
