//! Writes. Each looks first (the card as it is now, against what was last read), goes out on the condition that nothing
//! moved, and is looked at again afterwards: some servers ignore conditions, some rewrite what they are given, and a lost
//! answer says nothing. A batch is looked at in one request.
//!
//! Does not decide what to write.

use crate::card::{Card, NewCard};
use crate::convert::Converter;
use crate::discover::Book;
use crate::error::CallError;
use crate::fetch::{Fetch, Fetched};
use crate::href;
use crate::requests::{Condition, Request, card};
use connector::{Error, Progress, Write, WriteKind, WriteResult};
use futures_util::StreamExt;
use futures_util::stream;
use model::{NOT_SENT, Record, RecordId};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Lost answers in a row after which no more is sent.
const LOST: usize = 3;

/// One batch under way.
pub(crate) struct Writer<'a> {
    pub(crate) fetch: Fetch<'a>,
    pub(crate) book: &'a Book,
    pub(crate) converter: &'a Converter,
    pub(crate) progress: &'a dyn Progress,
}

/// What became of a write, as far as its own answer tells.
enum Step {
    /// Nothing more to find out.
    Settled(WriteResult),
    /// To be looked at: where, and what the answer was.
    Sent { path: String, answer: Sent },
    /// Not begun.
    Left,
    /// The run is to end; nothing was written.
    Stop(Error),
}

/// What a write was answered with.
enum Sent {
    /// With success.
    Accepted,
    /// With "it is not as you think", after an earlier sending that may have landed.
    Unmet(String),
    /// With nothing.
    Lost(String),
}

/// Keeps writes that have not begun from beginning.
#[derive(Default)]
struct Brake {
    stopped: AtomicBool,
    lost: AtomicUsize,
}

fn refused(message: impl Into<String>) -> Step {
    Step::Settled(WriteResult::Refused { message: message.into() })
}

fn stale(message: impl Into<String>) -> Step {
    Step::Settled(WriteResult::Stale { message: message.into() })
}

fn untouched(why: &str) -> String {
    format!("the card cannot be read ({why}) and is left alone")
}

const GONE: &str = "it is no longer in the address book";

impl Writer<'_> {
    fn host(&self) -> &str {
        self.fetch.transport.host()
    }

    /// One result per write.
    ///
    /// # Errors
    /// What ends the run, where nothing was written.
    pub(crate) async fn write(&self, batch: &[Write], new_paths: &[Option<String>]) -> Result<Vec<WriteResult>, Error> {
        let seen = self.look_at_doomed(batch).await?;
        let brake = Brake::default();
        let calls: Vec<_> = batch
            .iter()
            .zip(new_paths)
            .zip(seen)
            .map(|((write, new), seen)| self.one(write, new.as_deref(), seen, &brake))
            .collect();
        // To the end, also after a stop: what is under way has an outcome.
        let steps: Vec<Step> = stream::iter(calls).buffered(self.fetch.transport.concurrency()).collect().await;
        self.look_again(batch, steps).await
    }

    /// What is to be deleted, as it is now, in one request.
    async fn look_at_doomed(&self, batch: &[Write]) -> Result<Vec<Option<Fetched>>, Error> {
        let mut seen: Vec<Option<Fetched>> = batch.iter().map(|_| None).collect();
        let doomed: Vec<(usize, String)> = batch
            .iter()
            .enumerate()
            .filter(|(_, write)| write.kind == WriteKind::Delete)
            .filter_map(|(at, write)| Some((at, self.path(write)?)))
            .collect();
        if doomed.is_empty() {
            return Ok(seen);
        }
        let paths: Vec<String> = doomed.iter().map(|(_, path)| path.clone()).collect();
        let found = self.fetch.many(&paths).await;
        let found = found.map_err(|error| error.into_error(self.host(), "what is to be deleted cannot be read"))?;
        for ((at, _), found) in doomed.iter().zip(found) {
            seen[*at] = Some(found);
        }
        Ok(seen)
    }

    fn path(&self, write: &Write) -> Option<String> {
        write.current.as_ref().map(|record| within(&self.book.path, record.id.as_str()))
    }

    async fn one(&self, write: &Write, new: Option<&str>, seen: Option<Fetched>, brake: &Brake) -> Step {
        if brake.stopped.load(Ordering::Relaxed) || brake.lost.load(Ordering::Relaxed) >= LOST {
            return Step::Left;
        }
        let step = match (write.kind, new) {
            (WriteKind::Create, Some(path)) => self.create(write, path).await,
            (WriteKind::Create, None) => refused("no id for a new card"),
            (WriteKind::Update, _) => self.update(write).await,
            (WriteKind::Delete, _) => self.delete(write, seen).await,
        };
        match &step {
            Step::Stop(_) => brake.stopped.store(true, Ordering::Relaxed),
            Step::Sent { answer: Sent::Lost(_), .. } => {
                brake.lost.fetch_add(1, Ordering::Relaxed);
            }
            Step::Sent { .. } => brake.lost.store(0, Ordering::Relaxed),
            _ => {}
        }
        step
    }

    async fn create(&self, write: &Write, path: &str) -> Step {
        let uid = path.trim_end_matches(".vcf").rsplit('/').next().unwrap_or_default();
        match self.converter.made(NewCard { version: self.book.version, uid }, &write.set) {
            Ok(made) => self.send(card::put(path, made.text(), Condition::Absent)).await,
            Err(why) => refused(why),
        }
    }

    async fn update(&self, write: &Write) -> Step {
        let (Some(current), Some(path)) = (&write.current, self.path(write)) else {
            return refused("an update of no record");
        };
        let stored = match self.fetch.get(&path).await {
            Ok(stored) => stored,
            Err(error) if error.is_gone() => return stale(GONE),
            Err(CallError::Unreadable(why)) => return refused(untouched(&why)),
            Err(error) => return self.failed(error),
        };
        let now = match Card::parse(&stored.text) {
            Ok(now) => now,
            Err(why) => return refused(untouched(&why.to_string())),
        };
        if let Some(moved) = self.converter.moved(current, &self.converter.record(&path, &now)) {
            return stale(moved);
        }
        match self.converter.patched(&now, &write.set, Some(current)) {
            // What is there already needs no request; it is looked at like the others.
            Ok(patched) if patched == now => Step::Sent { path, answer: Sent::Accepted },
            Ok(patched) => self.send(card::put(&path, patched.text(), card::unchanged(stored.etag.as_deref()))).await,
            Err(why) => refused(why),
        }
    }

    async fn delete(&self, write: &Write, seen: Option<Fetched>) -> Step {
        let (Some(current), Some(path)) = (&write.current, self.path(write)) else {
            return refused("a deletion of no record");
        };
        match seen {
            Some(Fetched::Card { card: now, etag }) => {
                if let Some(moved) = self.converter.moved(current, &self.converter.record(&path, &now)) {
                    return stale(moved);
                }
                self.send(card::delete(&path, card::unchanged(etag.as_deref()))).await
            }
            Some(Fetched::NoCard { why, .. }) => refused(untouched(&why)),
            Some(Fetched::Gone) => Step::Settled(WriteResult::Done { id: Some(current.id.clone()), stored: None }),
            Some(Fetched::Unclear(why)) => stale(format!("{NOT_SENT}it cannot be read ({why})")),
            None => refused("a deletion that was not looked at"),
        }
    }

    async fn send(&self, request: Request) -> Step {
        let path = request.path.clone();
        let is_delete = request.method == crate::requests::Method::Delete;
        let answer = match self.fetch.transport.send(&request, self.progress).await {
            Ok(answer) => answer,
            Err(failure) if !failure.unsent => {
                return Step::Sent { path, answer: Sent::Lost(failure.error.to_string()) };
            }
            Err(failure) => return Step::Stop(failure.error),
        };
        let is_gone = matches!(answer.status, 404 | 410);
        match answer.status {
            200..=299 => Step::Sent { path, answer: Sent::Accepted },
            _ if is_delete && is_gone => Step::Sent { path, answer: Sent::Accepted },
            // 412 also says that the card is not taken: only the body tells that from "it is not as you think".
            412 if !answer.was_lost && CallError::of(&answer).is_about_card() => self.failed(CallError::of(&answer)),
            412 => Step::Sent { path, answer: Sent::Unmet("it changed while it was written".to_owned()) },
            _ if is_gone => Step::Sent { path, answer: Sent::Unmet(GONE.to_owned()) },
            // Whatever it is, an earlier sending may have landed.
            _ if answer.was_lost => Step::Sent { path, answer: Sent::Lost(CallError::of(&answer).to_string()) },
            _ => self.failed(CallError::of(&answer)),
        }
    }

    fn failed(&self, error: CallError) -> Step {
        match error.stop(self.host()) {
            Ok(stop) => Step::Stop(stop),
            // A look before the write was lost: nothing was sent.
            Err(CallError::Lost(error)) => stale(format!("{NOT_SENT}{error}")),
            Err(error) => refused(error.to_string()),
        }
    }

    /// Looks at everything that was sent, and says how each write ended.
    async fn look_again(&self, batch: &[Write], steps: Vec<Step>) -> Result<Vec<WriteResult>, Error> {
        let paths: Vec<String> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Sent { path, .. } => Some(path.clone()),
                _ => None,
            })
            .collect();
        let has_acted =
            !paths.is_empty() || steps.iter().any(|step| matches!(step, Step::Settled(WriteResult::Done { .. })));
        let seen = match self.fetch.many(&paths).await {
            Ok(seen) => seen,
            Err(error) => vec![Fetched::Unclear(error.to_string()); paths.len()],
        };
        let mut seen = seen.into_iter();
        let mut stop = None;
        let mut results = Vec::with_capacity(batch.len());
        for (write, step) in batch.iter().zip(steps) {
            let result = match step {
                Step::Settled(result) => Some(result),
                Step::Sent { path, answer } => {
                    let seen = seen.next().unwrap_or_else(|| Fetched::Unclear("it was not shown".to_owned()));
                    Some(self.ended(write, &path, answer, seen))
                }
                Step::Left => None,
                Step::Stop(error) => {
                    stop = stop.or(Some(error));
                    None
                }
            };
            if matches!(result, Some(WriteResult::Done { .. })) {
                self.progress.written(1);
            }
            results.push(result);
        }
        let why = match stop {
            Some(stop) if !has_acted => return Err(stop),
            Some(stop) => stop.to_string(),
            None => format!("{} did not answer for other contacts", self.host()),
        };
        // Writes that were not sent since the run ends are left for the next one.
        let unsent = || WriteResult::Stale { message: format!("{NOT_SENT}{why}") };
        Ok(results.into_iter().map(|result| result.unwrap_or_else(unsent)).collect())
    }

    fn ended(&self, write: &Write, path: &str, answer: Sent, seen: Fetched) -> WriteResult {
        let id = Some(RecordId::from(path));
        let done = |stored: Option<Record>| WriteResult::Done { id: id.clone(), stored };
        if write.kind == WriteKind::Delete {
            return match (seen, answer) {
                (Fetched::Gone, _) | (Fetched::Unclear(_), Sent::Accepted) => done(None),
                (_, Sent::Accepted) => {
                    WriteResult::Unknown { message: "acknowledged, yet it is still there".to_owned() }
                }
                (_, Sent::Unmet(message)) => WriteResult::Stale { message },
                (_, Sent::Lost(message)) => WriteResult::Unknown { message },
            };
        }
        let stored = match &seen {
            Fetched::Card { card, .. } => Some(self.converter.record(path, card)),
            _ => None,
        };
        let holds = stored.as_ref().is_some_and(|record| self.converter.holds(record, &write.set));
        match (seen, answer) {
            _ if holds => done(stored),
            // What it made of it is for the caller to compare: servers rewrite.
            (Fetched::Card { .. } | Fetched::Unclear(_), Sent::Accepted) => done(stored),
            (Fetched::Gone, Sent::Accepted) => {
                WriteResult::Unknown { message: "acknowledged, but it is not there".to_owned() }
            }
            (Fetched::NoCard { why, .. }, Sent::Accepted) => {
                WriteResult::Unknown { message: format!("acknowledged, but what is there is no card ({why})") }
            }
            (_, Sent::Unmet(message)) => WriteResult::Stale { message },
            (_, Sent::Lost(message)) => WriteResult::Unknown { message },
        }
    }
}

/// Where an id points to: a name alone is in the book.
pub(crate) fn within(book: &str, id: &str) -> String {
    let path = href::canonical(id);
    if path.starts_with('/') { path } else { format!("{book}{path}") }
}
