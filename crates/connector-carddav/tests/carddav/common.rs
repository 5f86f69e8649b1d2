//! What all of them need: connectors for real and scripted servers, and an address book in memory that obeys a test.

use connector::{Connector, Delays, NoProgress, RetryPolicy, Write, WriteKind, WriteResult};
use connector_carddav::{Auth, CarddavConnector, Config, IdSource};
use model::{Cell, Field, FieldId, Record, RecordId, Schema, Secret, Side, Via};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::dav::{Dav, PASSWORD, USER};
use testkit::web::{Answer, Reply, Request, Server};

pub(crate) const BOOK: &str = "/b/";

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(crate) fn schema() -> Schema {
    Schema::new([Field::FirstName, Field::LastName, Field::Email])
}

/// Quick to give up, and quick to try again.
pub(crate) fn config(url: &str) -> Config {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let ids = IdSource::new(|| format!("00000000-0000-4000-8000-{:012}", NEXT.fetch_add(1, Ordering::Relaxed)));
    let auth = Auth::Basic { user: USER.to_owned(), password: Secret::new(PASSWORD) };
    let quick = Duration::from_millis(1);
    let delays =
        Delays { transient: quick, bad_gateway: quick, maintenance: quick, rate_limited: quick, longest: quick };
    let retry = RetryPolicy { attempts: 3, delays, seed: Some(7), ..RetryPolicy::default() };
    Config { retry, ..Config::new(url, auth, ids) }
}

pub(crate) fn connector(url: &str) -> CarddavConnector {
    CarddavConnector::new(config(url), &schema()).unwrap()
}

pub(crate) fn of(dav: &Dav) -> CarddavConnector {
    connector(&dav.url())
}

pub(crate) fn card(first: &str, last: &str, phone: &str, more: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{}@x\r\nFN:{first} {last}\r\nN:{last};{first};;;\r\n\
         TEL;TYPE=CELL:{phone}\r\n{more}END:VCARD\r\n",
        phone.trim_start_matches('+')
    )
}

pub(crate) fn list(connector: &dyn Connector) -> Vec<Record> {
    let listing = run(connector.list(&NoProgress)).unwrap();
    assert!(listing.is_complete(), "{:?}", listing.coverage);
    listing.table.iter().map(model::RowRef::to_record).collect()
}

pub(crate) fn field(field: &Field) -> FieldId {
    schema().position(field).unwrap()
}

pub(crate) fn cell<'a>(record: &'a Record, name: &Field) -> &'a str {
    assert_eq!(record.cells.len(), schema().width(Side::Crm));
    record.cell(field(name).index()).text()
}

pub(crate) fn update(record: &Record, name: &Field, text: &str) -> Write {
    let set = vec![(field(name), text.to_owned())];
    Write { kind: WriteKind::Update, via: Via::Put, current: Some(record.clone()), set }
}

pub(crate) fn delete(record: &Record) -> Write {
    Write { kind: WriteKind::Delete, via: Via::Delete, current: Some(record.clone()), set: Vec::new() }
}

pub(crate) fn create(first: &str, phone: &str) -> Write {
    let set = vec![(field(&Field::FirstName), first.to_owned()), (field(&Field::Phone), phone.to_owned())];
    Write { kind: WriteKind::Create, via: Via::Put, current: None, set }
}

pub(crate) fn apply(connector: &dyn Connector, writes: &[Write]) -> Vec<WriteResult> {
    let results = run(connector.apply(writes, &NoProgress)).unwrap();
    assert_eq!(results.len(), writes.len());
    results
}

/// The record that a result shows, and its id.
#[track_caller]
pub(crate) fn done(result: &WriteResult) -> (RecordId, Option<Record>) {
    let WriteResult::Done { id, stored } = result else { panic!("{result:?}") };
    (id.clone().unwrap(), stored.clone())
}

pub(crate) type Cards = BTreeMap<String, (u64, String)>;
type Instead = Box<dyn FnMut(&Request) -> Option<Reply> + Send>;
type Meanwhile = Box<dyn FnMut(&Request, &mut Cards) + Send>;

/// An address book in memory: what it holds, and what a test wants it to do wrong.
#[derive(Default)]
pub(crate) struct State {
    /// Name, version, text.
    pub(crate) cards: Cards,
    pub(crate) version: u64,
    /// Answers instead of doing what was asked for.
    pub(crate) instead: Option<Instead>,
    /// Done before a request is looked at: somebody else is at work.
    pub(crate) meanwhile: Option<Meanwhile>,
    pub(crate) ignores_conditions: bool,
    pub(crate) has_etags: bool,
    /// Answers to PUT without a word on the version.
    pub(crate) is_silent: bool,
    /// Rewrites what it is given.
    pub(crate) rewrite: Option<fn(&str) -> String>,
    /// Names that no multiget shows.
    pub(crate) hidden: Vec<String>,
    pub(crate) delete_status: u16,
}

pub(crate) struct Fake {
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) server: Server,
}

impl Fake {
    pub(crate) fn new() -> Self {
        let state = Arc::new(Mutex::new(State { has_etags: true, delete_status: 204, ..State::default() }));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| answer(&mut shared.lock().unwrap(), request));
        Self { state, server }
    }

    pub(crate) fn with(cards: &[(&str, String)]) -> Self {
        let fake = Self::new();
        for (name, text) in cards {
            fake.state().put(name, text);
        }
        fake
    }

    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn connector(&self) -> CarddavConnector {
        connector(&format!("{}{BOOK}", self.server.url()))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.state().cards[name].1.clone()
    }
}

impl State {
    pub(crate) fn put(&mut self, name: &str, text: &str) {
        self.version += 1;
        let text = self.rewrite.map_or_else(|| text.to_owned(), |rewrite| rewrite(text));
        self.cards.insert(name.to_owned(), (self.version, text));
    }

    fn etag(&self, version: u64) -> String {
        if self.has_etags { format!("<d:getetag>\"{version}\"</d:getetag>") } else { String::new() }
    }
}

pub(crate) fn multistatus(inner: &str) -> Answer {
    let body =
        format!("<d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\">{inner}</d:multistatus>");
    Answer::new(207, body).with("content-type", "application/xml")
}

pub(crate) fn response(path: &str, props: &str) -> String {
    format!(
        "<d:response><d:href>{path}</d:href><d:propstat><d:prop>{props}</d:prop><d:status>HTTP/1.1 200 OK</d:status>\
         </d:propstat></d:response>"
    )
}

pub(crate) fn book_props() -> &'static str {
    "<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype><d:displayname>Team</d:displayname>\
     <d:sync-token>t1</d:sync-token>"
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('\r', "&#13;")
}

fn answer(state: &mut State, request: &Request) -> Reply {
    if let Some(mut meanwhile) = state.meanwhile.take() {
        meanwhile(request, &mut state.cards);
        state.meanwhile = Some(meanwhile);
    }
    if let Some(mut instead) = state.instead.take() {
        let reply = instead(request);
        state.instead = Some(instead);
        if let Some(reply) = reply {
            return reply;
        }
    }
    Reply::Whole(obey(state, request))
}

/// What a server without oddities answers, but for those that are asked for.
pub(crate) fn obey(state: &mut State, request: &Request) -> Answer {
    let name = request.path.strip_prefix(BOOK).unwrap_or_default().to_owned();
    let known = state.cards.get(&name).cloned();
    let is_met = |header: &str| match (request.header(header), &known) {
        (None, _) => true,
        (Some("*"), known) => known.is_none(),
        (Some(etag), Some((version, _))) => etag == format!("\"{version}\""),
        (Some(_), None) => false,
    };
    let is_met = state.ignores_conditions || (is_met("if-match") && is_met("if-none-match"));
    match (request.method.as_str(), known) {
        ("PROPFIND", _) if request.path == BOOK => {
            let mut inner = response(BOOK, book_props());
            if request.header("depth") == Some("1") {
                for (name, (version, _)) in &state.cards {
                    inner.push_str(&response(
                        &format!("{BOOK}{name}"),
                        &format!("<d:resourcetype/>{}", state.etag(*version)),
                    ));
                }
            }
            multistatus(&inner)
        }
        ("REPORT", _) if request.text().contains("addressbook-multiget") => {
            let mut inner = String::new();
            for href in request.text().split("<d:href>").skip(1).filter_map(|rest| rest.split('<').next()) {
                let name = href.strip_prefix(BOOK).unwrap_or_default();
                if state.hidden.iter().any(|hidden| hidden == name) {
                    continue;
                }
                if let Some((version, text)) = state.cards.get(name) {
                    let props = format!("{}<c:address-data>{}</c:address-data>", state.etag(*version), xml(text));
                    inner.push_str(&response(href, &props));
                } else {
                    let status = "<d:status>HTTP/1.1 404 Not Found</d:status>";
                    write!(inner, "<d:response><d:href>{href}</d:href>{status}</d:response>").unwrap();
                }
            }
            multistatus(&inner)
        }
        ("GET", Some((version, text))) => {
            let answer = Answer::new(200, text);
            if state.has_etags { answer.with("etag", &format!("\"{version}\"")) } else { answer }
        }
        ("PUT" | "DELETE", _) if !is_met => Answer::new(412, ""),
        ("PUT", known) => {
            state.put(&name, &request.text());
            let answer = Answer::new(if known.is_some() { 204 } else { 201 }, "");
            if state.is_silent || !state.has_etags {
                answer
            } else {
                answer.with("etag", &format!("\"{}\"", state.version))
            }
        }
        ("DELETE", Some(_)) => {
            state.cards.remove(&name);
            Answer::new(state.delete_status, "")
        }
        _ => Answer::new(404, ""),
    }
}

/// Whether a record says nothing.
pub(crate) fn is_blank(record: &Record) -> bool {
    record.cells.iter().all(|cell| cell.as_cell() == Cell::Unknown)
}
