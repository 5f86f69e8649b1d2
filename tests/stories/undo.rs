//! Undo, history and retry: every value that a run overwrote or deleted can be put back, and nothing follows from that
//! by itself.

use crate::support::{AT_ONCE, World, applied, last_name, phone, words, writes};
use serde_json::Value;

/// The run of a report.
fn name(report: &Value) -> String {
    report["run"].as_str().unwrap().to_owned()
}

#[track_caller]
fn undo(world: &World, run: &str) -> Value {
    world.run(&["undo", run, "--yes", "--json"]).ends(0).json()
}

/// Both sides, without what JustCall counts by itself.
fn both(world: &World) -> (String, Vec<[Option<String>; 5]>) {
    let mut contacts: Vec<_> = world.account.contacts();
    contacts.sort_by(|a, b| a.phone.cmp(&b.phone));
    let fields = contacts
        .into_iter()
        .map(|contact| [contact.first_name, contact.last_name, Some(contact.phone), contact.email, contact.company]);
    (world.read("crm.csv"), fields.collect())
}

#[test]
fn an_update_is_put_back_and_not_done_again_l12() {
    let world = World::linked(3, "");
    world.edit(1, |contact| contact.company = Some("Wrong Ltd".to_owned()));
    world.edit_crm("Acme 2", "Also wrong");
    let before = both(&world);
    let run = name(&world.sync());
    assert!(world.row(&last_name(1)).ends_with("Wrong Ltd"));
    // Shown, kept, and nothing written.
    let shown = world.untouched(|world| world.run(&["undo", &run]).ends(0));
    assert!(shown.stdout.contains("undoes an earlier run") && shown.stderr.contains("--yes"), "{shown:?}");
    let report = undo(&world, &run);
    assert_eq!((applied(&report, "crm", "update"), applied(&report, "justcall", "update")), (1, 1), "{report:#}");
    // What the run wrote is back on both sides; what people wrote is theirs.
    assert_eq!(both(&world), before);
    // Neither side is an edit now: nothing is done again, nothing is pushed back.
    world.settled();
    assert_eq!(both(&world), before);
    // An edit afterwards travels as ever.
    world.edit(1, |contact| contact.company = Some("Right Ltd".to_owned()));
    world.sync();
    assert!(world.row(&last_name(1)).ends_with("Right Ltd"));
    world.settled();
}

#[test]
fn an_undo_is_undone_l12() {
    let world = World::linked(4, AT_ONCE);
    world.edit(1, |contact| contact.company = Some("New Ltd".to_owned()));
    world.edit_crm(&phone(2), "+14155550192");
    world.add_row("9,Ada,Byron,+14155550177,ada@example.com,Babbage");
    world.drop_rows([3]);
    let report = world.sync();
    let after = both(&world);
    let first = undo(&world, &name(&report));
    assert_ne!(both(&world), after);
    let second = undo(&world, &name(&first));
    assert_eq!(both(&world), after, "{second:#}");
    world.settled();
}

#[test]
fn what_was_touched_since_stays_and_is_named_l12() {
    let world = World::linked(2, "");
    world.edit(1, |contact| {
        contact.company = Some("Run Ltd".to_owned());
        contact.first_name = Some("Kimberley".to_owned());
    });
    let run = name(&world.sync());
    world.edit_crm("Run Ltd", "Mine Ltd");
    let plan = world.run(&["undo", &run, "--json"]).ends(0).json();
    assert_eq!(writes(&plan), [format!("crm update {}", phone(1))], "{plan:#}");
    assert_eq!(plan["actions"][0]["changes"].as_array().unwrap().len(), 1, "only the name: {plan:#}");
    assert_eq!(words(&plan, "skipped", "reason"), ["touched_since"]);
    let detail = plan["skipped"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("Run Ltd") && detail.contains("Mine Ltd"), "{detail}");
    undo(&world, &run);
    assert!(world.row(&last_name(1)).starts_with("1,Kim,") && world.row(&last_name(1)).ends_with("Mine Ltd"));
    // The person's edit travels, the name is left alone.
    world.sync();
    assert_eq!(world.numbered(1).company.as_deref(), Some("Mine Ltd"));
    assert_eq!(world.numbered(1).first_name.as_deref(), Some("Kimberley"));
    world.settled();
}

#[test]
fn an_edit_made_before_the_undo_is_not_lost_i1() {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("Run Ltd".to_owned()));
    let run = name(&world.sync());
    world.edit(1, |contact| contact.company = Some("Later Ltd".to_owned()));
    undo(&world, &run);
    assert!(world.row(&last_name(1)).ends_with("Acme 1"));
    world.sync();
    assert!(world.row(&last_name(1)).ends_with("Later Ltd"), "JustCall's own edit since still travels");
    world.settled();
}

#[test]
fn a_created_contact_goes_and_waits_l12() {
    let world = World::linked(2, "");
    world.insert("Ada", "Byron", "+14155550177", "Babbage");
    let run = name(&world.sync());
    let file = world.read("crm.csv");
    assert!(file.contains("Byron"));
    undo(&world, &run);
    assert!(!world.read("crm.csv").contains("Byron"));
    assert_eq!(world.contact("+14155550177").company.as_deref(), Some("Babbage"), "the other side keeps it");
    // Not created again without a word.
    let status = world.run(&["status", "--json"]).ends(0).json();
    assert_eq!((&status["parked"], &status["parked_records"][0]["undone"]), (&1.into(), &true.into()), "{status:#}");
    world.settled();
    let shown = world.run(&["status"]).ends(0).stdout;
    assert!(shown.contains("parked") && shown.contains("+14155550177") && shown.contains("undo"), "{shown}");
    world.run(&["retry", "+1 415 555 0177"]).ends(0);
    let report =
        crate::support::until_some(|| Some(world.sync()).filter(|report| applied(report, "crm", "create") == 1));
    assert_eq!(applied(&report, "crm", "create"), 1);
    assert_eq!(world.run(&["status", "--json"]).ends(0).json()["parked"], 0);
    world.settled();
}

#[test]
fn a_created_contact_that_somebody_edited_stays_l12() {
    let world = World::linked(2, "");
    world.insert("Ada", "Byron", "+14155550177", "Babbage");
    let run = name(&world.sync());
    world.edit_crm("Babbage", "Lovelace & Co");
    let report = world.untouched(|world| undo(world, &run));
    assert_eq!(applied(&report, "crm", "delete"), 0);
    world.sync();
    assert_eq!(world.contact("+14155550177").company.as_deref(), Some("Lovelace & Co"));
}

#[test]
fn a_deleted_contact_comes_back_with_every_value_l12() {
    for on_crm in [true, false] {
        let world = World::linked(3, AT_ONCE);
        if on_crm {
            world.drop_rows([2]);
        } else {
            world.account.delete(world.numbered(2).id);
        }
        let run = name(&world.sync());
        assert_eq!((world.account.contact_count(), world.read("crm.csv").lines().count()), (2, 3));
        undo(&world, &run);
        if on_crm {
            assert_eq!(world.numbered(2).company.as_deref(), Some("Acme 2"));
        } else {
            assert!(world.row(&last_name(2)).contains(&format!("{},personac@example.com,Acme 2", phone(2))));
        }
        // Back on both sides, and one contact again.
        crate::support::until_some(|| {
            world.sync();
            (world.account.contact_count() == 3 && world.read("crm.csv").lines().count() == 4).then_some(())
        });
        world.settled();
        world.edit(2, |contact| contact.company = Some("Edited".to_owned()));
        world.sync();
        assert!(world.row(&last_name(2)).ends_with("Edited"));
    }
}

#[test]
fn the_deletion_guard_holds_for_an_undo_i11() {
    let world = World::linked(2, "");
    for number in 0..8 {
        world.insert("Ada", &format!("Byron{number}"), &format!("+1415555017{number}"), "");
    }
    let run = name(&world.sync());
    let report = world.untouched(|world| world.run(&["undo", &run, "--yes", "--json"]).ends(5).json());
    assert_eq!(words(&report, "alarms", "class"), ["deletes"]);
    assert_eq!(words(&report, "held", "reason"), vec!["guard"; 8]);
    let report = world.run(&["undo", &run, "--yes", "--json", "--approve", "deletes=8"]).ends(0).json();
    assert_eq!(applied(&report, "crm", "delete"), 8);
    assert_eq!(world.account.contact_count(), 10);
    world.settled();
}

#[test]
fn an_undo_is_a_plan_like_any_other_i9_i10() {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("Wrong Ltd".to_owned()));
    let run = name(&world.sync());
    let plan =
        world.untouched(|world| world.run(&["undo", &run, "--dry-run", "-o", "back.json", "--json"]).ends(0).json());
    assert_eq!((&plan["format"], &plan["undoes"]), (&"tieline-plan/1".into(), &run.as_str().into()));
    assert_eq!(words(&plan, "actions", "reason"), ["undo"]);
    world.run(&["apply", "back.json", "--yes"]).ends(0);
    assert!(world.row(&last_name(1)).ends_with("Acme 1"));
    world.untouched(|world| world.run(&["apply", "back.json", "--yes"]).fails(1, &["was used already"]));
    world.untouched(|world| world.run(&["undo", "r-unknown"]).fails(2, &["no run", "tieline history"]));
    // A run that wrote nothing has nothing to undo.
    let quiet = name(&world.sync());
    let report = world.untouched(|world| undo(world, &quiet));
    assert_eq!(report["outcome"], "clean");
}

#[test]
fn open_conflicts_outlive_an_undo() {
    let world = World::linked(3, "");
    world.edit(1, |contact| contact.company = Some("Ours".to_owned()));
    world.edit_crm("Acme 1", "Theirs");
    world.edit(2, |contact| contact.company = Some("Wrong".to_owned()));
    let run = name(&world.sync());
    let before = world.run(&["conflicts", "list", "--json"]).ends(0).stdout;
    undo(&world, &run);
    assert_eq!(world.run(&["conflicts", "list", "--json"]).ends(0).stdout, before);
    assert!(before.contains("both_edited"));
}

#[test]
fn history_tells_every_field_of_a_contact() {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("First Ltd".to_owned()));
    let first = name(&world.sync());
    world.edit_crm("First Ltd", "Second Ltd");
    let second = name(&world.sync());
    let third = name(&undo(&world, &second));
    let history = world.run(&["history", "--contact", "(415) 555-0101", "--json"]).ends(0).json();
    let fields = history["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 1, "{history:#}");
    let steps = fields[0]["changes"].as_array().unwrap();
    let told: Vec<String> = steps
        .iter()
        .map(|step| {
            ["run", "side", "before", "after", "from", "rule"].map(|key| step[key].as_str().unwrap_or("-")).join(" | ")
        })
        .collect();
    assert_eq!(
        told,
        [
            format!("{first} | crm | Acme 1 | First Ltd | justcall | R2"),
            format!("{second} | justcall | First Ltd | Second Ltd | crm | R3"),
            format!("{third} | justcall | Second Ltd | First Ltd | - | undo"),
        ]
    );
    let text = world.run(&["history", "--contact", &phone(1)]).ends(0).stdout;
    assert!(text.contains("company") && text.contains("from JustCall, R2 edited in JustCall"), "{text}");
    let text = world.run(&["history", &first]).ends(0).stdout;
    assert!(text.contains("update in CRM") && text.contains("company: Acme 1 → First Ltd"), "{text}");
}

#[test]
fn a_refused_record_is_shown_with_its_words_and_retried_s41() {
    let world = World::linked(3, "");
    let refusal =
        sandbox::Refusal { message: Some("the portal wants a deal first".to_owned()), ..sandbox::Refusal::status(422) };
    world.edit_crm(&phone(1), "+14155550191");
    world.account.add_fault(sandbox::Fault::new(sandbox::On::Update, sandbox::Action::Refuse(refusal)));
    world.run(&["sync"]).ends(6);
    let status = world.run(&["status", "--json"]).ends(0).json();
    let parked = &status["parked_records"][0];
    assert!(parked["message"].as_str().unwrap().contains("the portal wants a deal first"), "{status:#}");
    world.account.clear_faults();
    // Not tried again by itself, shown by the plan, tried when asked for.
    let plan = world.untouched(|world| {
        world.sync();
        world.plan()
    });
    assert_eq!(words(&plan, "skipped", "reason"), ["parked"]);
    world.untouched(|world| world.run(&["retry", "+14155550999"]).fails(2, &["nothing is parked for"]));
    world.run(&["retry", "--all"]).ends(0);
    world.sync();
    assert_eq!(world.numbered(1).phone, "+14155550191");
    assert_eq!(world.run(&["status", "--json"]).json()["parked"], 0);
    world.settled();
}

#[test]
fn a_refused_record_is_tried_again_when_it_changes_s41() {
    let world = World::linked(3, "");
    world.edit_crm(&phone(1), "+14155550191");
    let refusal = sandbox::Refusal::status(422);
    world.account.add_fault(sandbox::Fault::new(sandbox::On::Update, sandbox::Action::Refuse(refusal)));
    world.run(&["sync"]).ends(6);
    world.account.clear_faults();
    world.edit_crm("Acme 1", "Changed");
    world.sync();
    assert_eq!(
        (world.numbered(1).phone.as_str(), world.numbered(1).company.as_deref()),
        ("+14155550191", Some("Changed"))
    );
    assert_eq!(world.run(&["status", "--json"]).json()["parked"], 0, "what went through is not parked any more");
    world.settled();
}

#[test]
fn a_number_that_was_put_back_is_a_question_i6() {
    let world = World::linked(3, "");
    world.edit_crm(&phone(1), "+14155550191");
    let run = name(&world.sync());
    let plan = world.run(&["undo", &run, "--json"]).ends(0).json();
    assert!(plan["actions"][0]["note"].as_str().unwrap().contains("then a conflict"), "{plan:#}");
    undo(&world, &run);
    assert_eq!(world.numbered(1).phone, phone(1));
    // Numbers say who is who: two of them for one contact are neither pushed nor left unsaid.
    let plan = world.untouched(|world| {
        world.sync();
        world.plan()
    });
    assert_eq!((words(&plan, "conflicts", "field"), writes(&plan).len()), (vec!["phone".to_owned()], 0), "{plan:#}");
    let id = plan["conflicts"][0]["id"].as_str().unwrap().to_owned();
    world.run(&["conflicts", "resolve", &id, "--take", "justcall"]).ends(0);
    world.sync();
    assert!(world.row(&last_name(1)).contains(&phone(1)));
    world.settled();
}

/// With another set of fields nothing can be compared with what the record was: that is nobody's edit.
#[test]
fn what_was_taken_away_stays_away_when_a_field_is_added_l12() {
    let world = World::linked(3, AT_ONCE);
    world.add_row("9,Ada,Byron,+14155550177,ada@example.com,Babbage");
    let run = name(&world.sync());
    undo(&world, &run);
    world.settled();
    let contacts = world.account.contacts().len();
    world.write(
        "crm.csv",
        world.read("crm.csv").replace("Company\n", "Company,Tier\n").replace("Babbage\n", "Babbage,\n"),
    );
    let rows: Vec<String> = world
        .read("crm.csv")
        .lines()
        .map(|line| if line.matches(',').count() == 5 { format!("{line},\n") } else { format!("{line}\n") })
        .collect();
    world.write("crm.csv", rows.concat());
    world.reconfigure("[fields]\n", "[fields]\n\"custom.tier\" = \"Tier\"\n");
    for _ in 0..2 {
        world.sync();
        assert_eq!(world.account.contacts().len(), contacts);
    }
    // Her own change brings her back, as ever.
    world.edit_crm("Babbage", "Analytical");
    world.sync();
    assert_eq!(world.account.contacts().len(), contacts + 1);
}
