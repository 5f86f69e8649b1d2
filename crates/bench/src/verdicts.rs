//! What a plan says of each number, in the words of the truth, and how many of them are wrong.

use model::{ActionKind, ConflictKind, Plan, Rule, Side};
use std::collections::BTreeMap;

/// Everything that a plan does or asks about one number.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    crm: Option<(ActionKind, Rule)>,
    justcall: Option<(ActionKind, Rule)>,
    links: bool,
    conflict: Option<ConflictKind>,
}

impl Said {
    /// The peers' word for it.
    fn verdict(&self) -> &'static str {
        use ActionKind::{Create, Delete, Update};
        match (self.justcall, self.crm, self.conflict) {
            (_, _, Some(ConflictKind::BothEdited)) => "conflict",
            (_, _, Some(ConflictKind::NoBase)) => "both_create_conflict",
            (_, _, Some(ConflictKind::SharedPhone | ConflictKind::AmbiguousMatch)) => "right_duplicate",
            (Some((Update, _)), Some((Update, _)), None) => "both_disjoint",
            (None, Some((Update, _)), None) => "left_edit",
            (Some((Update, _)), None, None) => "right_edit",
            (Some((Create, Rule::R8)), None, None) => "left_delete_right_edit",
            (None, Some((Create, Rule::R7)), None) => "right_delete_left_edit",
            (Some((Create, _)), None, None) => "right_create",
            (None, Some((Create, _)), None) => "left_create",
            (None, Some((Delete, _)), None) => "left_delete",
            (Some((Delete, _)), None, None) => "right_delete",
            (None, None, None) if self.links => "both_create_same",
            _ => "something else",
        }
    }
}

/// Verdict by number; what only the state is told of (both sides did the same) is left out.
pub fn of(plan: &Plan) -> BTreeMap<String, &'static str> {
    let mut said: BTreeMap<&str, Said> = BTreeMap::new();
    for action in &plan.actions {
        let entry = said.entry(&action.phone).or_default();
        match (action.kind, action.side) {
            (ActionKind::Link, _) => entry.links = true,
            (ActionKind::Unlink | ActionKind::Rebase, _) => {}
            (kind, Side::Crm) => entry.crm = Some((kind, action.reason)),
            (kind, Side::Justcall) => entry.justcall = Some((kind, action.reason)),
        }
    }
    for conflict in &plan.conflicts {
        said.entry(&conflict.phone).or_default().conflict = Some(conflict.kind);
    }
    let state_only = |entry: &Said| *entry == Said::default();
    said.into_iter()
        .filter(|(_, entry)| !state_only(entry))
        .map(|(phone, entry)| (phone.to_owned(), entry.verdict()))
        .collect()
}

/// Numbers of which a plan says something else than the truth, with both words.
pub fn wrong(plan: &Plan, truth: &str) -> Vec<String> {
    // Done on both sides alike: nothing to write. Unreadable: nobody to write to, and skipped.
    let silent = ["both_same", "both_delete", "right_invalid_phone"];
    let mut wanted: BTreeMap<&str, &str> = truth
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(','))
        .map(|(verdict, phone)| (phone, verdict))
        .collect();
    let unreadable = wanted.values().filter(|verdict| **verdict == "right_invalid_phone").count();
    wanted.retain(|_, verdict| !silent.contains(verdict));
    let said = of(plan);
    let mut wrong = Vec::new();
    for (phone, verdict) in &wanted {
        let got = said.get(*phone).copied().unwrap_or("nothing");
        if got != *verdict {
            wrong.push(format!("{phone}: {got}, but it is {verdict}"));
        }
    }
    wrong.extend(
        said.iter()
            .filter(|(phone, _)| !wanted.contains_key(phone.as_str()))
            .map(|(phone, got)| format!("{phone}: {got}, but nothing happened")),
    );
    let skipped = plan.skipped.iter().filter(|skipped| skipped.reason.is_about_the_phone()).count();
    if skipped < unreadable {
        wrong.push(format!("{skipped} numbers cannot be read, but {unreadable} are unreadable"));
    }
    wrong
}
