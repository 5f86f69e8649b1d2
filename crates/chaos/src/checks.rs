//! Counts what was checked, and keeps the first thing that did not hold.

use std::collections::BTreeMap;
use std::fmt;

/// Something that must hold, and did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Number of the invariant (docs/reliability.md), or `panic`.
    pub invariant: &'static str,
    /// What was found instead.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

/// Judged by who is who. Where numbers were handed around or shared while something went wrong, nobody can know that.
const BY_PERSON: [&str; 12] = ["I1", "I2", "I4", "I5", "I6", "I7", "I12", "I13", "I15", "A1", "A3", "L2"];

/// How often each invariant was checked, and the first that was broken.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    /// Checks per invariant.
    pub counts: BTreeMap<&'static str, u64>,
    /// The first that did not hold.
    pub broken: Option<Broken>,
    /// Who is who is not known for certain any more.
    pub(crate) muddled: bool,
}

impl Checks {
    /// Checks one thing.
    pub fn that(&mut self, invariant: &'static str, holds: bool, what: impl FnOnce() -> String) {
        if self.muddled && BY_PERSON.contains(&invariant) {
            return;
        }
        *self.counts.entry(invariant).or_default() += 1;
        if !holds && self.broken.is_none() {
            self.broken = Some(Broken { invariant, what: what() });
        }
    }
}
