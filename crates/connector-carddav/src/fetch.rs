//! Brings cards: many in one request, and one by one where a server leaves some out.

use crate::card::Card;
use crate::error::CallError;
use crate::hints::hints;
use crate::href;
use crate::requests::{MultiStatus, Request, card, propfind, report};
use crate::transport::Transport;
use connector::Progress;
use futures_util::StreamExt;
use futures_util::stream;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Cards in one request.
pub(crate) const BATCH: usize = 100;

/// What became of a card that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// It is there, and readable.
    Card { card: Card, etag: Option<String> },
    /// It is there, and is no card that we touch.
    NoCard {
        /// Why it cannot be read.
        why: String,
        /// Whom it may be about ([`hints`]).
        hints: String,
    },
    /// The server says that it is not there.
    Gone,
    /// It could not be found out.
    Unclear(String),
}

impl Fetched {
    fn read(text: &str, etag: Option<String>) -> Self {
        match Card::parse(text) {
            Ok(card) => Self::Card { card, etag },
            Err(why) => Self::NoCard { why: why.to_string(), hints: hints(text) },
        }
    }
}

/// Asks for a 207. Half an answer that passes for a whole one is asked for once more: that costs nothing but a request.
pub(crate) async fn ask(
    transport: &Transport,
    request: &Request,
    progress: &dyn Progress,
) -> Result<MultiStatus, CallError> {
    let answer = transport.send(request, progress).await?;
    match propfind::parse(&answer) {
        Err(CallError::Unreadable(_)) => propfind::parse(&transport.send(request, progress).await?),
        result => result,
    }
}

/// Fetches cards of one book.
pub(crate) struct Fetch<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) book: &'a str,
    pub(crate) progress: &'a dyn Progress,
}

impl Fetch<'_> {
    /// All of them, in the order asked.
    ///
    /// # Errors
    /// What ends the run: credentials, permissions, no connection.
    pub(crate) async fn many(&self, paths: &[String]) -> Result<Vec<Fetched>, CallError> {
        self.each(paths, |_, fetched| fetched, |_| {}).await
    }

    /// The same, with what `keep` makes of each: cards with photos are large, and not kept for all of a book. `read` hears
    /// of each batch.
    pub(crate) async fn each<T>(
        &self,
        paths: &[String],
        keep: impl Fn(&str, Fetched) -> T,
        read: impl Fn(usize),
    ) -> Result<Vec<T>, CallError> {
        let batches: Vec<_> = paths.chunks(BATCH).map(|batch| self.batch(batch)).collect();
        let mut ended = stream::iter(batches).buffered(self.transport.concurrency());
        let mut all = Vec::with_capacity(paths.len());
        while let Some(batch) = ended.next().await {
            let paths = &paths[all.len()..];
            all.extend(paths.iter().zip(batch?).map(|(path, fetched)| keep(path, fetched)));
            read(all.len());
        }
        Ok(all)
    }

    /// Up to a hundred. A batch that cannot be read is halved, so that one odd card spoils no other.
    async fn batch(&self, paths: &[String]) -> Result<Vec<Fetched>, CallError> {
        let mut found: BTreeMap<&str, Fetched> = BTreeMap::new();
        let mut left = VecDeque::from([paths]);
        while let Some(some) = left.pop_front() {
            if let ([only], true) = (some, paths.len() > 1) {
                found.insert(only, self.one(only).await?);
                continue;
            }
            match self.multiget(some).await {
                Ok(answers) => found.extend(answers),
                Err(CallError::Refused { status: 401, condition, words }) => {
                    return Err(CallError::Refused { status: 401, condition, words });
                }
                Err(error @ (CallError::Unsent(_) | CallError::Lost(_))) => return Err(error),
                // The book itself is gone.
                Err(error) if error.is_gone() && some.len() > 1 => return Err(error),
                // It does not know the request: each card says for itself.
                Err(error) if some.len() == 1 || matches!(error.status(), Some(403 | 405 | 501)) => {
                    for path in some {
                        found.insert(path, self.one(path).await?);
                    }
                }
                Err(_) => {
                    let (first, second) = some.split_at(some.len() / 2);
                    left.extend([first, second]);
                }
            }
        }
        let mut all = Vec::with_capacity(paths.len());
        for path in paths {
            all.push(match found.remove(path.as_str()) {
                Some(fetched) => fetched,
                // Left out of the answer: that says nothing.
                None => self.one(path).await?,
            });
        }
        Ok(all)
    }

    async fn multiget<'p>(&self, paths: &'p [String]) -> Result<Vec<(&'p str, Fetched)>, CallError> {
        let request = report::multiget(self.book, paths.iter().map(String::as_str));
        let answer = self.transport.send(&request, self.progress).await?;
        let read = propfind::parse(&answer)?;
        let asked: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
        let mut found = Vec::new();
        for response in read.responses {
            let Some(path) = href::path(&response.href, self.transport.origin()) else { continue };
            let Some(path) = asked.get(path.as_str()) else { continue };
            let fetched = match (response.props.card, response.status) {
                (Some(text), _) => Fetched::read(&text, response.props.etag),
                (None, Some(404 | 410)) => Fetched::Gone,
                // Neither a card nor a word about it: ask again.
                (None, _) => continue,
            };
            found.push((*path, fetched));
        }
        Ok(found)
    }

    /// One card, by itself.
    async fn one(&self, path: &str) -> Result<Fetched, CallError> {
        match self.get(path).await {
            Ok(stored) => Ok(Fetched::read(&stored.text, stored.etag)),
            Err(error) if error.is_gone() => Ok(Fetched::Gone),
            Err(CallError::Unreadable(why)) => Ok(Fetched::NoCard { why, hints: String::new() }),
            Err(error @ CallError::Refused { .. }) if error.status() != Some(401) => {
                Ok(Fetched::Unclear(error.to_string()))
            }
            Err(error) => Err(error),
        }
    }

    /// One card, byte for byte.
    pub(crate) async fn get(&self, path: &str) -> Result<card::Stored, CallError> {
        card::parse(self.transport.send(&card::get(path), self.progress).await?)
    }
}
