//! Who changed a contested value in HubSpot and when: in the plan, on the terminal, in reports; and what `newest` makes of
//! it (S32).

use crate::hubspot::Desk;
use crate::support::{phone, words};
use sandbox::hubspot::{Action, Fault, On, Refusal, RequestKind};

const LINES: &str = "[crm.hubspot]\nindex_lag_seconds = 0\n";

/// Contact 1 says one company in JustCall, and another in HubSpot since user 51 was there.
fn contested(config: &str) -> Desk {
    let desk = Desk::linked(60, &format!("{LINES}{config}"));
    desk.world.edit(1, |one| one.company = Some("From JustCall".to_owned()));
    let id = desk.person(&phone(1)).id;
    desk.hub.edit_as(51, id, [("company", "From HubSpot")]).unwrap();
    desk
}

#[test]
fn a_conflict_says_who_changed_it_in_hubspot_and_when() {
    let desk = contested("");
    let plan = desk.plan();
    let set = &plan["conflicts"][0]["set"]["crm"];
    assert_eq!((set["by"].as_str(), set["name"].as_str()), (Some("person"), Some("user 51")), "{plan:#}");
    let at: jiff::Timestamp = set["at"].as_str().unwrap().parse().unwrap();
    assert!(jiff::Timestamp::now().duration_since(at).as_secs() < 60);
    // One contact is contested: one request for it, and one for who we are where an app wrote.
    assert_eq!(desk.requests(RequestKind::BatchRead), 1, "{:?}", desk.hub.counters());
    assert!(desk.requests(RequestKind::Token) <= 1);
    let report = desk.sync();
    let id = words(&report, "conflicts", "id").remove(0);
    let day = &at.to_string()[..10];
    let shown = desk.run(&["conflicts", "show", &id]).ends(0).stdout;
    assert!(shown.contains(&format!("set {day}")) && shown.contains("by user 51"), "{shown}");
    let list = desk.run(&["conflicts", "list"]).ends(0).stdout;
    assert!(list.contains("by user 51"), "{list}");
    for file in ["run.html", "run.md", "conflicts.csv"] {
        let args = if file.starts_with("run") { ["show", "-o", file] } else { ["conflicts", "list", "--csv"] };
        let text = desk.run(&args).ends(0).stdout;
        let text = if file.starts_with("run") { desk.world.read(file) } else { text };
        assert!(text.contains("by user 51"), "{file}: {text}");
    }
    // With one more scope the private app may know their names.
    desk.hub.change_settings(|settings| {
        settings.scopes.extend(["crm.objects.owners.read".to_owned()]);
        settings.users.extend([(51, "Dana Reyes".to_owned())]);
    });
    assert_eq!(desk.plan()["conflicts"][0]["set"]["crm"]["name"], "Dana Reyes");
}

#[test]
fn quiet_nights_and_edits_of_one_side_ask_for_no_history() {
    let desk = Desk::linked(60, LINES);
    for number in 1..=20 {
        desk.edit(&phone(number), "company", "Theirs");
    }
    desk.sync();
    assert_eq!((desk.requests(RequestKind::BatchRead), desk.requests(RequestKind::Token)), (0, 0));
}

#[test]
fn newest_waits_for_a_person_until_somebody_edits_again_s32() {
    let desk = contested("[policy]\nconflict = \"newest\"\n");
    for _ in 0..2 {
        // JustCall tells no times: which came first is nobody's guess.
        let report = desk.sync();
        assert_eq!(words(&report, "conflicts", "field"), ["company"], "{report:#}");
    }
    // The clocks may differ by minutes: an edit right after the run proves nothing either.
    let id = desk.person(&phone(1)).id;
    desk.hub.edit_as(52, id, [("company", "Again")]).unwrap();
    let report = desk.sync();
    assert_eq!(words(&report, "conflicts", "field"), ["company"], "{report:#}");
    assert_eq!(report["conflicts"][0]["set"]["crm"]["name"], "user 52");
}

#[test]
fn a_history_that_cannot_be_read_stops_nothing() {
    let desk = contested("");
    desk.hub.add_fault(Fault::new(On::BatchRead, Action::Refuse(Refusal::status(400))));
    let told = desk.run(&["sync", "--json"]).ends(0);
    assert!(told.stderr.contains("does not tell who set which value"), "{}", told.stderr);
    assert!(told.json()["conflicts"][0].get("set").is_none());
}
