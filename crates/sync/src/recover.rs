//! Phase 0: writes whose end nobody knows, from a run that was killed or an answer that was lost. The fresh listing
//! shows what became of them; nothing is sent again from here (S37 to S39).
//!
//! Decides nothing about contacts: it only makes the state say what the replicas hold, and the ordinary plan follows.

mod created;

use crate::changes;
use crate::env::Event;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::rows::Rows;
use crate::session::Session;
use engine::normalizer::{Normalizer, text};
use engine::settings::{GuardClass, Settings};
use jiff::{SignedDuration, Timestamp};
use model::mutant::{self, Mutant};
use model::{
    ActionKind, BySide, Cell, Change, Field, FieldId, LinkHead, LinkId, Listing, Outcome, PhoneKey, RecordId, RowHash,
    RowRef, Rule, RunId, Side, Tombstone,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{Intent, JournalFilter, StateChange};

/// What became of an interrupted write.
enum Fate {
    /// It is there.
    Landed,
    /// The record is as it was before.
    NotLanded,
    /// The replica may not show it yet: the link that it makes waits like that of any fresh create (S8).
    Presumed,
    /// Something else is there: the three-way merge decides.
    Unclear,
}

impl From<Fate> for Outcome {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Landed | Fate::Presumed => Self::Done { id: None },
            Fate::NotLanded => Self::Refused { message: "interrupted before it landed".to_owned() },
            Fate::Unclear => Self::Refused { message: "interrupted; the record holds something else".to_owned() },
        }
    }
}

/// What recovery looks at.
struct Scene<'a> {
    heads: &'a [LinkHead],
    listings: &'a BySide<Listing>,
    rows: Rows<'a>,
    settings: &'a Settings,
    /// Links of records.
    owners: BySide<BTreeMap<&'a RecordId, LinkId>>,
    /// Links whose record on a side has no id yet, by number.
    seekers: BySide<BTreeMap<u64, Vec<LinkId>>>,
    /// Listed rows with the numbers of creates, by number.
    by_number: BySide<BTreeMap<u64, Vec<RowRef<'a>>>>,
    /// When a listing shows what was written before.
    lag: BySide<SignedDuration>,
}

impl Session<'_> {
    /// Settles every open intent by what the listings show. Returns how many there were.
    pub(crate) fn recover(&mut self, heads: &[LinkHead], listings: &BySide<Listing>) -> Result<usize> {
        let open = self.store.open_intents()?;
        if open.is_empty() || mutant::is(Mutant::NoRecovery) {
            return Ok(0);
        }
        let schema = self.settings.schema.clone();
        let normalizer = self.normalizer.clone();
        let is_known = |id: &LinkId| heads.binary_search_by_key(id, |head| head.id).is_ok();
        let links = open.iter().filter_map(|(_, _, intent)| link_of(heads, intent));
        let mut ids: Vec<_> = links.filter(is_known).collect();
        ids.sort_unstable();
        ids.dedup();
        let bases = self.store.bases(&schema, &ids)?;
        let mut ledger = Ledger::new(heads, &bases, &schema, &normalizer);
        let lag = self.lag();
        let creates = open.iter().filter(|(_, _, intent)| intent.kind == ActionKind::Create);
        let numbers: BTreeSet<u64> = creates
            .filter_map(|(_, _, intent)| ledger.key(Cell::from_text(&intent.phone)).map(PhoneKey::number))
            .collect();
        let asked = if numbers.is_empty() { &[] } else { heads };
        let (owners, seekers) = (created::owners(asked), created::seekers(asked));
        let by_number = created::with_numbers(&ledger, listings, &numbers);
        let (rows, settings) = (Rows::new(listings), &self.settings);
        let scene = Scene { heads, listings, rows, settings, owners, seekers, by_number, lag };
        let times = self.times(open.iter().map(|(_, run, _)| run))?;
        let at = self.env.now();
        let (mut changes, mut settled) = (Vec::new(), 0);
        for (number, run, intent) in &open {
            let sent_at = times.get(number).copied().unwrap_or(at);
            let fate = match intent.kind {
                ActionKind::Create if intent.reason == Rule::Caller => {
                    match created::caller(&ledger, &scene, intent, sent_at) {
                        Some(fate) => fate,
                        // Not shown, and need not be: it stays open, so that no second one is made meanwhile.
                        None => continue,
                    }
                }
                ActionKind::Create => created::created(&mut ledger, &scene, intent, sent_at, &mut changes),
                ActionKind::Delete => deleted(&mut ledger, &scene, (run, intent), at, &mut changes),
                _ => updated(&mut ledger, &scene, intent, &mut changes),
            };
            if matches!(fate, Fate::Landed | Fate::Unclear) {
                changes.extend(uses(intent, at));
            }
            if intent.reason == Rule::Caller && matches!(fate, Fate::Landed) {
                changes.extend(changes::made_caller(&ledger, intent.side, &intent.phone, sent_at));
            }
            settled += 1;
            changes.push(StateChange::Outcome { intent: *number, outcome: fate.into(), at });
        }
        self.store.commit(&changes)?;
        if settled == 0 {
            return Ok(0);
        }
        let (writes, are) = if settled == 1 { ("write", "is") } else { ("writes", "are") };
        let note = format!("{settled} {writes} of an interrupted run {are} settled");
        self.events.event(Event::Note(&note));
        Ok(settled)
    }

    /// When each intent of these runs was journalled.
    fn times<'r>(&self, runs: impl Iterator<Item = &'r RunId>) -> Result<BTreeMap<i64, Timestamp>> {
        let mut runs: Vec<&RunId> = runs.collect();
        runs.sort();
        runs.dedup();
        let mut times = BTreeMap::new();
        for run in runs {
            let filter = JournalFilter { run: Some(run.clone()), ..JournalFilter::default() };
            times.extend(self.store.journal(&filter)?.into_iter().map(|entry| (entry.seq, entry.at)));
        }
        Ok(times)
    }
}

/// The link that a write was for. The run that makes a link sends before the link has a name: such a write is known by its
/// two records.
fn link_of(heads: &[LinkHead], intent: &Intent) -> Option<LinkId> {
    let mut ids = BySide { justcall: &intent.other_id, crm: &intent.other_id };
    ids[intent.side] = &intent.record_id;
    let joins =
        |head: &&LinkHead| Side::BOTH.into_iter().all(|side| ids[side].is_some() && head.ids[side] == *ids[side]);
    intent.link.or_else(|| heads.iter().find(joins).map(|head| head.id))
}

/// What landed unnoticed, or may have, counts towards the guards as well (I11): else a run that is killed again and again
/// passes all of them. Not creates and updates: a first sync that was killed is still one, and knows no limit to them.
fn uses(intent: &Intent, at: Timestamp) -> Vec<StateChange> {
    let uses = changes::uses(intent.kind, &intent.changes).into_iter();
    let counts = uses.filter(|(class, _)| !matches!(class, GuardClass::Creates | GuardClass::Changed));
    counts.map(|(class, count)| StateChange::GuardUse { class: class.name().to_owned(), count, at }).collect()
}

/// A deletion that landed leaves a link without records; the plan ends it once both are proven gone (R9). One that an
/// undo made ends it here: the other record stays, and must not look as if its partner had been deleted by somebody.
fn deleted(
    ledger: &mut Ledger<'_>,
    scene: &Scene<'_>,
    (run, intent): (&RunId, &Intent),
    at: Timestamp,
    changes: &mut Vec<StateChange>,
) -> Fate {
    let Some(id) = &intent.record_id else { return Fate::Unclear };
    match scene.rows.get(intent.side, id) {
        Some(_) => return Fate::NotLanded,
        None if !scene.listings[intent.side].is_complete() => return Fate::Unclear,
        None if intent.reason != Rule::Undo => return Fate::Landed,
        None => {}
    }
    if let Some(entry) = intent.link.and_then(|link| ledger.entry(link)) {
        let mut ids = entry.ids.clone();
        ids[intent.side.other()] = None;
        let tombstone = Tombstone { key: entry.key, ids, at, rule: Rule::Undo };
        changes.push(StateChange::EndLink { id: entry.base.link, tombstone: Some(tombstone) });
    }
    if let (Some(id), Some(source)) = (&intent.other_id, &intent.other) {
        let hash = RowHash::of((0..ledger.schema.len()).map(|index| source.cell(index)));
        changes.push(crate::changes::taken_off(intent.side, (id, hash), &intent.phone, run, at));
    }
    Fate::Landed
}

/// Whether a cell shows what was sent, perhaps in the replica's own spelling; what it held before is no spelling of it.
fn holds(normalizer: &Normalizer, field: &Field, cell: Cell<'_>, before: Option<&str>, sent: &str) -> bool {
    normalizer.same(field, cell, Cell::from_text(sent))
        || (before != Some(cell.text()) && text::is_rewriting(sent, cell.text()))
}

fn updated(ledger: &mut Ledger<'_>, scene: &Scene<'_>, intent: &Intent, changes: &mut Vec<StateChange>) -> Fate {
    let side = intent.side;
    let Some(row) = intent.record_id.as_ref().and_then(|id| scene.rows.get(side, id)) else { return Fate::Unclear };
    let (schema, normalizer) = (ledger.schema, ledger.normalizer);
    let fields: Vec<(FieldId, &Change)> =
        intent.changes.iter().filter_map(|change| Some((schema.position(&change.field)?, change))).collect();
    let landed: Vec<_> = fields
        .iter()
        .filter(|(id, change)| {
            holds(normalizer, &change.field, row.cell(id.index()), change.before.as_deref(), &change.after)
        })
        .collect();
    if let (Some(link), Some(source)) = (link_of(scene.heads, intent), &intent.other)
        && !landed.is_empty()
        && let Some(entry) = ledger.entry(link)
    {
        for (id, change) in &landed {
            let other = source.cell(id.index());
            if intent.reason == Rule::Undo {
                entry.restored(side, (*id, &change.field), row.cell(id.index()), normalizer);
            } else if normalizer.same(&change.field, other, Cell::from_text(&change.after)) {
                let mut cells = BySide { justcall: other, crm: other };
                cells[side] = row.cell(id.index());
                entry.agree(*id, cells);
                if change.field == Field::Phone
                    && let engine::normalizer::Canon::Phone(key) = normalizer.canon(&change.field, other)
                {
                    entry.key = Some(key);
                }
            }
        }
        changes.push(entry.update());
    }
    if landed.len() == fields.len() {
        return Fate::Landed;
    }
    let before = |(id, change): &(FieldId, &Change)| {
        change.before.as_deref().is_some_and(|before| row.cell(id.index()).text() == before)
    };
    if fields.iter().all(before) { Fate::NotLanded } else { Fate::Unclear }
}
