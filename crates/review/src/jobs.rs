//! What the page asks the command to do. Everything that needs connectors or the configuration stands behind this, so that
//! the page knows neither.

use jiff::Timestamp;
use model::{Choice, Conflict, PlanId, RunId};
use report::view::Quality;
use std::path::Path;
use sync::Events;

/// Why something could not be done, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What happened, and why.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Trouble {
    /// Without advice.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        Self { message: error.to_string(), hint: Some(error.hint().to_owned()) }
    }
}

impl From<sync::Error> for Trouble {
    fn from(error: sync::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<sync::decide::Refusal> for Trouble {
    fn from(refusal: sync::decide::Refusal) -> Self {
        match refusal {
            sync::decide::Refusal::Store(error) => error.into(),
            other => Self::new(other.to_string()),
        }
    }
}

/// What became of a call that a person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rung {
    /// It rings.
    Rings {
        /// Its id.
        call_id: String,
    },
    /// The same number was called a moment ago: nothing was dialled, and a person is to be asked.
    Recent(Trouble),
    /// Nothing was dialled.
    NotMade(Trouble),
    /// It may ring, or not.
    Unknown(Trouble),
}

/// The command behind the page. Every call may take its time: none is made on a thread that serves.
pub trait Jobs: Send + Sync {
    /// The state file.
    fn state(&self) -> &Path;
    /// Now.
    fn now(&self) -> Timestamp;
    /// Reads both sides, keeps a fresh plan, names it. Writes to neither side.
    fn plan(&self, events: &dyn Events) -> Result<PlanId, Trouble>;
    /// Carries out exactly this plan; what moved since is left out. Names the run, also where it stopped early.
    fn apply(&self, plan: &PlanId, events: &dyn Events) -> Result<RunId, Trouble>;
    /// Reads both sides and looks for what a person should mend.
    fn quality(&self, events: &dyn Events) -> Result<Quality, Trouble>;
    /// A number as a person types it, in the form that the state knows.
    fn phone(&self, text: &str) -> Result<String, String>;
    /// Linked contacts whose name contains the text, or whose record has it as its id: name and number.
    fn find(&self, text: &str) -> Result<Vec<(String, String)>, Trouble>;
    /// The account's number that calls are made from; none: nobody can be called from here.
    fn calls_from(&self) -> Option<String>;
    /// Whom a number belongs to, in words.
    fn name(&self, number: &str) -> Option<String>;
    /// Calls a number, in E.164. One call at a time; a lost answer is never dialled again.
    fn dial(&self, to: &str, anyway: bool) -> Rung;
    /// A value as a person types it, as a choice.
    fn own_value(&self, text: &str) -> Result<Choice, String>;
    /// Whether a choice makes sense for this conflict.
    fn check(&self, conflict: &Conflict, choice: &Choice) -> Result<(), String>;
}
