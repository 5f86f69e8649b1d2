//! Deletions: absence is not deletion. Proof, patience, guards and approvals.

use crate::support::{AT_ONCE, HEADER, SECOND_RUN, World, applied, contact, last_name, phone, until, words, writes};
use sandbox::RequestKind;

#[test]
fn the_second_sighting_deletes_s13_i2() {
    for on_crm in [true, false] {
        let world = World::linked(3, SECOND_RUN);
        if on_crm {
            world.drop_rows([2]);
        } else {
            world.account.delete(world.numbered(2).id);
        }
        let first = world.untouched(World::sync);
        assert_eq!(
            (words(&first, "held", "kind"), words(&first, "held", "reason")),
            (vec!["delete".to_owned()], vec!["awaiting_sighting".to_owned()])
        );
        let before = world.read("crm.csv");
        // Two looks in one second are one.
        let mut second = world.sync();
        until("a later second", || {
            let again = second["held"].as_array().unwrap().is_empty();
            if !again {
                second = world.sync();
            }
            again
        });
        if on_crm {
            assert_eq!(applied(&second, "justcall", "delete"), 1);
            assert_eq!(world.requests(RequestKind::Delete), 1);
            assert_eq!(world.account.contact_count(), 2);
        } else {
            assert_eq!(applied(&second, "crm", "delete"), 1);
            let row = format!("{}\n", crate::support::row(2));
            assert_eq!(world.read("crm.csv"), before.replace(&row, ""), "the row goes, every other byte stays");
        }
        world.settled();
    }
}

#[test]
fn by_default_a_delete_waits_for_the_second_night_s13() {
    let world = World::linked(2, "");
    world.drop_rows([1]);
    for _ in 0..3 {
        let report = world.untouched(World::sync);
        assert_eq!(words(&report, "held", "reason"), ["awaiting_sighting"]);
        assert!(report["held"][0]["until"].is_string(), "{report:#}");
        assert_eq!(report["outcome"], "waiting");
    }
    let status = world.run(&["status", "--json"]).ends(0).json();
    assert_eq!(words(&status, "held", "reason"), ["awaiting_sighting"]);
    assert!(status["held"][0]["until"].is_string(), "{status:#}");
    let shown = world.run(&["status"]).ends(0).stdout;
    assert!(shown.contains("waits until it has been missing for long enough, until "), "{shown}");
    let shown = world.run(&["plan"]).ends(0).stdout;
    assert!(shown.contains("waits until it has been missing for long enough"), "{shown}");
    assert_eq!(world.account.contact_count(), 2);
}

#[test]
fn plans_do_not_count_as_sightings_i9() {
    let world = World::linked(2, SECOND_RUN);
    world.drop_rows([1]);
    for _ in 0..3 {
        assert_eq!(words(&world.plan(), "held", "reason"), ["awaiting_sighting"]);
    }
}

#[test]
fn coming_back_cancels_s15() {
    let world = World::linked(2, SECOND_RUN);
    let file = world.read("crm.csv");
    world.drop_rows([1]);
    world.sync();
    world.write("crm.csv", &file);
    world.settled();
    // The count starts anew.
    world.drop_rows([1]);
    let report = world.untouched(World::sync);
    assert_eq!(words(&report, "held", "reason"), ["awaiting_sighting"]);
}

#[test]
fn an_edit_wins_against_a_delete_s12() {
    let world = World::linked(3, AT_ONCE);
    world.account.delete(world.numbered(1).id);
    world.edit_crm("Acme 1", "Edited after");
    world.drop_rows([2]);
    world.edit(2, |contact| contact.company = Some("Edited too".to_owned()));
    let plan = world.plan();
    assert_eq!(words(&plan, "actions", "reason"), ["R8", "R7"], "{plan:#}");
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "create"), applied(&report, "crm", "create")), (1, 1));
    assert_eq!(world.contact(&phone(1)).company.as_deref(), Some("Edited after"));
    assert!(world.row(&last_name(2)).ends_with("Edited too"));
    world.settled();
}

#[test]
fn both_deleted_is_no_call_s11() {
    let world = World::linked(2, AT_ONCE);
    world.account.delete(world.numbered(1).id);
    world.drop_rows([1]);
    world.untouched(World::sync);
    world.settled();
    // Back on one side: a new contact again (R14), not a deletion.
    world.add_row(&crate::support::row(1));
    until("a later second", || applied(&world.sync(), "justcall", "create") == 1);
    world.settled();
}

#[test]
fn made_again_by_hand_is_adopted_s14() {
    let world = World::linked(2, AT_ONCE);
    world.account.delete(world.numbered(1).id);
    world.account.insert(contact(1));
    world.untouched(World::sync);
    world.settled();
    let id = world.numbered(1).id;
    world.edit_crm("Acme 1", "Edited");
    world.sync();
    assert_eq!(world.account.contact(id).unwrap().company.as_deref(), Some("Edited"));
}

#[test]
fn a_mass_delete_is_withheld_and_nothing_else_s16_i11() {
    let world = World::linked(20, AT_ONCE);
    world.drop_rows(1..=10);
    let report = world.untouched(|world| world.run(&["sync", "--json"]).ends(5).json());
    assert_eq!(words(&report, "alarms", "class"), ["deletes"]);
    assert_eq!(words(&report, "held", "reason"), vec!["guard"; 10]);
    // With something else to do, that is done, and the run ends well.
    world.edit_crm("Acme 15", "Still here");
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "justcall", "delete")), (1, 0));
    assert_eq!(report["held"].as_array().unwrap().len(), 10);
    assert_eq!(world.account.contact_count(), 20);
    // Approved: exactly those.
    let report = world.run(&["sync", "--json", "--approve", "deletes=10"]).ends(0).json();
    assert_eq!(applied(&report, "justcall", "delete"), 10);
    assert_eq!(world.account.contact_count(), 10);
    world.settled();
}

#[test]
fn an_approval_is_a_ceiling_for_one_run_s16() {
    let world = World::linked(20, AT_ONCE);
    world.drop_rows(1..=8);
    let report = world.run(&["sync", "--json", "--approve", "deletes=3"]).ends(0).json();
    assert_eq!(applied(&report, "justcall", "delete"), 3);
    assert_eq!(report["held"].as_array().unwrap().len(), 5);
    assert_eq!(world.account.contact_count(), 17);
    world.run(&["sync", "--approve", "deletes=x"]).ends(2);
    let refused = world.run(&["sync", "--approve", "delets=4"]).ends(2);
    assert!(refused.stderr.contains("did you mean `deletes`?"), "{}", refused.stderr);
}

#[test]
fn after_a_part_was_approved_the_hint_names_the_rest_s16() {
    let world = World::linked(20, AT_ONCE);
    world.drop_rows(1..=10);
    let report = world.run(&["sync", "--approve", "deletes=3", "--json"]).json();
    assert_eq!(applied(&report, "justcall", "delete"), 3, "{report:#}");
    let said = report["alarms"][0]["detail"].as_str().unwrap();
    assert!(said.contains("deletes=7 once those 3 are applied"), "{said}");
    let report = world.run(&["sync", "--approve", "deletes=7", "--json"]).json();
    assert_eq!(applied(&report, "justcall", "delete"), 7, "{report:#}");
}

#[test]
fn deletes_add_up_over_the_week_s17() {
    let world = World::linked(20, AT_ONCE);
    world.drop_rows(1..=3);
    assert_eq!(applied(&world.sync(), "justcall", "delete"), 3);
    world.drop_rows(4..=6);
    let report = world.untouched(|world| world.run(&["sync", "--json"]).ends(5).json());
    assert_eq!(words(&report, "held", "reason"), ["guard", "guard", "guard"]);
    assert_eq!(world.account.contact_count(), 17);
}

#[test]
fn never_means_never_i16() {
    let config = "[deletes]\nsightings = 1\nmin_hours = 0\nto_crm = \"never\"\n";
    let world = World::linked(2, config);
    world.account.delete(world.numbered(1).id);
    let report = world.untouched(World::sync);
    assert_eq!(words(&report, "held", "reason"), ["policy"]);
}

#[test]
fn a_delete_that_the_role_forbids_is_reported() {
    let world = World::linked(3, AT_ONCE);
    world.reconfigure("[crm]", "concurrency = 1\n\n[crm]");
    world.drop_rows([1, 2]);
    world.edit_crm("Acme 3", "Still done");
    let refusal = sandbox::Action::Refuse(sandbox::Refusal::status(403));
    world.account.add_fault(sandbox::Fault::new(sandbox::On::Delete, refusal));
    let output = world.run(&["sync", "--json"]).ends(6);
    let report = output.json();
    assert_eq!(report["outcome"], "partial");
    assert_eq!(words(&report, "failed", "phone"), [phone(1), phone(2)]);
    assert_eq!(world.requests(RequestKind::Delete), 1, "not asked again for each");
    assert_eq!(world.numbered(3).company.as_deref(), Some("Still done"));
    assert_eq!(world.account.contact_count(), 3);
    // The role is mended: the next run deletes.
    world.account.clear_faults();
    assert_eq!(applied(&world.sync(), "justcall", "delete"), 2);
    world.settled();
}

#[test]
fn other_guards_trip_too_i11() {
    let world = World::linked(
        20,
        "[guards]\nphone_changes = { floor = 2, percent = 0 }\nchanged = { floor = 4, percent = 0 }\n",
    );
    for number in 1..=3 {
        world.edit(number, |contact| contact.phone = format!("+1415555019{number}"));
    }
    let report = world.untouched(|world| world.run(&["sync", "--json"]).ends(5).json());
    assert_eq!(words(&report, "alarms", "class"), ["phone_changes"]);
    let report = world.run(&["sync", "--json", "--approve", "phone_changes=3"]).ends(0).json();
    assert_eq!(applied(&report, "crm", "update"), 3);
    for number in 4..=9 {
        world.edit(number, |contact| contact.company = Some("Everything changed".to_owned()));
    }
    let report = world.untouched(|world| world.run(&["sync", "--json"]).ends(5).json());
    assert_eq!(words(&report, "alarms", "class"), ["changed"]);
    assert_eq!(writes(&world.plan()), Vec::<String>::new());
}

#[test]
fn a_record_that_was_edited_since_is_not_deleted_i2() {
    let world = World::linked(2, SECOND_RUN);
    world.drop_rows([1]);
    world.sync();
    // Edited in JustCall during the wait: the edit wins.
    world.edit(1, |contact| contact.company = Some("Alive".to_owned()));
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "delete"), applied(&report, "crm", "create")), (0, 1));
    assert!(world.row(&last_name(1)).ends_with("Alive"));
}

/// A schedule with an approval in it must not switch the weekly limit off.
#[test]
fn an_approval_that_was_not_needed_uses_the_week_up_s17() {
    let world = World::linked(30, AT_ONCE);
    for gone in [1..=4, 5..=8] {
        world.drop_rows(gone);
        world.run(&["sync", "--approve", "deletes=0"]);
    }
    assert_eq!(world.account.contact_count(), 26, "four of the five of this week are used up");
}

/// A CRM that merges two contacts exports one row, with the other number in another column: the phone system's second
/// contact is neither deleted nor created again, and a person hears why.
#[test]
fn a_number_that_moved_into_another_row_is_no_deletion_s18() {
    let world = World::linked(3, AT_ONCE);
    let file = world.read("crm.csv");
    let merged = file.lines().filter(|line| *line != crate::support::row(2));
    let merged = merged.map(|line| match line {
        HEADER => format!("{HEADER},Mobile Phone"),
        _ if line == crate::support::row(1) => format!("{line},(415) 555-{}", &phone(2)[8..]),
        _ => format!("{line},"),
    });
    let merged: Vec<String> = merged.collect();
    assert!(phone(2).starts_with("+1415555"), "{}", phone(2));
    world.write("crm.csv", merged.join("\n") + "\n");
    for edited in [false, true] {
        if edited {
            world.edit(2, |contact| contact.company = Some("Elsewhere".to_owned()));
        }
        let report = world.untouched(World::sync);
        assert_eq!(words(&report, "held", "kind"), ["delete"], "{report:#}");
        let detail = words(&report, "held", "detail").remove(0);
        assert!(detail.contains("its number is among those of record 1 in CRM"), "{detail}");
        assert_eq!(world.account.contact_count(), 3);
    }
    // Without that column it is an ordinary deletion, of a contact that was edited since: it is created again.
    world.write("crm.csv", file.replace(&format!("{}\n", crate::support::row(2)), ""));
    let report = world.sync();
    assert_eq!(applied(&report, "crm", "create"), 1, "{report:#}");
}
