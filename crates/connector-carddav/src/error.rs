//! What an answer can say instead of what was asked for, and how it becomes an error of the seam.
//!
//! It does *not* decide whether to send again; `transport` does.

use crate::transport::{Answer, Failure};
use crate::xml;
use connector::{Error, ErrorKind};
use std::fmt;

/// Conditions of RFC 6352 and RFC 4331 that a card itself does not meet.
const ABOUT_CARDS: &[&str] = &[
    "valid-address-data",
    "supported-address-data",
    "no-uid-conflict",
    "max-resource-size",
    "addressbook-collection-location-ok",
    "quota-not-exceeded",
    "sufficient-disk-space",
];

/// A call that did not bring what was asked for.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The server said no.
    Refused {
        status: u16,
        /// The condition that it names (`no-uid-conflict`).
        condition: Option<String>,
        words: String,
    },
    /// An answer of success that is not what the standard says.
    Unreadable(String),
    /// No answer; nothing can have had an effect.
    Unsent(Error),
    /// No answer; it may have had an effect.
    Lost(Error),
}

impl CallError {
    /// What an answer other than the wanted one says.
    pub(crate) fn of(answer: &Answer) -> Self {
        let (condition, words) = xml::error_words(&answer.body).unwrap_or_default();
        Self::Refused { status: answer.status, condition, words }
    }

    pub(crate) const fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The server itself says that there is no such resource.
    pub(crate) const fn is_gone(&self) -> bool {
        matches!(self.status(), Some(404 | 410))
    }

    /// The error that ends the run, where this is of that kind.
    pub(crate) fn stop(self, host: &str) -> Result<Error, Self> {
        let said = |kind| Error::new(kind, format!("{host} answered {self}"));
        match &self {
            Self::Refused { status: 401, .. } => Ok(said(ErrorKind::Credentials)
                .hint("check [crm.carddav] user, and the password or token in the environment or file")),
            Self::Refused { status: 403, condition, .. }
                if condition.as_deref().is_none_or(|name| name == "need-privileges") =>
            {
                Ok(said(ErrorKind::Forbidden).hint(
                    "this user may not do that in this address book; ask whoever shares it for the right to edit",
                ))
            }
            Self::Refused { status: 300..=399, .. } => Ok(said(ErrorKind::Config)
                .hint("the server sends elsewhere, which is not followed; check [crm.carddav] url")),
            Self::Unsent(_) => match self {
                Self::Unsent(error) => Ok(error),
                other => Err(other),
            },
            _ => Err(self),
        }
    }

    /// The same for a request that only reads: who may not even look is mostly at the wrong address.
    pub(crate) fn stop_reading(self, host: &str) -> Result<Error, Self> {
        let hint = "check [crm.carddav] url: this user may see nothing there; is it the path of another user?";
        self.stop(host).map(|error| if error.kind == ErrorKind::Forbidden { error.hint(hint) } else { error })
    }

    /// What a write is refused for, whatever the number of the answer: something about the card, and not that it changed.
    pub(crate) fn is_about_card(&self) -> bool {
        matches!(self, Self::Refused { condition: Some(name), .. } if ABOUT_CARDS.contains(&name.as_str()))
    }

    /// As an error of the seam, for what was read.
    pub(crate) fn into_error(self, host: &str, what: &str) -> Error {
        match self.stop_reading(host) {
            Ok(error) | Err(Self::Lost(error)) => error,
            Err(other) => Error::new(ErrorKind::Protocol, format!("{what}: {host} answered {other}"))
                .hint("check [crm.carddav] url: is it an address book, or the address of a server that has some?"),
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, condition, words } => {
                let more: Vec<&str> =
                    condition.as_deref().into_iter().chain([words.as_str()]).filter(|text| !text.is_empty()).collect();
                if more.is_empty() { write!(f, "{status}") } else { write!(f, "{status}: {}", more.join(", ")) }
            }
            Self::Unreadable(why) => write!(f, "something unreadable: {why}"),
            Self::Unsent(error) | Self::Lost(error) => error.fmt(f),
        }
    }
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        if failure.unsent { Self::Unsent(failure.error) } else { Self::Lost(failure.error) }
    }
}
