//! The part of a plan that a reader asked for: by side, kind, field, reason, number, and a page of it. Copies that page
//! alone, so that looking into a plan of 100,000 actions costs one pass.

use crate::words;
use model::{Action, ActionKind, Conflict, Field, Held, Plan, Side, Skipped};
use serde::Serialize;
use std::collections::BTreeSet;

/// What to show of a plan. What is not asked for does not matter; all that is has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Where something happens, waits, or stays out. Conflicts are about both sides.
    pub side: Option<Side>,
    /// What happens, or would; only actions and what is held have one.
    pub kind: Option<ActionKind>,
    /// A field that changes, or is in conflict.
    pub field: Option<Field>,
    /// A rule (`R3`), or why something is held, skipped or in conflict (`lag`, `invalid_phone`, `both_edited`).
    pub reason: Option<String>,
    /// Digits of the contact's number, in any notation.
    pub phone: Option<String>,
}

/// One page of it, in the order of the plan: actions, conflicts, what is held, what is skipped.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Part {
    /// Rows that fit the filter, on all pages.
    pub matches: usize,
    /// Which page, from 1.
    pub page: usize,
    /// How many pages there are; at least 1.
    pub pages: usize,
    /// What happens.
    pub actions: Vec<Action>,
    /// What waits for a decision.
    pub conflicts: Vec<Conflict>,
    /// What a guard or missing proof holds back.
    pub held: Vec<Held>,
    /// What takes no part.
    pub skipped: Vec<Skipped>,
}

/// The word by which formats name a value of a closed list.
fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn digits(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(char::is_ascii_digit)
}

impl Filter {
    fn says(&self, reason: &str) -> bool {
        self.reason.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(reason))
    }

    fn calls(&self, phone: &str) -> bool {
        let wanted = |wanted: &String| digits(phone).collect::<String>().contains(&digits(wanted).collect::<String>());
        self.phone.as_ref().is_none_or(wanted)
    }

    fn is_on(&self, side: Side) -> bool {
        self.side.is_none_or(|wanted| wanted == side)
    }

    fn is_kind(&self, kind: Option<ActionKind>) -> bool {
        self.kind.is_none_or(|wanted| Some(wanted) == kind)
    }

    fn action(&self, action: &Action) -> bool {
        // State-only actions have a side in the format alone.
        let side = self.side.is_none_or(|side| action.kind.is_write() && action.side == side);
        let field = |field: &Field| action.changes.iter().any(|change| change.field == *field);
        side && self.is_kind(Some(action.kind))
            && self.field.as_ref().is_none_or(field)
            && self.says(&word(&action.reason))
            && self.calls(&action.phone)
    }

    fn conflict(&self, conflict: &Conflict) -> bool {
        let field = |field: &Field| conflict.field.as_ref() == Some(field);
        self.side.is_none()
            && self.is_kind(None)
            && self.field.as_ref().is_none_or(field)
            && self.says(&word(&conflict.kind))
            && self.calls(&conflict.phone)
    }

    fn held(&self, held: &Held) -> bool {
        self.is_on(held.side)
            && self.is_kind(Some(held.kind))
            && self.field.is_none()
            && self.says(&word(&held.reason))
            && self.calls(&held.phone)
    }

    fn skipped(&self, skipped: &Skipped) -> bool {
        // Skipped records are told by what stands in them: that is in the detail.
        self.is_on(skipped.side)
            && self.is_kind(None)
            && self.field.is_none()
            && self.says(&word(&skipped.reason))
            && self.calls(&skipped.detail)
    }
}

/// Every reason that something in a plan has, by the word that [`Filter::reason`] takes.
pub fn reasons(plan: &Plan) -> BTreeSet<String> {
    let actions = plan.actions.iter().map(|row| word(&row.reason));
    let conflicts = plan.conflicts.iter().map(|row| word(&row.kind));
    let held = plan.held.iter().map(|row| word(&row.reason));
    actions.chain(conflicts).chain(held).chain(plan.skipped.iter().map(|row| word(&row.reason))).collect()
}

/// Takes rows from a list that belong to the page; counts all.
fn take<T: Clone>(rows: &[T], fits: impl Fn(&T) -> bool, seen: &mut usize, page: &std::ops::Range<usize>) -> Vec<T> {
    let mut taken = Vec::new();
    for row in rows.iter().filter(|row| fits(row)) {
        if page.contains(seen) {
            taken.push(row.clone());
        }
        *seen += 1;
    }
    taken
}

impl Part {
    /// A page of what fits; `rows` a page, 0 for all on one.
    pub fn new(plan: &Plan, filter: &Filter, page: usize, rows: usize) -> Self {
        let page = page.max(1);
        let range = if rows == 0 { 0..usize::MAX } else { (page - 1).saturating_mul(rows)..page.saturating_mul(rows) };
        let mut seen = 0;
        let actions = take(&plan.actions, |row| filter.action(row), &mut seen, &range);
        let conflicts = take(&plan.conflicts, |row| filter.conflict(row), &mut seen, &range);
        let held = take(&plan.held, |row| filter.held(row), &mut seen, &range);
        let skipped = take(&plan.skipped, |row| filter.skipped(row), &mut seen, &range);
        let pages = if rows == 0 { 1 } else { seen.div_ceil(rows).max(1) };
        Self { matches: seen, page, pages, actions, conflicts, held, skipped }
    }

    /// One sentence.
    pub fn headline(&self) -> String {
        let pages = if self.pages > 1 { format!(", page {} of {}", self.page, self.pages) } else { String::new() };
        match self.matches {
            0 => "Nothing in the plan fits.".to_owned(),
            1 => "1 row of the plan fits.".to_owned(),
            many => format!("{} of the plan fit{pages}.", words::count(many as u64, "row")),
        }
    }
}
