//! `tieline adopt` after the state was lost, `tieline export-state`, and older copies of a state.

use crate::support::{AT_ONCE, World, applied, last_name, phone, words};
use serde_json::Value;

/// Four contacts, then one differs, one lacks a field in the CRM, one is missing there; and the state is gone.
fn lost() -> World {
    let world = World::linked(4, AT_ONCE);
    world.edit(1, |contact| contact.company = Some("Other".to_owned()));
    world.edit_crm("Acme 2", "");
    world.drop_rows([4]);
    std::fs::remove_file(world.path("tieline.db")).unwrap();
    world
}

#[test]
fn adopting_links_and_nothing_else_s43() {
    let world = lost();
    let plan = world.untouched(|world| world.run(&["adopt", "--dry-run", "--json"]).ends(0).json());
    assert!(words(&plan, "actions", "kind").iter().all(|kind| kind == "link"), "{plan:#}");
    assert_eq!(words(&plan, "conflicts", "kind"), ["no_base"]);
    assert_eq!(words(&plan, "held", "reason"), ["adopting", "adopting"]);
    let report = world.untouched(|world| world.run(&["adopt", "--yes", "--json"]).ends(0).json());
    assert!(words(&report, "alarms", "detail").iter().any(|detail| detail.contains("tombstones are gone")));
    let status = world.run(&["status", "--json"]).ends(0).json();
    assert_eq!(status["linked"], 3, "{status:#}");
    world.untouched(|world| world.run(&["adopt", "--yes"]).fails(2, &["3 links already"]));
    // The next run does the rest; the difference waits for a person.
    let report = world.sync();
    assert_eq!((applied(&report, "crm", "create"), applied(&report, "crm", "update")), (1, 1));
    assert_eq!(words(&report, "conflicts", "kind"), ["no_base"]);
    assert!(world.row(&last_name(2)).ends_with("Acme 2"));
    world.settled();
}

#[test]
fn adopting_an_empty_world_is_no_error() {
    let world = World::new();
    world.crm(&[]);
    world.run(&["adopt", "--yes"]).ends(0);
    world.settled();
}

#[test]
fn an_export_names_every_link_with_its_base() {
    let world = World::linked(2, "");
    let exported = world.run(&["export-state"]).ends(0).stdout;
    let lines: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["format"], "tieline-state/1");
    let of_links: Vec<&Value> = lines.iter().filter(|line| line["kind"] == "link").collect();
    assert_eq!(of_links.len(), 2);
    assert_eq!(of_links[0]["phone"], phone(1));
    assert_eq!(of_links[0]["base"]["company"]["crm"], "Acme 1");
    assert_eq!(lines.iter().filter(|line| line["kind"] == "run").count(), 1);
}

/// Six edits that a later state carried over, then an older copy of the state and one real deletion.
fn restored() -> World {
    let world = World::linked(12, AT_ONCE);
    let old = std::fs::read(world.path("tieline.db")).unwrap();
    for number in 1..=6 {
        world.edit(number, |contact| contact.company = Some(format!("New {number}")));
    }
    assert_eq!(applied(&world.sync(), "crm", "update"), 6);
    world.write("tieline.db", old);
    world.drop_rows([12]);
    world
}

#[test]
fn an_older_copy_of_the_state_deletes_nothing_in_its_first_run_s42_s43() {
    let world = restored();
    let report = world.untouched(World::sync);
    assert_eq!(words(&report, "held", "reason"), ["old_state"], "{report:#}");
    let alarms = words(&report, "alarms", "detail");
    assert!(alarms.iter().any(|alarm| alarm.starts_with("6 contacts changed in the same way")), "{alarms:?}");
    // It has caught up: the next run deletes.
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "delete"), 1, "{report:#}");
    world.settled();
}

#[test]
fn a_few_equal_edits_are_no_reason_for_an_alarm_s30() {
    let world = World::linked(12, AT_ONCE);
    for number in 1..=4 {
        world.edit(number, |contact| contact.company = Some(format!("Both {number}x")));
        world.edit_crm(&format!("Acme {number}\n"), &format!("Both {number}x\n"));
    }
    world.drop_rows([12]);
    let report = world.sync();
    assert_eq!(applied(&report, "justcall", "delete"), 1, "{report:#}");
    world.settled();
}
