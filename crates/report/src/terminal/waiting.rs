//! What waits: conflicts and held changes, grouped by cause with counts.

use super::actions;
use super::paint::{Line, Painter, Tone};
use super::sections;
use super::values;
use crate::text;
use crate::view::{Group, Waiting, conflicts as group_conflicts};
use crate::words;
use model::{Conflict, Held, Side};
use std::io;

const NAME_ROOM: usize = 26;

/// Both sections of a plan or run; nothing where nothing waits.
pub(crate) fn draw(waiting: &Waiting<'_>, painter: &mut Painter<'_>) -> io::Result<()> {
    if waiting.for_a_person() > 0 {
        painter.heading(&format!("Needs you: {}", words::number(waiting.for_a_person() as u64)))?;
        for group in &waiting.conflicts {
            conflict_group(group, painter)?;
        }
        for group in &waiting.decide {
            held_group(group, painter)?;
        }
    }
    if waiting.for_later() > 0 {
        painter.heading(&format!("Waits without you: {}", words::number(waiting.for_later() as u64)))?;
        for group in &waiting.later {
            held_group(group, painter)?;
        }
    }
    Ok(())
}

/// `conflicts list`.
pub(crate) fn list(conflicts: &[Conflict], painter: &mut Painter<'_>) -> io::Result<()> {
    if conflicts.is_empty() {
        return painter.line(&Line::new().plain("No conflicts."));
    }
    let verb = if conflicts.len() == 1 { "waits" } else { "wait" };
    let count = words::count(conflicts.len() as u64, "conflict");
    painter.wrapped(&Line::new().put(&format!("{count} {verb} for a decision."), Tone::Strong), 2)?;
    for group in &group_conflicts(conflicts) {
        painter.gap()?;
        conflict_group(group, painter)?;
    }
    Ok(())
}

fn conflict_group(group: &Group<'_, Conflict>, painter: &mut Painter<'_>) -> io::Result<()> {
    painter.wrapped(&Line::indented(2).put(&group.title, Tone::Warn), 4)?;
    let shown = painter.options.shown(group.rows.len());
    for conflict in &group.rows[..shown] {
        conflict_row(conflict, painter)?;
    }
    sections::more(group.rows.len(), shown, 4, painter)
}

fn conflict_row(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    let mut line = Line::indented(4).plain(&text::column(&text::safe(&conflict.id.0), 11)).plain("  ");
    line.append(&actions::contact(&conflict.name, &conflict.phone, name_room(&conflict.name)));
    let since = format!("since {}", words::time(conflict.since, &painter.options.zone));
    if line.columns() + 2 + text::columns(&since) <= painter.width() {
        line = line.plain("  ").put(&since, Tone::Dim);
    }
    painter.line(&line)?;
    if conflict.field.is_some() {
        return sides(conflict, painter);
    }
    if !conflict.detail.is_empty() {
        painter.long(&Line::indented(6).plain(&conflict.detail), 6)?;
    }
    if conflict.records.is_empty() { Ok(()) } else { members(conflict, painter) }
}

/// `base Acme · JustCall Acme Corp · CRM Acme Inc`, each with its share of the line.
fn sides(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    let titles = Side::BOTH.map(|side| painter.options.titles[side].clone());
    let parts = [
        (
            "base",
            if conflict.base.is_some() { values::shown(conflict.base.as_deref()) } else { "(never agreed)".into() },
        ),
        (titles[0].as_str(), values::shown(conflict.justcall.as_deref())),
        (titles[1].as_str(), values::shown(conflict.crm.as_deref())),
    ];
    let labels: usize = parts.iter().map(|(label, _)| text::columns(&text::safe(label)) + 1).sum();
    let room = painter.width().saturating_sub(6 + labels + 6);
    let full = painter.options.full;
    let mut left = room;
    let mut line = Line::indented(6);
    for (at, (label, value)) in parts.iter().enumerate() {
        let separator = if at == 0 { "" } else { " · " };
        line.add(&format!("{separator}{label} "), Tone::Dim);
        let share = if full { usize::MAX } else { (left / (parts.len() - at)).max(4) };
        let value = text::fit(value, share);
        left = left.saturating_sub(text::columns(&value));
        line.add(&value, Tone::Plain);
    }
    painter.long(&line, 8)
}

fn members(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    let members: Vec<String> = conflict
        .records
        .iter()
        .map(|member| format!("{} {} {}", painter.options.titles[member.side], member.id, actions::name(&member.name)))
        .collect();
    painter.long(&Line::indented(6).put(&members.join(" · "), Tone::Dim), 8)
}

fn held_group(group: &Group<'_, Held>, painter: &mut Painter<'_>) -> io::Result<()> {
    painter.wrapped(&Line::indented(2).put(&group.title, Tone::Warn), 4)?;
    let shown = painter.options.shown(group.rows.len());
    for held in &group.rows[..shown] {
        held_row(held, painter)?;
    }
    sections::more(group.rows.len(), shown, 4, painter)
}

fn held_row(held: &Held, painter: &mut Painter<'_>) -> io::Result<()> {
    let mut line = Line::indented(4).put(words::symbol(held.kind), Tone::Warn).plain(" ");
    line.append(&actions::contact(&held.name, &held.phone, name_room(&held.name)));
    if let Some(until) = held.until {
        let until = format!("until {}", words::time(until, &painter.options.zone));
        if line.columns() + 2 + text::columns(&until) <= painter.width() {
            line = line.plain("  ").plain(&until);
        } else {
            painter.line(&line)?;
            line = Line::indented(6).plain(&until);
        }
    }
    painter.line(&line)?;
    // The group's title says the reason already; the detail is only worth a line where it says more.
    if held.detail.is_empty() || held.detail == held.reason.words() {
        return Ok(());
    }
    painter.long(&Line::indented(6).put(&held.detail, Tone::Dim), 6)
}

fn name_room(name: &str) -> usize {
    text::columns(&text::safe(actions::name(name))).min(NAME_ROOM)
}
