//! State files that are damaged, foreign, too new, in use, lost or old.

use crate::support::{AT_ONCE, Output, World, applied, last_name, phone, until, words};
use sandbox::{Action, Fault, On, RequestKind};

/// A linked world with an edit to carry over and this state file: refused and left as it is.
#[track_caller]
fn refused(spoil: impl FnOnce(&mut Vec<u8>), texts: &[&str]) {
    let world = World::linked(3, "");
    world.edit(1, |contact| contact.company = Some("Waits".to_owned()));
    let good = std::fs::read(world.path("tieline.db")).unwrap();
    let mut bytes = good.clone();
    spoil(&mut bytes);
    world.write("tieline.db", &bytes);
    for args in [&["plan"][..], &["sync"], &["status"], &["history"], &["conflicts", "list"]] {
        world.untouched(|world| world.run(args).fails(1, &["tieline.db"]).fails(1, texts));
    }
    let doctor = world.run(&["doctor"]).ends(1).stdout;
    assert!(doctor.contains("FAIL  state"), "{doctor}");
    assert!(std::fs::read(world.path("tieline.db")).unwrap() == bytes, "left as it is");
    world.write("tieline.db", good);
    assert_eq!(applied(&world.sync(), "crm", "update"), 1);
    world.settled();
}

#[test]
fn garbage() {
    refused(
        |bytes| *bytes = b"this is a letter to my aunt, not a database\n".repeat(40),
        &["not a tieline state file"],
    );
}

#[test]
fn a_file_of_another_program() {
    refused(|bytes| bytes[68..72].copy_from_slice(&7_u32.to_be_bytes()), &["not a tieline state file", "[state] path"]);
}

#[test]
fn a_newer_version() {
    refused(|bytes| bytes[60..64].copy_from_slice(&999_u32.to_be_bytes()), &["version 999", "newer one"]);
}

#[test]
fn an_emptied_file_s43() {
    refused(Vec::clear, &["damaged: it is empty", "backup"]);
}

#[test]
fn a_new_state_is_said_aloud_s43() {
    let world = World::linked(2, "");
    let said = |args: &[&str]| world.run(args).ends(0).stderr.contains("a new state was made at");
    assert!(!said(&["plan"]) && !said(&["sync"]));
    std::fs::remove_file(world.path("tieline.db")).unwrap();
    assert!(said(&["--quiet", "plan"]), "a nightly job is quiet");
    assert!(!said(&["plan"]), "once");
}

#[test]
fn half_a_file_s43() {
    refused(|bytes| bytes.truncate(bytes.len() / 2), &["damaged", "backup"]);
}

#[test]
fn pages_overwritten_s43() {
    refused(|bytes| bytes[4096..].iter_mut().for_each(|byte| *byte = 0x5a), &["damaged", "backup"]);
}

/// Also of a page that a plan has no need to read: it is looked through all the same.
#[test]
fn any_page_overwritten_s43() {
    let world = World::linked(3, "");
    let good = std::fs::read(world.path("tieline.db")).unwrap();
    // Of SQLite's header: pages that hold nothing. What stands in them is no damage.
    let unused = u32::from_be_bytes(good[36..40].try_into().unwrap()) as usize;
    let pages = good.len() / 4096;
    let unnoticed = (1..pages).filter(|page| {
        let mut bytes = good.clone();
        bytes[page * 4096..page * 4096 + 64].fill(0x5a);
        world.write("tieline.db", &bytes);
        let plan = world.run(&["plan"]);
        let is_refused = plan.stderr.contains("damaged");
        assert!(!is_refused || plan.stdout.is_empty(), "{}", plan.stdout);
        assert!(!is_refused || std::fs::read(world.path("tieline.db")).unwrap() == bytes, "left as it is");
        !is_refused
    });
    assert!(unnoticed.count() <= unused, "{pages} pages, {unused} of them unused");
}

#[test]
fn a_folder_in_its_place() {
    let world = World::new();
    world.crm(&[]);
    std::fs::create_dir(world.path("tieline.db")).unwrap();
    world.run(&["plan"]).fails(1, &["tieline.db"]);
}

#[test]
fn two_runs_at_once_s42() {
    let world = World::linked(3, "");
    world.edit(1, |contact| contact.company = Some("Edited".to_owned()));
    world.account.add_fault(Fault::new(On::List, Action::DelayAnswer { ms: 2500 }).times(1));
    let first = world.start(&["sync", "--json"]);
    until("the first run reads", || world.requests(RequestKind::List) > 0);
    for args in [&["sync"][..], &["plan"], &["apply"]] {
        world.untouched(|world| {
            world.run(args).fails(1, &["in use by `sync` (process ", "wait until that run is over"])
        });
    }
    // Looking is allowed.
    world.run(&["status"]).ends(0);
    let first = Output::of(&first.wait_with_output().unwrap()).ends(0);
    assert_eq!(applied(&first.json(), "crm", "update"), 1);
    world.settled();
}

#[test]
fn a_lock_that_was_left_behind_locks_nothing_s42() {
    let world = World::linked(2, "");
    world.write("tieline.db.lock", "`sync` (process 1 on elsewhere, since 2020-01-01T00:00:00Z)");
    world.settled();
}

#[test]
fn a_lost_state_links_equal_pairs_and_deletes_nothing_s43() {
    let world = World::linked(4, AT_ONCE);
    world.edit(1, |contact| contact.company = Some("Other".to_owned()));
    world.drop_rows([4]);
    std::fs::remove_file(world.path("tieline.db")).unwrap();
    let report = world.sync();
    assert_eq!(words(&report, "conflicts", "kind"), ["no_base"]);
    assert_eq!((applied(&report, "crm", "delete"), applied(&report, "justcall", "delete")), (0, 0));
    assert_eq!((applied(&report, "crm", "create"), world.account.contact_count()), (1, 4));
    assert!(world.row(&last_name(1)).ends_with("Acme 1"));
    world.settled();
}

#[test]
fn an_old_copy_of_the_state_makes_no_doubles_and_deletes_nothing_s43_i5() {
    let world = World::linked(3, AT_ONCE);
    let old = std::fs::read(world.path("tieline.db")).unwrap();
    world.add_row("7,Ada,Byron,+14155550177,,");
    world.edit_crm("Acme 1", "Edited");
    world.insert("Mina", "Okafor", "+14155550178", "");
    world.sync();
    world.write("tieline.db", old);
    let report = world.sync();
    assert_eq!(world.account.contact_count(), 5, "{report:#}");
    assert_eq!(world.read("crm.csv").lines().count(), 6);
    assert_eq!(world.numbered(1).company.as_deref(), Some("Edited"));
    world.settled();
}

#[test]
fn commands_that_only_look_make_no_state() {
    let world = World::new();
    world.crm(&[]);
    for args in [&["status"][..], &["history"], &["conflicts", "list"], &["show"]] {
        world.run(args).fails(2, &["there is no state file"]);
    }
    world.run(&["doctor"]).ends(0);
    assert!(!world.path("tieline.db").exists());
}

#[test]
fn the_state_can_live_elsewhere() {
    let world = World::new();
    std::fs::create_dir(world.path("state")).unwrap();
    world.configure("[state]\npath = \"state/mine.db\"\n");
    world.crm(&[&crate::support::row(1)]);
    world.sync();
    assert!(world.path("state/mine.db").exists() && !world.path("tieline.db").exists());
    world.contact(&phone(1));
    world.configure("[state]\npath = \"nowhere/mine.db\"\n");
    world.untouched(|world| world.run(&["sync"]).fails(1, &["nowhere/mine.db"]));
}
