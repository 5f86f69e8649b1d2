//! The state file: it opens and is sound after every end of a run (I14), and what it says of a side is what that side
//! held or acknowledged once (I13).

use super::Scene;
use crate::checks::Checks;
use crate::truth::{Truth, plain};
use model::{Base, LinkHead, OwnedCell, Side};
use store::{JournalFilter, Store};

pub(crate) fn check(scene: &Scene<'_>, store: &Store, heads: &[LinkHead], checks: &mut Checks) {
    let journal = store.verify_journal().unwrap();
    checks.that("I14", journal.broken.is_none(), || format!("the journal is broken: {:?}", journal.broken));
    let doubles = store.doubly_linked().unwrap();
    checks.that("I14", doubles.is_empty(), || format!("linked twice: {doubles:?}"));
    // Whatever was sent in a run that ended was noted, and how it ended.
    if let Some(told) = scene.told {
        let open = store.open_intents().unwrap().len();
        let unknown = told.report.failed.iter().filter(|failed| failed.unknown).count();
        checks.that("I14", open <= unknown, || format!("{open} writes open in the journal, {unknown} are unknown"));
    }
    let noted = store.journal(&JournalFilter::default()).unwrap().len();
    checks.that("I14", noted >= scene.sent, || format!("{} writes were sent, {noted} are in the journal", scene.sent));
    let bases = store.all_bases(&scene.world.settings.schema).unwrap();
    for (head, base) in heads.iter().zip(&bases) {
        claims(scene, head, base, checks);
    }
}

fn claims(scene: &Scene<'_>, head: &LinkHead, base: &Base, checks: &mut Checks) {
    let truth = scene.truth;
    for side in Side::BOTH {
        let Some(id) = &head.ids[side] else { continue };
        let contacts = scene.world.replicas[side].contacts();
        let Some(known) = Truth::place_of(&contacts, id.as_str()).and_then(|place| truth.records[side].get(&place))
        else {
            continue;
        };
        for (at, field) in truth.fields.iter().enumerate() {
            // What is known of one side alone was sent there, and says nothing of what it holds.
            let agreed = Some(&base.fields[at]).filter(|field| field.is_known());
            let Some(OwnedCell::Value(text)) = agreed.map(|field| &field.cells[side]) else { continue };
            let text = plain(field, text);
            let held = known.held[at].contains(&text) || truth.was_acknowledged(side, &known.person, at, &text);
            let before = scene.heads.iter().any(|old| old == head);
            checks.that("I13", held || before, || {
                format!("the base says {field} = `{text}` of {} in {side}, which never held it", known.person)
            });
        }
    }
}
