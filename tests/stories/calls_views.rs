//! Views of the calls that were read: lists, exports for other programs, reports.

use crate::calls::{LINE, call};
use crate::support::{World, last_name, phone};
use sandbox::{CallDirection, CallHistory, CallStatus, PhoneCall};
use serde_json::Value;

/// Three linked contacts and a few calls, read.
fn world() -> World {
    let world = World::linked(3, "");
    let noted = PhoneCall {
        notes: Some("=HYPERLINK(\"x\")\nsecond line".to_owned()),
        disposition: Some("Callback".to_owned()),
        tags: vec!["vip".to_owned()],
        ..call(&phone(1), CallStatus::Completed, 50)
    };
    world.account.add_call(noted);
    let out = PhoneCall {
        direction: CallDirection::Outbound,
        from: LINE.to_owned(),
        to: phone(2),
        agent_id: None,
        agent_name: None,
        ..call(&phone(2), CallStatus::Busy, 30)
    };
    world.account.add_call(out);
    world.account.add_call(call(&phone(1), CallStatus::Missed, 20));
    world.account.add_call(call("+12125550177", CallStatus::Missed, 10));
    world.run(&["calls", "sync"]).ends(0);
    world
}

fn list(world: &World, args: &[&str]) -> Vec<Value> {
    let args: Vec<&str> = ["calls", "list", "--json"].iter().chain(args).copied().collect();
    world.run(&args).ends(0).json()["calls"].as_array().unwrap().clone()
}

#[test]
fn a_list_is_filtered_as_the_api_is_and_by_contact_and_text() {
    let world = world();
    let name = last_name(1);
    for (args, count) in [
        (&[][..], 4),
        (&["--direction", "outbound"], 1),
        (&["--direction", "all", "--status", "missed"], 2),
        (&["--agent", "7"], 3),
        (&["--agent", "dana"], 3),
        (&["--number", &phone(2)], 1),
        (&["--number", "(212) 555-0177"], 1),
        (&["--contact", &name], 2),
        (&["--contact", "1"], 2),
        (&["--contact", &name, "--number", &phone(2)], 0),
        (&["--text", "HYPERLINK"], 1),
        (&["--text", "VIP"], 1),
        (&["--since", "2020-01-01", "--until", "2020-12-31"], 0),
        (&["--limit", "1"], 1),
    ] {
        assert_eq!(list(&world, args).len(), count, "{args:?}");
    }
    let one = &list(&world, &["--text", "callback"])[0];
    let id = world.account.contacts_by_phone(&phone(1))[0].id.to_string();
    assert_eq!((&one["from"], &one["agent_id"], &one["tags"][0]), (&phone(1).into(), &7.into(), &"vip".into()));
    assert_eq!((&one["contact"], &one["crm_id"]), (&format!("Kim {name}").into(), &"1".into()));
    assert_eq!((&one["justcall_id"], &one["owners"]), (&id.into(), &1.into()));
    let shown = world.run(&["calls", "list", "--all"]).ends(0).stdout;
    assert!(shown.contains(&format!("Kim {name}")) && shown.contains("(unknown)"), "{shown}");
    assert!(shown.contains("second line") && shown.lines().all(|line| !line.starts_with("second")), "{shown}");
    world.run(&["calls", "list", "--status", "mised"]).fails(2, &["did you mean `missed`?"]);
    world.run(&["calls", "list", "--number", "nobody"]).ends(2);
    world.run(&["calls", "list", "--contact", "Nobody Here"]).fails(2, &["no linked contact"]);
    world.run(&["calls", "list", "--contact", "Person"]).fails(2, &["names 3 contacts", &phone(3)]);
    world.run(&["calls", "list", "--since", "2026-03-02", "--until", "2026-03-01"]).fails(2, &["is before"]);
}

#[test]
fn exports_hold_the_same_calls_in_each_format() {
    let world = world();
    for file in ["calls.csv", "calls.jsonl", "calls.parquet"] {
        let done = world.run(&["calls", "export", "-o", file, "--json"]).ends(0).json();
        assert_eq!(done["calls"], 4, "{file}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(world.path(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }
    let lines: Vec<Value> = world.read("calls.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut listed = list(&world, &[]);
    listed.reverse();
    assert_eq!(lines, listed);
    let csv = world.read("calls.csv");
    assert!(csv.starts_with("\u{feff}\"call_id\",\"started_at\""), "{csv}");
    assert!(csv.contains("\"'=HYPERLINK(\"\"x\"\")\nsecond line\""), "{csv}");
    let parquet = std::fs::read(world.path("calls.parquet")).unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    world.run(&["calls", "export", "-o", "calls.xlsx"]).fails(2, &[".parquet"]);
    world.run(&["calls", "export", "-o", "no/such/folder.csv"]).fails(1, &["cannot write"]);
    // A filter holds for exports, too.
    world.run(&["calls", "export", "-o", "few.jsonl", "--status", "missed"]).ends(0);
    assert_eq!(world.read("few.jsonl").lines().count(), 2);
}

#[test]
fn a_report_counts_and_names_who_waits() {
    let world = world();
    world.account.make_history(&CallHistory { calls: 300, days: 20, ..CallHistory::default() });
    world.run(&["calls", "sync", "--since", "2020-01-01"]).ends(0);
    let report = world.run(&["calls", "report", "--json"]).ends(0).json();
    assert_eq!(report["total"]["calls"], 304, "{report:#}");
    let sum = |part: &str| -> u64 {
        report[part].as_object().unwrap().values().map(|tally| tally["calls"].as_u64().unwrap()).sum()
    };
    for part in ["by_agent", "by_day", "by_hour", "by_disposition"] {
        assert_eq!(sum(part), 304, "{part}");
    }
    let waiting = report["not_called_back"].as_array().unwrap();
    assert!(waiting.iter().any(|one| one["number"] == "+12125550177"), "{waiting:#?}");
    let shown = world.run(&["calls", "report"]).ends(0).stdout;
    for words in ["By agent", "Dana Reyes", "(nobody)", "By hour", "Missed and not called back"] {
        assert!(shown.contains(words), "no `{words}` in {shown}");
    }
    world.run(&["calls", "report", "-o", "calls.html"]).ends(0);
    let page = world.read("calls.html");
    assert!(page.contains("<svg") && page.contains("+12125550177") && page.contains("default-src 'none'"));
    world.run(&["calls", "report", "-o", "calls.pdf"]).fails(2, &[".html"]);
}

#[test]
fn before_the_first_sync_there_is_nothing_to_see() {
    let world = World::linked(1, "");
    let output = world.run(&["calls", "list"]).ends(0);
    assert!(output.stdout.contains("No calls.") && output.stderr.contains("tieline calls sync"), "{output:?}");
    assert_eq!(list(&world, &[]).len(), 0);
    world.run(&["calls", "export", "-o", "none.parquet"]).ends(0);
    assert_eq!(world.run(&["calls", "report", "--json"]).ends(0).json()["total"]["calls"], 0);
}

#[test]
fn the_sample_call_log_is_told_apart_to_the_last_call() {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let world = World::new();
    world.account.load(&fixtures.join("calls/justcall.json")).unwrap();
    world.write("crm.csv", std::fs::read(fixtures.join("demo/crm.csv")).unwrap());
    world.sync();
    let report = world.run(&["calls", "sync", "--since", "2025-12-01", "--json"]).ends(0).json();
    let sum =
        |list: &str| -> u64 { report[list].as_array().unwrap().iter().map(|one| one["calls"].as_u64().unwrap()).sum() };
    let (linked, withheld) = (report["linked"].as_u64().unwrap(), report["calls"]["withheld"].as_u64().unwrap());
    assert_eq!(linked + sum("unknown") + sum("ambiguous") + withheld, 80, "{report:#}");
    assert!(linked > 50 && sum("unknown") > 5 && sum("ambiguous") > 1, "{report:#}");
}
