//! What a channel was told last, in a word or two, and whether something is news to it. Kept by whoever calls.

use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// How things stand for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Nothing to do for anybody.
    #[default]
    Fine,
    /// Conflicts, held changes, refused records or alarms wait for a person.
    NeedsYou,
    /// The run failed, or no run has succeeded for too long.
    Failed,
}

impl Condition {
    const ALL: [Self; 3] = [Self::Fine, Self::NeedsYou, Self::Failed];

    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::NeedsYou => "needs_you",
            Self::Failed => "failed",
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::NeedsYou => "needs you",
            Self::Failed => "failed",
        }
    }
}

/// What has taken too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Overdue {
    /// No run has succeeded for too long.
    NoRun,
    /// A conflict has waited for too long.
    OldConflict,
}

impl Overdue {
    const ALL: [Self; 2] = [Self::NoRun, Self::OldConflict];

    const fn name(self) -> &'static str {
        match self {
            Self::NoRun => "no_run",
            Self::OldConflict => "old_conflict",
        }
    }
}

/// What a channel was told, or would be told now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Told {
    /// How things stand.
    pub condition: Condition,
    /// What has taken too long.
    pub overdue: BTreeSet<Overdue>,
}

impl Told {
    /// Whether it has to be said to somebody who was told `before`: another condition, or something more that is
    /// overdue. That something is overdue no longer is no news by itself: either all is fine, or the rest still waits.
    pub fn is_news_after(&self, before: &Self) -> bool {
        self.condition != before.condition || !self.overdue.is_subset(&before.overdue)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.condition.name())?;
        self.overdue.iter().try_for_each(|overdue| write!(f, " {}", overdue.name()))
    }
}

/// A text that is no [`Told`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this says nothing about what was told")]
pub struct NotTold;

impl FromStr for Told {
    type Err = NotTold;

    fn from_str(text: &str) -> Result<Self, NotTold> {
        let mut words = text.split(' ');
        let first = words.next().unwrap_or_default();
        let condition = Condition::ALL.into_iter().find(|condition| condition.name() == first).ok_or(NotTold)?;
        let overdue = words.map(|word| Overdue::ALL.into_iter().find(|overdue| overdue.name() == word).ok_or(NotTold));
        Ok(Self { condition, overdue: overdue.collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(text: &str) -> Told {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_told_is_read_back() {
        for text in ["fine", "needs_you", "needs_you old_conflict", "failed no_run old_conflict"] {
            assert_eq!(told(text).to_string(), text);
        }
        for text in ["", "well", "fine tomorrow"] {
            assert!(text.parse::<Told>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_change_is_news_once() {
        for (before, now, news) in [
            ("fine", "fine", false),
            ("fine", "needs_you", true),
            ("needs_you", "needs_you", false),
            ("needs_you", "needs_you old_conflict", true),
            ("needs_you old_conflict", "needs_you", false),
            ("needs_you", "failed", true),
            ("failed", "failed no_run", true),
            ("failed no_run", "failed no_run old_conflict", true),
            ("failed no_run", "fine", true),
        ] {
            assert_eq!(told(now).is_news_after(&told(before)), news, "{before} -> {now}");
        }
    }
}
