//! Calls on a terminal: a list, and totals as tables. Every text of a contact or an agent is made safe.

use super::paint::{Line, Painter, Tone};
use super::{ViewOptions, sections};
use crate::calls::{CallLine, CallTotals, Tally};
use crate::{text, words};
use model::CallDirection;
use std::io::{self, Write};

/// A list of calls, as they come.
pub fn calls(lines: &[CallLine], options: &ViewOptions, out: &mut dyn Write) -> io::Result<()> {
    let painter = &mut Painter::new(options, out);
    if lines.is_empty() {
        return painter.line(&Line::new().plain("No calls."));
    }
    for line in lines {
        let call = &line.call;
        let when = call.started_at.map_or_else(|| "?".to_owned(), |at| words::time(at, &options.zone));
        let arrow = match call.direction {
            Some(CallDirection::Inbound) => "←",
            Some(CallDirection::Outbound) => "→",
            None => "?",
        };
        let who = match (&line.contact, line.owners) {
            (Some(name), 1) if !name.is_empty() => name.clone(),
            (_, 0) => "(unknown)".to_owned(),
            (_, 1) => "(no name)".to_owned(),
            (_, several) => format!("({several} contacts)"),
        };
        let number = line.number.clone().or_else(|| call.customer().map(str::to_owned)).unwrap_or_default();
        let agent = call.agent_name.as_deref().or(call.agent_id.as_deref()).unwrap_or("-");
        let duration = call.duration.map(|seconds| words::duration(seconds as f64)).unwrap_or_default();
        let tone = if call.is_missed() { Tone::Warn } else { Tone::Plain };
        let column = |value: &str, room| format!("{}  ", text::column(&text::safe(value), room));
        let row = Line::new()
            .put(&column(&when, 20), Tone::Dim)
            .plain(&format!("{arrow} {}{}", column(&number, 16), column(&who, 20)))
            .put(&column(&call.status, 11), tone)
            .plain(&format!("{}{}", column(&duration, 12), column(agent, 14)))
            .plain(&text::safe(call.disposition.as_deref().unwrap_or_default()));
        painter.line(&row)?;
        if let Some(notes) = call.notes.as_deref().filter(|_| options.full) {
            painter.wrapped(&Line::indented(21).put(&text::safe(notes), Tone::Dim), 21)?;
        }
    }
    Ok(())
}

/// What calls come to.
pub fn call_totals(totals: &CallTotals, options: &ViewOptions, out: &mut dyn Write) -> io::Result<()> {
    let painter = &mut Painter::new(options, out);
    let named = |name: &str, nobody: &str| if name.is_empty() { nobody.to_owned() } else { name.to_owned() };
    let all = [("all calls".to_owned(), totals.total)];
    table("Calls", &all, painter)?;
    let rows: Vec<_> = totals.by_agent.iter().map(|(name, tally)| (named(name, "(nobody)"), *tally)).collect();
    table("By agent", &rows, painter)?;
    // The latest days are the interesting ones.
    let rows: Vec<_> = totals.by_day.iter().rev().map(|(day, tally)| (day.to_string(), *tally)).collect();
    table("By day", &rows, painter)?;
    let rows: Vec<_> = totals.by_hour.iter().map(|(hour, tally)| (format!("{hour:02}:00"), *tally)).collect();
    // A day has no rest to leave out.
    rows_of("By hour", &rows, rows.len(), painter)?;
    let mut rows: Vec<_> = totals.by_disposition.iter().map(|(name, tally)| (named(name, "(none)"), *tally)).collect();
    rows.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.calls));
    table("By disposition", &rows, painter)?;
    let waiting = &totals.not_called_back;
    if waiting.is_empty() {
        return Ok(());
    }
    painter.heading(&format!("Missed and not called back: {}", words::count(waiting.len() as u64, "number")))?;
    let shown = options.shown(waiting.len());
    for one in &waiting[..shown] {
        let calls = words::count(one.calls, "call");
        let who = text::safe(one.contact.as_deref().unwrap_or_default()).into_owned();
        let when = words::time(one.last_at, &options.zone);
        let row = Line::indented(2)
            .plain(&format!("{}  {}  ", text::column(&one.number, 16), text::column(&who, 24)))
            .put(&format!("{calls}, last {when}"), Tone::Warn);
        painter.line(&row)?;
    }
    sections::more(waiting.len(), shown, 2, painter)
}

fn table(title: &str, rows: &[(String, Tally)], painter: &mut Painter<'_>) -> io::Result<()> {
    rows_of(title, rows, painter.options.shown(rows.len()), painter)
}

fn rows_of(title: &str, rows: &[(String, Tally)], shown: usize, painter: &mut Painter<'_>) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    painter.heading(title)?;
    let right = |value: &str, room: usize| format!("{value:>room$}");
    let names = ["calls", "in", "out", "talked", "missed"];
    let head: String = names.iter().map(|name| right(name, 9)).collect();
    painter.line(&Line::indented(2).put(&format!("{}{head}{}", text::column("", 24), right("talk", 12)), Tone::Dim))?;
    for (name, tally) in &rows[..shown] {
        let numbers = [tally.calls, tally.inbound, tally.outbound, tally.completed, tally.missed];
        let cells: String = numbers.iter().map(|count| right(&words::number(*count), 9)).collect();
        let talk = right(&words::duration(tally.talk_seconds as f64), 12);
        painter.line(&Line::indented(2).plain(&format!("{}{cells}{talk}", text::column(&text::safe(name), 24))))?;
    }
    sections::more(rows.len(), shown, 2, painter)
}
