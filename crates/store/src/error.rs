//! Why the state could not be used, in kinds that a caller can act upon. Not for people alone: `hint` says what to do.

use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// Result of anything the store does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the state could not be used. Every kind names the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file.
    #[error("there is no state file {}", .path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else; it was not touched.
    #[error("{} is not a tieline state file: {detail}", .path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What it is.
        detail: String,
    },
    /// The file is damaged.
    #[error("the state file {} is damaged: {detail}", .path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A newer tieline wrote it.
    #[error("the state file {} has version {found}, this tieline knows versions up to {known}", .path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version this build knows.
        known: i64,
    },
    /// Another run holds the lock.
    #[error("the state file {} is in use by {owner}", .path.display())]
    Locked {
        /// The file.
        path: PathBuf,
        /// Who holds it, in words.
        owner: String,
    },
    /// The state belongs to another account or CRM (S36).
    #[error("the state file {} belongs to another {what} ({to}, not {wanted})", .path.display())]
    Bound {
        /// The file.
        path: PathBuf,
        /// `JustCall account` or `CRM`.
        what: &'static str,
        /// What it belongs to.
        to: String,
        /// What was asked for.
        wanted: String,
    },
    /// The plan was applied already (S35).
    #[error("plan {plan} was used already by run {by} at {at} (state file {})", .path.display())]
    PlanUsed {
        /// The file.
        path: PathBuf,
        /// The plan.
        plan: String,
        /// The run that used it.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// The state changed after the plan was made (S35).
    #[error("the state file {} moved on after the plan was made (serial {plan}, now {now})", .path.display())]
    SerialMoved {
        /// The file.
        path: PathBuf,
        /// Serial of the plan.
        plan: u64,
        /// Serial of the state.
        now: u64,
    },
    /// A change that contradicts the state; nothing was changed. A fault in tieline, not of the file.
    #[error("the state file {} refused a change: {detail}", .path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What contradicts what.
        detail: String,
    },
    /// The operating system said no.
    #[error("cannot {doing} {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Its answer.
        source: std::io::Error,
    },
    /// `SQLite` said no.
    #[error("the state file {} could not be read or written", .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Its answer.
        source: rusqlite::Error,
    },
}

impl Error {
    /// The file in question.
    pub fn path(&self) -> &Path {
        match self {
            Self::NotFound { path }
            | Self::NotOurs { path, .. }
            | Self::Corrupt { path, .. }
            | Self::TooNew { path, .. }
            | Self::Locked { path, .. }
            | Self::Bound { path, .. }
            | Self::PlanUsed { path, .. }
            | Self::SerialMoved { path, .. }
            | Self::Refused { path, .. }
            | Self::Io { path, .. }
            | Self::Sqlite { path, .. } => path,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "check `[state] path`; without a state, `tieline plan` starts a new one",
            Self::NotOurs { .. } => "the file was left as it is: set `[state] path` to another name",
            Self::Corrupt { .. } => {
                "restore the file from a backup, or move it (with its -wal and -shm files) aside and start anew: \
                 equal contacts are linked again, nothing is deleted"
            }
            Self::TooNew { .. } => "use the tieline that wrote it, or a newer one; the file was left as it is",
            Self::Locked { .. } => {
                "wait until that run is over; the lock ends with its process, never delete it by hand"
            }
            Self::Bound { .. } => {
                "use the state file of this account and CRM: set `[state] path` to another name for another pair"
            }
            Self::PlanUsed { .. } | Self::SerialMoved { .. } => "make a new plan with `tieline plan`",
            Self::Refused { .. } => "nothing was changed; please report this with the command that led here",
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied => {
                "the state file and its folder must be readable and writable by the user who runs tieline"
            }
            Self::Io { .. } => "check the path, its folder and the free space on the disk",
            Self::Sqlite { source, .. } => sqlite_hint(source),
        }
    }
}

fn sqlite_hint(source: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode;
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full: nothing of this step was kept; free some space and run again",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program has the state file open; close it"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "the state file and its folder must be readable and writable by the user who runs tieline"
        }
        _ => "nothing of this step was kept; run again, and check the disk if it happens again",
    }
}

/// What goes wrong inside, before the file's name is put to it.
#[derive(Debug)]
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Corrupt(String),
    Refused(String),
    TooNew { found: i64, known: i64 },
    Bound { what: &'static str, to: String, wanted: String },
    PlanUsed { plan: String, by: String, at: Timestamp },
    SerialMoved { plan: u64, now: u64 },
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{Error as E, ErrorCode};
        match error {
            // Values that the table's types and our own writing exclude: somebody else's hand, or damage.
            E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::InvalidColumnType(..)
            | E::Utf8Error(..) => Self::Corrupt(error.to_string()),
            _ => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error.to_string()),
                _ => Self::Sqlite(error),
            },
        }
    }
}

impl Fault {
    pub(crate) fn corrupt(detail: impl Into<String>) -> Self {
        Self::Corrupt(detail.into())
    }

    pub(crate) fn refused(detail: impl Into<String>) -> Self {
        Self::Refused(detail.into())
    }

    pub(crate) fn at(self, path: &Path) -> Error {
        let path = path.to_owned();
        match self {
            Self::Sqlite(source) => Error::Sqlite { path, source },
            Self::Corrupt(detail) => Error::Corrupt { path, detail },
            Self::Refused(detail) => Error::Refused { path, detail },
            Self::TooNew { found, known } => Error::TooNew { path, found, known },
            Self::Bound { what, to, wanted } => Error::Bound { path, what, to, wanted },
            Self::PlanUsed { plan, by, at } => Error::PlanUsed { path, plan, by, at },
            Self::SerialMoved { plan, now } => Error::SerialMoved { path, plan, now },
        }
    }
}
