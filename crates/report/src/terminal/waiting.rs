//! What waits: conflicts and held changes, grouped by cause with counts.

use super::actions::{self, ContactRoom};
use super::paint::{Line, Painter, Tone};
use super::sections;
use super::values::{self, Frame};
use crate::text;
use crate::view::{Group, Waiting, conflicts as group_conflicts};
use crate::words;
use model::{Conflict, Held, Side};
use std::borrow::Cow;
use std::io;

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

/// Conflicts that were there before, as a number.
pub(crate) fn known(count: usize, painter: &mut Painter<'_>) -> io::Result<()> {
    if count == 0 {
        return Ok(());
    }
    let verb = if count == 1 { "waits" } else { "wait" };
    painter.heading(&format!("{} {verb} as before", words::count(count as u64, "conflict")))
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
    line.append(&actions::contact(&conflict.name, &conflict.phone, ContactRoom::default()));
    let since = format!("since {}", words::time(conflict.since, &painter.options.zone));
    if line.columns() + 2 + text::columns(&since) <= painter.width() {
        line = line.plain("  ").put(&since, Tone::Dim);
    }
    painter.line(&line)?;
    if conflict.field.is_some() {
        sides(conflict, painter)?;
        return set(conflict, painter);
    }
    if !conflict.detail.is_empty() {
        painter.long(&Line::indented(6).plain(&conflict.detail), 6)?;
    }
    if conflict.records.is_empty() { Ok(()) } else { members(conflict, painter) }
}

/// `base Acme · JustCall Acme Corp · CRM Acme Inc`; where that is too long, a line per side that shows what it changed,
/// since values cut at the same place look the same.
fn sides(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    let titles = &painter.options.titles;
    let mut line = Line::indented(6).put("base ", Tone::Dim).plain(&base(conflict));
    for side in Side::BOTH {
        line.add(&format!(" · {} ", titles[side]), Tone::Dim);
        line.add(&values::shown(conflict.value(side).as_deref()), Tone::Plain);
    }
    if line.columns() <= painter.width() {
        return painter.line(&line);
    }
    let room = Side::BOTH.map(|side| text::columns(&text::safe(&titles[side]))).into_iter().max().unwrap_or(0).min(16);
    for side in Side::BOTH {
        let label = text::column(&text::safe(&titles[side]), room);
        let mut line = Line::indented(6).put(&format!("{label}  "), Tone::Dim);
        let value = conflict.value(side).as_deref();
        let room = (!painter.options.full).then(|| painter.width().saturating_sub(line.columns()));
        match &conflict.base {
            Some(base) => line.append(&values::change(Some(base), value, Frame { room, tone: None })),
            None => line.add(&values::shown(value), Tone::Plain),
        }
        painter.folded(&line, 8, 2)?;
    }
    Ok(())
}

/// Who set which value, where a side tells.
fn set(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    for side in Side::BOTH {
        if let Some(words) = words::set(conflict, side, &painter.options.zone) {
            let line = format!("{} {}", painter.options.titles[side], text::safe(&words));
            painter.long(&Line::indented(6).put(&line, Tone::Dim), 8)?;
        }
    }
    Ok(())
}

fn base(conflict: &Conflict) -> Cow<'_, str> {
    conflict.base.as_deref().map_or(Cow::Borrowed("(never agreed)"), text::value)
}

fn members(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    let members: Vec<String> = conflict
        .records
        .iter()
        .map(|member| {
            let linked = if member.linked { " (linked)" } else { "" };
            format!(
                "{} {} {}{linked}",
                painter.options.titles[member.side],
                words::record_id(&member.id),
                actions::name(&member.name)
            )
        })
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
    line.append(&actions::contact(&held.name, &held.phone, ContactRoom::default()));
    if let Some(until) = held.until {
        let until = format!("until {}", words::time(until, &painter.options.zone));
        if line.columns() + 2 + text::columns(&until) <= painter.width() {
            line = line.plain("  ").plain(&until);
        } else {
            painter.line(&line)?;
            line = Line::indented(6).plain(&until);
        }
    }
    if let Some(id) = held.named() {
        let id = format!("  {id}");
        if line.columns() + text::columns(&id) <= painter.width() {
            line = line.put(&id, Tone::Dim);
        }
    }
    painter.line(&line)?;
    // The group's title says the reason already; the detail is only worth a line where it says more.
    if held.detail.is_empty() || held.detail == held.reason.words() {
        return Ok(());
    }
    painter.long(&Line::indented(6).put(&held.detail, Tone::Dim), 6)
}
