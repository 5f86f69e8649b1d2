//! No class of changes exceeds its guard within seven days unless a person let it through, and then not by more than was
//! let through (I11). Counts what really happened, killed runs included.

use super::Scene;
use crate::checks::Checks;
use engine::settings::GuardClass;
use jiff::{SignedDuration, Timestamp};
use model::Field;
use std::collections::BTreeMap;
use testkit::replica::Deed;

/// What counts towards a guard.
#[derive(Debug, Clone)]
pub(crate) struct Spent {
    at: Timestamp,
    class: GuardClass,
    count: u64,
}

pub(crate) fn check(scene: &Scene<'_>, linked: u64, spent: &mut Vec<Spent>, checks: &mut Checks) {
    let week_ago = scene.start - SignedDuration::from_hours(7 * 24);
    for (class, count) in count(scene) {
        let limit = scene.world.settings.guards.of(class).limit(linked);
        let before: u64 =
            spent.iter().filter(|old| old.class == class && old.at >= week_ago).map(|old| old.count).sum();
        let approved = scene.world.approvals.get(&class).copied();
        // The first sync knows no limit to these, and lasts until one run has got through.
        let amounts = matches!(class, GuardClass::Creates | GuardClass::Changed);
        let first = amounts && (linked == 0 || !scene.plain);
        // A kept plan was judged when it was made.
        if !first && !scene.kept {
            let most = limit.saturating_sub(before).max(approved.unwrap_or(0));
            checks.that("I11", count <= most, || {
                format!("{count} {class} in one run, {before} before it, limit {limit}, approved {approved:?}")
            });
        }
        if approved.is_none() && !first {
            spent.push(Spent { at: scene.start, class, count });
        }
    }
}

/// Changes of each class that landed in this run. Contacts count once, however many steps a change took.
fn count(scene: &Scene<'_>) -> BTreeMap<GuardClass, u64> {
    let mut counts = BTreeMap::new();
    let mut phones = Vec::new();
    let mut changed = Vec::new();
    let phone = scene.truth.fields.iter().position(|field| *field == Field::Phone);
    for done in scene.deeds {
        let who = (done.side, done.place);
        // A new contact that the replica took for somebody whom no listing had shown (I6): counted as what it was meant to be.
        if scene.unseen.contains(&who) && !matches!(done.deed, Deed::Created { .. } | Deed::Deleted { .. }) {
            continue;
        }
        let mut add = |class: GuardClass| *counts.entry(class).or_insert(0) += 1;
        match &done.deed {
            Deed::Created { .. } => add(GuardClass::Creates),
            Deed::Deleted { .. } => add(GuardClass::Deletes),
            Deed::Changed { field, after, before } => {
                if !changed.contains(&who) {
                    add(GuardClass::Changed);
                    changed.push(who);
                }
                if after.is_empty() {
                    add(GuardClass::Clears);
                }
                // A number that is written in another form only is no other number.
                let moved = crate::truth::plain(&Field::Phone, before) != crate::truth::plain(&Field::Phone, after);
                if Some(*field) == phone && moved && !phones.contains(&who) {
                    add(GuardClass::PhoneChanges);
                    phones.push(who);
                }
            }
        }
    }
    counts
}
