//! Click-to-call: a call that starts and is watched, each error with what to do, and that nobody is dialled twice.

use crate::calls::LINE;
use crate::support::{World, last_name, phone};
use sandbox::{Action, CallStatus, Fault, On, Refusal, RequestKind, Script};

fn dial<'a>(to: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    ["call", "--from", LINE, "--to", to].into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn a_call_is_watched_from_ringing_to_its_end() {
    let world = World::linked(2, "");
    world.account.change_settings(|settings| {
        settings.script = Script { ring_ms: 1_500, talk_ms: 2_500, ..Script::default() };
    });
    let name = format!("kim {}", last_name(2));
    let shown = world.run(&dial(&name, &["--watch", "--agent", "8"])).ends(0).stdout;
    let stages: Vec<&str> = shown.lines().map(|line| line.split("  ").last().unwrap()).collect();
    assert_eq!(stages, ["ringing", "in-progress", "completed, 3 s of talk"], "{shown}");
    let call = &world.account.calls()[0];
    assert_eq!((call.to.as_str(), call.agent_id), (phone(2).as_str(), Some(8)));
    // What was seen is kept.
    let listed = world.run(&["calls", "list", "--json"]).ends(0).json();
    assert_eq!(listed["calls"][0]["status"], "completed");
    assert_eq!(listed["calls"][0]["contact"], format!("Kim {}", last_name(2)));
}

#[test]
fn numbers_and_names_are_checked_before_a_request_is_spent() {
    let world = World::linked(3, "");
    for (args, words) in [
        (dial("555", &[]), "no linked contact"),
        (dial("+1 999", &[]), "--to"),
        (dial("Person", &[]), "names 3 contacts"),
        (dial("Nobody", &[]), "no linked contact"),
        (dial(LINE, &[]), "one number"),
        (vec!["call", "--from", "Kim", "--to", LINE], "--from"),
        (dial(&phone(1), &["--caller-id", "12"]), "--caller-id"),
    ] {
        world.run(&args).fails(2, &[words]);
    }
    assert_eq!(world.counters().total_requests(), 0);
    // A number in any spelling.
    world.run(&dial("(415) 555-0101", &[])).ends(0);
    assert_eq!(world.account.calls()[0].to, phone(1));
}

/// Phone systems make names of numbers: a mistyped number must not find its digits there.
#[test]
fn a_row_of_digits_is_no_part_of_a_name() {
    let world = World::linked(1, "");
    world.edit_crm("Kim", "Caller +14155550177");
    world.run(&["sync"]).ends(0);
    for digits in ["12", "55501", "5550177"] {
        world.run(&dial(digits, &[])).fails(2, &["--to"]);
    }
    assert!(world.account.calls().is_empty());
    let told = world.run(&dial("caller", &[])).ends(0);
    assert!(told.stderr.contains("calling Caller +14155550177"), "{told:?}");
}

#[test]
fn each_error_says_what_to_do() {
    let world = World::linked(1, "");
    let to = phone(1);
    world
        .run(&["call", "--from", "+14155550111", "--to", &to])
        .fails(1, &["404", "no number of this JustCall account"]);
    world.run(&dial(&to, &["--agent", "99"])).fails(1, &["400", "--agent"]);
    world.run(&dial(&to, &["--caller-id", "+14155550112"])).fails(1, &["400", "--caller-id"]);
    for (status, words) in [(401, "JUSTCALL_API_KEY"), (403, "permission"), (429, "later")] {
        world.account.add_fault(Fault::new(On::MakeCall, Action::Refuse(Refusal::status(status))));
        world.run(&dial(&to, &[])).fails(1, &[words]);
        world.account.clear_faults();
    }
    assert_eq!(world.account.call_count(), 0);
    // None of them stands in the way of the next.
    world.run(&dial(&to, &[])).ends(0);
}

#[test]
fn a_lost_answer_is_looked_up_and_never_dialled_twice() {
    let world = World::linked(1, "");
    let to = phone(1);
    // It rang, and the log shows it at once.
    world.account.add_fault(Fault::new(On::MakeCall, Action::CloseAfterEffect).times(1));
    world.run(&dial(&to, &[])).ends(0);
    assert_eq!((world.requests(RequestKind::MakeCall), world.account.call_count()), (1, 1));
    // It rang, and the log cannot be asked: unknown, and the next run looks before it dials.
    world.account.add_fault(Fault::new(On::MakeCall, Action::CloseAfterEffect).times(1));
    world.account.add_fault(Fault::new(On::Calls, Action::Refuse(Refusal::status(422))).times(2));
    world.run(&dial(&to, &[])).fails(1, &["not known whether", "do not dial again by hand"]);
    world.account.clear_faults();
    world.run(&dial(&to, &[])).fails(1, &["nothing was dialled", "did ring"]);
    assert_eq!((world.requests(RequestKind::MakeCall), world.account.call_count()), (2, 2));
    // Now it is known, and a person may call again.
    world.run(&dial(&to, &[])).ends(0);
    assert_eq!(world.account.call_count(), 3);
    // It did not ring: for some minutes nobody can know, so nobody is called.
    world.account.add_fault(Fault::new(On::MakeCall, Action::CloseBeforeEffect).times(1));
    world.run(&dial(&to, &[])).fails(1, &["not known whether"]);
    world.run(&dial(&to, &[])).fails(1, &["still not known", "--anyway"]);
    assert_eq!((world.requests(RequestKind::MakeCall), world.account.call_count()), (4, 3));
    // Somebody who sees that nothing rings need not wait.
    world.run(&dial(&to, &["--anyway"])).ends(0);
    assert_eq!((world.requests(RequestKind::MakeCall), world.account.call_count()), (5, 4));
    world.run(&dial(&to, &[])).ends(0);
}

#[test]
fn a_killed_call_is_found_before_the_next_is_made() {
    let world = World::linked(1, "");
    let to = phone(1);
    world.account.add_fault(Fault::new(On::MakeCall, Action::DelayAnswer { ms: 60_000 }).times(1));
    let mut child = world.start(&dial(&to, &[]));
    crate::support::until("it rings", || world.account.call_count() == 1);
    child.kill().unwrap();
    child.wait().unwrap();
    world.account.clear_faults();
    world.run(&dial(&to, &[])).fails(1, &["nothing was dialled", "did ring"]);
    assert_eq!(world.account.call_count(), 1);
    assert_ne!(world.account.calls()[0].status, CallStatus::Failed);
}

#[test]
fn a_name_may_be_written_as_people_write_it() {
    let world = World::linked(2, "");
    let last = last_name(2);
    for name in [
        format!("  kim   {last} "),
        format!("{last}, Kim"),
        format!("{}@example.com", last.to_lowercase()),
        format!("KIM {}", last.to_uppercase()),
    ] {
        let url = world.run(&["call", "link", "--from", LINE, "--to", &name, "--json"]).ends(0).json();
        assert_eq!(url["to"], phone(2), "{name}");
    }
    // Candidates are no causes.
    let said = world.run(&dial("kim", &[])).fails(2, &["names 2 contacts:", &phone(1), &phone(2)]);
    assert!(!said.stderr.contains("caused by"), "{}", said.stderr);
    let said = world.run(&dial("911", &[])).fails(2, &["short code"]);
    assert!(!said.stderr.contains("not a number"), "{}", said.stderr);
    let said = world.run(&["call", "--from", "Kim", "--to", &phone(1)]).fails(2, &["--from", "no phone number"]);
    assert!(!said.stderr.contains("no state"), "{}", said.stderr);
}

#[test]
fn what_is_not_dialled_or_not_kept_is_said() {
    let world = World::linked(1, "");
    let told = world.run(&dial(&format!("{} ext. 12", phone(1)), &[])).ends(0);
    assert!(told.stderr.contains("the extension 12 is not dialled"), "{}", told.stderr);
    world.run(&["forget", &phone(1), "--yes"]).ends(0);
    let told = world.run(&dial(&phone(1), &["--anyway"])).ends(0);
    assert!(told.stderr.contains("was erased with `tieline forget`"), "{}", told.stderr);
}

#[test]
fn doctor_looks_at_the_number_that_calls_are_made_from_and_at_the_secret_of_webhooks() {
    let world = World::linked(1, &format!("[calls]\nfrom = \"{LINE}\"\n"));
    let check = |name: &str| {
        let checks = world.command(&["doctor", "--json"]).output().unwrap();
        let checks: serde_json::Value = serde_json::from_slice(&checks.stdout).unwrap();
        checks["checks"].as_array().unwrap().iter().find(|check| check["check"] == name).cloned().unwrap_or_default()
    };
    assert!(check("calls.from")["detail"].as_str().unwrap().contains("not known before"), "{}", check("calls.from"));
    world.run(&dial(&phone(1), &[])).ends(0);
    assert!(check("calls.from")["detail"].as_str().unwrap().contains("is a number of the account"));
    world.reconfigure(LINE, "+14155550111");
    assert!(check("calls.from")["detail"].as_str().unwrap().contains("warning: no call"));
    world.reconfigure("+14155550111", "Kim");
    assert_eq!(check("calls.from")["ok"], false);
    world.reconfigure("Kim", LINE);
    assert!(check("webhooks").is_null());
    world.reconfigure("[calls]", "[serve]\nwebhook_secret_file = \"hook.key\"\n\n[calls]");
    assert_eq!(check("webhooks")["ok"], false, "it is not there");
    world.write("hook.key", "another");
    assert!(check("webhooks")["detail"].as_str().unwrap().contains("not the account's API secret"));
    world.write("hook.key", crate::support::SECRET);
    assert_eq!(check("webhooks")["ok"], true);
}
