//! Who can read what tieline writes, and what its diagnostics show.
#![cfg(unix)]

use crate::support::{World, phone};
use std::os::unix::fs::PermissionsExt;

fn mode(world: &World, name: &str) -> u32 {
    std::fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o777
}

fn widen(world: &World, name: &str) {
    std::fs::set_permissions(world.path(name), PermissionsExt::from_mode(0o644)).unwrap();
}

#[test]
fn what_is_written_is_its_owners_alone() {
    let world = World::linked(2, "");
    world.write("plan.json", "older");
    world.write("state.jsonl", "older");
    widen(&world, "plan.json");
    widen(&world, "state.jsonl");
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    world.run(&["export-state", "-o", "state.jsonl"]).ends(0);
    for name in ["tieline.db", "tieline.db.lock", "plan.json", "state.jsonl"] {
        assert_eq!(mode(&world, name), 0o600, "{name}");
    }
    assert!(!world.read("plan.json").contains("older"));
}

#[test]
fn wider_files_are_warned_about() {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("Edited".to_owned()));
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    widen(&world, "plan.json");
    widen(&world, "tieline.db");
    let said = world.run(&["apply", "plan.json", "--yes"]).ends(0).stderr;
    for name in ["plan.json", "tieline.db"] {
        let warned = said.lines().any(|line| line.contains("chmod 600") && line.contains(name));
        assert!(warned, "{name}: {said}");
    }
}

#[test]
fn diagnostics_mask_numbers_unless_asked_for_twice() {
    let world = World::linked(2, "");
    let edited = |company: &str, flag: &str| {
        world.edit(1, |contact| contact.company = Some(company.to_owned()));
        world.run(&["sync", flag]).ends(0).stderr
    };
    let said = edited("One", "-v");
    assert!(said.contains("+1415•••0101") && !said.contains(&phone(1)[1..]), "{said}");
    let said = edited("Two", "-vv");
    assert!(said.contains(&phone(1)), "{said}");
}
