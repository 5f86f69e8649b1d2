//! The call log and dialling, as the seam's [`CallLog`].
//!
//! A window is whole once its pages were read to the end and showed at least as many calls as the first page counted:
//! calls that come in meanwhile only add to it. It does *not* choose windows.

use crate::client::{CallError, Client};
use crate::connect::JustcallConnector;
use crate::error::ApiError;
use async_trait::async_trait;
use connector::calls::{CallCoverage, CallLog, CallQuery, CallWindow, Dial, Dialled};
use connector::{Error, Progress};
use futures_util::StreamExt;
use futures_util::stream;
use model::Call;
use std::collections::HashSet;

/// Walks through a window that loses calls while it is read.
const WALKS: usize = 3;
/// Pages to follow where a list names no end, or where one keeps growing.
const LONGEST: u64 = 100_000;

#[async_trait]
impl CallLog for JustcallConnector {
    async fn calls(&self, query: &CallQuery, most: Option<u64>, progress: &dyn Progress) -> Result<CallWindow, Error> {
        let mut last = None;
        for _ in 0..WALKS {
            let window = walk(self.client(), query, most, progress).await?;
            let moved = matches!(&window, Walked { moved: true, .. });
            last = Some(window.window);
            if !moved {
                break;
            }
        }
        last.ok_or_else(|| Error::new(connector::ErrorKind::Protocol, "the call log was not read"))
    }

    async fn dial(&self, dial: &Dial, progress: &dyn Progress) -> Result<Dialled, Error> {
        match self.client().make_call(dial, progress).await {
            Ok(call) => Ok(Dialled::Started(Box::new(call))),
            Err(CallError::Unsent(error)) => Err(error),
            Err(CallError::Lost(error)) => Ok(Dialled::Unknown { message: error.to_string() }),
            Err(CallError::Api(error)) => match (error.stops(), &error) {
                (Some(stop), _) => Err(stop),
                (None, ApiError::Refused { status, message, .. }) => {
                    Ok(Dialled::Refused { status: *status, message: message.clone() })
                }
                (None, ApiError::Unreadable { .. }) => Ok(Dialled::Unknown { message: error.to_string() }),
            },
        }
    }
}

struct Walked {
    window: CallWindow,
    /// Fewer calls than counted: another walk may see all.
    moved: bool,
}

/// Calls as they come in, each once.
#[derive(Default)]
struct Seen {
    calls: Vec<Call>,
    ids: HashSet<String>,
    nameless: u64,
}

impl Seen {
    fn take(&mut self, calls: Vec<Call>, nameless: u64) {
        for call in calls {
            if self.ids.insert(call.call_id.clone()) {
                self.calls.push(call);
            }
        }
        self.nameless += nameless;
    }
}

async fn walk(client: &Client, query: &CallQuery, most: Option<u64>, progress: &dyn Progress) -> Result<Walked, Error> {
    let first_page = client.dialect.first_page;
    let first = client.calls_page(query, first_page, progress).await;
    let first = first.map_err(|error| error.into_error("the call log"))?;
    let mut seen = Seen::default();
    let rows = first.calls.len() as u64 + first.nameless;
    seen.take(first.calls, first.nameless);
    let count = first.count;
    let done = |seen: Seen, coverage, moved| {
        let window = CallWindow { calls: seen.calls, count, coverage, nameless: seen.nameless };
        Ok(Walked { window, moved })
    };
    if let (Some(most), Some(count)) = (most, count)
        && count > most
    {
        return done(seen, CallCoverage::TooMany, false);
    }
    let named = first.total_pages.or_else(|| count.map(|count| count.div_ceil(rows.max(1))));
    // A list that names no end is followed until a page brings nothing new.
    let mut end = first_page + named.unwrap_or(1).min(LONGEST);
    let mut next = first_page + 1;
    let mut trouble = None;
    loop {
        let mut pages = stream::iter(next..end)
            .map(|page| async move { (page, client.calls_page(query, page, progress).await) })
            .buffered(client.concurrency());
        let mut grown = end;
        let mut fresh = 0;
        while let Some((number, page)) = pages.next().await {
            match page {
                Ok(page) => {
                    let before = seen.ids.len();
                    // Calls that came in meanwhile pushed the oldest ones onto further pages.
                    grown = grown.max(first_page + page.total_pages.unwrap_or(0).min(LONGEST));
                    seen.take(page.calls, page.nameless);
                    fresh += seen.ids.len() - before;
                    progress.read(seen.ids.len() as u64, count);
                }
                Err(error) if error.is_gone() => {}
                Err(error) => {
                    trouble = Some(failed(error, number)?);
                    break;
                }
            }
        }
        drop(pages);
        if trouble.is_some() {
            break;
        }
        next = end;
        end = if named.is_some() { grown } else { next + 1 };
        let unending = named.is_none() && (rows == 0 || (next > first_page + 1 && fresh == 0));
        if next >= end || unending || end > first_page + LONGEST {
            break;
        }
    }
    if let Some(reason) = trouble {
        return done(seen, CallCoverage::Partial(reason), false);
    }
    let shown = seen.ids.len() as u64 + seen.nameless;
    match count {
        Some(count) if shown < count => {
            let reason = format!("JustCall counts {count} calls, its list showed {shown}");
            done(seen, CallCoverage::Partial(reason), true)
        }
        _ => done(seen, CallCoverage::Complete, false),
    }
}

/// Why a page could not be read; an error where nothing else can be either.
fn failed(error: CallError, page: u64) -> Result<String, Error> {
    let words = error.to_string();
    match error.stop() {
        Ok(stop) => Err(stop),
        Err(_) => Ok(format!("page {page} of the call log could not be read ({words})")),
    }
}
