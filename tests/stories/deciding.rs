//! What people decide beside single conflicts: standing rules, actions left out of the plan, approvals for the next run.
//! Every decision says who made it and when.

use crate::support::{AT_ONCE, World, applied, phone, words, writes};
use serde_json::{Value, json};

/// Contacts 1 to 3 with different companies on both sides, 1 with different e-mails too; synced once.
fn contested() -> World {
    let world = World::linked(4, "");
    for number in 1..=3 {
        world.edit(number, |contact| contact.company = Some(format!("Phone {number}")));
        world.edit_crm(&format!("Acme {number}"), &format!("File {number}"));
    }
    world.edit(1, |contact| contact.email = Some("a@example.com".to_owned()));
    world.edit_crm("personab@example.com", "b@example.com");
    world.untouched(World::sync);
    world
}

fn conflict(world: &World, field: &str, number: usize) -> String {
    let list = world.run(&["conflicts", "list", "--json"]).ends(0).json();
    let open = list["conflicts"].as_array().unwrap().iter();
    let found = open.filter(|known| known["field"] == field && known["phone"] == phone(number).as_str());
    found.map(|known| known["id"].as_str().unwrap().to_owned()).next().unwrap()
}

fn decisions(world: &World) -> Vec<(String, String)> {
    let json = world.run(&["history", "--decisions", "--json"]).ends(0).json();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let all = json["decisions"].as_array().unwrap();
    all.iter().map(|one| (text(one, "by"), text(one, "deed"))).collect()
}

#[test]
fn one_answer_for_all_conflicts_alike() {
    let world = contested();
    let id = conflict(&world, "company", 1);
    let told = world.untouched(|world| {
        world.run(&["conflicts", "resolve", &id, "--take", "crm", "--for-all", "--as", "Sam"]).ends(0).stderr
    });
    assert!(told.contains("company.both_edited: CRM wins") && told.contains("answers 3 conflicts"), "{told}");
    let open = world.run(&["conflicts", "list", "--json"]).ends(0).json();
    assert_eq!(words(&open, "conflicts", "field"), ["email"], "answered ones are not listed");
    let plan = world.plan();
    assert_eq!(writes(&plan).len(), 3);
    for action in plan["actions"].as_array().unwrap() {
        let note = action["note"].as_str().unwrap();
        assert!(note.contains("standing rule company.both_edited (Sam, 2"), "{note}");
    }
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "crm", "update")), (3, 0), "{report:#}");
    assert_eq!(words(&report, "conflicts", "field"), ["email"]);
    assert_eq!(world.numbered(3).company.as_deref(), Some("File 3"));
    let told = world.run(&["history", "--contact", &phone(3)]).ends(0).stdout;
    assert!(told.contains("CRM wins by the standing rule company.both_edited (Sam"), "{told}");
    // It stands: the next conflict like these is answered too.
    world.edit(4, |contact| contact.company = Some("Phone 4".to_owned()));
    world.edit_crm("Acme 4", "File 4");
    assert_eq!(applied(&world.sync(), "justcall", "update"), 1);
    world.settled();
    let rules = world.run(&["conflicts", "rules", "--json"]).ends(0).json();
    assert_eq!(words(&rules, "rules", "id"), ["company.both_edited"]);
    assert_eq!((&rules["rules"][0]["take"], &rules["rules"][0]["made_by"]), (&json!("crm"), &json!("Sam")));
    assert!(world.run(&["status"]).ends(0).stdout.contains("1 standing rule"));
    assert_eq!(decisions(&world), [("Sam".to_owned(), "rule_made".to_owned())]);
}

#[test]
fn a_rule_that_was_taken_back_answers_nothing_more() {
    let world = contested();
    let id = conflict(&world, "company", 1);
    world.run(&["conflicts", "resolve", &id, "--take", "crm", "--for-all"]).ends(0);
    world.run(&["conflicts", "rules", "--remove", "company.no_base"]).fails(2, &["no standing rule"]);
    world.run(&["conflicts", "rules", "--remove", "company.both_edited", "--as", "Ann"]).ends(0);
    let report = world.untouched(World::sync);
    assert_eq!(report["conflicts"].as_array().unwrap().len(), 4);
    assert_eq!(decisions(&world)[0], ("Ann".to_owned(), "rule_removed".to_owned()));
}

#[test]
fn an_answer_to_one_conflict_beats_the_rule_l10() {
    let world = contested();
    let (one, two) = (conflict(&world, "company", 1), conflict(&world, "company", 2));
    world.run(&["conflicts", "resolve", &one, "--take", "crm", "--for-all"]).ends(0);
    world.run(&["conflicts", "resolve", &two, "--take", "justcall", "--as", "Ann"]).ends(0);
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "crm", "update")), (2, 1), "{report:#}");
    assert!(world.row("Personac").ends_with("Phone 2"), "{}", world.row("Personac"));
    let told = world.run(&["history", "--contact", &phone(2)]).ends(0).stdout;
    assert!(told.contains("Ann answered") && told.contains("company: take justcall"), "{told}");
    world.settled();
}

#[test]
fn a_conflict_says_who_set_the_field_last_and_links_to_its_records() {
    let world = World::linked(1, "");
    world.edit(1, |contact| contact.company = Some("Once".to_owned()));
    world.sync();
    world.edit(1, |contact| contact.company = Some("Phone".to_owned()));
    world.edit_crm("Once", "File");
    world.untouched(World::sync);
    let id = conflict(&world, "company", 1);
    let shown = world.run(&["conflicts", "show", &id]).ends(0).stdout;
    assert!(shown.contains("CRM: last set by run r2") && shown.contains(", edited there since"), "{shown}");
    assert!(shown.contains(&format!("tieline conflicts resolve {id} --take crm --for-all")), "{shown}");
    let json = world.run(&["conflicts", "show", &id, "--json"]).ends(0).json();
    assert_eq!(
        (&json["last_written"]["crm"]["value"], &json["last_written"]["justcall"]),
        (&json!("Once"), &json!(null))
    );
    assert_eq!((json.get("crm_url"), json["for_all"].as_bool()), (None, Some(true)));
    world.reconfigure("id_column = \"id\"", "id_column = \"id\"\nrecord_url = \"https://crm.example.com/{id}\"");
    let json = world.run(&["conflicts", "list", "--json"]).ends(0).json();
    assert_eq!(json["conflicts"][0]["crm_url"], "https://crm.example.com/1");
    world.run(&["show", "-o", "page.html"]).ends(0);
    assert!(world.read("page.html").contains("href=\"https://crm.example.com/1\""));
    let table = world.run(&["conflicts", "list", "--csv"]).ends(0).stdout;
    assert!(table.lines().next().unwrap().contains("\"justcall_url\",\"crm_url\""), "{table}");
    world.reconfigure("https://crm.example.com/{id}", "javascript:alert({id})");
    world.run(&["conflicts", "list"]).fails(2, &["crm.record_url", "https://"]);
}

#[test]
fn numbers_and_people_are_decided_one_by_one_s20() {
    let world = World::linked(1, "");
    world.edit(1, |contact| contact.phone = "+14155550191".to_owned());
    world.edit_crm("+14155550101", "+14155550192");
    let report = world.untouched(World::sync);
    let id = report["conflicts"][0]["id"].as_str().unwrap();
    let args = ["conflicts", "resolve", id, "--take", "crm", "--for-all"];
    world.run(&args).fails(2, &["one by one", "without --for-all"]);
    world.run(&["conflicts", "resolve", id, "--value", "+14155550193", "--for-all"]).ends(2);
    assert_eq!(world.run(&["conflicts", "rules", "--json"]).ends(0).json()["rules"], json!([]));
}

/// Contacts 1 to 3 edited in JustCall, planned; the names of the actions.
fn planned() -> (World, Vec<String>) {
    let world = World::linked(3, "");
    for number in 1..=3 {
        world.edit(number, |contact| contact.company = Some(format!("New {number}")));
    }
    let plan = world.plan();
    let ids = words(&plan, "actions", "id");
    assert_eq!(ids.len(), 3);
    (world, ids)
}

#[test]
fn an_excluded_action_stays_out_until_it_changes_l3() {
    let (world, ids) = planned();
    assert!(world.run(&["show"]).ends(0).stdout.contains(&ids[0]), "the name can be copied");
    assert!(world.run(&["exclude"]).ends(0).stdout.contains("company: Acme 1 → New 1"));
    world.untouched(|world| world.run(&["exclude", &ids[0][..8], "--as", "Sam"]).ends(0));
    for night in 0..3 {
        let report = world.sync();
        let (outcome, count) = if night == 0 { ("applied", 2) } else { ("clean", 0) };
        assert_eq!((report["outcome"].as_str(), applied(&report, "crm", "update")), (Some(outcome), count));
    }
    assert!(world.row("Personab").ends_with("Acme 1"));
    let plan = world.plan();
    assert_eq!(words(&plan, "skipped", "reason"), ["excluded"]);
    let why = words(&plan, "skipped", "detail").remove(0);
    assert!(why.starts_with("update in CRM (company) excluded by Sam on 2") && why.contains(&ids[0]), "{why}");
    assert_eq!(plan["summary"]["crm"]["skipped"], 1);
    world.run(&["plan", "--exit-code"]).ends(0);
    // The value moves: planned again, and said; nothing is left of the exclusion.
    world.edit(1, |contact| contact.company = Some("Newer".to_owned()));
    let report = world.sync();
    assert_eq!(applied(&report, "crm", "update"), 1, "{report:#}");
    assert!(words(&report, "alarms", "detail")[0].starts_with("changed since they were excluded"), "{report:#}");
    assert!(world.row("Personab").ends_with("Newer"));
    assert_eq!(world.run(&["exclude", "--list", "--json"]).ends(0).json()["excluded"], json!([]));
    world.settled();
    assert_eq!(decisions(&world).iter().map(|(_, deed)| deed.as_str()).collect::<Vec<_>>(), ["included", "excluded"]);
}

#[test]
fn what_was_excluded_can_be_let_back_in() {
    let (world, ids) = planned();
    world.run(&["exclude", "--phone", &phone(2), "--side", "crm", "--kind", "update"]).ends(0);
    world.run(&["exclude", "--phone", &phone(2), "--kind", "delete"]).fails(2, &["no such action"]);
    world.run(&["exclude", "a"]).fails(2, &["beginning of 2 actions"]);
    world.run(&["exclude", "a0000000000"]).fails(2, &["no action `a0000000000`"]);
    assert_eq!(applied(&world.sync(), "crm", "update"), 2);
    assert!(world.run(&["status"]).ends(0).stdout.contains("1 action, until they change"));
    let listed = world.run(&["exclude", "--list", "--json"]).ends(0).json();
    assert_eq!(words(&listed, "excluded", "phone"), [phone(2)]);
    world.run(&["exclude", "--remove"]).fails(2, &["--remove of what?"]);
    assert!(ids.contains(&words(&listed, "excluded", "action")[0]));
    world.run(&["exclude", "--remove", "--all"]).ends(0);
    assert_eq!(applied(&world.sync(), "crm", "update"), 1);
    world.settled();
}

#[test]
fn a_plan_that_was_kept_does_not_bring_back_what_was_excluded_since() {
    let (world, ids) = planned();
    world.run(&["plan", "-o", "kept.json", "--quiet"]).ends(0);
    world.run(&["exclude", &ids[1]]).ends(0);
    world.untouched(|world| {
        for approve in [&["apply", "kept.json", "--yes"][..], &["apply", "kept.json", "--approve", "deletes=1"]] {
            world.run(approve).fails(1, &["excluded after it was made", &ids[1], "tieline plan"]);
        }
    });
    assert_eq!(applied(&world.sync(), "crm", "update"), 2);
}

#[test]
fn an_answer_is_taken_back_and_not_excluded() {
    let world = contested();
    let id = conflict(&world, "company", 1);
    world.run(&["conflicts", "resolve", &id, "--take", "crm"]).ends(0);
    let name = words(&world.plan(), "actions", "id").remove(0);
    world.run(&["exclude", &name]).fails(2, &["no action", "conflicts reopen"]);
}

#[test]
fn a_contact_whose_deletion_was_refused_is_kept_s13() {
    let world = World::linked(8, AT_ONCE);
    for number in 1..=6 {
        world.account.delete(world.numbered(number).id);
    }
    let plan = world.plan();
    assert_eq!(words(&plan, "held", "kind").len(), 6, "one more than the guard lets through: {plan:#}");
    let kept = phone(1);
    world.run(&["exclude", "--phone", &kept, "--kind", "delete", "--as", "Sam"]).ends(0);
    // The others are as many as pass by themselves.
    let report = world.sync();
    assert_eq!((applied(&report, "crm", "delete"), report["held"].as_array().unwrap().len()), (5, 0), "{report:#}");
    for _ in 0..2 {
        assert_eq!(world.sync()["outcome"], "clean");
    }
    world.row("Personab");
    // An edit is a reason to create it again on the other side: keeping it was no reason against that.
    world.edit_crm("Acme 1", "Edited");
    assert_eq!(applied(&world.sync(), "justcall", "create"), 1);
    world.settled();
}

#[test]
fn a_deletion_that_was_refused_may_happen_when_the_contact_was_back_in_between_s15() {
    let world = World::linked(2, AT_ONCE);
    let row = world.row("Personab");
    world.drop_rows([1]);
    world.plan();
    world.run(&["exclude", "--phone", &phone(1)]).ends(0);
    assert_eq!(world.sync()["outcome"], "clean");
    world.add_row(&row);
    assert_eq!(world.sync()["outcome"], "clean");
    assert_eq!(world.run(&["exclude", "--list", "--json"]).ends(0).json()["excluded"], json!([]));
    world.drop_rows([1]);
    assert_eq!(applied(&world.sync(), "justcall", "delete"), 1);
}

#[test]
fn an_approval_is_for_the_next_run_and_no_other_s16() {
    let world = World::linked(40, AT_ONCE);
    for number in 1..=20 {
        world.account.delete(world.numbered(number).id);
    }
    let guarded = |world: &World| world.run(&["sync", "--json"]).ends(5).json();
    assert_eq!(guarded(&world)["held"].as_array().unwrap().len(), 20);
    world.run(&["approve", "delets=7"]).ends(2);
    world.untouched(|world| world.run(&["approve", "deletes=7", "--as", "Sam"]).ends(0));
    assert!(world.run(&["status"]).ends(0).stdout.contains("deletes=7 for the next run, by Sam"));
    assert_eq!(writes(&world.plan()).len(), 7, "a plan shows it, and does not use it up");
    let report = world.sync();
    assert_eq!((applied(&report, "crm", "delete"), report["held"].as_array().unwrap().len()), (7, 13));
    assert_eq!(world.run(&["approve", "--json"]).ends(0).json()["approvals"], json!([]));
    assert_eq!(applied(&guarded(&world), "crm", "delete"), 0);
    // Taken back before it was used; and a kept plan uses it as it would `--approve`.
    world.run(&["approve", "deletes=9"]).ends(0);
    world.run(&["approve", "--revoke", "deletes"]).ends(0);
    world.run(&["approve", "--revoke", "deletes"]).fails(2, &["no approval of `deletes`"]);
    world.run(&["approve", "--revoke", "delets"]).fails(2, &["no guard is called"]);
    world.plan();
    world.run(&["approve", "deletes=2"]).ends(0);
    let report = world.run(&["apply", "--json"]).ends(0).json();
    assert_eq!(applied(&report, "crm", "delete"), 2, "{report:#}");
    assert_eq!(applied(&guarded(&world), "crm", "delete"), 0);
    let deeds: Vec<String> = decisions(&world).into_iter().map(|(_, deed)| deed).collect();
    assert_eq!(deeds, ["approved", "revoked", "approved", "approved"]);
}

#[test]
fn who_decided_is_erased_with_the_person_s48() {
    let (world, ids) = planned();
    world.run(&["exclude", &ids[0]]).ends(0);
    world.run(&["exclude", &ids[1]]).ends(0);
    world.sync();
    world.run(&["forget", &phone(1), "--yes"]).ends(0);
    let listed = world.run(&["exclude", "--list", "--json"]).ends(0).json();
    assert_eq!(words(&listed, "excluded", "phone"), [phone(2)]);
    assert_eq!(decisions(&world).len(), 1);
    let state = std::fs::read(world.path("tieline.db")).unwrap();
    let digits = &phone(1)[1..];
    assert!(!state.windows(digits.len()).any(|window| window == digits.as_bytes()));
}

#[test]
fn answers_of_a_spreadsheet_are_remembered_with_their_names() {
    let world = contested();
    world.run(&["conflicts", "export", "-o", "decisions.csv"]).ends(0);
    let sheet = world.read("decisions.csv").replace("\"\",\"Kim", "\"crm\",\"Kim");
    world.write("decisions.csv", sheet);
    world.run(&["conflicts", "import", "decisions.csv", "--as", "Imani"]).ends(0);
    let all = decisions(&world);
    assert!(all.len() == 4 && all.iter().all(|(by, deed)| by == "Imani" && deed == "answered"), "{all:?}");
    let id = world.run(&["conflicts", "decided", "--json"]).ends(0).json()["decided"][0]["conflict"].clone();
    world.run(&["conflicts", "reopen", id.as_str().unwrap(), "--as", "Ann"]).ends(0);
    assert_eq!(decisions(&world)[0], ("Ann".to_owned(), "reopened".to_owned()));
    let exported = world.run(&["export-state"]).ends(0).stdout;
    assert_eq!(exported.matches("\"kind\":\"decision\"").count(), 5);
}

/// What was taken back after a plan was made is not carried out by that plan, whoever shows it.
#[test]
fn what_was_taken_back_is_not_applied_s34() {
    let world = World::linked(3, "");
    world.edit(1, |contact| contact.company = Some("Theirs".to_owned()));
    world.edit_crm("Acme 1", "Ours");
    let conflict = words(&world.sync(), "conflicts", "id").remove(0);
    world.run(&["conflicts", "resolve", &conflict, "--take", "crm"]).ends(0);
    world.run(&["plan", "-o", "saved.json"]).ends(0);
    world.run(&["conflicts", "reopen", &conflict]).ends(0);
    world.run(&["apply", "saved.json", "--yes"]).fails(1, &["hint"]);
    assert_eq!(world.numbered(1).company.as_deref(), Some("Theirs"));
    // The same for a rule.
    world.sync();
    world.run(&["conflicts", "resolve", &conflict, "--take", "crm", "--for-all"]).ends(0);
    world.run(&["plan", "-o", "ruled.json"]).ends(0);
    world.run(&["conflicts", "rules", "--remove", "company.both_edited"]).ends(0);
    world.run(&["apply", "ruled.json", "--yes"]).fails(1, &["hint"]);
    assert_eq!(world.numbered(1).company.as_deref(), Some("Theirs"));
}

/// An approval that was revoked lets nothing through any more, also not for a plan that was made with it.
#[test]
fn a_revoked_approval_is_gone_for_kept_plans_too_i11() {
    let world = World::linked(12, crate::support::AT_ONCE);
    world.drop_rows(1..=8);
    world.run(&["approve", "deletes=8"]).ends(0);
    world.run(&["plan", "-o", "saved.json"]).ends(0);
    world.run(&["approve", "--revoke", "deletes"]).ends(0);
    world.run(&["apply", "saved.json", "--yes"]).fails(1, &["hint"]);
    assert_eq!(world.account.contact_count(), 12);
}

/// `-o` never replaces what tieline lives on, nor a file that somebody has filled in.
#[test]
fn own_files_and_filled_files_are_not_written_over() {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("Theirs".to_owned()));
    world.edit_crm("Acme 1", "Ours");
    world.sync();
    let before = ["crm.csv", "tieline.toml"].map(|name| world.read(name));
    for own in ["crm.csv", "tieline.toml", "tieline.db"] {
        for command in [&["plan", "-o", own][..], &["export-state", "-o", own], &["conflicts", "export", "-o", own]] {
            world.run(command).fails(2, &["not written over"]);
        }
    }
    assert_eq!(["crm.csv", "tieline.toml"].map(|name| world.read(name)), before);
    world.run(&["status"]).ends(0);
    world.run(&["conflicts", "export", "-o", "decisions.csv"]).ends(0);
    world.run(&["conflicts", "export", "-o", "decisions.csv"]).ends(0);
    let sheet = world.read("decisions.csv");
    let filled = sheet.replacen("\n\"\",", "\n\"crm\",", 1);
    assert_ne!(filled, sheet);
    world.write("decisions.csv", filled);
    world.run(&["conflicts", "export", "-o", "decisions.csv"]).fails(2, &["would be lost"]);
    assert!(world.read("decisions.csv").contains("crm"));
}

#[test]
fn who_decides_is_the_user_of_the_system_unless_a_name_is_given() {
    let user = std::process::Command::new("id").arg("-un").output().unwrap();
    let user = String::from_utf8(user.stdout).unwrap().trim().to_owned();
    let world = contested();
    let id = conflict(&world, "email", 1);
    // No variable says who it is, as under cron; one that does may be another user's.
    for variables in [vec![], vec![("USER", "somebody else"), ("LOGNAME", "somebody else")]] {
        let mut command = world.command(&["conflicts", "resolve", &id, "--skip"]);
        command.envs(variables);
        crate::support::finish(command).ends(0);
        assert_eq!(decisions(&world)[0], (user.clone(), "answered".to_owned()));
    }
    world.run(&["conflicts", "resolve", &id, "--skip", "--as", "Sam"]).ends(0);
    assert_eq!(decisions(&world)[0].0, "Sam");
}

#[test]
fn files_of_secrets_that_others_can_open_are_told() {
    let world = World::linked(1, "");
    world.write("key", crate::support::KEY);
    let toml = world.read("tieline.toml").replacen("[justcall]\n", "[justcall]\napi_key_file = \"key\"\n", 1);
    world.write("tieline.toml", toml);
    let mode = |mode: u32| {
        let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(mode);
        std::fs::set_permissions(world.path("key"), mode).unwrap();
        world.run(&["plan"]).ends(0).stderr
    };
    let told = mode(0o644);
    assert!(told.contains("which holds a secret: run `chmod 600 ") && !told.contains(crate::support::KEY), "{told}");
    assert!(!mode(0o600).contains("chmod"));
}

#[test]
fn reports_in_every_form_name_the_conflicts_and_link_to_the_records() {
    let world = contested();
    world.edit(4, |contact| contact.company = Some("=Edited".to_owned()));
    world.reconfigure("id_column = \"id\"", "id_column = \"id\"\nrecord_url = \"https://crm.example.com/{id}\"");
    world.plan();
    world.run(&["show", "-o", "plan.csv"]).ends(0);
    let table = world.read("plan.csv");
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[0].starts_with("\u{feff}\"side\",\"action\",\"contact\"") && lines[0].ends_with("\"crm_id\",\"since\""),
        "{table}"
    );
    assert_eq!(lines.iter().filter(|line| line.starts_with("\"\",\"conflict\",")).count(), 4, "{table}");
    let one = lines.iter().find(|line| line.contains("\"File 2\"")).unwrap();
    assert!(one.contains("\"company\"") && one.contains("\"both_edited\"") && one.contains("\"Phone 2\""), "{one}");
    let write = lines.iter().find(|line| line.starts_with("\"crm\",\"update\",")).unwrap();
    assert!(write.contains("\"Acme 4\",\"'=Edited\""), "{write}");
    let columns = |line: &str| line.matches("\",\"").count();
    assert!(lines.iter().all(|line| columns(line) == columns(lines[0])), "{table}");
    world.run(&["show", "-o", "plan.md"]).ends(0);
    let text = world.read("plan.md");
    assert!(text.contains(" ([CRM](<https://crm.example.com/2>)): base Acme 2"), "{text}");
    assert!(text.contains("([CRM](<https://crm.example.com/4>)): company Acme 4"), "{text}");
}

#[test]
fn a_value_may_begin_with_a_hyphen() {
    let world = contested();
    let id = conflict(&world, "company", 1);
    world.run(&["conflicts", "resolve", &id, "--value", "-1"]).ends(0);
    world.run(&["conflicts", "resolve", &id, "--value", "--take"]).ends(0);
    let decided = world.run(&["conflicts", "decided"]).ends(0).stdout;
    assert!(decided.contains("value: --take"), "{decided}");
    world.run(&["conflicts", "resolve", &id, "--value", "-1", "--take", "crm"]).ends(2);
}
