//! A plan is used at most once, on the state it was made for (S35).

use crate::support::{Scratch, at, new_link, run};
use model::PlanId;
use store::{Error, StateChange};

fn plan(name: &str) -> PlanId {
    PlanId(name.to_owned())
}

#[test]
fn a_plan_is_used_once_the_first_one_too() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    store.save_plan(&plan("p1"), at(0), b"{}").unwrap();
    store.consume_plan(&plan("p1"), &run("r1"), 0, at(1)).unwrap();
    assert_eq!(store.serial().unwrap(), 1);
    drop(store);
    let mut store = scratch.open();
    for serial in [0, 1] {
        assert!(matches!(store.check_plan(&plan("p1"), serial), Err(Error::PlanUsed { .. })));
        let error = store.consume_plan(&plan("p1"), &run("r2"), serial, at(2)).unwrap_err();
        let Error::PlanUsed { by, at: used, .. } = &error else { panic!("{error:?}") };
        assert_eq!((by.as_str(), *used), ("r1", at(1)));
    }
    assert_eq!((store.serial().unwrap(), store.runs(9).unwrap().len()), (1, 1), "a refusal leaves nothing behind");
    assert_eq!(store.plan(&plan("p1")).unwrap().unwrap().consumed_by, Some(run("r1")));
}

#[test]
fn a_plan_is_void_once_the_state_moved() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    store.save_plan(&plan("p1"), at(0), b"{}").unwrap();
    store.commit(&[new_link("1", "1", "a")]).unwrap();
    assert!(matches!(store.check_plan(&plan("p1"), 0), Err(Error::SerialMoved { .. })));
    store.check_plan(&plan("p1"), 1).unwrap();
    let error = store.consume_plan(&plan("p1"), &run("r1"), 0, at(1)).unwrap_err();
    assert!(matches!(error, Error::SerialMoved { plan: 0, now: 1, .. }), "{error:?}");
    assert_eq!(store.plan(&plan("p1")).unwrap().unwrap().consumed_by, None);
    assert_eq!(store.runs(9).unwrap(), []);
}

#[test]
fn a_plan_that_is_not_kept_here_is_remembered_as_used() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    store.consume_plan(&plan("file"), &run("r1"), 0, at(1)).unwrap();
    assert!(matches!(store.consume_plan(&plan("file"), &run("r2"), 1, at(2)), Err(Error::PlanUsed { .. })));
    assert_eq!(store.plan(&plan("file")).unwrap(), None);
    assert_eq!(store.latest_plan().unwrap(), None);
    // Saving it afterwards does not make it usable.
    store.save_plan(&plan("file"), at(3), b"{}").unwrap();
    assert!(matches!(store.consume_plan(&plan("file"), &run("r2"), 1, at(4)), Err(Error::PlanUsed { .. })));
}

#[test]
fn the_last_bodies_are_kept_and_uses_for_ever() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    for number in 0..30 {
        store.save_plan(&plan(&format!("p{number}")), at(number), b"{}").unwrap();
        if number == 3 {
            store.consume_plan(&plan("p3"), &run("r"), 0, at(number)).unwrap();
        }
    }
    let kept: Vec<_> = (0..30).filter(|n| store.plan(&plan(&format!("p{n}"))).unwrap().is_some()).collect();
    assert_eq!(kept, (10..30).collect::<Vec<_>>());
    assert_eq!(store.latest_plan().unwrap().unwrap().id, plan("p29"));
    assert!(matches!(store.consume_plan(&plan("p3"), &run("r2"), 1, at(99)), Err(Error::PlanUsed { .. })));
    store.consume_plan(&plan("p1"), &run("r3"), 1, at(99)).unwrap();
}

#[test]
fn large_bodies_go_sooner_but_never_the_newest() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let large = vec![b' '; 40 << 20];
    store.save_plan(&plan("small"), at(0), b"{}").unwrap();
    store.save_plan(&plan("large"), at(1), &large).unwrap();
    assert_eq!(store.plan(&plan("small")).unwrap(), None);
    assert_eq!(store.latest_plan().unwrap().unwrap().json.len(), large.len());
    store.consume_plan(&plan("large"), &run("r1"), 0, at(2)).unwrap();
    assert_eq!(store.plan(&plan("large")).unwrap(), None);
    assert!(matches!(store.consume_plan(&plan("large"), &run("r2"), 1, at(2)), Err(Error::PlanUsed { .. })));
    store.save_plan(&plan("unused"), at(3), &large).unwrap();
    store.save_plan(&plan("next"), at(4), b"{}").unwrap();
    assert_eq!(store.plan(&plan("unused")).unwrap(), None);
}

#[test]
fn saving_again_makes_it_the_latest() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    for (name, second) in [("a", 0), ("b", 1), ("a", 2)] {
        store.save_plan(&plan(name), at(second), name.as_bytes()).unwrap();
    }
    let latest = store.latest_plan().unwrap().unwrap();
    assert_eq!((latest.id, latest.created_at, latest.json), (plan("a"), at(2), b"a".to_vec()));
}

#[test]
fn runs_begin_with_their_plan_and_end_once_known() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    for number in 0..3 {
        let run = run(&format!("r{number}"));
        store.consume_plan(&plan(&format!("p{number}")), &run, number, at(0)).unwrap();
    }
    store.finish_run(&run("r1"), at(7), "applied", b"{\"a\":1}").unwrap();
    let names: Vec<_> = store.runs(2).unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(names, [run("r2"), run("r1")]);
    let row = store.run(&run("r1")).unwrap().unwrap();
    assert_eq!((row.plan, row.started_at, row.finished_at), (plan("p1"), at(0), Some(at(7))));
    assert_eq!((row.outcome.as_deref(), row.report.as_deref()), (Some("applied"), Some(&b"{\"a\":1}"[..])));
    assert_eq!(store.run(&run("r2")).unwrap().unwrap().finished_at, None);
    assert!(matches!(store.finish_run(&run("nobody"), at(0), "clean", b""), Err(Error::Refused { .. })));
    assert!(matches!(store.consume_plan(&plan("p9"), &run("r1"), 3, at(0)), Err(Error::Refused { .. })));
    assert_eq!(store.serial().unwrap(), 3);
}

#[test]
fn guard_use_is_summed_over_the_window() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let used = |class: &str, count, second| StateChange::GuardUse { class: class.to_owned(), count, at: at(second) };
    store
        .commit(&[used("deletes", 5, 0), used("deletes", 2, 10), used("clears", 1, 11), used("deletes", 1, 20)])
        .unwrap();
    let window = store.guard_window(at(10)).unwrap();
    assert_eq!(window, [("clears".to_owned(), 1), ("deletes".to_owned(), 3)]);
}
