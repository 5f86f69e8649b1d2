//! One walk through the list, from the first page to the last one that the list itself names.
//!
//! The pages after the first are read concurrently and put in order. It says what casts doubt on the walk; whether to
//! walk again is `listing`'s decision.

use crate::client::{CallError, Client};
use crate::requests::list::Page;
use connector::{Error, ErrorKind, Progress};
use futures_util::StreamExt;
use futures_util::stream;
use model::Table;
use std::collections::HashSet;

/// Pages that may fail before the walk is given up.
const FAILED_PAGES: usize = 3;

/// What one walk brought.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) table: Table,
    pub(crate) ids: HashSet<Box<str>>,
    /// Contacts that came more than once.
    pub(crate) twice: u64,
    pub(crate) doubt: Option<Doubt>,
}

/// Why a walk may not have seen everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The list moved; another walk may see it at rest.
    Moved(String),
    /// Another walk would bring no more.
    Final(String),
}

impl Walk {
    fn new(width: usize) -> Self {
        Self { table: Table::new(width), ids: HashSet::new(), twice: 0, doubt: None }
    }

    fn take(&mut self, page: &Page) -> Result<(), Error> {
        for record in &page.records {
            if !self.ids.insert(record.id.as_str().into()) {
                self.twice += 1;
                continue;
            }
            self.table
                .push_record(record)
                .map_err(|full| Error::new(ErrorKind::Data, "JustCall's list is too large").caused_by(full))?;
        }
        Ok(())
    }

    fn doubt(&mut self, doubt: Doubt) {
        // What is final stays, whatever else comes.
        if !matches!(self.doubt, Some(Doubt::Final(_))) {
            self.doubt = Some(doubt);
        }
    }
}

/// Walks once.
///
/// # Errors
/// Where the first page cannot be read, where credentials or permissions fail on any page, and where an answer breaks
/// the contract (a contact without id).
pub(crate) async fn walk(client: &Client, progress: &dyn Progress) -> Result<Walk, Error> {
    let first_page = client.dialect.first_page;
    let mut walk = Walk::new(client.converter.width());
    let first =
        fetch(client, first_page, progress).await.1.map_err(|error| error.into_error("the list of contacts"))?;
    walk.take(&first)?;
    progress.read(walk.table.len() as u64, first.count);
    let Some(pages) = pages(&first) else {
        let why = "JustCall's list does not say how many contacts there are".to_owned();
        walk.doubt(Doubt::Final(why));
        return sequential(client, walk, first, progress).await;
    };
    client.note_pages(pages);

    let mut failed = 0;
    let mut rest = stream::iter(first_page + 1..first_page + pages)
        .map(|page| fetch(client, page, progress))
        .buffered(client.concurrency());
    while let Some((number, page)) = rest.next().await {
        match page {
            Ok(page) => {
                if page.count != first.count {
                    walk.doubt(Doubt::Moved("the number of contacts changed while they were read".to_owned()));
                }
                walk.take(&page)?;
                progress.read(walk.table.len() as u64, first.count);
            }
            // Beyond the end, since the list got shorter: the numbers below tell.
            Err(error) if error.is_gone() => {}
            Err(error) => {
                let reason = page_failed(error, number)?;
                walk.doubt(Doubt::Final(reason));
                failed += 1;
                if failed >= FAILED_PAGES {
                    break;
                }
            }
        }
    }
    drop(rest);
    let seen = walk.ids.len() as u64;
    if let Some(count) = first.count.filter(|count| *count != seen) {
        walk.doubt(Doubt::Moved(format!("JustCall has {count} contacts by its own count, its list showed {seen}")));
    }
    Ok(walk)
}

async fn fetch(client: &Client, page: u64, progress: &dyn Progress) -> (u64, Result<Page, CallError>) {
    (page, client.page(page, client.dialect.per_page, progress).await)
}

/// How many pages there are. More pages than contacts make no sense and are not walked.
fn pages(first: &Page) -> Option<u64> {
    let count = first.count?;
    let shown = (first.records.len() as u64).max(1);
    Some(first.total_pages.unwrap_or_else(|| count.div_ceil(shown)).min(count).max(1))
}

/// Why a page could not be read; an error where the whole run cannot go on.
fn page_failed(error: CallError, page: u64) -> Result<String, Error> {
    if let CallError::Api(api) = error {
        return match api.stops() {
            Some(stop) => Err(stop),
            None if api.status().is_none() => Err(api.into_error(&format!("page {page} of the list"))),
            None => Ok(format!("page {page} of JustCall's list could not be read ({api})")),
        };
    }
    Ok(format!("page {page} of JustCall's list could not be read ({error})"))
}

/// Reads on until a page is empty, where the list names no end.
async fn sequential(client: &Client, mut walk: Walk, first: Page, progress: &dyn Progress) -> Result<Walk, Error> {
    let mut number = client.dialect.first_page;
    let mut page = first;
    while !page.records.is_empty() {
        number += 1;
        let before = walk.ids.len();
        page = match fetch(client, number, progress).await.1 {
            Ok(page) => page,
            Err(error) if error.is_gone() => break,
            Err(error) => {
                page_failed(error, number)?;
                break;
            }
        };
        walk.take(&page)?;
        progress.read(walk.table.len() as u64, None);
        if walk.ids.len() == before {
            break; // a server that shows the same page for every number has no end
        }
    }
    Ok(walk)
}
