//! What all requests share, and what the command does for them.

use crate::inbox::Inbox;
use crate::keys::Keys;
use crate::link::Link;
use crate::meters::Meters;
use crate::pace::Pace;
use axum::http::HeaderMap;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::EventRow;

/// What the time is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// By which address something came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// What is set up in JustCall, for all calls.
    Webhook,
    /// What a call that we asked for was given.
    Callback,
}

impl Door {
    /// Its word in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Callback => "callback",
        }
    }
}

/// A request with the right address, whole.
#[derive(Debug)]
pub struct Posted<'a> {
    /// By which address.
    pub door: Door,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: &'a [u8],
}

/// What a request tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The event's name; `callback` for one.
    pub event: String,
    /// What it is about; none: nothing that is kept.
    pub row: Option<EventRow>,
}

/// Why a request is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// It is no event.
    Unreadable(String),
    /// It came by the wrong address.
    WrongDoor(String),
    /// It is not signed, or not by the account.
    Forged(String),
    /// It was signed too long ago.
    Replayed(String),
}

/// What became of a call that a person confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ring {
    /// It rings.
    Rings {
        /// Its id.
        call_id: String,
    },
    /// The link was used before: nothing was dialled.
    Used,
    /// The same number was called a moment ago: nothing was dialled, unless a person says so.
    Recent {
        /// When, in words.
        message: String,
    },
    /// Nothing was dialled.
    NotMade {
        /// Why.
        message: String,
        /// What to do.
        hint: String,
    },
    /// It may ring, or not; nothing is dialled again.
    Unknown {
        /// Why, and what to do.
        message: String,
    },
}

/// The command behind the server. Every call may take its time: none is made on a thread that serves, but `read`.
pub trait Desk: Send + Sync {
    /// Reads what was posted, and checks that it is the account's.
    ///
    /// # Errors
    /// Where it must not be taken.
    fn read(&self, posted: &Posted<'_>) -> Result<Told, NotTaken>;
    /// Whom a number belongs to, in words; none where nobody knows.
    fn name(&self, number: &str) -> Option<String>;
    /// Whether a link was used before.
    fn is_used(&self, link: &Link) -> bool;
    /// Dials, once for each link. `anyway`: also where the same number was called a moment ago.
    fn dial(&self, link: &Link, anyway: bool) -> Ring;
}

/// How much is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest body, in bytes.
    pub body: usize,
    /// Events a second, in the long run.
    pub per_second: u32,
    /// How long a body may take.
    pub patience: Duration,
    /// How long requests under way may take once the server stops.
    pub drain: Duration,
}

/// How the server is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// The state file, which exists.
    pub state: PathBuf,
    /// How much is taken.
    pub limits: Limits,
    /// Secrets.
    pub keys: Keys,
}

/// What all requests share.
pub(crate) struct App {
    pub(crate) options: Options,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) inbox: Inbox,
    pub(crate) meters: Arc<Meters>,
    pub(crate) pace: Pace,
    pub(crate) clock: Clock,
}
