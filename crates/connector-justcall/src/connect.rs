//! [`JustcallConnector`]: the seam's [`Connector`], put together from the parts.
//!
//! Writes are carried out in the order of the batch as far as it matters: neighbours that travel the same way go
//! together, phone changes one after the other. It does *not* know what a plan is.

use crate::account::{LimitChoices, identify};
use crate::bulk::Run;
use crate::client::Client;
use crate::config::{BulkUpdates, Config};
use crate::convert::Converter;
use crate::dialect::V2;
use crate::learned::Learned;
use crate::rows::{Row, Sorter, Way};
use crate::semantics::{Trial, candidate, learn};
use crate::transport::Transport;
use crate::{custom, listing, readback, reading, single};
use async_trait::async_trait;
use connector::calls::CallLog;
use connector::{
    Connector, Doubt, Error, Identity, NoProgress, Presence, Progress, Workload, Write, WriteKind, WriteResult,
};
use futures_util::StreamExt;
use futures_util::stream;
use model::{AbsenceProof, Capabilities, Cost, Listing, NOT_SENT, RecordId, Schema, Via};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Lost answers in a row after which no more is sent.
const LOST: usize = 3;
/// How long a list may lag behind a write; the documents do not say.
const READ_LAG_SECONDS: u32 = 60;

/// One `JustCall` account as a replica.
#[derive(Debug)]
pub struct JustcallConnector {
    client: Client,
    limits: LimitChoices,
}

impl JustcallConnector {
    /// Prepares a connector for the fields of `schema`. Sends nothing.
    pub fn new(config: &Config, schema: &Schema) -> Result<Self, Error> {
        let limits = LimitChoices::of(config);
        let transport = Transport::new(config, &V2, limits.limits(&V2, None, None))?;
        let client = Client {
            dialect: &V2,
            transport,
            converter: Converter::new(&V2, schema, &config.field_names)?,
            learned: Learned::new(&config.learned),
            bulk_updates: config.bulk_updates,
            pages: AtomicU64::new(0),
            delete_forbidden: AtomicBool::new(false),
        };
        Ok(Self { client, limits })
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }
}

#[async_trait]
impl Connector for JustcallConnector {
    fn capabilities(&self) -> Capabilities {
        let puts = self.client.bulk_updates == BulkUpdates::Never;
        Capabilities {
            create_via: Via::Bulk,
            update_via: if puts { Via::Put } else { Via::Bulk },
            phone_update_via: Via::Put,
            delete_via: Via::Delete,
            batch: self.client.dialect.bulk_rows,
            concurrency: self.client.concurrency(),
            absence_proof: AbsenceProof::Probe,
            phone_required: true,
            unique_phones: true,
            bulk_by_phone: true,
            field_times: false,
            read_batch: 1,
            change_feed: false,
            read_lag_seconds: READ_LAG_SECONDS,
        }
    }

    async fn identify(&self) -> Result<Identity, Error> {
        self.identify_with(&NoProgress).await
    }

    async fn identify_with(&self, progress: &dyn Progress) -> Result<Identity, Error> {
        identify(&self.client, &self.limits, progress).await
    }

    async fn check_up(&self, progress: &dyn Progress) -> Result<Vec<Doubt>, Error> {
        custom::check_up(&self.client, progress).await
    }

    async fn list(&self, progress: &dyn Progress) -> Result<Listing, Error> {
        listing::list(&self.client, progress).await
    }

    async fn read(&self, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        reading::read(&self.client, ids, progress).await
    }

    async fn apply(&self, batch: &[Write], progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        let mut apply = Apply { client: &self.client, batch, progress, results: vec![None; batch.len()], stop: None };
        apply.run().await;
        apply.finish()
    }

    async fn look_up(&self, write: &Write, progress: &dyn Progress) -> Result<Presence, Error> {
        Ok(match readback::one(&self.client, write, progress).await {
            readback::Seen::Found { record, .. } => Presence::Present(record),
            readback::Seen::Absent { sure: true } => Presence::Gone,
            readback::Seen::Absent { sure: false } => Presence::Unclear { message: "not shown yet".to_owned() },
            readback::Seen::Unclear(message) => Presence::Unclear { message },
        })
    }

    fn forecast(&self, work: &Workload) -> Cost {
        let puts = self.client.bulk_updates == BulkUpdates::Never;
        let (bulk_updates, single_updates) =
            if puts { (0, work.bulk_updates + work.single_updates) } else { (work.bulk_updates, work.single_updates) };
        let rows = work.bulk_creates + bulk_updates;
        let batch = self.client.dialect.bulk_rows as u64;
        let bulk = if rows == 0 { 0 } else { work.bulks.max(rows.div_ceil(batch)) };
        let trial = match bulk_updates > 0 && self.client.bulk_mode().is_none() {
            false => 0,
            true if rows == 1 => 1, // the trial is the write, and a look at it
            true => 2,
        };
        let requests = bulk + trial + single_updates + work.deletes + work.alone;
        Cost { requests, seconds: self.client.transport.pace().forecast(requests) }
    }

    fn call_log(&self) -> Option<&dyn CallLog> {
        Some(self)
    }

    fn requests(&self) -> u64 {
        self.client.transport.requests()
    }

    fn learned(&self) -> Vec<(String, String)> {
        self.client.learned.all()
    }
}

/// One batch under way.
struct Apply<'a> {
    client: &'a Client,
    batch: &'a [Write],
    progress: &'a dyn Progress,
    results: Vec<Option<WriteResult>>,
    stop: Option<Error>,
}

impl<'a> Apply<'a> {
    async fn run(&mut self) {
        let mut start = 0;
        while start < self.batch.len() && self.stop.is_none() {
            let via = self.batch[start].via;
            let length = self.batch[start..].iter().take_while(|write| write.via == via).count();
            self.segment(start..start + length).await;
            start += length;
        }
    }

    /// Neighbours that are to travel the same way.
    async fn segment(&mut self, range: std::ops::Range<usize>) {
        let mut sorter = Sorter::default();
        let (mut rows, mut puts, mut deletes) = (Vec::new(), Vec::new(), Vec::new());
        for at in range {
            let write = &self.batch[at];
            match sorter.way(self.client, write) {
                Way::Bulk => {
                    let phone = readback::phone(self.client, write);
                    rows.push(Row { at, write, phone, without_custom: false });
                }
                Way::Put => puts.push(at),
                Way::Delete => deletes.push(at),
                Way::Refused(message) => self.results[at] = Some(WriteResult::Refused { message }),
            }
        }
        if !rows.is_empty() {
            self.bulk(rows, &mut puts).await;
        }
        self.singles(&puts).await;
        self.singles(&deletes).await;
    }

    /// Writes rows by bulk. Rows that turn out to need a PUT are added to `puts`.
    async fn bulk(&mut self, mut rows: Vec<Row<'a>>, puts: &mut Vec<usize>) {
        let updates = rows.iter().any(|row| row.write.kind == WriteKind::Update);
        if updates && self.client.bulk_mode().is_none() && !self.trial(&mut rows).await {
            return;
        }
        let merges = self.client.bulk_mode() == Some(BulkUpdates::Merge);
        // Without all of its fields, a contact cannot be sent whole: what is not known would be lost.
        let fits = |row: &Row<'_>| {
            merges || row.write.current.as_ref().is_none_or(|current| self.client.converter.is_whole(current))
        };
        let (rows, partly_known): (Vec<Row<'a>>, Vec<_>) = rows.into_iter().partition(fits);
        puts.extend(partly_known.iter().map(|row| row.at));
        puts.sort_unstable();
        let mut run = Run::new(self.client, self.progress, merges, &mut self.results);
        run.write(rows).await;
        let (stop, unproven) = (run.stop, run.unproven);
        self.stop = stop;
        custom::check(self.client, self.batch, &mut self.results, unproven, self.progress).await;
    }

    /// Finds out what bulk does to omitted fields, on one of the rows; false where the run ends.
    async fn trial(&mut self, rows: &mut Vec<Row<'a>>) -> bool {
        let Some(position) = candidate(self.client, rows) else { return true };
        match learn(self.client, &rows[position], self.progress).await {
            Trial::Open => {}
            Trial::Ended(result) => {
                let row = rows.remove(position);
                if matches!(result, WriteResult::Done { .. }) {
                    self.progress.written(1);
                }
                self.results[row.at] = Some(result);
            }
            Trial::Stop(stop) => {
                self.stop = Some(stop);
                return false;
            }
        }
        true
    }

    /// PUTs and DELETEs: several at once, but phone changes in their order, since one may free the other's number.
    async fn singles(&mut self, writes: &[usize]) {
        if self.stop.is_some() {
            return;
        }
        let phone = self.client.converter.phone();
        let (ordered, free): (Vec<usize>, Vec<usize>) =
            writes.iter().partition(|at| self.batch[**at].set.iter().any(|(field, _)| *field == phone));
        for (group, at_once) in [(free, self.client.concurrency()), (ordered, 1)] {
            self.group(&group, at_once).await;
        }
    }

    async fn group(&mut self, writes: &[usize], at_once: usize) {
        let brake = Brake::default();
        let (client, batch, progress) = (self.client, self.batch, self.progress);
        let calls: Vec<_> = writes.iter().map(|at| alone(client, *at, &batch[*at], &brake, progress)).collect();
        let mut ended = stream::iter(calls).buffered(at_once);
        // To the end, also after a stop: what is under way has an outcome.
        while let Some((at, outcome)) = ended.next().await {
            match outcome {
                None => {}
                Some(Ok(result)) => self.results[at] = Some(result),
                Some(Err(stop)) => self.stop = self.stop.take().or(Some(stop)),
            }
        }
    }

    /// One result per write. Writes that were not sent since the run ended are left for the next one.
    fn finish(self) -> Result<Vec<WriteResult>, Error> {
        let acted = |result: &Option<WriteResult>| !matches!(result, None | Some(WriteResult::Refused { .. }));
        let why = match self.stop {
            Some(stop) if !self.results.iter().any(acted) => return Err(stop),
            Some(stop) => stop.to_string(),
            None => "JustCall did not answer for other contacts".to_owned(),
        };
        let unsent = || WriteResult::Stale { message: format!("{NOT_SENT}{why}") };
        Ok(self.results.into_iter().map(|result| result.unwrap_or_else(unsent)).collect())
    }
}

/// Keeps writes that have not begun from beginning.
#[derive(Debug, Default)]
struct Brake {
    stopped: AtomicBool,
    lost: AtomicUsize,
}

/// One PUT or DELETE; none where it was not sent.
async fn alone(
    client: &Client,
    at: usize,
    write: &Write,
    brake: &Brake,
    progress: &dyn Progress,
) -> (usize, Option<Result<WriteResult, Error>>) {
    if brake.stopped.load(Ordering::Relaxed) || brake.lost.load(Ordering::Relaxed) >= LOST {
        return (at, None);
    }
    let result = match write.kind {
        WriteKind::Delete => single::delete(client, write, progress).await,
        WriteKind::Create | WriteKind::Update => single::put(client, write, progress).await,
    };
    match &result {
        Err(_) => brake.stopped.store(true, Ordering::Relaxed),
        Ok(WriteResult::Unknown { .. }) => {
            brake.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(result) => {
            brake.lost.store(0, Ordering::Relaxed);
            if matches!(result, WriteResult::Done { .. }) {
                progress.written(1);
            }
        }
    }
    (at, Some(result))
}
