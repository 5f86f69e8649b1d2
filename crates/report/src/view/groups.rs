//! Rows that belong together under one title with a count. Keeps the order of the plan inside a group.

use super::Titles;
use crate::words;
use model::{Action, ActionKind, Conflict, ConflictKind, Field, Held, HeldReason, Rule, Side, Skipped};
use std::collections::BTreeMap;

/// Rows under a title.
#[derive(Debug, Clone)]
pub struct Group<'a, T> {
    /// What they have in common, with their number.
    pub title: String,
    /// All of them; a view shows as many as its reader asked for.
    pub rows: Vec<&'a T>,
}

/// What a plan or a run leaves waiting.
#[derive(Debug, Clone)]
pub struct Waiting<'a> {
    /// For a person, by kind and field.
    pub conflicts: Vec<Group<'a, Conflict>>,
    /// For a person, by reason.
    pub decide: Vec<Group<'a, Held>>,
    /// For time, proof or a complete listing.
    pub later: Vec<Group<'a, Held>>,
}

impl<'a> Waiting<'a> {
    /// Groups both lists.
    pub fn new(all_conflicts: &'a [Conflict], all_held: &'a [Held], titles: &Titles) -> Self {
        let (decide, later) = all_held.iter().partition(|held| words::needs_a_person(held.reason));
        Self { conflicts: conflicts(all_conflicts), decide: held(decide, titles), later: held(later, titles) }
    }

    /// How many rows wait for a person.
    pub fn for_a_person(&self) -> usize {
        let held: usize = self.decide.iter().map(|group| group.rows.len()).sum();
        held + self.conflicts.iter().map(|group| group.rows.len()).sum::<usize>()
    }

    /// How many rows settle by themselves.
    pub fn for_later(&self) -> usize {
        self.later.iter().map(|group| group.rows.len()).sum()
    }
}

fn group<'a, T, K: Ord>(
    rows: impl IntoIterator<Item = &'a T>,
    key: impl Fn(&'a T) -> K,
    title: impl Fn(&K, u64) -> String,
) -> Vec<Group<'a, T>> {
    let mut groups: BTreeMap<K, Vec<&'a T>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row);
    }
    groups.into_iter().map(|(key, rows)| Group { title: title(&key, rows.len() as u64), rows }).collect()
}

/// By kind and field.
pub fn conflicts(conflicts: &[Conflict]) -> Vec<Group<'_, Conflict>> {
    let title = |(kind, field): &(ConflictKind, Option<&Field>), rows: u64| {
        let field = field.map(|field| format!("{field}: ")).unwrap_or_default();
        format!("{}, {field}{}", words::count(rows, "conflict"), kind.words())
    };
    group(conflicts, |conflict| (conflict.kind, conflict.field.as_ref()), title)
}

/// By reason, side, kind and guard.
pub fn held<'a>(held: Vec<&'a Held>, titles: &Titles) -> Vec<Group<'a, Held>> {
    type Key<'a> = (HeldReason, Side, ActionKind, Option<&'a str>);
    let title = |(reason, side, kind, class): &Key<'_>, rows: u64| {
        let class = class.map(|class| format!(" ({})", class.replace('_', " "))).unwrap_or_default();
        let what = words::count(rows, words::kind(*kind));
        format!("{what} in {} held: {}{class}", titles[*side], reason.words())
    };
    group(held, |held| (held.reason, held.side, held.kind, held.class.as_deref()), title)
}

/// By side and reason.
pub fn skipped<'a>(skipped: &'a [Skipped], titles: &Titles) -> Vec<Group<'a, Skipped>> {
    let title = |(side, reason): &(Side, model::SkipReason), rows: u64| {
        format!("{} in {}: {}", words::count(rows, "record"), titles[*side], reason.words())
    };
    group(skipped, |skipped| (skipped.side, skipped.reason), title)
}

/// By side and kind. Deletions come first, then updates, changed numbers before all others, since a reader who sees only
/// the first rows should see what can hurt.
pub fn changes<'a>(actions: &'a [Action], titles: &Titles) -> Vec<Group<'a, Action>> {
    // State-only actions have a side in the format alone: for a reader they are about both.
    let key = |action: &'a Action| match action.kind {
        ActionKind::Delete => (Some(action.side), 0, action.kind),
        ActionKind::Update => (Some(action.side), 1, action.kind),
        ActionKind::Create => (Some(action.side), 2, action.kind),
        ActionKind::Link | ActionKind::Unlink | ActionKind::Rebase => (None, 3, action.kind),
    };
    let title = |(side, _, kind): &(Option<Side>, u8, ActionKind), rows: u64| {
        let what = words::count(rows, words::kind(*kind));
        side.map_or_else(|| format!("{what}, nothing written"), |side| format!("{}: {what}", titles[side]))
    };
    let mut groups = group(actions, key, title);
    // Sides first: `None` sorts before `Some`.
    let state_only = groups.iter().take_while(|group| group.rows.iter().all(|action| !action.kind.is_write())).count();
    groups.rotate_left(state_only);
    for group in &mut groups {
        group.rows.sort_by_key(|action| !changes_phone(action));
    }
    groups
}

/// Whether an update gives the contact another number: data and key at once.
pub fn changes_phone(action: &Action) -> bool {
    action.kind == ActionKind::Update && action.changes.iter().any(|change| change.field == Field::Phone)
}

/// Every rule that is behind an action, with how often.
pub fn rules(actions: &[Action]) -> Vec<(Rule, u64)> {
    let mut counts: BTreeMap<Rule, u64> = BTreeMap::new();
    for action in actions {
        *counts.entry(action.reason).or_default() += 1;
    }
    counts.into_iter().collect()
}
