//! Reads everything, and what changed. A listing is whole only if every member of the book showed itself.

use crate::convert::Converter;
use crate::cursor::Cursor;
use crate::discover::Book;
use crate::error::CallError;
use crate::fetch::{Fetch, Fetched, ask};
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
    /// Paths, and why.
    unreadable: Vec<(String, String)>,
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
        let members = ask(self.fetch.transport, &propfind::members(&self.book.path), self.progress).await;
        let members = members.map_err(|error| self.error(error))?;
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
        let seen = self.fetch.each(&paths, |path, fetched| self.see(path, fetched), read).await;
        let seen = seen.map_err(|error| self.error(error))?;
        let sorted = sort(&paths, seen);
        odd.extend(sorted.unclear.iter().cloned());
        let coverage = match odd.first() {
            None => Coverage::Complete,
            Some(first) => {
                Coverage::Partial { reason: format!("{} cards could not be read, {first} among them", odd.len()) }
            }
        };
        let notes = notes(&sorted.unreadable);
        let (book, unreadable) = (self.book.path.clone(), sorted.unreadable);
        let cursor = token.filter(|_| odd.is_empty()).map(|token| Cursor { book, cards: total, token, unreadable });
        Ok((Listing { table: self.table(&sorted.records)?, coverage, read_at, notes }, cursor))
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
            let read = match propfind::parse(&answer) {
                Ok(read) => read,
                Err(CallError::Unreadable(_)) => return start_over("the changes could not be read"),
                Err(error) => return Err(self.error(error)),
            };
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
        gone.retain(|path| changed.binary_search(path).is_err());
        let mut cards = cursor.cards;
        if cursor.may_be_everything(changed.len()) {
            let members = self.members().await?;
            cards = members.paths.len();
            if members.paths.iter().all(|path| changed.binary_search(path).is_ok()) {
                return start_over("the server named every card, as it does when it does not know what it had told");
            }
        }
        let seen = self.fetch.each(&changed, |path, fetched| self.see(path, fetched), |_| {}).await;
        let sorted = sort(&changed, seen.map_err(|error| self.error(error))?);
        if !sorted.unclear.is_empty() {
            return start_over("a changed card could not be read");
        }
        let mut gone: Vec<RecordId> = gone.into_iter().map(RecordId::from).chain(sorted.gone).collect();
        gone.sort();
        gone.dedup();
        // A rough count will do: many changes make it exact.
        let cards = cards.max(changed.len());
        // What could not be read and did not change still cannot.
        let is_as_it_was = |(path, _): &&(String, String)| {
            changed.binary_search(path).is_err() && !gone.iter().any(|id| id.as_str() == path)
        };
        let mut unreadable: Vec<_> = cursor.unreadable.iter().filter(is_as_it_was).cloned().collect();
        unreadable.extend(sorted.unreadable);
        let notes = notes(&unreadable);
        let next = Cursor { book: cursor.book.clone(), cards, token, unreadable };
        Ok((Feed::Changes { changed: self.table(&sorted.records)?, gone, notes }, Some(next)))
    }

    fn member(&self, response: &Response) -> Member {
        let Some(path) = href::path(&response.href, self.fetch.transport.origin()) else { return Member::Other };
        if path.trim_end_matches('/') == self.book.path.trim_end_matches('/') {
            return Member::Book;
        }
        let inside = path.strip_prefix(&self.book.path).is_some_and(|name| !name.trim_end_matches('/').contains('/'));
        if !inside || response.props.is_collection || path.ends_with('/') { Member::Other } else { Member::Card(path) }
    }

    fn see(&self, path: &str, fetched: Fetched) -> Seen {
        match fetched {
            // A list of others is no contact.
            Fetched::Card { card, .. } if card.is_group() => Seen::Other,
            Fetched::Card { card, .. } => Seen::Contact(self.converter.record(path, &card)),
            // It is there: whoever is linked to it is not missing.
            Fetched::NoCard { why, hints } => Seen::Unreadable(self.converter.unreadable(path, hints), why),
            Fetched::Gone => Seen::Gone,
            Fetched::Unclear(why) => Seen::Unclear(why),
        }
    }

    fn table(&self, records: &[Record]) -> Result<Table, Error> {
        let mut table = Table::new(self.converter.width());
        for record in records {
            table.push_record(record).map_err(|full| Error::new(ErrorKind::Data, full.to_string()))?;
        }
        Ok(table)
    }
}

/// What of a card is kept.
enum Seen {
    Contact(Record),
    Unreadable(Record, String),
    Other,
    Gone,
    Unclear(String),
}

fn sort(paths: &[String], seen: Vec<Seen>) -> Sorted {
    let mut sorted = Sorted { records: Vec::new(), gone: Vec::new(), unclear: Vec::new(), unreadable: Vec::new() };
    for (path, seen) in paths.iter().zip(seen) {
        match seen {
            Seen::Other => {}
            Seen::Contact(record) => sorted.records.push(record),
            Seen::Unreadable(record, why) => {
                sorted.unreadable.push((path.clone(), why));
                sorted.records.push(record);
            }
            Seen::Gone => sorted.gone.push(RecordId::from(path.as_str())),
            Seen::Unclear(why) => sorted.unclear.push(format!("{} ({why})", href::shown(path))),
        }
    }
    sorted
}

/// Names the cards that cannot be read: the first few, and how many more.
fn notes(unreadable: &[(String, String)]) -> Vec<String> {
    let named = unreadable.iter().take(NAMED);
    let mut notes: Vec<String> = named
        .map(|(path, why)| format!("{} is no card that can be read ({why}); it is left alone", href::shown(path)))
        .collect();
    if unreadable.len() > NAMED {
        notes.push(format!("{} further cards cannot be read; they are left alone", unreadable.len() - NAMED));
    }
    notes
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
