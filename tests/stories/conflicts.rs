//! Conflicts: shown, decided, carried out by the next sync; a decision about values that moved is not.

use crate::support::{World, applied, last_name, words, writes};

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
fn values_that_nobody_means_are_refused() {
    let (world, id) = contested();
    let long = "x".repeat(5_000);
    for (value, why) in [
        ("", "--clear"),
        ("  ", "--clear"),
        ("Acme\u{1b}[31m", "nobody can see"),
        ("Acme\u{7}", "nobody can see"),
        ("Acme\u{202e}", "nobody can see"),
        ("Acme\nInc", "nobody can see"),
        (&long, "5000 characters"),
    ] {
        world.run(&["conflicts", "resolve", &id, "--value", value]).fails(2, &[why]);
    }
    assert_eq!(world.run(&["conflicts", "decided", "--json"]).json()["decided"], serde_json::json!([]));
    let told = world.run(&["conflicts", "resolve", &id, "--value", "Acme"]).ends(0).stderr;
    assert!(told.contains("JustCall company: From JustCall → Acme") && told.contains("CRM company: From CRM → Acme"));
}

#[test]
fn a_field_is_emptied_only_by_that_word() {
    let (world, id) = contested();
    let told = world.run(&["conflicts", "resolve", &id, "--clear"]).ends(0).stderr;
    assert!(told.contains("From CRM → (empty)"), "{told}");
    assert!(world.run(&["conflicts", "decided"]).ends(0).stdout.contains("clear"));
    world.sync();
    assert!(world.row("Personab").ends_with(','), "{}", world.row("Personab"));
    assert_eq!(world.numbered(1).company.unwrap_or_default(), "");
    world.settled();
}

#[test]
fn an_email_of_ones_own_looks_like_one() {
    let world = World::linked(1, "");
    world.edit(1, |contact| contact.email = Some("a@example.com".to_owned()));
    world.edit_crm("personab@example.com", "b@example.com");
    let report = world.untouched(World::sync);
    let id = report["conflicts"][0]["id"].as_str().unwrap();
    for value in ["notanemail", "a@b@c", "a b@example.com", "@example.com"] {
        world.run(&["conflicts", "resolve", id, "--value", value]).fails(2, &["no e-mail address"]);
    }
    world.run(&["conflicts", "resolve", id, "--value", "c@example.com"]).ends(0);
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

/// Fills the decision of the line that holds `text`.
fn decide(sheet: &str, text: &str, decision: &str) -> String {
    let lines = sheet.split("\r\n").map(|line| match line.strip_prefix("\"\"") {
        Some(rest) if line.contains(text) => format!("\"{decision}\"{rest}"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\r\n")
}

/// Four contacts whose companies differ on both sides, exported for a spreadsheet.
fn exported() -> (World, String) {
    let world = World::linked(5, "");
    for number in 1..=4 {
        world.edit(number, |contact| contact.company = Some(format!("=Phone {number}")));
        world.edit_crm(&format!("Acme {number}"), &format!("File {number}"));
    }
    world.sync();
    world.untouched(|world| world.run(&["conflicts", "export", "-o", "decisions.csv"]).ends(0));
    let sheet = world.read("decisions.csv");
    assert!(sheet.starts_with("\u{feff}\"decision\",\"contact\",\"phone\""), "{sheet}");
    assert!(sheet.contains("\"'=Phone 1\"") && sheet.contains("\"'+1"), "no formulas, numbers as text: {sheet}");
    (world, sheet)
}

#[test]
fn many_are_decided_in_a_spreadsheet() {
    let (world, sheet) = exported();
    let sheet = decide(&sheet, "File 1", "crm");
    let sheet = decide(&sheet, "File 2", "JustCall");
    let sheet = decide(&sheet, "File 3", "value: Both, really");
    // As a spreadsheet of another country saves it.
    let sheet = sheet.replace("\",\"", "\";\"");
    world.write("decisions.csv", &sheet);
    let checked = world.run(&["conflicts", "import", "decisions.csv", "--dry-run", "--json"]).ends(0).json();
    assert_eq!((&checked["stored"], &checked["left"]), (&3.into(), &1.into()), "{checked:#}");
    assert_eq!(world.run(&["conflicts", "decided", "--json"]).ends(0).json()["decided"], serde_json::json!([]));
    let told = world.run(&["conflicts", "import", "decisions.csv", "--as", "Sam", "--json"]).ends(0).json();
    assert_eq!(told["writes"], serde_json::json!({"justcall": 2, "crm": 2}));
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "crm", "update")), (2, 2), "{report:#}");
    assert_eq!(world.numbered(1).company.as_deref(), Some("File 1"));
    assert_eq!(world.numbered(3).company.as_deref(), Some("Both, really"));
    assert!(world.row(&last_name(2)).ends_with("=Phone 2"));
    assert_eq!(words(&report, "conflicts", "crm"), ["File 4"]);
    world.settled();
}

#[test]
fn lines_that_say_nothing_sound_are_refused_one_by_one() {
    let (world, sheet) = exported();
    let sheet = decide(&sheet, "File 1", "crm");
    let sheet = decide(&sheet, "File 2", "both");
    let sheet = decide(&sheet, "File 3", "crm");
    let sheet = decide(&sheet, "File 4", "value: ");
    world.write(
        "decisions.csv",
        format!("{sheet}\"crm\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"c0000000000\",\"v0\"\r\n"),
    );
    world.edit_crm("File 3", "File 3 later");
    world.sync();
    let told = world.untouched(|world| world.run(&["conflicts", "import", "decisions.csv", "--json"]).ends(6).json());
    let why: Vec<&str> = told["refused"].as_array().unwrap().iter().map(|line| line["why"].as_str().unwrap()).collect();
    assert_eq!((&told["stored"], why.len()), (&1.into(), 4), "{told:#}");
    for (why, expected) in why.iter().zip(["`both` is none of", "changed since", "an empty value", "no open conflict"])
    {
        assert!(why.contains(expected), "{why}");
    }
    world.write("decisions.csv", "decision,id\r\ncrm,c0\r\n");
    world.run(&["conflicts", "import", "decisions.csv"]).fails(2, &["no column `check`", "conflicts export"]);
    world.write("empty.csv", "");
    for missing in ["nowhere.csv", "empty.csv", "."] {
        let told =
            world.run(&["conflicts", "import", missing]).fails(2, &[missing, "tieline conflicts export -o FILE"]);
        assert!(!told.stderr.contains("[crm]"), "{told:?}");
    }
    world.write("open.csv", "decision,id,check\r\n\"crm,c0,v0\r\n");
    world.run(&["conflicts", "import", "open.csv"]).fails(2, &["line 2", "close the quote"]);
}

#[test]
fn left_alone_until_a_value_changes() {
    let (world, id) = contested();
    world.run(&["conflicts", "resolve", &id, "--skip"]).ends(0);
    for _ in 0..2 {
        let report = world.untouched(World::sync);
        assert_eq!((&report["outcome"], words(&report, "conflicts", "id").len()), (&"clean".into(), 0), "{report:#}");
    }
    assert!(world.run(&["conflicts", "decided"]).ends(0).stdout.contains("skip until changed"));
    world.edit_crm("From CRM", "From CRM later");
    assert_eq!(words(&world.untouched(World::sync), "conflicts", "id"), [id.as_str()]);
    // And taken back by hand.
    world.run(&["conflicts", "resolve", &id, "--skip"]).ends(0);
    world.run(&["conflicts", "reopen", &id]).ends(0);
    assert_eq!(words(&world.plan(), "conflicts", "id"), [id.as_str()]);
    world.run(&["conflicts", "reopen", &id]).fails(2, &["conflicts decided"]);
}

#[test]
fn of_a_group_those_that_are_linked_are_marked_s22() {
    let world = World::linked(1, "");
    world.add_row(&format!("91,Mia,Desk,{},,Front", crate::support::phone(1)));
    let report = world.untouched(World::sync);
    let records = report["conflicts"][0]["records"].as_array().unwrap();
    let linked = |record: &&serde_json::Value| record["linked"] == true;
    assert_eq!((records.len(), records.iter().filter(linked).count()), (3, 2), "{report:#}");
    assert!(records.iter().find(|record| record["id"] == "91").unwrap().get("linked").is_none());
    let id = report["conflicts"][0]["id"].as_str().unwrap();
    let shown = world.run(&["conflicts", "show", id]).ends(0).stdout;
    assert_eq!(shown.matches("linked already: not part").count(), 2, "{shown}");
    // Those are written to as ever.
    world.edit(1, |contact| contact.company = Some("Edited".to_owned()));
    assert_eq!(applied(&world.sync(), "crm", "update"), 1);
}

#[test]
fn people_who_share_a_number_are_kept_apart() {
    let world = World::linked(1, "");
    world.add_row("91,Mia,Desk,+14155550177,,Front");
    world.add_row("92,Ida,Desk,+14155550177,,Front");
    let id = words(&world.untouched(World::sync), "conflicts", "id").remove(0);
    world.run(&["conflicts", "resolve", &id, "--keep-apart"]).ends(0);
    for _ in 0..2 {
        let report = world.untouched(World::sync);
        assert_eq!((&report["outcome"], words(&report, "conflicts", "id").len()), (&"clean".into(), 0), "{report:#}");
    }
    let plan = world.plan();
    assert_eq!(words(&plan, "skipped", "reason"), ["left_alone", "left_alone"]);
}

#[test]
fn a_decision_that_came_after_the_plan_outlives_its_run_s13() {
    let world = World::linked(2, "");
    for number in 1..=2 {
        world.edit(number, |contact| contact.company = Some(format!("From the phone {number}")));
        world.edit_crm(&format!("Acme {number}"), &format!("From CRM {number}"));
    }
    world.edit(1, |contact| contact.email = Some("new@example.com".to_owned()));
    // A plan is shown, then somebody decides, then that plan is applied: it cannot carry the decision out.
    let ids = words(&world.plan(), "conflicts", "id");
    world.run(&["conflicts", "resolve", &ids[0], "--take", "crm"]).ends(0);
    world.run(&["apply", "--yes"]).ends(0);
    assert_eq!(world.run(&["conflicts", "decided", "--json"]).ends(0).json()["decided"].as_array().unwrap().len(), 1);
    let report = world.sync();
    assert_eq!(words(&report, "conflicts", "id"), ids[1..], "the next run does: {report:#}");
}
