//! Contacts that only one side has (R10, R11, R14), and those that come back after a deletion (R7, R8).

mod faceless;

use crate::conflicts::{self, Subject};
use crate::draft::{Draft, Fate, World, action};
use crate::identity::{Identity, names};
use crate::matcher::Alone;
use crate::normalizer::{Canon, PhoneReading, name};
use jiff::SignedDuration;
use model::mutant::{self, Mutant};
use model::{
    ActionKind, BySide, Change, ConflictKind, Field, Held, HeldReason, LinkHead, Rule, Side, SkipReason, Via,
    WritePolicy,
};

/// A record that is to be made.
pub(crate) struct Birth<'a> {
    /// Where.
    pub(crate) target: Side,
    /// The row of the other side that it copies.
    pub(crate) row: u32,
    /// The link that it is made for again.
    pub(crate) head: Option<&'a LinkHead>,
    pub(crate) rule: Rule,
    pub(crate) note: &'a str,
}

/// A record without a counterpart.
pub(crate) fn alone(world: &World<'_>, draft: &mut Draft, source: Side, alone: Alone) {
    let target = source.other();
    let row = world.row(source, alone.row);
    if let Some(tombstone) = world.tombstone_of(source, row.id()).filter(|_| row.native_id()) {
        let lag = i64::from(world.capabilities[source].read_lag_seconds);
        if !mutant::is(Mutant::DeletedEcho)
            && world.seen_at(source).duration_since(tombstone.at) <= SignedDuration::from_secs(lag)
        {
            draft.skip(world, source, alone.row, SkipReason::Lag, "deleted a moment ago, still listed".to_owned());
            return;
        }
    }
    if world.state.fresh_callers.contains(&(target, alone.key.number())) {
        let detail = format!("made of a caller in {}, which need not show it yet", target.title());
        draft.skip(world, source, alone.row, SkipReason::Lag, detail);
        return;
    }
    if let Some((reason, detail)) = counterpart(world, source, alone) {
        draft.skip(world, source, alone.row, reason, detail);
        return;
    }
    let (rule, note) = match world.buried(alone.key) {
        Some(tombstone) => (Rule::R14, format!("a contact with this number was deleted on {}", tombstone.at)),
        None => (if source == Side::Justcall { Rule::R10 } else { Rule::R11 }, String::new()),
    };
    draft.fate(source, alone.row, Fate::Unchanged);
    create(world, draft, &Birth { target, row: alone.row, head: None, rule, note: &note });
}

/// A record of the other side that takes no part itself and may be this very contact: a second one is not made.
fn counterpart(world: &World<'_>, source: Side, alone: Alone) -> Option<(SkipReason, String)> {
    let other = source.other();
    if !mutant::is(Mutant::ScopeCounterpart)
        && world.matching.filtered[other].binary_search(&alone.key.number()).is_ok()
    {
        let detail = format!("its counterpart in {} is outside the scope", other.title());
        return Some((SkipReason::Filtered, detail));
    }
    if let Some(row) = world.matching.has_beside(alone.key.number()).filter(|_| other == Side::Crm) {
        let detail = format!("{} in the CRM has this number beside its synced one", world.row(other, row).id());
        return Some((SkipReason::OtherNumber, detail));
    }
    let row = world.row(source, alone.row);
    if let Some(hidden) = faceless::may_be(world, other, alone.key, row) {
        let detail = format!("record {hidden} in {} cannot be read and may be this contact", other.title());
        return Some((SkipReason::UnreadableCounterpart, detail));
    }
    let suspects = &world.matching.unreadable[other];
    if suspects.is_empty() {
        return None;
    }
    let person = Identity::of(world.normalizer, &world.settings.schema, row);
    let reason = SkipReason::UnreadableCounterpart;
    suspects.resemble(&person).then(|| {
        (reason, format!("a record in {} with the same name or e-mail has an unreadable phone", other.title()))
    })
}

/// A record again for a link that lost it. Only while nobody else on `target` has its number: bulk finds contacts by
/// number, and would write this person over another (I6).
pub(crate) fn create_again(world: &World<'_>, draft: &mut Draft, birth: &Birth<'_>) -> bool {
    let Birth { target, row, head, .. } = *birth;
    let holder = match holder_of_its_number(world, draft, target, row) {
        _ if mutant::is(Mutant::HolderOfNumber) => return create(world, draft, birth),
        Holder::Nobody => return create(world, draft, birth),
        Holder::Row(holder) => Some(holder),
        Holder::Planned => None,
    };
    let source = target.other();
    let rows = BySide::from_fn(|side| if side == source { Some(row) } else { holder });
    let mut conflict = conflicts::build(
        world,
        Subject {
            kind: ConflictKind::SharedPhone,
            link: head,
            group: None,
            rows,
            phone: world.phone(None, rows),
            field: None,
            base: None,
            values: BySide::from_fn(|side| {
                rows[side].map(|_| world.name(BySide::from_fn(|at| rows[at].filter(|_| at == side))))
            }),
        },
    );
    conflict.detail = format!("it is to be created again in {}, where another contact has its number", target.title());
    if conflicts::answer(world, &conflict).is_some() {
        draft.skip(world, source, row, SkipReason::LeftAlone, SkipReason::LeftAlone.words().to_owned());
        draft.decided.push(conflict);
        return false;
    }
    draft.fate(source, row, Fate::Conflict);
    draft.conflicts.push(conflict);
    false
}

/// Who has a number on the side where a record would bring it.
enum Holder {
    Nobody,
    /// A listed row.
    Row(u32),
    /// A contact that this plan creates.
    Planned,
}

/// Whether the number that a record would bring along is taken on `target`, and by which row, where it is there yet.
fn holder_of_its_number(world: &World<'_>, draft: &Draft, target: Side, row: u32) -> Holder {
    let Some(wanted) = world.number_of(target.other(), row) else { return Holder::Nobody };
    // Somebody else has it on the side that it comes from, and may be about to bring it along.
    if world.matching.is_shared(target.other(), wanted) {
        return Holder::Planned;
    }
    match world.holder(target, wanted) {
        Some(at) => Holder::Row(at),
        None if draft.creates[target].contains(&wanted) => Holder::Planned,
        None => Holder::Nobody,
    }
}

/// A new record on `target` from the other side's row, which is skipped with a reason where there can be none.
fn create(world: &World<'_>, draft: &mut Draft, birth: &Birth<'_>) -> bool {
    let Birth { target, row, head, rule, note } = *birth;
    let source = target.other();
    if (!world.settings.create_in[target] && !mutant::is(Mutant::CreatePolicy))
        || world.capabilities[target].create_via == Via::State
    {
        let detail = format!("create_in does not name {target}");
        draft.skip(world, source, row, SkipReason::CreateNotAllowed, detail);
        return false;
    }
    if let Some(parked) = world.parked(target, row) {
        let (reason, said) = if parked.undone {
            (SkipReason::Undone, parked.message.clone())
        } else {
            (SkipReason::Parked, format!("refused before: {}", parked.message))
        };
        draft.skip(world, source, row, reason, said);
        return false;
    }
    if let Some(detail) = world.half_seen(target) {
        draft.fate(source, row, Fate::Unchanged);
        draft.held.push(held(world, birth, detail));
        return false;
    }
    let changes = copy_of(world, source, row);
    let Some(phone) = changes.iter().find(|change| change.field == Field::Phone).map(|change| change.after.clone())
    else {
        let cell = world.row(source, row).cell(world.settings.schema.phone().index());
        let (reason, detail) = match world.normalizer.read_phone(cell.text()) {
            PhoneReading::Unusable(reason, detail) => (reason, detail),
            _ => (SkipReason::NoPhone, SkipReason::NoPhone.words().to_owned()),
        };
        draft.skip(world, source, row, reason, detail);
        return false;
    };
    let rows = BySide::from_fn(|side| (side == source).then_some(row));
    let mut create = action(world, target, ActionKind::Create, rows, rule);
    create.via = world.capabilities[target].create_via;
    create.changes = changes;
    create.phone = phone;
    create.link = head.map(|head| head.id);
    note.clone_into(&mut create.note);
    draft.creates[target].extend(world.number_of(source, row));
    draft.actions.push(create);
    true
}

/// Waits until the target was seen whole.
fn held(world: &World<'_>, birth: &Birth<'_>, detail: String) -> Held {
    let source = birth.target.other();
    let rows = BySide::from_fn(|side| (side == source).then_some(birth.row));
    Held {
        side: birth.target,
        kind: ActionKind::Create,
        record_id: None,
        phone: world.phone(world.matching.key_of(source, birth.row), rows),
        reason: HeldReason::PartialListing,
        until: None,
        other_id: world.record_id(source, Some(birth.row)),
        name: world.name(rows),
        detail,
        class: None,
        link: birth.head.map(|head| head.id),
    }
}

/// The values of a row that a new record on the other side is made of. The number is always among them, if it can be
/// read: without it there is no contact.
fn copy_of(world: &World<'_>, source: Side, row_at: u32) -> Vec<Change> {
    let schema = &world.settings.schema;
    let row = world.row(source, row_at);
    let (first, last) = names(schema, row);
    let made_up = name::is_placeholder(first, last);
    let mut changes = Vec::new();
    for (id, field) in schema.iter() {
        let policy = world.settings.policy(id);
        let writable = policy.direction.allows(source.other()) && policy.write != WritePolicy::Never;
        let nameless = made_up && matches!(field, Field::FirstName | Field::LastName);
        if (!writable && *field != Field::Phone) || nameless {
            continue;
        }
        let known = if *field == Field::Phone { world.matching.key_of(source, row_at) } else { None };
        let after = match known.map_or_else(|| world.normalizer.canon(field, row.cell(id.index())), Canon::Phone) {
            Canon::Blank | Canon::Unknown | Canon::Unreadable => continue,
            Canon::Phone(key) => key.e164(),
            Canon::Text(_) => row.cell(id.index()).text().to_owned(),
        };
        changes.push(Change { field: field.clone(), before: None, after });
    }
    changes
}
