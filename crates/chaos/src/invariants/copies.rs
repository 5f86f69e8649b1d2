//! Nobody is made twice (I5), nobody rises from the dead (I4), and nobody is joined to a stranger (I7).

use super::{Scene, words};
use crate::checks::Checks;
use crate::story::Fault;
use crate::truth::{Known, Truth, plain};
use model::{Field, LinkHead, Side};
use std::collections::BTreeSet;
use testkit::replica::{Deed, Who};

pub(crate) fn check(scene: &Scene<'_>, heads: &[LinkHead], dead: &BTreeSet<String>, checks: &mut Checks) {
    let truth = scene.truth;
    let contacts = model::BySide::from_fn(|side: Side| scene.world.replicas[side].contacts());
    for done in scene.deeds.iter().filter(|done| matches!(done.deed, Deed::Created { .. })) {
        let Deed::Created { cells } = &done.deed else { continue };
        let person = &cells[truth.person];
        // Whose number somebody changed before the job learned the new id cannot be found again.
        let lost = |known: &Known| known.said[truth.phone].is_some();
        // Whose side showed nobody at all, when nobody there had ever been seen, may as well never have arrived.
        let emptied = scene.faults[done.side].contains(&Fault::Empty);
        let unseen = |place: u64| emptied && place != done.place && scene.unseen.contains(&(done.side, place));
        let made = truth.live(done.side, person);
        let made = made.filter(|(place, known)| known.made_by == Who::Job && !lost(known) && !unseen(*place)).count();
        checks.that("I5", made <= 1, || format!("{person} was made {made} times in {}", done.side));
        // Somebody whom the listing showed is not made a second time, whoever made her first.
        let is_learned = |side: Side, place: u64| {
            let id =
                contacts[side].iter().find(|contact| contact.place == place).and_then(|contact| contact.id.clone());
            let is_it = |id: &String| {
                scene.heads.iter().any(|head| head.ids[side].as_ref().is_some_and(|known| known.as_str() == id))
            };
            id.as_ref().is_some_and(is_it)
        };
        // Made by the job, and its number was changed before its id was learned: somebody else from then on.
        let estranged = |side: Side, place: u64, known: &Known| {
            known.made_by == Who::Job && lost(known) && !is_learned(side, place)
        };
        if truth.live(done.side.other(), person).any(|(place, known)| estranged(done.side.other(), place, known)) {
            continue;
        }
        let shown = truth.live(done.side, person).filter(|(place, known)| {
            let stood =
                known.said[truth.phone].as_ref().is_some_and(|said| scene.could_know(done.side, said.at, said.run));
            // No number that can be read, and out of the scope or never linked and of another name and e-mail: nothing says
            // who it is.
            let readable = plain(&Field::Phone, &known.cells[truth.phone]).len() == 11;
            let told = !scene.outside.contains(&(done.side, *place))
                && (is_learned(done.side, *place) || truth.resemble(&known.cells, cells));
            let stood = stood && !estranged(done.side, *place, known) && (readable || told);
            *place != done.place && stood && !scene.unseen.contains(&(done.side, *place)) && !scene.lied(done.side)
        });
        let shown = shown.count();
        checks.that("I5", shown == 0, || format!("{person} was made in {}, and was there already", done.side));
        let name = truth.name_of(person);
        let known = |side: Side| {
            truth.gone.get(&(name.clone(), side)).is_none_or(|gone| scene.could_know(side, gone.at, gone.run))
        };
        let risen = dead.contains(&name) && Side::BOTH.into_iter().all(known);
        checks.that("I4", !risen, || format!("{person} was deleted everywhere and is back in {}", done.side));
    }
    joined(scene, heads, checks);
}

/// New links join one person to herself. Two strangers may only be joined where number and name say that they are one,
/// which the truth has taken note of before the run.
fn joined(scene: &Scene<'_>, heads: &[LinkHead], checks: &mut Checks) {
    let truth = scene.truth;
    let contacts = model::BySide::from_fn(|side: Side| scene.world.replicas[side].contacts());
    for head in heads.iter().filter(|head| !scene.heads.iter().any(|known| known.ids == head.ids)) {
        let person = |side: Side| {
            let place = Truth::place_of(&contacts[side], head.ids[side].as_ref()?.as_str())?;
            truth.records[side].get(&place).filter(|known| !known.person.is_empty())
        };
        let (Some(left), Some(right)) = (person(Side::Justcall), person(Side::Crm)) else { continue };
        checks.that("I7", truth.name_of(&left.person) == truth.name_of(&right.person), || {
            format!("{} was linked to {}", words(left), words(right))
        });
    }
}

/// Persons whom a user deleted and who are nowhere now.
pub(crate) fn bury(truth: &Truth, dead: &mut BTreeSet<String>) {
    for (person, _) in truth.gone.keys() {
        let person = truth.name_of(person);
        let lives = Side::BOTH.into_iter().any(|side| truth.live(side, &person).next().is_some());
        if lives {
            dead.remove(&person);
        } else {
            dead.insert(person);
        }
    }
}
