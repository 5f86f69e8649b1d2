//! What people decided goes on where a replica merges a contact into another and gives it a new id.

use crate::corpus::{ANN, BOB, CAT};
use crate::story::Story;
use jiff::Timestamp;
use model::{Choice, RecordId};
use sync::decide::{self, Who};

fn linked() -> Story {
    let story = Story::new();
    story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("company", "Old")]);
    story.crm.add(&[("first_name", "Bob"), ("phone", BOB)]);
    story.settle();
    story
}

/// A stranger in the CRM, to be merged with.
fn stranger(story: &Story) {
    story.crm.add(&[("first_name", "Ann"), ("email", "second@example.com")]);
}

fn apart() -> Story {
    let story = linked();
    story.crm.edit("Ann", "company", "Acme");
    story.justcall.edit("Ann", "company", "Beta");
    let plan = story.run().plan;
    story.resolve(&plan, "company", Choice::KeepApart);
    story.run();
    assert_eq!(story.store().apart().unwrap().len(), 1);
    story
}

#[test]
fn a_pair_that_is_kept_apart_stays_so_after_a_merge() {
    let story = apart();
    stranger(&story);
    let merged = story.crm.merge("Acme", "second@example.com");
    for _ in 0..2 {
        let told = story.run();
        assert!(!told.plan.has_work(), "{:#?}", told.plan.actions);
    }
    let [pair] = story.store().apart().unwrap().try_into().unwrap();
    assert_eq!(pair.ids.crm, RecordId::from(merged.as_str()));
    assert_eq!((story.justcall.count(), story.crm.count()), (2, 2));
}

#[test]
fn whoever_merges_the_partner_with_the_one_kept_apart_says_that_they_are_the_same() {
    let story = apart();
    // Ann in JustCall gets a partner of her own, and the two in the CRM turn out to be one.
    story.crm.edit("Acme", "phone", CAT);
    story.run();
    story.settle();
    let own = story.crm.find("Beta").unwrap().id.unwrap();
    story.crm.merge(&own, "Acme");
    story.run();
    assert!(story.store().apart().unwrap().iter().all(|pair| !pair.ids.crm.as_str().ends_with("-merged")));
    story.justcall.edit("Beta", "company", "Gamma");
    story.run();
    assert_eq!(story.crm.value(ANN, "company"), "Gamma", "the link goes on");
}

#[test]
fn what_was_taken_out_of_the_plan_stays_out_after_a_merge() {
    let story = linked();
    story.justcall.edit("Ann", "company", "Beta");
    let plan = story.plan().plan;
    let who = Who { name: "ann".to_owned(), at: Timestamp::UNIX_EPOCH };
    let excluded = decide::excludable(&plan, &who);
    assert_eq!(excluded.len(), 1);
    decide::exclude(&mut story.store(), &who, &excluded).unwrap();
    stranger(&story);
    story.crm.merge("Old", "second@example.com");
    for _ in 0..2 {
        let told = story.run();
        assert!(!told.plan.has_writes(), "{:#?}", told.plan.actions);
    }
    assert_eq!(story.crm.value("Old", "company"), "Old");
    assert_eq!(story.store().exclusions().unwrap().len(), 1);
}
