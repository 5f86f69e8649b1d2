//! Writes of the journal as a table: one run's, or one contact's.

use crate::app::App;
use maud::{Markup, html};
use model::Outcome;
use report::html::values;
use report::words;
use store::JournalEntry;

/// Writes with their ends; `runs`: with the run of each.
pub(crate) fn table(app: &App, entries: &[JournalEntry], runs: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Writes" {
            table.stack {
                thead {
                    tr {
                        @if runs { th scope="col" { "Run" } }
                        th scope="col" { "Where" } th scope="col" { "Contact" } th scope="col" { "Changes" } th scope="col" { "Why" } th scope="col" { "Outcome" }
                    }
                }
                tbody { @for entry in entries { (row(app, entry, runs)) } }
            }
        }
    }
}

fn row(app: &App, entry: &JournalEntry, runs: bool) -> Markup {
    let ended = entry.outcome.as_ref().map(|(_, outcome)| outcome);
    html! {
        tr {
            @if runs { td { a href=(app.path(&format!("runs/{}", entry.run))) { (entry.run) } br; (words::time(entry.at, &app.options.zone)) } }
            @if let Some(intent) = &entry.intent {
                td { (words::kind(intent.kind)) " in " (intent.side.title()) }
                td { (values::name(&intent.name)) br; (crate::contact::link(app, &intent.phone)) }
                td { @for change in &intent.changes { div { span.field { (change.field) } " " (values::change(change.before.as_deref(), Some(&change.after))) } } }
                td { (words::rule(intent.reason)) @if !intent.note.is_empty() { div.detail { (report::text::safe(&intent.note)) } } }
                td { (outcome(ended)) }
            } @else {
                td colspan="5" { span.none { "erased on request" } }
            }
        }
    }
}

/// How a write ended.
pub(crate) fn outcome(outcome: Option<&Outcome>) -> Markup {
    let (what, message) = match outcome {
        Some(Outcome::Done { .. }) => return html! { "done" },
        None => return html! { span.bad { "no outcome: interrupted" } },
        Some(Outcome::Refused { message }) => ("refused", message),
        Some(Outcome::Unknown { message }) => ("unknown", message),
        Some(Outcome::Stale { message }) => ("skipped", message),
    };
    html! { span.bad { (what) } ": " (report::text::safe(message)) }
}
