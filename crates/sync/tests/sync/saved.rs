//! Plans that were saved, shown to a person, and applied later.

use crate::corpus::{ANN, BOB, CAT};
use crate::story::{Story, Told};
use model::{Plan, StaleRecord};
use sync::{Error, Finished, plan_from_json, plan_to_json};
use testkit::{Loss, block_on};

fn four() -> Story {
    let story = Story::new().quick_deletes();
    for (name, phone) in [("Ann", ANN), ("Bob", BOB), ("Cat", CAT), ("Dan", "+14155550104")] {
        story.crm.add(&[("first_name", name), ("phone", phone), ("company", name)]);
    }
    story
}

fn saved(story: &Story) -> Plan {
    let json = plan_to_json(&story.plan().plan).unwrap();
    plan_from_json(&json).unwrap()
}

fn apply(story: &Story, plan: &Plan) -> Result<(Told, Vec<StaleRecord>), Error> {
    story.with(|session| {
        let planned = block_on(session.revalidate(plan.clone()))?;
        let Finished { report, stopped } = block_on(session.apply(&planned))?;
        Ok((Told { plan: planned.plan, report, stopped }, planned.stale))
    })
}

#[test]
fn a_plan_is_used_once_the_first_one_too() {
    // S35, I10
    let story = four();
    for _ in 0..2 {
        let plan = saved(&story);
        apply(&story, &plan).unwrap();
        let deeds = (story.justcall.deeds(), story.crm.deeds());
        assert!(matches!(apply(&story, &plan), Err(Error::Store(store::Error::PlanUsed { .. }))));
        assert_eq!((story.justcall.deeds(), story.crm.deeds()), deeds);
        story.clock.seconds(60);
        story.crm.edit("Ann", "company", "Acme");
    }
    let (old, new) = (saved(&story), saved(&story));
    assert_eq!(old.id, new.id);
    story.run();
    assert!(apply(&story, &old).is_err(), "a plan that another run overtook");
}

#[test]
fn an_edited_or_newer_plan_is_refused() {
    let story = four();
    let text = String::from_utf8(plan_to_json(&story.plan().plan).unwrap()).unwrap();
    assert!(matches!(plan_from_json(text.replace("Ann", "Eve").as_bytes()), Err(Error::EditedPlan { .. })));
    assert!(matches!(plan_from_json(text.replace("plan/1", "plan/2").as_bytes()), Err(Error::PlanFormat { .. })));
    assert!(matches!(plan_from_json(b"{"), Err(Error::NoPlan(_))));
    assert!(matches!(plan_from_json(b"[]"), Err(Error::NoPlan(_))));
}

#[test]
fn a_plan_for_something_else_is_refused() {
    // S36
    let foreign = |change: fn(&mut Story), wanted: &str| {
        let mut story = four();
        let plan = saved(&story);
        change(&mut story);
        match apply(&story, &plan) {
            Err(Error::ForeignPlan { what, .. }) => assert_eq!(what, wanted),
            other => panic!("{wanted}: {}", other.is_ok()),
        }
        assert_eq!((story.justcall.ledger().batches, story.crm.ledger().batches), (0, 0));
    };
    foreign(|story| story.justcall.impersonate("another"), "account");
    foreign(|story| story.crm.impersonate("another"), "CRM");
    foreign(|story| story.settings.sightings = 7, "configuration");
    foreign(|story| story.scope = "nobody".to_owned(), "configuration");
    let (mine, yours) = (four(), four());
    let plan = saved(&mine);
    drop(store::Store::open(&yours.state_path(), [9; 16]).unwrap());
    assert!(matches!(apply(&yours, &plan), Err(Error::ForeignPlan { what: "state file", .. })));
}

#[test]
fn the_state_belongs_to_its_replicas() {
    let story = four();
    story.settle();
    story.justcall.impersonate("another");
    assert!(matches!(story.try_run(), Err(Error::OtherAccount { .. })));
}

#[test]
fn what_moved_is_left_out_and_the_rest_is_applied() {
    // S34, I9
    let story = four();
    story.settle();
    story.crm.edit("Ann", "company", "Acme");
    story.crm.edit("Bob", "company", "Bobs");
    let plan = saved(&story);
    story.crm.edit("Bob", "company", "Bobby");
    let (told, stale) = apply(&story, &plan).unwrap();
    assert_eq!((stale.len(), told.report.stale.len()), (1, 1));
    assert_eq!(story.justcall.value("Ann", "company"), "Acme");
    assert_eq!(story.justcall.value("Bob", "company"), "Bob");
    story.settle();
    assert_eq!(story.justcall.value("Bob", "company"), "Bobby");
    story.check_quiet("stale");
}

#[test]
fn a_contact_that_is_back_is_not_deleted() {
    // S15, I2: between the plan and its use.
    for side in model::Side::BOTH {
        let story = four();
        story.settle();
        let ann = story.replica(side).find("Ann").unwrap();
        story.replica(side).remove("Ann");
        let plan = saved(&story);
        story.replica(side).restore(&ann);
        let (told, stale) = apply(&story, &plan).unwrap();
        assert_eq!(
            (stale.len(), told.report.applied.crm.delete + told.report.applied.justcall.delete),
            (1, 0),
            "{side}"
        );
        assert!(story.replica(side.other()).find("Ann").is_some());
        story.settle();
        story.check_quiet("back");
    }
}

#[test]
fn a_contact_that_appeared_meanwhile_is_not_made_twice() {
    let story = four();
    let plan = saved(&story);
    story.justcall.add(&[("first_name", "Ann"), ("phone", ANN)]);
    let (_, stale) = apply(&story, &plan).unwrap();
    assert_eq!(stale.len(), 1);
    story.settle();
    assert_eq!((story.justcall.count(), story.crm.count()), (4, 4));
    story.check_quiet("appeared");
}

#[test]
fn a_few_records_are_read_and_many_are_listed() {
    let story = Story::new();
    for n in 0..150 {
        story.crm.add(&[("first_name", &format!("P{n}")), ("phone", &format!("+14155551{n:03}"))]);
    }
    story.settle();
    // One is read and written by its id: two requests. Two would take four; both pages and a bulk request are three.
    for (edits, reads, lists) in [(1, 1, 0), (2, 0, 1)] {
        for n in 0..edits {
            story.crm.edit(&format!("P{n}"), "company", &format!("of {edits}"));
        }
        let plan = saved(&story);
        let before = story.justcall.ledger();
        apply(&story, &plan).unwrap();
        let after = story.justcall.ledger();
        assert_eq!((after.reads - before.reads, after.lists - before.lists), (reads, lists), "two pages hold them all");
        story.settle();
    }
}

#[test]
fn an_unsettled_write_is_settled_before_a_saved_plan() {
    // S37: the plan would make the contact that may be there already.
    for loss in [Loss::BeforeEffect, Loss::AfterEffect] {
        let story = Story::between(testkit::Kind { lag: 20, ..testkit::Kind::phone_system() }, testkit::Kind::file());
        story.crm.add(&[("first_name", "Ann"), ("phone", ANN)]);
        story.justcall.faults(|faults| faults.losses = [loss].into());
        story.run();
        story.justcall.calm();
        story.clock.seconds(2);
        let plan = saved(&story);
        assert_eq!(plan.alarms.len(), 1, "{:?}", plan.alarms);
        assert!(apply(&story, &plan).is_err(), "void: the state moved");
        story.settle();
        assert_eq!(story.justcall.ledger().creates_by_job(), 1, "{loss:?}");
        story.check_quiet("settled");
    }
}
