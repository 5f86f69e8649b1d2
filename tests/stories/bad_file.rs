//! CSV files that are broken, odd, or change under the run.

use crate::support::{AT_ONCE, HEADER, World, applied, finish, last_name, phone, row, until, words};
use sandbox::{Action, Fault, On, RequestKind};
use std::process::Command;

/// A linked world whose file is replaced by this one: refused, nothing written, and the next good file goes on.
#[track_caller]
fn refused(content: impl AsRef<[u8]>, code: i32, texts: &[&str]) {
    let world = World::linked(3, AT_ONCE);
    let good = world.read("crm.csv");
    world.edit(1, |contact| contact.company = Some("Waits".to_owned()));
    world.write("crm.csv", content);
    for command in ["plan", "sync"] {
        world.untouched(|world| world.run(&[command]).fails(code, texts));
    }
    assert_eq!(world.account.contact_count(), 3);
    world.write("crm.csv", good);
    assert_eq!(applied(&world.sync(), "crm", "update"), 1);
    world.settled();
}

fn with_rows(rows: &str) -> String {
    format!("{HEADER}\n{}\n{rows}", row(1))
}

#[test]
fn a_column_that_is_missing() {
    refused(
        "id,First Name,Last Name,Phone,E-mail,Company\n",
        2,
        &["no column is called `Email`", "did you mean `E-mail`?"],
    );
    refused("Id of it,First Name,Last Name,Phone,Email,Company\n", 2, &["no column is called `id`"]);
    refused("id,First Name,Last Name,Phone,Email,Company,Phone\n", 2, &["both are called `Phone`"]);
}

#[test]
fn ids_twice() {
    refused(with_rows("1,Lin,Wu,+14155550102,,\n"), 1, &["crm.csv: line 3, column 1 (`id`)", "already in line 2"]);
}

#[test]
fn ragged_rows() {
    refused(with_rows("2,Lin,Wu\n"), 1, &["line 3", "3 cells where the header has 6"]);
    refused(with_rows("2,Lin,Wu,+14155550102,,,,\n"), 1, &["line 3", "8 cells where the header has 6"]);
}

#[test]
fn quotes() {
    refused(with_rows("2,\"Lin,Wu,+14155550102,,\n3,A,B,+14155550103,,\n"), 1, &["line 3, column 2", "never closed"]);
    refused(with_rows("2,\"Lin\"x,Wu,+14155550102,,\n"), 1, &["line 3", "after the closing quote"]);
    refused(with_rows("2,Li\"n,Wu,+14155550102,,\n"), 1, &["line 3", "a quote inside a cell"]);
}

#[test]
fn other_damage() {
    refused(with_rows("2,Li\0n,Wu,+14155550102,,\n"), 1, &["line 3", "a NUL character"]);
    refused("", 1, &["crm.csv", "empty"]);
    refused(with_rows("row:9,Lin,Wu,+14155550102,,\n"), 1, &["starts with `row:`"]);
    refused(b"\xff\xfei\0d\0\n", 1, &["UTF-16"]);
}

#[test]
fn a_file_that_is_none() {
    let world = World::linked(2, AT_ONCE);
    std::fs::remove_file(world.path("crm.csv")).unwrap();
    world.untouched(|world| world.run(&["sync"]).fails(2, &["crm.csv does not exist", "[crm] path"]));
    std::fs::create_dir(world.path("crm.csv")).unwrap();
    world.run(&["sync"]).fails(2, &["crm.csv is a folder", "[crm] path"]);
    assert_eq!(world.account.contact_count(), 2);
    assert_eq!(world.counters().mutating_calls, 0);
}

/// Syncs both ways through a file in this encoding and dialect, and reads it again.
fn round_trip(encode: impl Fn(&str) -> Vec<u8>, delimiter: char) {
    let world = World::new();
    let file = |company: &str, new: &str| {
        let comma = "id,First Name,Last Name,Phone,Email,Company,Größe\r\n\
                     1,Jürgen,Größer,030 23125 001,juergen@example.com,\"@COMPANY@\",XL\r\n@NEW@";
        let text = comma.replace(',', &delimiter.to_string());
        encode(&text.replace("@COMPANY@", company).replace("@NEW@", new))
    };
    world.reconfigure("\"US\"", "\"DE\"");
    world.write("crm.csv", file("Größer & Söhne", ""));
    assert_eq!(applied(&world.sync(), "justcall", "create"), 1);
    assert_eq!(world.contact("+493023125001").company.as_deref(), Some("Größer & Söhne"));
    world.settled();
    let id = world.contact("+493023125001").id;
    world.account.edit(id, |contact| contact.company = Some("Größer GmbH".to_owned()));
    world.insert("Käthe", "Weiß", "+493023125002", "");
    world.sync();
    let d = delimiter;
    // Its neighbours have quotes in that column.
    let new = format!("2{d}Käthe{d}Weiß{d}+493023125002{d}{d}\"\"{d}\r\n");
    let found = std::fs::read(world.path("crm.csv")).unwrap();
    let wanted = file("Größer GmbH", &new);
    assert!(found == wanted, "{}\n{}", String::from_utf8_lossy(&found), String::from_utf8_lossy(&wanted));
    world.settled();
}

#[test]
fn utf_8_with_and_without_mark() {
    round_trip(|text| text.as_bytes().to_vec(), ',');
    round_trip(|text| format!("\u{feff}{text}").into_bytes(), ';');
}

#[test]
fn utf_16_and_tabs() {
    round_trip(|text| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(), '\t');
    round_trip(|text| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(), ';');
}

#[test]
fn pipes() {
    round_trip(|text| text.as_bytes().to_vec(), '|');
}

#[test]
fn a_table_of_something_else_shows_its_columns() {
    let world = World::new();
    world.write("crm.csv", "Street:Town\nMain:Ely\n");
    world.configure("[fields]\nfirst_name = \"Street:Town\"\n");
    let texts = ["no column of crm.csv holds phone numbers", "1 column, told apart by `,`: `Street:Town`"];
    world.run(&["plan"]).fails(2, &texts);
    world.write("crm.csv", "id,Phone\n1,+14155550101\n".replace('o', "\0\0"));
    world.configure("");
    world.run(&["plan"]).fails(1, &["NUL"]);
}

#[test]
fn windows_1252_and_semicolons() {
    let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<_>>();
    round_trip(latin, ';');
    let world = World::new();
    world.write("crm.csv", latin("id;First Name;Last Name;Phone;Email;Company\n1;Jürgen;X;+14155550101;;\n"));
    let output = world.run(&["plan"]).ends(0);
    assert!(output.stderr.contains("Windows-1252"), "it is said: {}", output.stderr);
    // A character that the file cannot hold: that contact is refused, the others are written.
    world.insert("Ирина", "", "+14155550102", "");
    world.insert("Lin", "", "+14155550103", "");
    let report = world.run(&["sync", "--json"]).ends(6).json();
    assert_eq!((words(&report, "failed", "phone"), applied(&report, "crm", "create")), (vec![phone(2)], 1));
}

#[test]
fn the_file_changes_while_it_is_read_and_written() {
    let world = World::linked(150, "");
    let attempt = |number: usize| {
        let (ours, theirs) = (format!("From JustCall {number}"), format!("Saved by somebody else {number}"));
        world.edit(1, |contact| contact.company = Some(ours.clone()));
        // Page 2 is asked for after page 1 arrived: the file was read by then, unless this machine is very busy.
        world.account.add_fault(Fault::new(On::List, Action::DelayAnswer { ms: 1500 }).page(2).times(1));
        let before = world.requests(RequestKind::List);
        let child = world.start(&["sync", "--json"]);
        until("the second page is asked for", || world.requests(RequestKind::List) > before + 1);
        let row = world.row(&last_name(3));
        world.edit_crm(&row, &format!("{},{theirs}", row.rsplit_once(',').unwrap().0));
        let saved = world.read("crm.csv");
        let output = crate::support::Output::of(&child.wait_with_output().unwrap());
        let in_time = output.code == 6;
        if in_time {
            assert_eq!(words(&output.json(), "stale", "phone"), [phone(1)]);
            assert_eq!(world.read("crm.csv"), saved, "what was saved meanwhile is not lost");
        }
        world.sync();
        assert!(world.row(&last_name(1)).ends_with(&ours));
        assert_eq!(world.numbered(3).company, Some(theirs));
        world.settled();
        in_time
    };
    assert!((1..=5).any(attempt), "the file was never changed between reading and writing");
}

#[test]
fn the_disk_is_full_while_the_file_is_written() {
    // Rows long enough that the file is larger than the state, which must still fit.
    let world = World::linked(3, "");
    let note = "x".repeat(4000);
    let rows: String = (1..=3).map(|number| format!("{},{note}\n", row(number))).collect();
    let padding: String = (10..600).map(|number| format!("{number},,,,,,{note}\n")).collect();
    world.write("crm.csv", format!("{HEADER},Notes\n{rows}{padding}"));
    world.sync();
    world.edit(1, |contact| contact.company = Some("From JustCall".to_owned()));
    world.edit_crm("Acme 2,", "From CRM,");
    let before = std::fs::read(world.path("crm.csv")).unwrap();
    // Files of at most 1 MiB: the state fits, the CRM's file does not. Ignoring the signal turns it into an error.
    let script = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" sync --json";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_tieline")]).env_clear().current_dir(world.folder());
    command.env("PATH", "/usr/bin:/bin").env("JUSTCALL_API_KEY", crate::support::KEY);
    command.env("JUSTCALL_API_SECRET", crate::support::SECRET);
    let output = finish(command);
    assert!([1, 6].contains(&output.code), "{output:?}");
    assert!(output.stderr.contains("crm.csv") || output.stdout.contains("crm.csv"), "{output:?}");
    assert!(std::fs::read(world.path("crm.csv")).unwrap() == before, "the original is intact");
    let left: Vec<_> = std::fs::read_dir(world.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".tmp")), "{left:?}");
    // Room again: everything arrives.
    world.sync();
    assert!(world.read("crm.csv").contains("From JustCall"));
    assert_eq!(world.numbered(2).company.as_deref(), Some("From CRM"));
}

#[test]
fn a_read_only_file_is_refused_before_anything_is_lost() {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("From JustCall".to_owned()));
    let mut permissions = std::fs::metadata(world.path("crm.csv")).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(world.path("crm.csv"), permissions).unwrap();
    let output = world.untouched(|world| world.run(&["sync"]));
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("read-only") && output.stderr.contains("hint: "), "{}", output.stderr);
}

#[test]
fn the_file_has_no_ids() {
    let world = World::new();
    world.reconfigure("id_column = \"id\"\n", "");
    world.write(
        "crm.csv",
        "First Name,Last Name,Phone,Email,Company\nAda,Byron,+14155550101,,Works\nLin,Wu,+14155550102,,Wu Ltd\n",
    );
    world.sync();
    world.settled();
    world.edit_crm("Wu Ltd", "Edited");
    world.insert("Mina", "Okafor", "+14155550103", "");
    world.sync();
    assert_eq!(world.contact(&phone(2)).company.as_deref(), Some("Edited"));
    assert_eq!(world.row("Okafor"), "Mina,Okafor,+14155550103,,");
    // Rows in another order are the same rows.
    let text = world.read("crm.csv");
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    world.write("crm.csv", format!("{}\n", lines.join("\n")));
    world.settled();
}
