//! `tieline verify`: sound states, changes that are no fault, and broken ones.

use crate::support::{World, words};

#[test]
fn a_sound_world_is_called_sound() {
    let world = World::linked(5, "");
    let found = world.untouched(|world| world.run(&["verify", "--json"]).ends(0).json());
    assert_eq!((found["sound"].as_bool(), found["checked"]["unchanged"].as_u64()), (Some(true), Some(5)), "{found:#}");
    assert_eq!(words(&found, "findings", "check"), Vec::<String>::new());
    let said = world.run(&["verify"]).ends(0).stdout;
    assert!(said.starts_with("sound: ") && said.contains("5 links"), "{said}");
}

#[test]
fn changes_since_the_last_run_are_named_and_no_fault() {
    let world = World::linked(4, "");
    world.edit(1, |contact| contact.company = Some("Edited".to_owned()));
    world.edit_crm("Acme 2", "Changed");
    world.drop_rows([3]);
    world.add_row("9,Nora,New,+14155550999,,");
    let found = world.untouched(|world| world.run(&["verify", "--json"]).ends(0).json());
    assert_eq!(words(&found, "findings", "check"), ["edit", "edit", "missing"], "{found:#}");
    assert_eq!(words(&found, "findings", "detail")[0], "changed in JustCall: company");
    assert_eq!((&found["checked"]["unchanged"], &found["checked"]["unlinked"]["crm"]), (&1.into(), &1.into()));
}

#[test]
fn an_edited_journal_is_broken() {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("Journalled".to_owned()));
    world.sync();
    let mut bytes = std::fs::read(world.path("tieline.db")).unwrap();
    let text = b"\"after\":\"Journalled\"";
    for at in 0..bytes.len() - text.len() {
        if bytes[at..].starts_with(text) {
            bytes[at + 10] = b'X';
        }
    }
    world.write("tieline.db", bytes);
    let found = world.untouched(|world| world.run(&["verify", "--json"]).ends(1).json());
    assert_eq!((&found["sound"], words(&found, "findings", "check")), (&false.into(), vec!["journal".to_owned()]));
    let said = world.run(&["verify"]).ends(1).stdout;
    assert!(said.starts_with("broken: ") && said.contains("BROKEN") && said.contains("chain breaks"), "{said}");
}

#[test]
fn without_a_state_nothing_is_verified_or_made() {
    let world = World::new();
    world.crm(&[]);
    world.run(&["verify"]).fails(2, &["there is no state file"]);
    assert!(!world.path("tieline.db").exists());
}
