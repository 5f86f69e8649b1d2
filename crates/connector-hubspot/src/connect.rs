//! [`HubspotConnector`]: the seam's [`Connector`], put together from the parts. It does *not* know what a plan is.

use crate::bookmark::Bookmark;
use crate::client::Client;
use crate::columns::Columns;
use crate::config::Config;
use crate::definitions::Definitions;
use crate::dialect::V3;
use crate::feed::Terms;
use crate::histories::Authors;
use crate::merged::Merged;
use crate::transport::Transport;
use crate::writing::Writing;
use crate::{account, activities, feed, histories, listing, reading};
use async_trait::async_trait;
use connector::activities::{Activities, Activity, Logged};
use connector::{
    Connector, Doubt, Error, Feed, Identity, NoProgress, Presence, Progress, Successor, Workload, Write, WriteResult,
};
use model::{AbsenceProof, Capabilities, Cost, Field, FieldId, Listing, Quota, RecordId, Schema, Version, Via};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// One `HubSpot` account as a replica.
#[derive(Debug)]
pub struct HubspotConnector {
    client: Client,
    terms: Terms,
    only_read: Vec<Field>,
    definitions: OnceLock<Definitions>,
    bookmark: Mutex<Option<Bookmark>>,
    authors: Authors,
    /// Which values of which property are in the scope.
    conditions: Vec<(String, Vec<String>)>,
}

impl HubspotConnector {
    /// Prepares a connector for the fields of `schema`. Sends nothing.
    pub fn new(config: &Config, schema: &Schema) -> Result<Self, Error> {
        let client = Client {
            dialect: &V3,
            transport: Transport::new(config, &V3)?,
            columns: Columns::new(&V3, schema, config)?,
            merged: Merged::default(),
        };
        let terms = Terms { index_lag: config.index_lag, full_listing_every: config.full_listing_every };
        let only_read = config.only_read.clone();
        Ok(Self {
            client,
            terms,
            only_read,
            definitions: OnceLock::new(),
            bookmark: Mutex::new(None),
            authors: Authors::default(),
            conditions: config.conditions.clone(),
        })
    }

    fn bookmark(&self) -> MutexGuard<'_, Option<Bookmark>> {
        self.bookmark.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Connector for HubspotConnector {
    fn activities(&self) -> Option<&dyn Activities> {
        Some(self)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            create_via: Via::Api,
            update_via: Via::Api,
            phone_update_via: Via::Api,
            delete_via: Via::Api,
            batch: self.client.dialect.batch * self.client.concurrency(),
            concurrency: self.client.concurrency(),
            absence_proof: AbsenceProof::Probe,
            phone_required: false,
            unique_phones: false,
            bulk_by_phone: false,
            field_times: true,
            read_batch: self.client.dialect.batch,
            change_feed: self.terms.full_listing_every > 1 && self.client.can_search(),
            // Lists come from the records themselves; what changed comes from the index of searches, which lags.
            read_lag_seconds: u32::try_from(self.terms.index_lag.as_secs()).unwrap_or(u32::MAX),
        }
    }

    async fn identify(&self) -> Result<Identity, Error> {
        self.identify_with(&NoProgress).await
    }

    async fn identify_with(&self, progress: &dyn Progress) -> Result<Identity, Error> {
        let (identity, definitions) =
            account::identify(&self.client, &self.only_read, &self.conditions, progress).await?;
        let _ = self.definitions.set(definitions); // asked a second time, the first answer serves
        Ok(identity)
    }

    async fn check_up(&self, progress: &dyn Progress) -> Result<Vec<Doubt>, Error> {
        let is_written = self.client.columns.fields().any(|(field, _)| !self.only_read.contains(field));
        account::check_up(&self.client, is_written, progress).await
    }

    async fn list(&self, progress: &dyn Progress) -> Result<Listing, Error> {
        let (listing, bookmark) = listing::list(&self.client, self.terms.index_lag, progress).await?;
        *self.bookmark() = bookmark;
        Ok(listing)
    }

    async fn changes(&self, cursor: &str, progress: &dyn Progress) -> Result<Feed, Error> {
        let (feed, bookmark) = feed::changes(&self.client, self.terms, cursor, progress).await?;
        *self.bookmark() = bookmark;
        Ok(feed)
    }

    fn cursor(&self) -> Option<String> {
        self.bookmark().map(Bookmark::to_text)
    }

    fn successors(&self) -> Vec<Successor> {
        self.client.merged.successors()
    }

    async fn read(&self, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        reading::read(&self.client, ids, progress).await
    }

    async fn field_history(
        &self,
        ids: &[RecordId],
        fields: &[FieldId],
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Vec<Version>>>, Error> {
        histories::read(&self.client, &self.authors, ids, fields, progress).await
    }

    async fn apply(&self, batch: &[Write], progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        let definitions = self.definitions.get();
        let writing =
            Writing { client: &self.client, definitions, writes: batch, progress, stopped: AtomicBool::new(false) };
        writing.run().await
    }

    fn forecast(&self, work: &Workload) -> Cost {
        let batch = self.client.dialect.batch as u64;
        let updates = work.bulk_updates + work.single_updates;
        let full: u64 = [work.bulk_creates, updates, work.deletes].iter().map(|count| count.div_ceil(batch)).sum();
        // An answer shows what is stored: the first write that goes alone needs no look at it.
        // And one for who we are, so that our own writes are told apart, and one for the names of people.
        let histories = work.histories.div_ceil(self.client.dialect.per_history as u64) + 2 * work.histories.min(1);
        let requests = full + histories + work.alone.min(1);
        Cost { requests, seconds: self.client.transport.pace().forecast(requests) }
    }

    fn quota(&self) -> Option<Quota> {
        self.client.transport.daily().quota()
    }

    fn requests(&self) -> u64 {
        self.client.transport.requests()
    }
}

#[async_trait]
impl Activities for HubspotConnector {
    async fn check(&self, progress: &dyn Progress) -> Result<String, Error> {
        activities::check(&self.client, progress).await
    }

    fn batch(&self) -> usize {
        self.client.dialect.batch
    }

    fn lag_seconds(&self) -> u32 {
        u32::try_from(self.terms.index_lag.as_secs()).unwrap_or(u32::MAX)
    }

    async fn log(&self, activities: &[Activity], progress: &dyn Progress) -> Result<Vec<Logged>, Error> {
        activities::log(&self.client, activities, progress).await
    }

    async fn find(&self, activities: &[Activity], progress: &dyn Progress) -> Result<Vec<Option<String>>, Error> {
        activities::find(&self.client, activities, progress).await
    }
}
