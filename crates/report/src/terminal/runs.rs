//! What a run did, and a table of earlier runs.

use super::paint::{Line, Painter, Tone};
use super::{sections, waiting};
use crate::text;
use crate::view::{self, Waiting};
use crate::words;
use jiff::Timestamp;
use model::{Applied, BySide, Conflict, FailedWrite, RunId, RunOutcome, RunReport, Side, StaleRecord};
use std::io;

/// One run in the history.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// The run.
    pub run: String,
    /// When it began.
    pub at: Timestamp,
    /// How it ended; `None` where it has not.
    pub outcome: Option<RunOutcome>,
    /// Where it has not: the later run that settled what it left.
    pub finished_by: Option<String>,
    /// What it wrote.
    pub applied: BySide<Applied>,
    /// Conflicts and held changes that it left waiting.
    pub waiting: u64,
    /// Wall time, where it ended.
    pub seconds: Option<f64>,
}

impl RunRow {
    /// With what is known beside the report, which is emptied with time: how it ended; or, where it never did, the later
    /// run that settled what it left.
    #[must_use]
    pub fn ended(mut self, outcome: Option<&str>, finished_by: Option<&RunId>) -> Self {
        let read = |name: &str| serde_json::from_value(serde_json::Value::from(name)).ok();
        self.outcome = self.outcome.or_else(|| outcome.and_then(read));
        self.finished_by = finished_by.map(ToString::to_string);
        self
    }

    /// How it ended, in words.
    pub fn outcome_words(&self) -> String {
        match (self.outcome, &self.finished_by) {
            (Some(outcome), _) => words::outcome(outcome).to_owned(),
            (None, Some(by)) => format!("interrupted, finished by {by}"),
            (None, None) => "unfinished".to_owned(),
        }
    }

    /// From what is known of a run; without a report it has not ended, as far as that says.
    pub fn new(run: String, at: Timestamp, report: Option<&RunReport>) -> Self {
        Self {
            run,
            at,
            outcome: report.map(|report| report.outcome),
            finished_by: None,
            applied: report.map(|report| report.applied).unwrap_or_default(),
            waiting: report.map_or(0, |report| report.conflicts.len() + report.held.len()) as u64,
            seconds: report.map(|report| report.seconds),
        }
    }
}

pub(crate) fn draw(run: &RunReport, painter: &mut Painter<'_>) -> io::Result<()> {
    let tone = if matches!(run.outcome, RunOutcome::Failed | RunOutcome::Partial) { Tone::Bad } else { Tone::Strong };
    let titles = &painter.options.titles;
    painter.wrapped(&Line::new().put(&view::run_headline(run, titles), tone), 2)?;
    if let Some(error) = &run.error {
        painter.wrapped(&Line::indented(2).put(error, Tone::Bad), 2)?;
    }
    sections::alarms(&run.alarms, painter)?;
    failed(&run.failed, painter)?;
    stale(&run.stale, painter)?;
    let is_new = |conflict: &&Conflict| painter.options.new_since.is_none_or(|since| conflict.since >= since);
    let new: Vec<Conflict> = run.conflicts.iter().filter(is_new).cloned().collect();
    waiting::draw(&Waiting::new(&new, &run.held, titles), painter)?;
    waiting::known(run.conflicts.len() - new.len(), painter)?;
    written(run, painter)?;
    let plan = run.plan.as_ref().map(|plan| format!(" of plan {}", plan.0)).unwrap_or_default();
    painter.gap()?;
    let text = format!("Run {}{plan}, {}.", run.run.0, words::duration(run.seconds));
    painter.wrapped(&Line::new().put(&text, Tone::Dim), 2)
}

fn failed(failed: &[FailedWrite], painter: &mut Painter<'_>) -> io::Result<()> {
    if failed.is_empty() {
        return Ok(());
    }
    painter.heading(&format!("Not written: {}", words::count(failed.len() as u64, "record")))?;
    let shown = painter.options.shown(failed.len());
    for write in &failed[..shown] {
        let unclear = if write.unknown { "may have been written all the same: " } else { "" };
        row(write.side, &write.phone, &format!("{unclear}{}", write.error), Tone::Bad, painter)?;
    }
    sections::more(failed.len(), shown, 2, painter)
}

fn stale(stale: &[StaleRecord], painter: &mut Painter<'_>) -> io::Result<()> {
    // A run that ended early says nothing about the records that it did not come to.
    let (unsent, moved): (Vec<_>, Vec<_>) = stale.iter().partition(|record| record.unsent().is_some());
    let title = |count: usize| words::count(count as u64, "record");
    for (rows, heading) in [
        (&unsent, format!("Not sent: {}; the next run goes on with them", title(unsent.len()))),
        (&moved, format!("Stale: {} moved after the plan was made; left for the next run", title(moved.len()))),
    ] {
        if rows.is_empty() {
            continue;
        }
        painter.heading(&heading)?;
        let shown = painter.options.shown(rows.len());
        for record in &rows[..shown] {
            row(record.side, &record.phone, record.unsent().unwrap_or(&record.detail), Tone::Warn, painter)?;
        }
        sections::more(rows.len(), shown, 2, painter)?;
    }
    Ok(())
}

fn row(side: Side, phone: &str, detail: &str, tone: Tone, painter: &mut Painter<'_>) -> io::Result<()> {
    let title = text::column(&text::safe(&painter.options.titles[side]), 10);
    let phone = text::column(&text::safe(phone), 14);
    let line = Line::indented(2).plain(&format!("{title}  {phone}  ")).put(detail, tone);
    painter.wrapped(&line, 4)
}

fn written(run: &RunReport, painter: &mut Painter<'_>) -> io::Result<()> {
    let titles = &painter.options.titles;
    let columns = sections::Columns::new(titles, 18, painter.width());
    painter.heading("Written")?;
    painter.line(&columns.titles(titles))?;
    let counts = |pick: fn(&Applied) -> u64| BySide::from_fn(|side| pick(&run.applied[side]));
    painter.line(&columns.row("created", counts(|side| side.create), Tone::Plain))?;
    painter.line(&columns.row("updated", counts(|side| side.update), Tone::Plain))?;
    painter.line(&columns.row("deleted", counts(|side| side.delete), Tone::Plain))?;
    painter.line(&columns.row("requests", run.requests, Tone::Plain))
}

pub(crate) fn table(rows: &[RunRow], painter: &mut Painter<'_>) -> io::Result<()> {
    if rows.is_empty() {
        return painter.line(&Line::new().plain("No runs yet."));
    }
    let run_room = rows.iter().map(|row| text::columns(&text::safe(&row.run))).max().unwrap_or(0).clamp(3, 24);
    let when = |row: &RunRow| words::time(row.at, &painter.options.zone);
    let when_room = rows.iter().map(|row| text::columns(&when(row))).max().unwrap_or(0);
    let head = |text: &str, room: usize| format!("{}  ", text::column(text, room));
    let outcome = |row: &RunRow| match (row.outcome, &row.finished_by) {
        (Some(outcome), _) => words::outcome(outcome),
        (None, Some(_)) => "interrupted",
        (None, None) => "unfinished",
    };
    let shown = painter.options.shown(rows.len());
    let outcome_room = rows[..shown].iter().map(|row| text::columns(outcome(row))).max().unwrap_or(0).max(9);
    let header =
        [head("run", run_room), head("when", when_room), head("outcome", outcome_room), "writes".to_owned()].concat();
    painter.line(&Line::new().put(&header, Tone::Dim))?;
    for row in &rows[..shown] {
        let line = Line::new()
            .plain(&head(&text::safe(&row.run), run_room))
            .plain(&head(&words::time(row.at, &painter.options.zone), when_room))
            .put(&head(outcome(row), outcome_room), outcome_tone(row.outcome))
            .plain(&row_words(row, painter));
        painter.line(&line)?;
    }
    sections::more(rows.len(), shown, 0, painter)
}

const fn outcome_tone(outcome: Option<RunOutcome>) -> Tone {
    match outcome {
        Some(RunOutcome::Clean | RunOutcome::Applied) => Tone::Good,
        Some(RunOutcome::Waiting) => Tone::Warn,
        Some(RunOutcome::Partial | RunOutcome::Failed) | None => Tone::Bad,
    }
}

fn row_words(row: &RunRow, painter: &Painter<'_>) -> String {
    let mut parts: Vec<String> = Side::BOTH
        .into_iter()
        .filter_map(|side| {
            let written = words::written(&row.applied[side]);
            (!written.is_empty()).then(|| format!("{}: {}", painter.options.titles[side], written.join(", ")))
        })
        .collect();
    if parts.is_empty() {
        parts.push("none".to_owned());
    }
    parts.extend(row.finished_by.as_ref().map(|by| format!("finished by {by}")));
    if row.waiting > 0 {
        parts.push(format!("{} waiting", words::number(row.waiting)));
    }
    parts.extend(row.seconds.map(words::duration));
    parts.join("; ")
}
