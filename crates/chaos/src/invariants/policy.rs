//! At the boundary: what the user forbade is not even asked for (I16), nothing is sent that is there already (I8), and
//! everything that is sent was planned (I9); a run ends (L1).

use super::Scene;
use crate::checks::Checks;
use crate::truth::plain;
use crate::watch::Call;
use connector::WriteKind;
use model::{ActionKind, Clearing, Field, Plan, WritePolicy, is_parking_number};

pub(crate) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    for call in scene.calls {
        allowed(scene, checks, call);
        let again = scene.refused.contains(&(call.side, call.write.clone())) && call.write.kind != WriteKind::Delete;
        checks.that("L3", !again, || format!("it was refused before and is sent again: {:?}", call.write));
        if let Some(told) = scene.told {
            checks.that("I9", planned(scene, &told.plan, call), || format!("not planned: {:?}", call.write));
        }
    }
    if let Some(told) = scene.told {
        let writes = told.plan.actions.iter().filter(|action| action.kind.is_write()).count();
        checks.that("L1", scene.calls.len() <= 3 * writes, || {
            format!("{} writes sent for a plan of {writes}", scene.calls.len())
        });
    }
}

fn allowed(scene: &Scene<'_>, checks: &mut Checks, call: &Call) {
    let (settings, schema) = (&scene.world.settings, &scene.world.settings.schema);
    let Call { side, write, .. } = call;
    let name = |text: String| format!("{side} {:?}: {text}", write.kind);
    match write.kind {
        WriteKind::Create => checks.that("I16", settings.create_in[*side], || name("creating is not allowed".into())),
        WriteKind::Delete => checks.that("I16", settings.delete_in[*side], || name("deleting is not allowed".into())),
        WriteKind::Update => {}
    }
    for (id, text) in &write.set {
        let field = schema.field(*id);
        let now = write.current.as_ref().map_or("", |record| record.cell(id.index()).text());
        let policy = settings.policy(*id);
        let is_key = *field == Field::Phone && (write.kind == WriteKind::Create || is_parking_number(text));
        let may = policy.direction.allows(*side) && policy.write != WritePolicy::Never;
        checks.that("I16", is_key || may, || name(format!("{field} is not to be written")));
        let decided = scene.truth.decided.contains(&scene.truth.name_of(person_of(scene, call)));
        let filled = policy.write == WritePolicy::IfEmpty && !now.trim().is_empty();
        checks.that("I16", !filled || decided, || name(format!("{field} holds `{now}` and gets `{text}`")));
        let clears = text.is_empty() && policy.clearing != Clearing::Propagate;
        checks.that("I16", !clears || decided, || name(format!("{field} `{now}` is not to be emptied")));
        if write.kind == WriteKind::Update {
            let differs = plain(field, now) != plain(field, text) || is_parking_number(now) || now.trim() != now;
            let differs = differs || decided; // also for the beginning of what is there
            checks.that("I8", differs, || name(format!("{field} is sent as `{text}` and is `{now}`")));
        }
    }
}

fn person_of<'a>(scene: &Scene<'_>, call: &'a Call) -> &'a str {
    let at = scene.truth.person;
    let current = call.write.current.as_ref().map(|record| record.cell(at).text());
    let sent = call.write.set.iter().find(|(id, _)| id.index() == at).map(|(_, text)| text.as_str());
    current.or(sent).unwrap_or_default()
}

/// Whether the plan holds this very write; parking a number for a moment belongs to a circle.
fn planned(scene: &Scene<'_>, plan: &Plan, call: &Call) -> bool {
    let schema = &scene.world.settings.schema;
    let Call { side, write, .. } = call;
    let kind = match write.kind {
        WriteKind::Create => ActionKind::Create,
        WriteKind::Update => ActionKind::Update,
        WriteKind::Delete => ActionKind::Delete,
    };
    plan.actions.iter().any(|action| {
        let same = (action.side, action.kind) == (*side, kind)
            && action.record_id == write.current.as_ref().map(|record| record.id.clone());
        same && write.set.iter().all(|(id, text)| {
            let wanted = |change: &model::Change| change.field == *schema.field(*id) && change.after == *text;
            let parks = action.cycle.is_some() && is_parking_number(text);
            parks || action.changes.iter().any(wanted)
        })
    })
}
