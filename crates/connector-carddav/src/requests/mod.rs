//! The requests, one file per kind: `prepare` makes one, `parse` reads its answer. No I/O.

pub mod card;
pub mod propfind;
pub mod report;

pub use crate::xml::{MultiStatus, Props, Response};

/// HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// PROPFIND
    Propfind,
    /// REPORT
    Report,
    /// GET
    Get,
    /// PUT
    Put,
    /// DELETE
    Delete,
}

impl Method {
    /// As it is sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Propfind => "PROPFIND",
            Self::Report => "REPORT",
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// How often a request may be sent again after an answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// As often as the policy says: it changes nothing.
    Freely,
    /// A few times: its precondition keeps a repetition from doing anything more.
    Bounded,
}

/// What must hold for a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Nothing is sent: the server gave nothing to go by.
    None,
    /// The resource is as it was: its `ETag`.
    Unchanged(String),
    /// There is none.
    Absent,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// Canonical path.
    pub path: String,
    /// `Depth`
    pub depth: Option<&'static str>,
    /// What must hold.
    pub condition: Condition,
    /// Kind of the body.
    pub content_type: &'static str,
    /// Body.
    pub body: Option<String>,
    /// How often it may be sent again.
    pub repeat: Repeat,
    /// A 500 is an answer: it says that what was asked for is not to be had.
    pub hears_500: bool,
}

impl Request {
    /// Whether it changes something.
    pub const fn is_write(&self) -> bool {
        matches!(self.method, Method::Put | Method::Delete)
    }

    fn new(method: Method, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            depth: None,
            condition: Condition::None,
            content_type: "application/xml; charset=utf-8",
            body: None,
            repeat: Repeat::Freely,
            hears_500: false,
        }
    }
}
