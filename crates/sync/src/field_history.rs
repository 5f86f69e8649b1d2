//! What happened to one contact, field by field: which run set which value, from which side, and why. Reads nothing: the
//! journal is handed in.

use jiff::Timestamp;
use model::{ActionKind, Change, Field, Outcome, Rule, Side};
use serde::Serialize;
use std::collections::BTreeMap;
use store::JournalEntry;

/// All values that one field was given.
#[derive(Debug, Clone, Serialize)]
pub struct FieldHistory {
    /// Which field.
    pub field: Field,
    /// Its values, oldest first.
    pub changes: Vec<Step>,
}

/// One value that one run set, or tried to set.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// The run.
    pub run: String,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub side: Side,
    /// By what kind of write.
    pub kind: ActionKind,
    /// What it held.
    pub before: Option<String>,
    /// What it was given.
    pub after: String,
    /// The side that the value came from; none where it came from neither (a person's own, or what was there before).
    pub from: Option<Side>,
    /// Why.
    pub rule: Rule,
    /// The same in words.
    pub reason: &'static str,
    /// What a person should know of it: the standing rule behind it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How the write ended.
    pub outcome: Option<Outcome>,
}

/// Sorts a contact's journal by field, oldest first.
pub fn by_field(entries: &[JournalEntry]) -> Vec<FieldHistory> {
    let mut fields: BTreeMap<Field, Vec<Step>> = BTreeMap::new();
    for entry in entries {
        let Some(intent) = &entry.intent else { continue };
        for change in &intent.changes {
            let source = intent.other.as_ref().filter(|_| intent.reason != Rule::Undo);
            let is_from = source.is_some_and(|record| record.cells.iter().any(|cell| holds(cell.as_cell(), change)));
            fields.entry(change.field.clone()).or_default().push(Step {
                run: entry.run.0.clone(),
                at: entry.at,
                side: intent.side,
                kind: intent.kind,
                before: change.before.clone(),
                after: change.after.clone(),
                from: is_from.then(|| intent.side.other()),
                rule: intent.reason,
                reason: intent.reason.words(),
                note: intent.note.clone(),
                outcome: entry.outcome.as_ref().map(|(_, outcome)| outcome.clone()),
            });
        }
    }
    fields.into_iter().map(|(field, changes)| FieldHistory { field, changes }).collect()
}

/// Whether the source shows the value that was written: as it is, or a number in another spelling.
fn holds(cell: model::Cell<'_>, change: &Change) -> bool {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let text = cell.text();
    text == change.after
        || (change.field == Field::Phone && !text.is_empty() && digits(&change.after).ends_with(&digits(text)))
}
