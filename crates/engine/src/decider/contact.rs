//! Deleting a CRM contact that has a record for each of its numbers: only as a whole, once none of its contacts in
//! `JustCall` is left, and by one of its records alone.

use super::{Case, counted, doubt, edits, is_fresh};
use crate::draft::World;
use model::{LinkStatus, Side};

/// What becomes of a record whose contact in `JustCall` is gone for good.
pub(super) enum Goes {
    /// Nothing else speaks for its contact: it is deleted.
    Alone,
    /// Another record does.
    With(String),
    /// Another number's contact is not gone for good.
    NotYet(String),
}

/// The other records of the same contact: with their case where their link misses a contact in `JustCall`.
fn others<'a>(world: &'a World<'_>, case: &Case<'a>) -> Vec<(u32, Option<Case<'a>>)> {
    let group = if case.missing == Side::Justcall { world.matching.siblings.group(case.row) } else { &[] };
    let others = group.iter().filter(|row| **row != case.row);
    let case_of = |row: u32| {
        let joined = world.matching.survey.joined.iter().find(|joined| joined.rows.crm == Some(row))?;
        let head = &world.heads[joined.head];
        let is_missing = joined.rows.justcall.is_none() && head.status == LinkStatus::Active;
        is_missing.then_some(Case { head, missing: Side::Justcall, row })
    };
    others.map(|row| (*row, case_of(*row))).collect()
}

fn number(world: &World<'_>, row: u32) -> String {
    let phone = world.settings.schema.phone().index();
    world.row(Side::Crm, row).cell(phone).text().to_owned()
}

/// Why a contact of the CRM stays whose contact in `JustCall` is gone, whatever was edited since: another of its numbers
/// is in `JustCall`, or is on its way there.
pub(super) fn remains(world: &World<'_>, case: &Case<'_>) -> Option<String> {
    let is_gone = |other: &Option<Case<'_>>| {
        other
            .as_ref()
            .is_some_and(|other| !is_fresh(world, other.head, Side::Justcall) && doubt(world, other).is_none())
    };
    let left = others(world, case).into_iter().filter(|(_, other)| !is_gone(other));
    let left: Vec<String> = left.map(|(row, _)| number(world, row)).collect();
    (!left.is_empty()).then(|| {
        format!(
            "deleted in JustCall, and the same CRM contact has {} as well: it stays. Take the number out of the CRM, or \
             delete the other contacts in JustCall, too",
            left.join(", ")
        )
    })
}

/// What becomes of a record that is due.
pub(super) fn goes(world: &World<'_>, case: &Case<'_>) -> Goes {
    let others = others(world, case);
    let is_due = |other: &Option<Case<'_>>| {
        other.as_ref().is_some_and(|other| {
            counted(world, other).sightings >= world.settings.sightings
                && edits(world, other, world.base(other.head)).is_empty()
        })
    };
    let waiting: Vec<String> =
        others.iter().filter(|(_, other)| !is_due(other)).map(|(row, _)| number(world, *row)).collect();
    if !waiting.is_empty() {
        return Goes::NotYet(format!("the same CRM contact has {}, which is not to go yet", waiting.join(", ")));
    }
    match others.iter().map(|(row, _)| *row).filter(|row| *row < case.row).min() {
        Some(first) => {
            Goes::With(format!("goes together with {}, another number of the same contact", number(world, first)))
        }
        None => Goes::Alone,
    }
}
