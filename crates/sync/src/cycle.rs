//! Phone changes that hand numbers around in a circle (S21). Tried directly first; a replica that refuses a number
//! which another record still holds gets one of them parked for a moment. Every step is journalled like any write.

use crate::apply::Run;
use crate::batches::Batch;
use crate::env::SideProgress;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::rows::Rows;
use crate::session::Session;
use connector::{Write, WriteResult};
use model::{Action, Cell, Change, FailedWrite, Field, Outcome, Schema, Side, parking_number};
use store::StateChange;

impl Session<'_> {
    /// One circle. The actions stand in the order in which each takes the number that the one before gave up; the
    /// last one's old number is what the first one needs.
    pub(crate) async fn write_cycle(
        &mut self,
        batch: &Batch<'_>,
        rows: &Rows<'_>,
        ledger: &mut Ledger<'_>,
        run: &mut Run,
        progress: &SideProgress<'_>,
    ) -> Result<()> {
        let side = batch.side;
        let Some((first, rest)) = batch.actions.split_first() else { return Ok(()) };
        let single = |action| Batch { side, actions: vec![action], is_circle: true };
        let mut sent = self.send(&single(first), rows, ledger.schema, run, progress, |_| {}).await?;
        let mut parked = None;
        if let (Some(WriteResult::Refused { message }), Some(last)) = (sent.results.first(), rest.last()) {
            let message = message.clone();
            self.close(sent.intents, &Outcome::Refused { message: message.clone() })?;
            let number = self.park(last, side, rows, ledger.schema, run, progress).await?;
            if number.is_none() {
                run.report.failed.extend(batch.actions.iter().map(|action| failed(action, &message)));
                return Ok(());
            }
            parked = number;
            sent = self.send(&single(first), rows, ledger.schema, run, progress, |_| {}).await?;
        }
        self.settle(&single(first), rows, ledger, run, sent)?;
        let phone = ledger.schema.phone().index();
        for (at, action) in rest.iter().enumerate() {
            let number = parked.as_deref().filter(|_| at + 1 == rest.len());
            let holds_it = |write: &mut Write| {
                if let (Some(number), Some(record)) = (number, &mut write.current) {
                    record.cells[phone] = Cell::Value(number).to_owned();
                }
            };
            let sent = self.send(&single(action), rows, ledger.schema, run, progress, holds_it).await?;
            self.settle(&single(action), rows, ledger, run, sent)?;
        }
        Ok(())
    }

    /// Takes a number off a contact for a moment; the number that it holds instead, where that landed.
    async fn park(
        &mut self,
        action: &Action,
        side: Side,
        rows: &Rows<'_>,
        schema: &Schema,
        run: &Run,
        progress: &SideProgress<'_>,
    ) -> Result<Option<String>> {
        let parking = parking(action);
        let batch = Batch { side, actions: vec![&parking], is_circle: true };
        let sent = self.send(&batch, rows, schema, run, progress, |_| {}).await?;
        let (outcome, landed) = match sent.results.into_iter().next() {
            Some(WriteResult::Done { id, .. }) => (Outcome::Done { id }, true),
            Some(WriteResult::Refused { message }) => (Outcome::Refused { message }, false),
            Some(WriteResult::Stale { message }) => (Outcome::Stale { message }, false),
            Some(WriteResult::Unknown { message }) => (Outcome::Unknown { message }, false),
            None => (Outcome::Unknown { message: "no answer".to_owned() }, false),
        };
        self.close(sent.intents, &outcome)?;
        Ok(parking.changes.first().map(|change| change.after.clone()).filter(|_| landed))
    }

    /// Notes the outcome of writes that change no base.
    fn close(&mut self, intents: Vec<i64>, outcome: &Outcome) -> Result<()> {
        let at = self.env.now();
        let change = |intent| StateChange::Outcome { intent, outcome: outcome.clone(), at };
        self.store.commit(&intents.into_iter().map(change).collect::<Vec<_>>())?;
        Ok(())
    }
}

fn failed(action: &Action, message: &str) -> FailedWrite {
    FailedWrite {
        side: action.side,
        phone: action.phone.clone(),
        error: message.to_owned(),
        record_id: action.record_id.clone(),
        unknown: false,
    }
}

/// The action with nothing but a parking number to write.
fn parking(action: &Action) -> Action {
    let before =
        action.changes.iter().find(|change| change.field == Field::Phone).and_then(|change| change.before.clone());
    let after = parking_number(action.link.unwrap_or(model::LinkId(0)));
    Action { changes: vec![Change { field: Field::Phone, before, after }], ..action.clone() }
}
