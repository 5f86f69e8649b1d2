//! Saved plans: bound, single use, exact. What moved since is skipped and reported, the rest is applied.

use crate::support::{AT_ONCE, World, applied, last_name, phone, row, words, writes};
use serde_json::Value;

/// Two edits on each side, and a plan of them in `plan.json`.
fn planned() -> World {
    let world = World::linked(6, "");
    world.edit(1, |contact| contact.company = Some("J1".to_owned()));
    world.edit(2, |contact| contact.company = Some("J2".to_owned()));
    world.edit_crm("Acme 3", "C3");
    world.edit_crm("Acme 4", "C4");
    world.untouched(|world| world.run(&["plan", "-o", "plan.json"]).ends(0));
    world
}

fn apply(world: &World, code: i32) -> Value {
    world.run(&["apply", "plan.json", "--yes", "--json"]).ends(code).json()
}

#[test]
fn a_saved_plan_is_applied_as_shown_i9() {
    let world = planned();
    let plan: Value = serde_json::from_str(&world.read("plan.json")).unwrap();
    let shown = world.run(&["show", "plan.json", "--json"]).ends(0).json();
    assert_eq!(plan, shown);
    // Edited after the plan: not part of it.
    world.edit(5, |contact| contact.company = Some("Later".to_owned()));
    let report = apply(&world, 0);
    assert_eq!(report["plan"], plan["id"]);
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "crm", "update")), (2, 2));
    assert!(world.row(&last_name(5)).ends_with("Acme 5"));
    let next = world.plan();
    assert_eq!(writes(&next), [format!("crm update {}", phone(5))]);
}

#[test]
fn the_plan_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = planned();
    for name in ["plan.json", "tieline.db"] {
        let mode = std::fs::metadata(world.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn printed_json_can_be_applied_like_the_file() {
    let world = planned();
    let printed = world.run(&["plan", "--json"]).ends(0).stdout;
    world.write("plan.json", printed);
    assert_eq!(apply(&world, 0)["outcome"], "applied");
}

#[test]
fn the_last_plan_and_a_plan_by_id() {
    let world = planned();
    let id = world.run(&["show", "--json"]).ends(0).json()["id"].as_str().unwrap().to_owned();
    assert_eq!(world.run(&["show", &id, "--json"]).ends(0).json()["id"], id.as_str());
    assert_eq!(world.run(&["apply", "--json"]).ends(0).json()["plan"], id.as_str());
    world.untouched(|world| world.run(&["apply", &id]).fails(1, &["was used already"]));
    world.run(&["apply", "nonsense"]).fails(2, &["no plan `nonsense`"]);
}

#[test]
fn used_twice_is_refused_also_the_first_plan_s35_i10() {
    let world = World::new();
    world.crm(&[&row(1), &row(2)]);
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    assert_eq!(applied(&apply(&world, 0), "justcall", "create"), 2);
    world.untouched(|world| {
        world.run(&["apply", "plan.json", "--yes"]).fails(1, &["was used already by run r", "plan"])
    });
    assert_eq!(world.account.contact_count(), 2);
}

#[test]
fn the_first_plan_on_a_copied_folder_makes_no_second_contacts_s35_i5() {
    let world = World::new();
    world.crm(&[&row(1), &row(2)]);
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    let state = std::fs::read(world.path("tieline.db")).unwrap();
    apply(&world, 0);
    // A copy of the state as it was before the plan was applied: another laptop.
    world.write("tieline.db", state);
    let report = world.untouched(|world| apply(world, 6));
    assert_eq!(report["stale"].as_array().unwrap().len(), 2, "{report:#}");
    assert_eq!(world.account.contact_count(), 2);
}

#[test]
fn a_state_that_moved_on_voids_older_plans_s35() {
    let world = planned();
    world.edit_crm("Acme 5", "C5");
    world.sync();
    world.untouched(|world| world.run(&["apply", "plan.json", "--yes"]).fails(1, &["moved on after the plan"]));
}

#[test]
fn an_edited_plan_is_refused() {
    let world = planned();
    let text = world.read("plan.json");
    world.write("plan.json", text.replace("\"C3\"", "\"Evil\""));
    world.untouched(|world| world.run(&["apply", "plan.json", "--yes"]).fails(1, &["plan.json", "was edited"]));
    world.run(&["show", "plan.json"]).fails(1, &["was edited"]);
    // The untouched file still works.
    world.write("plan.json", text);
    apply(&world, 0);
}

#[test]
fn a_plan_with_a_key_of_somebody_s_own_is_refused() {
    let world = planned();
    let text = world.read("plan.json");
    world.write("plan.json", text.replacen('{', "{\"approved\": true, ", 1));
    world
        .untouched(|world| world.run(&["apply", "plan.json", "--yes"]).fails(2, &["plan.json", "no plan", "approved"]));
    world.write("plan.json", text);
    apply(&world, 0);
}

#[test]
fn a_changed_scope_is_one_alarm_s10() {
    let world = World::linked(3, "");
    world.configure("[scope]\ncrm = { Company = [\"Acme 1\"] }\n");
    let plan = world.plan();
    assert_eq!(words(&plan, "alarms", "kind"), ["scope_changed"], "{plan:#}");
    assert!(plan["alarms"][0]["detail"].as_str().unwrap().contains("no deletions in this run"));
}

#[test]
fn the_cost_is_what_applying_sends() {
    let world = World::linked(9, AT_ONCE);
    let sent = |report: &Value| report["requests"]["justcall"].as_u64().unwrap();
    let reading = sent(&world.sync());
    let edit = |number: usize, to: &str| {
        let company = world.numbered(number).company.unwrap();
        world.edit_crm(&format!("{company}\n"), &format!("{to}\n"));
    };
    let costs_what_it_says = |case: &str| {
        let plan = world.plan();
        let cost = plan["cost"]["justcall"]["requests"].as_u64().unwrap();
        assert_eq!(sent(&world.sync()) - reading, cost, "{case}: {plan:#}");
        assert!(cost > 0, "{case}");
    };
    edit(1, "One");
    costs_what_it_says("one update, which is the trial of bulk");
    world.settled();
    for number in 2..=6 {
        edit(number, &format!("Edited {number}"));
    }
    world.edit_crm(&phone(7), "+14155550170"); // a PUT between bulk requests
    world.add_row("90,Ada,Byron,+14155550190,,");
    world.drop_rows([9]);
    costs_what_it_says("updates, a new number, a create and a delete");
    let world = World::linked(4, "");
    let reading = sent(&world.sync());
    for number in 1..=4 {
        world.edit_crm(&format!("Acme {number}\n"), &format!("Edited {number}\n"));
    }
    let cost = world.plan()["cost"]["justcall"]["requests"].as_u64().unwrap();
    assert_eq!(sent(&world.sync()) - reading, cost, "several updates and the trial");
}

#[test]
fn a_plan_of_another_account_is_refused_s36() {
    let world = planned();
    world.account.change_settings(|settings| settings.account_id = 99_999);
    world.untouched(|world| {
        world.run(&["apply", "plan.json", "--yes"]).fails(1, &["belongs to"]);
        world.run(&["sync"]).fails(1, &["belongs to", "[state] path"]);
        world.run(&["plan"]).fails(1, &["belongs to"]);
    });
    // With a state of its own for the other account, the plan is foreign.
    world.reconfigure("[match]", "[state]\npath = \"other.db\"\n\n[match]");
    world.untouched(|world| world.run(&["apply", "plan.json", "--yes"]).fails(1, &["made for another state file"]));
}

#[test]
fn a_plan_of_another_configuration_or_crm_is_refused_s36() {
    let world = planned();
    world.reconfigure("company = \"Company\"", "company = { crm = \"Company\", conflict = \"crm\" }");
    world.untouched(|world| world.run(&["apply", "plan.json", "--yes"]).fails(1, &["made for another configuration"]));
    world.reconfigure("company = { crm = \"Company\", conflict = \"crm\" }", "company = \"Company\"");
    std::fs::copy(world.path("crm.csv"), world.path("other.csv")).unwrap();
    world.reconfigure("\"crm.csv\"", "\"other.csv\"");
    world.untouched(|world| world.run(&["apply", "plan.json", "--yes"]).fails(1, &[]));
    world.reconfigure("\"other.csv\"", "\"crm.csv\"");
    apply(&world, 0);
}

#[test]
fn newer_formats_and_other_files_are_refused() {
    let world = planned();
    let text = world.read("plan.json");
    let cases = [
        (text.replace("tieline-plan/1", "tieline-plan/2"), "plan format `tieline-plan/2` is not known"),
        (text.replace("tieline-plan/1", "tieline-run/1"), "`tieline-run/1`"),
        ("not JSON".to_owned(), "this is no plan"),
        ("{}".to_owned(), "this is no plan"),
        ("[1,2]".to_owned(), "this is no plan"),
        (text[..text.len() / 2].to_owned(), "this is no plan"),
        (String::new(), "this is no plan"),
    ];
    for (content, message) in cases {
        world.write("plan.json", &content);
        world.untouched(|world| {
            world.run(&["apply", "plan.json", "--yes"]).fails(2, &["plan.json", message]);
            world.run(&["show", "plan.json"]).fails(2, &[message]);
        });
    }
    std::fs::remove_file(world.path("plan.json")).unwrap();
    world.run(&["apply", "plan.json", "--yes"]).fails(2, &["no plan `plan.json`"]);
    std::fs::create_dir(world.path("plan.json")).unwrap();
    world.run(&["apply", "plan.json", "--yes"]).ends(2);
}

#[test]
fn a_plan_that_cannot_be_kept_is_said() {
    let world = planned();
    world.untouched(|world| world.run(&["plan", "-o", "nowhere/plan.json"]).fails(1, &["nowhere/plan.json"]));
}

#[test]
fn no_plan_was_made_yet() {
    let world = World::new();
    world.crm(&[]);
    world.run(&["apply"]).fails(2, &["no plan was made yet"]);
}

#[test]
fn what_moved_since_is_skipped_the_rest_applied_s34() {
    let world = planned();
    // 1: the target moved. 3: the source moved. 4: its counterpart is gone.
    world.edit_crm("Acme 1", "Moved in the CRM");
    world.edit_crm("C3", "Moved again");
    world.account.delete(world.numbered(4).id);
    let report = apply(&world, 6);
    assert_eq!(report["outcome"], "partial");
    let mut stale = words(&report, "stale", "phone");
    stale.sort();
    assert_eq!(stale, [phone(1), phone(3), phone(4)]);
    assert!(words(&report, "stale", "detail").iter().all(|detail| !detail.is_empty()));
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "crm", "update")), (0, 1));
    assert!(world.row(&last_name(1)).ends_with("Moved in the CRM"), "never overwritten unseen");
    assert!(world.row(&last_name(2)).ends_with("J2"));
    assert_eq!(world.numbered(3).company.as_deref(), Some("Acme 3"));
    // The next plan takes them up.
    let report = world.sync();
    assert_eq!(words(&report, "conflicts", "phone"), [phone(1)]);
    assert_eq!(world.numbered(3).company.as_deref(), Some("Moved again"));
    assert_eq!(world.contact(&phone(4)).company.as_deref(), Some("C4"), "the edit wins");
}

#[test]
fn a_contact_that_appeared_since_is_not_made_twice_s34_i5() {
    let world = World::new();
    world.crm(&[&row(1), &row(2)]);
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    world.account.insert(crate::support::contact(1));
    let report = apply(&world, 6);
    assert_eq!(words(&report, "stale", "phone"), [phone(1)]);
    assert_eq!(world.account.contact_count(), 2);
    world.settled();
}

#[test]
fn a_planned_delete_of_a_contact_that_is_back_is_skipped_s15_s34() {
    let world = World::linked(3, AT_ONCE);
    let file = world.read("crm.csv");
    world.drop_rows([1, 2]);
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    let back: Vec<&str> = file.lines().take(2).collect();
    world.write("crm.csv", format!("{}\n{}\n", back.join("\n"), file.lines().last().unwrap()));
    let report = apply(&world, 6);
    assert_eq!(words(&report, "stale", "phone"), [phone(1)]);
    assert_eq!(applied(&report, "justcall", "delete"), 1);
    assert_eq!(world.numbered(1).phone, phone(1));
}

#[test]
fn withheld_deletes_of_a_saved_plan_go_with_approval_s16() {
    let world = World::linked(20, AT_ONCE);
    world.drop_rows(1..=8);
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    let report = world.untouched(|world| apply(world, 5));
    assert_eq!(words(&report, "held", "reason"), vec!["guard"; 8]);
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    let report = world.run(&["apply", "plan.json", "--yes", "--json", "--approve", "deletes=8"]).ends(0).json();
    assert_eq!(applied(&report, "justcall", "delete"), 8, "{report:#}");
    assert_eq!(world.account.contact_count(), 12);
}

#[test]
fn an_approval_never_lets_more_through_than_it_says_i11() {
    let world = World::linked(20, AT_ONCE);
    world.drop_rows(1..=8);
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    let report = world.run(&["apply", "plan.json", "--yes", "--json", "--approve", "deletes=2"]).ends(0).json();
    assert_eq!(applied(&report, "justcall", "delete"), 2, "{report:#}");
    assert_eq!(world.account.contact_count(), 18);
}

#[test]
fn plans_are_the_same_for_the_same_input_l13() {
    let world = planned();
    let mut plans = [world.plan(), world.plan()];
    for plan in &mut plans {
        plan["created_at"] = Value::Null;
        plan["id"] = Value::Null;
    }
    assert_eq!(plans[0], plans[1]);
}

#[test]
fn a_part_of_a_plan() {
    let world = planned();
    let part = |args: &[&str]| world.run(&[&["show", "plan.json", "--json"], args].concat()).ends(0).json();
    let phones = |part: &Value| -> Vec<String> {
        part["actions"].as_array().unwrap().iter().map(|action| action["phone"].as_str().unwrap().to_owned()).collect()
    };
    let crm = part(&["--side", "crm"]);
    assert_eq!((crm["matches"].as_u64(), phones(&crm)), (Some(2), vec![phone(1), phone(2)]));
    assert_eq!(phones(&part(&["--reason", "r3"])), [phone(3), phone(4)]);
    assert_eq!(phones(&part(&["--field", "company", "--phone", &phone(4)[4..]])), [phone(4)]);
    assert_eq!(part(&["--kind", "delete"])["matches"], 0);
    assert_eq!(part(&["--field", "email"])["matches"], 0);
    // Pages, in the order of the plan, nothing twice.
    let pages: Vec<Value> = ["1", "2"].iter().map(|page| part(&["--rows", "3", "--page", page])).collect();
    assert_eq!(pages.iter().map(|page| phones(page).len()).collect::<Vec<_>>(), [3, 1]);
    assert_eq!((&pages[0]["pages"], &pages[1]["page"]), (&Value::from(2), &Value::from(2)));
    let text = world.run(&["show", "plan.json", "--side", "crm"]).ends(0).stdout;
    assert!(text.starts_with("2 rows of the plan fit."), "{text}");
    assert!(text.contains("J1") && !text.contains("C3"), "{text}");
    for (args, word) in
        [(&["--page", "3"][..], "there is no page 3"), (&["--side", "crm", "-o", "part.html"], "cannot be used with")]
    {
        let refused = world.run(&[&["show", "plan.json"], args].concat()).ends(2);
        assert!(refused.stderr.contains(word), "{}", refused.stderr);
    }
    let nothing = world.run(&["show", "plan.json", "--reason", "R99"]).ends(0);
    assert!(nothing.stderr.contains("its reasons are R2, R3"), "{}", nothing.stderr);
}
