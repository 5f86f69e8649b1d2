//! The three-way merge of one field: what both sides did since the base, and what follows (rules R1 to R4 and R13).
//!
//! Says what should happen to one field; does not build actions, count, or look at other fields.

use crate::differ::{Edit, Known, Standing, edit};
use crate::normalizer::{Canon, Normalizer, same_canon};
use model::mutant::{self, Mutant};
use model::{
    BaseField, BySide, Cell, Clearing, ConflictKind, Field, FieldPolicy, Side, WritePolicy, is_parking_number,
};

/// One field of one contact on both sides.
#[derive(Debug, Clone, Copy)]
pub struct FieldCase<'a> {
    /// Which field.
    pub field: &'a Field,
    /// Its policy.
    pub policy: FieldPolicy,
    /// The side whose value wins a difference, where one is named.
    pub winner: Option<Side>,
    /// What both held when they last agreed.
    pub base: &'a BaseField,
    /// What both hold now.
    pub now: BySide<Cell<'a>>,
    /// Whether the record's name is one that a phone system made up.
    pub made_up: BySide<bool>,
    /// Whether the side's value looks as if the replica had cut off what it was sent.
    pub cut_off: BySide<bool>,
}

/// What follows for one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing, and the base stays as it is.
    Keep,
    /// Nothing to write; the base takes the listed form of the same values.
    Settle,
    /// Both sides agree on something new: the base moves.
    Rebase,
    /// The side takes this text ("" empties the field).
    Write(Side, String),
    /// A person decides.
    Conflict(ConflictKind),
}

/// Decides one field.
pub fn decide(normalizer: &Normalizer, case: &FieldCase<'_>) -> Decision {
    if let Some(decision) = unpark(normalizer, case) {
        return decision;
    }
    let decision = if case.base.is_known() { with_base(normalizer, case) } else { without_base(normalizer, case) };
    match decision {
        Decision::Write(target, _) if !may_write(normalizer, case, target) => Decision::Keep,
        // What would be written means what is there already (an extension that cannot travel, a blank for a blank).
        Decision::Write(target, after) if normalizer.same(case.field, case.now[target], Cell::from_text(&after)) => {
            Decision::Rebase
        }
        // Nothing that a person answers could be written anywhere.
        Decision::Conflict(_) if !Side::BOTH.into_iter().any(|side| is_allowed(normalizer, case, side)) => {
            Decision::Keep
        }
        other => other,
    }
}

/// A number that an interrupted run parked is ours, not an edit: the contact gets the other side's number (S21).
fn unpark(normalizer: &Normalizer, case: &FieldCase<'_>) -> Option<Decision> {
    let is_parked = |side: &Side| *case.field == Field::Phone && is_parking_number(case.now[*side].text());
    let side = Side::BOTH.into_iter().find(is_parked).filter(|_| !mutant::is(Mutant::ParkedNumber))?;
    let readable = matches!(normalizer.canon(case.field, case.now[side.other()]), Canon::Phone(_));
    Some(if readable { write(normalizer, case, side) } else { Decision::Keep })
}

fn with_base(normalizer: &Normalizer, case: &FieldCase<'_>) -> Decision {
    let edits = BySide::from_fn(|side| {
        let standing = match (case.base.sent[side], case.cut_off[side]) {
            (false, _) => Standing::ReadBack,
            (true, false) => Standing::Sent,
            (true, true) => Standing::CutOff,
        };
        let base = Known { cell: case.base.cells[side].as_cell(), standing };
        edit(normalizer, case.field, base, case.now[side], case.made_up[side])
    });
    let clears =
        (case.policy.clearing == Clearing::Propagate || mutant::is(Mutant::ClearAlways)) && *case.field != Field::Phone;
    match (edits.justcall, edits.crm) {
        // R1
        (Edit::Same, Edit::Same) => {
            if case.base.sent.justcall || case.base.sent.crm {
                Decision::Settle
            } else {
                Decision::Keep
            }
        }
        (a, b) if a.is_quiet() && b.is_quiet() => Decision::Settle,
        (Edit::Unknown, _) | (_, Edit::Unknown) => Decision::Keep,
        (Edit::Cleared, Edit::Cleared) => Decision::Rebase,
        // R2, R3, R4: equal values need no write.
        (Edit::Edited | Edit::Shortened, _) | (_, Edit::Edited | Edit::Shortened) if agree(normalizer, case) => {
            Decision::Rebase
        }
        // No winner by policy either: it would send the same text every night to a replica that cuts it off.
        (Edit::Shortened, _) | (_, Edit::Shortened) => Decision::Conflict(ConflictKind::BothEdited),
        (Edit::Edited, Edit::Edited) => contest(normalizer, case, ConflictKind::BothEdited),
        // A damaged phone against a new one: which is right is nobody's guess (PHONES rules). A made-up name loses.
        (Edit::Edited, Edit::Unusable) | (Edit::Unusable, Edit::Edited) if *case.field == Field::Phone => {
            Decision::Conflict(ConflictKind::BothEdited)
        }
        (Edit::Edited, Edit::Cleared) | (Edit::Cleared, Edit::Edited) if clears => {
            contest(normalizer, case, ConflictKind::BothEdited)
        }
        (Edit::Edited, _) => write(normalizer, case, Side::Crm),
        (_, Edit::Edited) => write(normalizer, case, Side::Justcall),
        (Edit::Cleared, other) if clears && other.is_quiet() => Decision::Write(Side::Crm, String::new()),
        (other, Edit::Cleared) if clears && other.is_quiet() => Decision::Write(Side::Justcall, String::new()),
        _ => Decision::Keep,
    }
}

/// R12 and R13: the sides never agreed on this field.
fn without_base(normalizer: &Normalizer, case: &FieldCase<'_>) -> Decision {
    if case.now.justcall == case.now.crm && case.now.justcall != Cell::Unknown {
        return Decision::Rebase; // letter by letter: nothing to read
    }
    let made_up = |side: Side| case.made_up[side] && matches!(case.field, Field::FirstName | Field::LastName);
    let canon = BySide::from_fn(|side| match normalizer.canon(case.field, case.now[side]) {
        Canon::Text(_) if made_up(side) => Canon::Blank,
        canon => canon,
    });
    match (&canon.justcall, &canon.crm) {
        (Canon::Unknown | Canon::Unreadable, _) | (_, Canon::Unknown | Canon::Unreadable) => Decision::Keep,
        (a, b) if same_canon(a, b) => Decision::Rebase,
        _ if is_own_write(normalizer, case) => Decision::Rebase,
        (Canon::Blank, _) => write(normalizer, case, Side::Justcall),
        (_, Canon::Blank) => write(normalizer, case, Side::Crm),
        _ => contest(normalizer, case, ConflictKind::NoBase),
    }
}

/// One side shows what the replica made of our own write (S25), whose end nobody knew, and the other side still says what
/// was sent then.
fn is_own_write(normalizer: &Normalizer, case: &FieldCase<'_>) -> bool {
    Side::BOTH.into_iter().filter(|side| case.base.sent[*side] && !mutant::is(Mutant::RewritingIsEdit)).any(|side| {
        let sent = case.base.cells[side].as_cell();
        let standing = if case.cut_off[side] { Standing::CutOff } else { Standing::Sent };
        let known = Known { cell: sent, standing };
        sent != Cell::Unknown
            && normalizer.same(case.field, sent, case.now[side.other()])
            && edit(normalizer, case.field, known, case.now[side], case.made_up[side]).is_quiet()
    })
}

/// Two different values: the named winner's, or a person's decision.
pub(crate) fn contest(normalizer: &Normalizer, case: &FieldCase<'_>, kind: ConflictKind) -> Decision {
    if mutant::is(Mutant::ConflictGuess) {
        return write(normalizer, case, Side::Justcall);
    }
    match case.winner {
        // A winner that has nothing to show does not win: clearing is not taken for a value.
        Some(winner) if case.now[winner].value().is_some() => write(normalizer, case, winner.other()),
        _ => Decision::Conflict(kind),
    }
}

fn write(normalizer: &Normalizer, case: &FieldCase<'_>, target: Side) -> Decision {
    Decision::Write(target, outgoing(normalizer, case.field, case.now[target.other()]))
}

/// The text that one side's value becomes on the other: as typed, but numbers in E.164, the one form that everybody
/// reads alike.
pub fn outgoing(normalizer: &Normalizer, field: &Field, cell: Cell<'_>) -> String {
    match normalizer.canon(field, cell) {
        Canon::Phone(key) => key.e164(),
        _ => cell.text().to_owned(),
    }
}

fn agree(normalizer: &Normalizer, case: &FieldCase<'_>) -> bool {
    normalizer.same(case.field, case.now.justcall, case.now.crm)
}

/// Policy, and that nothing unseen or unreadable is overwritten.
fn may_write(normalizer: &Normalizer, case: &FieldCase<'_>, target: Side) -> bool {
    let canon = normalizer.canon(case.field, case.now[target]);
    is_allowed(normalizer, case, target) && !matches!(canon, Canon::Unknown | Canon::Unreadable)
}

/// Direction and write policy.
fn is_allowed(normalizer: &Normalizer, case: &FieldCase<'_>, target: Side) -> bool {
    let allowed = match case.policy.write {
        WritePolicy::Always => true,
        WritePolicy::IfEmpty => normalizer.canon(case.field, case.now[target]) == Canon::Blank,
        WritePolicy::Never => false,
    };
    (allowed && case.policy.direction.allows(target)) || mutant::is(Mutant::PolicyIgnored)
}
