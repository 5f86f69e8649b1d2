//! A field that only a person can decide, or has decided already.

use crate::conflicts::{self, Subject};
use crate::draft::World;
use crate::merger::{FieldCase, outgoing};
use crate::normalizer::{Canon, Normalizer};
use crate::pairs::{Merged, shown};
use model::{BySide, Cell, Change, Choice, ConflictKind, Field, LinkHead, OwnedCell, Side, WritePolicy};

/// Adds the conflict; or, where a person has answered it, what follows from the answer.
pub(crate) fn contested(
    world: &World<'_>,
    head: Option<&LinkHead>,
    pair: BySide<u32>,
    case: &FieldCase<'_>,
    kind: ConflictKind,
    merged: &mut Merged,
) {
    let rows = BySide { justcall: Some(pair.justcall), crm: Some(pair.crm) };
    let base = match (&case.base.cells.crm, &case.base.cells.justcall) {
        (OwnedCell::Unknown, other) | (other, _) => shown(other.as_cell()),
    };
    let subject = Subject {
        kind,
        link: head,
        group: None,
        rows,
        phone: world.phone(head.and_then(|head| head.key), rows),
        field: Some(case.field),
        base,
        values: BySide::from_fn(|side| shown(case.now[side])),
    };
    let mut conflict = conflicts::build(world, subject);
    let Some(choice) = conflicts::answer(world, &conflict) else {
        merged.conflicts.push(conflict);
        return;
    };
    let wanted = match choice {
        Choice::Skip | Choice::KeepApart => return, // left as it is; the base too, so that nothing is forgotten
        Choice::Take(side) => case.now[*side],
        Choice::Value(value) => Cell::from_text(value),
    };
    if *case.field == Field::Phone && !matches!(world.normalizer.canon(case.field, wanted), Canon::Phone(_)) {
        // A contact is never left without a number, nor with one that nobody can call.
        conflict.detail = format!("`{}` was chosen, which is no phone number", wanted.text());
        merged.conflicts.push(conflict);
        return;
    }
    merged.resolved = true;
    answered(world.normalizer, case, &outgoing(world.normalizer, case.field, wanted), merged);
}

fn answered(normalizer: &Normalizer, case: &FieldCase<'_>, after: &str, merged: &mut Merged) {
    let mut written = false;
    for target in Side::BOTH {
        let now = case.now[target];
        let may =
            now != Cell::Unknown && case.policy.direction.allows(target) && case.policy.write != WritePolicy::Never;
        if may && !normalizer.same(case.field, now, Cell::from_text(after)) {
            merged.writes[target].push(Change {
                field: case.field.clone(),
                before: shown(now),
                after: after.to_owned(),
            });
            written = true;
        }
    }
    if !written {
        // Policy lets nobody write the chosen value: both sides keep theirs, by agreement.
        merged.rebased.push(case.field.clone());
    }
}
