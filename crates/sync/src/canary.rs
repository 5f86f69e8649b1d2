//! The canary: the first write of a large run against an account goes alone and is read back before the rest follows.
//! Once per account and configuration, since what was seen to work is remembered.
//!
//! Not for files, which their connector reads back as a whole, nor for writes that go one by one and show themselves.

use crate::apply::Run;
use crate::batches::{self, Batch};
use crate::env::SideProgress;
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::numbers;
use crate::rows::Rows;
use crate::session::Session;
use connector::{Connector, Presence, Workload, WriteResult};
use engine::normalizer::text;
use model::{Action, ActionKind, Alarm, AlarmKind, Cell, Record, RowRef, Side, Via};

/// Smaller runs are their own canary. An update costs nothing more where its row is read back anyway.
const FROM_UPDATES: usize = 25;
/// New contacts cost two requests more.
const FROM_CREATES: usize = 100;
/// A first record that is refused for its own reasons says nothing: so many are tried.
const TRIES: u8 = 3;

/// How many more first writes go alone.
pub(crate) struct Canary {
    tries: u8,
}

/// What one write alone showed.
enum Sighting {
    /// It holds what was sent.
    Alive,
    /// Nothing was learned: refused, or not shown yet.
    Unclear,
    /// It holds something else.
    Dead(String),
}

impl Canary {
    /// Takes the first write of a large batch off it, while nothing is known yet.
    pub(crate) fn split<'p>(&self, batch: &mut Batch<'p>) -> Option<Batch<'p>> {
        let first = batch.actions.first()?;
        let in_bulk = matches!(first.via, Via::Bulk | Via::Api);
        let from = if first.kind == ActionKind::Create { FROM_CREATES } else { FROM_UPDATES };
        let is_large = batch.actions.len() + usize::from(TRIES - self.tries) >= from;
        if self.tries == 0 || !in_bulk || !is_large || batch.is_circle {
            return None;
        }
        let rest = batch.actions.split_off(1);
        Some(Batch { side: batch.side, actions: rest, is_circle: false })
    }
}

impl Canary {
    /// What it costs: a request of its own and a look, unless the connector tries out a row anyway.
    pub(crate) fn added_to(&self, work: Workload, in_bulk: usize, connector: &dyn Connector) -> Workload {
        let writes = work.bulk_creates + work.bulk_updates;
        let untried = Workload { bulk_creates: writes, bulk_updates: 0, ..work };
        let tries_anyway = connector.forecast(&work).requests > connector.forecast(&untried).requests;
        let from = if work.bulk_updates > 0 { FROM_UPDATES } else { FROM_CREATES };
        let flies = self.tries > 0 && in_bulk >= from && !tries_anyway;
        Workload { alone: if flies { 2 } else { 0 }, ..work }
    }
}

fn fact(side: Side) -> String {
    format!("canary.{side}")
}

impl Session<'_> {
    /// The canary of a side; a spent one where this configuration was seen to work.
    pub(crate) fn canary(&self, side: Side) -> Result<Canary> {
        let is_known = self.store.facts()?.iter().any(|(key, value)| *key == fact(side) && *value == self.config);
        Ok(Canary { tries: if is_known { 0 } else { TRIES } })
    }

    /// Sends one write alone and looks at what became of it.
    ///
    /// # Errors
    /// [`Error::Canary`] where the record holds something else than what was sent: nothing more is written.
    pub(crate) async fn write_canary(
        &mut self,
        batch: &Batch<'_>,
        rows: &Rows<'_>,
        ledger: &mut Ledger<'_>,
        run: &mut Run,
        progress: &SideProgress<'_>,
        canary: &mut Canary,
    ) -> Result<()> {
        let Some(action) = batch.actions.first() else { return Ok(()) };
        let mut sent = self.send(batch, rows, ledger.schema, run, progress, |_| {}).await?;
        let own = rows.of(action)[batch.side];
        let sighting = match sent.results.first_mut() {
            Some(result) => self.look_at(action, own, result, progress).await?,
            None => Sighting::Unclear,
        };
        self.settle(batch, rows, ledger, run, sent)?;
        match sighting {
            Sighting::Alive => {
                self.store.set_fact(&fact(batch.side), &self.config.clone())?;
                canary.tries = 0;
                Ok(())
            }
            Sighting::Unclear => {
                canary.tries -= 1;
                Ok(())
            }
            Sighting::Dead(seen) => {
                let left = progress.total_writes - progress.written_before - 1;
                let detail = format!("the first write to {} was read back: {seen}", batch.side.title());
                run.report.alarms.push(Alarm {
                    kind: AlarmKind::Canary,
                    side: Some(batch.side),
                    class: None,
                    count: left,
                    limit: 0,
                    detail: format!("{detail}; {left} writes are left"),
                });
                Err(Error::Canary { detail, left })
            }
        }
    }

    /// Compares what is stored with what was sent; reads it back where the answer did not show it.
    async fn look_at(
        &self,
        action: &Action,
        own: Option<RowRef<'_>>,
        result: &mut WriteResult,
        progress: &SideProgress<'_>,
    ) -> Result<Sighting> {
        let side = action.side;
        let WriteResult::Done { id, stored } = result else { return Ok(Sighting::Unclear) };
        if stored.is_none() {
            let connector = &self.connectors[side];
            let write = batches::write(&self.settings.schema, action, own);
            let seen = match id {
                Some(id) => connector.read(std::slice::from_ref(id), progress).await.map(|mut seen| seen.pop()),
                None => connector.look_up(&write, progress).await.map(Some),
            };
            match seen.map_err(Error::replica(side))? {
                Some(Presence::Present(mut record)) => {
                    numbers::follow(self, &write, &mut record);
                    *stored = Some(record);
                }
                Some(Presence::Gone | Presence::Never) => {
                    let message = "acknowledged, but there is no such contact".to_owned();
                    *result = WriteResult::Unknown { message: message.clone() };
                    return Ok(Sighting::Dead(format!("{}: {message}", action.phone)));
                }
                Some(Presence::Unclear { .. }) | None => return Ok(Sighting::Unclear),
            }
        }
        let differences = stored.as_ref().map(|record| self.differences(action, own, record)).unwrap_or_default();
        Ok(if differences.is_empty() { Sighting::Alive } else { Sighting::Dead(differences.join("; ")) })
    }

    /// What a record holds that it should not: neither what was sent, nor what was there before.
    fn differences(&self, action: &Action, own: Option<RowRef<'_>>, record: &Record) -> Vec<String> {
        let mut found = Vec::new();
        for (id, field) in self.settings.schema.iter() {
            let sent = action.changes.iter().find(|change| change.field == *field);
            let before = own.map_or(Cell::Unknown, |row| row.cell(id.index()));
            let expected = match sent {
                Some(change) => Cell::from_text(&change.after),
                None if action.kind == ActionKind::Create => Cell::Cleared,
                None => before,
            };
            let now = record.cell(id.index());
            let is_right = self.normalizer.same(field, expected, now)
                || text::is_rewriting(expected.text(), now.text())
                || expected == Cell::Unknown
                || now == Cell::Unknown;
            if !is_right {
                found.push(format!("{field} should hold `{}` and holds `{}`", expected.text(), now.text()));
            }
        }
        found
    }
}
