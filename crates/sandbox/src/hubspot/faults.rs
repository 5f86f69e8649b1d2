//! What can go wrong on purpose, and for which requests. Nothing here is random.

use serde::{Deserialize, Serialize};

use super::limits::Policy;
use super::route::{ObjectKind, RequestKind, Route};
use crate::schedule::Schedule;

/// Something that goes wrong for chosen requests. Requests refused by token, scope or limits are not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The requests it looks at.
    pub on: On,
    /// Only requests about records of this type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectKind>,
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
        Self { on, object: None, skip_first: 0, every: 1, times: None, action }
    }

    /// Only requests about records of this type.
    #[must_use]
    pub const fn object(mut self, object: ObjectKind) -> Self {
        self.object = Some(object);
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

    pub(crate) fn matches(&self, route: &Route) -> bool {
        self.on.matches(route.kind()) && self.object.is_none_or(|wanted| route.object() == Some(wanted))
    }

    pub(crate) const fn schedule(&self) -> Schedule {
        Schedule { skip_first: self.skip_first, every: self.every, times: self.times }
    }
}

/// A class of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Every request.
    Any,
    /// Every request that changes nothing.
    Read,
    /// Every request that changes records.
    Write,
    /// `GET /crm/v3/objects/…`
    List,
    /// `GET /crm/v3/objects/…/{id}`
    Get,
    /// `POST /crm/v3/objects/…`
    Create,
    /// `PATCH /crm/v3/objects/…/{id}`
    Update,
    /// `DELETE /crm/v3/objects/…/{id}`
    Archive,
    /// `POST /crm/v3/objects/…/batch/read`
    BatchRead,
    /// `POST /crm/v3/objects/…/batch/create`
    BatchCreate,
    /// `POST /crm/v3/objects/…/batch/update`
    BatchUpdate,
    /// `POST /crm/v3/objects/…/batch/archive`
    BatchArchive,
    /// `POST /crm/v3/objects/…/search`
    Search,
    /// `POST /crm/v3/objects/contacts/merge`
    Merge,
    /// `GET /crm/v3/properties/…`
    Properties,
    /// `GET /account-info/v3/…`
    Account,
}

impl On {
    fn matches(self, kind: RequestKind) -> bool {
        match self {
            Self::Any => true,
            Self::Read => !kind.writes(),
            Self::Write => kind.writes(),
            Self::List => kind == RequestKind::List,
            Self::Get => kind == RequestKind::Get,
            Self::Create => kind == RequestKind::Create,
            Self::Update => kind == RequestKind::Update,
            Self::Archive => kind == RequestKind::Archive,
            Self::BatchRead => kind == RequestKind::BatchRead,
            Self::BatchCreate => kind == RequestKind::BatchCreate,
            Self::BatchUpdate => kind == RequestKind::BatchUpdate,
            Self::BatchArchive => kind == RequestKind::BatchArchive,
            Self::Search => kind == RequestKind::Search,
            Self::Merge => kind == RequestKind::Merge,
            Self::Properties => kind == RequestKind::Properties,
            Self::Account => matches!(kind, RequestKind::Account | RequestKind::Usage),
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
    /// Does it, then waits before answering.
    DelayAnswer {
        /// Milliseconds.
        ms: u64,
    },
    /// Says that records were written and does not write them.
    DropWrites {
        /// Every n-th record of the request, counted from its first: 1 drops all, 2 drops the second, fourth…
        every: u64,
    },
    /// Refuses rows of a batch, as the account's own rules would: the answer is mixed.
    FailRows {
        /// Every n-th row of the request, counted from its first.
        every: u64,
        /// What the error says.
        message: String,
    },
    /// Leaves the rows after the first so many out of a list, with nothing to tell.
    TruncateList {
        /// Rows left of each page.
        rows: usize,
    },
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The limit that a 429 names.
    #[serde(default)]
    pub policy: Option<Policy>,
    /// `Retry-After`, in seconds; without it the header is missing, as in the real service.
    #[serde(default)]
    pub retry_after: Option<u64>,
    /// What the answer says, if not the usual words.
    #[serde(default)]
    pub message: Option<String>,
    /// Answers an HTML page, as a proxy would.
    #[serde(default)]
    pub html: bool,
}

impl Refusal {
    /// A refusal with this HTTP status and the documented error body.
    pub const fn status(status: u16) -> Self {
        Self { status, policy: None, retry_after: None, message: None, html: false }
    }

    /// A 429 that names this limit.
    pub const fn limited(policy: Policy) -> Self {
        Self { status: 429, policy: Some(policy), retry_after: None, message: None, html: false }
    }

    /// Answers an HTML page.
    #[must_use]
    pub const fn html(mut self) -> Self {
        self.html = true;
        self
    }
}
