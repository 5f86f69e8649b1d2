//! Listings that lie: drift, duplicates, empty, cut short, failing. Nothing is deleted because of them, and the next
//! ordinary run recovers (L11).

use crate::support::{AT_ONCE, World, applied, last_name, words, writes};
use sandbox::{Action, Fault, Lag, On, Refusal, RequestKind};

fn deletes(plan: &serde_json::Value) -> usize {
    writes(plan).iter().filter(|write| write.contains("delete")).count()
}

#[test]
fn a_row_that_slides_off_a_page_is_not_deleted_s1() {
    let world = World::linked(150, AT_ONCE);
    // Somebody deletes contact 1 while the list is read: contact 101 slides to the page that was read already.
    world.account.add_fault(Fault::new(On::List, Action::Drift { delete: 1, insert: 0 }).page(1).times(1));
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "delete"), 0);
    assert!(applied(&report, "crm", "delete") <= 1, "{report:#}");
    assert!(world.read("crm.csv").contains(&last_name(101)));
    world.sync();
    assert_eq!(world.account.contact_count(), 149);
    assert_eq!(world.read("crm.csv").lines().count(), 150);
    world.settled();
}

#[test]
fn a_list_that_never_holds_still_deletes_nothing_s1_i3() {
    let world = World::linked(150, AT_ONCE);
    world.account.delete(world.numbered(120).id);
    world.account.add_fault(Fault::new(On::List, Action::Drift { delete: 0, insert: 1 }).page(1));
    let report = world.sync();
    assert_eq!(applied(&report, "crm", "delete"), 0, "{report:#}");
    assert!(words(&report, "alarms", "kind").contains(&"partial_listing".to_owned()), "{report:#}");
    assert!(world.read("crm.csv").contains(&last_name(120)));
    world.account.clear_faults();
    let report = world.sync();
    assert_eq!(applied(&report, "crm", "delete"), 1);
}

#[test]
fn a_contact_missing_from_the_list_but_there_is_kept_s1_s5() {
    let world = World::linked(5, AT_ONCE);
    let fault = Action::TruncateList { rows: 4, honest_count: true };
    world.account.add_fault(Fault::new(On::List, fault));
    world.untouched(|world| {
        let plan = world.plan();
        assert_eq!(writes(&plan), Vec::<String>::new(), "{plan:#}");
        world.sync();
    });
    assert_eq!(world.requests(RequestKind::Get), 2, "one question for one contact, per run");
    world.account.clear_faults();
    world.settled();
}

#[test]
fn a_row_shown_twice_is_one_contact_s2() {
    let world = World::linked(150, AT_ONCE);
    // A contact made during the walk of a list whose newest come first pushes a row onto the next page.
    world.account.change_settings(|settings| settings.choices.list_order = sandbox::ListOrder::NewestFirst);
    world.account.add_fault(Fault::new(On::List, Action::Drift { delete: 0, insert: 1 }).page(1).times(1));
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "create"), 0, "{report:#}");
    world.sync();
    assert_eq!(world.account.contact_count(), 151);
    // The new one has no valid number: it is named, not created.
    assert_eq!(words(&world.plan(), "skipped", "reason"), ["invalid_phone"]);
    assert_eq!(world.read("crm.csv").lines().count(), 151);
    world.settled();
}

#[test]
fn an_empty_answer_deletes_nothing_s3() {
    let world = World::linked(8, AT_ONCE);
    world.account.add_fault(Fault::new(On::List, Action::EmptyList));
    let report = world.untouched(|world| world.run(&["sync", "--json"]).json());
    assert!(words(&report, "alarms", "kind").contains(&"empty_listing".to_owned()), "{report:#}");
    world.account.clear_faults();
    world.settled();
    assert_eq!(world.run(&["status", "--json"]).json()["linked"], 8);
}

#[test]
fn an_empty_file_deletes_nothing_s3() {
    let world = World::linked(8, AT_ONCE);
    let file = world.read("crm.csv");
    world.crm(&[]);
    let report = world.untouched(|world| world.run(&["sync", "--json"]).json());
    assert!(words(&report, "alarms", "kind").contains(&"empty_listing".to_owned()), "{report:#}");
    assert_eq!(world.account.contact_count(), 8);
    world.write("crm.csv", file);
    world.settled();
}

#[test]
fn both_sides_empty_keeps_the_state_s4() {
    let world = World::linked(8, AT_ONCE);
    let file = world.read("crm.csv");
    world.crm(&[]);
    world.account.add_fault(Fault::new(On::List, Action::EmptyList));
    world.untouched(|world| {
        let report = world.run(&["sync", "--json"]).json();
        assert_eq!(words(&report, "alarms", "kind").iter().filter(|kind| *kind == "empty_listing").count(), 2);
    });
    world.account.clear_faults();
    world.write("crm.csv", file);
    world.settled();
    assert_eq!(world.run(&["status", "--json"]).json()["linked"], 8);
}

#[test]
fn a_list_cut_short_deletes_nothing_and_edits_still_travel_s5_i3() {
    for honest_count in [true, false] {
        let world = World::linked(100, AT_ONCE);
        world.account.add_fault(Fault::new(On::List, Action::TruncateList { rows: 1, honest_count }));
        world.edit_crm("Acme 1\n", "Edited\n");
        let plan = world.plan();
        assert_eq!(deletes(&plan), 0);
        assert!(!plan["alarms"].as_array().unwrap().is_empty(), "{plan:#}");
        let report = world.run(&["sync", "--json"]).json();
        assert_eq!(applied(&report, "crm", "delete") + applied(&report, "justcall", "delete"), 0);
        assert_eq!(applied(&report, "justcall", "create"), 0, "no second contact for one that was not shown");
        assert_eq!(world.account.contact_count(), 100);
        assert_eq!(world.read("crm.csv").lines().count(), 101);
        world.account.clear_faults();
        world.sync();
        assert_eq!(world.numbered(1).company.as_deref(), Some("Edited"));
        world.settled();
    }
}

#[test]
fn a_failing_page_ends_the_run_or_the_walk_but_deletes_nothing_s6() {
    let world = World::linked(150, AT_ONCE);
    world.edit_crm("Acme 1\n", "Edited\n");
    world.account.add_fault(Fault::new(On::List, Action::Refuse(Refusal::status(422))).page(2));
    let output = world.run(&["sync", "--json"]);
    assert_eq!(world.counters().contacts_deleted, 0);
    assert!(output.code == 1 || deletes(&world.plan()) == 0, "{output:?}");
    assert_eq!(world.read("crm.csv").lines().count(), 151);
    world.account.clear_faults();
    world.sync();
    assert_eq!(world.numbered(1).company.as_deref(), Some("Edited"));
    world.settled();
}

#[test]
fn a_page_that_fails_once_is_asked_again_s6() {
    let world = World::linked(150, "");
    for action in
        [Action::Refuse(Refusal::status(500)), Action::CutBody, Action::InvalidJson, Action::CloseBeforeEffect]
    {
        world.account.add_fault(Fault::new(On::List, action).page(2).times(1));
    }
    world.settled();
    assert!(world.requests(RequestKind::List) > 4);
}

#[test]
fn an_unstable_order_is_no_change() {
    let world = World::linked(250, AT_ONCE);
    world.account.add_fault(Fault::new(On::List, Action::UnstableOrder { seed: 3 }));
    world.untouched(|world| {
        let report = world.run(&["sync", "--json"]).ends(0).json();
        assert_eq!(applied(&report, "crm", "delete"), 0);
    });
    world.account.clear_faults();
    world.settled();
}

#[test]
fn our_own_fresh_contact_may_lag_s8_i5() {
    let world = World::linked(3, AT_ONCE);
    world.add_row("9,Ada,Byron,+14155550177,,Fresh");
    world.account.add_fault(Fault::new(On::Read, Action::Lag(Lag::Requests(1000))));
    assert_eq!(applied(&world.sync(), "justcall", "create"), 1);
    // The list does not show it yet: no second contact, and the row that it came from stays.
    for _ in 0..2 {
        let report = world.untouched(World::sync);
        assert_eq!(applied(&report, "crm", "delete"), 0, "{report:#}");
    }
    world.account.clear_faults();
    world.settled();
    assert_eq!(world.account.contacts_by_phone("+14155550177").len(), 1);
    // Linked with its id: an edit goes to that contact.
    world.edit_crm("Fresh", "Grown");
    world.sync();
    assert_eq!(world.contact("+14155550177").company.as_deref(), Some("Grown"));
}

#[test]
fn a_401_in_the_middle_of_a_list_stops_before_anything() {
    let world = World::linked(150, AT_ONCE);
    world.edit(1, |contact| contact.company = Some("Waits".to_owned()));
    world.account.add_fault(Fault::new(On::List, Action::Refuse(Refusal::status(401))).page(2));
    world.untouched(|world| world.run(&["sync"]).fails(1, &["401", "JUSTCALL_API_KEY"]));
    world.account.clear_faults();
    assert_eq!(applied(&world.sync(), "crm", "update"), 1);
}

/// Bulk finds contacts by number: a contact that the listing missed would be overwritten without a question.
#[test]
fn nothing_is_created_where_the_list_was_cut_s5() {
    let world = World::linked(5, "");
    world.insert("Zed", "Zimmer", "+14155550977", "Typed by hand");
    world.add_row("91,Zack,Zimmer,+14155550977,,Old Import");
    let fault = Action::TruncateList { rows: 4, honest_count: false };
    world.account.add_fault(Fault::new(On::List, fault));
    world.untouched(|world| {
        let report = world.sync();
        assert_eq!(report["outcome"], "waiting", "{report:#}");
        assert_eq!(words(&report, "held", "kind"), ["create", "delete"], "and the one that was not shown is kept");
        assert_eq!(words(&report, "held", "reason"), ["partial_listing", "partial_listing"]);
    });
    world.account.clear_faults();
    let report = world.sync();
    assert_eq!(words(&report, "conflicts", "justcall"), ["Zed", "Typed by hand"], "{report:#}");
    assert_eq!(world.contact("+14155550977").company.as_deref(), Some("Typed by hand"));
}

#[test]
fn nothing_is_created_in_half_an_export_s5() {
    let world = World::linked(12, "");
    let whole = world.read("crm.csv");
    let half: String = whole.split_inclusive('\n').take(4).collect();
    world.insert("New", "Person", "+14155550977", "");
    world.write("crm.csv", &half);
    for _ in 0..2 {
        let report = world.sync();
        assert!(words(&report, "alarms", "kind").contains(&"short_listing".to_owned()), "{report:#}");
        assert_eq!((world.read("crm.csv"), world.account.contact_count()), (half.clone(), 13));
    }
    world.write("crm.csv", &whole);
    let report = world.sync();
    assert_eq!(applied(&report, "crm", "create"), 1, "{report:#}");
    world.settled();
}
