//! What changed since an earlier reading: by search, oldest first, and by the list of what was archived.
//!
//! A search reaches 10,000 results: before that it begins anew at the last time seen. Whatever changes while its pages are
//! read moves to its end, and what came behind moves up: so each page begins with the last result of the one before, and
//! where it does not, the search begins anew as well. Whoever is not found is *not* gone: only the archive says that.

use crate::bookmark::Bookmark;
use crate::client::{CallError, Client};
use crate::listing::{Gathered, modified};
use connector::{Error, Feed, Progress};
use model::RecordId;
use std::time::Duration;

/// Searches that may begin anew without getting any further.
const STUCK: u32 = 3;

/// What a reading is made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) index_lag: Duration,
    pub(crate) full_listing_every: u32,
}

fn start_over(reason: impl Into<String>) -> (Feed, Option<Bookmark>) {
    (Feed::StartOver { reason: reason.into() }, None)
}

/// What changed since `cursor`, and where the next reading goes on.
pub(crate) async fn changes(
    client: &Client,
    terms: Terms,
    cursor: &str,
    progress: &dyn Progress,
) -> Result<(Feed, Option<Bookmark>), Error> {
    let Some(before) = Bookmark::parse(cursor) else {
        return Ok(start_over("the place where the last reading ended is not readable"));
    };
    let readings = before.readings.saturating_add(1);
    if readings >= terms.full_listing_every {
        return Ok(start_over(format!("everybody is listed every {} readings", terms.full_listing_every)));
    }
    let gone = archived(client, progress).await?;
    // The index of searches may still show them.
    let mut gathered = Gathered::without(client, &gone);
    if let Some(reason) = search(client, before.since, &mut gathered, progress).await? {
        return Ok(start_over(reason));
    }
    let mark = gathered.bookmark(terms.index_lag, readings, Some(before.since));
    Ok((Feed::Changes { changed: gathered.table, gone, notes: Vec::new() }, mark))
}

/// Gathers what changed; a reason where it cannot be done.
async fn search(
    client: &Client,
    since: i64,
    gathered: &mut Gathered,
    progress: &dyn Progress,
) -> Result<Option<String>, Error> {
    let dialect = client.dialect;
    let (mut since, mut skip, mut last) = (since, 0, None::<(String, i64)>);
    let mut stuck = 0;
    loop {
        let found = client.search(since, skip, progress).await;
        let found = found.map_err(|error| error.into_error("a search for changes"))?;
        let overlaps = skip == 0 || last.as_ref().map(|(id, _)| id) == found.results.first().map(|first| &first.id);
        for contact in found.results.iter().filter(|contact| !contact.archived) {
            gathered.take(client, contact)?;
        }
        progress.read(gathered.table.len() as u64, Some(found.total));
        let times = found.results.iter().map(|contact| modified(client, contact));
        if times.clone().any(|at| at.is_none()) {
            return Ok(Some(format!("a contact does not say its {}", dialect.modified)));
        }
        if overlaps {
            last =
                found.results.last().zip(times.flatten().last()).map(|(contact, at)| (contact.id.clone(), at)).or(last);
            if !found.has_more() {
                return Ok(None);
            }
            // One result again, to see that nothing moved.
            skip += found.results.len().saturating_sub(1).max(1);
            if skip + dialect.per_search_page <= dialect.reachable {
                continue;
            }
        }
        // Anew from the last time seen.
        let reached = last.as_ref().map_or(since, |(_, at)| *at);
        stuck = if reached > since { 0 } else { stuck + 1 };
        if stuck >= STUCK || (overlaps && reached <= since) {
            return Ok(Some("too much changed at one moment for a search".to_owned()));
        }
        (since, skip) = (reached, 0);
    }
}

/// Everyone that HubSpot keeps as archived.
async fn archived(client: &Client, progress: &dyn Progress) -> Result<Vec<RecordId>, Error> {
    let mut gone = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = client.archived(after.as_deref(), progress).await.map_err(CallError::archive)?;
        gone.extend(page.results.iter().map(|contact| RecordId::from(contact.id.as_str())));
        let next = page.after();
        if next.is_none() || next == after {
            return Ok(gone);
        }
        after = next;
    }
}

impl CallError {
    fn archive(self) -> Error {
        self.into_error("the archived contacts")
    }
}
