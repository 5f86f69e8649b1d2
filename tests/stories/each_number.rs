//! `numbers = "each"` on a file: each number of a CRM contact has a contact of its own in JustCall.

use crate::support::{World, words, writes};

const EACH: &str =
    "[fields]\nfirst_name = \"First Name\"\nphone = { crm = [\"Mobile\", \"Phone\"], numbers = \"each\" }\n";
const ONE: &str = "[fields]\nfirst_name = \"First Name\"\nphone = [\"Mobile\", \"Phone\"]\n";
const AT_ONCE: &str = "[deletes]\nsightings = 1\nmin_hours = 0\n";
const ANN: &str = "1;Ann;+14155550102;x;+14155550101";
const BOB: &str = "2;Bob;;y;+14155550103";

fn file(world: &World, rows: &[&str]) {
    let lines: String =
        ["id;First Name;Phone;Note;Mobile"].iter().chain(rows).map(|row| format!("{row}\r\n")).collect();
    world.write("crm.csv", lines);
}

fn rows(world: &World) -> Vec<String> {
    world.read("crm.csv").split("\r\n").skip(1).filter(|row| !row.is_empty()).map(str::to_owned).collect()
}

fn world(fields: &str) -> World {
    let world = World::new();
    world.configure(&format!("{AT_ONCE}{fields}"));
    world.write(
        "tieline.toml",
        world
            .read("tieline.toml")
            .replace("[crm]\n", "[crm]\nrecord_url = \"https://crm.example.com/contacts/{id}\"\n"),
    );
    file(&world, &[ANN, BOB]);
    world
}

fn people(world: &World) -> Vec<String> {
    let mut all: Vec<String> = world
        .account
        .contacts()
        .into_iter()
        .map(|contact| format!("{} {}", contact.first_name.unwrap_or_default(), contact.phone))
        .collect();
    all.sort();
    all
}

#[test]
fn every_number_of_the_file_is_known_by_name_in_justcall() {
    let world = world(EACH);
    let plan = world.untouched(World::plan);
    assert_eq!(writes(&plan), ["+14155550101", "+14155550102", "+14155550103"].map(|n| format!("justcall create {n}")));
    assert_eq!(
        words(&plan, "actions", "note")[..2],
        ["1st number of 1 in the CRM, Mobile", "2nd number of 1 in the CRM, Phone"]
    );
    assert_eq!(words(&plan, "actions", "other_id"), ["1", "1#tel:+14155550102", "2"]);
    world.sync();
    assert_eq!(people(&world), ["Ann +14155550101", "Ann +14155550102", "Bob +14155550103"]);
    assert_eq!(rows(&world), [ANN, BOB]);
    world.settled();
    // A name that is mended in JustCall, on either of them, is mended everywhere.
    world.account.edit(world.contact("+14155550102").id, |one| one.first_name = Some("Anna".to_owned())).unwrap();
    world.sync();
    assert_eq!(rows(&world)[0], "1;Anna;+14155550102;x;+14155550101");
    world.sync();
    assert_eq!(people(&world)[..2], ["Anna +14155550101", "Anna +14155550102"]);
    world.settled();
    // A new number of one of them goes where its old one stood.
    world.account.edit(world.contact("+14155550102").id, |one| one.phone = "+14155550177".to_owned()).unwrap();
    world.sync();
    assert_eq!(rows(&world)[0], "1;Anna;+14155550177;x;+14155550101");
    world.settled();
}

#[test]
fn people_see_the_contact_and_which_number_it_is() {
    let world = world(EACH);
    world.sync();
    world.account.edit(world.contact("+14155550102").id, |one| one.first_name = Some("Left".to_owned())).unwrap();
    file(&world, &["1;Right;+14155550102;x;+14155550101", BOB]);
    let plan = world.untouched(World::plan);
    assert_eq!(words(&plan, "conflicts", "crm_id"), ["1#tel:+14155550102"]);
    world.run(&["show", "-o", "plan.html"]).ends(0);
    let page = world.read("plan.html");
    assert!(page.contains("1 (+14155550102)") && page.contains("https://crm.example.com/contacts/1\""), "{page}");
    world.run(&["show", "-o", "plan.csv"]).ends(0);
    assert!(!world.read("plan.csv").contains("#tel:"), "{}", world.read("plan.csv"));
    assert!(world.run(&["show", "--all"]).ends(0).stdout.contains("1st number of 1 in the CRM, Mobile"));
}

#[test]
fn deletions_keep_a_contact_together() {
    let world = world(EACH);
    world.sync();
    world.settled();
    // One of two in JustCall: the CRM's contact stays, and it says why.
    let bob = world.contact("+14155550102");
    world.account.delete(bob.id);
    let report = world.sync();
    assert_eq!((words(&report, "held", "reason"), rows(&world).len()), (vec!["other_numbers".to_owned()], 2));
    assert!(report["held"][0]["detail"].as_str().unwrap().contains("+14155550101"), "{report:#}");
    let shown = world.run(&["show"]).ends(0).stdout;
    assert!(shown.contains("Needs you: 1") && shown.contains("Take the number out of the CRM"), "{shown}");
    // The reminder can be ended.
    world.run(&["exclude", "--phone", "+14155550102", "--kind", "delete", "--as", "Sam"]).ends(0);
    assert_eq!(words(&world.sync(), "held", "reason"), Vec::<String>::new());
    // The other one, too: now it goes, once.
    world.account.delete(world.contact("+14155550101").id);
    let plan = world.untouched(World::plan);
    assert_eq!(writes(&plan), ["crm delete +14155550101"], "{plan:#}");
    world.sync();
    assert_eq!(rows(&world), [BOB]);
    world.settled();
}

#[test]
fn a_row_that_goes_takes_all_its_contacts_along_and_an_undo_brings_them_back() {
    let world = world(EACH);
    world.sync();
    file(&world, &[BOB]);
    let report = world.sync();
    assert_eq!(people(&world), ["Bob +14155550103"]);
    let run = report["run"].as_str().unwrap();
    world.run(&["undo", run, "--yes"]).ends(0);
    assert_eq!(people(&world), ["Ann +14155550101", "Ann +14155550102", "Bob +14155550103"]);
}

#[test]
fn who_is_forgotten_is_forgotten_with_every_number_s48() {
    let world = world(EACH);
    world.sync();
    world.account.edit(world.contact("+14155550102").id, |one| one.first_name = Some("Annie".to_owned())).unwrap();
    world.sync();
    world.sync();
    let told = world.run(&["forget", "+14155550102", "--yes"]).ends(0);
    assert!(told.stdout.contains("+14155550101") && told.stdout.contains("+14155550102"), "{}", told.stdout);
    for name in ["tieline.db", "tieline.db-wal"] {
        let bytes = std::fs::read(world.path(name)).unwrap_or_default();
        for text in ["4155550101", "4155550102", "Annie"] {
            assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text} in {name}");
        }
    }
    // Nor by a number that the row gets later.
    for phone in ["+14155550101", "+14155550102"] {
        world.account.delete(world.contact(phone).id);
    }
    file(&world, &["1;Annie;+14155550188;x;+14155550101", BOB]);
    let plan = world.plan();
    assert_eq!(writes(&plan), Vec::<String>::new(), "{plan:#}");
    assert_eq!(words(&plan, "skipped", "reason"), ["forgotten", "forgotten"]);
}

#[test]
fn one_and_each_can_be_changed_on_a_state_that_is_there() {
    let world = world(ONE);
    world.insert("Ann", "", "+14155550102", "");
    world.sync();
    let ann = world.contact("+14155550102").id;
    assert_eq!(people(&world), ["Ann +14155550102", "Bob +14155550103"]);
    world.write("tieline.toml", world.read("tieline.toml").replace(ONE, EACH));
    world.sync();
    assert_eq!(people(&world), ["Ann +14155550101", "Ann +14155550102", "Bob +14155550103"]);
    assert_eq!(world.contact("+14155550102").id, ann);
    world.settled();
    world.write("tieline.toml", world.read("tieline.toml").replace(EACH, ONE));
    let report = world.sync();
    assert_eq!(report["applied"]["justcall"]["delete"], 0, "{report:#}");
    let plan = world.plan();
    assert_eq!((writes(&plan), words(&plan, "skipped", "reason")), (Vec::new(), vec!["other_number".to_owned()]));
    assert_eq!(people(&world).len(), 3);
    world.settled();
}

#[test]
fn what_it_needs_is_told() {
    let world = world(EACH);
    for (fields, texts) in [
        ("phone = { crm = \"Mobile\", numbers = \"each\" }", ["needs several columns", "docs/config.md"]),
        ("phone = { crm = [\"Mobile\", \"Phone\"], numbers = \"all\" }", ["all", "each"]),
        (
            "phone = \"Mobile\"\ncompany = { crm = \"Note\", numbers = \"each\" }",
            ["`numbers` is for `phone` alone", "docs/config.md"],
        ),
    ] {
        world.configure(&format!("[fields]\n{fields}\n"));
        world.run(&["plan"]).fails(2, &texts);
    }
    world.configure(EACH);
    world.write("tieline.toml", world.read("tieline.toml").replace("id_column = \"id\"\n", ""));
    world.write("crm.csv", "First Name;Phone;Mobile\r\nAnn;+14155550102;+14155550101\r\n");
    world.run(&["plan"]).fails(2, &["needs a column of ids", "id_column"]);
}
