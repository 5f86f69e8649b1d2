//! The first sync: two sides that never met. Creates, links, fills blanks; then rest.

use crate::support::{World, applied, contact, row, words, writes};

/// Two contacts only in the CRM, two only in JustCall, one on both, one on both with a blank.
fn strangers() -> World {
    let world = World::new();
    world.crm(&[
        "1,Ada,Byron,(415) 555-0101,ada@example.com,Engine Works",
        "2,Grace,Harper,+1 415-555-0102,grace@example.com,\"Harper, Sons\"",
        "3,Zoë,Núñez,+14155550103,zoe@example.com,",
        "4,Lin,Wu,+14155550104,lin@example.com,Wu Ltd",
    ]);
    world.insert("Mina", "Okafor", "+14155550111", "Okafor Freight");
    world.insert("Tom", "Birch", "+442079460018", "");
    world.account.insert(sandbox::NewContact {
        email: Some("zoe@example.com".to_owned()),
        ..sandbox::NewContact::named("Zoë", "Núñez", "+14155550103")
    });
    world.insert("Lin", "Wu", "+14155550104", "Wu Ltd");
    world
}

#[test]
fn both_directions_then_rest_l2_l3() {
    let world = strangers();
    let plan = world.untouched(World::plan);
    let expected = [
        "crm create +14155550111",
        "crm create +442079460018",
        "justcall create +14155550101",
        "justcall create +14155550102",
        "justcall update +14155550104",
    ];
    let mut planned = writes(&plan);
    planned.sort();
    assert_eq!(planned, expected);
    assert_eq!(plan["summary"]["justcall"]["create"], 2);
    assert_eq!(plan["summary"]["crm"]["create"], 2);

    let report = world.sync();
    assert_eq!(report["outcome"], "applied");
    assert_eq!((applied(&report, "justcall", "create"), applied(&report, "justcall", "update")), (2, 1));
    assert_eq!((applied(&report, "crm", "create"), applied(&report, "crm", "update")), (2, 0));
    assert_eq!(world.contact("+14155550102").company.as_deref(), Some("Harper, Sons"));
    assert_eq!(world.contact("+14155550104").email.as_deref(), Some("lin@example.com"));
    assert_eq!(world.row("Okafor"), "5,Mina,Okafor,+14155550111,,Okafor Freight");
    assert!(world.row("Harper").contains("\"Harper, Sons\""));
    // What was there stays as it was typed (I8).
    assert!(world.row("Ada").contains("(415) 555-0101"));
    world.settled();
}

#[test]
fn nothing_is_written_by_plan_or_dry_run_i9() {
    let world = strangers();
    world.untouched(|world| {
        world.run(&["plan"]).ends(0);
        let dry = world.run(&["sync", "--dry-run", "--json"]).ends(0).json();
        assert_eq!(dry["format"], "tieline-plan/1");
        assert_eq!(writes(&dry).len(), 5);
    });
    assert_eq!(world.account.contact_count(), 4);
}

#[test]
fn exit_codes_say_what_waits() {
    let world = strangers();
    world.run(&["plan", "--exit-code"]).ends(3);
    world.run(&["sync", "--dry-run", "--exit-code"]).ends(3);
    world.run(&["plan"]).ends(0);
    world.run(&["sync", "--exit-code"]).ends(0);
    world.run(&["plan", "--exit-code"]).ends(0);
    // One field on both sides: a conflict waits.
    let id = world.contact("+14155550104").id;
    world.account.edit(id, |contact| contact.company = Some("Wu Group".to_owned()));
    world.edit_crm("Wu Ltd", "Wu International");
    world.run(&["plan", "--exit-code"]).ends(4);
    world.run(&["sync", "--exit-code"]).ends(4);
    world.run(&["sync"]).ends(0);
}

#[test]
fn an_existing_contact_is_linked_not_doubled_i5() {
    let world = World::new();
    world.crm(&[&row(1), &row(2)]);
    world.account.insert_all([contact(1), contact(2)]);
    let plan = world.plan();
    assert_eq!(words(&plan, "actions", "kind"), ["link", "link"]);
    assert_eq!(words(&plan, "actions", "reason"), ["R12", "R12"]);
    world.untouched(|world| assert_eq!(world.sync()["outcome"], "clean"));
}

#[test]
fn differences_of_form_are_no_difference_s24_s27() {
    let world = World::new();
    // No-break space, decomposed ö, capitals in the e-mail, national format, another spelling of the number.
    world.crm(&["1,Jo\u{308}rg,Weiß,(415) 555-0101,JOERG@Example.com,Acme\u{a0}AG"]);
    world.account.insert(sandbox::NewContact {
        email: Some("joerg@example.com".to_owned()),
        company: Some("Acme AG".to_owned()),
        ..sandbox::NewContact::named("Jörg", "Weiß", "14155550101")
    });
    world.settled();
}

#[test]
fn fields_that_never_agreed_are_conflicts_r13() {
    let world = World::new();
    world.crm(&["1,Ada,Byron,+14155550101,ada@example.com,Engine Works"]);
    world.insert("Ada", "Byron", "+14155550101", "Analytical Engines");
    let plan = world.plan();
    assert_eq!(words(&plan, "conflicts", "kind"), ["no_base"]);
    assert_eq!(plan["conflicts"][0]["field"], "company");
    let report = world.sync();
    assert_eq!(report["outcome"], "waiting");
    // The blank was filled all the same, the contested field left alone on both sides.
    let contact = world.contact("+14155550101");
    assert_eq!(contact.email.as_deref(), Some("ada@example.com"));
    assert_eq!(contact.company.as_deref(), Some("Analytical Engines"));
    assert!(world.row("Ada").ends_with("Engine Works"));
    world.settled();
}

#[test]
fn an_empty_crm_file_fills_from_justcall() {
    let world = World::new();
    world.crm(&[]);
    world.account.insert_all([contact(1), contact(2)]);
    let report = world.sync();
    assert_eq!(applied(&report, "crm", "create"), 2);
    assert_eq!(world.read("crm.csv").lines().count(), 3);
    world.settled();
}

#[test]
fn create_in_limits_the_sides_i16() {
    let world = World::new();
    world.configure("[policy]\ncreate_in = [\"crm\"]\n");
    world.crm(&[&row(1)]);
    world.account.insert(contact(2));
    let report = world.sync();
    assert_eq!((applied(&report, "crm", "create"), applied(&report, "justcall", "create")), (1, 0));
    assert_eq!(world.account.contact_count(), 1);
    let plan = world.plan();
    assert_eq!(words(&plan, "skipped", "reason"), ["create_not_allowed"]);
}

#[test]
fn a_first_sync_costs_one_bulk_request() {
    let world = World::new();
    let rows: Vec<String> = (1..=99).map(row).collect();
    world.crm(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "create"), 99);
    assert_eq!(world.requests(sandbox::RequestKind::Bulk), 1);
    assert_eq!(world.counters().contacts_created, 99);
    assert_eq!(report["requests"]["justcall"], world.counters().total_requests());
    world.settled();
}
