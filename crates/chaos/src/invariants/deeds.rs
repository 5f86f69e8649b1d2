//! What the job did to single fields: nothing that a user said is lost unheard (I1), nobody gets another one's values
//! (I6), nothing is written that nobody said (I12), nothing is written that was there already (I8), and who takes no
//! part is left alone (I15).

use super::{Scene, words};
use crate::checks::Checks;
use crate::truth::{JobDeed, Known, Said, plain};
use engine::settings::Settings;
use jiff::SignedDuration;
use model::{Direction, FieldId, Side, WritePolicy, is_parking_number};
use testkit::replica::Deed;

pub(crate) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    for done in scene.deeds {
        let aside = scene.outside.contains(&(done.side, done.place));
        checks.that("I15", !aside, || format!("{} was outside the scope: {:?}", done.side, done.deed));
        match (&done.deed, &done.before) {
            (Deed::Changed { field, before, after }, Some(known)) => {
                changed(scene, checks, done, known, (*field, before, after));
            }
            (Deed::Created { cells }, _) => {
                let person = &cells[scene.truth.person];
                for (field, text) in cells.iter().enumerate().take(scene.truth.fields.len()) {
                    if field != scene.truth.person && !text.is_empty() {
                        said(scene, checks, person, field, text);
                    }
                }
            }
            _ => {}
        }
    }
    for side in Side::BOTH {
        for contact in scene.world.replicas[side].contacts() {
            checks.that("I8", contact.unmapped == format!("note {}", contact.place), || {
                format!("an unmapped field of {side} changed: {contact:?}")
            });
        }
    }
}

fn changed(
    scene: &Scene<'_>,
    checks: &mut Checks,
    done: &JobDeed,
    known: &Known,
    (field, before, after): (usize, &str, &str),
) {
    let truth = scene.truth;
    checks.that("I8", field < truth.fields.len(), || format!("a column beyond the fields changed: {}", words(known)));
    let Some(name) = truth.fields.get(field) else { return };
    if scene.unseen.contains(&(done.side, done.place)) {
        return;
    }
    if field == truth.person {
        let same = before.is_empty() || truth.name_of(before) == truth.name_of(after);
        checks.that("I6", same, || format!("{} {} became {after}", done.side, words(known)));
        return;
    }
    said(scene, checks, &known.person, field, after);
    if let Some(said) = &known.said[field] {
        let lost = unheard(scene, done.side, known, field, said)
            && plain(name, before) == said.text
            && plain(name, after) != said.text;
        checks.that("I1", !lost, || {
            format!(
                "{name} of {} {} was `{before}`, which the other side never heard; now `{after}`",
                done.side,
                words(known)
            )
        });
    }
}

/// A user said it where the job could see it, the other side never held it, and no choice of the user decides.
pub(super) fn unheard(scene: &Scene<'_>, side: Side, known: &Known, field: usize, said: &Said) -> bool {
    !said.heard
        && !overtaken(scene, side, known, field, said)
        && scene.could_know(side, said.at, said.run)
        && !scene.lied(side)
        && travels(&scene.world.settings, field, side)
        && !scene.truth.rules.contains(&(scene.truth.fields[field].clone(), side.other()))
        && !scene.truth.decided.contains(&scene.truth.name_of(&known.person))
        && !scene.truth.is_tangled(&known.person)
}

/// The other side acknowledged it (and may not have done it), and its own user said something else since, or so shortly
/// before that no listing had shown it.
fn overtaken(scene: &Scene<'_>, side: Side, known: &Known, field: usize, said: &Said) -> bool {
    let class = scene.truth.name_of(&known.person);
    let lag = SignedDuration::from_secs(scene.world.replicas[side.other()].current_kind().lag);
    let mut there =
        scene.truth.records[side.other()].values().filter(|there| scene.truth.name_of(&there.person) == class);
    scene.truth.was_acknowledged(side.other(), &known.person, field, &said.text)
        && there.any(|there| there.said[field].as_ref().is_some_and(|later| later.at + lag >= said.at))
}

/// Whether what is said on a side in this field is to reach the other one, and no winner is named.
pub(super) fn travels(settings: &Settings, field: usize, from: Side) -> bool {
    let id = FieldId(u16::try_from(field).unwrap());
    let policy = settings.policy(id);
    policy.direction == Direction::Both
        && policy.write == WritePolicy::Always
        && settings.winner(id).is_none_or(|winner| winner == from)
}

fn said(scene: &Scene<'_>, checks: &mut Checks, person: &str, field: usize, text: &str) {
    let truth = scene.truth;
    if person.is_empty() {
        return; // the field that names the person was not stored: nobody can tell
    }
    let parked = field == truth.phone && is_parking_number(text);
    checks.that("I12", parked || truth.was_said(person, field, text), || {
        format!("nobody said {} = `{text}` of {person}", truth.fields[field])
    });
}
