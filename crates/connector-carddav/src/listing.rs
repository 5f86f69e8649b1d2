//! Reads everything, and what changed. A listing is whole only if every member of the book showed itself.

use crate::convert::Converter;
use crate::cursor::Cursor;
use crate::discover::Book;
use crate::error::CallError;
use crate::fetch::{Fetch, Fetched};
use crate::href;
use crate::requests::{Response, propfind, report};
use connector::{Error, ErrorKind, Feed, Progress};
use jiff::Timestamp;
use model::{Coverage, Listing, Record, RecordId, Table};

/// Unreadable cards that are named one by one.
const NAMED: usize = 5;
/// Answers to one question for changes, where a server gives them in pieces.
const MOST_PIECES: usize = 10_000;

/// Reads one address book.
pub(crate) struct Reader<'a> {
    pub(crate) fetch: Fetch<'a>,
    pub(crate) book: &'a Book,
    pub(crate) converter: &'a Converter,
    pub(crate) progress: &'a dyn Progress,
}

/// Cards that were fetched, sorted.
struct Sorted {
    records: Vec<Record>,
    gone: Vec<RecordId>,
    unclear: Vec<String>,
    notes: Vec<String>,
}

impl Reader<'_> {
    fn host(&self) -> &str {
        self.fetch.transport.host()
    }

    fn error(&self, error: CallError) -> Error {
        if error.is_gone() {
            return Error::new(
                ErrorKind::Config,
                format!("the address book `{}` is gone from {}", self.book.name, self.host()),
            )
            .hint("nothing was changed; check [crm.carddav], or ask whoever shares the address book");
        }
        error.into_error(self.host(), &format!("the address book `{}` cannot be read", self.book.name))
    }

    /// What is in the book.
    async fn members(&self) -> Result<Members, Error> {
        let answer = self.fetch.transport.send(&propfind::members(&self.book.path), self.progress).await;
        let answer = answer.map_err(|failure| self.error(failure.into()))?;
        let members = propfind::parse(&answer).map_err(|error| self.error(error))?;
        let mut paths = Vec::new();
        let (mut token, mut shown, mut odd) = (None, false, Vec::new());
        for response in &members.responses {
            match self.member(response) {
                Member::Card(path) if response.has_props => paths.push(path),
                Member::Card(path) => odd.push(href::shown(&path)),
                Member::Book => {
                    shown = response.has_props;
                    token.clone_from(&response.props.sync_token);
                    if let Some(status) = response.status.filter(|status| *status >= 300) {
                        odd.push(format!("the address book answered {status}"));
                    }
                }
                Member::Other => {}
            }
        }
        if !shown && paths.is_empty() {
            let words = "the answer does not speak of the address book".to_owned();
            return Err(self.error(CallError::Unreadable(words)));
        }
        paths.sort_unstable();
        paths.dedup();
        Ok(Members { paths, token, odd })
    }

    /// Everything, and where a feed of changes goes on.
    pub(crate) async fn list(&self) -> Result<(Listing, Option<Cursor>), Error> {
        let read_at = Timestamp::now();
        let Members { paths, token, mut odd } = self.members().await?;
        let total = paths.len();
        let read = |done: usize| self.progress.read(done as u64, Some(total as u64));
        let fetched = self.fetch.many(&paths, read).await.map_err(|error| self.error(error))?;
        let sorted = self.sort(&paths, fetched);
        odd.extend(sorted.unclear.iter().cloned());
        let coverage = match odd.first() {
            None => Coverage::Complete,
            Some(first) => {
                Coverage::Partial { reason: format!("{} cards could not be read, {first} among them", odd.len()) }
            }
        };
        let cursor =
            token.filter(|_| odd.is_empty()).map(|token| Cursor { book: self.book.path.clone(), cards: total, token });
        Ok((Listing { table: self.table(&sorted.records)?, coverage, read_at, notes: sorted.notes }, cursor))
    }

    /// What changed since, and where it goes on.
    pub(crate) async fn changes(&self, cursor: &Cursor) -> Result<(Feed, Option<Cursor>), Error> {
        let start_over = |reason: &str| Ok((Feed::StartOver { reason: reason.to_owned() }, None));
        if cursor.book != self.book.path {
            return start_over("the address book is another one");
        }
        let (mut changed, mut gone) = (Vec::new(), Vec::new());
        let mut token = cursor.token.clone();
        for piece in 0.. {
            if piece == MOST_PIECES {
                return start_over("the changes have no end");
            }
            let answer = self.fetch.transport.send(&report::changes(&self.book.path, &token), self.progress).await;
            let answer = answer.map_err(|failure| self.error(failure.into()))?;
            if matches!(answer.status, 400 | 403 | 405 | 409 | 410 | 412 | 500 | 501) {
                return start_over("the server does not know any more what it had told");
            }
            let read = propfind::parse(&answer).map_err(|error| self.error(error))?;
            let mut is_cut = false;
            for response in &read.responses {
                match (self.member(response), response.status) {
                    (Member::Book, Some(507)) => is_cut = true,
                    (Member::Card(path), Some(404 | 410)) => gone.push(path),
                    (Member::Card(_), Some(status)) if status >= 300 => {
                        return start_over("the server did not tell what became of a card");
                    }
                    (Member::Card(path), _) => changed.push(path),
                    _ => {}
                }
            }
            let Some(next) = read.sync_token else { return start_over("the server gave no token to go on with") };
            if is_cut && next == token {
                return start_over("the changes do not go on");
            }
            token = next;
            if !is_cut {
                break;
            }
        }
        changed.sort_unstable();
        changed.dedup();
        gone.retain(|path| !changed.contains(path));
        let mut cards = cursor.cards;
        if cursor.may_be_everything(changed.len()) {
            let members = self.members().await?;
            cards = members.paths.len();
            if members.paths.iter().all(|path| changed.binary_search(path).is_ok()) {
                return start_over("the server named every card, as it does when it does not know what it had told");
            }
        }
        let fetched = self.fetch.many(&changed, |_| {}).await.map_err(|error| self.error(error))?;
        let sorted = self.sort(&changed, fetched);
        if !sorted.unclear.is_empty() {
            return start_over("a changed card could not be read");
        }
        let mut gone: Vec<RecordId> = gone.into_iter().map(RecordId::from).chain(sorted.gone).collect();
        gone.sort();
        gone.dedup();
        // A rough count will do: many changes make it exact.
        let cards = cards.max(changed.len());
        let next = Cursor { book: cursor.book.clone(), cards, token };
        Ok((Feed::Changes { changed: self.table(&sorted.records)?, gone, notes: sorted.notes }, Some(next)))
    }

    fn member(&self, response: &Response) -> Member {
        let Some(path) = href::path(&response.href, self.fetch.transport.origin()) else { return Member::Other };
        if path.trim_end_matches('/') == self.book.path.trim_end_matches('/') {
            return Member::Book;
        }
        let inside = path.strip_prefix(&self.book.path).is_some_and(|name| !name.trim_end_matches('/').contains('/'));
        if !inside || response.props.is_collection || path.ends_with('/') { Member::Other } else { Member::Card(path) }
    }

    fn sort(&self, paths: &[String], fetched: Vec<Fetched>) -> Sorted {
        let mut sorted = Sorted { records: Vec::new(), gone: Vec::new(), unclear: Vec::new(), notes: Vec::new() };
        let mut unreadable = 0;
        for (path, fetched) in paths.iter().zip(fetched) {
            match fetched {
                // A list of others is no contact.
                Fetched::Card { card, .. } if card.is_group() => {}
                Fetched::Card { card, .. } => sorted.records.push(self.converter.record(path, &card)),
                Fetched::NoCard(why) => {
                    unreadable += 1;
                    if unreadable <= NAMED {
                        sorted.notes.push(format!(
                            "{} is no card that can be read ({why}); it is left alone",
                            href::shown(path)
                        ));
                    }
                    // It is there: whoever is linked to it is not missing.
                    sorted.records.push(self.converter.unreadable(path));
                }
                Fetched::Gone => sorted.gone.push(RecordId::from(path.as_str())),
                Fetched::Unclear(why) => sorted.unclear.push(format!("{} ({why})", href::shown(path))),
            }
        }
        if unreadable > NAMED {
            sorted.notes.push(format!("{} further cards cannot be read; they are left alone", unreadable - NAMED));
        }
        sorted
    }

    fn table(&self, records: &[Record]) -> Result<Table, Error> {
        let mut table = Table::new(self.converter.width());
        for record in records {
            table.push_record(record).map_err(|full| Error::new(ErrorKind::Data, full.to_string()))?;
        }
        Ok(table)
    }
}

/// What a book holds.
struct Members {
    paths: Vec<String>,
    token: Option<String>,
    /// What could not be told.
    odd: Vec<String>,
}

/// What a response speaks of.
enum Member {
    Card(String),
    Book,
    Other,
}
