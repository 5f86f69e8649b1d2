//! Decisions that are decided again: also once a plan was made with them, until a run carries them out. Whose answer gives
//! way is always said.

use crate::support::{World, applied, phone, words, writes};

/// Contacts 1 to 3 whose companies both sides edited, each answered by Sam with `--take crm`; the conflicts.
fn decided() -> (World, Vec<String>) {
    let world = World::linked(3, "");
    for number in 1..=3 {
        world.edit(number, |contact| contact.company = Some(format!("Phone {number}")));
        world.edit_crm(&format!("Acme {number}"), &format!("File {number}"));
    }
    let report = world.untouched(World::sync);
    world.run(&["conflicts", "export", "-o", "decisions.csv"]).ends(0);
    let ids = words(&report, "conflicts", "id");
    for id in &ids {
        world.run(&["conflicts", "resolve", id, "--take", "crm", "--as", "Sam"]).ends(0);
    }
    (world, ids)
}

#[test]
fn a_decision_is_replaced_once_a_plan_was_made_with_it() {
    let (world, ids) = decided();
    let plan = world.plan();
    assert_eq!(
        (writes(&plan).len(), words(&plan, "decided", "id").len(), words(&plan, "conflicts", "id").len()),
        (3, 3, 0)
    );
    let told = world.run(&["conflicts", "resolve", &ids[0], "--take", "justcall", "--as", "Ann"]).ends(0).stderr;
    assert!(told.contains("replaces: take crm, by Sam at 2"), "{told}");
    // That plan would do what nobody wants any more.
    world.untouched(|world| world.run(&["apply", "--yes"]).fails(1, &["moved on after the plan was made"]));
    world.plan();
    // Taken back, and answered anew without another plan in between.
    world.run(&["conflicts", "reopen", &ids[1], "--as", "Ann"]).ends(0);
    let open = world.run(&["conflicts", "list", "--json"]).ends(0).json();
    assert_eq!(words(&open, "conflicts", "id"), [ids[1].as_str()]);
    let json = world.run(&["conflicts", "resolve", &ids[1], "--value", "Both", "--json"]).ends(0).json();
    assert!(json.get("replaced").is_none(), "{json:#}");
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "crm", "update")), (2, 2), "{report:#}");
    assert_eq!(world.numbered(2).company.as_deref(), Some("Both"));
    assert_eq!(world.numbered(1).company.as_deref(), Some("Phone 1"));
    // Carried out: there is nothing left to replace.
    world.run(&["conflicts", "resolve", &ids[0], "--take", "crm"]).fails(2, &["no open conflict"]);
    let told = world.run(&["history", "--contact", &phone(1)]).ends(0).stdout;
    assert!(told.contains("take justcall (instead of: take crm, by Sam at "), "{told}");
    world.settled();
}

#[test]
fn a_file_says_line_by_line_whose_answer_it_replaces() {
    let (world, ids) = decided();
    world.plan();
    let lines = world.read("decisions.csv").replace("\r\n\"\"", "\r\n\"justcall\"");
    let lines = lines.replacen("\r\n\"justcall\"", "\r\n\"\"", 1);
    world.write("decisions.csv", &lines);
    let before = world.run(&["conflicts", "decided"]).ends(0).stdout;
    let told = world.run(&["conflicts", "import", "decisions.csv", "--as", "Ann", "--dry-run"]).ends(0).stderr;
    assert!(told.contains("line 3: c") && told.contains(": would replace take crm, by Sam at 2"), "{told}");
    assert_eq!(world.run(&["conflicts", "decided"]).ends(0).stdout, before);
    let json = world.run(&["conflicts", "import", "decisions.csv", "--as", "Ann", "--json"]).ends(0).json();
    let replaced = json["replaced"].as_array().unwrap();
    assert_eq!(
        (replaced.len(), &replaced[0]["line"], &replaced[0]["made_by"]),
        (2, &3.into(), &"Sam".into()),
        "{json:#}"
    );
    assert!(replaced[0]["made_at"].as_str().unwrap().starts_with('2') && replaced[0]["choice"]["take"] == "crm");
    assert!(ids.iter().any(|id| replaced[0]["conflict"] == id.as_str()));
    let again = world.run(&["conflicts", "import", "decisions.csv", "--as", "Ann", "--json"]).ends(0).json();
    assert_eq!(again["replaced"], serde_json::json!([]), "the same again replaces nothing");
}

#[test]
fn what_is_left_alone_can_be_decided_otherwise() {
    let (world, ids) = decided();
    world.run(&["conflicts", "resolve", &ids[0], "--skip", "--as", "Ann"]).ends(0);
    world.sync();
    world.run(&["conflicts", "resolve", &ids[0], "--take", "justcall"]).ends(0);
    assert_eq!(applied(&world.sync(), "crm", "update"), 1);
    world.settled();
}
