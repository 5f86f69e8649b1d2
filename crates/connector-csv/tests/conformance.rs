//! The suite that every connector passes, on a CSV file.
#![allow(clippy::unwrap_used)]

mod common;

use common::{block_on, config};
use connector::Connector;
use connector_csv::CsvConnector;
use model::{Field, Schema};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use testkit::conformance::{self, Subject};

struct File {
    _folder: TempDir,
    path: PathBuf,
    schema: Arc<Schema>,
}

fn file() -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.csv");
    std::fs::write(&path, "id,Name,Phone,Mail\n").unwrap();
    File { _folder: folder, path, schema: Arc::new(Schema::new([Field::FirstName, Field::Email])) }
}

impl Subject for File {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn connector(&self) -> Box<dyn Connector> {
        let mut config = config(&self.path);
        config.columns.push((Field::Email, "Mail".into()));
        Box::new(CsvConnector::new(config, Arc::clone(&self.schema)))
    }

    fn put(&self, first_name: &str, phone: &str, email: &str) {
        let mut text = std::fs::read_to_string(&self.path).unwrap();
        let id = text.lines().count();
        writeln!(text, "{id},{first_name},{phone},{email}").unwrap();
        std::fs::write(&self.path, text).unwrap();
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        block_on(future)
    }

    fn notices_moves(&self) -> bool {
        true
    }
}

#[test]
fn a_csv_file_conforms() {
    conformance::all(file);
}
