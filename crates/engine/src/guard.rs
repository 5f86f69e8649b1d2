//! Percent guards: more changes of a class than usual are withheld as a class, everything else proceeds (I11).
//!
//! Counts what the deciders found; never decides about a single contact, except that a contact whose phone change is
//! withheld changes nothing at all: its other fields may belong to another person (I6).

use crate::draft::{Draft, Fate, World};
use crate::normalizer::name;
use crate::settings::GuardClass;
use model::mutant::{self, Mutant};
use model::{Action, ActionKind, Alarm, AlarmKind, Change, Field, Held, HeldReason, RecordId, Side};
use std::collections::{BTreeMap, BTreeSet};

/// Tries every guard in turn.
pub(crate) fn withhold(world: &World<'_>, draft: &mut Draft, linked: u64, approvals: &BTreeMap<GuardClass, u64>) {
    let mut counts = count(&draft.actions);
    for class in GuardClass::ALL {
        if class.is_usual_at_first() && (linked == 0 || world.state.first_sync) {
            continue; // the first sync creates and completes everything; nothing says yet what is usual
        }
        let count = counts.get(&class).copied().unwrap_or(0);
        if count == 0 || mutant::is(class.mutant()) {
            continue;
        }
        let limit = world.settings.guards.of(class).limit(linked);
        let spent = world.state.window.get(&class).copied().filter(|_| !mutant::is(Mutant::GuardWindow)).unwrap_or(0);
        if count + spent <= limit {
            continue;
        }
        let approved = approvals.get(&class).copied().unwrap_or(0).min(count);
        let approved = if approved > 0 && mutant::is(Mutant::ApprovalCeiling) { count } else { approved };
        let withheld = hold_back(world, draft, class, approved, limit);
        counts = self::count(&draft.actions);
        if withheld > 0 {
            draft.alarms.push(alarm(class, count, limit, spent, approved));
        }
    }
}

fn count(actions: &[Action]) -> BTreeMap<GuardClass, u64> {
    let mut counts = GuardClass::ALL.map(|class| (class, 0));
    for action in actions.iter().filter(|action| action.kind.is_write()) {
        for (class, count) in &mut counts {
            *count += weight(*class, action);
        }
    }
    counts.into_iter().collect()
}

fn alarm(class: GuardClass, count: u64, limit: u64, spent: u64, approved: u64) -> Alarm {
    let let_through = if approved > 0 { format!(", {approved} approved") } else { String::new() };
    let before = if spent > 0 { format!(", {spent} of them used up in the last 7 days") } else { String::new() };
    Alarm {
        kind: AlarmKind::Guard,
        side: None,
        class: Some(class.name().to_owned()),
        count,
        limit,
        detail: format!(
            "{count} {} planned, {limit} pass without approval{before}{let_through}: withheld; --approve {class}={count} lets them through",
            class.name().replace('_', " ")
        ),
    }
}

/// How much an action counts in a class.
fn weight(class: GuardClass, action: &Action) -> u64 {
    let is_update = action.kind == ActionKind::Update;
    match class {
        GuardClass::Deletes => u64::from(action.kind == ActionKind::Delete),
        GuardClass::Creates => u64::from(action.kind == ActionKind::Create),
        GuardClass::Changed => u64::from(is_update),
        GuardClass::PhoneChanges => u64::from(is_update && action.changes.iter().any(is_phone_change)),
        GuardClass::Clears => action.changes.iter().filter(|change| is_clear(action, change)).count() as u64,
    }
}

fn is_phone_change(change: &Change) -> bool {
    change.field == Field::Phone
}

/// Emptying one half of a made-up name loses nothing.
fn is_clear(action: &Action, change: &Change) -> bool {
    let before = |name: &Field| {
        let change = action.changes.iter().find(|change| change.field == *name);
        change.and_then(|change| change.before.as_deref()).unwrap_or_default()
    };
    let is_name = matches!(change.field, Field::FirstName | Field::LastName);
    change.after.is_empty()
        && action.kind == ActionKind::Update
        && !(is_name && name::is_placeholder(before(&Field::FirstName), before(&Field::LastName)))
}

/// Lets the first `approved` through in plan order, holds the rest; returns how many it held.
fn hold_back(world: &World<'_>, draft: &mut Draft, class: GuardClass, approved: u64, limit: u64) -> u64 {
    let mut passed = 0;
    let mut held = 0;
    let mut waiting = Vec::new();
    for mut action in std::mem::take(&mut draft.actions) {
        let weight = weight(class, &action);
        if weight == 0 || passed + weight <= approved {
            passed += weight;
            draft.actions.push(action);
            continue;
        }
        held += weight;
        draft.held.push(held_action(&action, class, limit));
        if class == GuardClass::Clears {
            let clears: Vec<bool> = action.changes.iter().map(|change| is_clear(&action, change)).collect();
            let mut clears = clears.into_iter();
            action.changes.retain(|_| !clears.next().unwrap_or(false));
            if !action.changes.is_empty() {
                draft.actions.push(action);
                continue;
            }
        }
        waiting.push(action);
    }
    if matches!(class, GuardClass::PhoneChanges | GuardClass::Changed) {
        hold_partners(draft, class, limit, &mut waiting);
    }
    mark_held(world, draft, &waiting);
    held
}

/// A contact with a withheld phone change changes nowhere, and a circle of numbers moves as a whole or not at all.
fn hold_partners(draft: &mut Draft, class: GuardClass, limit: u64, waiting: &mut Vec<Action>) {
    let mut partners: BTreeSet<(Side, RecordId)> = BTreeSet::new();
    let mut circles: BTreeSet<u32> = BTreeSet::new();
    let mut next = 0;
    while next < waiting.len() {
        for action in &waiting[next..] {
            if action.changes.iter().any(is_phone_change) {
                partners.extend(action.other_id.clone().map(|id| (action.side.other(), id)));
            }
            circles.extend(action.cycle);
        }
        next = waiting.len();
        let is_bound = |action: &mut Action| {
            action.kind == ActionKind::Update
                && (action.cycle.is_some_and(|circle| circles.contains(&circle))
                    || action.record_id.as_ref().is_some_and(|id| partners.contains(&(action.side, id.clone()))))
        };
        for action in draft.actions.extract_if(.., is_bound) {
            draft.held.push(held_action(&action, class, limit));
            waiting.push(action);
        }
    }
}

fn mark_held(world: &World<'_>, draft: &mut Draft, waiting: &[Action]) {
    if waiting.is_empty() {
        return;
    }
    for side in Side::BOTH {
        let own = waiting.iter().filter(|action| action.side == side);
        let ids: BTreeSet<&str> = own.filter_map(|action| Some(action.record_id.as_ref()?.as_str())).collect();
        let rows = world.listings[side].table.iter().filter(|row| ids.contains(row.id()));
        for row in rows {
            let fate = &mut draft.fates[side][row.index()];
            // A second row with the same id was skipped and stays so.
            if matches!(fate, Fate::Update | Fate::Delete) {
                *fate = Fate::Held;
            }
        }
    }
}

fn held_action(action: &Action, class: GuardClass, limit: u64) -> Held {
    Held {
        side: action.side,
        kind: action.kind,
        record_id: action.record_id.clone(),
        phone: action.phone.clone(),
        reason: HeldReason::Guard,
        until: None,
        other_id: action.other_id.clone(),
        name: action.name.clone(),
        detail: format!("guard {class}: more than {limit}"),
        class: Some(class.name().to_owned()),
        link: action.link,
    }
}

/// Alarms about listings that look wrong, whatever was decided.
pub(crate) fn listing_alarms(world: &World<'_>, draft: &mut Draft, linked: u64) {
    for side in Side::BOTH {
        let listing = world.listings[side];
        let listed = listing.table.len() as u64;
        let mut raise = |kind: AlarmKind, detail: String| {
            draft.alarms.push(Alarm { kind, side: Some(side), class: None, count: listed, limit: linked, detail });
        };
        let title = side.title();
        if listed == 0 && linked > 0 {
            raise(
                AlarmKind::EmptyListing,
                format!("{title} showed no contact, {linked} are linked: nothing is deleted"),
            );
        } else if let model::Coverage::Partial { reason } = &listing.coverage {
            let detail = format!("{title} was not read completely: {reason}; expected about {linked}, got {listed}");
            raise(AlarmKind::PartialListing, detail);
        } else if linked >= 10 && listed * 2 < linked {
            raise(AlarmKind::ShortListing, format!("{title} showed {listed} contacts, {linked} are linked"));
        }
    }
    if let Some(why) = &world.state.deletes_forbidden {
        let detail = format!("no deletions in this run: {why}");
        draft.alarms.push(Alarm { kind: AlarmKind::State, side: None, class: None, count: 0, limit: 0, detail });
    }
}
