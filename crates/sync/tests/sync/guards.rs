//! Guards withhold a class and let the rest through; approvals are ceilings for one run.

use crate::story::Story;
use engine::settings::{Guard, GuardClass};
use model::{HeldReason, RunOutcome};

fn forty() -> Story {
    let story = Story::new().quick_deletes();
    for n in 0..40 {
        let phone = format!("+141555501{n:02}");
        story.crm.add(&[("first_name", &format!("P{n}")), ("phone", &phone), ("company", "Acme")]);
    }
    story.settle();
    story
}

#[test]
fn a_mass_deletion_waits_and_the_rest_goes_on() {
    // S16, I11
    let mut story = forty();
    for n in 0..16 {
        story.justcall.remove(&format!("P{n}"));
    }
    story.crm.edit("P20", "company", "Beta");
    let told = story.run();
    assert_eq!(told.report.outcome, RunOutcome::Waiting);
    assert!(told.plan.held.iter().all(|held| held.reason == HeldReason::Guard));
    assert_eq!((story.crm.count(), told.plan.held.len()), (40, 16));
    assert_eq!(story.justcall.value("P20", "company"), "Beta");
    story.approvals = [(GuardClass::Deletes, 10)].into();
    story.run();
    assert_eq!(story.crm.count(), 30, "an approval is a ceiling");
    story.approvals.clear();
    story.run();
    assert_eq!(story.crm.count(), 30, "and holds for one run");
    story.approvals = [(GuardClass::Deletes, 100)].into();
    story.run();
    assert_eq!(story.crm.count(), 24);
}

#[test]
fn slices_add_up() {
    // S17: 3 an hour, 5 a week pass.
    let story = forty();
    for n in 0..12 {
        story.justcall.remove(&format!("P{n}"));
        if n % 3 == 2 {
            story.clock.hours(1);
            story.run();
        }
    }
    assert!(story.crm.count() >= 35, "{}", story.crm.count());
    story.clock.hours(24 * 8);
    story.run();
    let left = story.crm.count();
    assert!(left <= 37, "a guard does not block for ever once the rest is small: {left}");
}

#[test]
fn what_failed_does_not_count() {
    let story = forty();
    for n in 0..5 {
        story.crm.edit(&format!("P{n}"), "company", "");
    }
    story.justcall.faults(|faults| faults.apply_error = Some(connector::ErrorKind::Unreachable));
    for _ in 0..3 {
        let told = story.run();
        assert!(told.stopped.is_some());
        let error = told.report.error.unwrap_or_default();
        assert!(error.ends_with("5 writes were not sent: the next run goes on"), "{error}");
    }
    story.justcall.calm();
    let told = story.run();
    assert!(told.plan.alarms.is_empty(), "{:?}", told.plan.alarms);
    assert_eq!(told.report.applied.justcall.update, 5);
}

#[test]
fn an_interrupted_first_sync_is_still_the_first_sync() {
    let mut story = Story::new();
    story.settings.guards.creates = Guard { floor: 5, percent: 10.0 };
    story.settings.guards.changed = Guard { floor: 5, percent: 10.0 };
    for n in 0..40 {
        let phone = format!("+141555501{n:02}");
        story.crm.add(&[("first_name", &format!("P{n}")), ("phone", &phone)]);
        if n < 20 {
            story.justcall.add(&[("phone", &phone)]);
        }
    }
    story.justcall.faults(|faults| faults.apply_error = Some(connector::ErrorKind::Unreachable));
    assert!(story.run().stopped.is_some(), "twenty are linked, nothing is written");
    story.justcall.calm();
    let told = story.run();
    assert!(told.plan.alarms.is_empty(), "{:?}", told.plan.alarms);
    assert_eq!((story.justcall.count(), story.justcall.value("P3", "first_name").as_str()), (40, "P3"));
    // From then on it is not: nor has the first sync used anything up.
    for n in 40..46 {
        story.crm.add(&[("first_name", &format!("P{n}")), ("phone", &format!("+141555501{n:02}"))]);
    }
    let told = story.run();
    assert_eq!((told.plan.held.len(), told.plan.alarms.len()), (6, 1), "{:?}", told.plan.alarms);
}

/// An emptied side blocks everything, until a person says that it is meant to be empty (S3, decision 9).
#[test]
fn a_side_that_is_meant_to_be_empty_is_believed_on_a_persons_word() {
    let mut story = forty();
    for n in 0..40 {
        story.crm.remove(&format!("P{n}"));
    }
    story.justcall.add(&[("first_name", "Eve"), ("phone", "+14155550177")]);
    // More than that was approved for something else.
    for approved in [0, 39, 41] {
        story.approvals = [(GuardClass::Deletes, approved)].into();
        story.run();
        assert_eq!((story.justcall.count(), story.crm.count()), (41, 0), "{approved} approved");
    }
    story.approvals = [(GuardClass::Deletes, 40)].into();
    story.run();
    assert_eq!((story.justcall.count(), story.crm.count()), (1, 1));
}
