//! Why a run could not go on. Single records that fail are in the report, not here.

use model::{PlanId, Side};

/// Why a run could not go on. Displays as a lowercase fragment without its source.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A replica as a whole.
    #[error("{side}", side = .side.title())]
    Replica {
        /// Which.
        side: Side,
        /// What is wrong.
        #[source]
        source: connector::Error,
    },
    /// The state file.
    #[error("the state file")]
    Store(#[from] store::Error),
    /// The state belongs to another account or CRM (S36).
    #[error("this state belongs to {known}, not to {found}")]
    OtherAccount {
        /// What the state is bound to.
        known: String,
        /// What answered now.
        found: String,
    },
    /// The plan was made for something else (S36).
    #[error("plan {plan} was made for another {what}")]
    ForeignPlan {
        /// Which.
        plan: PlanId,
        /// `account`, `CRM`, `configuration` or `state file`.
        what: &'static str,
    },
    /// The plan's content does not match its id.
    #[error("plan {plan} was edited after it was made")]
    EditedPlan {
        /// Which.
        plan: PlanId,
    },
    /// A person took actions out after the plan was made.
    #[error("plan {plan} holds what was excluded after it was made: {actions}")]
    ExcludedSince {
        /// Which.
        plan: PlanId,
        /// The actions.
        actions: String,
    },
    /// The plan's format is not known.
    #[error("plan format `{found}` is not known (this version reads {known})", known = model::PLAN_FORMAT)]
    PlanFormat {
        /// What the file says.
        found: String,
    },
    /// Not a plan at all.
    #[error("this is no plan")]
    NoPlan(#[source] serde_json::Error),
    /// A plan broke one of its own promises: a fault of ours, and nothing was written.
    #[error("the plan is unsound: {0}")]
    Unsound(String),
    /// The first write was read back and is not what was sent: nothing more was written.
    #[error("{detail}; nothing more was written, {left} writes are left")]
    Canary {
        /// What was seen.
        detail: String,
        /// How many writes to that side were not sent.
        left: u64,
    },
    /// The phone side keeps no call log.
    #[error("this phone system has no call log")]
    NoCallLog,
    /// More contacts than can be held.
    #[error("too many contacts")]
    TooMany(#[from] model::TableFull),
}

/// Shorthand.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn replica(side: Side) -> impl Fn(connector::Error) -> Self {
        move |source| Self::Replica { side, source }
    }
}
