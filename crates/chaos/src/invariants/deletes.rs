//! Deletions: only of persons whom a user deleted on the other side, after enough observations, and only what is known
//! there (I2); none because of a listing that was not whole (I3).

use super::deeds::unheard;
use super::{Scene, words};
use crate::checks::Checks;
use crate::story::Fault;
use crate::truth::JobDeed;
use jiff::SignedDuration;
use model::Side;
use testkit::replica::Deed;

pub(crate) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    for done in scene.deeds.iter().filter(|done| matches!(done.deed, Deed::Deleted { .. })) {
        proven(scene, checks, done);
    }
    if scene.rescoped {
        let deleted = scene.deeds.iter().any(|done| matches!(done.deed, Deed::Deleted { .. }));
        checks.that("I2", !deleted, || "deleted in the run that changed the scope (S10)".to_owned());
    }
    for side in Side::BOTH {
        let deletes =
            scene.deeds.iter().filter(|done| done.side == side.other() && matches!(done.deed, Deed::Deleted { .. }));
        let partial = scene.faults[side].iter().any(|fault| matches!(fault, Fault::Partial | Fault::Empty));
        if partial && !scene.kept && !scene.vouched {
            checks.that("I3", deletes.count() == 0, || format!("{side} was not read whole, and something was deleted"));
        }
    }
}

fn proven(scene: &Scene<'_>, checks: &mut Checks, done: &JobDeed) {
    let (truth, settings) = (scene.truth, &scene.world.settings);
    let Some(known) = &done.before else { return };
    let other = done.side.other();
    let person = truth.name_of(&known.person);
    let decided = truth.decided.contains(&person);
    let Some(gone) = truth.gone.get(&(person.clone(), other)) else {
        checks
            .that("I2", decided, || format!("{} was deleted in {}, and nobody asked for it", words(known), done.side));
        return;
    };
    // Somebody who came back while the run was under way could not be seen.
    let back = truth
        .live(other, &person)
        .find(|(_, there)| there.said.iter().flatten().any(|said| scene.could_know(other, said.at, said.run)));
    checks.that("I2", back.is_none(), || {
        let there = back.map(|(_, there)| words(there));
        format!("{} was deleted in {} and lives in {other} as {}", words(known), done.side, there.unwrap_or_default())
    });
    let wait = SignedDuration::from_hours(i64::from(settings.sightings.saturating_sub(1) * settings.min_hours));
    let enough = truth.runs - gone.run >= usize::try_from(settings.sightings).unwrap();
    checks.that("I2", decided || (enough && done.at.duration_since(gone.at) >= wait), || {
        format!("{} was deleted in {} too soon: gone since {}", words(known), done.side, gone.at)
    });
    for (field, said) in known.said.iter().enumerate() {
        let Some(said) = said else { continue };
        let held = crate::truth::plain(&truth.fields[field], &gone.cells[field]) == said.text;
        let stands = crate::truth::plain(&truth.fields[field], &known.cells[field]) == said.text;
        // A question that a killed run never got to note, about a field that is not shown: nobody can know of it.
        let name = truth.fields[field].to_string();
        let blind =
            scene.faults[done.side].iter().any(|fault| matches!(fault, Fault::Unknown(field) if *field == name));
        let knowable = stands && !(blind && scene.interrupted);
        // Acknowledged there and not done: only a listing would have shown that, and they deleted the contact before one.
        let told = truth.was_acknowledged(other, &known.person, field, &said.text);
        let lost = knowable && !told && !held && !said.text.is_empty() && unheard(scene, done.side, known, field, said);
        checks.that("I2", !lost, || {
            let field = &truth.fields[field];
            format!("{} was deleted in {}, and its {field} `{}` was never heard", words(known), done.side, said.text)
        });
    }
}
