//! Contacts with several numbers: one of them is kept in sync, and the others stay as they are.

use crate::support::{World, words, writes};

const FIELDS: &str = "[fields]\nfirst_name = \"First Name\"\nphone = [\"Mobile\", \"Phone\"]\n";
const AT_ONCE: &str = "[deletes]\nsightings = 1\nmin_hours = 0\n";

/// An account with Ann, and a file with these rows, synced once.
fn world(ann: &str, rows: &[&str]) -> World {
    let world = World::new();
    world.configure(&format!("{AT_ONCE}{FIELDS}"));
    file(&world, rows);
    world.insert("Ann", "", ann, "");
    world.run(&["sync", "--json"]).ends(0);
    world
}

fn file(world: &World, rows: &[&str]) {
    let lines: String =
        ["id;First Name;Phone;Note;Mobile"].iter().chain(rows).map(|row| format!("{row}\r\n")).collect();
    world.write("crm.csv", lines);
}

fn rows(world: &World) -> Vec<String> {
    world.read("crm.csv").split("\r\n").skip(1).filter(|row| !row.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_number_moves_from_one_column_to_the_other() {
    let world = world("+14155550101", &["1;Ann;+14155550101;\"a \"\"b\"\"\";"]);
    assert_eq!(world.account.contact_count(), 1);
    file(&world, &["1;Ann;;\"a \"\"b\"\"\";+14155550101"]);
    let plan = world.untouched(World::plan);
    assert_eq!(writes(&plan), Vec::<String>::new());
    world.settled();
    // And it is followed to where it went: a new number from JustCall is written there.
    world.account.edit(world.contact("+14155550101").id, |contact| contact.phone = "+14155550177".to_owned()).unwrap();
    world.sync();
    assert_eq!(rows(&world), ["1;Ann;;\"a \"\"b\"\"\";+14155550177"]);
    world.settled();
}

#[test]
fn justcall_holds_the_second_number() {
    let world = world("+14155550102", &["1;Ann; (415) 555-0102 ;x;+14155550101", "2;Bob;+14155550103;x;"]);
    assert_eq!(world.account.contact_count(), 2, "Ann is linked, Bob is made");
    world.contact("+14155550103");
    world.settled();
    assert_eq!(rows(&world), ["1;Ann; (415) 555-0102 ;x;+14155550101", "2;Bob;+14155550103;x;"]);
    let id = world.contact("+14155550102").id;
    world.account.edit(id, |contact| contact.phone = "+14155550177".to_owned()).unwrap();
    let plan = world.untouched(World::plan);
    assert_eq!(writes(&plan), ["crm update +14155550102"]);
    // What it leaves alone is said, also to people.
    assert_eq!(words(&plan, "actions", "note"), ["other numbers in the CRM: Mobile +14155550101"]);
    let shown = world.run(&["show", "--all"]).ends(0).stdout;
    assert!(shown.contains("other numbers in the CRM: Mobile +14155550101"), "{shown}");
    world.sync();
    // Its own column is written, every other byte stays.
    assert_eq!(rows(&world), ["1;Ann;+14155550177;x;+14155550101", "2;Bob;+14155550103;x;"]);
    world.settled();
    // JustCall takes a number that the contact has as well: both have it, and nothing is overwritten.
    world.account.edit(id, |contact| contact.phone = "+14155550101".to_owned()).unwrap();
    world.sync();
    assert_eq!(rows(&world)[0], "1;Ann;+14155550177;x;+14155550101");
    assert_eq!(world.contact("+14155550101").id, id);
    world.settled();
}

#[test]
fn the_synced_number_is_removed_and_the_next_takes_its_place() {
    let world = world("+14155550101", &["1;Ann;+14155550102;x;+14155550101"]);
    let id = world.contact("+14155550101").id;
    file(&world, &["1;Ann;+14155550102;x;"]);
    let plan = world.untouched(World::plan);
    assert_eq!(writes(&plan), ["justcall update +14155550101"]);
    world.sync();
    assert_eq!(world.contact("+14155550102").id, id, "the same contact, not another one");
    assert_eq!(rows(&world), ["1;Ann;+14155550102;x;"]);
    world.settled();
    // A new one in the preferred column does not take over while JustCall's is there.
    file(&world, &["1;Ann;+14155550102;x;+14155550101"]);
    assert_eq!(writes(&world.plan()), Vec::<String>::new());
    world.settled();
    // A damaged one is not gone.
    file(&world, &["1;Ann;4.15556E+09;x;+14155550101"]);
    let plan = world.plan();
    assert_eq!((writes(&plan), words(&plan, "skipped", "reason")), (Vec::new(), vec!["destroyed_phone".to_owned()]));
}

#[test]
fn both_columns_hold_the_same_number() {
    let world = world("+14155550101", &["1;Ann;(415) 555-0101;x;+14155550101"]);
    assert_eq!(world.account.contact_count(), 1);
    world.settled();
    world.account.edit(world.contact("+14155550101").id, |contact| contact.phone = "+14155550177".to_owned()).unwrap();
    world.sync();
    // Written once, into the preferred column.
    assert_eq!(rows(&world), ["1;Ann;(415) 555-0101;x;+14155550177"]);
    world.settled();
}

#[test]
fn new_contacts_go_into_the_preferred_column_and_deletions_need_no_number() {
    let world = world("+14155550101", &["7;Bob;+14155550104;x;+14155550103"]);
    assert_eq!(rows(&world), ["7;Bob;+14155550104;x;+14155550103", "8;Ann;;;+14155550101"]);
    world.contact("+14155550103");
    world.settled();
    // A saved plan goes to the number that it was made for.
    world.account.edit(world.contact("+14155550103").id, |contact| contact.phone = "+14155550177".to_owned()).unwrap();
    world.run(&["plan", "-o", "plan.json"]).ends(0);
    world.run(&["apply", "plan.json", "--yes"]).ends(0);
    assert_eq!(rows(&world)[0], "7;Bob;+14155550104;x;+14155550177");
    world.settled();
    world.account.delete(world.contact("+14155550177").id);
    world.sync();
    assert_eq!(rows(&world), ["8;Ann;;;+14155550101"]);
}

#[test]
fn an_undo_puts_the_number_back_into_its_column() {
    let world = world("+14155550102", &["1;Ann;+14155550102;x;+14155550101"]);
    world.account.edit(world.contact("+14155550102").id, |contact| contact.phone = "+14155550177".to_owned()).unwrap();
    let run = world.sync()["run"].as_str().unwrap().to_owned();
    assert_eq!(rows(&world), ["1;Ann;+14155550177;x;+14155550101"]);
    world.run(&["undo", &run, "--yes"]).ends(0);
    assert_eq!(rows(&world), ["1;Ann;+14155550102;x;+14155550101"]);
}

#[test]
fn a_number_of_two_contacts_merges_nobody() {
    let world = world("+14155550100", &["1;Bob;+14155550100;x;+14155550101", "2;Cat;+14155550100;x;+14155550102"]);
    let plan = world.plan();
    assert_eq!(words(&plan, "skipped", "reason"), ["other_number"], "{plan:#}");
    assert_eq!(world.contact("+14155550100").first_name.as_deref(), Some("Ann"));
    assert_eq!(world.account.contact_count(), 3, "Bob and Cat by numbers of their own");
    assert_eq!(rows(&world).len(), 2);
}

#[test]
fn a_forgotten_person_does_not_come_back_by_another_number_s48() {
    let world = world("+14155550101", &["1;Ann;+14155550101;x;", "2;Bob;+14155550103;x;"]);
    file(&world, &["1;Ann;+14155550101;x;+14155550102", "2;Bob;+14155550103;x;"]);
    world.account.edit(world.contact("+14155550101").id, |ann| ann.first_name = Some("Annie".to_owned())).unwrap();
    world.sync();
    assert!(rows(&world)[0].starts_with("1;Annie;"));
    world.run(&["forget", "+14155550101", "--yes"]).ends(0);
    for name in ["tieline.db", "tieline.db-wal"] {
        let bytes = std::fs::read(world.path(name)).unwrap_or_default();
        for text in ["4155550101", "4155550102", "Annie"] {
            assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text} in {name}");
        }
    }
    world.account.delete(world.contact("+14155550101").id);
    let plan = world.plan();
    assert_eq!((writes(&plan), words(&plan, "skipped", "reason")), (Vec::new(), vec!["forgotten".to_owned()]));
}

#[test]
fn wrong_columns_are_told() {
    let world = World::new();
    file(&world, &["1;Ann;+14155550102;x;+14155550101"]);
    for (fields, texts) in [
        ("phone = [\"Mobile\", \"Mobil\"]", ["no column is called `Mobil`", "did you mean `Mobile`?"]),
        ("phone = []", ["fields.phone names no column", "docs/config.md"]),
        ("phone = [\"Mobile\", \"Mobile\"]", ["fields.phone names `Mobile` twice", "docs/config.md"]),
        ("phone = [\"Mobile\", \"mobile\"]", ["`Mobile` is mapped twice: phone and phone", "a column of its own"]),
        ("company = [\"Note\", \"Phone\"]\nphone = \"Mobile\"", ["only `phone` may have several", "name one"]),
        ("company = \"Note\"\nphone = [\"Mobile\", \"Note\"]", ["`Note` is mapped twice", "company and phone"]),
        ("phone = { crm = [1] }", ["a column's name, or a list of names", "docs/config.md"]),
    ] {
        world.configure(&format!("[fields]\n{fields}\n"));
        world.run(&["plan"]).fails(2, &texts);
    }
}
