//! One conflict as a card: who, what stood there, what stands there now, and what each answer would write.

use super::actions;
use super::paint::{Line, Painter, Tone};
use super::values::{self, Frame};
use crate::text;
use crate::view::{Answer, answers, remedy, standing_rule};
use crate::words;
use model::{Conflict, Side};
use std::io;

const LABEL: usize = 10;

pub(crate) fn draw(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    let field = conflict.field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
    let title = format!("Conflict {}, {field}{}", conflict.id, conflict.kind.words());
    painter.wrapped(&Line::new().put(&title, Tone::Strong), 2)?;
    painter.gap()?;
    row("contact", &Line::new().put(actions::name(&conflict.name), Tone::Strong), painter)?;
    row("phone", &Line::new().plain(&text::value(&conflict.phone)), painter)?;
    row("records", &Line::new().plain(&records(conflict, painter)), painter)?;
    row("since", &Line::new().plain(&words::time(conflict.since, &painter.options.zone)), painter)?;
    if conflict.field.is_some() {
        painter.gap()?;
        values(conflict, painter)?;
        set(conflict, painter)?;
    }
    if !conflict.detail.is_empty() {
        row("note", &Line::new().plain(&conflict.detail), painter)?;
    }
    members(conflict, painter)?;
    painter.gap()?;
    choices(conflict, painter)
}

fn row(label: &str, content: &Line, painter: &mut Painter<'_>) -> io::Result<()> {
    let room = label_room(painter);
    let mut line = Line::indented(2).put(&text::column(&text::safe(label), room), Tone::Dim).plain("  ");
    line.append(content);
    painter.wrapped(&line, 4 + room)
}

/// Long titles of a side widen the column, up to what a narrow terminal bears.
fn label_room(painter: &Painter<'_>) -> usize {
    let titles = painter.options.titles.iter().map(|(_, title)| text::columns(&text::safe(title)));
    titles.max().unwrap_or(0).clamp(LABEL, 16)
}

fn records(conflict: &Conflict, painter: &Painter<'_>) -> String {
    let ids = [(Side::Justcall, &conflict.justcall_id), (Side::Crm, &conflict.crm_id)];
    let known: Vec<String> = ids
        .into_iter()
        .map(|(side, id)| format!("{} {}", painter.options.titles[side], id.as_deref().unwrap_or("(none)")))
        .collect();
    known.join(", ")
}

fn values(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    let frame = Frame { room: None, tone: None };
    let Some(base) = conflict.base.as_deref() else {
        row("base", &Line::new().put("(the sides never agreed on a value)", Tone::Dim), painter)?;
        for side in Side::BOTH {
            let value = values::shown(conflict.value(side).as_deref()).into_owned();
            row(&painter.options.titles[side], &Line::new().plain(&value), painter)?;
        }
        return Ok(());
    };
    row("base", &Line::new().plain(&text::value(base)), painter)?;
    for side in Side::BOTH {
        let change = values::change(Some(base), conflict.value(side).as_deref(), frame);
        row(&painter.options.titles[side], &change, painter)?;
    }
    Ok(())
}

fn set(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    let known = Side::BOTH.map(|side| Some((side, words::set(conflict, side, &painter.options.zone)?)));
    for (side, words) in known.into_iter().flatten() {
        let line = format!("{}: {}", painter.options.titles[side], text::safe(&words));
        row("who", &Line::new().put(&line, Tone::Dim), painter)?;
    }
    Ok(())
}

fn members(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    for member in &conflict.records {
        let title = &painter.options.titles[member.side];
        let linked = if member.linked { ", linked already: not part of the question" } else { "" };
        row(title, &Line::new().plain(&format!("{} {}{linked}", member.id, actions::name(&member.name))), painter)?;
    }
    Ok(())
}

fn choices(conflict: &Conflict, painter: &mut Painter<'_>) -> io::Result<()> {
    if let Some(text) = remedy(conflict.kind) {
        painter.wrapped(&Line::indented(2).plain(text), 2)?;
    }
    let command = format!("tieline conflicts resolve {}", conflict.id);
    for Answer { code, effect } in answers(conflict, &painter.options.titles) {
        let option = match code {
            "value" => "--value \"…\"".to_owned(),
            "skip" | "keep apart" => format!("--{}", code.replace(' ', "-")),
            side => format!("--take {side}"),
        };
        choice(&format!("{command} {option}"), &effect, painter)?;
    }
    if let Some(rule) = standing_rule(conflict) {
        painter.gap()?;
        painter.wrapped(
            &Line::indented(2).plain("For all conflicts of this field and kind: ").put(&rule, Tone::Strong),
            6,
        )?;
    }
    Ok(())
}

fn choice(command: &str, effect: &str, painter: &mut Painter<'_>) -> io::Result<()> {
    painter.wrapped(&Line::indented(2).put(command, Tone::Strong), 6)?;
    painter.wrapped(&Line::indented(6).put(effect, Tone::Dim), 6)
}
