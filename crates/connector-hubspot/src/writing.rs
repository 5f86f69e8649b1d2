//! Writes in batches of 100, one kind a request. A batch that is refused as a whole is halved until the row that spoils it
//! stands alone. A lost answer is unknown: creates are never sent again.

use crate::answers::{Ended, tie};
use crate::client::{CallError, Client};
use crate::definitions::Definitions;
use crate::error::ApiError;
use crate::requests::batch::{Batch, Row};
use connector::{Error, Progress, Write, WriteKind, WriteResult};
use futures_util::StreamExt;
use futures_util::stream;
use model::{NOT_SENT, RecordId};
use std::sync::atomic::{AtomicBool, Ordering};

/// One batch of the seam under way.
pub(crate) struct Writing<'a> {
    pub(crate) client: &'a Client,
    pub(crate) definitions: Option<&'a Definitions>,
    pub(crate) writes: &'a [Write],
    pub(crate) progress: &'a dyn Progress,
    /// Nothing more is sent.
    pub(crate) stopped: AtomicBool,
}

/// How some of the writes ended, and why the others were not sent.
#[derive(Default)]
struct Part {
    results: Vec<(usize, WriteResult)>,
    stop: Option<Error>,
}

impl<'a> Writing<'a> {
    /// One result per write, in order.
    pub(crate) async fn run(self) -> Result<Vec<WriteResult>, Error> {
        let mut results: Vec<Option<WriteResult>> = vec![None; self.writes.len()];
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for kind in [WriteKind::Update, WriteKind::Create, WriteKind::Delete] {
            let mut own = Vec::new();
            for (at, write) in self.writes.iter().enumerate().filter(|(_, write)| write.kind == kind) {
                match self.objection(write) {
                    Some(message) => results[at] = Some(WriteResult::Refused { message }),
                    None => own.push(at),
                }
            }
            parts.extend(own.chunks(self.client.dialect.batch).map(<[usize]>::to_vec));
        }
        let mut stop = None;
        let calls: Vec<_> = parts.into_iter().map(|part| self.part(part)).collect();
        let mut ended = stream::iter(calls).buffered(self.client.concurrency());
        // To the end, also after a stop: what is under way has an outcome.
        while let Some(part) = ended.next().await {
            for (at, result) in part.results {
                results[at] = Some(result);
            }
            stop = stop.or(part.stop);
        }
        drop(ended);
        let acted = |result: &Option<WriteResult>| !matches!(result, None | Some(WriteResult::Refused { .. }));
        let why = match stop {
            Some(stop) if !results.iter().any(acted) => return Err(stop),
            Some(stop) => stop.to_string(),
            None => "HubSpot did not take the request".to_owned(),
        };
        let unsent = || WriteResult::Stale { message: format!("{NOT_SENT}{why}") };
        Ok(results.into_iter().map(|result| result.unwrap_or_else(unsent)).collect())
    }

    /// Why a write is not sent at all.
    fn objection(&self, write: &Write) -> Option<String> {
        if write.kind != WriteKind::Create && write.current.is_none() {
            return Some("there is no record to write to".to_owned());
        }
        self.definitions.and_then(|definitions| definitions.objection(&self.client.columns, &write.set))
    }

    fn id(&self, at: usize) -> Option<&'a RecordId> {
        self.writes[at].current.as_ref().map(|record| &record.id)
    }

    fn row(&self, at: usize) -> Row {
        let write = &self.writes[at];
        let place = |field| self.client.columns.place(field, write.current.as_ref()).to_owned();
        let named = write.set.iter().map(|(field, value)| (place(*field), value.clone()));
        // A new contact has nothing to be cleared.
        let properties = named.filter(|(_, value)| write.kind != WriteKind::Create || !value.is_empty()).collect();
        let id = self.id(at).filter(|_| write.kind != WriteKind::Create).map(ToString::to_string);
        Row { id, trace: at.to_string(), properties }
    }

    /// Writes of one kind, as many as a request takes.
    async fn part(&self, writes: Vec<usize>) -> Part {
        let mut done = Part::default();
        let mut queue = vec![writes];
        while let Some(part) = queue.pop() {
            if self.stopped.load(Ordering::Relaxed) {
                return done;
            }
            match self.send(&part).await {
                Ok(results) => {
                    let landed = results.iter().filter(|result| matches!(result, WriteResult::Done { .. })).count();
                    self.progress.written(landed as u64);
                    done.results.extend(part.into_iter().zip(results));
                }
                Err(CallError::Unsent(error)) => return self.stop(done, error),
                Err(CallError::Lost(error)) => done.all(&part, || WriteResult::Unknown { message: error.to_string() }),
                Err(CallError::Api(error @ ApiError::Unreadable { .. })) => {
                    done.all(&part, || WriteResult::Unknown { message: error.to_string() });
                }
                Err(CallError::Api(error)) => match error.stops() {
                    Some(stop) => return self.stop(done, stop),
                    None if part.len() > 1 => {
                        let (first, second) = part.split_at(part.len() / 2);
                        queue.extend([second.to_vec(), first.to_vec()]);
                    }
                    None => done.all(&part, || WriteResult::Refused { message: error.to_string() }),
                },
            }
        }
        done
    }

    fn stop(&self, mut done: Part, error: Error) -> Part {
        self.stopped.store(true, Ordering::Relaxed);
        done.stop = Some(error);
        done
    }

    /// One request: one result per write.
    async fn send(&self, writes: &[usize]) -> Result<Vec<WriteResult>, CallError> {
        let client = self.client;
        let kind = self.writes[writes[0]].kind;
        if kind == WriteKind::Delete {
            let ids: Vec<&str> = writes.iter().filter_map(|at| self.id(*at)).map(RecordId::as_str).collect();
            let answer = client.archive(&ids, self.progress).await?;
            return Ok(writes.iter().map(|at| self.archived(*at, &answer)).collect());
        }
        let rows: Vec<Row> = writes.iter().map(|at| self.row(*at)).collect();
        let answer = match kind {
            WriteKind::Create => client.create(&rows, self.progress).await?,
            _ => client.update(&rows, self.progress).await?,
        };
        Ok(tie(&rows, &answer).into_iter().zip(writes).map(|(end, at)| self.result(*at, end)).collect())
    }

    /// Whoever is not there is archived already: HubSpot answers nothing at all where nothing went wrong.
    fn archived(&self, at: usize, answer: &Batch) -> WriteResult {
        let id = self.id(at).map(ToString::to_string).unwrap_or_default();
        let about = |error: &&crate::error::Words| {
            let ids = error.context.texts("ids");
            ids.is_empty() || ids.contains(&id)
        };
        match answer.errors.iter().find(about) {
            Some(error) => WriteResult::Refused { message: error.message.clone() },
            None => WriteResult::Done { id: self.id(at).cloned(), stored: None },
        }
    }

    fn result(&self, at: usize, end: Ended<'_>) -> WriteResult {
        let write = &self.writes[at];
        match end {
            Ended::Done(contact) => {
                let stored = self.client.columns.stored(contact, write.current.as_ref(), &write.set);
                let id = stored.id.clone();
                if let Some(asked) = self.id(at).filter(|asked| **asked != id) {
                    // Merged since it was read: the write went to whom it lives on in.
                    self.client.merged.add(asked.as_str(), id.as_str());
                }
                WriteResult::Done { id: Some(id), stored: Some(stored) }
            }
            Ended::DoneUnseen => WriteResult::Done { id: None, stored: None },
            Ended::Refused(message) => WriteResult::Refused { message: message.to_owned() },
            Ended::Silent => WriteResult::Unknown { message: "the answer does not mention it".to_owned() },
        }
    }
}

impl Part {
    fn all(&mut self, writes: &[usize], result: impl Fn() -> WriteResult) {
        self.results.extend(writes.iter().map(|at| (*at, result())));
    }
}
