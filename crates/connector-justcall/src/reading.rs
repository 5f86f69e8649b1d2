//! Reads single contacts. Only the API's own 404 is evidence that one is gone.

use crate::client::{CallError, Client};
use connector::{Error, Presence, Progress};
use futures_util::StreamExt;
use futures_util::stream;
use model::RecordId;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Failures in a row after which the rest is not asked for.
const FAILURES: usize = 3;

pub(crate) async fn read(client: &Client, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
    let failures = AtomicUsize::new(0);
    let calls: Vec<_> = ids.iter().map(|id| one(client, id, &failures, progress)).collect();
    let mut answers = stream::iter(calls).buffered(client.concurrency());
    let mut found = Vec::with_capacity(ids.len());
    while let Some(answer) = answers.next().await {
        found.push(answer?);
        progress.read(found.len() as u64, Some(ids.len() as u64));
    }
    Ok(found)
}

async fn one(
    client: &Client,
    id: &RecordId,
    failures: &AtomicUsize,
    progress: &dyn Progress,
) -> Result<Presence, Error> {
    if failures.load(Ordering::Relaxed) >= FAILURES {
        return Ok(Presence::Unclear { message: "not asked for: JustCall did not answer for others".to_owned() });
    }
    let error = match client.get(id.as_str(), progress).await {
        Ok(record) => {
            failures.store(0, Ordering::Relaxed);
            return Ok(Presence::Present(record));
        }
        Err(error) if error.is_gone() => {
            failures.store(0, Ordering::Relaxed);
            return Ok(Presence::Gone);
        }
        Err(error) => error,
    };
    match error {
        CallError::Api(api) if api.status() == Some(401) => Err(api.into_error("a contact")),
        // Anything else, a 403 too, may concern this one contact alone.
        CallError::Api(api) => Ok(Presence::Unclear { message: api.to_string() }),
        error => {
            failures.fetch_add(1, Ordering::Relaxed);
            Ok(Presence::Unclear { message: error.to_string() })
        }
    }
}
