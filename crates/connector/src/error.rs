//! What can go wrong with a replica as a whole. Refusals of single records are [`crate::WriteResult`]s.

use std::fmt;

/// What kind of trouble, for exit codes and hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Missing or wrong key, secret or token (401).
    Credentials,
    /// The account may not do this (403).
    Forbidden,
    /// The quota is used up and waiting would take too long.
    RateLimited,
    /// No connection, or no answer in time.
    Unreachable,
    /// The server keeps failing (5xx).
    Server,
    /// The answer is not what the contract says.
    Protocol,
    /// The configuration does not fit the replica (a missing column, an unknown preset).
    Config,
    /// The data cannot be read without guessing (a broken file).
    Data,
    /// The replica changed while it was worked on.
    Changed,
    /// The file system said no (disk full, permissions).
    Io,
}

/// Trouble with a replica. Displays as a lowercase fragment without its source.
#[derive(Debug)]
pub struct Error {
    /// What kind.
    pub kind: ErrorKind,
    /// What happened, to what; never a secret.
    pub message: String,
    /// What the user can do about it.
    pub hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A new error without hint or source.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, source: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}
