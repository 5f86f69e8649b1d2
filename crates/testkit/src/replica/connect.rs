//! The replica as the job sees it.

use super::contents::Contents;
use super::{AwkwardEdit, Deed, Inner, Kind, Loss, MemoryReplica, Who};
use crate::crash::Point;
use async_trait::async_trait;
use connector::{
    Connector, Error, ErrorKind, Feed, Identity, Presence, Progress, Successor, Workload, Write, WriteResult,
};
use model::{Author, Capabilities, Cost, FieldId, Listing, RecordId, Remembered, Stamp, Table, Version};
use std::sync::Arc;

fn trouble(kind: Option<ErrorKind>) -> Result<(), Error> {
    kind.map_or(Ok(()), |kind| Err(Error::new(kind, "it fails on purpose")))
}

#[async_trait]
impl Connector for MemoryReplica {
    fn capabilities(&self) -> Capabilities {
        self.lock().kind.capabilities.clone()
    }

    async fn identify(&self) -> Result<Identity, Error> {
        let inner = self.lock();
        trouble(inner.faults.identify_error)?;
        let title = self.side.title().to_owned();
        Ok(Identity { fingerprint: inner.fingerprint.clone(), title, details: Vec::new() })
    }

    async fn list(&self, _progress: &dyn Progress) -> Result<Listing, Error> {
        let (listing, meanwhile) = {
            let mut inner = self.lock();
            inner.ledger.lists += 1;
            trouble(inner.faults.list_error)?;
            let listing = self.show(&inner);
            inner.shown.push(listing.table.clone());
            (listing, std::mem::take(&mut inner.faults.after_listing))
        };
        self.awkward(meanwhile);
        Ok(listing)
    }

    async fn list_against(&self, remembered: Arc<dyn Remembered>, progress: &dyn Progress) -> Result<Listing, Error> {
        let mut listing = self.list(progress).await?;
        let records = std::mem::take(&mut listing.table);
        let is_whole = self.lock().faults.whole || records.width() < remembered.fields();
        if is_whole {
            listing.table = records;
            return Ok(listing);
        }
        // Compared without what no field is mapped to: every contact here has such a text, and none would be bare.
        let full = |full| Error::new(ErrorKind::Data, "too large").caused_by(full);
        let mut plain = Table::new(records.width());
        for row in records.iter() {
            let rest = row.rest().filter(|rest| model::numbers::has_fields(Some(rest)));
            plain.push(row.id(), row.native_id(), row.cells(records.width()), rest).map_err(full)?;
        }
        listing.table = Table::new(records.width());
        for (row, link) in records.iter().zip(remembered.links_of(&plain)) {
            let pushed = match link {
                Some(link) => listing.table.push_bare(row.id(), link, remembered.missed()),
                None => listing.table.push_row(row),
            };
            pushed.map_err(full)?;
        }
        Ok(listing)
    }

    async fn changes(&self, cursor: &str, _progress: &dyn Progress) -> Result<Feed, Error> {
        let (feed, meanwhile) = {
            let mut inner = self.lock();
            inner.ledger.feeds += 1;
            trouble(inner.faults.list_error)?;
            (self.feed(&mut inner, cursor), std::mem::take(&mut inner.faults.after_listing))
        };
        self.awkward(meanwhile);
        Ok(feed)
    }

    fn cursor(&self) -> Option<String> {
        self.lock().shown.len().checked_sub(1).map(|last| last.to_string())
    }

    fn successors(&self) -> Vec<Successor> {
        let id = |text: &String| RecordId::from(text.as_str());
        self.lock().successors.iter().map(|(old, new)| Successor { old: id(old), new: id(new) }).collect()
    }

    async fn read(&self, ids: &[RecordId], _progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        let mut inner = self.lock();
        inner.ledger.reads += ids.len() as u64;
        Ok(ids.iter().map(|id| self.look_up(&inner, id)).collect())
    }

    async fn field_history(
        &self,
        ids: &[RecordId],
        fields: &[FieldId],
        _progress: &dyn Progress,
    ) -> Result<Vec<Vec<Vec<Version>>>, Error> {
        let mut inner = self.lock();
        inner.ledger.histories += ids.len() as u64;
        trouble(inner.faults.history_error)?;
        let tells = inner.kind.capabilities.field_times;
        let known = |id: &RecordId, field: FieldId| if tells { history(&inner, id, field) } else { Vec::new() };
        let of = |id: &RecordId| fields.iter().map(|field| known(id, *field)).collect();
        Ok(ids.iter().map(of).collect())
    }

    async fn apply(&self, batch: &[Write], _progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        let meanwhile = {
            let mut inner = self.lock();
            inner.ledger.batches += 1;
            inner.ledger.writes += batch.len() as u64;
            trouble(inner.faults.apply_error)?;
            std::mem::take(&mut inner.faults.meanwhile)
        };
        self.awkward(meanwhile);
        let at_once = batch.first().is_some_and(|write| Kind::is_one_effect(write.via));
        let parts: Vec<&[Write]> = if at_once { vec![batch] } else { batch.chunks(1).collect() };
        let mut results = Vec::with_capacity(batch.len());
        for part in parts {
            self.crash.step(Point::BeforeEffect);
            results.extend(self.effect(part));
            self.crash.step(Point::AfterEffect);
        }
        if self.lock().faults.short_answer {
            results.pop();
        }
        Ok(results)
    }

    fn forecast(&self, work: &Workload) -> Cost {
        let bulk = (work.bulk_creates + work.bulk_updates).div_ceil(5000);
        let requests = bulk + work.single_updates + work.deletes;
        Cost { requests, seconds: requests as f64 }
    }

    fn requests(&self) -> u64 {
        let ledger = &self.lock().ledger;
        ledger.lists + ledger.reads + ledger.batches
    }
}

/// What a field of a record was set to, newest first.
fn history(inner: &Inner, id: &RecordId, field: FieldId) -> Vec<Version> {
    let Some(at) = Contents::by_shown_id(&inner.contents.now, id.as_str()) else { return Vec::new() };
    let place = inner.contents.now[at].place;
    let deeds = inner.ledger.deeds.iter().rev().filter(|(.., of, _)| *of == place);
    let values = deeds.filter_map(|(at, who, _, deed)| {
        let value = match deed {
            Deed::Created { cells } => cells.get(field.index())?,
            Deed::Changed { field: changed, after, .. } if *changed == field.index() => after,
            _ => return None,
        };
        let by = if *who == Who::User { Author::Person } else { Author::Tieline };
        Some(Version { value: value.clone(), stamp: Stamp { at: *at, by, name: String::new() } })
    });
    values.collect()
}

impl MemoryReplica {
    /// Users at an awkward moment. Whoever is gone by now is not edited.
    fn awkward(&self, edits: impl IntoIterator<Item = AwkwardEdit>) {
        for (who, field, value) in edits {
            if field.is_empty() {
                self.try_remove(&who);
            } else {
                self.try_edit(&who, &field, &value);
            }
        }
    }

    /// One effect: writes that land together, or do not.
    fn effect(&self, part: &[Write]) -> Vec<WriteResult> {
        let mut inner = self.lock();
        let loss = inner.faults.losses.pop_front();
        let now = self.clock.now();
        inner.contents.remember(now);
        let unanswered = || WriteResult::Unknown { message: "the answer was lost".to_owned() };
        match loss {
            None => self.write_all(&mut inner, part),
            Some(Loss::BeforeEffect) => part.iter().map(|_| unanswered()).collect(),
            Some(Loss::AfterEffect) => self.write_all(&mut inner, part).into_iter().map(|_| unanswered()).collect(),
            Some(Loss::Acknowledged) => {
                let id = |write: &Write| write.current.as_ref().map(|record| record.id.clone());
                part.iter().map(|write| WriteResult::Done { id: id(write), stored: None }).collect()
            }
        }
    }
}
