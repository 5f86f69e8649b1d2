//! What the documents leave open about writing: shapes of answers, what bulk does to omitted fields, values rewritten,
//! refused, ignored or dropped. Whatever it is, nothing is lost and the next run is quiet.

use crate::support::{World, applied, last_name, phone, row, words, writes};
use sandbox::{
    Action, BadBulkRow, BulkFailures, BulkOmitted, BulkPlace, BulkRows, Choices, Clearing, DeleteAnswer, EmptyFields,
    Fault, On, PageBeyondEnd, RequestKind, Rewrite, Settings, UpdateAnswer,
};

fn choosing(choose: impl FnOnce(&mut Choices)) -> Settings {
    let mut settings = Settings::unlimited();
    choose(&mut settings.choices);
    settings
}

/// Creates, updates by bulk and by PUT, and deletes.
#[track_caller]
fn a_week(settings: Settings) {
    let name = format!("{:?}", settings.choices);
    let world = World::with_linked(settings, 6, crate::support::AT_ONCE);
    world.add_row("8,Ada,Byron,+14155550177,ada@example.com,");
    world.edit_crm("Acme 1", "Edited 1");
    world.edit_crm("Acme 2", "Edited 2");
    world.edit_crm(&phone(3), "+14155550193");
    world.drop_rows([4]);
    let report = world.sync();
    assert_eq!(report["outcome"], "applied", "{name}: {report:#}");
    world.edit_crm("Edited 1", "Edited again");
    world.edit_crm("ada@example.com", "ada.byron@example.com");
    assert_eq!(world.sync()["outcome"], "applied", "{name}");
    assert_eq!(world.numbered(1).company.as_deref(), Some("Edited again"), "{name}");
    assert_eq!(world.numbered(2).email, Some(format!("{}@example.com", last_name(2).to_lowercase())), "{name}");
    assert_eq!(world.numbered(3).phone, "+14155550193", "{name}");
    assert_eq!(world.contact("+14155550177").email.as_deref(), Some("ada.byron@example.com"), "{name}");
    assert_eq!(world.account.contact_count(), 6, "{name}");
    world.settled();
}

#[test]
fn answers_of_bulk_in_every_place_s46() {
    for answer in [
        (BulkPlace::Top, BulkRows::Counts),
        (BulkPlace::Top, BulkRows::Contacts),
        (BulkPlace::Data, BulkRows::Counts),
        (BulkPlace::Summary, BulkRows::Contacts),
        (BulkPlace::Nowhere, BulkRows::Counts),
    ] {
        a_week(choosing(|choices| (choices.bulk_place, choices.bulk_rows) = answer));
    }
}

#[test]
fn a_bulk_call_that_replaces_loses_no_field() {
    a_week(choosing(|choices| choices.bulk_omitted = BulkOmitted::Clear));
    let world = World::with_linked(choosing(|choices| choices.bulk_omitted = BulkOmitted::Clear), 5, "");
    world.account.define_custom_field("score");
    world.edit(2, |contact| {
        contact.custom_fields.insert("score".to_owned(), 7.into());
    });
    for number in 1..=5 {
        world.edit_crm(&format!("Acme {number}\n"), &format!("Edited {number}\n"));
    }
    assert_eq!(applied(&world.sync(), "justcall", "update"), 5);
    for number in 1..=5 {
        let contact = world.numbered(number);
        let email = format!("{}@example.com", last_name(number).to_lowercase());
        assert_eq!((contact.first_name.as_deref(), contact.email), (Some("Kim"), Some(email)));
        assert_eq!(contact.company, Some(format!("Edited {number}")));
    }
    assert_eq!(world.numbered(2).custom_fields["score"], 7, "a field that is not synced stays (I8)");
    // Learned once: the next updates need one request.
    let before = world.counters().mutating_calls;
    world.edit_crm("Edited 1\n", "Again\n");
    world.sync();
    assert_eq!(world.counters().mutating_calls, before + 1);
    world.settled();
}

#[test]
fn other_open_choices() {
    for settings in [
        choosing(|choices| choices.empty_fields = EmptyFields::EmptyText),
        choosing(|choices| choices.delete_answer = DeleteAnswer::NoContent),
        choosing(|choices| {
            choices.delete_answer = DeleteAnswer::EmptyBody;
            choices.update_answer = UpdateAnswer::StatusOnly;
            choices.page_beyond_end = PageBeyondEnd::NotFound;
        }),
        choosing(|choices| choices.reuse_ids = true),
    ] {
        a_week(settings);
    }
}

#[test]
fn fields_without_a_value_are_not_shown_s29() {
    // Absent is unknown, not empty: nothing is cleared because of it.
    let world = World::with_linked(choosing(|choices| choices.empty_fields = EmptyFields::Absent), 3, "");
    world.edit(1, |contact| contact.email = None);
    world.untouched(World::sync);
    assert!(world.row(&last_name(1)).contains("@example.com"));
    world.settled();
}

#[test]
fn every_way_of_clearing_s29() {
    let fields = "[fields]\nfirst_name = \"First Name\"\nlast_name = \"Last Name\"\nphone = \"Phone\"\n\
                  company = \"Company\"\nemail = { crm = \"Email\", clear = true }\n";
    for clearing in [Clearing::Both, Clearing::Null, Clearing::Empty, Clearing::Never] {
        let world = World::with_linked(choosing(|choices| choices.clearing = clearing), 2, fields);
        world.edit_crm("personab@example.com", "");
        let report = world.run(&["sync", "--json"]).json();
        let works = !matches!(clearing, Clearing::Never);
        assert_eq!(world.numbered(1).email.is_none(), works, "{clearing:?}: {report:#}");
        assert_eq!(report["failed"].as_array().unwrap().is_empty(), works, "{clearing:?}: a failure is said");
        world.run(&["sync"]);
        assert!(world.row(&last_name(1)).contains(",,Acme 1"), "{clearing:?}: the CRM's edit is not taken back");
        world.settled();
    }
}

#[test]
fn a_poison_record_is_named_and_not_tried_again_s41() {
    for (bulk_bad_row, bulk_failures) in [
        (BadBulkRow::FailsAlone, BulkFailures::ByIndex),
        (BadBulkRow::FailsAlone, BulkFailures::ByPhone),
        (BadBulkRow::FailsAlone, BulkFailures::FailedList),
        (BadBulkRow::FailsAlone, BulkFailures::Unnamed),
        (BadBulkRow::FailsAll, BulkFailures::ByIndex),
    ] {
        let name = format!("{bulk_bad_row:?} {bulk_failures:?}");
        let settings =
            choosing(|choices| (choices.bulk_bad_row, choices.bulk_failures) = (bulk_bad_row, bulk_failures));
        let world = World::with(settings, "");
        world.crm(&[&row(1), &row(2), &row(3)]);
        let message = "VIP numbers are locked".to_owned();
        world.account.add_fault(Fault::new(On::Write, Action::RejectPhones { phones: vec![phone(2)], message }));
        let report = world.run(&["sync", "--json"]).ends(6).json();
        assert_eq!(report["outcome"], "partial", "{name}");
        assert_eq!(words(&report, "failed", "phone"), [phone(2)], "{name}");
        assert!(!report["failed"][0]["error"].as_str().unwrap().is_empty(), "{name}");
        if bulk_failures != BulkFailures::Unnamed {
            let error = report["failed"][0]["error"].as_str().unwrap();
            assert!(error.contains("VIP numbers are locked"), "{name}: {error}");
        }
        assert_eq!((applied(&report, "justcall", "create"), world.account.contact_count()), (2, 2), "{name}");
        // Parked: said, not sent.
        let plan = world.plan();
        assert_eq!((writes(&plan).len(), words(&plan, "skipped", "reason")), (0, vec!["parked".to_owned()]), "{name}");
        world.settled();
        // The row changes: tried again.
        world.account.clear_faults();
        world.edit_crm("Acme 2", "Unlocked");
        assert_eq!(applied(&world.sync(), "justcall", "create"), 1, "{name}");
        world.settled();
    }
}

#[test]
fn values_rewritten_on_save_do_not_ping_pong_s25() {
    for rewrite in
        [Rewrite::Trim, Rewrite::LowercaseEmail, Rewrite::TitleCaseNames, Rewrite::Truncate(6), Rewrite::StripPlus]
    {
        let world = World::new();
        world.crm(&[
            "1,ada,von byron,+14155550101,Ada.Byron@Example.COM,The Analytical Engine Company",
            "2,lin,wu,+14155550102,,Short",
        ]);
        let before = world.read("crm.csv");
        world.account.add_fault(Fault::new(On::Write, Action::Rewrite(vec![rewrite])));
        assert_eq!(applied(&world.sync(), "justcall", "create"), 2, "{rewrite:?}");
        world.settled();
        assert_eq!(world.read("crm.csv"), before, "{rewrite:?}: the CRM keeps its spelling");
        // A later edit, by bulk, of the same field.
        world.edit_crm("Short", "Not so short any more");
        world.sync();
        world.settled();
        assert!(world.row("lin").ends_with("Not so short any more"), "{rewrite:?}");
        let held = world.account.contacts().remove(1).company.unwrap();
        assert!("Not so short any more".starts_with(&held), "{rewrite:?}: {held}");
        // An edit in JustCall is an edit again.
        let id = world.account.contacts()[1].id;
        world.account.edit(id, |contact| contact.company = Some("By hand".to_owned()));
        world.sync();
        assert!(world.row("lin").ends_with("By hand"), "{rewrite:?}");
        world.settled();
    }
}

#[test]
fn a_field_that_is_ignored_is_said_not_taken_back_s33() {
    for on in [On::Update, On::Bulk] {
        let world = World::linked(3, "");
        world.account.add_fault(Fault::new(on, Action::IgnoreField("company".to_owned())));
        world.edit_crm("Acme 1", "Ignored");
        if on == On::Update {
            world.edit_crm(&phone(1), "+14155550191");
        }
        world.run(&["sync"]);
        let second = world.run(&["sync", "--json"]).json();
        let writes_again = world.counters().mutating_calls;
        world.run(&["sync"]);
        assert_eq!(world.counters().mutating_calls, writes_again, "{on:?}: not retried for ever");
        // The user's edit of the CRM stays where it was made.
        assert!(world.row(&last_name(1)).contains("Ignored"), "{on:?}: {second:#}");
    }
}

#[test]
fn writes_that_are_dropped_are_not_believed_i13() {
    let world = World::linked(2, "");
    world.add_row("8,Ada,Byron,+14155550177,,");
    world.add_row("9,Lin,Wu,+14155550178,,");
    world.account.add_fault(Fault::new(On::Bulk, Action::DropWrites { every: 2 }).times(1));
    world.run(&["sync"]);
    world.account.clear_faults();
    // The rows of the CRM are not deleted because the contact "is gone".
    world.run(&["sync"]);
    assert!(world.read("crm.csv").contains("Ada") && world.read("crm.csv").contains("Lin"));
    assert_eq!(world.counters().contacts_deleted, 0);
    assert!(world.account.contacts_by_phone("+14155550177").len() <= 1);
}

#[test]
fn a_custom_field_that_the_account_lacks_costs_no_contact() {
    let fields = "[fields]\nfirst_name = \"First Name\"\nphone = \"Phone\"\n\"custom.tier\" = { crm = \"Plan\" }\n";
    for choice in [
        sandbox::UndefinedCustomField::Unprocessable,
        sandbox::UndefinedCustomField::BadRequest,
        sandbox::UndefinedCustomField::Drop,
    ] {
        let world = World::with(choosing(|choices| choices.undefined_custom_field = choice), fields);
        world.write("crm.csv", "id,First Name,Phone,Plan\n1,Ada,+14155550101,pro\n2,Lin,+14155550102,\n");
        let output = world.run(&["sync", "--json"]);
        assert!(output.stdout.contains("tier") || output.stderr.contains("tier"), "{choice:?}: it is said: {output:?}");
        world.contact("+14155550102");
        world.run(&["sync"]);
        assert!(world.row("Ada").ends_with(",pro"), "{choice:?}");
    }
}

#[test]
fn a_body_that_is_too_large_is_split() {
    let world = World::with(choosing(|choices| choices.max_body_bytes = Some(4000)), "");
    let rows: Vec<String> = (1..=60).map(row).collect();
    world.crm(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "create"), 60, "{report:#}");
    assert!(world.requests(RequestKind::Bulk) > 2);
    world.settled();
}

/// The id of a row that was deleted is never given to somebody else: an id is how we know whom a row is about.
#[test]
fn ids_of_deleted_rows_are_not_given_again_i6() {
    let world = World::linked(3, "");
    world.drop_rows([3]);
    world.insert("New", "Person", "+14155550977", "");
    let report = world.sync();
    assert_eq!(applied(&report, "crm", "create"), 1, "{report:#}");
    assert!(world.row("Person,").starts_with("4,New,Person"));
    world.sync();
    assert_eq!(world.numbered(3).first_name.as_deref(), Some("Kim"));
    // Nor after the new one was deleted as well.
    world.drop_rows([4]);
    world.insert("Newer", "Human", "+14155550978", "");
    world.sync();
    assert!(world.row("Human,").starts_with("5,Newer,Human"));
}

/// What a person shortened is not taken for what the replica cut off: nobody guesses.
#[test]
fn a_value_that_somebody_shortened_is_asked_about() {
    let world = World::linked(2, "");
    world.edit_crm("Acme 2", "Beta"); // the first one is read back, to learn what bulk does
    world.sync();
    world.edit_crm("Acme 1", "Nordlys Holding International");
    assert_eq!(applied(&world.sync(), "justcall", "update"), 1);
    world.edit(1, |contact| contact.company = Some("Nordlys".to_owned()));
    for _ in 0..2 {
        let report = world.untouched(World::sync);
        assert_eq!(words(&report, "conflicts", "justcall"), ["Nordlys"], "{report:#}");
    }
}
