//! What stops a run that goes wrong: the canary, the circuit breaker, and a person who looks at the plan first.

use crate::support::{AT_ONCE, World, applied, contact, phone, row, words};
use sandbox::{Action, Fault, On, Refusal, RequestKind, Settings};
use serde_json::Value;

const MANY: usize = 30;

fn edit_all(world: &World, company: &str) {
    let text = world.read("crm.csv");
    let lines = text.lines().enumerate().map(|(at, line)| match line.rsplit_once(',') {
        Some((front, _)) if at > 0 => format!("{front},{company} {at}\n"),
        _ => format!("{line}\n"),
    });
    world.write("crm.csv", lines.collect::<String>());
}

#[track_caller]
fn stopped_by_the_canary(world: &World, seen: &str) -> Value {
    let output = world.run(&["sync", "--json"]).fails(1, &["the first write to JustCall was read back", seen]);
    let report = output.json();
    assert_eq!((words(&report, "alarms", "kind"), &report["outcome"]), (vec!["canary".to_owned()], &"failed".into()));
    assert_eq!(report["alarms"][0]["count"], MANY as u64 - 1, "{report:#}");
    assert_eq!(applied(&report, "justcall", "update"), 0, "{report:#}");
    report
}

#[test]
fn the_first_write_is_read_back_before_the_rest_s33() {
    // Acknowledged and not written, for every contact: without the canary nobody would notice before the next night.
    let world = World::linked(MANY, "");
    edit_all(&world, "Edited");
    world.account.add_fault(Fault::new(On::Bulk, Action::DropWrites { every: 1 }));
    stopped_by_the_canary(&world, "company should hold `Edited 1` and holds `Acme 1`");
    assert!(world.counters().requests_of(RequestKind::Bulk) <= 2, "the rest was not sent");
    // Nothing is lost: once that is mended, all of it goes, but for the one that waits for a change.
    world.account.clear_faults();
    world.run(&["retry", "--all"]).ends(0);
    assert_eq!(applied(&world.sync(), "justcall", "update"), MANY as u64);
    world.settled();
}

#[test]
fn a_field_that_the_account_ignores_stops_a_large_run_s33() {
    let world = World::linked(MANY, "");
    edit_all(&world, "Edited");
    world.account.add_fault(Fault::new(On::Bulk, Action::IgnoreField("company".to_owned())));
    stopped_by_the_canary(&world, "company should hold");
}

#[test]
fn the_canary_flies_once_per_account() {
    let world = World::linked(MANY, "");
    edit_all(&world, "Edited");
    assert_eq!(applied(&world.sync(), "justcall", "update"), MANY as u64);
    // The row that finds out what bulk does to other fields is the canary: it is read back anyway.
    assert_eq!((world.requests(RequestKind::Bulk), world.requests(RequestKind::Get)), (2, 1));
    world.account.reset_counters();
    edit_all(&world, "Again");
    world.sync();
    assert_eq!((world.requests(RequestKind::Bulk), world.requests(RequestKind::Get)), (1, 0));
    world.settled();
}

#[test]
fn new_contacts_have_a_canary_too() {
    let world = World::new();
    let many = 120;
    world.crm(&(1..=many).map(row).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>());
    let forecast = world.plan()["cost"]["justcall"]["requests"].clone();
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "create"), many as u64);
    assert_eq!((world.requests(RequestKind::Bulk), forecast), (2, 3.into()), "in two parts, and one look between");
    assert_eq!(world.account.contact_count(), many);
    world.settled();
}

#[test]
fn the_breaker_leaves_a_failing_side_alone_and_the_next_run_recovers() {
    let world = World::linked(60, "");
    for number in 1..=60 {
        world.edit_crm(&phone(number), &format!("+1415556{number:04}"));
    }
    world.account.insert(contact(77));
    world.account.add_fault(Fault::new(On::Update, Action::Refuse(Refusal::status(422))));
    let sync = ["sync", "--json", "--approve", "phone_changes=60"];
    let report = world.run(&sync).ends(6).json();
    assert_eq!(report["outcome"], "partial");
    assert_eq!(words(&report, "alarms", "kind"), ["breaker"], "{report:#}");
    assert!(report["error"].as_str().unwrap().contains("10 writes to JustCall are left"), "{report:#}");
    assert_eq!(applied(&report, "crm", "create"), 1, "the other side goes on");
    assert_eq!(world.requests(RequestKind::Update), 50, "no storm");
    world.account.clear_faults();
    let report = world.run(&sync).ends(0).json();
    assert_eq!(applied(&report, "justcall", "update"), 10, "{report:#}");
    world.run(&["retry", "--all"]).ends(0);
    let report = world.run(&sync).ends(0).json();
    assert_eq!(applied(&report, "justcall", "update"), 50);
    world.settled();
}

#[test]
fn every_way_to_look_shows_the_same_alarms_i9_i11() {
    let world = World::linked(20, AT_ONCE);
    world.drop_rows(1..=10);
    world.account.insert(contact(77));
    let alarms = world.untouched(|world| {
        let plan = world.plan();
        let dry = world.run(&["sync", "--dry-run", "--json"]).ends(0).json();
        let again = world.run(&["apply", "--dry-run", "--json"]).ends(0).json();
        assert_eq!((&plan["alarms"], &plan["held"]), (&dry["alarms"], &dry["held"]));
        assert_eq!((&plan["alarms"], &plan["held"]), (&again["alarms"], &again["held"]));
        plan["alarms"].clone()
    });
    assert_eq!(alarms[0]["class"], "deletes");
    assert_eq!(world.sync()["alarms"], alarms);
}

#[test]
fn the_plan_of_a_dry_run_can_still_be_applied_i9() {
    let world = World::with(Settings::unlimited(), "");
    world.crm(&[&row(1)]);
    world.untouched(|world| world.run(&["sync", "--dry-run"]).ends(0));
    world.untouched(|world| world.run(&["apply", "--dry-run"]).ends(0));
    world.run(&["apply", "--yes"]).ends(0);
    world.untouched(|world| world.run(&["apply", "--dry-run"]).fails(1, &["was used already"]));
    assert_eq!(world.account.contact_count(), 1);
}
