//! Which call of the API a request is.
//!
//! It knows paths and methods only; query and body are read by the handlers.

use axum::http::Method;
use serde::{Deserialize, Serialize};

use super::query::decoded;

/// A type of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// People.
    Contacts,
    /// Calls with them.
    Calls,
}

/// A request's call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// A call about records.
    Objects(ObjectKind, RequestKind),
    /// A call about one record; the id as it is in the path.
    Object(ObjectKind, RequestKind, String),
    Properties(ObjectKind),
    Property(ObjectKind, String),
    Account,
    Usage,
    Token,
    Owners,
    /// The path exists, but not with this method.
    WrongMethod,
    Unknown,
}

/// A kind of request, as faults, the log and the counters name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
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
    /// `GET /account-info/v3/details`
    Account,
    /// `GET /account-info/v3/api-usage/daily/private-apps`
    Usage,
    /// `POST /oauth/v2/private-apps/get/access-token-info`
    Token,
    /// `GET /crm/v3/owners`
    Owners,
    /// Anything else, answered with 404 or 405.
    Other,
}

impl RequestKind {
    /// Whether such a request may change records.
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::Create
                | Self::Update
                | Self::Archive
                | Self::BatchCreate
                | Self::BatchUpdate
                | Self::BatchArchive
                | Self::Merge
        )
    }
}

impl ObjectKind {
    fn named(segment: &str) -> Option<Self> {
        Some(match segment {
            "contacts" | "contact" | "0-1" => Self::Contacts,
            "calls" | "call" | "0-48" => Self::Calls,
            _ => return None,
        })
    }

    /// Where its records are.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Contacts => "/crm/v3/objects/contacts",
            Self::Calls => "/crm/v3/objects/calls",
        }
    }

    /// As messages name it.
    pub(crate) const fn singular(self) -> &'static str {
        match self {
            Self::Contacts => "CONTACT",
            Self::Calls => "CALL",
        }
    }
}

impl Route {
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let reads = |route| if *method == Method::GET { route } else { Self::WrongMethod };
        match segments.as_slice() {
            ["crm", "v3", "objects", kind, rest @ ..] => {
                ObjectKind::named(kind).map_or(Self::Unknown, |kind| Self::of_objects(method, kind, rest))
            }
            ["crm", "v3", "properties", kind] => {
                ObjectKind::named(kind).map_or(Self::Unknown, |kind| reads(Self::Properties(kind)))
            }
            ["crm", "v3", "properties", kind, name] => {
                ObjectKind::named(kind).map_or(Self::Unknown, |kind| reads(Self::Property(kind, decoded(name))))
            }
            ["account-info", "v3", "details"] => reads(Self::Account),
            ["account-info", "v3", "api-usage", "daily", "private-apps"] => reads(Self::Usage),
            ["crm", "v3", "owners"] => reads(Self::Owners),
            ["oauth", "v2", "private-apps", "get", "access-token-info"] if *method == Method::POST => Self::Token,
            ["oauth", "v2", "private-apps", "get", "access-token-info"] => Self::WrongMethod,
            _ => Self::Unknown,
        }
    }

    fn of_objects(method: &Method, kind: ObjectKind, rest: &[&str]) -> Self {
        let posted = |request| match *method {
            Method::POST => Self::Objects(kind, request),
            _ => Self::WrongMethod,
        };
        match rest {
            [] if *method == Method::GET => Self::Objects(kind, RequestKind::List),
            [] => posted(RequestKind::Create),
            ["batch", "read"] => posted(RequestKind::BatchRead),
            ["batch", "create"] => posted(RequestKind::BatchCreate),
            ["batch", "update"] => posted(RequestKind::BatchUpdate),
            ["batch", "archive"] => posted(RequestKind::BatchArchive),
            ["search"] => posted(RequestKind::Search),
            ["merge"] if kind == ObjectKind::Contacts => posted(RequestKind::Merge),
            [id] => match *method {
                Method::GET => Self::Object(kind, RequestKind::Get, decoded(id)),
                Method::PATCH => Self::Object(kind, RequestKind::Update, decoded(id)),
                Method::DELETE => Self::Object(kind, RequestKind::Archive, decoded(id)),
                _ => Self::WrongMethod,
            },
            _ => Self::Unknown,
        }
    }

    pub(crate) const fn kind(&self) -> RequestKind {
        match self {
            Self::Objects(_, request) | Self::Object(_, request, _) => *request,
            Self::Properties(_) | Self::Property(..) => RequestKind::Properties,
            Self::Account => RequestKind::Account,
            Self::Usage => RequestKind::Usage,
            Self::Token => RequestKind::Token,
            Self::Owners => RequestKind::Owners,
            Self::WrongMethod | Self::Unknown => RequestKind::Other,
        }
    }

    pub(crate) const fn object(&self) -> Option<ObjectKind> {
        match self {
            Self::Objects(kind, _) | Self::Object(kind, ..) | Self::Properties(kind) | Self::Property(kind, _) => {
                Some(*kind)
            }
            _ => None,
        }
    }

    /// The scopes of which the token needs one. Calls are reached through the scopes of contacts.
    pub(crate) const fn scopes(&self) -> &'static [&'static str] {
        match self {
            Self::Properties(_) | Self::Property(..) => &["crm.schemas.contacts.read", "crm.objects.contacts.read"],
            Self::Objects(..) | Self::Object(..) if self.kind().writes() => &["crm.objects.contacts.write"],
            Self::Objects(..) | Self::Object(..) => &["crm.objects.contacts.read"],
            Self::Owners => &["crm.objects.owners.read"],
            _ => &[],
        }
    }
}
