//! First state of many contacts against plain inserts, and how fast it reads:
//! `cargo bench -p store --bench scale -- 1000000`.
//!
//! Plain inserts: one table of the same values, one prepared statement, one transaction, the same settings.

#![allow(clippy::unwrap_used, clippy::cast_precision_loss, missing_docs)]

use model::{BaseField, BySide, Cell, Field, PhoneKey, RecordId, Schema};
use rusqlite::Connection;
use std::path::Path;
use std::time::Instant;
use store::{StateChange, Store};

const NAMES: [&str; 8] = ["Maria", "Jo", "Wolfgang", "Siobhán", "Li", "Christopher", "Anna", "Zoë"];
const WORDS: [&str; 8] =
    ["Acme", "Globex Corporation", "Initech", "Umbrella", "Hooli", "Stark Industries", "Wayne", "Wonka"];

fn main() {
    let count = std::env::args().skip(1).find_map(|text| text.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tieline.db");
    let (schema, changes) = (schema(), changes(count));
    let (mut plain, mut first, mut state) = (f64::MAX, f64::MAX, None);
    // In turns, and the best of each: other work on the machine must not decide.
    for _ in 0..5 {
        plain = plain.min(plain_inserts(&folder.path().join("plain.db"), count));
        drop(state.take());
        let _ = std::fs::remove_file(&path);
        let mut store = Store::open(&path, [7; 16]).unwrap();
        store.set_schema(&schema, "bench").unwrap();
        first = first.min(seconds(|| drop(store.commit(&changes).unwrap())));
        state = Some(store);
    }
    println!("plain inserts        {plain:>8.3} s");
    println!("first state          {first:>8.3} s = {:.2} x plain", first / plain);
    drop(changes);
    println!("close                {:>8.3} s", seconds(|| drop(state)));
    let size = std::fs::metadata(&path).unwrap().len();
    println!("bytes per contact    {:>8.1}", size as f64 / count as f64);
    for _ in 0..2 {
        let mut store = None;
        println!("open with check      {:>8.3} s", seconds(|| store = Some(Store::open_existing(&path).unwrap())));
        let mut store = store.unwrap();
        store.set_schema(&schema, "bench").unwrap();
        let mut heads = Vec::new();
        println!("link heads           {:>8.3} s", seconds(|| heads = store.link_heads(&schema).unwrap()));
        let some: Vec<_> = heads.iter().step_by(100).map(|head| head.id).collect();
        println!("bases of 1 %         {:>8.3} s", seconds(|| drop(store.bases(&schema, &some).unwrap())));
        println!("all bases            {:>8.3} s", seconds(|| drop(store.all_bases(&schema).unwrap())));
    }
}

fn seconds(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

fn schema() -> Schema {
    let custom = |key: &str| Field::Custom(key.into());
    Schema::new([Field::FirstName, Field::LastName, Field::Email, Field::Company, custom("tier"), custom("city")])
}

/// The values of a contact, as the CRM has them, in schema order; the phone comes third.
fn contact(number: usize) -> Vec<String> {
    let pick = |list: &[&str; 8], by: usize| list[number / by % 8].to_owned();
    vec![
        pick(&NAMES, 1),
        format!("{}{}", pick(&NAMES, 8), number % 1000),
        phone(number),
        format!("{}.{number}@example.com", pick(&NAMES, 64).to_lowercase()),
        pick(&WORDS, 3),
        "Springfield".to_owned(),
        "gold".to_owned(),
    ]
}

fn phone(number: usize) -> String {
    format!("+1415{:07}", number * 7 % 10_000_000)
}

fn changes(count: usize) -> Vec<StateChange> {
    (0..count)
        .map(|number| {
            let mut base: Vec<BaseField> = contact(number)
                .iter()
                .map(|text| {
                    let cell = Cell::from_text(text).to_owned();
                    BaseField { cells: BySide { justcall: cell.clone(), crm: cell }, sent: BySide::default() }
                })
                .collect();
            let digits = &phone(number)[5..];
            let national = format!("(415) {}-{}", &digits[..3], &digits[3..]);
            base[2].cells.crm = Cell::from_text(&national).to_owned();
            StateChange::NewLink {
                ids: BySide {
                    justcall: Some(RecordId::from((90_000_000 + number * 13 % 9_000_000).to_string())),
                    crm: Some(RecordId::from(format!("{:011}", 30_000_000_000 + number))),
                },
                key: PhoneKey::new(&phone(number), ""),
                base,
                created_at: BySide::default(),
            }
        })
        .collect()
}

fn plain_inserts(path: &Path, count: usize) -> f64 {
    let _ = std::fs::remove_file(path);
    let rows: Vec<_> = (0..count).map(contact).collect();
    let mut connection = Connection::open(path).unwrap();
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection.pragma_update(None, "cache_size", -16_384).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT, d TEXT, e TEXT, f TEXT, g TEXT)",
        )
        .unwrap();
    seconds(|| {
        let transaction = connection.transaction().unwrap();
        let mut insert = transaction.prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)").unwrap();
        for (id, row) in (1_i64..).zip(&rows) {
            insert.execute((id, &row[0], &row[1], &row[2], &row[3], &row[4], &row[5], &row[6])).unwrap();
        }
        drop(insert);
        transaction.commit().unwrap();
    })
}
