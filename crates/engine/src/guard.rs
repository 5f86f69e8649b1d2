//! Percent guards: more changes of a class than usual are withheld as a class, everything else proceeds (I11).
//!
//! Counts what the deciders found; never decides about a single contact, except that a contact whose phone change is
//! withheld changes nothing at all: its other fields may belong to another person (I6).

use crate::draft::{Draft, Fate, World, is_short};
use crate::normalizer::name;
use crate::settings::GuardClass;
use model::mutant::{self, Mutant};
use model::{
    Action, ActionKind, Alarm, AlarmKind, Change, Field, Held, HeldReason, LinkHead, LinkId, LinkStatus, Observation,
    RecordId, Side,
};
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
        let vanished = if class == GuardClass::Deletes { newly_missing(draft) } else { 0 };
        if count + spent <= limit && vanished <= limit {
            continue;
        }
        let approved = approvals.get(&class).copied().unwrap_or(0).min(count);
        let approved = if approved > 0 && mutant::is(Mutant::ApprovalCeiling) { count } else { approved };
        let withheld = hold_back(world, draft, class, approved, limit);
        counts = self::count(&draft.actions);
        if withheld > 0 {
            draft.alarms.push(alarm(class, count, limit, spent, withheld));
            if vanished > limit
                && let Some(alarm) = draft.alarms.last_mut()
            {
                alarm.detail = format!("{}; {vanished} more contacts are missing since the last run", alarm.detail);
            }
        }
    }
}

/// Links with a record that this run is the first to miss. A listing that shrank beyond the guard is no ground for
/// deleting what was missing before either (S5).
fn newly_missing(draft: &Draft) -> u64 {
    let is_new = |seen: &&Observation| matches!(seen, Observation::Missing { absence, .. } if absence.first_at == absence.last_at && absence.sightings == 1);
    let deletes = draft.actions.iter().filter(|action| action.kind == ActionKind::Delete);
    let due: BTreeSet<LinkId> = deletes.filter_map(|action| action.link).collect();
    let is_due = |seen: &&Observation| matches!(seen, Observation::Missing { link, .. } if due.contains(link));
    draft.observations.iter().filter(is_new).filter(|seen| !is_due(seen)).count() as u64
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

fn alarm(class: GuardClass, count: u64, limit: u64, spent: u64, withheld: u64) -> Alarm {
    let approved = count - withheld.min(count);
    // An approval is for a whole run: a further one takes the place of the one that is there.
    let advice = if approved > 0 {
        format!(
            ", {approved} approved: the other {withheld} are withheld; --approve {class}={count} lets all of them \
             through, or {class}={withheld} once those {approved} are applied"
        )
    } else {
        format!(": withheld; --approve {class}={withheld} lets them through")
    };
    let before = if spent > 0 { format!(", {spent} of them used up in the last 7 days") } else { String::new() };
    Alarm {
        kind: AlarmKind::Guard,
        side: None,
        class: Some(class.name().to_owned()),
        count,
        limit,
        detail: format!(
            "{count} {} planned, {limit} pass without approval{before}{advice}",
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

/// Whether a person has approved the deletion of every linked contact, by their very number: then an empty side is meant
/// to be empty. An approval that merely is large enough was given for something else.
pub(crate) fn is_vouched(approvals: &BTreeMap<GuardClass, u64>, linked: u64) -> bool {
    approvals.get(&GuardClass::Deletes).is_some_and(|approved| *approved == linked)
}

/// How many linked contacts a side that shows nobody must hold, if that is not to be believed (S3, S4): unless a person
/// vouches for it. A contact that we made and that was never shown proves nothing: perhaps it never arrived.
pub fn unbelievably_empty(
    side: Side,
    listed: usize,
    heads: &[LinkHead],
    approvals: &BTreeMap<GuardClass, u64>,
) -> Option<u64> {
    if listed > 0 || mutant::is(Mutant::PartialListing) {
        return None;
    }
    let is_there = |head: &LinkHead| head.ids[side].is_some() || head.created_at[side].is_none();
    let active = || heads.iter().filter(|head| head.status == LinkStatus::Active);
    let linked = active().count() as u64;
    (active().any(is_there) && !is_vouched(approvals, linked)).then_some(linked)
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
                format!(
                    "{title} showed no contact, {linked} are linked: nothing is deleted or created because of it; if it \
                     is meant to be empty, --approve deletes={linked} says so"
                ),
            );
        } else if let model::Coverage::Partial { reason } = &listing.coverage {
            let detail = format!("{title} was not read completely: {reason}; expected about {linked}, got {listed}");
            raise(AlarmKind::PartialListing, detail);
        } else if is_short(listed, linked) {
            raise(AlarmKind::ShortListing, format!("{title} showed {listed} contacts, {linked} are linked"));
        }
    }
    if world.state.old_state > 0 {
        let count = world.state.old_state;
        let detail = format!(
            "{count} contacts changed in the same way on both sides since this state was last used: another syncer, or an \
             older copy of the state, is at work; no deletions in this run"
        );
        draft.alarms.push(Alarm { kind: AlarmKind::State, side: None, class: None, count, limit: 0, detail });
    }
}

/// Fields that wait since they flip to and fro: who could own them (S44, S45).
pub(crate) fn loop_alarms(world: &World<'_>, draft: &mut Draft) {
    let mut fields: BTreeMap<(&Field, Side), u64> = BTreeMap::new();
    for ((link, field), owner) in &world.state.frozen {
        let waits =
            |conflict: &&model::Conflict| conflict.link == Some(*link) && conflict.field.as_ref() == Some(field);
        if draft.conflicts.iter().any(|conflict| waits(&conflict)) {
            *fields.entry((field, *owner)).or_default() += 1;
        }
    }
    for ((field, owner), count) in fields {
        let (of, title, to) = (if count == 1 { "contact" } else { "contacts" }, owner.title(), owner.other());
        let detail = format!(
            "{field} of {count} {of} flips to and fro between two values, run after run, and was changed in {title} last: it \
             waits for a decision (tieline conflicts list). If {title} owns it, say so: [fields] {field} with direction = \
             \"to_{to}\""
        );
        draft.alarms.push(Alarm { kind: AlarmKind::Loop, side: Some(owner), class: None, count, limit: 0, detail });
    }
}
