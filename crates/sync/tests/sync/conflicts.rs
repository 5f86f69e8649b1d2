//! Two edits of one field, and the answers of people.

use crate::corpus::{ANN, BOB};
use crate::story::Story;
use model::{Choice, ConflictKind, RunOutcome, Side};

fn contested() -> Story {
    let story = Story::new();
    story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("company", "Old")]);
    story.crm.add(&[("first_name", "Bob"), ("phone", BOB)]);
    story.settle();
    story.crm.edit("Ann", "company", "Acme");
    story.justcall.edit("Ann", "company", "Beta");
    story.justcall.edit("Ann", "email", "ann@x.com");
    story
}

#[test]
fn the_other_fields_of_a_contested_contact_go_on() {
    let story = contested();
    let told = story.run();
    assert_eq!(told.report.outcome, RunOutcome::Waiting);
    let [conflict] = told.plan.conflicts.as_slice() else { panic!("{:?}", told.plan.conflicts) };
    assert_eq!(conflict.kind, ConflictKind::BothEdited);
    assert_eq!((conflict.justcall.as_deref(), conflict.crm.as_deref()), (Some("Beta"), Some("Acme")));
    assert_eq!(conflict.base.as_deref(), Some("Old"));
    assert_eq!(story.crm.value("Ann", "email"), "ann@x.com");
    story.clock.hours(24);
    let again = story.run();
    assert_eq!(again.plan.conflicts[0].since, conflict.since, "it keeps its day");
    assert!(!again.plan.has_writes());
}

#[test]
fn a_decision_is_carried_out_and_then_forgotten() {
    for (choice, wanted) in [
        (Choice::Take(Side::Justcall), "Beta"),
        (Choice::Take(Side::Crm), "Acme"),
        (Choice::Value("Gamma".to_owned()), "Gamma"),
    ] {
        let story = contested();
        let plan = story.run().plan;
        story.resolve(&plan, "company", choice);
        let told = story.run();
        assert_eq!(told.report.outcome, RunOutcome::Applied, "{:?}", told.report);
        assert_eq!(
            (story.justcall.value("Ann", "company"), story.crm.value("Ann", "company")),
            (wanted.into(), wanted.into())
        );
        assert!(story.store().resolutions().unwrap().is_empty());
        story.settle();
        story.check_quiet("decided");
    }
}

#[test]
fn a_decision_ends_when_a_side_moves() {
    let story = contested();
    let plan = story.run().plan;
    story.resolve(&plan, "company", Choice::Take(Side::Justcall));
    story.crm.edit("Ann", "company", "Delta");
    let told = story.run();
    assert_eq!(told.plan.conflicts.len(), 1, "asked again");
    assert_eq!(story.crm.value("Ann", "company"), "Delta");
    assert!(story.store().resolutions().unwrap().is_empty(), "it does not come true by chance later");
    story.crm.edit("Ann", "company", "Acme");
    assert_eq!(story.run().plan.conflicts.len(), 1);
}

#[test]
fn the_same_edit_on_both_sides_is_no_conflict() {
    let story = contested();
    story.crm.edit("Ann", "company", "Beta");
    let told = story.run();
    assert!(told.plan.conflicts.is_empty());
    assert_eq!(told.report.applied.crm.update, 1, "the e-mail alone");
    story.settle();
    story.check_quiet("S30");
}

#[test]
fn an_answer_changes_nothing_about_others() {
    // L10
    let story = contested();
    let plan = story.run().plan;
    story.justcall.edit("Bob", "company", "Bobs");
    let alone = story.fork();
    alone.run();
    story.resolve(&plan, "company", Choice::Take(Side::Crm));
    story.run();
    assert_eq!(story.crm.find("Bob").unwrap().cells, alone.crm.find("Bob").unwrap().cells);
}
