//! Parked records that need not wait any more: changed, gone, carried out, or no longer asked for. Which records are
//! parked in the first place is `changes`'.

use crate::error::Result;
use crate::make_plan::Planned;
use crate::rows::Rows;
use crate::session::Session;
use model::{BySide, Listing, Plan, RecordId, Side, SkipReason};
use store::{Parked, StateChange};

impl Session<'_> {
    /// What is parked. What a record looks like is known by a hash of its fields: under other fields than the last run's,
    /// nobody knows whether it changed, and it stays parked as it is now.
    pub(crate) fn parked(&self, listings: &BySide<Listing>) -> Result<Vec<Parked>> {
        let mut parked = self.store.parked()?;
        if parked.is_empty() || !self.scope_changed()? {
            return Ok(parked);
        }
        let rows = Rows::new(listings);
        for parked in &mut parked {
            let row = rows.get(parked.side.other(), &RecordId::from(parked.key.as_str()));
            parked.row_hash = row.map_or(parked.row_hash, |row| row.hash(self.settings.schema.len()));
        }
        Ok(parked)
    }

    /// What an ordinary run lets go of. Whatever is in doubt stays parked.
    pub(crate) fn no_longer_parked(&self, planned: &Planned) -> Result<Vec<StateChange>> {
        let parked = self.parked(&planned.listings)?;
        if parked.is_empty() {
            return Ok(Vec::new());
        }
        let rows = Rows::new(&planned.listings);
        let is_done = |parked: &&Parked| self.is_done(planned, &rows, parked);
        let (done, left): (Vec<&Parked>, Vec<&Parked>) = parked.iter().partition(is_done);
        let done = done.into_iter().map(|parked| StateChange::Unpark { side: parked.side, key: parked.key.clone() });
        let left = left.into_iter().filter(|_| self.scope_changed().is_ok_and(|changed| changed));
        let stays = left.map(|parked| StateChange::ParkedAs {
            side: parked.side,
            key: parked.key.clone(),
            row_hash: parked.row_hash,
        });
        Ok(done.chain(stays).collect())
    }

    fn is_done(&self, planned: &Planned, rows: &Rows<'_>, parked: &Parked) -> bool {
        let (plan, source) = (&planned.plan, parked.side.other());
        let id = RecordId::from(parked.key.as_str());
        let tried = plan.actions.iter().find(|action| {
            action.kind.is_write() && action.side == parked.side && action.other_id.as_ref() == Some(&id)
        });
        if let Some(action) = tried {
            return action.expect[source] != Some(parked.row_hash); // refused again, it has the hash of this plan
        }
        if parked.key == parked.phone {
            // A caller, of whom no record is made: until a person has it tried again, or somebody has the number.
            return planned.heads.iter().any(|head| head.key.is_some_and(|key| key.e164() == parked.key));
        }
        let fields = self.settings.schema.len();
        let head = planned.heads.iter().find(|head| head.ids[source].as_ref() == Some(&id));
        match rows.get(source, &id) {
            None => planned.listings[source].is_complete(),
            Some(row) if row.hash(fields) != parked.row_hash => true,
            Some(_) if parked.undone => head.is_some_and(|head| head.ids[parked.side].is_some()),
            Some(_) => {
                let target = head.and_then(|head| head.ids[parked.side].as_ref());
                let waits =
                    is_skipped(plan, source, &id) || target.is_some_and(|target| is_skipped(plan, parked.side, target));
                !waits && Side::BOTH.into_iter().all(|side| planned.listings[side].is_complete())
            }
        }
    }
}

fn is_skipped(plan: &Plan, side: Side, id: &RecordId) -> bool {
    plan.skipped
        .iter()
        .any(|skipped| skipped.side == side && skipped.record_id == *id && skipped.reason == SkipReason::Parked)
}
