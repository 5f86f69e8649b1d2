//! Percent guards: more changes of a class than usual are withheld as a class, everything else proceeds (I11).
//!
//! Counts what the deciders found; never decides about a single contact, except that a contact whose phone change is
//! withheld changes nothing at all: its other fields may belong to another person (I6).

use crate::draft::{Draft, Fate, World};
use crate::settings::GuardClass;
use model::{Action, ActionKind, Alarm, AlarmKind, Change, Field, Held, HeldReason, Side};
use std::collections::BTreeMap;

/// Tries every guard in turn; returns how many of each class go through, for the rolling window.
pub(crate) fn withhold(
    world: &World<'_>,
    draft: &mut Draft,
    linked: u64,
    approvals: &BTreeMap<GuardClass, u64>,
) -> BTreeMap<GuardClass, u64> {
    let mut used = BTreeMap::new();
    for class in GuardClass::ALL {
        if class == GuardClass::Creates && linked == 0 {
            continue; // the first sync creates everything
        }
        let count = draft.actions.iter().map(|action| weight(class, action)).sum::<u64>();
        if count == 0 {
            continue;
        }
        let limit = world.settings.guards.of(class).limit(linked);
        let spent = world.state.window.get(&class).copied().unwrap_or(0);
        if count + spent <= limit {
            used.insert(class, count);
            continue;
        }
        let approved = approvals.get(&class).copied().unwrap_or(0).min(count);
        let withheld = hold_back(world, draft, class, approved, limit);
        if withheld > 0 {
            draft.alarms.push(alarm(class, count, limit, spent, approved));
        }
    }
    used
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
        GuardClass::Clears if is_update => action.changes.iter().filter(|change| is_clear(change)).count() as u64,
        GuardClass::Clears => 0,
    }
}

fn is_phone_change(change: &Change) -> bool {
    change.field == Field::Phone
}

fn is_clear(change: &Change) -> bool {
    change.after.is_empty()
}

/// Lets the first `approved` through in plan order, holds the rest; returns how many it held.
fn hold_back(world: &World<'_>, draft: &mut Draft, class: GuardClass, approved: u64, limit: u64) -> u64 {
    let mut passed = 0;
    let mut held = 0;
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
            action.changes.retain(|change| !is_clear(change));
            if !action.changes.is_empty() {
                draft.actions.push(action);
                continue;
            }
        }
        mark_held(world, draft, &action);
    }
    if class == GuardClass::PhoneChanges && held > 0 {
        hold_partners(world, draft, limit);
    }
    held
}

/// A contact with a withheld phone change changes nowhere.
fn hold_partners(world: &World<'_>, draft: &mut Draft, limit: u64) {
    let waiting: Vec<_> = draft
        .held
        .iter()
        .filter(|held| held.class.as_deref() == Some(GuardClass::PhoneChanges.name()))
        .map(|held| (held.side, held.record_id.clone()))
        .collect();
    for action in std::mem::take(&mut draft.actions) {
        let partner = (action.side.other(), action.other_id.clone());
        if action.kind == ActionKind::Update && waiting.contains(&partner) {
            draft.held.push(held_action(&action, GuardClass::PhoneChanges, limit));
            mark_held(world, draft, &action);
        } else {
            draft.actions.push(action);
        }
    }
}

fn mark_held(world: &World<'_>, draft: &mut Draft, action: &Action) {
    let Some(id) = &action.record_id else { return };
    // Rare, so a scan is fine: a guard trips once in a blue moon.
    let row = world.listings[action.side].table.iter().find(|row| row.id() == id.as_str());
    if let Some(row) = row {
        draft.fates[action.side][row.index()] = Fate::Held;
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
            raise(AlarmKind::EmptyListing, format!("{title} showed no contact, {linked} are linked: nothing is deleted"));
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
