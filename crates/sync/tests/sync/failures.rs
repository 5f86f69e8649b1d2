//! Refusals, lost answers, ignored fields, replicas that are down.

use crate::corpus::{ANN, synced};
use crate::story::{Story, Told};
use connector::ErrorKind;
use model::{ConflictPolicy, Field, RecordId, RunOutcome, Side, SkipReason};
use testkit::{Kind, Loss};

#[test]
fn a_refused_record_waits_for_a_change_and_holds_nobody_up() {
    // S41
    let story = synced(Kind::phone_system());
    story.justcall.faults(|faults| faults.refused = ["Forbidden".to_owned()].into());
    story.crm.edit("Ann", "company", "Forbidden");
    story.crm.edit("Bob", "company", "Bobs");
    let told = story.run();
    assert_eq!(told.report.outcome, RunOutcome::Partial);
    assert_eq!(told.report.failed.len(), 1);
    assert_eq!(story.justcall.value("Bob", "company"), "Bobs");
    story.clock.seconds(60);
    let batches = story.justcall.ledger().batches;
    let again = story.run();
    assert_eq!(story.justcall.ledger().batches, batches, "not tried again");
    assert!(again.plan.skipped.iter().any(|skipped| skipped.reason == SkipReason::Parked));
    story.crm.edit("Ann", "company", "Fine");
    story.run();
    assert_eq!(story.justcall.value("Ann", "company"), "Fine");
    story.settle();
    story.check_quiet("parked no more");
}

#[test]
fn a_refused_new_contact_waits_for_a_change() {
    let story = synced(Kind::phone_system());
    story.justcall.faults(|faults| faults.refused = ["Eve".to_owned()].into());
    story.crm.add(&[("first_name", "Eve"), ("phone", "+14155550105")]);
    story.run();
    let batches = story.justcall.ledger().batches;
    story.run();
    assert_eq!(story.justcall.ledger().batches, batches);
    story.crm.edit("Eve", "first_name", "Eva");
    story.settle();
    assert!(story.justcall.find("Eva").is_some());
}

#[test]
fn an_ignored_field_is_a_failure_and_is_not_sent_for_ever() {
    // S33: seen at once where the answer shows what is stored, by the next listing otherwise.
    let story = synced(Kind::talkative());
    story.justcall.faults(|faults| faults.ignored = [Field::Company].into());
    story.crm.edit("Ann", "company", "Acme");
    story.crm.edit("Ann", "email", "ann@x.com");
    let told = story.run();
    assert_eq!(told.report.failed.len(), 1, "{:?}", told.report);
    assert_eq!(story.justcall.value("Ann", "email"), "ann@x.com");
    let batches = story.justcall.ledger().batches;
    story.run();
    story.run();
    assert_eq!(story.justcall.ledger().batches, batches);
    assert_eq!(story.crm.value("Ann", "company"), "Acme", "the old value never comes back");
}

#[test]
fn an_ignored_field_that_no_answer_shows_is_no_edit_of_the_other_side() {
    let story = synced(Kind::phone_system());
    story.justcall.faults(|faults| faults.ignored = [Field::Company].into());
    story.crm.edit("Ann", "company", "Acme");
    let run = |_| {
        story.clock.seconds(120);
        let alarms = story.run().report.alarms.into_iter();
        alarms.filter(|alarm| alarm.detail.contains("did not keep it")).map(|alarm| alarm.count).collect::<Vec<_>>()
    };
    let told: Vec<Vec<u64>> = (0..4).map(run).collect();
    // It counted as written; that it is not there is said once, in the first run that can know (S33).
    assert_eq!(told, [vec![], vec![1], vec![], vec![]]);
    assert_eq!(story.crm.value("Ann", "company"), "Acme", "our own write that did not land undoes nobody's edit");
    assert_eq!(story.run().report.parked, 1, "it waits, and every report says so");
    // Once it would work, a person can have it sent again; nobody has to touch the contact for that.
    story.justcall.calm();
    let writes = |told: &Told| told.plan.actions.iter().filter(|action| action.kind.is_write()).count();
    assert_eq!(writes(&story.run()), 0);
    let id = story.justcall.find("Ann").unwrap().id.unwrap();
    let other = [(Side::Justcall, RecordId::from("another"))];
    sync::try_again(&mut story.store(), Some(&other)).unwrap();
    assert_eq!(writes(&story.run()), 0);
    sync::try_again(&mut story.store(), Some(&[(Side::Justcall, RecordId::from(id.as_str()))])).unwrap();
    assert_eq!(writes(&story.run()), 1);
    assert_eq!(story.justcall.value("Ann", "company"), "Acme");
    story.clock.seconds(120);
    assert_eq!(story.run().report.parked, 0);
    story.check_quiet("sent again");
}

#[test]
fn a_lost_answer_is_looked_into_and_nothing_is_made_twice() {
    // S37 to S39, both kinds of loss, creates and updates.
    for kind in [Kind::phone_system(), Kind::talkative(), Kind { lag: 20, ..Kind::phone_system() }] {
        for loss in [Loss::BeforeEffect, Loss::AfterEffect] {
            let story = synced(kind.clone());
            story.clock.seconds(60);
            story.crm.add(&[("first_name", "Eve"), ("phone", "+14155550105")]);
            story.crm.edit("Ann", "company", "Acme");
            story.justcall.faults(|faults| faults.losses = [loss, loss].into());
            let told = story.run();
            assert!(told.report.failed.iter().all(|failed| failed.unknown));
            story.justcall.calm();
            story.run();
            story.settle();
            assert_eq!(story.justcall.count(), 4, "{loss:?}");
            assert_eq!(story.justcall.value("Ann", "company"), "Acme");
            assert_eq!(story.justcall.ledger().creates_by_job(), 4, "{loss:?}");
            story.check_state("lost answer");
            story.check_quiet("lost answer");
        }
    }
}

#[test]
fn a_create_that_was_acknowledged_and_lost_is_made_again_after_the_lag() {
    let story = synced(Kind::phone_system());
    story.crm.add(&[("first_name", "Eve"), ("phone", "+14155550105")]);
    story.justcall.faults(|faults| faults.losses = [Loss::Acknowledged].into());
    story.run();
    let told = story.run();
    assert!(told.plan.skipped.iter().any(|skipped| skipped.reason == SkipReason::Lag), "it may still come");
    story.settle();
    assert!(story.justcall.find("Eve").is_some());
    assert_eq!(story.crm.count(), 4);
    story.check_quiet("made again");
}

/// What a side held before is no rewriting of what was sent, even where it is the beginning of it (S33).
#[test]
fn a_longer_value_that_was_acknowledged_and_lost_is_noticed() {
    let story = synced(Kind::phone_system());
    story.crm.edit("Ann", "company", "Acme");
    story.settle();
    story.crm.edit("Ann", "company", "Acme and Sons");
    story.justcall.faults(|faults| faults.losses = [Loss::Acknowledged].into());
    story.run();
    story.clock.seconds(61);
    let told = story.run();
    assert!(told.plan.skipped.iter().any(|skipped| skipped.reason == SkipReason::Parked), "{:?}", told.plan.skipped);
    assert_eq!(story.justcall.value("Ann", "company"), "Acme");
    // The next change of the source goes out again.
    story.crm.edit("Ann", "company", "Acme and Daughters");
    story.settle();
    assert_eq!(story.justcall.value("Ann", "company"), "Acme and Daughters");
}

#[test]
fn a_side_that_is_down_stops_the_run_and_loses_nothing() {
    let story = synced(Kind::phone_system());
    story.crm.edit("Ann", "company", "Acme");
    story.justcall.edit("Bob", "company", "Bobs");
    for kind in [ErrorKind::Credentials, ErrorKind::Server] {
        story.justcall.faults(|faults| faults.list_error = Some(kind));
        assert!(story.try_run().is_err());
        story.justcall.calm();
    }
    story.justcall.faults(|faults| faults.apply_error = Some(ErrorKind::RateLimited));
    let told = story.run();
    assert_eq!(told.report.outcome, RunOutcome::Failed);
    assert!(told.stopped.is_some());
    assert_eq!(story.crm.value("Bob", "company"), "Bobs", "what was done before stays");
    story.justcall.calm();
    story.settle();
    assert_eq!(story.justcall.value("Ann", "company"), "Acme");
    story.check_quiet("up again");
    story.check_state("up again");
}

#[test]
fn an_edit_during_the_run_is_not_lost() {
    // S34: where the replica notices, and where it does not.
    let story = synced(Kind::phone_system());
    story.justcall.edit("Ann", "email", "ann@x.com");
    story.crm.faults(|faults| faults.meanwhile = [("Ann".into(), "company".into(), "Acme".into())].into());
    let told = story.run();
    assert_eq!(told.report.stale.len(), 1);
    story.crm.edit("Bob", "email", "bob@x.com");
    story.justcall.faults(|faults| faults.meanwhile = [("Bob".into(), "company".into(), "Bobs".into())].into());
    story.settle();
    for side in [&story.justcall, &story.crm] {
        assert_eq!((side.value("Ann", "email"), side.value("Ann", "company")), ("ann@x.com".into(), "Acme".into()));
        assert_eq!((side.value("Bob", "email"), side.value("Bob", "company")), ("bob@x.com".into(), "Bobs".into()));
    }
    story.check_quiet("edited meanwhile");
}

/// The first sync's own writes are doubted like any other: what did not land must not come back as an edit (I1).
#[test]
fn what_the_first_sync_sent_and_lost_does_not_come_back() {
    for before in ["", "Old"] {
        let mut story = Story::between(Kind::phone_system(), Kind::file());
        for policy in &mut story.settings.policies {
            policy.conflict = ConflictPolicy::Crm;
        }
        story.justcall.add(&[("first_name", "Ann"), ("phone", ANN), ("company", before)]);
        story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("company", "Acme")]);
        story.justcall.faults(|faults| faults.losses = [Loss::Acknowledged].into());
        story.run();
        for _ in 0..3 {
            story.clock.seconds(61);
            story.run();
        }
        assert_eq!(story.crm.value("Ann", "company"), "Acme", "before: `{before}`");
    }
}
