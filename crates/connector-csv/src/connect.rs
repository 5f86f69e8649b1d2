//! The connector: a CSV file behind [`Connector`]. Listing takes a thread of its own, so that the other side is read at the
//! same time; writing blocks the calling task for as long as the disk takes, a fraction of a second for a million rows.

use crate::aside::aside;
use crate::batch::Batch;
use crate::convert::{ROW_PREFIX, Rows, table};
use crate::document::Document;
use crate::encoding::encode;
use crate::layout::Layout;
use crate::new_ids::NewIds;
use crate::replace::{Disk, RealDisk, Replaced, replace};
use crate::{Config, file, stream};
use async_trait::async_trait;
use connector::{Connector, Error, Identity, Presence, Progress, Workload, Write, WriteResult};
use jiff::Timestamp;
use model::{AbsenceProof, Capabilities, Cost, Coverage, Listing, RecordId, Remembered, Schema, Table, Via};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A CSV file as a replica.
#[derive(Debug, Clone)]
pub struct CsvConnector {
    config: Arc<Config>,
    schema: Arc<Schema>,
    disk: Arc<dyn Disk>,
    /// Hash of the content that this run's plan rests on: as last listed, or first read, or last written by us.
    known: Arc<Mutex<Option<u128>>>,
    /// Ids that were seen or given, in this run and before.
    ids: Arc<Mutex<NewIds>>,
}

impl CsvConnector {
    /// A connector for one file; nothing is read yet.
    pub fn new(config: Config, schema: Arc<Schema>) -> Self {
        let ids = Arc::new(Mutex::new(NewIds::recall(&config.learned)));
        Self { config: Arc::new(config), schema, disk: Arc::new(RealDisk), known: Arc::default(), ids }
    }

    /// With another disk under it: for tests of full and failing ones.
    #[must_use]
    pub fn with_disk(mut self, disk: Arc<dyn Disk>) -> Self {
        self.disk = disk;
        self
    }

    fn shown(&self) -> &str {
        &self.config.identity
    }

    fn read_file(&self) -> Result<file::Bytes, Error> {
        file::read(&self.config.path, self.shown())
    }

    fn layout(&self, document: &Document<'_>) -> Result<Layout, Error> {
        Layout::resolve(&self.config, &self.schema, &document.header)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<u128>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ids(&self) -> std::sync::MutexGuard<'_, NewIds> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn identify_now(&self) -> Result<Identity, Error> {
        if let Some(found) = stream::header(&self.config.path, self.shown(), |document| self.identity(document))? {
            return Ok(found);
        }
        let read = self.read_file()?;
        self.identity(&Document::open(self.shown(), &read.bytes)?)
    }

    fn identity(&self, document: &Document<'_>) -> Result<Identity, Error> {
        let layout = self.layout(document)?;
        let column = |index: usize| format!("`{}`", document.header[index]);
        let mut details = vec![
            ("preset".to_owned(), layout.preset.to_string()),
            ("encoding".to_owned(), document.decoded.encoding.to_string()),
            ("id".to_owned(), layout.id.map_or("none: rows are matched by phone".to_owned(), column)),
        ];
        for (index, (field, cell)) in self.schema.fields().iter().zip(&layout.cells).enumerate() {
            let several = layout.numbers.iter().map(|(number, _)| column(*number)).filter(|_| index == layout.phone);
            let several = several.collect::<Vec<_>>().join(", then ");
            let one = || cell.map_or("no column".to_owned(), column);
            details.push((field.to_string(), if several.is_empty() { one() } else { several }));
        }
        let name = self.config.path.file_name().map_or_else(|| self.shown().into(), |name| name.to_string_lossy());
        Ok(Identity { fingerprint: format!("csv:{}", self.shown()), title: name.into_owned(), details })
    }

    fn list_now(&self, remembered: Option<&dyn Remembered>, progress: &dyn Progress) -> Result<Listing, Error> {
        let read_at = Timestamp::now();
        let resolve = |document: &Document<'_>| self.layout(document);
        let (table, notes, hash) = match stream::list(&self.config.path, self.shown(), resolve, remembered, progress)? {
            Some(listed) => (listed.table, listed.layout.notes, listed.hash),
            None => self.list_whole(progress)?,
        };
        *self.known() = Some(hash);
        let mut ids = self.ids();
        table.iter().filter(|row| row.native_id()).for_each(|row| ids.see(row.id()));
        Ok(Listing { table, coverage: Coverage::Complete, read_at, notes })
    }

    fn list_whole(&self, progress: &dyn Progress) -> Result<(Table, Vec<String>, u128), Error> {
        let read = self.read_file()?;
        let document = Document::open(self.shown(), &read.bytes)?;
        let layout = self.layout(&document)?;
        let table = table(&document, &layout, progress)?;
        let notes = document.encoding_note().into_iter().chain(layout.notes).collect();
        Ok((table, notes, read.hash))
    }

    fn read_now(&self, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        let read = self.read_file()?;
        let document = Document::open(self.shown(), &read.bytes)?;
        let layout = self.layout(&document)?;
        let mut found: HashMap<&str, Option<model::Record>> = ids.iter().map(|id| (id.as_str(), None)).collect();
        let mut rows = Rows::new(&document, &layout);
        while let Some(row) = rows.next()? {
            if let Some(slot) = found.get_mut(row.id) {
                *slot = Some(row.to_record());
            }
        }
        // A listing stays the ground of the plan: what moved since then shows when it is applied.
        self.known().get_or_insert(read.hash);
        progress.read(ids.len() as u64, Some(ids.len() as u64));
        let presence = |id: &RecordId| match found.get(id.as_str()).cloned().flatten() {
            Some(record) => Presence::Present(record),
            None if id.as_str().starts_with(ROW_PREFIX) => Presence::Unclear {
                message: format!("the row had no id of its own: only a new listing of {} tells", self.shown()),
            },
            None => Presence::Gone,
        };
        Ok(ids.iter().map(presence).collect())
    }

    fn apply_now(&self, writes: &[Write], progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let stale = || {
            let message = format!("{} changed after it was read; nothing was written to it", self.shown());
            vec![WriteResult::Stale { message }; writes.len()]
        };
        let read = self.read_file()?;
        if self.known().is_some_and(|known| known != read.hash) {
            return Ok(stale());
        }
        let document = Document::open(self.shown(), &read.bytes)?;
        let layout = self.layout(&document)?;
        let mut ids = self.ids().clone();
        let batch = Batch::decide(&document, &layout, writes, &mut ids)?;
        if !batch.changes_text() {
            let stored = batch.verify(&document, &layout)?;
            return Ok(batch.results(stored, None));
        }
        let (encoding, bom) = (document.decoded.encoding, document.decoded.bom);
        let bytes = encode(batch.rewrite(document.text()), encoding, bom);
        let edited = Document::open(self.shown(), &bytes);
        let Some(edited) = edited.ok().filter(|edited| edited.decoded.encoding == encoding) else {
            // A value can make a file in Windows-1252 look like UTF-8, if it is the only one with accents.
            let message =
                format!("{} would not be recognised as {encoding} any more: export it as UTF-8", self.shown());
            return Ok(vec![WriteResult::Refused { message }; writes.len()]);
        };
        let stored = batch.verify(&edited, &layout)?;
        *self.ids() = ids; // given, whatever becomes of the write
        match replace(&*self.disk, &self.config.path, self.shown(), read.hash, &bytes)? {
            Replaced::Changed => return Ok(stale()),
            Replaced::Unconfirmed(error) => {
                *self.known() = Some(file::hash(&bytes));
                let message = format!("{} was replaced, but the disk did not confirm it: {error}", self.shown());
                return Ok(batch.results(stored, Some(&WriteResult::Unknown { message })));
            }
            Replaced::Done => *self.known() = Some(file::hash(&bytes)),
        }
        progress.written(writes.len() as u64);
        Ok(batch.results(stored, None))
    }
}

#[async_trait]
impl Connector for CsvConnector {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            create_via: Via::File,
            update_via: Via::File,
            phone_update_via: Via::File,
            delete_via: Via::File,
            batch: usize::MAX,
            concurrency: 1,
            absence_proof: AbsenceProof::Listing,
            phone_required: false,
            unique_phones: false,
            bulk_by_phone: false,
            field_times: false,
            read_batch: 1,
            change_feed: false,
            read_lag_seconds: 0,
        }
    }

    async fn identify(&self) -> Result<Identity, Error> {
        self.identify_now()
    }

    async fn list(&self, progress: &dyn Progress) -> Result<Listing, Error> {
        let own = self.clone();
        aside(progress, move |progress| own.list_now(None, progress)).await
    }

    async fn list_against(&self, remembered: Arc<dyn Remembered>, progress: &dyn Progress) -> Result<Listing, Error> {
        let own = self.clone();
        aside(progress, move |progress| own.list_now(Some(&*remembered), progress)).await
    }

    async fn read(&self, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        self.read_now(ids, progress)
    }

    async fn apply(&self, batch: &[Write], progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        self.apply_now(batch, progress)
    }

    fn forecast(&self, _work: &Workload) -> Cost {
        Cost::default()
    }

    fn requests(&self) -> u64 {
        0
    }

    fn learned(&self) -> Vec<(String, String)> {
        self.ids().facts()
    }
}
