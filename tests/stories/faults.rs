//! A server in trouble: what can be repeated is, nothing is written twice, and what is unknown is found out later.

use crate::support::{AT_ONCE, PACE, World, applied, at_once, phone, row, words, writes};
use sandbox::{Action, Fault, On, Plan, Refusal, RequestKind, Settings};
use std::net::TcpListener;

/// Two rows to create and one edit, so that bulk is needed.
fn busy() -> World {
    let world = World::linked(3, "");
    world.add_row("8,Ada,Byron,+14155550177,,");
    world.add_row("9,Lin,Wu,+14155550178,,");
    world.edit_crm("Acme 1", "Edited");
    world
}

#[track_caller]
fn all_arrived(world: &World) {
    assert_eq!(world.account.contact_count(), 5);
    world.contact("+14155550177");
    world.contact("+14155550178");
    assert_eq!(world.numbered(1).company.as_deref(), Some("Edited"));
    world.settled();
}

#[test]
fn trouble_that_takes_patience() {
    at_once(&[
        told_to_wait_it_waits_s40,
        a_server_that_cannot_be_reached,
        a_proxy_page_is_no_answer,
        lost_answers_make_no_second_contact_s39_i5,
        a_write_that_never_arrives_is_repeated_by_the_next_run_s39,
        a_lost_answer_of_put_and_delete_s39,
        the_documented_limits_are_never_hit_l14,
    ]);
}

fn told_to_wait_it_waits_s40() {
    let world = busy();
    world.account.add_fault(Fault::new(On::List, Action::Refuse(Refusal::status(429).retry_after(1))).times(1));
    world.account.add_fault(Fault::new(On::Bulk, Action::Refuse(Refusal::status(429).retry_after(1))).times(1));
    let report = world.sync();
    assert_eq!((report["outcome"].as_str(), report["failed"].as_array().unwrap().len()), (Some("applied"), 0));
    all_arrived(&world);
}

#[test]
fn errors_that_pass_are_waited_out() {
    fn once(action: Action) {
        let world = busy();
        let name = format!("{action:?}");
        world.account.add_fault(Fault::new(On::Bulk, action).times(1));
        let report = world.sync();
        assert_eq!(report["outcome"], "applied", "{name}: {report:#}");
        all_arrived(&world);
    }
    at_once(&[
        || once(Action::Refuse(Refusal::status(500))),
        || once(Action::CloseBeforeEffect),
        || once(Action::RefuseAfterEffect(Refusal::status(500))),
        || once(Action::CloseAfterEffect),
        || once(Action::CutBody),
    ]);
}

fn a_server_that_cannot_be_reached() {
    let world = busy();
    // A port that was free a moment ago: refused at once.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    world.reconfigure(&world.base_url(), &format!("http://127.0.0.1:{port}"));
    world.untouched(|world| world.run(&["sync"]).fails(1, &["JustCall", "base_url"]));
}

fn a_proxy_page_is_no_answer() {
    let world = busy();
    world.account.add_fault(Fault::new(On::Account, Action::Refuse(Refusal::status(502).html())).times(1));
    world.sync();
    all_arrived(&world);
    // A 404 page of a proxy does not prove that a contact is gone.
    let world = World::linked(3, AT_ONCE);
    world.account.add_fault(Fault::new(On::List, Action::TruncateList { rows: 2, honest_count: true }));
    world.account.add_fault(Fault::new(On::Get, Action::Refuse(Refusal::status(404).html())));
    let report = world.untouched(World::sync);
    assert_eq!(applied(&report, "crm", "delete"), 0, "{report:#}");
    assert_eq!(words(&report, "held", "reason"), ["unproven"], "{report:#}");
}

fn lost_answers_make_no_second_contact_s39_i5() {
    let world = busy();
    // Every answer of bulk is lost: the end of the writes is unknown.
    world.account.add_fault(Fault::new(On::Bulk, Action::CloseAfterEffect));
    let output = world.run(&["sync", "--json"]);
    assert!([1, 6].contains(&output.code), "{output:?}");
    let report = output.json();
    assert!(!report["failed"].as_array().unwrap().is_empty() || output.code == 1, "{report:#}");
    world.account.clear_faults();
    assert_eq!(world.account.contact_count(), 5);
    world.sync();
    world.sync();
    all_arrived(&world);
}

fn a_write_that_never_arrives_is_repeated_by_the_next_run_s39() {
    let world = busy();
    world.account.add_fault(Fault::new(On::Bulk, Action::CloseBeforeEffect));
    let output = world.run(&["sync", "--json"]);
    assert!([1, 6].contains(&output.code), "{output:?}");
    assert_eq!(world.account.contact_count(), 3);
    world.account.clear_faults();
    // The edit at once; the new contacts when the minute is over in which the list may not show them yet (S8).
    world.sync();
    assert_eq!(world.numbered(1).company.as_deref(), Some("Edited"));
    let plan = world.plan();
    assert_eq!((writes(&plan).len(), words(&plan, "skipped", "reason")), (0, vec!["lag".to_owned(); 2]), "{plan:#}");
}

fn a_lost_answer_of_put_and_delete_s39() {
    for action in [Action::CloseAfterEffect, Action::RefuseAfterEffect(Refusal::status(500))] {
        let world = World::linked(3, AT_ONCE);
        world.edit_crm(&phone(1), "+14155550191");
        world.drop_rows([2]);
        world.account.add_fault(Fault::new(On::Update, action.clone()).times(1));
        world.account.add_fault(Fault::new(On::Delete, action).times(1));
        let report = world.sync();
        assert_eq!((applied(&report, "justcall", "update"), applied(&report, "justcall", "delete")), (1, 1));
        assert_eq!(world.numbered(1).phone, "+14155550191");
        assert_eq!(world.account.contact_count(), 2);
        world.settled();
    }
}

#[test]
fn a_key_revoked_in_the_middle_stops_the_run() {
    let world = busy();
    world.edit_crm(&phone(2), "+14155550192");
    world.edit(3, |contact| contact.company = Some("To the CRM".to_owned()));
    world.account.add_fault(Fault::new(On::Update, Action::Refuse(Refusal::status(401))));
    let output =
        world.run(&["sync", "--json"]).fails(1, &["401", "JUSTCALL_API_KEY", "the next run goes on from there"]);
    let report = output.json();
    assert_eq!(report["outcome"], "failed");
    assert!(report["error"].as_str().unwrap().starts_with("JustCall answered 401"), "{report:#}");
    assert_eq!(applied(&report, "crm", "update"), 1, "what was done before is reported");
    world.account.clear_faults();
    world.sync();
    assert_eq!(world.numbered(2).phone, "+14155550192");
    all_arrived(&world);
}

fn the_documented_limits_are_never_hit_l14() {
    let settings = Settings { plan: Plan::Team, ..Settings::default() };
    let world = World::with(settings, "");
    world.reconfigure(PACE, "");
    let rows: Vec<String> = (1..=420).map(row).collect();
    world.crm(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    world.account.insert_all((1..=400).map(crate::support::contact));
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "create"), 20);
    world.settled();
    assert_eq!(world.counters().limited, 0);
    assert!(world.requests(RequestKind::List) >= 5);
}

#[test]
fn an_account_that_does_not_tell_its_id() {
    let settings = Settings { account_endpoint: false, ..Settings::unlimited() };
    let world = World::with_linked(settings, 2, "");
    world.edit_crm("Acme 1", "Edited");
    world.sync();
    assert_eq!(world.numbered(1).company.as_deref(), Some("Edited"));
    world.settled();
}
