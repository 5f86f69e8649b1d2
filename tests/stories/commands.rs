//! The other commands: init, doctor, quality, phone, show, status, history, completions, help.

use crate::support::{AT_ONCE, KEY, SECRET, World, applied, finish, last_name, phone, tieline, until, words};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

#[test]
fn init_knows_every_preset_and_writes_a_sound_configuration() {
    for (file, preset, id) in [
        ("plain", "plain", Some("id")),
        ("hubspot", "hubspot", Some("Record ID")),
        ("salesforce", "salesforce", Some("Contact ID")),
        ("pipedrive", "pipedrive", Some("Person - ID")),
        ("zoho", "zoho", Some("Record Id")),
        ("google", "google", None),
        ("google-given-name", "google", None),
        ("outlook", "outlook", None),
        ("excel-german", "plain", Some("Kundennr")),
        ("excel-unicode", "plain", Some("id")),
    ] {
        let world = World::new();
        std::fs::remove_file(world.path("tieline.toml")).unwrap();
        let source = std::fs::read(fixtures().join(format!("csv/{file}.csv"))).unwrap();
        world.write("export.csv", &source);
        // The only CSV file of the folder is found.
        let output = finish(tieline(world.folder(), &["init"])).ends(0);
        assert!(output.stderr.contains("wrote tieline.toml") && output.stdout.is_empty(), "{file}: {output:?}");
        let config: toml::Table = world.read("tieline.toml").parse().unwrap();
        assert_eq!(config["crm"]["preset"].as_str(), Some(preset), "{file}");
        if file != "excel-german" {
            assert_eq!(config["crm"].get("id_column").and_then(toml::Value::as_str), id, "{file}");
        }
        assert!(config["fields"].get("phone").is_some(), "{file}");
        let doctor = world.run(&["doctor", "--offline", "--json"]).ends(0).json();
        assert!(doctor["checks"].as_array().unwrap().iter().all(|check| check["ok"] == true), "{file}: {doctor:#}");
        // It works as it stands, against the account that it is pointed at; the export keeps its bytes.
        world.reconfigure("https://api.justcall.io", &world.base_url());
        world.untouched(|world| world.run(&["plan"]).ends(0));
        let report = world.run(&["sync", "--json"]).ends(0).json();
        assert!(applied(&report, "justcall", "create") > 0, "{file}: {report:#}");
        assert!(std::fs::read(world.path("export.csv")).unwrap() == source, "{file}: nothing to write there");
        world.run(&["plan", "--exit-code"]).ends(0);
    }
}

#[test]
fn init_never_overwrites_and_never_guesses_the_file() {
    let world = World::new();
    let before = world.read("tieline.toml");
    world.crm(&[]);
    world.run(&["init"]).fails(2, &["tieline.toml exists already", "--force"]);
    assert_eq!(world.read("tieline.toml"), before);
    world.write("other.csv", "Phone\n");
    world.run(&["init", "--force"]).fails(2, &["several .csv files"]);
    world.run(&["init", "--force", "--crm", "nowhere.csv"]).fails(2, &["nowhere.csv does not exist"]);
    world.run(&["init", "--force", "--crm", "crm.csv", "--region", "XX"]).fails(2, &["XX", "two letters"]);
    assert_eq!(world.read("tieline.toml"), before);
    world.run(&["init", "--force", "--crm", "crm.csv", "--region", "GB"]).ends(0);
    assert!(world.read("tieline.toml").contains("default_region = \"GB\""));
    let empty = World::new();
    empty.run(&["init", "--force"]).fails(2, &["no .csv file"]);
}

#[test]
fn doctor_says_what_is_well() {
    let world = World::linked(3, "");
    let output = world.untouched(|world| world.run(&["doctor"]).ends(0)).stdout;
    for text in ["ok    configuration", "ok    file", "ok    account", "3 linked contacts", "Phone", "+14155550101"] {
        assert!(output.contains(text), "no `{text}` in {output}");
    }
    let report = world.run(&["doctor", "--json"]).ends(0).json();
    assert_eq!(words(&report, "checks", "check"), ["configuration", "file", "records", "state", "account"]);
    let column = report["columns"].as_array().unwrap().iter().find(|column| column["column"] == "Phone").unwrap();
    assert_eq!((&column["field"], column["samples"].as_array().unwrap().len()), (&json!("phone"), 3));
}

#[test]
fn doctor_says_what_is_not() {
    let world = World::linked(3, "");
    world.account.change_settings(|settings| settings.api_secret = "another".to_owned());
    let output = world.run(&["doctor"]).ends(1).stdout;
    assert!(output.contains("FAIL  account") && output.contains("401") && output.contains("hint: "), "{output}");
    assert!(output.contains("ok    file"), "the rest is still checked");
    world.write("crm.csv", format!("{}1,A\n", world.read("crm.csv")));
    let report = world.run(&["doctor", "--json", "--offline"]).ends(1).json();
    let bad: Vec<&Value> = report["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false).collect();
    assert!(bad.iter().any(|check| check["detail"].as_str().unwrap().contains("line 5")), "{report:#}");
}

#[test]
fn quality_finds_each_kind() {
    let world = World::new();
    world.crm(&[
        "1,Ada,Byron,4.15556E+09,,",
        "2,Lin,Wu,+1 415 555 0102 or +1 415 555 0103,,",
        "3,Tom,Birch,n/a,,",
        "4,Zoë,Núñez,,,",
        "5,Max,Beer,+14155550105,,",
        "6,Max,Beer,+14155550105,,",
        "7,Front,Desk,+14155550107,,",
        "8,Night,Watch,+14155550107,,",
        "9,Mina,Okafor,+14155550109,mina@example.com,",
    ]);
    world.account.insert(sandbox::NewContact {
        email: Some("mina@example.com".to_owned()),
        ..sandbox::NewContact::named("Mina", "Okafor", "+14155550110")
    });
    let report = world.untouched(|world| world.run(&["quality", "--json"]).ends(0).json());
    let mut reasons = words(&report["crm"], "unusable", "reason");
    reasons.sort();
    assert_eq!(reasons, ["destroyed_phone", "invalid_phone", "no_phone", "suspect_phone"]);
    assert_eq!((&report["crm"]["records"], &report["crm"]["usable"]), (&json!(9), &json!(5)));
    let shared = report["crm"]["shared"].as_array().unwrap();
    assert_eq!(shared.len(), 2);
    for (number, duplicates) in [("+14155550105", true), ("+14155550107", false)] {
        let group = shared.iter().find(|group| group["phone"] == number).unwrap();
        assert_eq!(group["duplicates"], duplicates, "{number}");
        assert_eq!(group["records"].as_array().unwrap().len(), 2);
    }
    assert_eq!(report["near_matches"][0]["crm"]["id"], "9");
    let shown = world.run(&["quality"]).ends(0).stdout;
    for text in ["a spreadsheet destroyed", "one number, one person", "one number, several people", "near match"] {
        assert!(shown.contains(text), "no `{text}` in {shown}");
    }
    // The CRM alone needs no credentials.
    let alone = finish(tieline(world.folder(), &["quality", "--side", "crm", "--json"])).ends(0).json();
    assert!(alone.get("justcall").is_none() && alone["crm"]["records"] == 9);
}

#[test]
fn phone_line_by_line() {
    let world = World::new();
    let line = |args: &[&str]| {
        let output = finish(tieline(world.folder(), args)).ends(0);
        output.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
    };
    let found = line(&["phone", "--json", "(415) 555-2671", "+1 415 555 2671 ext. 12", "4.15556E+09"]);
    assert_eq!(
        found[0],
        json!({"input": "(415) 555-2671", "region": "US", "verdict": "accept", "e164": "+14155552671",
        "extension": "", "reason": ""})
    );
    assert_eq!((&found[1]["e164"], &found[1]["extension"]), (&json!("+14155552671"), &json!("12")));
    assert_eq!((&found[2]["verdict"], &found[2]["e164"]), (&json!("reject"), &json!("")));
    assert!(!found[2]["reason"].as_str().unwrap().is_empty());
    let found = line(&["phone", "--json", "--region", "GB", "020 7946 0018", "020 7946 0018 / 020 7946 0019"]);
    assert_eq!((&found[0]["e164"], &found[0]["region"]), (&json!("+442079460018"), &json!("GB")));
    assert_eq!((&found[1]["verdict"], &found[1]["e164"]), (&json!("split"), &json!("+442079460018|+442079460019")));
    finish(tieline(world.folder(), &["phone", "--region", "UK", "1"])).fails(2, &["UK", "GB"]);
    for guess in ["ZZ", "XX", ""] {
        let refused = finish(tieline(world.folder(), &["phone", "--region", guess, "1"])).fails(2, &["unknown region"]);
        assert!(!refused.stderr.contains("did you mean"), "{refused:?}");
    }
    let table = finish(tieline(world.folder(), &["phone", "+1 415 555 2671 x12", "n/a"])).ends(0).stdout;
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows[0], ["accept", "+14155552671", "12", "", "+1 415 555 2671 x12"]);
    assert_eq!((rows[1].len(), rows[1][0], rows[1][1], rows[1][4]), (5, "reject", "", "n/a"));
    // From standard input: TEXT, or REGION<TAB>TEXT.
    let mut child = tieline(world.folder(), &["phone", "--json", "-"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"(415) 555-2671\r\nDE\t030 23125 001\nnot\ta number\n\nQQ\t123\n").unwrap();
    let output = crate::support::Output::of(&child.wait_with_output().unwrap()).ends(0);
    let lines: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5);
    assert_eq!((&lines[4]["verdict"], &lines[4]["input"]), (&json!("reject"), &json!("123")));
    assert!(lines[4]["reason"].as_str().unwrap().contains("unknown region 'QQ'"), "{}", lines[4]);
    assert_eq!((&lines[1]["region"], &lines[1]["e164"]), (&json!("DE"), &json!("+493023125001")));
    assert_eq!((&lines[2]["input"], &lines[2]["verdict"]), (&json!("not\ta number"), &json!("reject")));
    assert_eq!(lines[0]["input"], "(415) 555-2671");
}

#[test]
fn status_tells_what_waits() {
    let world = World::linked(4, AT_ONCE);
    world.edit(1, |contact| contact.company = Some("J".to_owned()));
    world.edit_crm("Acme 1", "C");
    world.sync();
    let status = world.run(&["status", "--json"]).ends(0).json();
    assert_eq!(
        (&status["linked"], &status["conflicts"], &status["unsettled_writes"]),
        (&json!(4), &json!(1), &json!(0))
    );
    assert_eq!(status["last_run"]["outcome"], "waiting");
    let id = world.run(&["conflicts", "list", "--json"]).json()["conflicts"][0]["id"].as_str().unwrap().to_owned();
    world.run(&["conflicts", "resolve", &id, "--take", "crm"]).ends(0);
    let status = world.run(&["status", "--json"]).ends(0).json();
    assert_eq!((&status["conflicts"], &status["decided"]), (&json!(0), &json!(1)));
    let shown = world.run(&["status"]).ends(0).stdout;
    assert!(shown.contains("linked       4") && shown.contains("1 decision for the next plan"), "{shown}");
}

#[test]
fn history_of_runs_of_one_run_and_of_one_contact() {
    let world = World::linked(3, AT_ONCE);
    world.edit_crm("Acme 1", "First");
    let run = world.sync()["run"].as_str().unwrap().to_owned();
    world.edit_crm(",First\n", ",Second\n");
    world.edit(2, |contact| contact.company = Some("J2".to_owned()));
    world.sync();
    let runs = world.run(&["history", "--json"]).ends(0).json();
    assert_eq!(runs["runs"].as_array().unwrap().len(), 3);
    assert_eq!(runs["runs"][1]["run"], run.as_str());
    assert_eq!(runs["runs"][1]["applied"]["justcall"]["update"], 1);
    let writes = world.run(&["history", &run, "--json"]).ends(0).json();
    let write = &writes["writes"][0];
    assert_eq!(
        (&write["side"], &write["kind"], &write["reason"]),
        (&json!("justcall"), &json!("update"), &json!("R3"))
    );
    assert_eq!(write["changes"], json!([{"field": "company", "before": "Acme 1", "after": "First"}]));
    let contact = world.run(&["history", "--contact", "(415) 555-0101", "--json"]).ends(0).json();
    let values: Vec<&Value> =
        contact["writes"].as_array().unwrap().iter().map(|write| &write["changes"][0]["after"]).collect();
    assert_eq!(values.len(), 2, "{contact:#}");
    assert!(values.contains(&&json!("First")) && values.contains(&&json!("Second")));
    let shown = world.run(&["history", "--contact", &phone(2)]).ends(0).stdout;
    assert!(shown.contains(&last_name(2)) && shown.contains("Acme 2 → J2"), "{shown}");
    world.run(&["history", "r1-none"]).fails(2, &["no run `r1-none`"]);
    world.run(&["history", "--limit", "0"]).ends(2);
    // A beginning that only one of them has.
    let unique = |text: &str| {
        runs["runs"].as_array().unwrap().iter().filter(|run| run["run"].as_str().unwrap().starts_with(text)).count()
            == 1
    };
    let short = (1..=run.len()).map(|end| &run[..end]).find(|short| unique(short)).unwrap();
    assert_eq!(world.run(&["history", short, "--json"]).ends(0).json(), writes);
    assert_eq!(world.run(&["show", short, "--json"]).ends(0).json()["run"], run.as_str());
    for command in ["history", "show"] {
        world.run(&[command, "r2"]).fails(2, &["`r2` is the beginning of 3 runs"]);
    }
    world.run(&["history", "--contact", "anna"]).ends(2);
    assert!(world.run(&["history"]).ends(0).stdout.contains(&run));
}

#[test]
fn show_shows_plans_and_runs() {
    let world = World::linked(3, "");
    world.edit_crm("Acme 1", "Edited");
    let report = world.sync();
    let run = report["run"].as_str().unwrap();
    let shown = world.run(&["show", run]).ends(0).stdout;
    assert!(shown.contains("1 updated"), "{shown}");
    let shown = world.run(&["show"]).ends(0).stdout;
    assert!(shown.contains("Edited"), "{shown}");
    world.run(&["show", "pzz"]).fails(2, &["no plan `pzz`"]);
    let plan = report["plan"].as_str().unwrap();
    assert_eq!(world.run(&["show", &plan[..plan.len() - 2], "--json"]).ends(0).json()["id"], plan);
}

#[test]
fn a_part_of_a_plan_is_all_of_it_or_a_word_that_there_is_none() {
    let world = World::new();
    let rows: Vec<String> = (1..=9).map(|number| format!("{number},No,Phone{number},n/a,,")).collect();
    world.crm(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    world.plan();
    let all = world.run(&["show", "--reason", "invalid_phone", "--rows", "0"]).ends(0).stdout;
    assert!(!all.contains("more"), "{all}");
    assert!((1..=9).all(|number| all.lines().any(|line| line.trim_start().starts_with(&number.to_string()))), "{all}");
    for phone in ["abc", ""] {
        world.run(&["show", "--phone", phone]).fails(2, &["no digit", "hint: "]);
    }
    for args in [["--reason", "R3"], ["--kind", "delete"], ["--phone", "999999999"]] {
        let output = world.run(&["show", args[0], args[1]]).ends(0);
        assert!(output.stdout.is_empty() && output.stderr.contains("nothing matches"), "{output:?}");
        assert_eq!(world.run(&["show", args[0], args[1], "--json"]).ends(0).json()["matches"], 0);
    }
    let output = world.run(&["show", "--reason", "R3"]).ends(0);
    assert!(output.stderr.contains("its reasons are invalid_phone"), "{}", output.stderr);
}

#[test]
fn doctor_doubts_a_custom_field_that_no_contact_shows() {
    let fields = "[fields]\nphone = \"Phone\"\n\"custom.nope\" = { crm = \"Company\", conflict = \"crm\" }\n";
    let world = World::with(sandbox::Settings::unlimited(), fields);
    world.crm(&[&crate::support::row(1)]);
    world.account.insert(crate::support::contact(1));
    let doctor = world.untouched(|world| world.run(&["doctor"]).ends(0)).stdout;
    assert!(doctor.contains("custom fields") && doctor.contains("warning: ") && doctor.contains("`nope`"), "{doctor}");
    assert!(doctor.contains("hint: define it in JustCall"), "{doctor}");
}

#[test]
fn every_help_has_an_example() {
    let world = World::new();
    let help = |args: &[&str]| finish(tieline(world.folder(), args)).ends(0).stdout;
    let top = help(&["--help"]);
    assert!(top.contains("Example") && top.contains("Exit codes"), "{top}");
    let commands = top.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let commands: Vec<&str> =
        commands.map_while(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(commands.len() >= 14, "{commands:?}");
    for command in commands {
        let text = help(&[command, "--help"]);
        assert!(text.contains("Example") && text.contains("tieline "), "{command}: {text}");
    }
    assert!(help(&["--version"]).starts_with("tieline 0."));
}

#[test]
fn nothing_is_cut_where_nobody_looks() {
    let world = World::linked(1, "");
    let long = format!("Acme {}", "very ".repeat(60));
    world.edit_crm("Acme 1", long.trim());
    assert!(world.run(&["plan"]).ends(0).stdout.contains(long.trim()));
    world.sync();
    assert!(!world.run(&["history"]).ends(0).stdout.contains('…'));
}

#[test]
fn a_quiet_night_says_so_and_shows_only_new_conflicts() {
    let world = World::linked(3, "");
    let disagree = |number: usize| {
        world.edit(number, |contact| contact.company = Some(format!("Phone {number}")));
        world.edit_crm(&format!("Acme {number}"), &format!("File {number}"));
    };
    disagree(1);
    let first = world.run(&["sync"]).ends(0).stdout;
    assert!(first.starts_with("Nothing to write; 1 conflict waits.") && first.contains("File 1"), "{first}");
    // Another second: what a run saw first then is new then.
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let before = now();
    until("a later second", || now() > before);
    disagree(2);
    let second = world.run(&["sync"]).ends(0).stdout;
    assert!(second.contains("File 2") && !second.contains("File 1"), "{second}");
    assert!(second.contains("1 conflict waits as before"), "{second}");
    let all = world.run(&["sync", "--all"]).ends(0).stdout;
    assert!(all.contains("File 1") && all.contains("File 2"), "{all}");
    // `plan` shows everything that waits, and does not suggest to apply nothing.
    let plan = world.run(&["plan"]).ends(0);
    assert!(plan.stdout.contains("File 1") && !plan.stderr.contains("tieline apply"), "{plan:?}");
}

#[test]
fn init_and_quality_tell_what_they_saw() {
    let world = World::new();
    world.write("crm.csv", b"id,First Name,Last Name,Phone,Email,Company\n1,Zo\xeb,Wu,+14155550101,,\n");
    let told = world.run(&["init", "--force", "--crm", "crm.csv", "--json"]).ends(0);
    assert!(told.stderr.contains("1 row,"), "{told:?}");
    let told = told.json();
    assert_eq!((&told["rows"], &told["fields"]["phone"]), (&json!(1), &json!("Phone")));
    let quality = world.run(&["quality", "--side", "crm"]).ends(0);
    assert!(quality.stderr.contains("Windows-1252") && quality.stdout.contains("1 contact,"), "{quality:?}");
}

#[test]
fn a_sandbox_that_cannot_work_says_so_at_once() {
    let world = World::new();
    world.run(&["sandbox", "--port", "0", "--save", "nowhere/x.json"]).fails(2, &["nowhere/x.json", "folder"]);
    world.run(&["sandbox", "--load", "nowhere.json"]).fails(2, &["cannot read nowhere.json", "No such file"]);
    world.write("bad.json", "{\"contacts\": 1}");
    world.run(&["sandbox", "--port", "0", "--load", "bad.json"]).fails(2, &["bad.json", "caused by"]);
    for limit in ["--requests-per-minute", "--concurrency"] {
        world.run(&["sandbox", limit, "0"]).ends(2);
    }
    let port = world.base_url().rsplit(':').next().unwrap().to_owned();
    let taken = world.run(&["sandbox", "--port", &port]).fails(1, &["cannot listen on", "in use"]);
    assert_eq!(taken.stderr.matches("cannot listen").count(), 1, "{taken:?}");
}

#[test]
fn completions_for_the_usual_shells() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        let text = finish(tieline(world.folder(), &["completions", shell])).ends(0).stdout;
        assert!(text.contains("tieline") && text.contains("conflicts"), "{shell}");
    }
    finish(tieline(world.folder(), &["completions", "basic"])).ends(2);
}

#[test]
fn no_colours_where_nobody_asked_for_them() {
    // `Output::of` refuses escapes in a pipe; here also where the surroundings ask for none.
    let world = World::linked(2, "");
    world.edit_crm("Acme 1", "Edited");
    for variable in ["NO_COLOR", "CI"] {
        let mut command = world.command(&["plan"]);
        command.env(variable, "1").env("TERM", "xterm-256color");
        assert!(finish(command).ends(0).stdout.contains("Edited"));
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let world = World::linked(60, "");
    world.crm(&[]);
    let mut child = world.start(&["plan", "--json"]);
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn text_of_contacts_cannot_steer_the_terminal() {
    let world = World::new();
    world.crm(&["1,A\u{1b}[31mda,By\u{7}ron,+14155550101,,\u{202e}Acme"]);
    for args in [&["plan"][..], &["sync"], &["history", "--contact", "+14155550101"], &["doctor"], &["quality"]] {
        world.run(args).ends(0); // `Output::of` refuses escapes
    }
}

#[test]
fn sandbox_serves_and_saves() {
    let world = World::new();
    let mut child = world.start(&["sandbox", "--port", "0", "--save", "kept.json"]);
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let first = lines.next().unwrap().unwrap();
    let url = first.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned();
    let credentials = lines.next().unwrap().unwrap();
    world.reconfigure(&world.base_url(), &url);
    world.crm(&[&crate::support::row(1)]);
    let mut command = tieline(world.folder(), &["sync", "--json"]);
    command.envs(credentials.split_whitespace().filter_map(|pair| pair.split_once('=')));
    assert_eq!(applied(&finish(command).ends(0).json(), "justcall", "create"), 1);
    let status = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(world.read("kept.json").contains(&phone(1)));
    assert!(!credentials.contains(KEY) && !credentials.contains(SECRET));
    world.run(&["sandbox", "--load", "nowhere.json"]).ends(2);
}
