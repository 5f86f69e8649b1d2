//! Runs that are killed or interrupted: the next ordinary run finds out what landed (L4, L11).

use crate::support::{AT_ONCE, Output, World, applied, last_name, phone, row, until, words};
use sandbox::{Action, Fault, On, RequestKind};
use std::io::{BufRead, BufReader};
use std::process::Child;

const FOREVER: u64 = 600_000;

/// Kills a sync when the request of this kind is being answered.
fn kill_at(world: &World, on: On, kind: RequestKind, action: Action) {
    world.account.add_fault(Fault::new(on, action).times(1));
    let mut child = world.start(&["sync"]);
    until("the request arrives", || world.requests(kind) > 0);
    // The answer is held back for ever: what the request does, it has done by the time the counters say so.
    child.kill().unwrap();
    child.wait().unwrap();
    world.account.clear_faults();
}

fn signal(child: &Child, name: &str) {
    let status = std::process::Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn killed_after_the_contacts_were_made_s37_i5() {
    let world = World::new();
    world.crm(&[&row(1), &row(2), &row(3)]);
    world.insert("Mina", "Okafor", "+14155550178", "");
    world.account.add_fault(Fault::new(On::Bulk, Action::DelayAnswer { ms: FOREVER }).times(1));
    let mut child = world.start(&["sync"]);
    until("the contacts are made", || world.account.contact_count() == 4);
    child.kill().unwrap();
    child.wait().unwrap();
    world.account.clear_faults();
    // It is said, and looking at it changes nothing.
    world.untouched(|world| {
        let status = world.run(&["status", "--json"]).ends(0).json();
        assert_eq!(status["unsettled_writes"], 3);
        let plan = world.plan();
        assert!(plan["alarms"][0]["detail"].as_str().unwrap().contains("not settled"), "{plan:#}");
    });
    let told = world.run(&["history"]).ends(0).stdout;
    assert!(told.contains("unfinished"), "{told}");
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "create"), 0, "{report:#}");
    assert_eq!(world.account.contact_count(), 4);
    // Nobody waits for it any more.
    let by = report["run"].as_str().unwrap();
    let told = world.run(&["history"]).ends(0).stdout;
    assert!(told.contains("interrupted") && told.contains(&format!("finished by {by}")), "{told}");
    let runs = world.run(&["history", "--json"]).ends(0).json();
    assert_eq!(
        (&runs["runs"][1]["finished_by"], &runs["runs"][0]["finished_by"]),
        (&by.into(), &serde_json::Value::Null)
    );
    let killed = runs["runs"][1]["run"].as_str().unwrap();
    world.run(&["show", killed]).fails(1, &["it was interrupted", &format!("tieline show {by}")]);
    assert_eq!(world.read("crm.csv").lines().count(), 5);
    world.settled();
    world.edit_crm("Acme 2", "Linked");
    world.sync();
    assert_eq!(world.contact(&phone(2)).company.as_deref(), Some("Linked"));
}

#[test]
fn killed_before_the_contacts_were_made_s37_l4() {
    let world = World::new();
    world.crm(&[&row(1), &row(2)]);
    kill_at(&world, On::Bulk, RequestKind::Bulk, Action::Delay { ms: FOREVER });
    assert_eq!(world.account.contact_count(), 0);
    // Nobody knows whether it arrived. For a minute the list may simply not show it yet: better late than double.
    let plan = world.untouched(|world| {
        world.sync();
        world.plan()
    });
    assert_eq!(words(&plan, "skipped", "reason"), ["lag", "lag"], "{plan:#}");
    assert_eq!(world.run(&["status", "--json"]).json()["linked"], 2, "remembered, and created when the minute is over");
}

#[test]
fn killed_and_then_the_list_lags_s8_s37_i5() {
    let world = World::linked(2, AT_ONCE);
    world.add_row("9,Ada,Byron,+14155550177,,");
    world.account.add_fault(Fault::new(On::Bulk, Action::DelayAnswer { ms: FOREVER }).times(1));
    let mut child = world.start(&["sync"]);
    until("the contact is made", || world.account.contact_count() == 3);
    child.kill().unwrap();
    child.wait().unwrap();
    world.account.clear_faults();
    let lag = Action::Lag(sandbox::Lag::Requests(1000));
    world.account.add_fault(Fault::new(On::Read, lag));
    world.sync();
    assert_eq!(world.account.contact_count(), 3, "no second contact while the first is not shown");
    world.account.clear_faults();
    world.sync();
    assert_eq!(world.account.contact_count(), 3);
    world.settled();
}

#[test]
fn killed_after_an_update_s38() {
    let world = World::linked(3, "");
    world.edit_crm(&phone(1), "+14155550191");
    world.edit_crm("Acme 1", "Together");
    world.account.add_fault(Fault::new(On::Update, Action::DelayAnswer { ms: FOREVER }).times(1));
    let mut child = world.start(&["sync"]);
    until("the number is changed", || world.numbered(1).phone == "+14155550191");
    child.kill().unwrap();
    child.wait().unwrap();
    world.account.clear_faults();
    world.untouched(World::sync);
    world.settled();
    assert_eq!(world.numbered(1).company.as_deref(), Some("Together"));
}

#[test]
fn killed_before_an_update_s38() {
    let world = World::linked(3, "");
    world.edit_crm(&phone(1), "+14155550191");
    kill_at(&world, On::Update, RequestKind::Update, Action::Delay { ms: FOREVER });
    assert_eq!(applied(&world.sync(), "justcall", "update"), 1);
    assert_eq!(world.numbered(1).phone, "+14155550191");
    world.settled();
}

#[test]
fn killed_after_a_delete() {
    let world = World::linked(3, AT_ONCE);
    world.drop_rows([1]);
    world.account.add_fault(Fault::new(On::Delete, Action::DelayAnswer { ms: FOREVER }).times(1));
    let mut child = world.start(&["sync"]);
    until("the contact is gone", || world.account.contact_count() == 2);
    child.kill().unwrap();
    child.wait().unwrap();
    world.account.clear_faults();
    world.sync();
    assert_eq!(world.read("crm.csv").lines().count(), 3, "not created again (I4)");
    assert_eq!(world.account.contact_count(), 2);
    world.settled();
}

#[test]
fn killed_while_reading() {
    let world = World::linked(3, "");
    world.edit_crm("Acme 1", "Edited");
    world.untouched(|world| kill_at(world, On::List, RequestKind::List, Action::Delay { ms: FOREVER }));
    assert_eq!(applied(&world.sync(), "justcall", "update"), 1);
    world.settled();
}

#[test]
fn killed_in_the_middle_of_a_swap_s21_i6() {
    let mut settings = sandbox::Settings::unlimited();
    settings.choices.update_to_existing_phone = sandbox::ExistingPhone::Conflict;
    // The first write is refused; the second parks a number; then one number each.
    for parked in 1..=3 {
        let world = World::with_linked(settings.clone(), 2, "");
        world.edit_crm(&phone(1), "swap");
        world.edit_crm(&phone(2), &phone(1));
        world.edit_crm("swap", &phone(2));
        let hold = Fault::new(On::Update, Action::DelayAnswer { ms: FOREVER }).skip_first(parked).times(1);
        world.account.add_fault(hold);
        let mut child = world.start(&["sync"]);
        until("the write is done", || world.requests(RequestKind::Update) > parked);
        until("it has its effect", || world.counters().contacts_updated >= parked);
        child.kill().unwrap();
        child.wait().unwrap();
        world.account.clear_faults();
        for _ in 0..3 {
            world.run(&["sync"]);
        }
        assert_eq!(world.contact(&phone(2)).last_name, Some(last_name(1)), "killed after write {parked}");
        assert_eq!(world.contact(&phone(1)).last_name, Some(last_name(2)), "killed after write {parked}");
        world.settled();
    }
}

#[test]
fn an_interrupt_finishes_the_batch_and_reports() {
    interrupted("-INT");
}

#[test]
fn a_termination_finishes_the_batch_and_reports() {
    interrupted("-TERM");
}

fn interrupted(by: &str) {
    let world = World::linked(4, "");
    world.add_row("9,Ada,Byron,+14155550177,,");
    for number in 1..=3 {
        world.edit_crm(&phone(number), &format!("+1415555019{number}"));
    }
    world.account.add_fault(Fault::new(On::Write, Action::DelayAnswer { ms: 1500 }).times(1));
    let child = world.start(&["sync", "--json"]);
    until("the first write arrives", || world.counters().mutating_calls > 0);
    signal(&child, by);
    let output = Output::of(&child.wait_with_output().unwrap()).ends(6);
    assert!(output.stderr.contains("stopping after the batch under way"), "{}", output.stderr);
    let report = output.json();
    assert_eq!(report["outcome"], "partial");
    let error = report["error"].as_str().unwrap();
    let left = 4 - world.counters().mutating_calls;
    assert!(error.contains(&format!("stopped on request: {left} writes to JustCall are left")), "{report:#}");
    assert_eq!(world.run(&["status", "--json"]).ends(0).json()["unsettled_writes"], 0);
    assert!(world.counters().mutating_calls < 4, "the rest is left");
    // No trace of it: the next run goes on.
    world.sync();
    assert_eq!(world.numbered(3).phone, "+14155550193");
    assert_eq!(world.account.contact_count(), 5);
    world.settled();
}

#[test]
fn a_long_wait_is_said_and_can_be_ended_s40() {
    for (status, why) in [(503, "503"), (429, "the server asked to wait")] {
        // Nothing says how long: at least ten seconds.
        let settings = sandbox::Settings { rate_limit_headers: false, ..sandbox::Settings::unlimited() };
        let world = World::with_linked(settings, 2, "");
        world.add_row("9,Ada,Byron,+14155550177,,");
        world.account.add_fault(Fault::new(On::List, Action::Refuse(sandbox::Refusal::status(status))));
        let mut child = world.start(&["sync"]);
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        assert!(line.starts_with("JustCall: waiting") && line.contains(why), "{line}");
        signal(&child, "-INT");
        line.clear();
        stderr.read_line(&mut line).unwrap();
        assert!(line.contains("once more to stop at once"), "{line}");
        signal(&child, "-TERM");
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(world.account.contact_count(), 2);
        world.account.clear_faults();
        world.sync();
        world.settled();
    }
}

#[test]
fn a_used_plan_whose_run_was_killed_is_void_s35() {
    let world = World::new();
    world.crm(&[&row(1)]);
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    world.account.add_fault(Fault::new(On::Bulk, Action::DelayAnswer { ms: FOREVER }).times(1));
    let mut child = world.start(&["apply", "plan.json", "--yes"]);
    until("the contact is made", || world.account.contact_count() == 1);
    child.kill().unwrap();
    child.wait().unwrap();
    world.account.clear_faults();
    world.untouched(|world| world.run(&["apply", "plan.json", "--yes"]).fails(1, &["was used already"]));
    world.sync();
    assert_eq!(world.account.contact_count(), 1);
    world.settled();
}
