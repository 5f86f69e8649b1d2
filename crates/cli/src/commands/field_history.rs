//! What happened to one contact, field by field: which run set which value, from which side, and why. Reads nothing;
//! `history` hands it the journal.

use jiff::Timestamp;
use model::{ActionKind, Change, Field, Outcome, Rule, Side};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use store::JournalEntry;

/// All values that one field was given.
#[derive(Serialize)]
pub(crate) struct FieldHistory {
    field: Field,
    changes: Vec<Step>,
}

/// One value that one run set, or tried to set.
#[derive(Serialize)]
struct Step {
    run: String,
    at: Timestamp,
    side: Side,
    kind: ActionKind,
    before: Option<String>,
    after: String,
    /// The side that the value came from; none where it came from neither (a person's own, or what was there before).
    from: Option<Side>,
    rule: Rule,
    reason: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    outcome: Option<Outcome>,
}

/// Sorts a contact's journal by field, oldest first.
pub(crate) fn by_field(entries: &[JournalEntry]) -> Vec<FieldHistory> {
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

/// Whom it is about, then a line per value, under its field.
pub(crate) fn draw(journal: &[JournalEntry], fields: &[FieldHistory], out: &mut dyn Write) -> io::Result<()> {
    if let Some(last) = journal.iter().rev().find_map(|entry| entry.intent.as_ref()) {
        writeln!(out, "{}  {}", report::text::safe(&last.name), report::text::safe(&last.phone))?;
    }
    if fields.is_empty() {
        return writeln!(out, "no writes");
    }
    for field in fields {
        writeln!(out, "{}", field.field)?;
        for step in &field.changes {
            let before = step.before.as_deref().unwrap_or("");
            let (before, after) = (report::text::value(before), report::text::value(&step.after));
            let from = step.from.map(|side| format!("from {}, ", side.title())).unwrap_or_default();
            let failed = match &step.outcome {
                Some(Outcome::Done { .. }) => String::new(),
                other => format!("; {}", super::history::outcome_words(other.as_ref())),
            };
            let note =
                if step.note.is_empty() { String::new() } else { format!("; {}", report::text::safe(&step.note)) };
            writeln!(
                out,
                "  {}  {}  {} in {}: {before} → {after}  ({from}{}{note}{failed})",
                step.at,
                step.run,
                report::words::kind(step.kind),
                step.side.title(),
                report::words::rule(step.rule),
            )?;
        }
    }
    Ok(())
}
