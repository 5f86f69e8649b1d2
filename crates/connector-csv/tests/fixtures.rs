//! The sample exports: detected, listed, inspected and edited without touching anything else.
#![allow(clippy::unwrap_used)]

mod common;

use common::block_on;
use connector::{Connector, NoProgress, Write, WriteKind, WriteResult};
use connector_csv::{Config, CsvConnector, Encoding, LineEnding, Preset, Role, inspect};
use model::Field::{Company, Email, FirstName, LastName, Phone};
use model::{Field, Schema, Via};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/csv").join(name)
}

const SAMPLES: [(&str, Preset, &str, [&str; 5]); 9] = [
    ("plain.csv", Preset::Plain, "1", ["Ada", "Byron", "+14155550101", "ada@example.com", "Engine Works"]),
    ("hubspot.csv", Preset::Hubspot, "901", ["Mina", "Okafor", "+14155550111", "mina@example.com", "Okafor Freight"]),
    (
        "salesforce.csv",
        Preset::Salesforce,
        "003AB00000abcde",
        ["Elena", "Marchetti", "(415) 555-0121", "elena@example.com", "Marchetti Srl"],
    ),
    ("pipedrive.csv", Preset::Pipedrive, "11", ["Noor", "Haddad", "+14155550131", "noor@example.com", "Haddad Tiles"]),
    (
        "zoho.csv",
        Preset::Zoho,
        "zcrm_1000000000001",
        ["Aiko", "Tanabe", "+14155550141", "aiko@example.com", "Tanabe Tools"],
    ),
    ("google.csv", Preset::Google, "row:2", ["Iris", "Calder", "+1 415-555-0151", "iris@example.com", "Calder Labs"]),
    (
        "google-given-name.csv",
        Preset::Google,
        "row:2",
        ["Iris", "Calder", "+1 415-555-0151", "iris@example.com", "Calder Labs"],
    ),
    ("outlook.csv", Preset::Outlook, "row:2", ["Bea", "Thornton", "(415) 555-0162", "bea@example.com", "Thornton Ltd"]),
    (
        "excel-german.csv",
        Preset::Plain,
        "row:2",
        ["Jürgen", "Größer", "030 23125 001", "juergen@example.com", "Größer & Söhne"],
    ),
];

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new([FirstName, LastName, Phone, Email, Company]))
}

#[test]
fn each_sample_is_detected_and_read_without_configuration() {
    for (name, preset, id, values) in SAMPLES {
        let connector = CsvConnector::new(Config::new(fixture(name)), schema());
        let listing = block_on(connector.list(&NoProgress)).unwrap();
        let row = listing.table.row(0);
        assert_eq!(row.id(), id, "{name}");
        assert_eq!(row.cells(5).map(model::Cell::text).collect::<Vec<_>>(), values, "{name}");
        assert_eq!(inspect(&fixture(name), None).unwrap().detection.preset, preset, "{name}");
    }
}

#[test]
fn a_write_to_a_sample_changes_one_cell() {
    for (name, _, _, [first, ..]) in SAMPLES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::copy(fixture(name), &path).unwrap();
        let before = std::fs::read(&path).unwrap();
        let connector = CsvConnector::new(Config::new(&path), schema());
        let current = block_on(connector.list(&NoProgress)).unwrap().table.row(0).to_record();
        let phone = schema().position(&Field::FirstName).unwrap();
        let set = vec![(phone, "Quentin".to_owned())];
        let write = Write { kind: WriteKind::Update, via: Via::File, current: Some(current), set };
        let results = block_on(connector.apply(&[write], &NoProgress)).unwrap();
        assert!(matches!(results[0], WriteResult::Done { .. }), "{name}");
        // Undone byte by byte, the file is the old one.
        let after = std::fs::read(&path).unwrap();
        let at = after.windows(7).position(|window| window == b"Quentin").unwrap();
        let first: Vec<u8> = if name == "excel-german.csv" { b"J\xfcrgen".to_vec() } else { first.into() };
        assert_eq!([&after[..at], &first, &after[at + 7..]].concat(), before, "{name}");
    }
}

#[test]
fn an_inspection_shows_columns_and_samples() {
    let shown = inspect(&fixture("excel-german.csv"), None).unwrap();
    assert_eq!((shown.encoding, shown.bom, shown.delimiter), (Encoding::Windows1252, false, ';'));
    assert_eq!((shown.line_ending, shown.rows, shown.rows_without_id), (LineEnding::Crlf, 2, 2));
    let roles: Vec<_> = shown.columns.iter().map(|column| column.role.clone()).collect();
    let fields = [FirstName, LastName, Phone, Email, Company].map(Role::Field);
    assert_eq!(roles, [&[Role::Kept][..], &fields].concat());
    assert_eq!(shown.columns[5].samples, ["Größer & Söhne", "Weiß; Partner"]);
    assert_eq!(shown.notes.len(), 1);

    let mut config = Config::new(fixture("excel-unicode.csv"));
    config.columns = vec![(FirstName, "name".into()), (Email, "E-Mail".into())];
    let shown = inspect(&config.path, Some(&config)).unwrap();
    assert_eq!((shown.encoding, shown.bom, shown.delimiter), (Encoding::Utf16Le, true, '\t'));
    let roles: Vec<_> = shown.columns.iter().map(|column| column.role.clone()).collect();
    assert_eq!(roles, [Role::Id, Role::Field(FirstName), Role::Field(Phone)]);
    assert_eq!(shown.columns[1].samples, ["Света Орлова", "王小明"]);
    assert_eq!((shown.rows_without_id, shown.notes), (0, vec!["no column is called `E-Mail`".to_owned()]));
    assert_eq!(shown.detection.full_name.as_deref(), Some("Name"));
}

#[test]
fn an_inspection_of_a_broken_file_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    std::fs::write(&path, "id,Phone\n1,\"2\n").unwrap();
    assert!(inspect(&path, None).unwrap_err().to_string().contains("line 2, column 2 (`Phone`)"));
}
