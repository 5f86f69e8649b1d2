//! What happened to one contact, drawn field by field. Reads nothing; `history` hands it the journal.

use model::Outcome;
use std::io::{self, Write};
use store::JournalEntry;
use sync::field_history::FieldHistory;

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
