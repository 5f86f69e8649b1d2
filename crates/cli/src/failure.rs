//! A command that could not be carried out: what happened, why, and what to do. Printed once, by `main`.

use crate::exit::Code;
use std::error::Error;

/// Result of a command's step.
pub(crate) type Fallible<T> = Result<T, Failure>;

/// What of a failure's text may quote a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// Nothing.
    Nobody,
    /// The hint: it lists columns, and a file without a header has a contact there.
    InHint,
    /// Any of it.
    Anywhere,
}

/// What went wrong, for a person.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What happened.
    pub(crate) message: String,
    /// Why, outermost first.
    pub(crate) causes: Vec<String>,
    /// What to do.
    pub(crate) hint: Option<String>,
    /// How the process ends.
    pub(crate) code: Code,
    /// What of the text may quote a contact: that is for this machine alone.
    pub(crate) quotes: Quotes,
}

impl Failure {
    /// The run failed.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), causes: Vec::new(), hint: None, code: Code::Failed, quotes: Quotes::Nobody }
    }

    /// The command line or the configuration is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { code: Code::Usage, ..Self::new(message) }
    }

    /// What to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The hint lists columns of a file.
    pub(crate) fn lists_columns(mut self) -> Self {
        self.quotes = Quotes::InHint;
        self
    }

    /// From an error with its causes.
    pub(crate) fn from_error(error: &(dyn Error + 'static)) -> Self {
        let mut failure = Self::new(error.to_string());
        let mut source = error.source();
        while let Some(inner) = source {
            let text = inner.to_string();
            if !failure.message.contains(&text) {
                failure.causes.push(text);
            }
            source = inner.source();
        }
        failure
    }
}

impl From<sync::Error> for Failure {
    fn from(error: sync::Error) -> Self {
        let hint = hint_of(&error);
        let code = code_of(&error);
        let shown = match &error {
            // Its own words say all.
            sync::Error::Store(inner) => Self::from_error(inner),
            sync::Error::Replica { side, source } => {
                let inner = Self::from_error(source);
                let title = side.title();
                // Many replicas' words begin with their name already.
                let named = inner.message.starts_with(title);
                let message = if named { inner.message } else { format!("{title}: {}", inner.message) };
                Self { message, ..inner }
            }
            other => Self::from_error(other),
        };
        Self { hint, code, quotes: quotes(&error), ..shown }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        let hint = Some(error.hint().to_owned());
        Self { hint, code: code_of_store(&error), ..Self::from_error(&error) }
    }
}

impl From<sync::decide::Refusal> for Failure {
    fn from(refusal: sync::decide::Refusal) -> Self {
        use sync::decide::Refusal;
        let hint = match &refusal {
            Refusal::NoRule { .. } => "without --for-all the answer is for this conflict alone",
            Refusal::Unknown { .. } => {
                "`tieline conflicts rules`, `tieline exclude --list` and `tieline approve` show what there is"
            }
            Refusal::Store(_) => "",
        };
        match refusal {
            Refusal::Store(error) => error.into(),
            other => Self::usage(other.to_string()).hint(hint),
        }
    }
}

impl From<connector::Error> for Failure {
    fn from(error: connector::Error) -> Self {
        let code = if error.kind == connector::ErrorKind::Config { Code::Usage } else { Code::Failed };
        Self {
            hint: Some(hint_of_replica(&error)),
            code,
            quotes: quotes_of_replica(&error),
            ..Self::from_error(&error)
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::from_error(&error)
    }
}

/// A state that is not there was named wrongly, or not made yet: nothing has failed.
const fn code_of_store(error: &store::Error) -> Code {
    if matches!(error, store::Error::NotFound { .. }) { Code::Usage } else { Code::Failed }
}

/// Errors about one record, or with a piece of a file in them.
fn quotes(error: &sync::Error) -> Quotes {
    match error {
        sync::Error::Canary { .. } | sync::Error::Unsound(_) | sync::Error::ExcludedSince { .. } => Quotes::Anywhere,
        sync::Error::Replica { source, .. } => quotes_of_replica(source),
        _ => Quotes::Nobody,
    }
}

fn quotes_of_replica(error: &connector::Error) -> Quotes {
    match error.kind {
        connector::ErrorKind::Data => Quotes::Anywhere,
        connector::ErrorKind::Config => Quotes::InHint,
        _ => Quotes::Nobody,
    }
}

fn code_of(error: &sync::Error) -> Code {
    match error {
        sync::Error::Replica { source, .. } if source.kind == connector::ErrorKind::Config => Code::Usage,
        sync::Error::NoPlan(_) | sync::Error::PlanFormat { .. } => Code::Usage,
        _ => Code::Failed,
    }
}

/// The connector's hint, else the usual one for this kind of trouble.
fn hint_of_replica(error: &connector::Error) -> String {
    use connector::ErrorKind as Kind;
    let usual = match error.kind {
        Kind::Credentials => "check the key and the secret",
        Kind::Forbidden => "ask an admin of the account for the permission",
        Kind::RateLimited => "the quota is used up: run again later; what was done stays done",
        Kind::Unreachable => "check the network and the address in the configuration, then run again",
        Kind::Server => "the server is in trouble: run again later; what was done stays done",
        Kind::Protocol => "check the address in the configuration; if it is right, please report this",
        Kind::Config => crate::config::HINT,
        Kind::Data => "mend the file and run again; nothing was written to it",
        Kind::Changed => "somebody else changed it meanwhile: run again",
        Kind::Io => "check the disk, its free space and the permissions, then run again",
    };
    error.hint.clone().unwrap_or_else(|| usual.to_owned())
}

fn hint_of(error: &sync::Error) -> Option<String> {
    Some(match error {
        sync::Error::Replica { source, .. } => hint_of_replica(source),
        sync::Error::Store(store) => store.hint().to_owned(),
        sync::Error::OtherAccount { .. } => "one state file belongs to one account and one CRM: name another one with \
            [state] path, or put the old account, CRM path or key back"
            .to_owned(),
        sync::Error::ForeignPlan { .. } | sync::Error::EditedPlan { .. } | sync::Error::ExcludedSince { .. } => {
            "nothing was written; make a new plan with `tieline plan`".to_owned()
        }
        sync::Error::PlanFormat { .. } => "this plan was made by another version of tieline: plan again".to_owned(),
        sync::Error::NoPlan(_) => "`tieline plan -o FILE` writes plans".to_owned(),
        sync::Error::Unsound(_) => "nothing was written; please report this with `tieline plan --json`".to_owned(),
        sync::Error::Canary { .. } => {
            "look at that contact, and at which account, columns and fields the configuration \
            names; the next run tries one contact first again"
                .to_owned()
        }
        sync::Error::NoCallLog | sync::Error::TooMany(_) => return None,
    })
}
