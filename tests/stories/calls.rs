//! Calls into the CRM: from an empty state to computed fields and activities, quietly again, killed half-way, and what
//! is said where a call belongs to nobody.

use crate::support::{World, applied, phone, until, writes};
use sandbox::{Action, CallDirection, CallHistory, CallStatus, Fault, On, PhoneCall, Refusal, RequestKind};
use serde_json::Value;

pub(crate) const LINE: &str = "+14155550190";

/// Fields with what calls come to, and the log read in every sync.
pub(crate) const CONFIG: &str = "[calls]\nsync = true\nactivities = true\n\n[fields]\nfirst_name = \"First Name\"\n\
    last_name = \"Last Name\"\nphone = \"Phone\"\nemail = \"Email\"\ncompany = \"Company\"\n\
    \"calls.last_at\" = \"Last Call\"\n\"calls.last_status\" = \"Last Status\"\n\"calls.last_note\" = \"Last Note\"\n\
    \"calls.count\" = { crm = \"Calls\", direction = \"to_crm\" }\n\"calls.missed_since_contact\" = \"Missed\"\n";

/// A row of [`calls_crm`], without what calls come to.
fn row(number: usize) -> String {
    format!("{},,,,,", crate::support::row(number))
}

/// A CRM file with columns for calls.
fn calls_crm(world: &World, numbers: impl IntoIterator<Item = usize>) {
    let header = "id,First Name,Last Name,Phone,Email,Company,Last Call,Last Status,Last Note,Calls,Missed";
    let rows: Vec<String> = numbers.into_iter().map(row).collect();
    world.write("crm.csv", format!("{header}\n{}\n", rows.join("\n")));
}

/// Hours ago, to the second.
fn ago(hours: i64) -> jiff::Timestamp {
    let now = jiff::Timestamp::now().as_second();
    jiff::Timestamp::from_second(now - hours * 3_600).unwrap()
}

pub(crate) fn call(from: &str, status: CallStatus, hours: i64) -> PhoneCall {
    PhoneCall {
        call_id: String::new(),
        direction: CallDirection::Inbound,
        from: from.to_owned(),
        to: LINE.to_owned(),
        agent_id: Some(7),
        agent_name: Some("Dana Reyes".to_owned()),
        status,
        duration: if status == CallStatus::Completed { 65 } else { 0 },
        recording_url: None,
        voicemail: false,
        notes: None,
        disposition: None,
        tags: Vec::new(),
        started_at: ago(hours),
        ended_at: Some(ago(hours)),
        contact_name: None,
    }
}

/// Three linked contacts; the first has two calls, the second one that was missed.
fn world() -> World {
    let world = World::with(sandbox::Settings::unlimited(), CONFIG);
    calls_crm(&world, 1..=3);
    world.account.insert_all((1..=3).map(crate::support::contact));
    let noted =
        PhoneCall { notes: Some("wants, \"a quote\"".to_owned()), ..call(&phone(1), CallStatus::Completed, 50) };
    world.account.add_call(noted);
    world.account.add_call(call(&phone(1), CallStatus::Busy, 40));
    world.account.add_call(call(&phone(2), CallStatus::Missed, 30));
    world
}

fn calls_sync(world: &World, args: &[&str]) -> Value {
    let args: Vec<&str> = ["calls", "sync", "--json"].iter().chain(args).copied().collect();
    world.run(&args).ends(0).json()
}

#[test]
fn calls_reach_the_crm_and_a_second_run_writes_nothing() {
    let world = world();
    world.sync();
    let busy = world.account.calls().into_iter().find(|call| call.status == CallStatus::Busy).unwrap();
    let one = world.row(&phone(1));
    assert!(
        one.contains(&busy.started_at.to_string()) && one.ends_with(",busy,\"wants, \"\"a quote\"\"\",2,1"),
        "{one}"
    );
    assert!(world.row(&phone(2)).ends_with(",missed,,1,1"));
    // No calls: empty, not zero.
    assert_eq!(world.row(&phone(3)), row(3));
    let activities = world.read("calls.csv");
    assert_eq!(activities.lines().count(), 4, "{activities}");
    assert!(activities.contains("\"1\",\"1\",\"1\"\r\n"), "{activities}");
    // Nothing more to do, and no byte is written.
    let stamp = |name: &str| std::fs::metadata(world.path(name)).unwrap().modified().unwrap();
    let before = (stamp("crm.csv"), stamp("calls.csv"));
    world.settled();
    assert_eq!(before, (stamp("crm.csv"), stamp("calls.csv")));
    let status = world.run(&["status", "--json"]).ends(0).json();
    assert_eq!((&status["calls"], status["calls_read_at"].is_string()), (&3.into(), true), "{status:#}");
    // A call more, and a late note on an old one: exactly that is carried over.
    world.account.add_call(call(&phone(3), CallStatus::Completed, 1));
    let missed = world.account.calls().into_iter().find(|call| call.from == phone(2)).unwrap();
    world.account.edit_call(&missed.call_id, |call| call.notes = Some("left word".to_owned())).unwrap();
    let report = world.sync();
    assert_eq!(crate::support::applied(&report, "crm", "update"), 2, "{report:#}");
    assert!(world.row(&phone(3)).ends_with(",completed,,1,0"));
    assert!(world.row(&phone(2)).ends_with(",missed,left word,1,1"));
    assert_eq!(world.read("calls.csv").lines().count(), 5);
    world.settled();
}

#[test]
fn while_no_calls_were_read_nothing_is_overwritten() {
    let world = world();
    world.reconfigure("sync = true", "sync = false");
    let typed = row(1).replace(",,,,,", ",by hand,,,,");
    world.write("crm.csv", world.read("crm.csv").replace(&row(1), &typed));
    world.sync();
    assert_eq!(world.row(&phone(1)), typed);
    // A sync of calls that did not see everything says nothing about anybody, either.
    world.account.add_fault(Fault::new(On::Calls, Action::TruncateList { rows: 1, honest_count: false }));
    world.run(&["calls", "sync"]).ends(6);
    world.sync();
    assert_eq!(world.row(&phone(1)), typed);
    world.account.clear_faults();
    calls_sync(&world, &[]);
    world.sync();
    assert!(world.row(&phone(1)).ends_with(",2,1") && !world.row(&phone(1)).contains("by hand"));
    world.settled();
}

#[test]
fn a_saved_plan_is_applied_as_it_was_shown_and_moved_calls_make_it_stale_s34() {
    let world = world();
    world.reconfigure("sync = true", "sync = false");
    world.sync();
    calls_sync(&world, &[]);
    world.run(&["plan", "-o", "kept.json"]).ends(0);
    world.account.add_call(call(&phone(1), CallStatus::Completed, 1));
    calls_sync(&world, &[]);
    let report = world.run(&["apply", "kept.json", "--yes", "--json"]).ends(6).json();
    assert_eq!(crate::support::applied(&report, "crm", "update"), 1, "{report:#}");
    assert_eq!(report["stale"].as_array().unwrap().len(), 1);
    world.sync();
    assert!(world.row(&phone(1)).ends_with(",3,0"));
    world.settled();
}

#[test]
fn whose_calls_nobody_knows_is_said() {
    let world = world();
    world.sync();
    world.account.add_call(call("+12125550177", CallStatus::Missed, 5));
    world.account.add_call(call("anonymous", CallStatus::Missed, 4));
    // A second contact gets a number of the first: nobody can tell any more whose calls these are.
    world.insert("Pat", "Other", &phone(1), "");
    world.sync();
    let held = world.row(&format!("Kim,{}", crate::support::last_name(1)));
    let report = calls_sync(&world, &[]);
    assert_eq!(report["unknown"][0]["number"], "+12125550177", "{report:#}");
    assert_eq!(report["unknown"][0]["missed"], 1);
    assert_eq!(report["calls"]["withheld"], 1);
    world.account.add_call(call(&phone(1), CallStatus::Completed, 1));
    world.sync();
    assert_eq!(world.row(&format!("Kim,{}", crate::support::last_name(1))), held, "a guess was written");
    let shown = world.run(&["calls", "sync"]).ends(0).stdout;
    assert!(shown.contains("no linked contact has") && shown.contains("+12125550177"), "{shown}");
}

#[test]
fn a_killed_sync_goes_on_where_it_was() {
    let world = world();
    world.account.make_history(&CallHistory { calls: 12_000, days: 300, ..CallHistory::default() });
    // Slow enough to be killed in the middle.
    world.account.add_fault(Fault::new(On::Calls, Action::Delay { ms: 25 }));
    let mut child = world.start(&["calls", "sync"]);
    until("some windows are read", || world.requests(RequestKind::Calls) > 70);
    child.kill().unwrap();
    child.wait().unwrap();
    world.account.clear_faults();
    let before = world.requests(RequestKind::Calls);
    assert!(before < 130, "it was finished before it was killed: {before}");
    let report = calls_sync(&world, &[]);
    // It looks back over the overlap, and finds those days read.
    assert!(report["resumed_days"].as_u64().unwrap() > 5, "{report:#}");
    assert!(world.requests(RequestKind::Calls) < before + 110, "read anew: {report:#}");
    let all = world.run(&["calls", "list", "--json"]).ends(0).json();
    assert_eq!(all["calls"].as_array().unwrap().len(), world.account.call_count());
    // The next one reads the overlap alone, and finds nothing new.
    world.account.reset_counters();
    let again = calls_sync(&world, &[]);
    assert_eq!(
        (&again["calls"]["new"], &again["calls"]["changed"], &again["resumed_days"]),
        (&0.into(), &0.into(), &0.into())
    );
    assert!(world.requests(RequestKind::Calls) < 10, "{again:#}");
}

#[test]
fn days_that_could_not_be_read_are_due_until_they_are() {
    let world = world();
    world.account.make_history(&CallHistory { calls: 500, days: 100, ..CallHistory::default() });
    world.account.add_fault(Fault::new(On::Calls, Action::Refuse(Refusal::status(422))).page(3));
    let short = world.run(&["calls", "sync", "--json"]).ends(6).json();
    assert!(short["partial"][0]["reason"].as_str().unwrap().contains("page 3"), "{short:#}");
    world.account.clear_faults();
    let whole = calls_sync(&world, &[]);
    assert_eq!(whole["partial"].as_array().unwrap().len(), 0);
    let all = world.run(&["calls", "list", "--json"]).ends(0).json();
    assert_eq!(all["calls"].as_array().unwrap().len(), 503);
}

#[test]
fn a_call_log_that_cannot_be_read_keeps_no_contact_waiting() {
    let world = world();
    world.account.add_fault(Fault::new(On::Calls, Action::Refuse(Refusal::status(403))));
    world.insert("Nora", "New", "+14155550177", "");
    let output = world.run(&["sync", "--json"]).ends(6);
    assert!(output.stderr.contains("the calls were not read"), "{}", output.stderr);
    assert_eq!(crate::support::applied(&output.json(), "crm", "create"), 1);
    world.run(&["calls", "sync"]).fails(1, &["JustCall", "403"]);
}

#[test]
fn a_forgotten_person_s_calls_go_and_do_not_come_back_s48() {
    let world = world();
    world.sync();
    let done = world.run(&["forget", &phone(1), "--yes", "--json"]).ends(0).json();
    assert_eq!(done["calls"], 2);
    let report = calls_sync(&world, &[]);
    assert_eq!(report["calls"]["kept_out"], 2, "{report:#}");
    let left = world.run(&["calls", "list", "--json"]).ends(0).stdout;
    assert!(!left.contains(&phone(1)), "{left}");
    assert!(!world.read("calls.csv").contains(&phone(1)));
}

#[test]
fn bad_input_is_answered_clearly() {
    let world = world();
    for (args, code, words) in [
        (&["calls", "sync", "--since", "2026-02-30"][..], 2, "YYYY-MM-DD"),
        (&["calls", "sync", "--since", "yesterday"], 2, "YYYY-MM-DD"),
        (&["calls", "sync", "--since", "2026-02-02", "--until", "2026-02-01"], 2, "is before --since"),
        (&["calls", "sync", "--since", "9000-01-01"], 2, "in the future"),
        (&["calls", "sync", "--since", "1999-12-31"], 2, "before there was JustCall"),
        (&["calls", "sync", "--until", "1999-12-31"], 2, "before there was JustCall"),
    ] {
        let output = world.run(args).ends(code);
        assert!(output.stderr.contains(words), "{args:?}: {}", output.stderr);
    }
    assert_eq!(world.requests(RequestKind::Calls), 0);
    for (from, to, words) in [
        (
            "\"calls.last_at\" = \"Last Call\"",
            "\"calls.last_at\" = { crm = \"Last Call\", direction = \"both\" }",
            "to_crm",
        ),
        ("\"calls.last_at\" = \"Last Call\"", "\"calls.last\" = \"Last Call\"", "did you mean `calls.last_at`?"),
        ("activities = true", "activities = \"crm.csv\"", "the CRM's own file"),
        ("sync = true", "synk = true", "did you mean `sync`?"),
        ("sync = true", "sync = true\noverlap_days = -1", "whole number"),
    ] {
        let good = world.read("tieline.toml");
        world.reconfigure(from, to);
        world.run(&["plan"]).fails(2, &[words]);
        world.write("tieline.toml", good);
    }
    // Days that were read: an end alone would read its own day, or none.
    world.run(&["calls", "sync", "--until", "2026-03-01"]).ends(0);
    world.run(&["calls", "sync", "--until", "2026-02-01"]).fails(2, &["--until 2026-02-01 alone", "--since"]);
    world.run(&["calls", "sync", "--since", "2026-01-20", "--until", "2026-02-01"]).ends(0);
    // Somebody's own file is not overwritten.
    std::fs::remove_file(world.path("calls.csv")).unwrap();
    world.write("calls.csv", "mine\n");
    world.run(&["sync"]).fails(2, &["calls.csv", "no file of calls that tieline wrote"]);
    assert_eq!(world.read("calls.csv"), "mine\n");
}

#[test]
fn a_list_of_contacts_that_is_not_whole_says_nothing_about_calls() {
    let world = world();
    world.sync();
    let held = world.row(&phone(1));
    // A second contact with the number of the first, which the list does not show.
    world.insert("Pat", "Other", &phone(1), "");
    world.account.add_call(call(&phone(1), CallStatus::Completed, 1));
    world.account.add_fault(Fault::new(On::List, Action::TruncateList { rows: 3, honest_count: false }));
    world.sync();
    assert_eq!(world.row(&phone(1)), held, "a guess was written");
}

/// Sections that make contacts of callers.
fn strangers(more: &str) -> World {
    let world = World::with_linked(sandbox::Settings::unlimited(), 3, &format!("[calls]\nsync = true\n{more}"));
    let named = |name: &str, hours| PhoneCall {
        contact_name: Some(name.to_owned()),
        ..call("+14155550171", CallStatus::Missed, hours)
    };
    world.account.add_call(named("Ada King", 9));
    world.account.add_call(named("New JustCall Contact", 3));
    world.account.add_call(call("+14155550172", CallStatus::Missed, 5));
    // Nobody can be made of these: withheld, a short code, and somebody who is known.
    world.account.add_call(call("anonymous", CallStatus::Missed, 4));
    world.account.add_call(call("911", CallStatus::Missed, 4));
    world.account.add_call(call(&phone(1), CallStatus::Missed, 4));
    world
}

#[test]
fn unknown_callers_become_contacts_where_the_configuration_asks_for_it() {
    let world = strangers("create_contacts = true\n");
    world.run(&["calls", "sync"]).ends(0);
    let plan = world.untouched(World::plan);
    let mut planned = writes(&plan);
    planned.sort();
    let expected =
        ["crm", "justcall"].map(|side| ["+14155550171", "+14155550172"].map(|to| format!("{side} create {to}")));
    assert_eq!(planned, expected.concat(), "{plan:#}");
    let dry = world.run(&["sync", "--dry-run"]).ends(0);
    assert!(dry.stdout.contains("called, and neither side knows the number"), "{}", dry.stdout);
    let report = world.sync();
    assert_eq!([applied(&report, "crm", "create"), applied(&report, "justcall", "create")], [2, 2], "{report:#}");
    assert!(world.row("+14155550171").contains(",Ada,King,"), "{}", world.read("crm.csv"));
    assert!(world.row("+14155550172").contains(",Caller,"), "{}", world.read("crm.csv"));
    assert!(!world.read("crm.csv").contains("JustCall Contact"));
    let contact = world.account.contacts().into_iter().find(|contact| contact.phone.contains("5550171")).unwrap();
    assert_eq!((contact.first_name.as_deref(), contact.last_name.as_deref()), (Some("Ada"), Some("King")));
    // The second run writes nothing, and calls belong to them now.
    world.settled();
    let found = world.run(&["calls", "list", "--contact", "Ada King", "--json"]).ends(0).json();
    assert_eq!(found["calls"].as_array().unwrap().len(), 2, "{found:#}");
    // A real name on one side replaces the placeholder on the other, without a question.
    world.edit_crm("Caller,+14155550172", "Grace,Hopper");
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "update"), report["conflicts"].as_array().unwrap().len()), (1, 0));
    world.settled();
}

#[test]
fn a_caller_s_contact_holds_what_the_calls_come_to_from_the_start() {
    let world = world();
    world.sync();
    world.reconfigure("sync = true", "sync = true\ncreate_contacts = true\nmin_calls = 2");
    world.account.add_call(call("+14155550171", CallStatus::Missed, 9));
    world.account.add_call(call("+14155550171", CallStatus::Busy, 3));
    world.account.add_call(call("+14155550172", CallStatus::Missed, 3));
    let report = world.sync();
    assert_eq!([applied(&report, "crm", "create"), applied(&report, "justcall", "create")], [1, 1], "{report:#}");
    assert!(world.row("+14155550171").ends_with(",busy,,2,2"), "{}", world.read("crm.csv"));
    world.settled();
    // Found by what people look for: the contact's history, and the plan's words.
    let history = world.run(&["history", "--contact", "+14155550171"]).ends(0).stdout;
    assert!(history.contains("neither side knows the number"), "{history}");
}

#[test]
fn a_caller_whom_a_side_refuses_waits_for_retry() {
    let world = strangers("create_contacts = true\nmin_calls = 2\n");
    world.account.add_fault(Fault::new(On::Bulk, Action::Refuse(Refusal::status(422))).times(1));
    world.account.add_fault(Fault::new(On::Create, Action::Refuse(Refusal::status(422))));
    world.run(&["sync"]).ends(6);
    world.account.clear_faults();
    let status = world.run(&["status"]).ends(0).stdout;
    assert!(status.contains("+14155550171"), "{status}");
    world.run(&["retry", "+14155550171"]).ends(0);
    world.sync();
    world.settled();
    assert_eq!(world.account.contacts_by_phone("+14155550171").len(), 1);
}

#[test]
fn contacts_made_of_callers_are_taken_back_and_stay_away() {
    let world = strangers("create_contacts = \"named\"\n\n[guards]\ndeletes = { floor = 50 }\n");
    let before = world.read("crm.csv");
    let report = world.sync();
    assert_eq!([applied(&report, "crm", "create"), applied(&report, "justcall", "create")], [1, 1], "{report:#}");
    world.settled();
    world.run(&["undo", report["run"].as_str().unwrap(), "--yes"]).ends(0);
    assert_eq!(world.read("crm.csv"), before);
    assert_eq!(world.account.contacts().len(), 3);
    world.settled();
    // Somebody who calls again was made once already.
    world.account.add_call(call("+14155550171", CallStatus::Missed, 1));
    world.settled();
}

#[test]
fn a_placeholder_must_give_way_to_a_real_name() {
    for (wrong, said) in [
        ("contact_name = \"New JustCall Contact\"", "gives way to a real one"),
        ("contact_name = \"Ada {number}\"", "gives way to a real one"),
        ("min_calls = 0", "at least 1"),
        ("create_contacts = \"crm\"", "false, true, or \"named\""),
    ] {
        let world = World::with(sandbox::Settings::unlimited(), &format!("[calls]\n{wrong}\n"));
        world.crm(&[]);
        world.run(&["plan"]).fails(2, &[said]);
    }
}
