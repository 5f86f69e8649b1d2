//! Conflicts: shown, decided, carried out by the next sync; a decision about values that moved is not.

use crate::support::{World, applied, words, writes};

/// One contact with different edits of its company, and the id of the conflict.
fn contested() -> (World, String) {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("From JustCall".to_owned()));
    world.edit_crm("Acme 1", "From CRM");
    let report = world.untouched(World::sync);
    assert_eq!(report["outcome"], "waiting");
    let list = world.run(&["conflicts", "list", "--json"]).ends(0).json();
    let conflict = &list["conflicts"][0];
    assert_eq!(conflict["kind"], "both_edited");
    assert_eq!((&conflict["base"], &conflict["justcall"]), (&"Acme 1".into(), &"From JustCall".into()));
    let id = conflict["id"].as_str().unwrap().to_owned();
    (world, id)
}

#[test]
fn take_one_side_r4() {
    for (side, winner) in [("justcall", "From JustCall"), ("crm", "From CRM")] {
        let (world, id) = contested();
        world.untouched(|world| world.run(&["conflicts", "resolve", &id, "--take", side, "--as", "Sam"]).ends(0));
        let list = world.run(&["conflicts", "list", "--json"]).ends(0).json();
        assert_eq!(list["conflicts"].as_array().unwrap().len(), 0, "decided ones are not listed");
        let report = world.sync();
        assert_eq!(report["outcome"], "applied", "{report:#}");
        assert_eq!(world.numbered(1).company.as_deref(), Some(winner));
        assert!(world.row("Personab").ends_with(winner));
        world.settled();
    }
}

#[test]
fn a_value_of_ones_own_goes_to_both_sides() {
    let (world, id) = contested();
    world.run(&["conflicts", "resolve", &id[..6], "--value", "Mine, not theirs"]).ends(0);
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "crm", "update")), (1, 1));
    assert_eq!(world.numbered(1).company.as_deref(), Some("Mine, not theirs"));
    assert!(world.row("Personab").ends_with("\"Mine, not theirs\""));
    world.settled();
}

#[test]
fn a_decision_about_values_that_moved_is_dropped() {
    let (world, id) = contested();
    world.run(&["conflicts", "resolve", &id, "--take", "crm"]).ends(0);
    world.edit_crm("From CRM", "From CRM later");
    world.untouched(|world| {
        let report = world.sync();
        assert_eq!(words(&report, "conflicts", "id"), [id.as_str()], "the same conflict, with the new value");
        assert_eq!(report["conflicts"][0]["crm"], "From CRM later");
    });
    world.settled();
}

#[test]
fn a_decision_leaves_other_contacts_alone_l10() {
    let (world, id) = contested();
    world.edit(2, |contact| contact.company = Some("Also new".to_owned()));
    let before = writes(&world.plan());
    world.run(&["conflicts", "resolve", &id, "--take", "crm"]).ends(0);
    let mut after = writes(&world.plan());
    after.retain(|write| !write.ends_with("0101"));
    assert_eq!(before, after);
}

#[test]
fn an_edit_that_ends_the_conflict_ends_it() {
    let (world, _) = contested();
    world.edit_crm("From CRM", "From JustCall");
    let report = world.untouched(World::sync);
    assert_eq!(report["outcome"], "clean");
    let list = world.run(&["conflicts", "list", "--json"]).ends(0).json();
    assert_eq!(list["conflicts"].as_array().unwrap().len(), 0);
}

#[test]
fn newest_without_trustworthy_times_is_a_persons_choice_s32() {
    let world = World::linked(1, "[policy]\nconflict = \"newest\"\n");
    world.edit(1, |contact| contact.company = Some("From JustCall".to_owned()));
    world.edit_crm("Acme 1", "From CRM");
    let report = world.untouched(World::sync);
    assert_eq!(words(&report, "conflicts", "kind"), ["both_edited"]);
}

#[test]
fn policy_names_a_winner() {
    let world = World::linked(1, "[policy]\nconflict = \"crm\"\n");
    world.edit(1, |contact| contact.company = Some("From JustCall".to_owned()));
    world.edit_crm("Acme 1", "From CRM");
    assert_eq!(world.sync()["outcome"], "applied");
    assert_eq!(world.numbered(1).company.as_deref(), Some("From CRM"));
    world.settled();
}

#[test]
fn edited_and_deleted_can_be_reviewed_s12() {
    let config = format!("[policy]\nedit_vs_delete = \"review\"\n{}", crate::support::AT_ONCE);
    let world = World::linked(2, &config);
    world.account.delete(world.numbered(1).id);
    world.edit_crm("Acme 1", "Edited");
    let report = world.untouched(World::sync);
    assert_eq!(words(&report, "conflicts", "kind"), ["edited_and_deleted"]);
    let id = report["conflicts"][0]["id"].as_str().unwrap().to_owned();
    world.run(&["conflicts", "resolve", &id, "--value", "x"]).ends(2);
    world.run(&["conflicts", "resolve", &id, "--take", "crm"]).ends(0);
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "create"), 1, "{report:#}");
    assert_eq!(world.contact("+14155550101").company.as_deref(), Some("Edited"));
    world.settled();
}

#[test]
fn wrong_answers_are_refused() {
    let (world, id) = contested();
    world.run(&["conflicts", "resolve", "c0000000000", "--take", "crm"]).fails(2, &["no open conflict `c0000000000`"]);
    world.run(&["conflicts", "show", "zzz"]).fails(2, &["no open conflict `zzz`"]);
    world.run(&["conflicts", "resolve", &id]).ends(2);
    world.run(&["conflicts", "resolve", &id, "--take", "hubspot"]).ends(2);
    let shown = world.run(&["conflicts", "show", &id]).ends(0).stdout;
    assert!(shown.contains("From JustCall") && shown.contains("From CRM") && shown.contains("Acme 1"), "{shown}");
    let table = world.run(&["conflicts", "list", "--csv"]).ends(0).stdout;
    assert!(table.lines().nth(1).is_some_and(|line| line.contains(&id)), "{table}");
}

#[test]
fn groups_are_not_decided_by_a_value_s22() {
    let world = World::new();
    world.crm(&["1,Ada,Byron,+14155550101,,", "2,Ada,Byron,+14155550101,,"]);
    world.insert("Ada", "Byron", "+14155550101", "");
    let report = world.untouched(World::sync);
    let id = report["conflicts"][0]["id"].as_str().unwrap();
    world.run(&["conflicts", "resolve", id, "--take", "crm"]).fails(2, &["who is who"]);
}

#[test]
fn a_value_for_a_phone_must_be_a_number_s20() {
    let world = World::linked(1, "");
    world.edit(1, |contact| contact.phone = "+14155550191".to_owned());
    world.edit_crm("+14155550101", "+14155550192");
    let report = world.untouched(World::sync);
    let id = report["conflicts"][0]["id"].as_str().unwrap();
    world.run(&["conflicts", "resolve", id, "--value", "call me"]).ends(2);
    world.run(&["conflicts", "resolve", id, "--value", "+14155550193"]).ends(0);
    assert_eq!(world.sync()["outcome"], "applied");
    world.contact("+14155550193");
    assert!(world.row("Personab").contains("+14155550193"));
    world.settled();
}
