//! JustCall's contacts with what their calls come to: ordinary cells of a listing, so that the engine needs to know
//! nothing of calls. Wraps the connector, so that every way a contact is read shows the same.
//!
//! Cells are unknown while no sync of calls went through, where the list of contacts was not seen whole, and where several
//! contacts share the number: whose calls they are is nobody's guess. A contact without calls has none: empty, not zero.

use async_trait::async_trait;
use connector::calls::CallLog;
use connector::{Connector, Doubt, Error, ErrorKind, Identity, Presence, Progress, Workload, Write, WriteResult};
use engine::normalizer::{Normalizer, PhoneReading};
use model::{
    CallField, CallSummary, Capabilities, Cell, Cost, Field, FieldId, Listing, OwnedCell, Quota, Record, RecordId,
    Schema, Table, Version,
};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What calls come to by number; none while no sync of calls went through.
pub(crate) type CallCells = Arc<Mutex<Option<HashMap<u64, CallSummary>>>>;

/// A connector whose records carry the computed fields.
pub(crate) struct Enriched {
    inner: Box<dyn Connector>,
    cells: CallCells,
    normalizer: Mutex<Normalizer>,
    /// Numbers that several contacts of the last listing have.
    shared: Mutex<HashSet<u64>>,
    phone: usize,
    fields: Vec<(usize, CallField)>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Enriched {
    pub(crate) fn new(inner: Box<dyn Connector>, schema: &Schema, cells: CallCells, normalizer: Normalizer) -> Self {
        let fields = schema.iter().filter_map(|(id, field)| match field {
            Field::Call(field) => Some((id.index(), *field)),
            _ => None,
        });
        Self {
            inner,
            cells,
            normalizer: Mutex::new(normalizer),
            shared: Mutex::default(),
            phone: schema.phone().index(),
            fields: fields.collect(),
        }
    }

    /// The number of a phone that has calls. Most are written in the one form that is their own.
    fn number(&self, summaries: &HashMap<u64, CallSummary>, phone: &str) -> Option<u64> {
        let plain = phone.strip_prefix('+').and_then(|digits| digits.parse().ok());
        if let Some(number) = plain.filter(|number| summaries.contains_key(number)) {
            return Some(number);
        }
        match locked(&self.normalizer).read_phone(phone) {
            PhoneReading::Key(key) | PhoneReading::WeakKey(key) => {
                Some(key.number()).filter(|number| summaries.contains_key(number))
            }
            PhoneReading::Unusable(..) => None,
        }
    }

    /// The computed cells of a contact, in the order of `fields`.
    fn cells_of(&self, summaries: Option<&HashMap<u64, CallSummary>>, number: Option<u64>) -> Vec<OwnedCell> {
        let all = |cell: OwnedCell| vec![cell; self.fields.len()];
        let Some(summaries) = summaries else { return all(OwnedCell::Unknown) };
        match number {
            Some(number) if locked(&self.shared).contains(&number) => all(OwnedCell::Unknown),
            Some(number) => {
                let summary = summaries.get(&number).cloned().unwrap_or_default();
                self.fields.iter().map(|(_, field)| OwnedCell::from(Some(summary.text(*field)))).collect()
            }
            None => all(OwnedCell::Cleared),
        }
    }

    fn enrich(&self, record: &mut Record) {
        let guard = locked(&self.cells);
        let number = guard.as_ref().and_then(|known| self.number(known, record.cell(self.phone).text()));
        for ((at, _), cell) in self.fields.iter().zip(self.cells_of(guard.as_ref(), number)) {
            if let Some(place) = record.cells.get_mut(*at) {
                *place = cell;
            }
        }
    }

    fn enrich_table(&self, table: &Table, whole: bool) -> Result<Table, Error> {
        let guard = locked(&self.cells);
        let known = guard.as_ref().filter(|_| whole);
        let numbers: Vec<Option<u64>> =
            table.iter().map(|row| known.and_then(|known| self.number(known, row.cell(self.phone).text()))).collect();
        let mut seen = HashSet::new();
        *locked(&self.shared) = numbers.iter().flatten().filter(|number| !seen.insert(**number)).copied().collect();
        let mut enriched = Table::new(table.width());
        for (row, number) in table.iter().zip(numbers) {
            let computed = self.cells_of(known, number);
            let cells = (0..table.width()).map(|at| {
                let own = self.fields.iter().position(|(field, _)| *field == at);
                own.map_or_else(|| row.cell(at), |own| computed.get(own).map_or(Cell::Unknown, OwnedCell::as_cell))
            });
            enriched
                .push(row.id(), row.native_id(), cells, row.rest())
                .map_err(|full| Error::new(ErrorKind::Data, "JustCall's list is too large").caused_by(full))?;
        }
        Ok(enriched)
    }

    fn enrich_presence(&self, presence: Presence) -> Presence {
        match presence {
            Presence::Present(mut record) => {
                self.enrich(&mut record);
                Presence::Present(record)
            }
            other => other,
        }
    }
}

#[async_trait]
impl Connector for Enriched {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn identify(&self) -> Result<Identity, Error> {
        self.inner.identify().await
    }

    async fn identify_with(&self, progress: &dyn Progress) -> Result<Identity, Error> {
        self.inner.identify_with(progress).await
    }

    async fn check_up(&self, progress: &dyn Progress) -> Result<Vec<Doubt>, Error> {
        self.inner.check_up(progress).await
    }

    async fn list(&self, progress: &dyn Progress) -> Result<Listing, Error> {
        let mut listing = self.inner.list(progress).await?;
        // Of a list that was not seen whole nobody knows who shares a number.
        listing.table = self.enrich_table(&listing.table, listing.is_complete())?;
        Ok(listing)
    }

    async fn read(&self, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        let read = self.inner.read(ids, progress).await?;
        Ok(read.into_iter().map(|presence| self.enrich_presence(presence)).collect())
    }

    async fn field_history(
        &self,
        ids: &[RecordId],
        fields: &[FieldId],
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Vec<Version>>>, Error> {
        self.inner.field_history(ids, fields, progress).await
    }

    async fn apply(&self, batch: &[Write], progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        let mut results = self.inner.apply(batch, progress).await?;
        for result in &mut results {
            if let WriteResult::Done { stored: Some(record), .. } = result {
                self.enrich(record);
            }
        }
        Ok(results)
    }

    async fn look_up(&self, write: &Write, progress: &dyn Progress) -> Result<Presence, Error> {
        Ok(self.enrich_presence(self.inner.look_up(write, progress).await?))
    }

    fn forecast(&self, work: &Workload) -> Cost {
        self.inner.forecast(work)
    }

    fn quota(&self) -> Option<Quota> {
        self.inner.quota()
    }

    fn requests(&self) -> u64 {
        self.inner.requests()
    }

    fn learned(&self) -> Vec<(String, String)> {
        self.inner.learned()
    }

    fn call_log(&self) -> Option<&dyn CallLog> {
        self.inner.call_log()
    }
}
