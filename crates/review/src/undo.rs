//! Choices that were made on this page since it was started, so that the last one can be taken back. Decisions of earlier
//! starts are taken back one by one.

use jiff::Timestamp;
use sync::decide::Undone;

/// Choices that can be taken back.
const KEPT: usize = 50;

/// One choice about one or many conflicts.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// Which choice of this start it was: what a form shows is what it takes back.
    pub(crate) number: u64,
    /// In words: `JustCall for 48 conflicts`.
    pub(crate) what: String,
    pub(crate) at: Timestamp,
    pub(crate) by: String,
    /// What was stored, and what stood there before.
    pub(crate) answers: Vec<Undone>,
}

/// What happened on this page.
#[derive(Debug, Default)]
pub(crate) struct Past {
    made: Vec<Made>,
    /// Choices made so far, those that were taken back included.
    count: u64,
    /// What the last step came to, for the reader.
    told: Option<Told>,
}

/// What a step came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// The page that it was taken on.
    pub(crate) page: &'static str,
    /// In a sentence.
    pub(crate) text: String,
    /// Conflicts that had another answer before, and which.
    pub(crate) replaced: Vec<(String, String)>,
    /// Conflicts that took no answer, and why.
    pub(crate) refused: Vec<(String, String)>,
}

impl Past {
    pub(crate) fn tell(&mut self, told: Told) {
        self.told = Some(told);
    }

    /// What the last step came to, if it was taken on this page.
    pub(crate) fn told(&self, page: &str) -> Option<&Told> {
        self.told.as_ref().filter(|told| told.page == page)
    }

    pub(crate) fn push(&mut self, made: Made) {
        self.count += 1;
        self.made.push(Made { number: self.count, ..made });
        let surplus = self.made.len().saturating_sub(KEPT);
        self.made.drain(..surplus);
    }

    pub(crate) fn last(&self) -> Option<&Made> {
        self.made.last()
    }

    pub(crate) fn pop(&mut self) -> Option<Made> {
        self.made.pop()
    }
}
