//! How long it takes to read a large file: `cargo run --release -p connector-csv --example speed [ROWS]`.
#![allow(clippy::print_stdout)]

use connector::{Connector, Error, NoProgress, Write, WriteKind};
use connector_csv::{Config, CsvConnector};
use model::{Field, FieldId, Schema, Via};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("crm.csv");
    for quoted in [false, true] {
        let text = generate(rows, if quoted { "\"" } else { "" })?;
        std::fs::write(&path, &text)?;
        measure(&path, text.len()).await?;
    }
    Ok(())
}

fn generate(rows: u64, q: &str) -> Result<String, std::fmt::Error> {
    let mut text = String::from("id,First Name,Last Name,Phone,Email,Company,Notes,Owner\r\n");
    for row in 0..rows {
        write!(text, "{q}{row}{q},{q}First{}{q},{q}Lastname{}{q},{q}+1415{:07}{q},", row % 997, row % 7919, row)?;
        write!(text, "{q}person{row}@example.com{q},{q}Company {}{q},", row % 10_007)?;
        write!(text, "{q}met at the fair in spring {}{q},{q}Sam Reed{q}\r\n", row % 31)?;
    }
    Ok(text)
}

async fn measure(path: &std::path::Path, bytes: usize) -> Result<(), Error> {
    let fields = [Field::FirstName, Field::LastName, Field::Phone, Field::Email, Field::Company];
    let schema = Arc::new(Schema::new(fields));
    let connector = CsvConnector::new(Config::new(path), schema);
    for _ in 0..3 {
        let start = Instant::now();
        let listing = connector.list(&NoProgress).await?;
        let list = start.elapsed();
        let half = listing.table.row(listing.table.len() / 2).to_record();
        let rows = listing.table.len();
        drop(listing);
        let start = Instant::now();
        let set = vec![(FieldId(0), format!("New{}", rows + half.cells.len()))];
        let write = Write { kind: WriteKind::Update, via: Via::File, current: Some(half), set };
        connector.apply(&[write], &NoProgress).await?;
        println!("{rows} rows, {} MB: list {list:?}, one write {:?}", bytes / 1_000_000, start.elapsed());
    }
    Ok(())
}
