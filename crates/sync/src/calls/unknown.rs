//! Callers whom nobody is linked to: who may become a contact, and who became one so lately that a listing need not show
//! it. Whether and where one is made is the engine's; that it was is written with the outcome of its write.

use crate::error::Result;
use crate::session::Session;
use engine::callers::Caller;
use engine::normalizer::PhoneReading;
use jiff::SignedDuration;
use model::{BySide, Listing, PhoneKey, Rule, Side};
use std::collections::{BTreeMap, BTreeSet};
use store::{Forgotten, Intent};

impl Session<'_> {
    /// Callers who may be made into contacts: nobody who was made before, whose create is under way, who was erased, or
    /// who is the account itself.
    pub(crate) fn callers(&self, forgotten: &Forgotten) -> Result<Vec<Caller>> {
        let Some(wish) = &self.settings.callers else { return Ok(Vec::new()) };
        if self.store.calls_synced()?.is_none() {
            return Ok(Vec::new());
        }
        let owners = self.store.owners()?;
        let made: BTreeSet<u64> = self.store.made_callers()?.into_iter().map(|made| made.number).collect();
        let under_way: BTreeSet<u64> = self.open_callers()?.into_iter().map(|(_, number, _)| number).collect();
        let lines: BTreeSet<u64> = self.store.call_lines()?.iter().filter_map(|line| self.number(line)).collect();
        let mut found = self.store.callers(wish.min_calls)?;
        found.retain(|caller| {
            let number = caller.number;
            !owners.contains_key(&number)
                && ![&made, &under_way, &lines].iter().any(|out| out.contains(&number))
                && !forgotten.contains(PhoneKey::from_parts(number, 0))
        });
        let summaries = self.call_summaries();
        let summary = |number: u64| Some(summaries.as_ref()?.get(&number).cloned().unwrap_or_default());
        let callers = found.into_iter();
        Ok(callers
            .map(|row| Caller { number: row.number, names: row.names, calls: row.calls, summary: summary(row.number) })
            .collect())
    }

    /// Numbers that we made a contact of on a side, which that side need not show yet (S8).
    pub(crate) fn fresh_callers(&self, listings: &BySide<Listing>) -> Result<BTreeSet<(Side, u64)>> {
        let lag = self.lag();
        let is_fresh = |side: Side, at: jiff::Timestamp| {
            at.checked_add(lag[side]).is_ok_and(|settled| listings[side].read_at <= settled)
        };
        let made = self.store.made_callers()?.into_iter().filter(|made| is_fresh(made.side, made.at));
        let mut fresh: BTreeSet<(Side, u64)> = made.map(|made| (made.side, made.number)).collect();
        fresh.extend(self.open_callers()?.into_iter().map(|(side, number, _)| (side, number)));
        Ok(fresh)
    }

    /// How late a side may show what was written.
    pub(crate) fn lag(&self) -> BySide<SignedDuration> {
        BySide::from_fn(|side| SignedDuration::from_secs(self.connectors[side].capabilities().read_lag_seconds.into()))
    }

    /// Creates of callers whose end nobody knows.
    fn open_callers(&self) -> Result<Vec<(Side, u64, Intent)>> {
        let open = self.store.open_intents()?.into_iter().map(|(_, _, intent)| intent);
        let of = open.filter(|intent| intent.reason == Rule::Caller);
        Ok(of.filter_map(|intent| Some((intent.side, self.number(&intent.phone)?, intent))).collect())
    }

    fn number(&self, text: &str) -> Option<u64> {
        match self.normalizer.read_phone(text) {
            PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key.number()),
            PhoneReading::Unusable(..) => None,
        }
    }

    fn call_summaries(&self) -> Option<BTreeMap<u64, model::CallSummary>> {
        let cells = self.call_cells.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        cells.as_ref().map(|cells| cells.iter().map(|(number, summary)| (*number, summary.clone())).collect())
    }
}
