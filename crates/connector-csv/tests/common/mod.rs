//! A folder with one CSV file, a connector on it, and short ways to ask it things.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::missing_panics_doc)]

use connector::{Connector, Error, NoProgress, Presence, Write, WriteKind, WriteResult};
use connector_csv::{Config, CsvConnector, Disk, Preset};
use model::{Field, Listing, Record, RecordId, Schema, Via};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

pub struct Crm {
    pub folder: TempDir,
    pub path: PathBuf,
    pub schema: Arc<Schema>,
    pub connector: CsvConnector,
}

pub fn block_on<F: std::future::Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// `id`, `Name` as first name, and `Phone`, in a plain table called crm.csv.
pub fn config(path: &std::path::Path) -> Config {
    let mut config = Config::new(path);
    config.identity = "crm.csv".into();
    config.preset = Preset::Plain;
    config.id_column = Some("id".into());
    config.columns = vec![(Field::FirstName, "Name".into()), (Field::Phone, "Phone".into())];
    config
}

impl Crm {
    pub fn new(content: impl AsRef<[u8]>) -> Self {
        Self::with(content, |_| {})
    }

    pub fn with(content: impl AsRef<[u8]>, change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.csv");
        std::fs::write(&path, content).unwrap();
        let mut config = config(&path);
        change(&mut config);
        let schema = Arc::new(Schema::new(config.columns.iter().map(|(field, _)| field.clone())));
        let connector = CsvConnector::new(config, Arc::clone(&schema));
        Self { folder, path, schema, connector }
    }

    #[must_use]
    pub fn on_disk(mut self, disk: impl Disk + 'static) -> Self {
        self.connector = self.connector.with_disk(Arc::new(disk));
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    pub fn list(&self) -> Result<Listing, Error> {
        block_on(self.connector.list(&NoProgress))
    }

    pub fn read(&self, ids: &[&str]) -> Vec<Presence> {
        let ids: Vec<RecordId> = ids.iter().map(|id| RecordId::from(*id)).collect();
        block_on(self.connector.read(&ids, &NoProgress)).unwrap()
    }

    /// The record as the file holds it now.
    pub fn record(&self, id: &str) -> Record {
        let listing = self.list().unwrap();
        listing.table.iter().find(|row| row.id() == id).unwrap().to_record()
    }

    pub fn set(&self, values: &[(Field, &str)]) -> Vec<(model::FieldId, String)> {
        values.iter().map(|(field, value)| (self.schema.position(field).unwrap(), (*value).to_owned())).collect()
    }

    pub fn update(&self, id: &str, values: &[(Field, &str)]) -> Write {
        Write { kind: WriteKind::Update, via: Via::File, current: Some(self.record(id)), set: self.set(values) }
    }

    pub fn delete(&self, id: &str) -> Write {
        Write { kind: WriteKind::Delete, via: Via::File, current: Some(self.record(id)), set: Vec::new() }
    }

    pub fn create(&self, values: &[(Field, &str)]) -> Write {
        Write { kind: WriteKind::Create, via: Via::File, current: None, set: self.set(values) }
    }

    pub fn apply(&self, writes: &[Write]) -> Result<Vec<WriteResult>, Error> {
        block_on(self.connector.apply(writes, &NoProgress))
    }

    /// Applies and expects every write to be done.
    pub fn done(&self, writes: &[Write]) -> Vec<(Option<RecordId>, Option<Record>)> {
        let results = self.apply(writes).unwrap();
        let done = |result| match result {
            WriteResult::Done { id, stored } => (id, stored),
            other => panic!("{other:?}"),
        };
        results.into_iter().map(done).collect()
    }

    /// Names in the folder besides the file itself.
    pub fn others(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "crm.csv");
        names.sort();
        names
    }
}
