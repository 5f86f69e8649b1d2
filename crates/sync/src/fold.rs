//! With `numbers = "each"` a contact of the CRM is several records to the job, one per number, and one to its connector.
//! Here the job's writes become the contact's: what concerns it as a whole is written once, and never over what another
//! of its records wrote in the same run.
//!
//! Makes no records of contacts; that is `engine::numbers`'s. Everything that is not about several numbers passes as it is.

use async_trait::async_trait;
use connector::{
    Connector, Doubt, Error, Feed, Identity, Presence, Progress, Successor, Workload, Write, WriteKind, WriteResult,
};
use model::numbers::{is_further, own_id, whole};
use model::{Capabilities, Cell, Cost, FieldId, Listing, Quota, Record, RecordId, Remembered, Version};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const CHANGED: &str =
    "another number's contact in JustCall changed this CRM contact in the same run; the next run compares";

/// The CRM's connector, for records of which several may be one contact.
pub(crate) struct Folded {
    inner: Box<dyn Connector>,
    phone: FieldId,
    /// What this run did so far, by contact.
    done: Mutex<BTreeMap<RecordId, Done>>,
}

/// What was done to one contact.
#[derive(Debug, Clone, Default)]
struct Done {
    /// What was written, but for numbers.
    set: Vec<(FieldId, String)>,
    /// As it is stored now, where that was shown.
    now: Option<Record>,
    is_deleted: bool,
    /// An answer was lost: what it holds is not known.
    is_unclear: bool,
}

/// One write to a contact, and the job's writes that it stands for.
struct Joint {
    write: Write,
    of: Vec<usize>,
}

/// What a write of the job comes to.
enum Step {
    /// Nothing needs to be sent.
    Ended(WriteResult),
    /// It is part of this write now.
    Joins(usize),
    /// A write of its own.
    Goes(Write),
    /// After this round: a contact takes one number at a time.
    Waits,
}

impl Folded {
    pub(crate) fn new(inner: Box<dyn Connector>, phone: FieldId) -> Self {
        Self { inner, phone, done: Mutex::default() }
    }

    fn done(&self) -> MutexGuard<'_, BTreeMap<RecordId, Done>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The contact as the connector knows it, after what this run did to it.
    fn contact(record: &Record, done: Option<&Done>) -> Record {
        let rest = whole(record.rest.as_deref()).or(record.rest.as_deref()).map(str::to_owned);
        let mut contact = Record { id: own(record), rest, ..record.clone() };
        let Some(done) = done else { return contact };
        for (field, value) in &done.set {
            let stored = done.now.as_ref().map(|now| now.cell(field.index()).to_owned());
            if let Some(cell) = contact.cells.get_mut(field.index()) {
                *cell = stored.unwrap_or_else(|| Cell::from_text(value).to_owned());
            }
        }
        if let Some(now) = &done.now {
            contact.rest.clone_from(&now.rest);
        }
        contact
    }

    /// Takes a write about one of a contact's records in: `round` is what goes out next.
    fn take_in(&self, write: &Write, current: &Record, round: &mut [Joint]) -> Step {
        let id = own(current);
        let done = self.done().get(&id).cloned().unwrap_or_default();
        let stale = |message: &str| Step::Ended(WriteResult::Stale { message: message.to_owned() });
        if done.is_unclear {
            return stale("not sent: what became of an earlier write to the same CRM contact is not known");
        }
        let is_it = |joint: &&Joint| joint.write.current.as_ref().is_some_and(|record| record.id == id);
        let at = round.iter().position(|joint| is_it(&joint));
        if write.kind == WriteKind::Delete {
            let is_alone = done.set.is_empty() && at.is_none_or(|at| round[at].write.kind == WriteKind::Delete);
            return match at {
                _ if done.is_deleted => Step::Ended(WriteResult::Done { id: Some(current.id.clone()), stored: None }),
                _ if !is_alone => stale(CHANGED),
                Some(at) => Step::Joins(at),
                None => Step::Goes(Write { current: Some(Self::contact(current, None)), ..write.clone() }),
            };
        }
        if done.is_deleted || at.is_some_and(|at| round[at].write.kind == WriteKind::Delete) {
            return stale("the CRM contact was deleted in the same run");
        }
        let under_way: &[(FieldId, String)] = at.map_or(&[], |at| &round[at].write.set);
        let earlier = |field: FieldId| {
            let known = done.set.iter().chain(under_way).find(|(known, _)| *known == field && field != self.phone);
            known.map(|(_, value)| value)
        };
        if write.set.iter().any(|(field, value)| earlier(*field).is_some_and(|earlier| earlier != value)) {
            return stale(CHANGED);
        }
        let mut set = write.set.clone();
        set.retain(|(field, _)| earlier(*field).is_none());
        let Some(at) = at else {
            if set.is_empty() {
                let stored = done.now.clone().map(|now| Record { id: current.id.clone(), ..now });
                return Step::Ended(WriteResult::Done { id: Some(current.id.clone()), stored });
            }
            return Step::Goes(Write { current: Some(Self::contact(current, Some(&done))), set, ..write.clone() });
        };
        let joint = &mut round[at].write;
        if let Some(number) = set.iter().position(|(field, _)| *field == self.phone) {
            if joint.set.iter().any(|(field, _)| *field == self.phone) {
                return Step::Waits;
            }
            // The number's place in the contact is where this record's number stands.
            let from = current.cell(self.phone.index()).to_owned();
            if let Some(cell) = joint.current.as_mut().and_then(|known| known.cells.get_mut(self.phone.index())) {
                *cell = from;
            }
            joint.via = write.via;
            joint.set.push(set.remove(number));
        }
        joint.set.append(&mut set);
        joint.set.sort_by_key(|(field, _)| *field);
        Step::Joins(at)
    }

    /// Notes how a write to a contact ended.
    fn note(&self, write: &Write, result: &WriteResult) {
        let Some(id) = write.current.as_ref().map(own) else { return };
        let mut all = self.done();
        let done = all.entry(id).or_default();
        match result {
            WriteResult::Done { .. } if write.kind == WriteKind::Delete => done.is_deleted = true,
            WriteResult::Done { stored, .. } => {
                done.set.extend(write.set.iter().filter(|(field, _)| *field != self.phone).cloned());
                done.now.clone_from(stored);
            }
            WriteResult::Unknown { .. } => done.is_unclear = true,
            WriteResult::Refused { .. } | WriteResult::Stale { .. } => {}
        }
    }

    /// The writes that can go out together; whatever else the job's writes come to goes into `results`.
    fn next_round(&self, batch: &[Write], left: &mut Vec<usize>, results: &mut [Option<WriteResult>]) -> Vec<Joint> {
        let mut round: Vec<Joint> = Vec::new();
        let mut waiting = Vec::new();
        for at in left.drain(..) {
            let write = &batch[at];
            let Some(current) = part(write) else {
                round.push(Joint { write: write.clone(), of: vec![at] });
                continue;
            };
            match self.take_in(write, current, &mut round) {
                Step::Ended(result) => results[at] = Some(result),
                Step::Joins(joint) => round[joint].of.push(at),
                Step::Goes(write) => round.push(Joint { write, of: vec![at] }),
                Step::Waits => waiting.push(at),
            }
        }
        *left = waiting;
        round
    }
}

/// The id of a record's contact.
fn own(record: &Record) -> RecordId {
    RecordId::from(own_id(record.id.as_str()))
}

/// The record that a write is about, where it is one of several of its contact.
fn part(write: &Write) -> Option<&Record> {
    let current = write.current.as_ref()?;
    (is_further(current.id.as_str()) || whole(current.rest.as_deref()).is_some()).then_some(current)
}

/// A contact's result as one of its records has it.
fn result_for(write: &Write, result: &WriteResult) -> WriteResult {
    let (WriteResult::Done { id, stored }, Some(current)) = (result, part(write)) else { return result.clone() };
    let is_own = id.as_ref().is_none_or(|id| *id == own(current));
    let id = if is_own { id.as_ref().map(|_| current.id.clone()) } else { id.clone() };
    let stored = stored.clone().map(|stored| Record { id: current.id.clone(), ..stored });
    WriteResult::Done { id, stored }
}

#[async_trait]
impl Connector for Folded {
    fn call_log(&self) -> Option<&dyn connector::calls::CallLog> {
        self.inner.call_log()
    }

    fn activities(&self) -> Option<&dyn connector::activities::Activities> {
        self.inner.activities()
    }

    async fn field_history(
        &self,
        ids: &[RecordId],
        fields: &[FieldId],
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Vec<Version>>>, Error> {
        let contacts: Vec<RecordId> = ids.iter().map(|id| RecordId::from(own_id(id.as_str()))).collect();
        self.inner.field_history(&contacts, fields, progress).await
    }

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
        let contact = |id: &RecordId| RecordId::from(own_id(id.as_str()));
        let mut contacts: Vec<RecordId> = Vec::with_capacity(ids.len());
        let mut places: BTreeMap<RecordId, usize> = BTreeMap::new();
        for id in ids {
            places.entry(contact(id)).or_insert_with_key(|id| {
                contacts.push(id.clone());
                contacts.len() - 1
            });
        }
        let found = self.inner.read(&contacts, progress).await?;
        let unclear = || Presence::Unclear { message: "the answer does not mention it".to_owned() };
        let answer = |id: &RecordId| {
            let found = places.get(&contact(id)).and_then(|at| found.get(*at)).cloned().unwrap_or_else(unclear);
            match found {
                Presence::Present(record) if is_further(id.as_str()) => {
                    Presence::Present(Record { id: id.clone(), ..record })
                }
                other => other,
            }
        };
        Ok(ids.iter().map(answer).collect())
    }

    async fn apply(&self, batch: &[Write], progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        if !batch.iter().any(|write| part(write).is_some()) {
            return self.inner.apply(batch, progress).await;
        }
        let mut results: Vec<Option<WriteResult>> = vec![None; batch.len()];
        let mut left: Vec<usize> = (0..batch.len()).collect();
        let mut has_sent = false;
        while !left.is_empty() {
            let round = self.next_round(batch, &mut left, &mut results);
            if round.is_empty() {
                break; // nothing waits for what is not under way
            }
            let writes: Vec<Write> = round.iter().map(|joint| joint.write.clone()).collect();
            let mut ended = match self.inner.apply(&writes, progress).await {
                Ok(ended) => ended,
                Err(error) if !has_sent => return Err(error),
                Err(error) => vec![WriteResult::Stale { message: format!("not sent: {error}") }; writes.len()],
            };
            has_sent = true;
            ended.resize_with(writes.len(), || WriteResult::Unknown {
                message: "the answer does not mention it".to_owned(),
            });
            for (joint, result) in round.iter().zip(&ended) {
                for at in &joint.of {
                    if part(&batch[*at]).is_some() {
                        self.note(&joint.write, result);
                    }
                    results[*at] = Some(result_for(&batch[*at], result));
                }
            }
        }
        let unknown = || WriteResult::Unknown { message: "the answer does not mention it".to_owned() };
        Ok(results.into_iter().map(|result| result.unwrap_or_else(unknown)).collect())
    }

    async fn look_up(&self, write: &Write, progress: &dyn Progress) -> Result<Presence, Error> {
        let Some(current) = part(write) else { return self.inner.look_up(write, progress).await };
        let asked = Write { current: Some(Self::contact(current, None)), ..write.clone() };
        Ok(match self.inner.look_up(&asked, progress).await? {
            Presence::Present(record) => Presence::Present(Record { id: current.id.clone(), ..record }),
            other => other,
        })
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
}
