//! A contact with a record on both sides: merges it field by field and writes down what follows.

use crate::conflicts::{self, Subject};
use crate::draft::{Draft, Fate, World, action};
use crate::matcher::FoundBy;
use crate::merger::{Decision, FieldCase, decide, outgoing};
use crate::normalizer::{Canon, name};
use model::{
    ActionKind, Base, BySide, Cell, Change, Choice, Conflict, ConflictKind, Field, LinkHead, Observation,
    OwnedCell, PhoneKey, RecordId, Rule, Side, SkipReason, Via,
};

/// What the fields of one contact came to.
#[derive(Debug, Default)]
struct Merged {
    writes: BySide<Vec<Change>>,
    conflicts: Vec<Conflict>,
    settled: Vec<Field>,
    rebased: Vec<Field>,
    resolved: bool,
}

/// A link with both rows.
pub(crate) fn linked(world: &World<'_>, draft: &mut Draft, at: usize) {
    let joined = &world.matching.survey.joined[at];
    let found = world.matching.found_by[at];
    let head = &world.heads[joined.head];
    let rows = joined.rows;
    let (Some(justcall), Some(crm)) = (rows.justcall, rows.crm) else { return };
    let pair = BySide { justcall, crm };
    for side in Side::BOTH {
        if world.state.absences.contains_key(&(head.id, side)) {
            draft.observations.push(Observation::Returned { link: head.id, side });
        }
    }
    draft.fates(rows, Fate::Unchanged);
    let equal = Side::BOTH.into_iter().all(|side| world.hash(side, pair[side]) == head.hashes[side]);
    let renewed = found.justcall == FoundBy::NewId || found.crm == FoundBy::NewId;
    if equal && !renewed && !head.unconfirmed.justcall && !head.unconfirmed.crm {
        if learns_id(world, head, pair) {
            draft.observations.push(settled(world, head, pair, Vec::new()));
        }
        return;
    }
    let mut base = world.base(head);
    if renewed && !equals_base(world, &base, pair, found) {
        // A new record under the same number is only then the old contact with all its history if nothing else
        // differs; otherwise the sides have never agreed (R13).
        base = Base::unknown(head.id, world.settings.schema.len());
    }
    let merged = merge(world, Some(head), &base, pair);
    write_down(world, draft, Some(head), pair, &merged, found);
}

/// Two records that are the same contact and were never linked (R12, R13).
pub(crate) fn unlinked(world: &World<'_>, draft: &mut Draft, pair: BySide<u32>) {
    let base = Base::unknown(model::LinkId(0), world.settings.schema.len());
    let merged = merge(world, None, &base, pair);
    draft.fates(BySide { justcall: Some(pair.justcall), crm: Some(pair.crm) }, Fate::Unchanged);
    write_down(world, draft, None, pair, &merged, BySide::default());
}

fn learns_id(world: &World<'_>, head: &LinkHead, pair: BySide<u32>) -> bool {
    Side::BOTH.into_iter().any(|side| head.ids[side].is_none() && world.row(side, pair[side]).native_id())
        || head.created_at.justcall.is_some()
        || head.created_at.crm.is_some()
}

fn settled(world: &World<'_>, head: &LinkHead, pair: BySide<u32>, fields: Vec<Field>) -> Observation {
    let ids = BySide::from_fn(|side| RecordId::from(world.row(side, pair[side]).id()));
    let expect = BySide::from_fn(|side| world.hash(side, pair[side]));
    Observation::Settled { link: head.id, ids, expect, fields }
}

/// Whether the records that were found under a new id hold what the base says.
fn equals_base(world: &World<'_>, base: &Base, pair: BySide<u32>, found: BySide<FoundBy>) -> bool {
    Side::BOTH.into_iter().filter(|side| found[*side] == FoundBy::NewId).all(|side| {
        let row = world.row(side, pair[side]);
        world.settings.schema.iter().all(|(id, field)| {
            let now = row.cell(id.index());
            now == Cell::Unknown || world.normalizer.same(field, base.cell(side, id), now)
        })
    })
}

fn merge(world: &World<'_>, head: Option<&LinkHead>, base: &Base, pair: BySide<u32>) -> Merged {
    let schema = &world.settings.schema;
    let rows = BySide::from_fn(|side| world.row(side, pair[side]));
    let made_up = BySide::from_fn(|side| {
        let text = |field: &Field| schema.position(field).map_or("", |id| rows[side].cell(id.index()).text());
        name::is_placeholder(text(&Field::FirstName), text(&Field::LastName))
    });
    let mut merged = Merged::default();
    for (id, field) in schema.iter() {
        let case = FieldCase {
            field,
            policy: world.settings.policy(id),
            winner: world.settings.winner(id),
            base: &base.fields[id.index()],
            now: BySide::from_fn(|side| rows[side].cell(id.index())),
            made_up,
        };
        match decide(world.normalizer, &case) {
            Decision::Keep => {}
            Decision::Settle => merged.settled.push(field.clone()),
            Decision::Rebase => merged.rebased.push(field.clone()),
            Decision::Write(target, after) => {
                merged.writes[target].push(Change { field: field.clone(), before: text(case.now[target]), after });
            }
            Decision::Conflict(kind) => contested(world, head, pair, &case, kind, &mut merged),
        }
    }
    merged
}

fn text(cell: Cell<'_>) -> Option<String> {
    match cell {
        Cell::Value(text) => Some(text.to_owned()),
        Cell::Cleared => Some(String::new()),
        Cell::Unknown => None,
    }
}

/// A field that a person must decide, or has decided.
fn contested(
    world: &World<'_>,
    head: Option<&LinkHead>,
    pair: BySide<u32>,
    case: &FieldCase<'_>,
    kind: ConflictKind,
    merged: &mut Merged,
) {
    let rows = BySide { justcall: Some(pair.justcall), crm: Some(pair.crm) };
    let base = match (&case.base.cells.crm, &case.base.cells.justcall) {
        (OwnedCell::Unknown, other) | (other, _) => text(other.as_cell()),
    };
    let subject = Subject {
        kind,
        link: head.map(|head| head.id),
        rows,
        phone: world.phone(head.and_then(|head| head.key), rows),
        field: Some(case.field),
        base,
        values: BySide::from_fn(|side| text(case.now[side])),
    };
    let conflict = conflicts::build(world, subject);
    let Some(choice) = conflicts::answer(world, &conflict) else {
        merged.conflicts.push(conflict);
        return;
    };
    merged.resolved = true;
    for target in Side::BOTH {
        let after = match choice {
            Choice::Take(side) if *side == target => continue,
            Choice::Take(side) => outgoing(world.normalizer, case.field, case.now[*side]),
            Choice::Value(value) => value.clone(),
        };
        if !world.normalizer.same(case.field, case.now[target], Cell::from_text(&after)) {
            merged.writes[target].push(Change { field: case.field.clone(), before: text(case.now[target]), after });
        }
    }
}

fn write_down(
    world: &World<'_>,
    draft: &mut Draft,
    head: Option<&LinkHead>,
    pair: BySide<u32>,
    merged: &Merged,
    found: BySide<FoundBy>,
) {
    let rows = BySide { justcall: Some(pair.justcall), crm: Some(pair.crm) };
    let key = head.and_then(|head| head.key);
    let phone = world.phone(key.or_else(|| read_key(world, pair)), rows);
    let rule = rule_of(merged, head.is_some());
    let note = renewed_note(world, head, pair, found);
    if !merged.conflicts.is_empty() {
        draft.fates(rows, Fate::Conflict);
    }
    let state_only = |kind: ActionKind, reason: Rule, agreed: Vec<Field>| {
        let mut action = action(world, Side::Justcall, kind, rows, reason);
        action.phone.clone_from(&phone);
        action.link = head.map(|head| head.id);
        action.agreed = agreed;
        action.note.clone_from(&note);
        action
    };
    let mut agreed = merged.rebased.clone();
    agreed.extend(merged.settled.iter().cloned());
    match head {
        None => {
            let quiet = merged.writes.justcall.is_empty() && merged.writes.crm.is_empty() && merged.conflicts.is_empty();
            let reason = if quiet { Rule::R12 } else { Rule::R13 };
            let all = merged.rebased.len() == world.settings.schema.len();
            draft.actions.push(state_only(ActionKind::Link, reason, if all { Vec::new() } else { agreed }));
        }
        Some(_) if !note.is_empty() => draft.actions.push(state_only(ActionKind::Link, Rule::R14, agreed)),
        Some(_) if !merged.rebased.is_empty() => draft.actions.push(state_only(ActionKind::Rebase, Rule::R4, agreed)),
        Some(head) if !merged.settled.is_empty() || learns_id(world, head, pair) || head.unconfirmed.justcall || head.unconfirmed.crm => {
            draft.observations.push(settled(world, head, pair, merged.settled.clone()));
        }
        Some(_) => {}
    }
    for side in Side::BOTH {
        let changes = merged.writes[side].clone();
        if changes.is_empty() {
            continue;
        }
        let source = side.other();
        let source_id = world.row(source, pair[source]).id();
        if let Some(parked) = world.state.parked_write(side, source_id, world.hash(source, pair[source])) {
            draft.skip(world, side, pair[side], SkipReason::Parked, format!("refused before: {}", parked.message));
            continue;
        }
        let mut action = action(world, side, ActionKind::Update, rows, rule);
        action.phone.clone_from(&phone);
        action.link = head.map(|head| head.id);
        action.via = via(world, side, pair[side], &changes);
        action.changes = changes;
        draft.fate(side, pair[side], Fate::Update);
        draft.actions.push(action);
    }
}

fn read_key(world: &World<'_>, pair: BySide<u32>) -> Option<PhoneKey> {
    let phone = world.settings.schema.phone();
    Side::BOTH.into_iter().find_map(|side| {
        match world.normalizer.canon(&Field::Phone, world.row(side, pair[side]).cell(phone.index())) {
            Canon::Phone(key) => Some(key),
            _ => None,
        }
    })
}

fn rule_of(merged: &Merged, is_linked: bool) -> Rule {
    match (merged.writes.justcall.is_empty(), merged.writes.crm.is_empty()) {
        _ if merged.resolved => Rule::Resolved,
        _ if !is_linked => Rule::R13,
        (true, false) if merged.conflicts.is_empty() && merged.rebased.is_empty() => Rule::R2,
        (false, true) if merged.conflicts.is_empty() && merged.rebased.is_empty() => Rule::R3,
        _ => Rule::R4,
    }
}

fn renewed_note(world: &World<'_>, head: Option<&LinkHead>, pair: BySide<u32>, found: BySide<FoundBy>) -> String {
    let Some(head) = head else { return String::new() };
    let renewed = Side::BOTH.into_iter().filter(|side| found[*side] == FoundBy::NewId);
    let notes: Vec<String> = renewed
        .map(|side| {
            let old = head.ids[side].as_ref().map_or("", RecordId::as_str);
            format!("{} id {old} is gone, the contact is back as {}", side.title(), world.row(side, pair[side]).id())
        })
        .collect();
    notes.join("; ")
}

/// How an update travels: bulk finds its record by number, so the number must be one contact's, unchanged and strict.
pub(crate) fn via(world: &World<'_>, side: Side, row: u32, changes: &[Change]) -> Via {
    let capabilities = world.capabilities[side];
    if !capabilities.bulk_by_phone {
        return capabilities.update_via;
    }
    let phone = world.row(side, row).cell(world.settings.schema.phone().index()).text();
    let strict = PhoneKey::new(phone, "").filter(|key| key.to_string() == phone);
    let alone = strict.is_some_and(|key| !world.matching.is_shared(side, key.number()));
    let moves = changes.iter().any(|change| change.field == Field::Phone);
    if alone && !moves { capabilities.update_via } else { capabilities.phone_update_via }
}
