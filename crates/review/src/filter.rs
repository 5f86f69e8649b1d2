//! Which conflicts of a plan a person wants to see: by field, cause, age, text, and whether they are decided.

use crate::app::Answers;
use crate::ask::{Pairs, query};
use jiff::Timestamp;
use model::{Conflict, ConflictKind, Plan, Resolution, StandingRule};

/// Whether decided conflicts are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum State {
    #[default]
    Open,
    Decided,
    All,
}

impl State {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Decided => "decided",
            Self::All => "all",
        }
    }
}

/// What a person asked for. Anything that cannot be read counts as not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) text: String,
    pub(crate) field: String,
    pub(crate) kind: Option<ConflictKind>,
    /// Days; negative: not longer than.
    pub(crate) age: i64,
    pub(crate) state: State,
    pub(crate) page: u64,
}

/// A conflict with its decision, where one still fits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'p, 'a> {
    pub(crate) conflict: &'p Conflict,
    pub(crate) answer: Option<&'a Resolution>,
    /// The standing rule that answers it, where nobody answered it by itself.
    pub(crate) rule: Option<&'a StandingRule>,
}

impl Row<'_, '_> {
    fn is_decided(&self) -> bool {
        self.answer.is_some() || self.rule.is_some()
    }
}

impl Filter {
    pub(crate) fn read(pairs: &Pairs) -> Self {
        let kind = pairs.text("kind");
        Self {
            text: pairs.text("q").to_owned(),
            field: pairs.text("field").to_owned(),
            kind: ConflictKind::ALL.into_iter().find(|known| known.code() == kind),
            age: pairs.text("age").parse().unwrap_or(0),
            state: match pairs.text("state") {
                "decided" => State::Decided,
                "all" => State::All,
                _ => State::Open,
            },
            page: pairs.number("page").unwrap_or(1),
        }
    }

    /// As a query, for a link to one of its pages.
    pub(crate) fn query(&self, page: usize) -> String {
        let state = if self.state == State::Open { "" } else { self.state.code() };
        query([
            ("q", self.text.clone()),
            ("field", self.field.clone()),
            ("kind", self.kind.map(ConflictKind::code).unwrap_or_default().to_owned()),
            ("age", if self.age == 0 { String::new() } else { self.age.to_string() }),
            ("state", state.to_owned()),
            ("page", if page > 1 { page.to_string() } else { String::new() }),
        ])
    }

    /// Whether anything beside the state is asked for.
    pub(crate) fn narrows(&self) -> bool {
        !self.text.is_empty() || !self.field.is_empty() || self.kind.is_some() || self.age != 0
    }

    /// The conflicts that fit, in the order in which reports show them.
    pub(crate) fn rows<'p>(&self, plan: &'p Plan, answers: &'p Answers, now: Timestamp) -> Vec<Row<'p, 'p>> {
        let text = self.text.to_lowercase();
        let mut rows: Vec<Row<'p, 'p>> = answers
            .decidable(plan)
            .map(|conflict| {
                let answer = answers.to(conflict);
                let rule = answers.rules.iter().find(|rule| answer.is_none() && rule.answers(conflict));
                Row { conflict, answer, rule }
            })
            .filter(|row| match self.state {
                State::Open => !row.is_decided(),
                State::Decided => row.is_decided(),
                State::All => true,
            })
            .filter(|row| self.kind.is_none_or(|kind| row.conflict.kind == kind))
            .filter(|row| self.field.is_empty() || has_field(row.conflict, &self.field))
            .filter(|row| self.has_age(row.conflict, now))
            .filter(|row| text.is_empty() || says(row.conflict, &text))
            .collect();
        rows.sort_by_key(|row| (row.conflict.kind, &row.conflict.field));
        rows
    }

    fn has_age(&self, conflict: &Conflict, now: Timestamp) -> bool {
        let days = now.duration_since(conflict.since).as_hours() / 24;
        match self.age {
            0 => true,
            most if most < 0 => days < most.saturating_neg(),
            least => days >= least,
        }
    }
}

fn has_field(conflict: &Conflict, name: &str) -> bool {
    conflict.field.as_ref().is_some_and(|field| field.to_string() == name)
}

/// Whether a person would say that the text stands on the card.
fn says(conflict: &Conflict, text: &str) -> bool {
    let values = [&conflict.base, &conflict.justcall, &conflict.crm, &conflict.justcall_id, &conflict.crm_id];
    let plain = [&conflict.name, &conflict.phone, &conflict.id.0].into_iter();
    let members = conflict.records.iter().flat_map(|member| [&member.name, &member.id]);
    plain.chain(values.into_iter().flatten()).chain(members).any(|value| value.to_lowercase().contains(text))
}
