//! A connector that cannot write: what `plan` gets, so that a dry run makes no mutating call by construction (I9).

use crate::{
    Connector, Doubt, Error, ErrorKind, Feed, Identity, Presence, Progress, Successor, Workload, Write, WriteResult,
};
use async_trait::async_trait;
use model::{Capabilities, Cost, FieldId, Listing, Quota, RecordId, Remembered, Version};
use std::sync::Arc;

/// Passes reads through and refuses every write.
#[derive(Debug)]
pub struct ReadOnly<C>(pub C);

#[async_trait]
impl<C: std::ops::Deref<Target = dyn Connector> + Send + Sync> Connector for ReadOnly<C> {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn identify(&self) -> Result<Identity, Error> {
        self.0.identify().await
    }

    async fn identify_with(&self, progress: &dyn Progress) -> Result<Identity, Error> {
        self.0.identify_with(progress).await
    }

    async fn check_up(&self, progress: &dyn Progress) -> Result<Vec<Doubt>, Error> {
        self.0.check_up(progress).await
    }

    async fn list(&self, progress: &dyn Progress) -> Result<Listing, Error> {
        self.0.list(progress).await
    }

    async fn list_against(&self, remembered: Arc<dyn Remembered>, progress: &dyn Progress) -> Result<Listing, Error> {
        self.0.list_against(remembered, progress).await
    }

    async fn changes(&self, cursor: &str, progress: &dyn Progress) -> Result<Feed, Error> {
        self.0.changes(cursor, progress).await
    }

    fn cursor(&self) -> Option<String> {
        self.0.cursor()
    }

    fn successors(&self) -> Vec<Successor> {
        self.0.successors()
    }

    async fn read(&self, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        self.0.read(ids, progress).await
    }

    async fn field_history(
        &self,
        ids: &[RecordId],
        fields: &[FieldId],
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Vec<Version>>>, Error> {
        self.0.field_history(ids, fields, progress).await
    }

    async fn apply(&self, _batch: &[Write], _progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        Err(Error::new(ErrorKind::Forbidden, "a dry run does not write"))
    }

    fn forecast(&self, work: &Workload) -> Cost {
        self.0.forecast(work)
    }

    fn quota(&self) -> Option<Quota> {
        self.0.quota()
    }

    fn requests(&self) -> u64 {
        self.0.requests()
    }

    fn learned(&self) -> Vec<(String, String)> {
        self.0.learned()
    }
}
