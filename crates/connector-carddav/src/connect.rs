//! [`CarddavConnector`]: the seam's [`Connector`], put together from the parts. It does *not* know what a plan is.

use crate::config::{Auth, Config};
use crate::convert::Converter;
use crate::cursor::Cursor;
use crate::discover::{Book, Search};
use crate::fetch::{BATCH, Fetch, Fetched};
use crate::href;
use crate::listing::Reader;
use crate::transport::Transport;
use crate::writing::{Writer, within};
use async_trait::async_trait;
use connector::{
    Connector, Error, Feed, Identity, NoProgress, Presence, Progress, Workload, Write, WriteKind, WriteResult,
};
use model::{AbsenceProof, Capabilities, Cost, FieldId, Listing, RecordId, Schema, Via};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// The fact by which the address book is found at once the next time.
const BOOK: &str = "carddav.book";
/// The fact that the server takes writes one by one.
const ONE_BY_ONE: &str = "carddav.one_by_one";
/// Writes that are handed over together; each batch is looked at in one request.
const WRITES: u64 = 50;

/// A create that was sent: what was to be set, and where it went.
type Sent = (Vec<(FieldId, String)>, String);

/// One address book as a replica.
#[derive(Debug)]
pub struct CarddavConnector {
    config: Config,
    transport: Transport,
    converter: Converter,
    book: OnceCell<Book>,
    cursor: Mutex<Option<Cursor>>,
    created: Mutex<Vec<Sent>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl CarddavConnector {
    /// Prepares a connector for the fields of `schema`. Sends nothing.
    pub fn new(config: Config, schema: &Schema) -> Result<Self, Error> {
        let transport = Transport::new(&config)?;
        if config.learned.iter().any(|(name, _)| name == ONE_BY_ONE) {
            transport.go_one_by_one();
        }
        Ok(Self {
            transport,
            converter: Converter::new(schema, &config.fields)?,
            config,
            book: OnceCell::new(),
            cursor: Mutex::new(None),
            created: Mutex::new(Vec::new()),
        })
    }

    /// Which address book was asked for: what was found for another one is of no use.
    fn wanted(&self) -> String {
        format!("{} {}", self.config.url, self.config.address_book.as_deref().unwrap_or_default())
    }

    fn known(&self) -> Option<&str> {
        let (_, value) = self.config.learned.iter().find(|(name, _)| name == BOOK)?;
        let (wanted, path) = value.split_once('\n')?;
        (wanted == self.wanted()).then_some(path)
    }

    async fn book(&self, progress: &dyn Progress) -> Result<&Book, Error> {
        let search = Search { transport: &self.transport, config: &self.config, progress };
        self.book.get_or_try_init(|| search.book(self.known())).await
    }

    fn fetch<'a>(&'a self, book: &'a Book, progress: &'a dyn Progress) -> Fetch<'a> {
        Fetch { transport: &self.transport, book: &book.path, progress }
    }

    fn reader<'a>(&'a self, book: &'a Book, progress: &'a dyn Progress) -> Reader<'a> {
        Reader { fetch: self.fetch(book, progress), book, converter: &self.converter, progress }
    }

    fn presence(&self, path: &str, id: &RecordId, fetched: Fetched) -> Presence {
        match fetched {
            Fetched::Card { card, .. } => {
                let mut record = self.converter.record(path, &card);
                record.id = id.clone();
                Presence::Present(record)
            }
            // It is there, and nothing is known of it.
            Fetched::NoCard { hints, .. } => Presence::Present(self.converter.unreadable(id.as_str(), hints)),
            Fetched::Gone => Presence::Gone,
            Fetched::Unclear(message) => Presence::Unclear { message },
        }
    }
}

#[async_trait]
impl Connector for CarddavConnector {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            create_via: Via::Put,
            update_via: Via::Put,
            phone_update_via: Via::Put,
            delete_via: Via::Delete,
            batch: usize::try_from(WRITES).unwrap_or(1),
            concurrency: self.transport.concurrency(),
            absence_proof: AbsenceProof::Probe,
            phone_required: false,
            unique_phones: false,
            bulk_by_phone: false,
            field_times: false,
            read_batch: crate::fetch::BATCH,
            change_feed: self.book.get().is_none_or(|book| book.has_feed),
            read_lag_seconds: 0,
        }
    }

    async fn identify(&self) -> Result<Identity, Error> {
        self.identify_with(&NoProgress).await
    }

    async fn identify_with(&self, progress: &dyn Progress) -> Result<Identity, Error> {
        let book = self.book(progress).await?;
        let host = self.transport.host();
        let user = match (&self.config.auth, &book.principal) {
            (Auth::Basic { user, .. }, _) => user.clone(),
            (Auth::Bearer(_), Some(principal)) => href::shown(&href::canonical(principal)),
            (Auth::Bearer(_), None) => "whoever the token is for".to_owned(),
        };
        let version = match book.version {
            crate::card::Version::V3 => "3.0",
            crate::card::Version::V4 => "4.0",
        };
        let mut details = vec![
            ("server".to_owned(), host.to_owned()),
            ("user".to_owned(), user),
            ("address book".to_owned(), format!("{} ({})", book.name, href::shown(&book.path))),
            ("new cards".to_owned(), format!("vCard {version}")),
            ("rights".to_owned(), if book.is_read_only { "reading only" } else { "reading and writing" }.to_owned()),
        ];
        for (field, place) in self.converter.mapping() {
            details.push((field.to_string(), place));
        }
        Ok(Identity {
            fingerprint: format!("carddav:{}{}", self.transport.origin(), book.path),
            title: format!("the address book `{}` on {host}", book.name),
            details,
        })
    }

    async fn list(&self, progress: &dyn Progress) -> Result<Listing, Error> {
        let book = self.book(progress).await?;
        let (listing, cursor) = self.reader(book, progress).list().await?;
        *locked(&self.cursor) = cursor;
        Ok(listing)
    }

    async fn changes(&self, cursor: &str, progress: &dyn Progress) -> Result<Feed, Error> {
        let book = self.book(progress).await?;
        let Some(cursor) = Cursor::read(cursor) else {
            return Ok(Feed::StartOver { reason: "what was kept is not from an address book".to_owned() });
        };
        let (feed, next) = self.reader(book, progress).changes(&cursor).await?;
        *locked(&self.cursor) = next;
        Ok(feed)
    }

    fn cursor(&self) -> Option<String> {
        locked(&self.cursor).as_ref().map(Cursor::write)
    }

    async fn read(&self, ids: &[RecordId], progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let book = self.book(progress).await?;
        let paths: Vec<String> = ids.iter().map(|id| within(&book.path, id.as_str())).collect();
        let here: Vec<String> = paths.iter().filter(|path| path.starts_with(&book.path)).cloned().collect();
        let total = here.len() as u64;
        let read = |done: usize| progress.read(done as u64, Some(total));
        let fetched = self.fetch(book, progress).each(&here, |_, fetched| fetched, read).await;
        let fetched = fetched.map_err(|error| error.into_error(self.transport.host(), "cards cannot be read"))?;
        let mut fetched = fetched.into_iter();
        let presence = |(id, path): (&RecordId, &String)| {
            if !path.starts_with(&book.path) {
                return Presence::Unclear { message: format!("{path} is not in this address book") };
            }
            match fetched.next() {
                Some(fetched) => self.presence(path, id, fetched),
                None => Presence::Unclear { message: "it was not shown".to_owned() },
            }
        };
        Ok(ids.iter().zip(&paths).map(presence).collect())
    }

    async fn apply(&self, batch: &[Write], progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let book = self.book(progress).await?;
        let new_path = |write: &Write| {
            (write.kind == WriteKind::Create).then(|| {
                let path = within(&book.path, &format!("{}.vcf", self.config.ids.next()));
                locked(&self.created).push((write.set.clone(), path.clone()));
                path
            })
        };
        let new_paths: Vec<Option<String>> = batch.iter().map(new_path).collect();
        let writer = Writer { fetch: self.fetch(book, progress), book, converter: &self.converter, progress };
        writer.write(batch, &new_paths).await
    }

    async fn look_up(&self, write: &Write, progress: &dyn Progress) -> Result<Presence, Error> {
        let id = match &write.current {
            Some(record) => record.id.clone(),
            // A new card went where its id says, whatever became of the answer.
            None => match locked(&self.created).iter().rev().find(|(set, _)| *set == write.set) {
                Some((_, path)) => RecordId::from(path.as_str()),
                None => return Ok(Presence::Unclear { message: "it was not sent in this run".to_owned() }),
            },
        };
        let seen = self.read(std::slice::from_ref(&id), progress).await?;
        Ok(seen.into_iter().next().unwrap_or_else(|| Presence::Unclear { message: "it was not shown".to_owned() }))
    }

    fn forecast(&self, work: &Workload) -> Cost {
        let looks = |writes: u64| writes.div_ceil(WRITES.min(BATCH as u64));
        let updates = work.bulk_updates + work.single_updates;
        let writes = work.bulk_creates + updates;
        // An update reads the card first, byte for byte; a deletion looks at many in one request, before and after.
        let requests = work.bulk_creates + 2 * updates + looks(writes) + work.deletes + 2 * looks(work.deletes);
        Cost { requests, seconds: self.transport.pace().forecast(requests) }
    }

    fn requests(&self) -> u64 {
        self.transport.requests()
    }

    fn learned(&self) -> Vec<(String, String)> {
        let book = self.book.get().map(|book| (BOOK.to_owned(), format!("{}\n{}", self.wanted(), book.path)));
        let alone = self.transport.is_one_by_one().then(|| (ONE_BY_ONE.to_owned(), "yes".to_owned()));
        book.into_iter().chain(alone).collect()
    }
}
