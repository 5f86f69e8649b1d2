//! Which call of the API a request is.
//!
//! It knows paths and methods only; query and body are read by the handlers.

use axum::http::Method;
use serde::{Deserialize, Serialize};

/// A request's call, with the id in its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Account,
    List,
    Get(u64),
    Create,
    Update(u64),
    Delete(u64),
    Bulk,
    Calls,
    MakeCall,
    /// What the sandbox sends itself; no path has it.
    Callback,
    /// The path exists, but not with this method.
    WrongMethod,
    Unknown,
}

/// A kind of request, as faults, the log and the counters name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// `GET /v2/account`
    Account,
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
    /// `GET /v2/calls`
    Calls,
    /// `POST /v2/calls/make`
    MakeCall,
    /// A callback or webhook that the sandbox itself sends. No request of a client: in faults only.
    Callback,
    /// Anything else, answered with 404 or 405.
    Other,
}

impl RequestKind {
    /// Whether such a request may change contacts. A call that is made changes none.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete | Self::Bulk)
    }
}

impl Route {
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        match segments.as_slice() {
            ["v2", "account"] => match *method {
                Method::GET => Self::Account,
                _ => Self::WrongMethod,
            },
            ["v2", "contacts"] => match *method {
                Method::GET => Self::List,
                Method::POST => Self::Create,
                _ => Self::WrongMethod,
            },
            ["v2", "contacts", "bulk"] => match *method {
                Method::POST => Self::Bulk,
                _ => Self::WrongMethod,
            },
            ["v2", "calls"] => match *method {
                Method::GET => Self::Calls,
                _ => Self::WrongMethod,
            },
            ["v2", "calls", "make"] => match *method {
                Method::POST => Self::MakeCall,
                _ => Self::WrongMethod,
            },
            ["v2", "contacts", id] => match (id.parse(), method) {
                (Ok(id), &Method::GET) => Self::Get(id),
                (Ok(id), &Method::PUT) => Self::Update(id),
                (Ok(id), &Method::DELETE) => Self::Delete(id),
                (Ok(_), _) => Self::WrongMethod,
                (Err(_), _) => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }

    pub(crate) const fn kind(self) -> RequestKind {
        match self {
            Self::Account => RequestKind::Account,
            Self::List => RequestKind::List,
            Self::Get(_) => RequestKind::Get,
            Self::Create => RequestKind::Create,
            Self::Update(_) => RequestKind::Update,
            Self::Delete(_) => RequestKind::Delete,
            Self::Bulk => RequestKind::Bulk,
            Self::Calls => RequestKind::Calls,
            Self::MakeCall => RequestKind::MakeCall,
            Self::Callback => RequestKind::Callback,
            Self::WrongMethod | Self::Unknown => RequestKind::Other,
        }
    }

    /// The contact the path names.
    pub(crate) const fn id(self) -> Option<u64> {
        match self {
            Self::Get(id) | Self::Update(id) | Self::Delete(id) => Some(id),
            _ => None,
        }
    }
}
