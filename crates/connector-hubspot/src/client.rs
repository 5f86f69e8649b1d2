//! The calls of the API, sent and read: what the rest of the connector works with. It does *not* decide what to call.

use crate::columns::Columns;
use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::merged::Merged;
use crate::requests::account::{self, Account};
use crate::requests::batch::{self, Batch, Row};
use crate::requests::calls;
use crate::requests::history::{self, Past};
use crate::requests::list::{self, Page};
use crate::requests::owners::{self, Owner};
use crate::requests::properties::{self, Property};
use crate::requests::search::{self, Found};
use crate::requests::token::{self, Token};
use crate::requests::usage::{self, Usage};
use crate::requests::{Contact, Repeat, Request, get};
use crate::transport::{Failure, Transport};
use connector::{Error, Progress};
use model::Record;
use std::fmt;

/// Times an unreadable answer is asked for.
const READINGS: u32 = 3;

/// Everything that one connector needs for a call.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) dialect: &'static Dialect,
    pub(crate) transport: Transport,
    pub(crate) columns: Columns,
    /// Who lives on under another id, as far as was seen.
    pub(crate) merged: Merged,
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
    /// As an error of the seam.
    pub(crate) fn into_error(self, what: &str) -> Error {
        match self {
            Self::Unsent(error) | Self::Lost(error) => error,
            Self::Api(error) => error.into_error(what),
        }
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
        request: &Request,
        progress: &dyn Progress,
        parse: impl Fn(u16, &[u8]) -> Result<T, ApiError>,
    ) -> Result<T, CallError> {
        let mut tries = READINGS;
        loop {
            let answer = self.transport.send(request, progress).await?;
            tries -= 1;
            match parse(answer.status, &answer.body) {
                // Half an answer that passes for a whole one: once more costs nothing but a request.
                Err(ApiError::Unreadable { .. }) if request.repeat != Repeat::Never && tries > 0 => {}
                result => return result.map_err(CallError::Api),
            }
        }
    }

    pub(crate) async fn account(&self, progress: &dyn Progress) -> Result<Account, CallError> {
        self.call(&account::prepare(self.dialect), progress, account::parse).await
    }

    pub(crate) async fn usage(&self, progress: &dyn Progress) -> Result<Option<Usage>, CallError> {
        self.call(&usage::prepare(self.dialect), progress, usage::parse).await
    }

    pub(crate) async fn properties(&self, progress: &dyn Progress) -> Result<Vec<Property>, CallError> {
        self.call(&properties::prepare(self.dialect), progress, properties::parse).await
    }

    /// A page of everybody.
    pub(crate) async fn page(&self, after: Option<&str>, progress: &dyn Progress) -> Result<Page, CallError> {
        let request = list::prepare(self.dialect, &self.columns.wanted().join(","), false, after);
        self.call(&request, progress, list::parse).await
    }

    /// A page of those that were archived; of them only the ids are wanted.
    pub(crate) async fn archived(&self, after: Option<&str>, progress: &dyn Progress) -> Result<Page, CallError> {
        let request = list::prepare(self.dialect, "hs_object_id", true, after);
        self.call(&request, progress, list::parse).await
    }

    pub(crate) async fn search(&self, since: i64, skip: usize, progress: &dyn Progress) -> Result<Found, CallError> {
        let request = search::prepare(self.dialect, self.columns.wanted(), since, skip);
        self.call(&request, progress, search::parse).await
    }

    pub(crate) async fn get(&self, id: &str, progress: &dyn Progress) -> Result<Contact, CallError> {
        let request = get::prepare(self.dialect, id, &self.columns.wanted().join(","));
        self.call(&request, progress, get::parse).await
    }

    pub(crate) async fn read(&self, ids: &[&str], archived: bool, progress: &dyn Progress) -> Result<Batch, CallError> {
        let request = batch::prepare_read(self.dialect, ids, self.columns.wanted(), archived);
        self.call(&request, progress, batch::parse).await
    }

    /// Contacts with the past of some of their values.
    pub(crate) async fn pasts(
        &self,
        ids: &[&str],
        properties: &[&str],
        progress: &dyn Progress,
    ) -> Result<Vec<Past>, CallError> {
        self.call(&history::prepare(self.dialect, ids, properties), progress, history::parse).await
    }

    /// The account's people.
    pub(crate) async fn owners(&self, progress: &dyn Progress) -> Result<Vec<Owner>, CallError> {
        self.call(&owners::prepare(self.dialect), progress, owners::parse).await
    }

    /// Which app the token belongs to, and what that may do.
    pub(crate) async fn token(&self, progress: &dyn Progress) -> Result<Token, CallError> {
        self.call(&token::prepare(self.dialect, self.transport.token()), progress, token::parse).await
    }

    /// Makes phone calls, or changes them, where the first of them has an id.
    pub(crate) async fn put_calls(
        &self,
        rows: &[Row],
        contacts: &[&str],
        progress: &dyn Progress,
    ) -> Result<Batch, CallError> {
        let request = match rows.first().and_then(|row| row.id.as_ref()) {
            Some(_) => calls::prepare_update(self.dialect, rows),
            None => calls::prepare_create(self.dialect, rows, contacts),
        };
        self.call(&request, progress, batch::parse).await
    }

    /// Phone calls with these marks.
    pub(crate) async fn marked_calls(&self, marks: &[&str], progress: &dyn Progress) -> Result<Found, CallError> {
        self.call(&calls::prepare_find(self.dialect, marks), progress, search::parse).await
    }

    pub(crate) async fn create(&self, rows: &[Row], progress: &dyn Progress) -> Result<Batch, CallError> {
        self.call(&batch::prepare_create(self.dialect, rows), progress, batch::parse).await
    }

    pub(crate) async fn update(&self, rows: &[Row], progress: &dyn Progress) -> Result<Batch, CallError> {
        self.call(&batch::prepare_update(self.dialect, rows), progress, batch::parse).await
    }

    pub(crate) async fn archive(&self, ids: &[&str], progress: &dyn Progress) -> Result<Batch, CallError> {
        self.call(&batch::prepare_archive(self.dialect, ids), progress, batch::parse).await
    }

    /// Whether a search may say all that is wanted: with very many properties its body is too long, and everybody is
    /// listed instead.
    pub(crate) fn can_search(&self) -> bool {
        let body = search::prepare(self.dialect, self.columns.wanted(), i64::MAX, self.dialect.reachable).body;
        body.is_none_or(|body| body.len() <= self.dialect.search_body)
    }

    /// The record of a contact, and a note of whom it replaced.
    pub(crate) fn record(&self, contact: &Contact) -> Record {
        self.merged.note(self.dialect, contact);
        self.columns.record(contact)
    }

    /// Requests under way at once.
    pub(crate) fn concurrency(&self) -> usize {
        self.transport.pace().limits().concurrency.max(1)
    }
}
