//! What an answer can say instead of what was asked for, and how it becomes an error of the seam.
//!
//! It does *not* decide whether to send again; `transport` does.

use connector::{Error, ErrorKind};
use std::fmt;

/// An answer that is not the wanted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// The API said no.
    Refused {
        /// HTTP status.
        status: u16,
        /// Its own words.
        message: String,
        /// Its code, where it gives one.
        code: Option<String>,
        /// The body was the API's own (not a proxy's page).
        native: bool,
    },
    /// An answer of success that is not what the contract says.
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
}

impl ApiError {
    pub(crate) fn unreadable(why: impl Into<String>) -> Self {
        Self::Unreadable { why: why.into() }
    }

    /// HTTP status of a refusal.
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Unreadable { .. } => None,
        }
    }

    /// True for a 404 of the API itself. A proxy's page proves nothing.
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { status: 404, native: true, .. })
    }

    /// The error that ends the run, where it is of that kind: credentials, permissions, a wrong address.
    pub fn stops(&self) -> Option<Error> {
        let status = self.status()?;
        let error = |kind| Error::new(kind, format!("JustCall answered {self}"));
        match status {
            401 => Some(
                error(ErrorKind::Credentials)
                    .hint("check JUSTCALL_API_KEY and JUSTCALL_API_SECRET (or api_key_file and api_secret_file)"),
            ),
            403 => Some(error(ErrorKind::Forbidden).hint(
                "the plan or the role of this API key lacks the permission; ask an admin of the JustCall account",
            )),
            300..=399 => Some(
                error(ErrorKind::Config).hint("the server redirects elsewhere, which is not followed; check base_url"),
            ),
            _ => None,
        }
    }

    /// As an error of the seam, where no better use can be made of it.
    pub fn into_error(self, what: &str) -> Error {
        if let Some(stop) = self.stops() {
            return stop;
        }
        Error::new(ErrorKind::Protocol, format!("{what}: {self}"))
            .hint("check justcall.base_url; if it is right, please report this")
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, message, .. } if message.is_empty() => write!(f, "{status}"),
            Self::Refused { status, message, .. } => write!(f, "{status}: {message}"),
            Self::Unreadable { why } => write!(f, "unreadable answer: {why}"),
        }
    }
}

impl std::error::Error for ApiError {}
