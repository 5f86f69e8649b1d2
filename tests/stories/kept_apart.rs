//! "These two are not the same": said of a linked pair on the command line, in a file and on the page. Nothing is written
//! by saying so; the next plans neither match, nor delete, nor double anybody.

use crate::chromium::Browser;
use crate::reviewing::Served;
use crate::support::{AT_ONCE, World, last_name, phone, words, writes};
use serde_json::json;

/// One linked pair whose companies both sides edited; the conflict.
fn contested() -> (World, String) {
    let world = World::linked(3, AT_ONCE);
    world.edit(1, |contact| contact.company = Some("From JustCall".to_owned()));
    world.edit_crm("Acme 1", "From CRM");
    let report = world.untouched(World::sync);
    let id = words(&report, "conflicts", "id").remove(0);
    (world, id)
}

/// From the answer on: two contacts, both there, and nobody else.
fn are_two(world: &World, id: &str) {
    let plan = world.untouched(World::plan);
    assert_eq!(writes(&plan), Vec::<String>::new(), "{plan:#}");
    assert_eq!(words(&plan, "actions", "kind"), ["unlink"], "{plan:#}");
    assert_eq!(words(&plan, "decided", "id"), [id]);
    for _ in 0..3 {
        let report = world.untouched(World::sync);
        assert_eq!((&report["outcome"], words(&report, "conflicts", "id").len()), (&json!("clean"), 0), "{report:#}");
    }
    let plan = world.plan();
    assert_eq!(words(&plan, "skipped", "reason"), ["left_alone", "left_alone"], "{plan:#}");
    assert!(world.row(&last_name(1)).ends_with("From CRM"));
    assert_eq!(world.numbered(1).company.as_deref(), Some("From JustCall"));
    world.run(&["verify"]).ends(0);
    let told = world.run(&["conflicts", "decided"]).ends(0).stdout;
    assert!(told.contains(&format!("{id}  kept apart  {}: JustCall ", phone(1))), "{told}");
    assert!(told.contains(" and CRM 1, by Sam at "), "{told}");
}

#[test]
fn on_the_command_line_and_taken_back() {
    let (world, id) = contested();
    let shown = world.run(&["conflicts", "show", &id]).ends(0).stdout;
    assert!(shown.contains("--keep-apart"), "{shown}");
    let told = world
        .untouched(|world| world.run(&["conflicts", "resolve", &id, "--keep-apart", "--as", "Sam"]).ends(0).stderr);
    assert!(told.contains("two contacts from then on"), "{told}");
    are_two(&world, &id);
    // Deleted in the CRM: it was never this contact's copy there.
    let told = world.run(&["conflicts", "reopen", &id, "--as", "Ann"]).ends(0).stderr;
    assert!(told.contains("may be matched again"), "{told}");
    let plan = world.untouched(World::plan);
    assert_eq!(
        (words(&plan, "actions", "kind"), words(&plan, "conflicts", "kind")),
        (vec!["link".to_owned()], vec!["no_base".to_owned()])
    );
    let history = world.run(&["history", "--contact", &phone(1)]).ends(0).stdout;
    assert!(history.contains("Sam answered") && history.contains("Ann reopened"), "{history}");
}

#[test]
fn the_wrong_twin_goes_and_the_other_is_no_deletion() {
    let (world, id) = contested();
    world.run(&["conflicts", "resolve", &id, "--keep-apart", "--as", "Sam"]).ends(0);
    are_two(&world, &id);
    world.drop_rows([1]);
    let plan = world.plan();
    assert_eq!(writes(&plan), [format!("crm create {}", phone(1))], "{plan:#}");
}

#[test]
fn in_a_file() {
    let (world, id) = contested();
    world.run(&["conflicts", "export", "-o", "decisions.csv"]).ends(0);
    let sheet = world.read("decisions.csv").replace("\r\n\"\"", "\r\n\"keep apart\"");
    world.write("decisions.csv", sheet);
    let told =
        world.untouched(|world| world.run(&["conflicts", "import", "decisions.csv", "--as", "Sam"]).ends(0).stderr);
    assert!(told.contains("at most 0 records in JustCall and 0 in the CRM"), "{told}");
    are_two(&world, &id);
}

#[test]
fn on_the_page_and_taken_back() {
    let (world, id) = contested();
    let Some(mut browser) = Browser::start(&world.path("profile")) else { return };
    let served = Served::start(&world, &[]);
    browser.window(1200, 900, "light");
    browser.open(&served.url);
    browser.open(&served.page("name"));
    browser
        .go("document.querySelector('input[name=by]').value = 'Sam'; document.querySelector('form.filter').submit();");
    world.untouched(|_| {
        browser.open(&served.page("conflicts"));
        browser.go("document.querySelector('.card button[value=\"keep apart\"]').click();");
        assert!(browser.text("main").contains("nothing is written for them"), "{}", browser.text("main"));
    });
    are_two(&world, &id);
    browser.open(&served.page("conflicts"));
    assert!(browser.text("main").contains("Kept apart"), "{}", browser.text("main"));
    browser.accessible("kept apart");
    browser.go("document.querySelector('form[action$=together] button').click();");
    assert!(browser.text("main").contains("may be matched again"), "{}", browser.text("main"));
    assert_eq!(words(&world.plan(), "conflicts", "kind"), ["no_base"]);
}

#[test]
fn a_person_who_is_erased_is_kept_apart_from_nobody_s48() {
    let (world, id) = contested();
    world.run(&["conflicts", "resolve", &id, "--keep-apart", "--as", "Sam"]).ends(0);
    are_two(&world, &id);
    world.run(&["forget", &phone(1), "--yes"]).ends(0);
    let decided = world.run(&["conflicts", "decided", "--json"]).ends(0).json();
    assert_eq!((&decided["decided"], &decided["apart"]), (&json!([]), &json!([])));
}
