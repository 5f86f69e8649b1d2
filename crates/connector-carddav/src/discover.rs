//! Finds the address book: at the address itself, or by way of the user and the user's home (RFC 6764, RFC 6352).

use crate::card::Version;
use crate::config::Config;
use crate::error::CallError;
use crate::fetch::ask;
use crate::href;
use crate::requests::{Props, propfind};
use crate::transport::Transport;
use connector::{Error, ErrorKind, Progress};

const WELL_KNOWN: &str = "/.well-known/carddav";
/// Redirects in a row.
const MOST_REDIRECTS: usize = 5;

/// An address book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Book {
    /// Canonical, with a `/` at its end.
    pub(crate) path: String,
    /// What people call it.
    pub(crate) name: String,
    /// The user, as the server knows them.
    pub(crate) principal: Option<String>,
    /// Which version new cards follow.
    pub(crate) version: Version,
    /// It has a feed of changes, as far as it says.
    pub(crate) has_feed: bool,
    /// The user may not write, by the server's own word.
    pub(crate) is_read_only: bool,
}

impl Book {
    fn new(path: String, props: &Props, principal: Option<String>) -> Self {
        let segment = || href::shown(path.trim_end_matches('/').rsplit('/').next().unwrap_or_default());
        let takes = |version: &str| props.versions.iter().any(|known| known == version);
        let may_write = |names: &[String]| {
            names.iter().any(|name| matches!(name.as_str(), "all" | "write" | "write-content" | "bind"))
        };
        Self {
            name: props.name.clone().unwrap_or_else(segment),
            principal,
            version: if takes("4.0") && !takes("3.0") { Version::V4 } else { Version::V3 },
            has_feed: props.reports.is_empty() || props.reports.iter().any(|name| name == "sync-collection"),
            is_read_only: props.privileges.as_ref().is_some_and(|names| !names.is_empty() && !may_write(names)),
            path,
        }
    }

    /// Whether the user means this one.
    fn is_called(&self, wanted: &str, origin: &str) -> bool {
        let path = href::path(wanted, origin).map(|path| format!("{}/", path.trim_end_matches('/')));
        let segment = self.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        path.as_deref() == Some(self.path.as_str()) || self.name == wanted || href::shown(segment) == wanted
    }
}

/// What a place turned out to be.
struct Place {
    path: String,
    props: Props,
}

/// Looks for the address book.
pub(crate) struct Search<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) config: &'a Config,
    pub(crate) progress: &'a dyn Progress,
}

impl Search<'_> {
    /// The address book: where an earlier run found it, or found anew.
    pub(crate) async fn book(&self, known: Option<&str>) -> Result<Book, Error> {
        if let Some(path) = known {
            // Not there any more: perhaps it moved.
            if let Some(book) = self.at(path).await? {
                return Ok(book);
            }
        }
        let mut last = None;
        let mut start = None;
        for path in self.starts() {
            match self.ask(&path).await {
                Ok(place) if place.props.is_book && self.config.address_book.is_none() => {
                    return Ok(Book::new(place.path, &place.props, place.props.principal.clone()));
                }
                Ok(place) => {
                    start = Some(place);
                    if start.as_ref().is_some_and(|place| {
                        place.props.is_book || place.props.principal.is_some() || !place.props.homes.is_empty()
                    }) {
                        break;
                    }
                }
                Err(error) => match error.stop_reading(self.transport.host()) {
                    Ok(stop) => return Err(stop),
                    Err(error) => last = Some(error),
                },
            }
        }
        let Some(start) = start else {
            let host = self.transport.host();
            let gone = last.as_ref().is_some_and(CallError::is_gone);
            return Err(match last {
                Some(error) if !gone => error.into_error(host, "no address book was found"),
                _ => Error::new(ErrorKind::Config, format!("{} is not there on {host}", self.transport.base_path())),
            }
            .hint(
                "check [crm.carddav] url: the address of the server, of your own folder on it, or of the address book",
            ));
        };
        self.choose(start).await
    }

    /// Where to begin: at the address; for a bare server where it says that address books begin. An address that is more
    /// than a server's is meant as it stands: what is not there is not replaced by something else.
    fn starts(&self) -> Vec<String> {
        let base = href::canonical(self.transport.base_path());
        if base == "/" { vec![WELL_KNOWN.to_owned(), base] } else { vec![base] }
    }

    /// The address book at a path, where it still is one.
    async fn at(&self, path: &str) -> Result<Option<Book>, Error> {
        match self.ask(path).await {
            Ok(place) if place.props.is_book => {
                let principal = place.props.principal.clone();
                Ok(Some(Book::new(place.path, &place.props, principal)))
            }
            Ok(_) => Ok(None),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error.into_error(self.transport.host(), "the address book cannot be read")),
        }
    }

    async fn choose(&self, start: Place) -> Result<Book, Error> {
        let principal = match &start.props.principal {
            Some(href) => Some(self.path(href)?),
            None => None,
        };
        let mut found = Vec::new();
        if start.props.is_book {
            found.push(Book::new(start.path.clone(), &start.props, principal.clone()));
        }
        let mut homes = start.props.homes.clone();
        if let (Some(path), true) = (&principal, homes.is_empty()) {
            homes = self
                .ask(path)
                .await
                .map_err(|error| self.told(error, "the user's own page cannot be read"))?
                .props
                .homes;
        }
        let mut homes: Vec<String> = homes.iter().map(|href| self.path(href)).collect::<Result<_, _>>()?;
        if homes.is_empty() {
            homes.push(start.path);
        }
        for home in homes {
            let listed = ask(self.transport, &propfind::books(&home), self.progress).await;
            let listed = listed.map_err(|error| self.told(error, "the user's address books cannot be listed"))?;
            for response in listed.responses.iter().filter(|response| response.props.is_book) {
                let path = folder(&self.path(&response.href)?);
                if !found.iter().any(|book| book.path == path) {
                    found.push(Book::new(path, &response.props, principal.clone()));
                }
            }
        }
        self.pick(found)
    }

    fn pick(&self, mut found: Vec<Book>) -> Result<Book, Error> {
        let names = found.iter().map(|book| format!("`{}`", book.name)).collect::<Vec<_>>().join(", ");
        let host = self.transport.host();
        let error = |message: String, hint: String| Err(Error::new(ErrorKind::Config, message).hint(hint));
        if let Some(wanted) = &self.config.address_book {
            found.retain(|book| book.is_called(wanted, self.transport.origin()));
            if found.is_empty() {
                let there = if names.is_empty() { "none is there".to_owned() } else { format!("there are {names}") };
                return error(
                    format!("there is no address book `{wanted}` on {host}"),
                    format!("{there}; [crm.carddav] address_book takes a name or an address"),
                );
            }
        }
        match found.len() {
            0 => error(
                format!("this user has no address book on {host}"),
                "make one there, or name the address of one: [crm.carddav] address_book".to_owned(),
            ),
            1 => Ok(found.remove(0)),
            _ => error(
                format!("there are several address books on {host}: {names}"),
                "say which one: [crm.carddav] address_book = \"name\", or its address where names repeat".to_owned(),
            ),
        }
    }

    fn told(&self, error: CallError, what: &str) -> Error {
        error.into_error(self.transport.host(), what)
    }

    fn path(&self, href: &str) -> Result<String, Error> {
        href::path(href, self.transport.origin()).ok_or_else(|| elsewhere(self.transport.host(), href))
    }

    /// What a place is, redirects on the same server followed.
    async fn ask(&self, path: &str) -> Result<Place, CallError> {
        let mut path = path.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.transport.send(&propfind::resource(&path), self.progress).await?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                let read = propfind::parse(&answer)?;
                let response = read.responses.into_iter().find(|response| response.has_props);
                let Some(response) = response else {
                    return Err(CallError::Refused { status: 404, condition: None, words: String::new() });
                };
                return Ok(Place { path: folder(&path), props: response.props });
            }
            let Some(to) = &answer.location else { return Err(CallError::of(&answer)) };
            let Some(next) = href::path(to, self.transport.origin()) else {
                return Err(CallError::Unsent(elsewhere(self.transport.host(), to)));
            };
            path = next;
        }
        Err(CallError::Unreadable("it sends in circles".to_owned()))
    }
}

fn folder(path: &str) -> String {
    format!("{}/", path.trim_end_matches('/'))
}

/// Credentials are for one server; where it sends on, the user decides.
fn elsewhere(host: &str, to: &str) -> Error {
    Error::new(ErrorKind::Config, format!("{host} sends to another server: {to}"))
        .hint("if that server is yours as well, name it as [crm.carddav] url; credentials are not taken there unasked")
}
