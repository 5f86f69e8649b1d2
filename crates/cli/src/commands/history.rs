//! `tieline history`: earlier runs, the writes of one run, or what happened to one contact. Asks neither side.

use super::field_history;
use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::job;
use crate::output;
use jiff::Timestamp;
use model::{ActionKind, Change, DecisionRecord, Outcome, Rule, RunReport, Side};
use serde::Serialize;
use std::io::Write;
use store::{JournalEntry, JournalFilter, RunRow, Store};

/// One journalled write as it is shown.
#[derive(Serialize)]
struct Entry {
    run: String,
    at: Timestamp,
    side: Side,
    kind: ActionKind,
    phone: String,
    name: String,
    reason: Rule,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    changes: Vec<Change>,
    outcome: Option<Outcome>,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::History) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    let store = job::look(&config.state_path())?;
    if args.decisions {
        return decided(context, &store, args.limit.get());
    }
    if args.run.is_none() && args.contact.is_none() {
        return runs(context, &store, args.limit.get());
    }
    let phone = args.contact.as_deref().map(|text| super::number(&config, "--contact", text)).transpose()?;
    let phone = phone.map(|key| key.to_string());
    let decisions = phone.as_deref().map(|phone| store.decisions(Some(phone), usize::MAX)).transpose()?;
    let run = args.run.as_ref().map(|name| super::names::existing_run(&store, name)).transpose()?;
    let filter = JournalFilter { run, phone, ..JournalFilter::default() };
    let journal = store.journal(&filter)?;
    let fields = args.contact.as_ref().map(|_| ::sync::field_history::by_field(&journal));
    let entries: Vec<Entry> = journal.iter().cloned().filter_map(entry).collect();
    if context.global.json {
        let mut json = serde_json::json!({ "writes": entries });
        if let Some(fields) = &fields {
            json["fields"] = serde_json::json!(fields);
            json["decisions"] = serde_json::json!(decisions);
        }
        output::print_json(&json)?;
    } else if let Some(fields) = &fields {
        output::print(|out| {
            field_history::draw(&journal, fields, out)?;
            draw_decisions(decisions.as_deref().unwrap_or_default(), out)
        })?;
    } else {
        output::print(|out| draw(&entries, out))?;
    }
    Ok(Code::Done)
}

fn entry(entry: JournalEntry) -> Option<Entry> {
    let intent = entry.intent?;
    Some(Entry {
        run: entry.run.0,
        at: entry.at,
        side: intent.side,
        kind: intent.kind,
        phone: intent.phone,
        name: intent.name,
        reason: intent.reason,
        note: intent.note,
        changes: intent.changes,
        outcome: entry.outcome.map(|(_, outcome)| outcome),
    })
}

/// How a write ended, in words.
pub(crate) fn outcome_words(outcome: Option<&Outcome>) -> String {
    let (what, message) = match outcome {
        Some(Outcome::Done { .. }) => return "done".to_owned(),
        None => return "no outcome: interrupted".to_owned(),
        Some(Outcome::Refused { message }) => ("refused", message),
        Some(Outcome::Unknown { message }) => ("unknown", message),
        Some(Outcome::Stale { message }) => ("skipped", message),
    };
    format!("{what}: {}", report::text::safe(message))
}

fn draw(entries: &[Entry], out: &mut dyn Write) -> std::io::Result<()> {
    if entries.is_empty() {
        return writeln!(out, "no writes");
    }
    for entry in entries {
        writeln!(
            out,
            "{}  {}  {} in {}  {}  {}  {} ({})",
            report::words::time(entry.at, &jiff::tz::TimeZone::UTC),
            entry.run,
            report::words::kind(entry.kind),
            entry.side.title(),
            report::text::safe(&entry.name),
            entry.phone,
            outcome_words(entry.outcome.as_ref()),
            report::words::rule(entry.reason)
        )?;
        if !entry.note.is_empty() {
            writeln!(out, "    {}", report::text::safe(&entry.note))?;
        }
        for change in &entry.changes {
            let before = change.before.as_deref().unwrap_or("");
            let after = report::text::safe(&change.after);
            writeln!(out, "    {}: {} → {after}", change.field, report::text::safe(before))?;
        }
    }
    Ok(())
}

/// Who decided what, the latest first.
fn decided(context: &Context, store: &Store, limit: usize) -> Fallible<Code> {
    let decisions = store.decisions(None, limit)?;
    if context.global.json {
        output::print_json(&serde_json::json!({ "decisions": decisions }))?;
    } else if decisions.is_empty() {
        output::print(|out| writeln!(out, "nobody has decided anything yet"))?;
    } else {
        output::print(|out| draw_decisions(&decisions, out))?;
    }
    Ok(Code::Done)
}

fn draw_decisions(decisions: &[DecisionRecord], out: &mut dyn Write) -> std::io::Result<()> {
    for DecisionRecord { at, by, deed, about, phone, detail } in decisions {
        let (by, about, detail) = (report::text::safe(by), report::text::safe(about), report::text::safe(detail));
        let at = report::words::time(*at, &jiff::tz::TimeZone::UTC);
        let phone = if phone.is_empty() { String::new() } else { format!("  {}", report::text::safe(phone)) };
        writeln!(out, "{at}  {by} {} {about}{phone}  {detail}", deed.words())?;
    }
    Ok(())
}

fn runs(context: &Context, store: &Store, limit: usize) -> Fallible<Code> {
    let runs = store.runs(limit)?;
    if context.global.json {
        let json = |run: &RunRow| {
            let report = report_of(run);
            serde_json::json!({
                "run": run.id, "plan": run.plan, "started_at": run.started_at, "finished_at": run.finished_at,
                "outcome": run.outcome, "finished_by": run.finished_by, "applied": report.as_ref().map(|report| report.applied),
                "requests": report.as_ref().map(|report| report.requests),
            })
        };
        let runs: Vec<_> = runs.iter().map(json).collect();
        output::print_json(&serde_json::json!({ "runs": runs }))?;
    } else {
        output::print(|out| report::terminal::runs(&rows(&runs), &context.view(true), out))?;
    }
    Ok(Code::Done)
}

fn report_of(run: &RunRow) -> Option<RunReport> {
    run.report.as_deref().and_then(|json| serde_json::from_slice(json).ok())
}

/// Runs as a view draws them.
pub(crate) fn rows(runs: &[RunRow]) -> Vec<report::terminal::RunRow> {
    let row = |run: &RunRow| {
        let drawn = report::terminal::RunRow::new(run.id.0.clone(), run.started_at, report_of(run).as_ref());
        drawn.ended(run.outcome.as_deref(), run.finished_by.as_ref())
    };
    runs.iter().map(row).collect()
}
