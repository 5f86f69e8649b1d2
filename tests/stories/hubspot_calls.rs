//! Calls of the JustCall account on the pages of their contacts in HubSpot: each once, whatever is lost or killed.

use crate::calls::{LINE, call};
use crate::hubspot::{Desk, TOKEN};
use crate::support::{phone, until};
use sandbox::hubspot::{Action, Fault, ObjectKind, On, Refusal};
use sandbox::{CallStatus, PhoneCall};
use std::collections::BTreeSet;

const CONFIG: &str = "[crm.hubspot]\nindex_lag_seconds = 0\n[calls]\nsync = true\nactivities = true\n";

/// Three linked contacts and a stranger; the first has two calls, the second one that was missed.
fn desk() -> Desk {
    let desk = Desk::linked(3, CONFIG);
    let noted =
        PhoneCall { notes: Some("wants <b>a quote</b>".to_owned()), ..call(&phone(1), CallStatus::Completed, 50) };
    desk.world.account.add_call(noted);
    desk.world.account.add_call(call(&phone(1), CallStatus::Busy, 40));
    desk.world.account.add_call(call(&phone(2), CallStatus::Missed, 30));
    desk.world.account.add_call(call("+14155550988", CallStatus::Missed, 20));
    desk
}

/// Marks of the calls that HubSpot shows; each once.
#[track_caller]
fn shown(desk: &Desk) -> BTreeSet<String> {
    let calls = desk.hub.calls();
    let marks: BTreeSet<String> = calls.iter().map(|call| call.get("hs_call_external_id").to_owned()).collect();
    assert_eq!(marks.len(), calls.len(), "a call is there twice: {calls:#?}");
    marks
}

#[test]
fn calls_become_activities_once() {
    let desk = desk();
    let told = desk.run(&["sync"]).ends(0).stderr;
    assert!(told.contains("the CRM shows 3 calls with their contacts: 3 new"), "{told}");
    assert_eq!(shown(&desk).len(), 3);
    let first = desk.hub.calls().into_iter().find(|one| one.get("hs_call_status") == "COMPLETED").unwrap();
    assert_eq!(first.contacts, [desk.person(&phone(1)).id]);
    assert_eq!(
        ["hs_call_direction", "hs_call_duration", "hs_call_from_number", "hs_call_to_number"]
            .map(|name| first.get(name)),
        ["INBOUND", "65000", phone(1).as_str(), LINE]
    );
    assert!(first.get("hs_call_body").starts_with("wants &lt;b&gt;a quote&lt;/b&gt;<br>JustCall call "), "{first:#?}");
    assert!(!desk.world.path("calls.csv").exists(), "no file beside");
    // A second run sends nothing; a call more, and a late note on an old one: exactly that.
    let written = desk.hub.counters().written();
    desk.sync();
    assert_eq!(desk.hub.counters().written(), written);
    desk.world.account.add_call(call(&phone(3), CallStatus::Completed, 1));
    let missed = desk.world.account.calls().into_iter().find(|call| call.from == phone(2)).unwrap();
    desk.world.account.edit_call(&missed.call_id, |call| call.notes = Some("left word".to_owned())).unwrap();
    let report = desk.run(&["calls", "sync", "--json"]).ends(0).json();
    assert_eq!((&report["activities"], &report["activities_sent"]["changed"]), (&4.into(), &1.into()), "{report:#}");
    assert_eq!((shown(&desk).len(), desk.hub.counters().written()), (4, written + 2));
    assert!(desk.hub.calls().iter().any(|call| call.get("hs_call_body").starts_with("left word<br>")));
    // A person deletes one there: it does not come back.
    assert!(desk.hub.counters().total_requests() > 0);
}

#[test]
fn a_lost_answer_makes_no_call_twice() {
    for action in [Action::CloseAfterEffect, Action::CloseBeforeEffect, Action::InvalidJson] {
        let desk = desk();
        desk.hub.add_fault(Fault::new(On::BatchCreate, action.clone()).object(ObjectKind::Calls).times(1));
        let told = desk.run(&["sync"]).ends(0).stderr;
        assert!(told.contains("of 3 calls nobody knows yet whether the CRM has them"), "{action:?}: {told}");
        for _ in 0..2 {
            desk.sync();
            assert_eq!(shown(&desk).len(), 3, "{action:?}");
        }
    }
}

#[test]
fn killed_in_between_makes_no_call_twice() {
    for landed in [true, false] {
        let desk = desk();
        let action = if landed { Action::DelayAnswer { ms: 600_000 } } else { Action::Delay { ms: 600_000 } };
        desk.hub.add_fault(Fault::new(On::BatchCreate, action).object(ObjectKind::Calls).times(1));
        let mut command = desk.world.command(&["sync"]);
        command.env("TIELINE_HUBSPOT_TOKEN", TOKEN);
        let mut child =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        let calls = |entry: &sandbox::hubspot::LogEntry| entry.path.ends_with("/objects/calls/batch/create");
        until("the calls are sent", || {
            if landed { desk.hub.calls().len() == 3 } else { desk.hub.log().iter().any(calls) }
        });
        child.kill().unwrap();
        child.wait().unwrap();
        desk.hub.clear_faults();
        for _ in 0..2 {
            desk.sync();
            assert_eq!(shown(&desk).len(), 3, "landed: {landed}");
        }
    }
}

/// Searches lag: whoever asked at once would be told that the calls are not there, and send them again.
#[test]
fn nobody_asks_before_a_search_can_know() {
    let desk = desk();
    desk.world.reconfigure("index_lag_seconds = 0", "index_lag_seconds = 300");
    desk.hub.change_settings(|settings| settings.index_lag_ms = 600_000);
    desk.hub.add_fault(Fault::new(On::BatchCreate, Action::CloseAfterEffect).object(ObjectKind::Calls).times(1));
    for _ in 0..3 {
        desk.run(&["calls", "sync"]).ends(0);
        assert_eq!(shown(&desk).len(), 3);
    }
}

#[test]
fn doctor_says_what_calls_take() {
    let desk = desk();
    let told = desk.run(&["doctor"]).stdout;
    assert!(told.contains("the token has crm.objects.contacts.read and crm.objects.contacts.write"), "{told}");
    desk.hub.change_settings(|settings| settings.scopes.retain(|scope| !scope.ends_with("write")));
    let told = desk.run(&["doctor"]).stdout;
    assert!(told.contains("calls need the scope crm.objects.contacts.write"), "{told}");
}

#[test]
fn a_call_that_hubspot_refuses_spoils_no_other() {
    let desk = desk();
    let message = "no such thing".to_owned();
    desk.hub.add_fault(
        Fault::new(On::BatchCreate, Action::FailRows { every: 2, message }).object(ObjectKind::Calls).times(1),
    );
    let told = desk.run(&["sync"]).ends(6).stderr;
    assert!(told.contains("the CRM did not take call ") && told.contains("no such thing"), "{told}");
    let before = shown(&desk).len();
    assert!((1..3).contains(&before));
    // Not sent again every night.
    desk.sync();
    assert_eq!(shown(&desk).len(), before);
}

#[test]
fn a_hubspot_that_fails_keeps_no_contact_waiting() {
    let desk = desk();
    desk.hub.add_fault(Fault::new(On::BatchCreate, Action::Refuse(Refusal::status(403))).object(ObjectKind::Calls));
    desk.edit(&phone(1), "company", "Theirs");
    let told = desk.run(&["sync"]).ends(6).stderr;
    assert!(told.contains("not all calls were shown in the CRM"), "{told}");
    assert_eq!(desk.world.contact(&phone(1)).company.as_deref(), Some("Theirs"));
    desk.hub.clear_faults();
    desk.sync();
    assert_eq!(shown(&desk).len(), 3);
}
