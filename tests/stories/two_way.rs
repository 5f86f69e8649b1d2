//! People edit both sides of linked contacts: every edit arrives on the other side, and nothing else moves.

use crate::support::{World, applied, phone, words, writes};
use sandbox::RequestKind;

#[test]
fn an_edit_on_each_side_arrives_on_the_other_r2_r3_i8() {
    let world = World::linked(3, "");
    world.edit(1, |contact| contact.company = Some("Acme Corp".to_owned()));
    world.edit_crm("Acme 2", "\"Acme, Inc.\"");
    let plan = world.plan();
    assert_eq!(writes(&plan), ["justcall update +14155550102", "crm update +14155550101"]);
    assert_eq!(plan["actions"][0]["changes"].as_array().unwrap().len(), 1, "the changed field alone");
    let before = world.read("crm.csv");
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "crm", "update")), (1, 1));
    // One cell changed in the file; every other byte stayed.
    assert_eq!(world.read("crm.csv"), before.replace("Acme 1", "Acme Corp"));
    assert_eq!(world.numbered(2).company.as_deref(), Some("Acme, Inc."));
    world.settled();
}

#[test]
fn disjoint_edits_of_one_contact_merge_s31() {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("From JustCall".to_owned()));
    world.edit_crm("personab@example.com", "from.crm@example.com");
    let report = world.sync();
    assert_eq!(report["outcome"], "applied");
    let contact = world.numbered(1);
    assert_eq!(contact.email.as_deref(), Some("from.crm@example.com"));
    assert_eq!(contact.company.as_deref(), Some("From JustCall"));
    assert!(world.row("Personab").ends_with("from.crm@example.com,From JustCall"));
    world.settled();
}

#[test]
fn the_same_edit_on_both_sides_is_no_call_s30() {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("Same".to_owned()));
    world.edit_crm("Acme 1", "Same");
    world.untouched(|world| assert_eq!(world.sync()["outcome"], "clean"));
    // The base moved: an edit on one side is an edit again, no conflict.
    world.edit(1, |contact| contact.company = Some("Later".to_owned()));
    assert_eq!(world.sync()["outcome"], "applied");
    assert!(world.row("Personab").ends_with("Later"));
}

#[test]
fn new_contacts_of_both_sides_arrive() {
    let world = World::linked(2, "");
    world.add_row(",Ada,Byron,+14155550177,ada@example.com,");
    world.insert("Mina", "Okafor", "+14155550178", "");
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "create"), applied(&report, "crm", "create")), (1, 1));
    assert_eq!(world.contact("+14155550177").email.as_deref(), Some("ada@example.com"));
    assert!(world.row("Okafor").starts_with("3,"));
    world.settled();
}

#[test]
fn a_clear_propagates_only_by_policy_s29() {
    let world = World::linked(2, "");
    world.edit_crm("personab@example.com", "");
    world.untouched(World::sync);
    world.settled();
    assert_eq!(world.numbered(1).email.as_deref(), Some("personab@example.com"));

    let fields = "[fields]\nfirst_name = \"First Name\"\nlast_name = \"Last Name\"\nphone = \"Phone\"\n\
                  company = \"Company\"\nemail = { crm = \"Email\", clear = true }\n";
    let world = World::linked(2, fields);
    world.edit_crm("personab@example.com", "");
    world.edit(2, |contact| contact.email = None);
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "crm", "update")), (1, 1));
    assert_eq!(world.numbered(1).email, None);
    assert!(world.row("Personac").ends_with(",,Acme 2"));
    world.settled();
}

#[test]
fn direction_and_write_policies_are_kept_i16() {
    let fields = "[fields]\nfirst_name = \"First Name\"\nlast_name = \"Last Name\"\nphone = \"Phone\"\n\
                  email = { crm = \"Email\", write = \"never\" }\n\
                  company = { crm = \"Company\", direction = \"to_justcall\" }\n";
    let world = World::linked(2, fields);
    world.edit(1, |contact| {
        contact.company = Some("Not for the CRM".to_owned());
        contact.email = Some("new@example.com".to_owned());
    });
    world.edit_crm("Acme 2", "For JustCall");
    let before = world.read("crm.csv");
    let report = world.sync();
    assert_eq!(applied(&report, "crm", "update"), 0);
    assert_eq!(world.read("crm.csv"), before);
    assert_eq!(world.numbered(2).company.as_deref(), Some("For JustCall"));
    // What the other side edits stays there, until the owner of the field edits it.
    assert_eq!(world.numbered(1).company.as_deref(), Some("Not for the CRM"));
    world.settled();
    world.edit_crm("Acme 1", "The owner wins");
    world.sync();
    assert_eq!(world.numbered(1).company.as_deref(), Some("The owner wins"));
    world.settled();
}

#[test]
fn custom_fields_travel_and_others_stay_i8() {
    let fields = "[fields]\nfirst_name = \"First Name\"\nphone = \"Phone\"\n\"custom.tier\" = { crm = \"Plan\" }\n";
    let world = World::with(sandbox::Settings::unlimited(), fields);
    world.account.define_custom_field("tier");
    world.account.define_custom_field("score");
    world.write("crm.csv", "id,First Name,Phone,Plan,Notes\n1,Ada,+14155550101,pro,\"kept,\nas is\"\n");
    let mut ada = sandbox::NewContact::named("Ada", "Byron", "+14155550101");
    ada.custom_fields.insert("score".to_owned(), 7.into());
    world.account.insert(ada);
    world.sync();
    let contact = world.contact("+14155550101");
    assert_eq!(contact.custom_fields["tier"], "pro");
    assert_eq!(contact.custom_fields["score"], 7);
    assert_eq!(contact.last_name.as_deref(), Some("Byron"), "a field that is not synced stays");
    world.settled();
    world.account.edit(contact.id, |contact| {
        contact.custom_fields.insert("tier".to_owned(), "team".into());
    });
    world.sync();
    assert_eq!(world.read("crm.csv"), "id,First Name,Phone,Plan,Notes\n1,Ada,+14155550101,team,\"kept,\nas is\"\n");
}

#[test]
fn a_quiet_night_writes_nothing_l3() {
    let world = World::linked(40, "");
    let modified = || std::fs::metadata(world.path("crm.csv")).unwrap().modified().unwrap();
    let before = modified();
    world.untouched(|world| {
        for _ in 0..2 {
            let report = world.sync();
            assert_eq!(report["outcome"], "clean");
            assert_eq!(report["requests"]["justcall"], 2, "the account and one page");
        }
    });
    assert_eq!(modified(), before);
    assert_eq!(world.requests(RequestKind::List), 2);
    assert_eq!(world.requests(RequestKind::Get), 0);
}

#[test]
fn edits_alternate_without_ping_pong_s44() {
    let world = World::linked(1, "");
    for round in 1..=3 {
        world.edit(1, |contact| contact.company = Some(format!("J{round}")));
        world.sync();
        assert!(world.row("Personab").ends_with(&format!("J{round}")));
        world.edit_crm(&format!("J{round}"), &format!("C{round}"));
        world.sync();
        assert_eq!(world.numbered(1).company, Some(format!("C{round}")));
        world.settled();
    }
}

#[test]
fn a_contact_that_leaves_the_scope_is_unlinked_s9_s10_s15() {
    let world = World::with(sandbox::Settings::unlimited(), "[deletes]\nsightings = 1\nmin_hours = 0\n");
    let header = "id,First Name,Last Name,Phone,Stage\n";
    world.configure(&format!(
        "[fields]\nfirst_name = \"First Name\"\nlast_name = \"Last Name\"\nphone = \"Phone\"\n\
         [scope]\ncrm = {{ Stage = [\"lead\", \"customer\"] }}\n{}",
        crate::support::AT_ONCE
    ));
    world.write("crm.csv", format!("{header}1,Ada,Byron,{},lead\n2,Lin,Wu,{},customer\n", phone(1), phone(2)));
    assert_eq!(applied(&world.sync(), "justcall", "create"), 2);
    world.edit_crm("customer", "churned");
    let plan = world.plan();
    assert_eq!(words(&plan, "actions", "kind"), ["unlink"]);
    world.untouched(World::sync);
    world.settled();
    assert_eq!(world.account.contact_count(), 2);
    // Back in, with an edit made meanwhile: linked again, not created again.
    world.edit_crm("churned", "lead");
    let lin = world.contact(&phone(2)).id;
    world.account.edit(lin, |contact| contact.last_name = Some("Wu-Meyer".to_owned()));
    world.sync();
    assert_eq!(world.account.contact_count(), 2);
    world.sync();
    assert!(world.row("Lin").contains("Wu-Meyer"));
    world.settled();
}

#[test]
fn a_changed_scope_forbids_deletes_in_that_run_s10() {
    let world = World::linked(3, crate::support::AT_ONCE);
    world.drop_rows([3]);
    world.configure(&format!("[scope]\ncrm = {{ Company = [\"Acme 1\"] }}\n{}", crate::support::AT_ONCE));
    let plan = world.plan();
    assert_eq!(writes(&plan), Vec::<String>::new());
    assert!(words(&plan, "alarms", "kind").contains(&"scope_changed".to_owned()), "{plan:#}");
    assert!(words(&plan, "held", "reason").contains(&"config_changed".to_owned()), "{plan:#}");
    world.untouched(World::sync);
    assert_eq!(world.account.contact_count(), 3);
}

/// A field that becomes another column has agreed on nothing: no difference is taken for an edit, tonight or later (S10).
#[test]
fn another_column_for_a_field_is_nobodys_edit_s10() {
    let world = World::linked(3, "");
    let before = world.read("crm.csv");
    world.reconfigure("first_name = \"First Name\"", "first_name = \"Company\"");
    world.reconfigure("company = \"Company\"", "company = \"First Name\"");
    for night in 0..2 {
        let planned = world.plan();
        assert_eq!(writes(&planned), Vec::<String>::new(), "{planned:#}");
        let report = world.sync();
        assert_eq!(applied(&report, "justcall", "update") + applied(&report, "crm", "update"), 0, "{report:#}");
        assert_eq!(words(&report, "conflicts", "kind"), ["no_base"; 6], "night {night}: {report:#}");
        let alarms = words(&report, "alarms", "kind");
        assert_eq!(alarms.contains(&"scope_changed".to_owned()), night == 0, "{alarms:?}");
    }
    assert_eq!(world.read("crm.csv"), before);
    assert_eq!(world.numbered(1).company.as_deref(), Some("Acme 1"));
    // Back to what it was: all is well again.
    world.reconfigure("first_name = \"Company\"", "first_name = \"First Name\"");
    world.reconfigure("company = \"First Name\"", "company = \"Company\"");
    world.sync();
    world.sync();
    world.settled();
    world.edit(1, |contact| contact.company = Some("Edited".to_owned()));
    assert_eq!(applied(&world.sync(), "crm", "update"), 1, "and edits travel again");
}
