//! A contact with a record on both sides: merges it field by field and writes down what follows.

use crate::contest::{self, contested};
use crate::draft::{Draft, Fate, World, action};
use crate::identity::names;
use crate::matcher::FoundBy;
use crate::merger::{Decision, FieldCase, contest, decide, outgoing};
use crate::normalizer::{Canon, name, text};
use crate::spoiled::report_phone;
use model::mutant::{self, Mutant};
use model::{
    ActionKind, Base, BySide, Cell, Change, Conflict, ConflictKind, Field, FieldId, LinkHead, Observation, PhoneKey,
    RecordId, RowRef, Rule, Side, SkipReason, Via, WritePolicy, is_parking_number,
};

/// What the fields of one contact came to.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    pub(crate) writes: BySide<Vec<Change>>,
    pub(crate) conflicts: Vec<Conflict>,
    /// Those that a person has answered.
    pub(crate) decided: Vec<Conflict>,
    /// A person said that they are two contacts.
    pub(crate) apart: bool,
    /// The listed form becomes the base.
    settled: Vec<Field>,
    /// Both sides agree on something new.
    pub(crate) rebased: Vec<Field>,
    /// Left as they are by a link that starts anew: what each side holds stays agreed.
    kept: Vec<Field>,
    /// At least one value that a side changed is overwritten, because policy says who wins.
    overruled: bool,
    /// A person decided at least one of them.
    pub(crate) resolved: bool,
    /// Fields that a standing rule decided, with the rule in words.
    ruled: Vec<(Field, String)>,
}

/// A link with both rows.
pub(crate) fn linked(world: &World<'_>, draft: &mut Draft, at: usize) {
    let joined = &world.matching.survey.joined[at];
    let found = world.matching.found_by[at];
    let head = &world.heads[joined.head];
    let rows = joined.rows;
    let (Some(justcall), Some(crm)) = (rows.justcall, rows.crm) else { return };
    let pair = BySide { justcall, crm };
    draft.fates(rows, Fate::Unchanged);
    let equal = joined.same.justcall && joined.same.crm;
    let renewed = found.justcall == FoundBy::NewId || found.crm == FoundBy::NewId;
    if equal && !renewed && !head.unconfirmed.justcall && !head.unconfirmed.crm {
        if learns_id(world, head, pair) {
            draft.observations.push(settled(world, head, pair, Vec::new()));
        }
        return;
    }
    let mut base = world.base(head);
    if renewed && !equals_base(world, base, pair, found) {
        // A new record under the same number is only then the old contact with all its history if nothing else
        // differs; otherwise the sides have never agreed (R13).
        base = world.no_base();
    }
    let merged = merge(world, Some(head), base, pair, renewed);
    write_down(world, draft, Some(head), pair, base, merged, found);
}

/// Two records that are the same contact and were never linked (R12, R13).
pub(crate) fn unlinked(world: &World<'_>, draft: &mut Draft, pair: BySide<u32>) {
    let merged = merge(world, None, world.no_base(), pair, false);
    draft.fates(BySide { justcall: Some(pair.justcall), crm: Some(pair.crm) }, Fate::Unchanged);
    write_down(world, draft, None, pair, world.no_base(), merged, BySide::default());
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
            let agreed = base.fields[id.index()].is_known() && now != Cell::Unknown;
            !agreed || world.normalizer.same(field, base.cell(side, id), now)
        })
    })
}

fn merge(world: &World<'_>, head: Option<&LinkHead>, base: &Base, pair: BySide<u32>, renewed: bool) -> Merged {
    let schema = &world.settings.schema;
    let rows = BySide::from_fn(|side| world.row(side, pair[side]));
    let made_up = BySide::from_fn(|side| {
        let (first, last) = names(schema, rows[side]);
        name::is_placeholder(first, last)
    });
    let mut merged = Merged::default();
    for (id, field) in schema.iter() {
        let now = BySide::from_fn(|side| rows[side].cell(id.index()));
        let known = &base.fields[id.index()];
        let case = FieldCase {
            field,
            policy: world.settings.policy(id),
            winner: world.settings.winner(id),
            base: known,
            now,
            made_up,
            cut_off: BySide::from_fn(|side| {
                known.sent[side] && cut_off(world, side, id, known.cells[side].as_cell().text(), now[side].text())
            }),
        };
        let mut decision = if head.is_none() && *field == Field::Phone && found_by_number(world, pair, &case) {
            Decision::Rebase
        } else {
            decide(world.normalizer, &case)
        };
        let frozen = frozen(world, head, field);
        if frozen && matches!(decision, Decision::Write(..)) {
            decision = contest(world.normalizer, &case, ConflictKind::BothEdited);
        }
        let mut conflict = None;
        if let Decision::Conflict(kind) = decision {
            let mut asked = contest::conflict(world, head, pair, &case, kind);
            if let Some((settled, words)) = contest::ruled(world, &case, frozen, &mut asked) {
                decision = settled;
                merged.ruled.push((field.clone(), words));
            }
            conflict = Some(asked);
        }
        match decision {
            Decision::Keep => {
                let readable = |side: Side| {
                    !matches!(world.normalizer.canon(field, case.now[side]), Canon::Unknown | Canon::Unreadable)
                };
                if renewed && case.base.is_known() && Side::BOTH.into_iter().all(readable) {
                    merged.kept.push(field.clone());
                }
            }
            Decision::Settle => merged.settled.push(field.clone()),
            Decision::Rebase => merged.rebased.push(field.clone()),
            Decision::Write(target, after) => {
                let was = base.cell(target, id);
                merged.overruled |= !world.normalizer.same(field, was, case.now[target]);
                merged.writes[target].push(Change { field: field.clone(), before: shown(case.now[target]), after });
            }
            Decision::Conflict(_) => {
                if let Some(conflict) = conflict {
                    contested(world, pair, &case, conflict, &mut merged);
                }
            }
        }
    }
    for target in Side::BOTH {
        if made_up[target] {
            whole_name(world, target, rows, &mut merged);
        }
    }
    merged
}

/// Whether the replica cut off what it was sent: as programs do it, and nothing that it shows of this field is longer.
fn cut_off(world: &World<'_>, side: Side, field: FieldId, sent: &str, now: &str) -> bool {
    text::is_shortened(sent, now) && text::looks_cut_off(sent, now) && world.longest(side, field) <= now.chars().count()
}

/// Whether the matcher read one number in both: reading phones is the dearest part of a first plan, once is enough.
fn found_by_number(world: &World<'_>, pair: BySide<u32>, case: &FieldCase<'_>) -> bool {
    let keys = BySide::from_fn(|side| world.matching.key_of(side, pair[side]));
    let parked = Side::BOTH.into_iter().any(|side| is_parking_number(case.now[side].text()));
    !parked && keys.justcall.is_some() && keys.justcall == keys.crm
}

/// Whether a field waits because it would be written to and fro for ever (S44).
fn frozen(world: &World<'_>, head: Option<&LinkHead>, field: &Field) -> bool {
    !world.state.frozen.is_empty()
        && head.is_some_and(|head| world.state.frozen.contains_key(&(head.id, field.clone())))
}

/// A made-up name is replaced as a whole: half of it beside a real name (`Ann JustCall Contact`) would be invented.
fn whole_name(world: &World<'_>, target: Side, rows: BySide<RowRef<'_>>, merged: &mut Merged) {
    let schema = &world.settings.schema;
    let is_written = |merged: &Merged, name: &Field| merged.writes[target].iter().any(|change| change.field == *name);
    for (name, other) in [(Field::FirstName, Field::LastName), (Field::LastName, Field::FirstName)] {
        let Some(id) = schema.position(&other) else { continue };
        let policy = world.settings.policy(id);
        let writable = policy.direction.allows(target) && policy.write != WritePolicy::Never;
        if !is_written(merged, &name) || is_written(merged, &other) || !writable {
            continue;
        }
        let (before, after) = (rows[target].cell(id.index()), rows[target.other()].cell(id.index()));
        if before == Cell::Unknown || after == Cell::Unknown || world.normalizer.same(&other, before, after) {
            continue;
        }
        for fields in [&mut merged.settled, &mut merged.rebased, &mut merged.kept] {
            fields.retain(|field| *field != other);
        }
        let after = outgoing(world.normalizer, &other, after);
        merged.writes[target].push(Change { field: other, before: shown(before), after });
        merged.writes[target].sort_by(|a, b| a.field.cmp(&b.field));
    }
}

pub(crate) fn shown(cell: Cell<'_>) -> Option<String> {
    match cell {
        Cell::Value(text) => Some(text.to_owned()),
        Cell::Cleared => Some(String::new()),
        Cell::Unknown => None,
    }
}

fn write_down(
    world: &World<'_>,
    draft: &mut Draft,
    head: Option<&LinkHead>,
    pair: BySide<u32>,
    base: &Base,
    merged: Merged,
    found: BySide<FoundBy>,
) {
    let rows = BySide { justcall: Some(pair.justcall), crm: Some(pair.crm) };
    let key = head.and_then(|head| head.key);
    let phone = world.phone(key.or_else(|| read_key(world, pair)), rows);
    draft.decided.extend(merged.decided.iter().cloned());
    if merged.apart {
        return part(world, draft, head, rows, phone);
    }
    let rule = rule_of(&merged, head.is_some());
    let (first_action, first_conflict) = (draft.actions.len(), draft.conflicts.len());
    remember(world, draft, head, pair, &merged, (&phone, found));
    if !merged.conflicts.is_empty() {
        draft.fates(rows, Fate::Conflict);
    }
    draft.conflicts.extend(merged.conflicts);
    for (side, changes) in [(Side::Justcall, merged.writes.justcall), (Side::Crm, merged.writes.crm)] {
        if changes.is_empty() {
            continue;
        }
        let is_unlanded = |change: &Change| head.is_some_and(|head| world.is_unlanded(head.id, side, change));
        let (unlanded, changes): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(is_unlanded);
        let note = unlanded_note(&unlanded);
        if changes.is_empty() {
            draft.skip(world, side, pair[side], SkipReason::Parked, note);
            continue;
        }
        if let Some(parked) = world.parked(side, pair[side.other()]).filter(|parked| !parked.undone) {
            draft.skip(world, side, pair[side], SkipReason::Parked, format!("refused before: {}", parked.message));
            continue;
        }
        let mut action = action(world, side, ActionKind::Update, rows, rule);
        action.phone.clone_from(&phone);
        action.link = head.map(|head| head.id);
        action.via = via(world, side, pair[side], &changes);
        action.note = notes(&merged.ruled, &changes, note);
        action.changes = changes;
        draft.fate(side, pair[side], Fate::Update);
        draft.actions.push(action);
    }
    if head.is_some() {
        report_phone(world, draft, pair, base, (first_action, first_conflict));
    }
}

/// A person said that the two are not the same: their link ends, both stay, and nothing is written to either.
fn part(world: &World<'_>, draft: &mut Draft, head: Option<&LinkHead>, rows: BySide<Option<u32>>, phone: String) {
    let mut action = action(world, Side::Justcall, ActionKind::Unlink, rows, Rule::Resolved);
    action.phone = phone;
    action.link = head.map(|head| head.id);
    "kept apart by a person".clone_into(&mut action.note);
    draft.actions.push(action);
    for side in Side::BOTH {
        if let Some(row) = rows[side] {
            draft.skip(world, side, row, SkipReason::LeftAlone, "kept apart by a person".to_owned());
        }
    }
}

/// How the reason begins for which fields that a side acknowledged and did not keep are left out of a plan.
pub const NOT_SENT_AGAIN: &str = "not sent again: ";

/// Why fields are left out of a write.
fn unlanded_note(changes: &[Change]) -> String {
    let fields: Vec<String> = changes.iter().map(|change| change.field.to_string()).collect();
    match fields.as_slice() {
        [] => String::new(),
        fields => format!("{NOT_SENT_AGAIN}{} was acknowledged but did not land", fields.join(", ")),
    }
}

/// The standing rules behind these changes, and what else is to be said.
fn notes(ruled: &[(Field, String)], changes: &[Change], more: String) -> String {
    let own = ruled.iter().filter(|(field, _)| changes.iter().any(|change| change.field == *field));
    let own = own.map(|(_, words)| words.clone()).chain([more]).filter(|text| !text.is_empty());
    own.collect::<Vec<_>>().join("; ")
}

/// What the state learns at once, whatever becomes of the writes.
fn remember(
    world: &World<'_>,
    draft: &mut Draft,
    head: Option<&LinkHead>,
    pair: BySide<u32>,
    merged: &Merged,
    (phone, found): (&str, BySide<FoundBy>),
) {
    let rows = BySide { justcall: Some(pair.justcall), crm: Some(pair.crm) };
    let note = renewed_note(world, head, pair, found);
    let agreed = || -> Vec<Field> { merged.rebased.iter().chain(&merged.settled).cloned().collect() };
    let mut state_only = |kind: ActionKind, reason: Rule, agreed: Vec<Field>| {
        let mut action = action(world, Side::Justcall, kind, rows, reason);
        phone.clone_into(&mut action.phone);
        action.link = head.map(|head| head.id);
        action.agreed = agreed;
        action.note.clone_from(&note);
        draft.actions.push(action);
    };
    match head {
        None => {
            let quiet =
                merged.writes.justcall.is_empty() && merged.writes.crm.is_empty() && merged.conflicts.is_empty();
            let reason = if quiet { Rule::R12 } else { Rule::R13 };
            let all = quiet && merged.rebased.len() == world.settings.schema.len();
            state_only(ActionKind::Link, reason, if all { Vec::new() } else { agreed() });
        }
        // The link starts anew: whatever is not named here is not agreed any more.
        Some(_) if !note.is_empty() => {
            let mut agreed = agreed();
            agreed.extend(merged.kept.iter().cloned());
            state_only(ActionKind::Link, Rule::R14, agreed);
        }
        Some(_) if !merged.rebased.is_empty() => {
            state_only(ActionKind::Rebase, if merged.resolved { Rule::Resolved } else { Rule::R4 }, agreed());
        }
        Some(head) if !merged.settled.is_empty() || learns_id(world, head, pair) => {
            draft.observations.push(settled(world, head, pair, merged.settled.clone()));
        }
        Some(_) => {}
    }
}

fn read_key(world: &World<'_>, pair: BySide<u32>) -> Option<PhoneKey> {
    Side::BOTH.into_iter().find_map(|side| world.matching.key_of(side, pair[side]))
}

fn rule_of(merged: &Merged, is_linked: bool) -> Rule {
    match (merged.writes.justcall.is_empty(), merged.writes.crm.is_empty()) {
        _ if merged.resolved => Rule::Resolved,
        _ if !is_linked => Rule::R13,
        _ if merged.overruled || !merged.conflicts.is_empty() || !merged.rebased.is_empty() => Rule::R4,
        (true, false) => Rule::R2,
        (false, true) => Rule::R3,
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

/// How an update travels: bulk finds its record by number, so the number must be one contact's, unchanged, strict, and one
/// that can be read: records with the same unreadable number were told apart by nobody.
pub(crate) fn via(world: &World<'_>, side: Side, row: u32, changes: &[Change]) -> Via {
    let capabilities = world.capabilities[side];
    if !capabilities.bulk_by_phone {
        return capabilities.update_via;
    }
    let phone = world.row(side, row).cell(world.settings.schema.phone().index()).text();
    let readable = match world.normalizer.canon(&Field::Phone, Cell::from_text(phone)) {
        Canon::Phone(key) => Some(key),
        _ if mutant::is(Mutant::BulkUnreadable) => PhoneKey::new(phone, ""),
        _ => None,
    };
    let strict = readable.filter(|key| key.to_string() == phone);
    let alone = strict.is_some_and(|key| !world.matching.is_shared(side, key.number()));
    let alone = alone || mutant::is(Mutant::BulkShared);
    let moves = changes.iter().any(|change| change.field == Field::Phone) && !mutant::is(Mutant::BulkMoves);
    if alone && !moves { capabilities.update_via } else { capabilities.phone_update_via }
}
