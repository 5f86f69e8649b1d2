//! Absence, proof and time: what it takes to delete, and what undoes it.

use crate::corpus::{ANN, BOB, CAT};
use crate::story::Story;
use model::{ActionKind, HeldReason, Side, SkipReason};
use testkit::Kind;

fn synced(justcall: Kind, crm: Kind) -> Story {
    let story = Story::between(justcall, crm);
    for (name, phone) in [("Ann", ANN), ("Bob", BOB), ("Cat", CAT)] {
        story.crm.add(&[("first_name", name), ("phone", phone), ("company", name)]);
    }
    story.settle();
    story
}

fn usual() -> Story {
    synced(Kind::phone_system(), Kind::file())
}

#[test]
fn a_deletion_needs_two_nights() {
    // S13, both ways.
    for side in Side::BOTH {
        let story = usual();
        let other = story.replica(side.other());
        story.replica(side).remove("Ann");
        let first = story.run();
        assert_eq!(first.plan.held[0].reason, HeldReason::AwaitingSighting);
        story.clock.hours(1);
        assert_eq!(story.run().plan.held.len(), 1, "an hour is not a night");
        assert!(other.find("Ann").is_some());
        story.clock.hours(24);
        let third = story.run();
        let delete = third.plan.actions.iter().find(|action| action.kind == ActionKind::Delete).unwrap();
        assert_eq!(delete.evidence.as_ref().unwrap().sightings, 2);
        assert!(other.find("Ann").is_none());
        assert_eq!(story.store().tombstones().unwrap().len(), 1);
        story.settle();
        story.check_quiet("deleted");
        story.check_state("deleted");
    }
}

#[test]
fn what_comes_back_is_not_deleted() {
    // S15
    let story = usual();
    let ann = story.justcall.find("Ann").unwrap();
    story.justcall.remove("Ann");
    story.run();
    story.clock.hours(24);
    story.justcall.restore(&ann);
    story.run();
    assert!(story.store().absences().unwrap().is_empty());
    story.clock.hours(24);
    story.check_quiet("returned");
    assert_eq!(story.crm.count(), 3);
}

#[test]
fn an_edit_beats_a_deletion() {
    // R7, R8, S12
    for side in Side::BOTH {
        let story = usual().quick_deletes();
        story.replica(side).remove("Ann");
        story.replica(side.other()).edit("Ann", "company", "Acme");
        story.run();
        assert_eq!(story.replica(side).value("Ann", "company"), "Acme");
        story.settle();
        story.check_quiet("no loop");
        assert_eq!((story.justcall.count(), story.crm.count()), (3, 3));
    }
}

#[test]
fn deleted_on_both_sides_leaves_a_memory_and_no_call() {
    // R9, S11
    let story = usual();
    story.justcall.remove("Ann");
    story.crm.remove("Ann");
    let told = story.run();
    assert!(!told.plan.has_writes());
    assert_eq!(story.store().counts().unwrap().links, 2);
    assert_eq!(story.store().tombstones().unwrap().len(), 1);
    story.check_quiet("R9");
}

#[test]
fn a_listing_that_lies_deletes_nobody() {
    // S1, S3, S4, S5, I3: partial, empty, cut off, drifting, failing to answer.
    type Fault = fn(&mut testkit::replica::Faults);
    let faults: [Fault; 5] = [
        |faults| faults.partial = true,
        |faults| faults.empty = true,
        |faults| faults.cut_at = Some(1),
        |faults| faults.hidden = ["Ann".to_owned()].into(),
        |faults| {
            faults.hidden = ["Ann".to_owned()].into();
            faults.unclear = true;
        },
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        let story = usual().quick_deletes();
        story.justcall.faults(fault);
        story.crm.edit("Cat", "email", "cat@x.com");
        for _ in 0..3 {
            story.run();
            story.clock.hours(30);
        }
        assert_eq!(story.crm.ledger().deletes_by_job(), 0, "fault {number}");
        assert_eq!(story.justcall.ledger().creates_by_job(), 3, "fault {number}: nobody is made twice");
        story.justcall.calm();
        story.settle();
        assert_eq!(story.justcall.value("Cat", "email"), "cat@x.com");
        story.check_quiet("recovered");
    }
}

#[test]
fn both_sides_empty_forgets_nothing() {
    // S4
    let story = usual().quick_deletes();
    for side in Side::BOTH {
        story.replica(side).faults(|faults| faults.empty = true);
    }
    let told = story.run();
    assert_eq!(story.store().counts().unwrap().links, 3);
    assert_eq!(told.plan.alarms.len(), 2);
    for side in Side::BOTH {
        story.replica(side).calm();
    }
    story.run();
    story.check_quiet("back again");
}

#[test]
fn a_scope_is_left_without_a_loss() {
    // S9, S10
    let mut story = usual().quick_deletes();
    story.settings.scope.crm.conditions = vec![(4, vec![String::new(), "lead".to_owned()])];
    story.crm.edit("Ann", "stage", "closed");
    story.crm.edit("Bob", "company", "Bobs");
    story.run();
    assert_eq!(story.justcall.count(), 3);
    assert_eq!(story.justcall.value("Bob", "company"), "Bobs");
    let told = story.run();
    assert!(told.plan.skipped.iter().any(|skipped| skipped.reason == SkipReason::Filtered));
    story.crm.edit("Ann", "company", "Acme");
    story.run();
    assert_eq!(story.justcall.value("Ann", "company"), "Ann", "out of scope is untouched (I15)");
    story.crm.edit("Ann", "stage", "lead");
    story.settle();
    assert_eq!(story.justcall.value("Ann", "company"), "Acme", "linked again by the stored ids");
    assert_eq!((story.justcall.count(), story.crm.count()), (3, 3));
    story.check_quiet("back in scope");
}

#[test]
fn a_changed_scope_forbids_deletions_for_one_run() {
    // S10
    let mut story = usual().quick_deletes();
    story.justcall.remove("Ann");
    story.scope = "leads".to_owned();
    let told = story.run();
    assert_eq!(told.plan.held[0].reason, HeldReason::ConfigChanged);
    assert_eq!(story.crm.count(), 3);
    story.run();
    assert_eq!(story.crm.count(), 2, "the next run goes on");
}

#[test]
fn made_again_by_hand_is_the_same_contact() {
    // S14, R14
    let story = usual().quick_deletes();
    story.justcall.remove("Ann");
    story.justcall.add(&[("first_name", "Ann"), ("phone", ANN), ("company", "Ann")]);
    let told = story.run();
    assert!(!told.plan.has_writes(), "{:#?}", told.plan.actions);
    story.check_quiet("adopted");
    story.crm.edit("Ann", "company", "Acme");
    story.run();
    assert_eq!(story.justcall.value("Ann", "company"), "Acme");
}
