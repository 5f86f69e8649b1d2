//! The phone system from a file: what the network would have brought, without the network. Abilities as `JustCall` has
//! them; writes are acknowledged with what was sent.

use async_trait::async_trait;
use connector::{Connector, Error, Identity, Presence, Progress, Workload, Write, WriteResult};
use connector_csv::CsvConnector;
use model::{AbsenceProof, Capabilities, Cost, Listing, RecordId, Remembered, Via};
use std::sync::Arc;

/// A file that behaves like the phone system.
pub struct PhoneSide(pub CsvConnector);

#[async_trait]
impl Connector for PhoneSide {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            create_via: Via::Bulk,
            update_via: Via::Bulk,
            phone_update_via: Via::Put,
            delete_via: Via::Delete,
            batch: 5_000,
            concurrency: 10,
            absence_proof: AbsenceProof::Probe,
            phone_required: true,
            unique_phones: true,
            bulk_by_phone: true,
            field_times: false,
            read_batch: 1,
            change_feed: false,
            read_lag_seconds: 60,
        }
    }

    async fn identify(&self) -> Result<Identity, Error> {
        Ok(Identity { fingerprint: "phones".to_owned(), title: "phones".to_owned(), details: Vec::new() })
    }

    async fn list(&self, progress: &dyn Progress) -> Result<Listing, Error> {
        self.0.list(progress).await
    }

    async fn list_against(&self, remembered: Arc<dyn Remembered>, progress: &dyn Progress) -> Result<Listing, Error> {
        self.0.list_against(remembered, progress).await
    }

    /// Whoever is not in the file is gone.
    async fn read(&self, ids: &[RecordId], _progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        Ok(vec![Presence::Gone; ids.len()])
    }

    async fn apply(&self, batch: &[Write], _progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        Ok(vec![WriteResult::Done { id: None, stored: None }; batch.len()])
    }

    fn forecast(&self, _work: &Workload) -> Cost {
        Cost::default()
    }

    fn requests(&self) -> u64 {
        0
    }
}
