//! What can go wrong on purpose, and for which requests.
//!
//! A fault says what and when; `fault_set` counts, `pipeline` and the handlers do it. Nothing here is random.

use serde::{Deserialize, Serialize};

use crate::contact::NewContact;
use crate::rewrites::Rewrite;
use crate::route::RequestKind;

/// Something that goes wrong for chosen requests. Requests refused by credentials or rate limit are not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The requests it looks at.
    pub on: On,
    /// Only lists of this page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<usize>,
    /// Only requests for this contact's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// Lets the first so many of them pass.
    #[serde(default)]
    pub skip_first: u64,
    /// Then hits every n-th of them: 1 is each, 2 is the first, third, fifth…
    #[serde(default = "one")]
    pub every: u64,
    /// Stops after so many hits; without it, never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// What happens.
    #[serde(rename = "do")]
    pub action: Action,
}

const fn one() -> u64 {
    1
}

impl Fault {
    /// A fault that hits every request `on` names.
    pub const fn new(on: On, action: Action) -> Self {
        Self { on, page: None, id: None, skip_first: 0, every: 1, times: None, action }
    }

    /// Only lists of this page.
    #[must_use]
    pub const fn page(mut self, page: usize) -> Self {
        self.page = Some(page);
        self
    }

    /// Only requests for this contact's id.
    #[must_use]
    pub const fn id(mut self, id: u64) -> Self {
        self.id = Some(id);
        self
    }

    /// Lets the first so many matching requests pass.
    #[must_use]
    pub const fn skip_first(mut self, requests: u64) -> Self {
        self.skip_first = requests;
        self
    }

    /// Hits every n-th matching request.
    #[must_use]
    pub const fn every(mut self, n: u64) -> Self {
        self.every = n;
        self
    }

    /// Stops after so many hits.
    #[must_use]
    pub const fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }
}

/// A class of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Every request of a client.
    Any,
    /// List, get and the call log.
    Read,
    /// Create, update, delete and bulk.
    Write,
    /// `GET /v2/contacts`
    List,
    /// `GET /v2/contacts/{id}`
    Get,
    /// `POST /v2/contacts`
    Create,
    /// `PUT /v2/contacts/{id}`
    Update,
    /// `DELETE /v2/contacts/{id}`
    Delete,
    /// `POST /v2/contacts/bulk`
    Bulk,
    /// `GET /v2/account`
    Account,
    /// `GET /v2/calls`
    Calls,
    /// `POST /v2/calls/make`
    MakeCall,
    /// Callbacks and webhooks that the sandbox sends
    Callback,
}

impl On {
    pub(crate) fn matches(self, kind: RequestKind) -> bool {
        match self {
            Self::Any => kind != RequestKind::Callback,
            Self::Read => matches!(kind, RequestKind::List | RequestKind::Get | RequestKind::Calls),
            Self::Write => kind.writes(),
            Self::List => kind == RequestKind::List,
            Self::Get => kind == RequestKind::Get,
            Self::Create => kind == RequestKind::Create,
            Self::Update => kind == RequestKind::Update,
            Self::Delete => kind == RequestKind::Delete,
            Self::Bulk => kind == RequestKind::Bulk,
            Self::Account => kind == RequestKind::Account,
            Self::Calls => kind == RequestKind::Calls,
            Self::MakeCall => kind == RequestKind::MakeCall,
            Self::Callback => kind == RequestKind::Callback,
        }
    }
}

/// What a fault does. "The effect" is what the request would have changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Answers an error instead of doing anything.
    Refuse(Refusal),
    /// Does it, then answers an error.
    RefuseAfterEffect(Refusal),
    /// Closes the connection without doing or answering anything.
    CloseBeforeEffect,
    /// Does it, then closes the connection: the answer is lost.
    CloseAfterEffect,
    /// Does it, then closes the connection in the middle of the body.
    CutBody,
    /// Does it, then answers half of the JSON as if it were all of it.
    InvalidJson,
    /// Waits before doing anything; a client that hangs up meanwhile changes nothing.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Does it, then waits before answering; a client that hangs up meanwhile has changed something.
    DelayAnswer {
        /// Milliseconds.
        ms: u64,
    },
    /// Shows a list, search or get as it was before the latest API writes.
    Lag(Lag),
    /// Answers a list with no rows and a count of 0.
    EmptyList,
    /// Leaves out of a list all rows after the first so many.
    TruncateList {
        /// Rows left over all pages together.
        rows: usize,
        /// Whether `count` and `total_pages` fit the rows left, or still tell of all of them.
        honest_count: bool,
    },
    /// Shuffles a list, differently for each request.
    UnstableOrder {
        /// Makes another series of shuffles.
        seed: u64,
    },
    /// Leaves `custom_fields` out of the rows of a list.
    OmitCustomFields,
    /// Someone deletes the first rows of the list, or adds contacts, after the request was served.
    Drift {
        /// Contacts deleted, from the start of the list.
        delete: usize,
        /// Contacts added.
        insert: usize,
    },
    /// Rewrites the values of a write on save.
    Rewrite(Vec<Rewrite>),
    /// Ignores a field of a write: a field name, `custom_fields`, or `custom_fields.` and a key. The phone of a new
    /// contact and of a bulk row is never ignored.
    IgnoreField(String),
    /// Refuses, with 422 or as a failed bulk row, the contacts with these phones, as a rule set in the account would.
    RejectPhones {
        /// The phones, in E.164.
        phones: Vec<String>,
        /// What the answer says.
        message: String,
    },
    /// A callback or webhook is never sent.
    Lose,
    /// A callback or webhook arrives more than once.
    Repeat {
        /// How many times more.
        copies: u32,
    },
    /// A callback or webhook lets others pass, so that it arrives out of order.
    Overtaken {
        /// How many others.
        by: u32,
    },
    /// Says that contacts were written and does not write them.
    DropWrites {
        /// Every n-th contact of the request, counted from its first: 1 drops all, 2 drops the second, fourth…
        every: u64,
    },
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, in seconds; without it the header is missing.
    #[serde(default)]
    pub retry_after: Option<u64>,
    /// What the answer says, if not the usual words.
    #[serde(default)]
    pub message: Option<String>,
    /// Answers an HTML page, as a proxy would, not the documented error body.
    #[serde(default)]
    pub html: bool,
}

impl Refusal {
    /// A refusal with this HTTP status and the documented error body.
    pub const fn status(status: u16) -> Self {
        Self { status, retry_after: None, message: None, html: false }
    }

    /// Adds `Retry-After`, in seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Answers an HTML page.
    #[must_use]
    pub const fn html(mut self) -> Self {
        self.html = true;
        self
    }
}

/// How long API writes stay invisible to readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lag {
    /// For so many seconds of the sandbox's clock.
    Seconds(u64),
    /// For the so many API requests that follow the write.
    Requests(u64),
}

/// The contact "someone" adds while a client walks the pages; its number is unlike any other's.
pub(crate) fn drifted_in(id: u64) -> NewContact {
    NewContact::named("Someone", "Else", &format!("+1999{id:08}"))
}
