//! Callers made into contacts: once, whatever dies or lags, and taken back by an undo for good.

use crate::corpus::{ANN, BOB};
use crate::story::{Story, Told};
use engine::callers::Callers;
use model::{Call, CallDirection, Rule, Side};
use store::{CallRow, CallSource, StateChange};
use sync::Finished;
use testkit::{Kind, Loss, block_on};

fn call(id: &str, from: &str, name: Option<&str>) -> CallRow {
    let call = Call {
        call_id: id.to_owned(),
        direction: Some(CallDirection::Inbound),
        from: from.to_owned(),
        to: "+14155550190".to_owned(),
        status: "missed".to_owned(),
        started_at: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        contact_name: name.map(str::to_owned),
        ..Call::default()
    };
    CallRow { call, number: from.trim_start_matches('+').parse().ok() }
}

/// Ann called, and the calls say her name; so did somebody whom nobody names.
fn story(justcall: Kind, crm: Kind) -> Story {
    let mut story = Story::between(justcall, crm).quick_deletes();
    story.settings.callers = Some(Callers { named_only: false, min_calls: 1, name: "Caller {number}".to_owned() });
    let mut state = story.store();
    let calls = [call("1", ANN, Some("Ann Lee")), call("2", BOB, None)];
    state.put_calls(&calls, CallSource::Log).unwrap();
    state.end_calls_sync("2026-01-02T00:00:00Z".parse().unwrap(), true).unwrap();
    drop(state);
    // No strangers in a first sync.
    story.run();
    assert_eq!(counts(&story), (0, 0));
    story.clock.seconds(60);
    story
}

fn counts(story: &Story) -> (usize, usize) {
    (story.justcall.count(), story.crm.count())
}

fn undo(story: &Story, told: &Told) -> Told {
    story.clock.seconds(60);
    story.with(|session| {
        let planned = block_on(session.plan_undo_for_run(&told.report.run)).unwrap();
        let Finished { report, stopped } = block_on(session.apply(&planned)).unwrap();
        Told { plan: planned.plan, report, stopped }
    })
}

#[test]
fn each_is_made_once_on_each_side_and_the_second_run_writes_nothing() {
    let story = story(Kind::phone_system(), Kind::file());
    let dry = story.plan();
    assert_eq!(dry.plan.actions.iter().filter(|action| action.reason == Rule::Caller).count(), 4);
    assert_eq!(counts(&story), (0, 0), "a dry run writes nothing");
    story.run();
    assert_eq!(counts(&story), (2, 2));
    story.clock.seconds(60);
    let told = story.run();
    assert!(!told.plan.has_writes(), "{:#?}", told.plan.actions);
    assert_eq!(story.store().counts().unwrap().links, 2);
    story.check_quiet("linked");
}

#[test]
fn nobody_is_made_twice_while_a_side_lags() {
    for ids_in_answers in [false, true] {
        let late = Kind { lag: 20, ids_in_answers, ..Kind::phone_system() };
        let story = story(late, Kind::file());
        story.run();
        for _ in 0..3 {
            story.clock.seconds(2);
            let told = story.run();
            assert!(!told.plan.has_writes(), "{:#?}", told.plan.actions);
        }
        story.settle();
        assert_eq!(counts(&story), (2, 2));
        story.check_quiet("shown at last");
    }
}

#[test]
fn killed_at_any_step_each_is_still_made_once() {
    for lag in [0, 20] {
        let kind = || Kind { lag, ..Kind::phone_system() };
        let whole = story(kind(), Kind::file());
        whole.crash.disarm();
        whole.run();
        let steps = whole.crash.steps().len();
        assert!(steps > 10, "{steps}");
        for step in 0..steps {
            let story = story(kind(), Kind::file());
            story.crash.arm(step);
            let died = story.run_or_crash().is_none();
            story.crash.disarm();
            for _ in 0..2 {
                story.clock.seconds(2);
                story.run();
                assert!(counts(&story).0 <= 2 && counts(&story).1 <= 2, "killed at {step}: {:?}", counts(&story));
            }
            story.settle();
            assert_eq!(counts(&story), (2, 2), "killed at {step} ({died}), lag {lag}");
            story.check_quiet(&format!("killed at {step}"));
            story.check_state(&format!("killed at {step}"));
        }
    }
}

#[test]
fn an_undo_takes_both_back_and_they_are_not_made_again() {
    for linked in [false, true] {
        let mut story = story(Kind::phone_system(), Kind::file());
        story.settings.guards.deletes.floor = 100;
        // Two of many: a side that shows nobody is not believed (S3).
        for (at, name) in ["Eve", "Joe", "Sue"].iter().enumerate() {
            story.crm.add(&[("first_name", name), ("phone", &format!("+1415555017{at}"))]);
        }
        let told = story.run();
        assert_eq!(counts(&story), (5, 5));
        if linked {
            story.settle();
        }
        let undone = undo(&story, &told);
        assert_eq!((&undone.report.failed, &undone.report.error), (&Vec::new(), &None), "{:#?}", undone.plan);
        // The three of the CRM stay there.
        assert_eq!(counts(&story), (0, 3), "{:#?}", undone.plan);
        story.settle();
        let numbers = story.worlds().crm;
        assert!(!format!("{numbers:?}").contains(ANN) && !format!("{numbers:?}").contains(BOB), "{numbers:?}");
    }
}

#[test]
fn who_is_deleted_by_a_person_stays_away() {
    let mut story = story(Kind::phone_system(), Kind::file());
    story.settings.guards.deletes.floor = 100;
    story.crm.add(&[("first_name", "Eve"), ("phone", "+14155550177")]);
    story.settle();
    story.crm.remove("Ann Lee");
    story.settle();
    assert_eq!(counts(&story), (2, 2));
    story.check_quiet("gone");
}

#[test]
fn a_refused_one_waits_for_a_person() {
    let story = story(Kind::phone_system(), Kind::file());
    for side in Side::BOTH {
        story.replica(side).faults(|faults| faults.refused = ["Ann Lee".to_owned()].into());
    }
    let told = story.run();
    assert_eq!(told.report.failed.len(), 2, "{:#?}", told.report);
    story.clock.seconds(60);
    let told = story.run();
    assert!(!told.plan.has_writes() && told.report.failed.is_empty(), "{:#?}", told.plan.actions);
    for side in Side::BOTH {
        story.replica(side).faults(|faults| faults.refused.clear());
    }
    let parked = story.store().parked().unwrap();
    let again = parked.iter().map(|parked| StateChange::Unpark { side: parked.side, key: parked.key.clone() });
    story.store().commit(&again.collect::<Vec<_>>()).unwrap();
    story.settle();
    assert_eq!(counts(&story), (2, 2));
    story.check_quiet("tried again");
}

#[test]
fn a_lost_answer_makes_nobody_twice() {
    for side in Side::BOTH {
        for loss in [Loss::BeforeEffect, Loss::AfterEffect] {
            for lag in [0, 20] {
                let story = story(Kind { lag, ..Kind::phone_system() }, Kind::file());
                story.replica(side).faults(|faults| faults.losses = [loss].into());
                story.run();
                for _ in 0..3 {
                    story.clock.seconds(2);
                    story.run();
                    assert!(counts(&story).0 <= 2 && counts(&story).1 <= 2, "{side} {loss:?} {lag}");
                }
                story.settle();
                assert_eq!(counts(&story), (2, 2), "{side} {loss:?} {lag}");
                story.check_quiet("settled");
            }
        }
    }
}

#[test]
fn who_was_erased_is_not_made() {
    let story = story(Kind::phone_system(), Kind::file());
    let key = engine::normalizer::Normalizer::new("US".parse().unwrap());
    let engine::normalizer::PhoneReading::Key(key) = key.read_phone(ANN) else { panic!("a number") };
    story.store().erase(key, &[], [3; 16], "2026-01-03T00:00:00Z".parse().unwrap()).unwrap();
    story.store().put_calls(&[call("3", ANN, None)], CallSource::Log).unwrap();
    story.settle();
    assert_eq!(counts(&story), (1, 1));
}
