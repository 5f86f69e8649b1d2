//! Reads single contacts, 100 a request. Whoever is not among the living is looked for in the archive, and asked for by
//! name: only HubSpot's own word is evidence that somebody is gone, and a merged contact is not.

use crate::client::{CallError, Client};
use crate::error::ApiError;
use crate::merged;
use crate::requests::batch::Batch;
use connector::{Error, Presence, Progress};
use model::RecordId;
use std::collections::{HashMap, HashSet};

/// Reads them, in the order asked.
pub(crate) async fn read(client: &Client, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
    let mut known: HashMap<String, Presence> = HashMap::new();
    let mut distinct: Vec<&str> = ids.iter().map(RecordId::as_str).collect();
    distinct.sort_unstable();
    distinct.dedup();
    for chunk in distinct.chunks(client.dialect.batch) {
        let missing = living(client, chunk, &mut known, progress).await?;
        let (missing, is_archive_known) = archived(client, missing, &mut known, progress).await?;
        for id in missing {
            let mut presence = one(client, id, progress).await?;
            if presence == Presence::Never && !is_archive_known {
                presence = Presence::Gone;
            }
            known.insert(id.to_owned(), presence);
        }
        progress.read(known.len() as u64, Some(distinct.len() as u64));
    }
    let unclear = || Presence::Unclear { message: "the answer does not mention it".to_owned() };
    Ok(ids.iter().map(|id| known.get(id.as_str()).cloned().unwrap_or_else(unclear)).collect())
}

/// A batch, or why there is none; an error where nothing else will be read either.
async fn batch(
    client: &Client,
    ids: &[&str],
    archived: bool,
    progress: &dyn Progress,
) -> Result<Result<Batch, String>, Error> {
    match client.read(ids, archived, progress).await {
        Ok(batch) => Ok(Ok(batch)),
        Err(CallError::Api(error)) => match error.stops() {
            Some(stop) => Err(stop),
            None => Ok(Err(error.to_string())),
        },
        Err(CallError::Unsent(error)) => Err(error),
        Err(CallError::Lost(error)) => Ok(Err(error.to_string())),
    }
}

/// Reads the living; returns those that are not among them.
async fn living<'a>(
    client: &Client,
    ids: &[&'a str],
    known: &mut HashMap<String, Presence>,
    progress: &dyn Progress,
) -> Result<Vec<&'a str>, Error> {
    let answer = match batch(client, ids, false, progress).await? {
        Ok(answer) => answer,
        Err(message) => {
            known.extend(ids.iter().map(|id| ((*id).to_owned(), Presence::Unclear { message: message.clone() })));
            return Ok(Vec::new());
        }
    };
    for contact in &answer.results {
        let record = client.record(contact);
        for old in merged::ids(client.dialect, contact) {
            known.insert(old, lives_on(&contact.id));
        }
        known.insert(contact.id.clone(), Presence::Present(record));
    }
    Ok(ids.iter().copied().filter(|id| !known.contains_key(*id)).collect())
}

fn lives_on(id: &str) -> Presence {
    Presence::Unclear { message: format!("it was merged into {id}") }
}

/// Looks for them in the archive; returns those that are not there either, and whether it could be read.
async fn archived<'a>(
    client: &Client,
    ids: Vec<&'a str>,
    known: &mut HashMap<String, Presence>,
    progress: &dyn Progress,
) -> Result<(Vec<&'a str>, bool), Error> {
    if ids.is_empty() {
        return Ok((ids, true));
    }
    let Ok(answer) = batch(client, &ids, true, progress).await? else { return Ok((ids, false)) };
    let gone: HashSet<&str> =
        answer.results.iter().filter(|contact| contact.archived).map(|contact| contact.id.as_str()).collect();
    let (gone, left): (Vec<&str>, Vec<&str>) = ids.into_iter().partition(|id| gone.contains(id));
    known.extend(gone.into_iter().map(|id| (id.to_owned(), Presence::Gone)));
    Ok((left, true))
}

/// One contact by name.
async fn one(client: &Client, id: &str, progress: &dyn Progress) -> Result<Presence, Error> {
    match client.get(id, progress).await {
        Ok(contact) if contact.id == id => Ok(Presence::Present(client.record(&contact))),
        Ok(contact) => {
            client.merged.add(id, &contact.id);
            Ok(lives_on(&contact.id))
        }
        Err(CallError::Api(error)) if error.is_gone() => Ok(Presence::Never),
        Err(CallError::Api(error @ ApiError::Refused { status: 401 | 403, .. })) => Err(error.into_error("a contact")),
        Err(CallError::Unsent(error)) => Err(error),
        Err(error) => Ok(Presence::Unclear { message: error.to_string() }),
    }
}
