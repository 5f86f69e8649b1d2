//! Why a message did not get through. No variant holds a secret: addresses of webhooks are never part of a text.

use std::path::PathBuf;
use std::time::Duration;

/// Why a message did not get through. Displays as a lowercase fragment.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was configured cannot work.
    #[error("{0}")]
    Setup(String),
    /// Nobody answered in time.
    #[error("no answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The receiver said no.
    #[error("answered with {status}{words}")]
    Refused {
        /// Status of HTTP.
        status: u16,
        /// Its own words, after a colon; empty where it had none.
        words: String,
    },
    /// The receiver could not be asked.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// The mail server said no, or could not be asked.
    #[error("the mail server: {0}")]
    Mail(String),
    /// The message could not be put together.
    #[error("the message cannot be written: {0}")]
    Message(String),
    /// The file could not be written.
    #[error("cannot write {}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
}

impl Error {
    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Setup(_) | Self::Message(_) => "docs/config.md lists every key of [notify]",
            Self::TimedOut(_) | Self::Unreachable(_) => "check the address and the network",
            Self::Refused { .. } => "check the address: a part of it may be missing, or it was withdrawn",
            Self::Mail(_) => "check host, port, tls, user and password of [notify.mail]",
            Self::File { .. } => "name a file in a folder that exists and can be written to",
        }
    }
}
