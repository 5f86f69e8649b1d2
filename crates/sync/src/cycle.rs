//! Phone changes that hand numbers around in a circle (S21). Tried directly first; a replica that refuses a number
//! which another record still holds gets one of them parked for a moment. Every step is journalled like any write.

use crate::batches::{self, Batch};
use crate::env::SideProgress;
use crate::error::{Error, Result};
use crate::apply::Run;
use crate::ledger::Ledger;
use crate::rows::Rows;
use crate::session::Session;
use connector::WriteResult;
use model::{Action, Change, FailedWrite, Field, Outcome, Side, parking_number};
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
        let (Some(first), Some(last)) = (batch.actions.first(), batch.actions.last()) else { return Ok(()) };
        let side = batch.side;
        let probe = self.write_one(side, first, rows, ledger, run, progress).await?;
        if let WriteResult::Refused { message } = probe {
            let parked = self.write_one(side, &parking(last), rows, ledger, run, progress).await?;
            if !matches!(parked, WriteResult::Done { .. }) {
                for action in &batch.actions {
                    run.report.failed.push(FailedWrite {
                        side,
                        phone: action.phone.clone(),
                        error: message.clone(),
                        record_id: action.record_id.clone(),
                        unknown: false,
                    });
                }
                return Ok(());
            }
        }
        // A number that was set already is set once more: harmless, and the outcome is recorded in one place.
        for action in &batch.actions {
            let single = Batch { side, actions: vec![action] };
            self.write_batch(&single, rows, ledger, run, progress).await?;
        }
        Ok(())
    }

    /// One journalled write whose outcome changes no base: a try, or a parking.
    async fn write_one(
        &mut self,
        side: Side,
        action: &Action,
        rows: &Rows<'_>,
        ledger: &Ledger<'_>,
        run: &Run,
        progress: &SideProgress<'_>,
    ) -> Result<WriteResult> {
        let records = rows.of(action);
        let intent = batches::intent(action, records[side], records[side.other()]);
        let numbers = self.store.append_intents(&run.id, &[intent], self.env.now())?;
        let write = batches::write(ledger.schema, action, records[side]);
        let mut results =
            self.connectors[side].apply(&[write], progress).await.map_err(Error::replica(side))?.into_iter();
        let result = results.next().unwrap_or(WriteResult::Unknown { message: "no answer".to_owned() });
        let outcome = match &result {
            WriteResult::Done { id, .. } => Outcome::Done { id: id.clone() },
            WriteResult::Refused { message } => Outcome::Refused { message: message.clone() },
            WriteResult::Unknown { message } => Outcome::Unknown { message: message.clone() },
            WriteResult::Stale { message } => Outcome::Stale { message: message.clone() },
        };
        let at = self.env.now();
        let changes: Vec<_> =
            numbers.into_iter().map(|intent| StateChange::Outcome { intent, outcome: outcome.clone(), at }).collect();
        self.store.commit(&changes)?;
        Ok(result)
    }
}

/// The action with nothing but a parking number to write.
fn parking(action: &Action) -> Action {
    let before = action.changes.iter().find(|change| change.field == Field::Phone).and_then(|change| change.before.clone());
    let after = parking_number(action.link.unwrap_or(model::LinkId(0)));
    Action { changes: vec![Change { field: Field::Phone, before, after }], ..action.clone() }
}
