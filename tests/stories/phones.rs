//! Phones are key and data: edits, swaps, damage, shared numbers, made-up names.

use crate::support::{World, applied, last_name, phone, words, writes};
use sandbox::{ExistingPhone, RequestKind, Settings};

fn strict(choice: ExistingPhone) -> Settings {
    let mut settings = Settings::unlimited();
    settings.choices.create_on_existing_phone = choice;
    settings.choices.update_to_existing_phone = choice;
    settings
}

#[test]
fn a_new_number_on_one_side_is_an_update_s19() {
    let world = World::linked(3, crate::support::AT_ONCE);
    let id = world.numbered(1).id;
    world.edit(1, |contact| contact.phone = "+14155550191".to_owned());
    world.edit_crm("+14155550102", "(415) 555-0192");
    let plan = world.plan();
    assert_eq!(words(&plan, "actions", "kind"), ["update", "update"]);
    let report = world.sync();
    assert_eq!(report["outcome"], "applied");
    assert!(world.row(&last_name(1)).contains("+14155550191"));
    assert_eq!(world.contact("+14155550192").last_name, Some(last_name(2)));
    assert_eq!(world.contact("+14155550191").id, id);
    assert!(world.row(&last_name(2)).contains("(415) 555-0192"), "the spelling of the CRM stays");
    assert_eq!((world.account.contact_count(), world.requests(RequestKind::Update)), (3, 1));
    world.settled();
}

#[test]
fn both_sides_changed_the_number_s20() {
    let world = World::linked(2, "");
    world.edit(1, |contact| {
        contact.phone = "+14155550191".to_owned();
        contact.company = Some("Edited".to_owned());
    });
    world.edit_crm("+14155550101", "+14155550192");
    let report = world.sync();
    assert_eq!(words(&report, "conflicts", "field"), ["phone"]);
    // The rest of the contact merges.
    assert!(world.row(&last_name(1)).ends_with("Edited"));
    assert!(world.row(&last_name(1)).contains("+14155550192"));
    assert_eq!(world.numbered(1).phone, "+14155550191");
    world.settled();
}

#[test]
fn two_contacts_swap_numbers_s21_i6() {
    for choice in [ExistingPhone::Allow, ExistingPhone::Conflict, ExistingPhone::Unprocessable] {
        let world = World::with_linked(strict(choice), 3, "");
        world.edit_crm(&phone(1), "swap");
        world.edit_crm(&phone(2), &phone(1));
        world.edit_crm("swap", &phone(2));
        let report = world.sync();
        assert_eq!(report["outcome"], "applied", "{choice:?}: {report:#}");
        assert_eq!(applied(&report, "justcall", "update"), 2);
        assert_eq!(world.contact(&phone(2)).last_name, Some(last_name(1)), "{choice:?}");
        assert_eq!(world.contact(&phone(1)).last_name, Some(last_name(2)), "{choice:?}");
        world.settled();
    }
}

#[test]
fn three_contacts_pass_numbers_around_s21() {
    let world = World::with_linked(strict(ExistingPhone::Conflict), 4, "");
    for (from, to) in [(phone(1), "a"), (phone(2), "b"), (phone(3), "c")] {
        world.edit_crm(&from, to);
    }
    for (from, to) in [("a,", phone(2)), (",b,", phone(3)), (",c,", phone(1))] {
        let text = world.read("crm.csv");
        let from = format!(",{},", from.trim_matches(','));
        assert_eq!(text.matches(&from).count(), 1);
        world.write("crm.csv", text.replace(&from, &format!(",{to},")));
    }
    assert_eq!(world.sync()["outcome"], "applied");
    for (holder, number) in [(1, 2), (2, 3), (3, 1)] {
        assert_eq!(world.contact(&phone(number)).last_name, Some(last_name(holder)));
    }
    world.settled();
}

#[test]
fn a_chain_frees_a_number_before_it_is_taken_s21() {
    let world = World::with_linked(strict(ExistingPhone::Unprocessable), 2, "");
    // 1 takes the number that 2 gives up.
    world.edit_crm(&phone(2), "+14155550199");
    world.edit_crm(&phone(1), &phone(2));
    assert_eq!(world.sync()["outcome"], "applied");
    assert_eq!(world.contact(&phone(2)).last_name, Some(last_name(1)));
    assert_eq!(world.contact("+14155550199").last_name, Some(last_name(2)));
    world.settled();
}

#[test]
fn damage_in_the_crm_never_spreads() {
    for (damage, reason) in [
        ("4.15556E+09", "destroyed_phone"),
        ("call the office", "invalid_phone"),
        ("+14155550191 / +14155550192", "suspect_phone"),
        ("", "no_phone"),
    ] {
        let world = World::linked(2, crate::support::AT_ONCE);
        world.edit_crm(&phone(1), damage);
        world.edit_crm("Acme 1", "Acme One");
        let report = world.sync();
        assert_eq!(applied(&report, "justcall", "update"), 1, "{damage}: the rest of the row travels");
        let contact = world.numbered(1);
        assert_eq!((contact.phone, contact.company.as_deref()), (phone(1), Some("Acme One")));
        assert!(world.row(&last_name(1)).contains(damage), "the CRM's cell is left as it is");
        let plan = world.plan();
        assert_eq!(words(&plan, "skipped", "reason"), [reason], "{damage}");
        world.settled();
        // Mended: nothing to do.
        let row = world.row(&last_name(1));
        let mended =
            row.replacen(&format!("{},{damage},", last_name(1)), &format!("{},{},", last_name(1), phone(1)), 1);
        world.edit_crm(&row, &mended);
        world.settled();
    }
}

#[test]
fn unusable_phones_are_not_created_and_named() {
    let world = World::new();
    world.crm(&[
        "1,Ada,Byron,4.15556E+09,,",
        "2,Lin,Wu,+1 415 555 0102 or +1 415 555 0103,,",
        "3,Tom,Birch,n/a,,",
        "4,Zoë,Núñez,,,",
        "5,Mina,Okafor,+14155550105,,",
    ]);
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "create"), 1);
    let plan = world.plan();
    let mut reasons = words(&plan, "skipped", "reason");
    reasons.sort();
    assert_eq!(reasons, ["destroyed_phone", "invalid_phone", "no_phone", "suspect_phone"]);
    assert!(words(&plan, "skipped", "detail").iter().any(|detail| detail.contains("4.15556E+09")));
    world.settled();
}

#[test]
fn duplicates_are_not_guessed_s22_i7() {
    let world = World::new();
    world.crm(&["1,Ada,Byron,+14155550101,,A", "2,Ada,Byron,+14155550101,,B", "3,Lin,Wu,+14155550102,,"]);
    world.insert("Ada", "Byron", "+14155550101", "C");
    let report = world.sync();
    assert_eq!(words(&report, "conflicts", "kind"), ["ambiguous_match"]);
    assert_eq!(applied(&report, "justcall", "create"), 1, "the others go on");
    assert_eq!(report["conflicts"][0]["records"].as_array().unwrap().len(), 3);
    assert_eq!(world.account.contact_count(), 2);
    world.settled();
}

#[test]
fn a_shared_line_needs_a_second_factor_s23_i6() {
    let world = World::new();
    world.crm(&["1,Ada,Byron,+14155550101,,Home", "2,Max,Byron,+14155550101,,Home", "3,Reception,,+14155550102,,"]);
    world.insert("Max", "Byron", "+14155550101", "");
    world.insert("Ada", "Byron", "+14155550101", "");
    world.insert("Night", "Watch", "+14155550102", "");
    world.insert("Front", "Desk", "+14155550102", "");
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "update"), 2, "by name: {report:#}");
    assert_eq!(words(&report, "conflicts", "phone"), ["+14155550102"]);
    assert_eq!(world.account.contact_count(), 4);
    world.edit_crm("Max,Byron,+14155550101,,Home", "Max,Byron,+14155550101,,Office");
    world.sync();
    let named = |first: &str| {
        let contacts = world.account.contacts().into_iter();
        contacts.filter(|contact| contact.first_name.as_deref() == Some(first)).map(|it| it.company).collect::<Vec<_>>()
    };
    assert_eq!(named("Max"), [Some("Office".to_owned())]);
    assert_eq!(named("Ada"), [Some("Home".to_owned())]);
    world.settled();
}

#[test]
fn made_up_names_count_as_no_name() {
    let world = World::new();
    world.crm(&["1,Ada,Byron,+14155550101,,", "2,,,+14155550102,,"]);
    world.insert("New JustCall", "Contact", "+14155550101", "");
    world.insert("Caller", "+14155550102", "+14155550102", "");
    let report = world.sync();
    assert_eq!(report["conflicts"].as_array().unwrap().len(), 0, "{report:#}");
    let ada = world.contact("+14155550101");
    assert_eq!((ada.first_name.as_deref(), ada.last_name.as_deref()), (Some("Ada"), Some("Byron")));
    assert_eq!(world.row("+14155550102"), "2,,,+14155550102,,", "a made-up name is not spread");
    world.settled();
    // The phone system forgets the name: the CRM's comes back, it is not lost.
    world.account.edit(ada.id, |contact| {
        contact.first_name = Some("New JustCall".to_owned());
        contact.last_name = Some("Contact".to_owned());
    });
    world.sync();
    assert!(world.row("+14155550101").starts_with("1,Ada,Byron,"));
}

#[test]
fn extensions_and_regions_s24() {
    let world = World::new();
    world.reconfigure("\"US\"", "\"GB\"");
    world.crm(&[
        "1,Ada,Byron,020 7946 0018,,",
        "2,Lin,Wu,+1 (415) 555-0102 ext. 7,,",
        "3,Max,Beer,0041 44 668 18 00,,",
    ]);
    let plan = world.plan();
    let mut planned = writes(&plan);
    planned.sort();
    assert_eq!(planned.len(), 3, "{plan:#}");
    assert_eq!(planned[1], "justcall create +41446681800");
    assert_eq!(planned[2], "justcall create +442079460018");
    world.sync();
    world.contact("+442079460018");
    world.settled();
}
