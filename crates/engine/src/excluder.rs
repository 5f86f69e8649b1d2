//! Actions that a person took out of the plan: left out while exactly the same would be done, planned again as soon as
//! it would be something else. What cannot go without them stays out with them.
//!
//! Comes before the guards: what a person left out counts towards none.

use crate::draft::{Draft, Fate, World};
use crate::normalizer::PhoneReading;
use model::mutant::{self, Mutant};
use model::{
    Action, ActionId, ActionKind, Alarm, AlarmKind, Change, Exclusion, Field, PhoneKey, RecordId, Rule, Side,
    SkipReason, Skipped,
};
use std::collections::{BTreeMap, BTreeSet};

/// Ids that an alarm names.
const NAMED: usize = 5;

/// Takes out what people excluded.
pub(crate) fn leave_out(world: &World<'_>, draft: &mut Draft) {
    let known = &world.state.exclusions;
    if known.is_empty() || mutant::is(Mutant::ExclusionIgnored) {
        return;
    }
    let by_action: BTreeMap<&ActionId, &Exclusion> = known.iter().map(|known| (&known.action, known)).collect();
    // Who calls again is the same caller, whatever their calls come to by now.
    let callers: BTreeMap<String, &Exclusion> = known.iter().map(|known| (known.place(), known)).collect();
    let find = |action: &Action| {
        let again = || callers.get(&action.place()).filter(|_| action.reason == Rule::Caller);
        by_action.get(&action.id).or_else(again).copied()
    };
    let mut out: Vec<(Action, String)> = Vec::new();
    for action in draft.actions.extract_if(.., |action| find(action).is_some()) {
        let why = find(&action).map(|known| format!("{} ({})", known.words(), known.action));
        out.push((action, why.unwrap_or_default()));
    }
    bound(world, draft, &mut out);
    for (action, why) in out {
        // A new record has none there yet: the one that it would copy is left alone.
        let place = if action.kind == ActionKind::Create {
            action.other_id.map(|id| (action.side.other(), id))
        } else {
            action.record_id.map(|id| (action.side, id))
        };
        if let Some((side, id)) = place {
            skip(world, draft, side, id, why);
        }
    }
    kept(world, draft, &by_action);
    changed(draft, known);
}

/// A contact whose new number is left out changes nowhere, since its other fields may belong to another person (I6); and
/// a number that somebody keeps is taken by nobody else.
fn bound(world: &World<'_>, draft: &mut Draft, out: &mut Vec<(Action, String)>) {
    let number = |text: &str| -> Option<PhoneKey> {
        match world.normalizer.read_phone(text) {
            PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key),
            PhoneReading::Unusable(..) => None,
        }
    };
    let of_phone = |action: &Action| -> Option<Change> {
        let mut own = action.changes.iter().filter(|_| action.kind == ActionKind::Update);
        own.find(|change| change.field == Field::Phone).cloned()
    };
    let mut next = 0;
    while next < out.len() {
        let (mut partners, mut circles, mut kept) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (action, _) in &out[next..] {
            let Some(change) = of_phone(action) else { continue };
            partners.extend(action.other_id.clone().map(|id| (action.side.other(), id)));
            circles.extend(action.cycle);
            kept.extend(change.before.as_deref().and_then(number).map(|key| (action.side, key)));
        }
        next = out.len();
        let takes = |action: &Action| {
            let after = match action.kind {
                ActionKind::Create => number(&action.phone),
                _ => of_phone(action).and_then(|change| number(&change.after)),
            };
            after.is_some_and(|key| kept.contains(&(action.side, key)))
        };
        let is_bound = |action: &mut Action| {
            let is_partner = || action.record_id.clone().is_some_and(|id| partners.contains(&(action.side, id)));
            matches!(action.kind, ActionKind::Update | ActionKind::Create)
                && (action.cycle.is_some_and(|circle| circles.contains(&circle)) || is_partner() || takes(action))
        };
        for action in draft.actions.extract_if(.., is_bound) {
            out.push((action, "goes together with a change of a number that a person excluded".to_owned()));
        }
    }
}

/// The record counts as left out, once.
fn skip(world: &World<'_>, draft: &mut Draft, side: Side, record_id: RecordId, detail: String) {
    let mut rows = world.listings[side].table.iter().filter(|row| row.id() == record_id.as_str());
    // A second row with the same id was skipped for that, and stays so.
    if let Some(row) = rows.find(|row| draft.fates[side][row.index()] != Fate::Skipped) {
        draft.fates[side][row.index()] = Fate::Skipped;
    }
    draft.skipped.push(Skipped { side, record_id, reason: SkipReason::Excluded, detail });
}

/// Deletions that wait for something else: the record is kept whatever comes of that.
fn kept(world: &World<'_>, draft: &mut Draft, by_action: &BTreeMap<&ActionId, &Exclusion>) {
    for held in std::mem::take(&mut draft.held) {
        let known = held.named().and_then(|id| by_action.get(&id).copied());
        match (known, held.record_id.clone()) {
            (Some(known), Some(id)) => {
                skip(world, draft, held.side, id, format!("{} ({})", known.words(), known.action));
            }
            _ => draft.held.push(held),
        }
    }
}

/// What would be something else now is planned, and says so.
fn changed(draft: &mut Draft, exclusions: &[Exclusion]) {
    let by_place: BTreeMap<String, &Exclusion> = exclusions.iter().map(|known| (known.place(), known)).collect();
    let mut ids = Vec::new();
    for action in draft.actions.iter_mut().filter(|action| action.kind.is_write()) {
        let Some(known) = by_place.get(&action.place()) else { continue };
        let before = if action.note.is_empty() { String::new() } else { format!("{}; ", action.note) };
        action.note = format!("{before}{}, and changed since", known.words());
        ids.push(action.id.to_string());
    }
    if ids.is_empty() {
        return;
    }
    let count = ids.len() as u64;
    let more = if ids.len() > NAMED { ", …" } else { "" };
    ids.truncate(NAMED);
    let detail = format!("changed since they were excluded, and planned again: {}{more}", ids.join(", "));
    draft.alarms.push(Alarm { kind: AlarmKind::State, side: None, class: None, count, limit: 0, detail });
}
