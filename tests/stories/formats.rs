//! The JSON that outside programs read, key by key (docs/plan-format.md).

use crate::support::{AT_ONCE, World, last_name, phone, row, writes};
use serde_json::{Value, json};

/// One of everything: creates, updates, a delete, a hold, a conflict, a skip.
fn eventful() -> World {
    let world = World::linked(8, AT_ONCE);
    world.add_row("20,Ada,Byron,+14155550177,,Works");
    world.insert("Mina", "Okafor", "+14155550178", "");
    world.edit(1, |contact| contact.company = Some("J1".to_owned()));
    world.edit_crm("Acme 2", "C2");
    world.edit_crm(&phone(3), "+14155550193");
    world.edit(4, |contact| contact.company = Some("J4".to_owned()));
    world.edit_crm("Acme 4", "C4");
    world.drop_rows([5]);
    world.add_row("21,Tom,Birch,4.15556E+09,,");
    world
}

#[track_caller]
fn has_keys(value: &Value, keys: &[&str]) {
    let object = value.as_object().unwrap_or_else(|| panic!("{value:#}"));
    for key in keys {
        assert!(object.contains_key(*key), "no {key} in {value:#}");
    }
}

#[test]
fn a_plan_key_by_key() {
    let world = eventful();
    let plan = world.plan();
    assert_eq!(plan["format"], "tieline-plan/1");
    has_keys(
        &plan,
        &["id", "created_at", "state_serial", "summary", "actions", "conflicts", "held", "skipped", "cost"],
    );
    has_keys(&plan, &["alarms", "observations", "binding", "listed"]);
    assert!(plan["id"].is_string() && plan["state_serial"].is_u64());
    assert!(plan["created_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(plan["listed"], json!({"justcall": 9, "crm": 9}));
    assert_eq!(plan["summary"]["conflicts"], 1);
    for (side, create, update, delete) in [("justcall", 1, 2, 1), ("crm", 1, 1, 0)] {
        let summary = &plan["summary"][side];
        assert_eq!((&summary["create"], &summary["update"]), (&json!(create), &json!(update)), "{side}");
        assert_eq!(summary["delete"], delete, "{side}");
        let sum: u64 = ["update", "delete", "unchanged", "held", "skipped", "conflict"]
            .iter()
            .map(|key| summary[key].as_u64().unwrap())
            .sum();
        assert_eq!(sum, summary["records"].as_u64().unwrap(), "{side}: every record once: {summary:#}");
        has_keys(&plan["cost"][side], &["requests", "seconds"]);
    }
    assert!(plan["cost"]["justcall"]["requests"].as_u64().unwrap() >= 3);
    for action in plan["actions"].as_array().unwrap() {
        has_keys(action, &["side", "kind", "record_id", "other_id", "phone", "reason", "via", "changes", "expect"]);
        assert!(action["record_id"].is_string() || action["kind"] == "create", "ids are strings: {action:#}");
    }
    let action = |text: &str| {
        let mut all = plan["actions"].as_array().unwrap().iter();
        all.find(|action| action.to_string().contains(text)).unwrap_or_else(|| panic!("{text} in {plan:#}"))
    };
    let update = action("\"C2\"");
    assert_eq!(update["changes"], json!([{"field": "company", "before": "Acme 2", "after": "C2"}]));
    assert_eq!(
        (&update["side"], &update["reason"], &update["via"]),
        (&json!("justcall"), &json!("R3"), &json!("bulk"))
    );
    assert_eq!(update["other_id"], "2");
    let update = action("\"J1\"");
    assert_eq!((&update["side"], &update["reason"], &update["via"]), (&json!("crm"), &json!("R2"), &json!("file")));
    assert_eq!(update["record_id"], "1");
    assert_eq!(action("+14155550193")["via"], "put");
    let create = action("+14155550177");
    assert_eq!(
        (&create["kind"], &create["reason"], &create["record_id"]),
        (&json!("create"), &json!("R11"), &json!(null))
    );
    assert!(
        create["changes"].as_array().unwrap().contains(&json!({"field": "company", "before": null, "after": "Works"}))
    );
    let delete = action("\"delete\"");
    assert_eq!((&delete["via"], &delete["reason"]), (&json!("delete"), &json!("R6")));
    has_keys(&delete["evidence"], &["sightings", "first_at", "last_at", "proof", "target_equals_base"]);
    assert_eq!(delete["evidence"]["proof"], "whole_file");
    let skipped = &plan["skipped"].as_array().unwrap()[0];
    assert_eq!(
        (&skipped["side"], &skipped["record_id"], &skipped["reason"]),
        (&json!("crm"), &json!("21"), &json!("destroyed_phone"))
    );
    assert!(skipped["detail"].is_string());
}

#[test]
fn conflicts_key_by_key() {
    let world = eventful();
    let plan = world.plan();
    let conflict = &plan["conflicts"][0];
    has_keys(conflict, &["id", "kind", "phone", "field", "base", "justcall", "crm", "justcall_id", "crm_id", "since"]);
    let expected = json!({"kind": "both_edited", "phone": phone(4), "field": "company", "base": "Acme 4",
        "justcall": "J4", "crm": "C4", "crm_id": "4", "justcall_id": world.numbered(4).id.to_string()});
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&conflict[key], value, "{key}");
    }
    let list = world.run(&["conflicts", "list", "--json"]).ends(0).json();
    assert_eq!(list, json!({"conflicts": plan["conflicts"]}));
    let id = conflict["id"].as_str().unwrap();
    assert_eq!(&world.run(&["conflicts", "show", id, "--json"]).ends(0).json(), conflict);
    // The same conflict has the same id and date in later plans.
    let first = world.sync();
    let later = world.sync();
    assert_eq!(&later["conflicts"][0]["id"], &conflict["id"]);
    assert!(first["conflicts"][0]["since"].is_string());
    assert_eq!(world.plan()["conflicts"][0]["since"], later["conflicts"][0]["since"]);
}

#[test]
fn held_key_by_key() {
    let world = World::linked(2, "");
    world.drop_rows([1]);
    let plan = world.plan();
    let held = &plan["held"][0];
    has_keys(held, &["side", "kind", "record_id", "phone", "reason", "until"]);
    let id = world.numbered(1).id.to_string();
    assert_eq!((&held["side"], &held["kind"], &held["record_id"]), (&json!("justcall"), &json!("delete"), &json!(id)));
    assert_eq!((&held["phone"], &held["reason"]), (&json!(phone(1)), &json!("awaiting_sighting")));
    assert_eq!(plan["summary"]["justcall"]["held"], 1);
}

#[test]
fn alarms_key_by_key() {
    let world = World::linked(20, AT_ONCE);
    world.drop_rows(1..=9);
    let plan = world.plan();
    let alarm = &plan["alarms"][0];
    has_keys(alarm, &["kind", "side", "class", "count", "limit", "detail"]);
    assert_eq!((&alarm["kind"], &alarm["class"]), (&json!("guard"), &json!("deletes")));
    assert_eq!((&alarm["count"], &alarm["limit"]), (&json!(9), &json!(5)));
    assert!(alarm["detail"].as_str().unwrap().contains("--approve deletes=9"));
}

#[test]
fn a_run_key_by_key() {
    let world = eventful();
    let report = world.sync();
    assert_eq!(report["format"], "tieline-run/1");
    has_keys(&report, &["run", "outcome", "applied", "stale", "failed", "held", "conflicts", "alarms", "requests"]);
    assert_eq!(report["outcome"], "waiting", "a conflict is left");
    let expected =
        json!({"justcall": {"create": 1, "update": 2, "delete": 1}, "crm": {"create": 1, "update": 1, "delete": 0}});
    assert_eq!(report["applied"], expected);
    assert_eq!(report["requests"]["justcall"], world.counters().total_requests());
    assert_eq!(report["requests"]["crm"], 0);
    assert!(report["seconds"].is_f64() && report["plan"].is_string());
    assert_eq!(report["conflicts"][0]["kind"], "both_edited");
    // The same again from the state.
    let run = report["run"].as_str().unwrap();
    assert_eq!(world.run(&["show", run, "--json"]).ends(0).json(), report);
}

#[test]
fn the_cost_that_was_shown_is_the_cost_that_was_paid() {
    let world = eventful();
    world.run(&["sync"]).ends(0); // learns what bulk does
    world.edit_crm("C2", "C2b");
    world.edit_crm("+14155550193", "+14155550194");
    world.edit_crm("Acme 6", "C6");
    let planned = world.plan()["cost"]["justcall"]["requests"].as_u64().unwrap();
    let before = world.counters().total_requests();
    let report = world.sync();
    let reading = 2;
    assert_eq!(world.counters().total_requests() - before, planned + reading, "{report:#}");
}

#[test]
fn every_outcome_has_its_word() {
    let world = World::linked(3, "");
    assert_eq!(world.sync()["outcome"], "clean");
    world.edit(1, |contact| contact.company = Some("J".to_owned()));
    assert_eq!(world.sync()["outcome"], "applied");
    world.edit(2, |contact| contact.company = Some("J".to_owned()));
    world.edit_crm("Acme 2", "C");
    assert_eq!(world.sync()["outcome"], "waiting");
    world.add_row(&row(9));
    let reject = sandbox::Action::RejectPhones { phones: vec![phone(9)], message: "no".to_owned() };
    world.account.add_fault(sandbox::Fault::new(sandbox::On::Write, reject));
    let report = world.run(&["sync", "--json"]).ends(6).json();
    assert_eq!(report["outcome"], "partial");
    let failed = &report["failed"][0];
    assert_eq!((&failed["side"], &failed["phone"]), (&json!("justcall"), &json!(phone(9))));
    assert!(failed["error"].is_string() && report["stale"].as_array().unwrap().is_empty());
    world.account.clear_faults();
    world.add_row(&row(10));
    let refuse = sandbox::Action::Refuse(sandbox::Refusal::status(401));
    world.account.add_fault(sandbox::Fault::new(sandbox::On::Write, refuse));
    let report = world.run(&["sync", "--json"]).ends(1).json();
    assert_eq!(report["outcome"], "failed");
    assert!(report["error"].is_string());
    let runs = world.run(&["history", "--json"]).ends(0).json();
    let outcomes: Vec<&str> =
        runs["runs"].as_array().unwrap().iter().map(|run| run["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["failed", "partial", "waiting", "applied", "clean", "clean"]);
}

#[test]
fn data_alone_goes_to_standard_output() {
    let world = eventful();
    for args in
        [&["plan", "--json", "-vv"][..], &["sync", "--json", "-vv"], &["history", "--json"], &["status", "--json"]]
    {
        world.run(args).ends(0).json();
    }
    let quiet = world.run(&["plan", "--quiet"]).ends(0);
    assert!(quiet.stderr.is_empty() && !quiet.stdout.is_empty(), "{quiet:?}");
}

#[test]
fn a_plan_in_words_has_legend_reason_totals_and_cost() {
    let world = eventful();
    let shown = world.run(&["plan", "--all"]).ends(0).stdout;
    for text in ["Acme 2", "C2", "R3 edited in the CRM", "R2 edited in JustCall", "in bulk", "requests", &last_name(5)]
    {
        assert!(shown.contains(text), "no `{text}` in:\n{shown}");
    }
    assert_eq!(writes(&world.plan()).len(), 6);
}
