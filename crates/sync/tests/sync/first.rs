//! First syncs, quiet second runs, and what a run makes of the order and form of what it is shown.

use crate::corpus::{ANN, BOB, CAT};
use crate::story::Story;
use model::{Field, RunOutcome, Side};
use testkit::{Kind, Rewrite};

fn some(story: &Story) {
    story.justcall.add(&[("first_name", "Ann"), ("phone", ANN), ("company", "Acme")]);
    story.crm.add(&[("first_name", "Bob"), ("phone", "(415) 555-0102"), ("email", "bob@x.com")]);
    story.justcall.add(&[("first_name", "Cat"), ("phone", CAT)]);
    story.crm.add(&[("first_name", "Cat"), ("phone", "415-555-0103"), ("company", "Cats")]);
}

#[test]
fn a_first_sync_copies_both_ways_and_a_second_does_nothing() {
    for (justcall, crm) in [
        (Kind::phone_system(), Kind::file()),
        (Kind::talkative(), Kind::file()),
        (Kind::phone_system(), Kind::file_without_ids()),
        (Kind::talkative(), Kind::talkative()),
    ] {
        let story = Story::between(justcall, crm);
        some(&story);
        let told = story.run();
        assert_eq!(told.report.outcome, RunOutcome::Applied, "{:?}", told.report);
        assert_eq!((told.report.applied.justcall.create, told.report.applied.crm.create), (1, 1));
        assert_eq!(story.crm.value("Ann", "company"), "Acme");
        assert_eq!(story.justcall.value("bob@x.com", "phone"), BOB, "numbers travel as E.164");
        assert_eq!(story.justcall.value("Cat", "company"), "Cats", "blanks are filled (R13)");
        assert_eq!(story.crm.value("Cat", "phone"), "415-555-0103", "no write for a difference of form alone (S24)");
        story.clock.seconds(60);
        let second = story.run();
        assert!(!second.plan.has_writes(), "{:#?}", second.plan.actions);
        story.check_quiet("third run");
        story.check_state("third run");
    }
}

#[test]
fn ids_that_the_answer_did_not_tell_are_learned_from_the_next_listing() {
    let story = Story::between(Kind::phone_system(), Kind::file_without_ids());
    some(&story);
    story.run();
    assert_eq!(story.store().counts().unwrap().pending, 2, "one on each side");
    story.settle();
    assert_eq!(story.store().counts().unwrap().pending, 1, "the file's row still has none");
    story.check_quiet("a row without an id");
    story.crm.give_ids();
    story.settle();
    assert_eq!(story.store().counts().unwrap().pending, 0);
    assert_eq!(story.justcall.ledger().reads, 0, "no lookup per created contact");
    story.check_quiet("ids on both sides");
    assert_eq!((story.justcall.count(), story.crm.count()), (3, 3));
}

#[test]
fn what_the_replica_makes_of_a_value_is_no_edit() {
    // S25: two ways to notice, a read-back and the next listing.
    for kind in [Kind::phone_system(), Kind::talkative()] {
        let rewrites = vec![Rewrite::Trim, Rewrite::Shout, Rewrite::Cut(8), Rewrite::BarePhones];
        let story = Story::between(Kind { rewrites, ..kind }, Kind::file());
        story.crm.add(&[("first_name", " Ann "), ("phone", ANN), ("company", "Acme Corporation")]);
        story.run();
        assert_eq!(story.justcall.value("ANN", "company"), "ACME COR");
        story.settle();
        story.check_quiet("rewritten");
        story.crm.edit(ANN, "company", "Beta Corporation");
        story.settle();
        assert_eq!(story.justcall.value("ANN", "company"), "BETA COR");
        assert_eq!(story.crm.value(ANN, "company"), "Beta Corporation");
        assert_eq!(story.crm.ledger().by_job(0).count(), 0, "nothing ever came back");
        story.check_quiet("rewritten again");
    }
}

#[test]
fn unmapped_fields_stay_and_only_named_fields_are_written() {
    let story = Story::new();
    some(&story);
    story.settle();
    let notes = |side: &testkit::MemoryReplica| side.contacts().into_iter().map(|c| c.unmapped).collect::<Vec<_>>();
    let before = (notes(&story.justcall), notes(&story.crm));
    story.crm.edit("Ann", "company", "Beta");
    story.justcall.edit("Ann", "email", "ann@x.com");
    let deeds = (story.justcall.deeds(), story.crm.deeds());
    story.run();
    assert_eq!(story.justcall.ledger().by_job(deeds.0).count(), 1, "I8");
    assert_eq!(story.crm.ledger().by_job(deeds.1).count(), 1, "I8");
    assert_eq!((notes(&story.justcall), notes(&story.crm)), before);
}

#[test]
fn the_order_of_listings_and_double_rows_make_no_difference() {
    // L5, L8, S2.
    let ends: Vec<_> = [(false, false), (true, false), (false, true), (true, true)]
        .into_iter()
        .map(|(reversed, doubled)| {
            let story = Story::new();
            some(&story);
            for side in Side::BOTH {
                story.replica(side).faults(|faults| {
                    faults.reversed = reversed;
                    faults.doubled = doubled;
                });
            }
            story.settle();
            story.crm.edit("Ann", "company", "Beta");
            story.justcall.edit("Cat", "email", "cat@x.com");
            story.settle();
            story.worlds()
        })
        .collect();
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:#?}");
}

#[test]
fn a_field_that_a_side_does_not_show_is_left_alone() {
    // S29: unknown never overwrites, and is never overwritten.
    let story = Story::new();
    some(&story);
    story.settle();
    story.justcall.faults(|faults| faults.unknown = [Field::Company].into());
    let told = story.run();
    assert!(!told.plan.has_writes(), "{:#?}", told.plan.actions);
    story.crm.edit("Ann", "company", "Beta");
    let told = story.run();
    assert!(!told.plan.has_writes(), "{:#?}", told.plan.actions);
    story.justcall.calm();
    story.settle();
    assert_eq!(story.justcall.value("Ann", "company"), "Beta");
    story.check_quiet("shown again");
}

#[test]
fn a_dry_run_changes_nothing() {
    let story = Story::new();
    some(&story);
    let before = story.worlds();
    let plan = story.plan().plan;
    assert!(plan.has_writes());
    assert_eq!(story.worlds(), before);
    assert_eq!((story.justcall.ledger().batches, story.crm.ledger().batches), (0, 0), "I9");
    let state = story.store();
    assert_eq!((state.serial().unwrap(), state.runs(9).unwrap().len()), (0, 0));
    assert_eq!(story.plan().plan.id, plan.id, "same input, same plan (L13)");
}

#[test]
fn one_thread_and_two_make_the_same_plan_from_the_state() {
    let story = Story::new().quick_deletes();
    for (name, phone) in [("Ann", ANN), ("Bob", BOB), ("Cat", CAT)] {
        story.crm.add(&[("first_name", name), ("phone", phone), ("company", name)]);
    }
    story.run();
    story.clock.seconds(86_400);
    story.crm.edit("Ann", "company", "Acme");
    story.justcall.edit("Bob", "company", "Beta");
    story.crm.add(&[("first_name", "Dan"), ("phone", "+14155550104")]);
    let plan = |least: usize| engine::threads::from(least, || sync::plan_to_json(&story.plan().plan).unwrap());
    assert_eq!(plan(1), plan(usize::MAX));
}
