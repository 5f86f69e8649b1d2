//! Stands between the job and a replica and notes every write that is asked for: policy, minimality and fidelity are
//! checked here, at the boundary, and not in the planner (I8, I9, I16). Changes nothing.

use async_trait::async_trait;
use connector::{Connector, Error, Feed, Identity, Presence, Progress, Successor, Workload, Write, WriteResult};
use model::{Capabilities, Cost, FieldId, Listing, RecordId, Remembered, Side, Version};
use std::sync::{Arc, Mutex};
use testkit::MemoryReplica;

/// One write that the job asked for, and the answer.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) side: Side,
    pub(crate) write: Write,
    /// None: the run was killed before the answer, or nothing was sent.
    pub(crate) result: Option<WriteResult>,
}

/// Everything that was asked for. Shared by handle.
pub(crate) type Calls = Arc<Mutex<Vec<Call>>>;

/// A replica under observation.
pub(crate) struct Watched {
    pub(crate) side: Side,
    pub(crate) inner: MemoryReplica,
    pub(crate) calls: Calls,
}

#[async_trait]
impl Connector for Watched {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn identify(&self) -> Result<Identity, Error> {
        self.inner.identify().await
    }

    async fn list(&self, progress: &dyn Progress) -> Result<Listing, Error> {
        self.inner.list(progress).await
    }

    async fn list_against(&self, remembered: Arc<dyn Remembered>, progress: &dyn Progress) -> Result<Listing, Error> {
        self.inner.list_against(remembered, progress).await
    }

    async fn changes(&self, cursor: &str, progress: &dyn Progress) -> Result<Feed, Error> {
        self.inner.changes(cursor, progress).await
    }

    fn cursor(&self) -> Option<String> {
        self.inner.cursor()
    }

    fn successors(&self) -> Vec<Successor> {
        self.inner.successors()
    }

    async fn read(&self, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        self.inner.read(ids, progress).await
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
        let first = {
            let mut calls = self.calls.lock().unwrap();
            calls.extend(batch.iter().map(|write| Call { side: self.side, write: write.clone(), result: None }));
            calls.len() - batch.len()
        };
        let results = self.inner.apply(batch, progress).await?;
        let mut calls = self.calls.lock().unwrap();
        for (call, result) in calls[first..].iter_mut().zip(&results) {
            call.result = Some(result.clone());
        }
        Ok(results)
    }

    fn forecast(&self, work: &Workload) -> Cost {
        self.inner.forecast(work)
    }

    fn requests(&self) -> u64 {
        self.inner.requests()
    }
}
