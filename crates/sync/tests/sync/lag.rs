//! Replicas that show our writes late (S8).

use crate::corpus::{ANN, BOB};
use crate::story::Story;
use model::SkipReason;
use testkit::Kind;

#[test]
fn our_own_fresh_writes_are_there_by_presumption() {
    for ids_in_answers in [false, true] {
        let late = Kind { lag: 20, ids_in_answers, ..Kind::phone_system() };
        let story = Story::between(late, Kind::file()).quick_deletes();
        story.crm.add(&[("first_name", "Ann"), ("phone", ANN)]);
        story.run();
        for _ in 0..3 {
            story.clock.seconds(2);
            let told = story.run();
            assert!(!told.plan.has_writes(), "{:#?}", told.plan.actions);
        }
        assert_eq!((story.justcall.count(), story.crm.count()), (1, 1));
        story.settle();
        story.check_quiet("shown at last");
    }
}

#[test]
fn our_own_deletion_that_is_still_listed_is_no_new_contact() {
    let story = Story::between(Kind { lag: 20, ..Kind::phone_system() }, Kind::file()).quick_deletes();
    story.crm.add(&[("first_name", "Ann"), ("phone", ANN)]);
    story.crm.add(&[("first_name", "Bob"), ("phone", BOB)]);
    story.settle();
    story.crm.remove("Ann");
    story.run();
    assert_eq!(story.justcall.count(), 1);
    story.clock.seconds(2);
    let told = story.run();
    assert!(told.plan.skipped.iter().any(|skipped| skipped.reason == SkipReason::Lag), "{:?}", told.plan);
    story.settle();
    assert_eq!((story.justcall.count(), story.crm.count()), (1, 1));
    story.check_quiet("gone at last");
}

#[test]
fn an_update_that_is_not_shown_yet_is_no_edit() {
    let story = Story::between(Kind { lag: 20, ..Kind::phone_system() }, Kind::file());
    story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("company", "Old")]);
    story.settle();
    story.crm.edit("Ann", "company", "New");
    story.run();
    for _ in 0..3 {
        story.clock.seconds(2);
        story.run();
        assert_eq!(story.crm.value("Ann", "company"), "New", "the old value does not come back");
    }
    story.settle();
    assert_eq!(story.justcall.value("Ann", "company"), "New");
    story.check_quiet("shown at last");
}
