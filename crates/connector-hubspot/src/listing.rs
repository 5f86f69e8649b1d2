//! Everybody, page by page. The list is read to the end that HubSpot names, or it is an error.

use crate::bookmark::Bookmark;
use crate::client::Client;
use crate::requests::Contact;
use connector::{Error, ErrorKind, Progress};
use jiff::Timestamp;
use model::{Coverage, Listing, RecordId, Table};
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::Instant;

/// A table of contacts as they come, each once, and the newest change among them.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) table: Table,
    ids: HashSet<String>,
    newest: Option<i64>,
    started: Instant,
}

impl Gathered {
    pub(crate) fn new(client: &Client) -> Self {
        let table = Table::new(client.columns.width());
        Self { table, ids: HashSet::new(), newest: None, started: Instant::now() }
    }

    /// One that takes none of these in.
    pub(crate) fn without(client: &Client, gone: &[RecordId]) -> Self {
        Self { ids: gone.iter().map(ToString::to_string).collect(), ..Self::new(client) }
    }

    /// Takes a contact in; one that came before stays as it was then.
    pub(crate) fn take(&mut self, client: &Client, contact: &Contact) -> Result<(), Error> {
        let at = modified(client, contact);
        self.newest = self.newest.max(at);
        if !self.ids.insert(contact.id.clone()) {
            return Ok(());
        }
        self.table
            .push_record(&client.record(contact))
            .map_err(|full| Error::new(ErrorKind::Data, "HubSpot's list is too large").caused_by(full))
    }

    /// Where the next reading goes on; without any change, where `before` did.
    pub(crate) fn bookmark(&self, index_lag: Duration, readings: u32, before: Option<i64>) -> Option<Bookmark> {
        let mark = self.newest.map(|newest| Bookmark::after(newest, self.started.elapsed(), index_lag, readings));
        match (mark, before) {
            (Some(mark), before) => Some(Bookmark { since: mark.since.max(before.unwrap_or(0)), ..mark }),
            (None, before) => before.map(|since| Bookmark { since, readings }),
        }
    }
}

/// When a contact last changed, in Unix milliseconds.
pub(crate) fn modified(client: &Client, contact: &Contact) -> Option<i64> {
    let text = contact.properties.get(client.dialect.modified)?.as_str()?;
    match text.parse::<Timestamp>() {
        Ok(at) => Some(at.as_millisecond()),
        Err(_) => text.parse().ok(),
    }
}

/// Everybody.
pub(crate) async fn list(
    client: &Client,
    index_lag: Duration,
    progress: &dyn Progress,
) -> Result<(Listing, Option<Bookmark>), Error> {
    let read_at = Timestamp::now();
    let mut gathered = Gathered::new(client);
    let mut after: Option<String> = None;
    loop {
        let page = client.page(after.as_deref(), progress).await;
        let page = page.map_err(|error| error.into_error("a page of contacts"))?;
        for contact in page.results.iter().filter(|contact| !contact.archived) {
            gathered.take(client, contact)?;
        }
        progress.read(gathered.table.len() as u64, None);
        let next = page.after();
        if next.is_some() && next == after {
            return Err(Error::new(ErrorKind::Protocol, "HubSpot's list of contacts does not go on"));
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    let bookmark = gathered.bookmark(index_lag, 0, None);
    let listing = Listing { table: gathered.table, coverage: Coverage::Complete, read_at, notes: Vec::new() };
    Ok((listing, bookmark))
}
