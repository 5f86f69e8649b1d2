//! `tieline forget`: erasing one person (S48), and keeping old history no longer than configured.

use crate::support::{World, applied, last_name, phone, words};

/// Whether a text is anywhere in the state's files, whatever SQLite calls that place.
fn is_kept(world: &World, text: &str) -> bool {
    let files = std::fs::read_dir(world.folder()).unwrap().map(|entry| entry.unwrap().path());
    let states = files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("tieline.db"));
    states
        .map(|path| std::fs::read(path).unwrap())
        .any(|bytes| bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes())))
}

/// A person with a base, a journal, a conflict, a decision and plans.
fn known() -> World {
    let world = World::linked(3, "");
    world.edit(1, |contact| contact.company = Some("Secret Ventures".to_owned()));
    world.edit(2, |contact| contact.company = Some("Two".to_owned()));
    world.sync();
    world.edit(1, |contact| contact.email = Some("hidden@example.com".to_owned()));
    world.edit_crm(&format!("{}@example.com", last_name(1).to_lowercase()), "other@example.com");
    let report = world.sync();
    let conflict = words(&report, "conflicts", "id").remove(0);
    world.run(&["conflicts", "resolve", &conflict, "--value", "chosen@example.com"]).ends(0);
    world
}

#[test]
fn a_forgotten_person_is_in_no_byte_of_the_state_s48() {
    let world = known();
    let (number, name) = (phone(1), last_name(1));
    let texts = [number.trim_start_matches('+'), &name, "Secret Ventures", "hidden@", "other@", "chosen@"];
    for text in texts {
        assert!(is_kept(&world, text), "{text} was never there: the test would show nothing");
    }
    let done = world.untouched(|world| world.run(&["forget", &number, "--yes", "--json"]).ends(0).json());
    assert_eq!(done["links"], 1, "{done:#}");
    for text in texts {
        assert!(!is_kept(&world, text), "{text} is still there");
    }
    // The others' history is untouched, and the chain verifies.
    let history = world.run(&["history", "--contact", &phone(2)]).ends(0).stdout;
    assert!(history.contains("Two"), "{history}");
    world.run(&["verify"]).ends(0);
}

#[test]
fn a_forgotten_person_does_not_come_back_from_either_side_s48() {
    let world = known();
    world.run(&["forget", &phone(1), "--yes"]).ends(0);
    world.edit(1, |contact| contact.company = Some("Later".to_owned()));
    let plan = world.untouched(|world| {
        world.sync();
        world.plan()
    });
    assert_eq!(words(&plan, "skipped", "reason"), ["forgotten", "forgotten"]);
    assert!(!is_kept(&world, phone(1).trim_start_matches('+')) && !is_kept(&world, &last_name(1)));
    // On one side only: not created on the other either.
    world.drop_rows([1]);
    world.settled();
    assert_eq!(world.account.contact_count(), 3);
    world.account.delete(world.contact(&phone(1)).id);
    world.add_row(&crate::support::row(1));
    world.settled();
    assert_eq!(world.account.contact_count(), 2);
    // Until somebody lets them in again.
    world.run(&["forget", "--readmit", &phone(1)]).ends(0);
    assert_eq!(applied(&world.sync(), "justcall", "create"), 1);
    world.run(&["forget", "--readmit", &phone(1)]).fails(2, &["never forgotten"]);
    world.settled();
}

#[test]
fn forgetting_says_what_it_cannot_erase_and_is_sure_s48() {
    let world = known();
    world.run(&["forget", &phone(1)]).fails(2, &["--yes"]);
    world.run(&["forget", "nobody", "--yes"]).ends(2);
    assert!(is_kept(&world, &last_name(1)));
    let said = world.run(&["forget", &phone(1), "--yes"]).ends(0).stdout;
    for text in ["not erased:", "backups", "JustCall", "tieline plan -o"] {
        assert!(said.contains(text), "no `{text}` in {said}");
    }
    // A number that nobody has: kept out all the same.
    world.run(&["forget", "+14155550999", "--yes"]).ends(0);
    world.insert("Nora", "New", "+14155550999", "");
    assert_eq!(words(&world.plan(), "skipped", "reason"), ["forgotten", "forgotten", "forgotten"]);
}

/// A number with a typing error must not look like an erasure (S48).
#[test]
fn forgetting_a_number_that_nobody_has_says_so_s48() {
    let world = World::linked(1, "");
    let told = world.run(&["forget", "+14155559999", "--yes"]).ends(0).stdout;
    assert!(told.contains("knew nobody with the number +14155559999"), "{told}");
    assert!(!told.contains("everything about"), "{told}");
}
