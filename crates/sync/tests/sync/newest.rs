//! Who set which value, and when: asked of a side that can tell, only where something depends on it; and `newest` (S32).

use crate::corpus::{ANN, BOB};
use crate::story::Story;
use model::{Author, ConflictPolicy};
use testkit::Kind;

/// Old on both sides, and others whom nobody contests.
fn story(justcall: Kind, crm: Kind, policy: ConflictPolicy) -> Story {
    let mut story = Story::between(justcall, crm);
    for field in &mut story.settings.policies {
        field.conflict = policy;
    }
    story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("company", "Old")]);
    story.crm.add(&[("first_name", "Bob"), ("phone", BOB)]);
    story.settle();
    story.clock.hours(24);
    story
}

#[test]
fn the_later_edit_wins_where_both_sides_tell_s32() {
    for justcall_first in [true, false] {
        let story = story(Kind::phone_system().with_times(), Kind::file().with_times(), ConflictPolicy::Newest);
        let edits = [(&story.justcall, "Beta"), (&story.crm, "Gamma")];
        let order = if justcall_first { [0, 1] } else { [1, 0] };
        for at in order {
            edits[at].0.edit("Ann", "company", edits[at].1);
            story.clock.hours(1);
        }
        let told = story.run();
        assert!(told.plan.conflicts.is_empty(), "{:?}", told.plan.conflicts);
        let newest = if justcall_first { "Gamma" } else { "Beta" };
        assert_eq!(
            (story.justcall.value("Ann", "company"), story.crm.value("Ann", "company")),
            (newest.into(), newest.into())
        );
        story.settle();
        story.check_quiet("newest");
    }
}

#[test]
fn a_conflict_says_who_set_it_and_nobody_else_is_asked_for() {
    let story = story(Kind::phone_system(), Kind::file().with_times(), ConflictPolicy::Review);
    let asked = || story.crm.ledger().histories;
    story.crm.edit("Bob", "company", "Bobs");
    assert!(story.run().plan.conflicts.is_empty());
    assert_eq!(asked(), 0, "an edit on one side");
    story.crm.edit("Ann", "company", "Gamma");
    let edited = story.clock.now();
    story.justcall.edit("Ann", "company", "Beta");
    let told = story.run();
    let set = &told.plan.conflicts[0].set;
    assert_eq!(set.crm.as_ref().map(|stamp| (stamp.at, stamp.by)), Some((edited, Author::Person)));
    assert_eq!(set.justcall, None);
    assert_eq!(asked(), 1, "Ann alone");
}

#[test]
fn a_conflict_that_somebody_edits_again_is_decided_by_that_s32() {
    for (again, other) in [("crm", "Gamma"), ("justcall", "Beta")] {
        let story = story(Kind::phone_system(), Kind::file().with_times(), ConflictPolicy::Newest);
        story.crm.edit("Ann", "company", "Gamma");
        story.justcall.edit("Ann", "company", "Beta");
        story.clock.hours(1);
        assert_eq!(story.run().plan.conflicts.len(), 1, "JustCall does not tell");
        story.clock.hours(24);
        assert_eq!(story.run().plan.conflicts.len(), 1, "and time alone decides nothing");
        story.clock.hours(24);
        let side = if again == "crm" { &story.crm } else { &story.justcall };
        side.edit("Ann", "company", "Delta");
        story.clock.hours(1);
        let told = story.run();
        assert!(told.plan.conflicts.is_empty(), "{again} {other}: {:?}", told.plan.conflicts);
        for replica in [&story.justcall, &story.crm] {
            assert_eq!(replica.value("Ann", "company"), "Delta", "{again}");
        }
    }
}

#[test]
fn a_mere_change_of_form_is_no_edit() {
    let story = story(Kind::phone_system(), Kind::file(), ConflictPolicy::Newest);
    story.crm.edit("Ann", "company", "Gamma");
    story.justcall.edit("Ann", "company", "Beta");
    for _ in 0..2 {
        assert_eq!(story.run().plan.conflicts.len(), 1);
        story.clock.hours(24);
    }
    story.crm.edit("Ann", "company", " Gamma");
    assert_eq!(story.run().plan.conflicts.len(), 1);
}

#[test]
fn without_an_answer_a_person_decides() {
    let story = story(Kind::phone_system().with_times(), Kind::file().with_times(), ConflictPolicy::Newest);
    story.justcall.edit("Ann", "company", "Beta");
    story.clock.hours(1);
    story.crm.edit("Ann", "company", "Gamma");
    story.crm.faults(|faults| faults.history_error = Some(connector::ErrorKind::Server));
    let told = story.run();
    assert_eq!(told.plan.conflicts.len(), 1);
    assert!(told.stopped.is_none());
}
