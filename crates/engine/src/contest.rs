//! A field that only a person can decide, or has decided already: by itself, or by a rule for all fields alike.

use crate::conflicts::{self, Subject};
use crate::draft::World;
use crate::merger::{Decision, FieldCase, decide, outgoing};
use crate::newest;
use crate::normalizer::{Canon, Normalizer};
use crate::pairs::{Merged, shown};
use model::{BySide, Cell, Change, Choice, Conflict, ConflictKind, ConflictPolicy, Field, LinkHead, Side, WritePolicy};

/// The conflict about one field of two records.
pub(crate) fn conflict(
    world: &World<'_>,
    head: Option<&LinkHead>,
    pair: BySide<u32>,
    case: &FieldCase<'_>,
    kind: ConflictKind,
) -> Conflict {
    let rows = BySide { justcall: Some(pair.justcall), crm: Some(pair.crm) };
    let base = if case.base.is_known() { shown(case.base.cells.crm.as_cell()) } else { None };
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
    let set = BySide::from_fn(|side| newest::stamp(world, side, pair[side], case));
    Conflict { set, ..conflicts::build(world, subject) }
}

/// What a standing rule makes of the conflict, where there is one: the same that policy would, were its winner named
/// there; else what `newest` does. A person's answer to this very conflict comes first, and a field that flips to and fro
/// is decided by itself. Where a rule leaves it open, the conflict says why.
pub(crate) fn ruled(
    world: &World<'_>,
    case: &FieldCase<'_>,
    frozen: bool,
    conflict: &mut Conflict,
) -> Option<(Decision, String)> {
    if frozen {
        "flips to and fro between two values, run after run".clone_into(&mut conflict.detail);
        return None;
    }
    let settled = BySide::from_fn(|side| by_winner(world, case, side));
    conflict.for_all = *case.field != Field::Phone && Side::BOTH.into_iter().any(|side| settled[side].is_some());
    if conflicts::answer(world, conflict).is_some() {
        return None;
    }
    let Some(rule) = world.standing_rule(case.field, conflict.kind) else {
        let (winner, words) = newest::newer(world, case, conflict).filter(|_| decides_by_time(case))?;
        return settled[winner].clone().map(|decision| (decision, words));
    };
    if settled[rule.take].is_none() {
        conflict.detail =
            format!("the standing rule {} takes {}, which has nothing to write", rule.id(), rule.take.title());
    }
    settled[rule.take].clone().map(|decision| (decision, rule.words()))
}

fn decides_by_time(case: &FieldCase<'_>) -> bool {
    case.policy.conflict == ConflictPolicy::Newest
}

/// What follows where this side wins; nothing where it has nothing to show, or may not write.
fn by_winner(world: &World<'_>, case: &FieldCase<'_>, winner: Side) -> Option<Decision> {
    let decision = decide(world.normalizer, &FieldCase { winner: Some(winner), ..*case });
    matches!(decision, Decision::Write(..) | Decision::Rebase).then_some(decision)
}

/// Adds the conflict; or, where a person has answered it, what follows from the answer.
pub(crate) fn contested(
    world: &World<'_>,
    pair: BySide<u32>,
    case: &FieldCase<'_>,
    mut conflict: Conflict,
    merged: &mut Merged,
) {
    let Some(choice) = conflicts::answer(world, &conflict) else {
        merged.conflicts.push(conflict);
        return;
    };
    let wanted = match choice {
        // Left as it is; the base too, so that nothing is forgotten.
        Choice::Skip => return merged.decided.push(conflict),
        Choice::KeepApart if Side::BOTH.into_iter().all(|side| world.row(side, pair[side]).native_id()) => {
            merged.apart = true;
            return merged.decided.push(conflict);
        }
        Choice::KeepApart => {
            "`keep apart` was chosen, but one of the records has no id of its own to remember it by"
                .clone_into(&mut conflict.detail);
            return merged.conflicts.push(conflict);
        }
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
    merged.decided.push(conflict);
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
