//! The calls of the API, sent and read: what the rest of the connector works with.
//!
//! It does *not* decide what to call.

use crate::config::BulkUpdates;
use crate::convert::Converter;
use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json::Body;
use crate::learned::Learned;
use crate::requests::account::Account;
use crate::requests::bulk_summary::Summary;
use crate::requests::calls::CallPage;
use crate::requests::list::Page;
use crate::requests::{Repeat, Request, account, bulk, calls, delete, get, list, make_call, update};
use crate::transport::{Failure, Transport};
use connector::calls::{CallQuery, Dial};
use connector::{Error, ErrorKind, Progress};
use model::{Call, Record};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Times an unreadable answer is asked for.
const READINGS: u32 = 2;

/// Everything that one connector needs for a call.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) dialect: &'static Dialect,
    pub(crate) transport: Transport,
    pub(crate) converter: Converter,
    pub(crate) learned: Learned,
    pub(crate) bulk_updates: BulkUpdates,
    /// Pages of the last list, 0: not known. Tells when listing anew is cheaper than many lookups.
    pub(crate) pages: AtomicU64,
    /// The account may not delete.
    pub(crate) delete_forbidden: AtomicBool,
}

/// A call that did not bring what was asked for.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The API said no, or something unreadable.
    Api(ApiError),
    /// No answer; nothing can have had an effect.
    Unsent(Error),
    /// No answer; it may have had an effect.
    Lost(Error),
}

impl CallError {
    /// The error that ends the run, where this is of that kind.
    pub(crate) fn stop(self) -> Result<Error, Self> {
        match self {
            Self::Unsent(error) => Ok(error),
            Self::Api(error) => error.stops().ok_or(Self::Api(error)),
            lost @ Self::Lost(_) => Err(lost),
        }
    }

    /// As an error of the seam.
    pub(crate) fn into_error(self, what: &str) -> Error {
        match self {
            Self::Unsent(error) | Self::Lost(error) => error,
            Self::Api(error) => error.into_error(what),
        }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Api(error) => error.status(),
            Self::Unsent(_) | Self::Lost(_) => None,
        }
    }

    /// The API itself says that there is no such contact.
    pub(crate) const fn is_gone(&self) -> bool {
        matches!(self, Self::Api(error) if error.is_gone())
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Unsent(error) | Self::Lost(error) => error.fmt(f),
        }
    }
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        if failure.unsent { Self::Unsent(failure.error) } else { Self::Lost(failure.error) }
    }
}

impl Client {
    async fn call<T>(
        &self,
        request: Request,
        progress: &dyn Progress,
        parse: impl Fn(u16, &[u8]) -> Result<T, ApiError>,
    ) -> Result<T, CallError> {
        let mut tries = READINGS;
        loop {
            let answer = self.transport.send(&request, progress).await?;
            tries -= 1;
            match parse(answer.status, &answer.body) {
                // Half an answer that passes for a whole one: reading again costs nothing but a request.
                Err(ApiError::Unreadable { .. }) if request.repeat == Repeat::Freely && tries > 0 => {}
                result => return result.map_err(CallError::Api),
            }
        }
    }

    pub(crate) async fn account(&self, progress: &dyn Progress) -> Result<Account, CallError> {
        self.call(account::prepare(self.dialect), progress, |s, b| account::parse(self.dialect, s, b)).await
    }

    pub(crate) async fn page(&self, page: u64, per_page: u64, progress: &dyn Progress) -> Result<Page, CallError> {
        let request = list::prepare(self.dialect, page, per_page);
        self.call(request, progress, |s, b| list::parse(self.dialect, &self.converter, s, b)).await
    }

    pub(crate) async fn by_phone(&self, phone: &str, progress: &dyn Progress) -> Result<Vec<Record>, CallError> {
        let request = list::prepare_by_phone(self.dialect, phone);
        let page = self.call(request, progress, |s, b| list::parse(self.dialect, &self.converter, s, b)).await?;
        Ok(page.records)
    }

    /// One contact. An answer about another one is no answer.
    pub(crate) async fn get(&self, id: &str, progress: &dyn Progress) -> Result<Record, CallError> {
        let request = get::prepare(self.dialect, id);
        let record = self.call(request, progress, |s, b| get::parse(self.dialect, &self.converter, s, b)).await?;
        if record.id.as_str() == id {
            return Ok(record);
        }
        Err(CallError::Api(ApiError::unreadable(format!("contact {id} was asked for, {} came", record.id))))
    }

    pub(crate) async fn put(
        &self,
        id: &str,
        body: &Body,
        progress: &dyn Progress,
    ) -> Result<Option<Record>, CallError> {
        let request = update::prepare(self.dialect, id, body);
        let stored = self.call(request, progress, |s, b| update::parse(self.dialect, &self.converter, s, b)).await?;
        Ok(stored.filter(|record| record.id.as_str() == id))
    }

    pub(crate) async fn delete(&self, id: &str, progress: &dyn Progress) -> Result<(), CallError> {
        self.call(delete::prepare(self.dialect, id), progress, |s, b| delete::parse(self.dialect, s, b)).await
    }

    pub(crate) async fn bulk(&self, rows: &[Body], progress: &dyn Progress) -> Result<Summary, CallError> {
        let request = bulk::prepare(self.dialect, rows);
        let result = self.call(request, progress, |s, b| bulk::parse(self.dialect, &self.converter, s, b)).await;
        match result {
            Err(CallError::Api(error)) if matches!(error.status(), Some(404 | 405)) => {
                let message = format!("JustCall's bulk request is not there ({error})");
                Err(CallError::Unsent(Error::new(ErrorKind::Protocol, message).hint("check base_url")))
            }
            other => other,
        }
    }

    pub(crate) async fn calls_page(
        &self,
        query: &CallQuery,
        page: u64,
        progress: &dyn Progress,
    ) -> Result<CallPage, CallError> {
        let request = calls::prepare(self.dialect, query, page, self.dialect.per_page);
        self.call(request, progress, |s, b| calls::parse(self.dialect, s, b)).await
    }

    pub(crate) async fn make_call(&self, dial: &Dial, progress: &dyn Progress) -> Result<Call, CallError> {
        self.call(make_call::prepare(self.dialect, dial), progress, |s, b| make_call::parse(self.dialect, s, b)).await
    }

    /// Requests under way at once.
    pub(crate) fn concurrency(&self) -> usize {
        self.transport.pace().limits().concurrency.max(1)
    }

    /// Remembers how many pages the list has.
    pub(crate) fn note_pages(&self, pages: u64) {
        self.pages.store(pages, Ordering::Relaxed);
    }

    /// What bulk does to omitted fields, as configured or found out; none: not known yet.
    pub(crate) fn bulk_mode(&self) -> Option<BulkUpdates> {
        match self.bulk_updates {
            BulkUpdates::Auto => self.learned.bulk(),
            known => Some(known),
        }
    }
}
