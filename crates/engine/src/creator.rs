//! Contacts that only one side has (R10, R11, R14), and those that come back after a deletion (R7, R8).

use crate::decider::copy_of;
use crate::draft::{Draft, Fate, World, action};
use crate::matcher::Alone;
use jiff::SignedDuration;
use model::{ActionKind, BySide, LinkHead, Rule, Side, SkipReason, Tombstone};

/// A record without a counterpart.
pub(crate) fn alone(world: &World<'_>, draft: &mut Draft, source: Side, alone: Alone) {
    let target = source.other();
    let row = world.row(source, alone.row);
    if let Some(tombstone) = tombstone_of_id(world, source, row.id()) {
        let lag = i64::from(world.capabilities[source].read_lag_seconds);
        if world.seen_at(source).duration_since(tombstone.at) <= SignedDuration::from_secs(lag) {
            draft.skip(world, source, alone.row, SkipReason::Lag, "deleted by us a moment ago, still listed".to_owned());
            return;
        }
    }
    if !world.settings.create_in[target] {
        let detail = format!("create_in does not name {target}");
        draft.skip(world, source, alone.row, SkipReason::CreateNotAllowed, detail);
        return;
    }
    let known = world.state.tombstones.iter().rev().find(|tombstone| tombstone.key == Some(alone.key));
    let (rule, note) = match known {
        Some(tombstone) => (Rule::R14, format!("a contact with this number was deleted on {}", tombstone.at)),
        None => (if source == Side::Justcall { Rule::R10 } else { Rule::R11 }, String::new()),
    };
    draft.fate(source, alone.row, Fate::Unchanged);
    create_again(world, draft, target, alone.row, None, rule, &note);
}

fn tombstone_of_id<'a>(world: &World<'a>, side: Side, id: &str) -> Option<&'a Tombstone> {
    let tombstones: &'a [Tombstone] = &world.state.tombstones;
    let has_id = |tombstone: &&Tombstone| tombstone.ids[side].as_ref().is_some_and(|known| known.as_str() == id);
    tombstones.iter().rev().find(has_id)
}

/// A new record on `target` from the other side's row.
pub(crate) fn create_again(
    world: &World<'_>,
    draft: &mut Draft,
    target: Side,
    row: u32,
    head: Option<&LinkHead>,
    rule: Rule,
    note: &str,
) {
    let source = target.other();
    let hash = world.hash(source, row);
    let id = world.row(source, row).id();
    if let Some(parked) = world.state.parked_write(target, id, hash) {
        draft.skip(world, source, row, SkipReason::Parked, format!("refused before: {}", parked.message));
        return;
    }
    let rows = BySide::from_fn(|side| (side == source).then_some(row));
    let mut create = action(world, target, ActionKind::Create, rows, rule);
    create.via = world.capabilities[target].create_via;
    create.changes = copy_of(world, source, row);
    let phone = create.changes.iter().find(|change| change.field == model::Field::Phone);
    create.phone = phone.map(|change| change.after.clone()).unwrap_or_default();
    create.link = head.map(|head| head.id);
    note.clone_into(&mut create.note);
    draft.actions.push(create);
}
