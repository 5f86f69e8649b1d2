//! Actions, a few lines each: whom it is about, why and how it travels, field by field.

use super::paint::{Line, Painter, Tone};
use super::sections;
use super::values::{self, Frame};
use crate::text;
use crate::view::{Group, changes_phone};
use crate::words;
use model::{Action, ActionKind, Change, Evidence, Field, Via};
use std::io;

const NAME_ROOM: usize = 26;
const PHONE_ROOM: usize = 24;
const DETAIL_INDENT: usize = 6;
/// An inline diff is no use with its end cut off; its unchanged parts are short already.
const DIFF_LINES: usize = 3;
const LABEL_ROOM: usize = 12;

/// A group of actions under its title.
pub(crate) fn group(group: &Group<'_, Action>, painter: &mut Painter<'_>) -> io::Result<()> {
    painter.heading(&group.title)?;
    let shown = painter.options.shown(group.rows.len());
    let rows = &group.rows[..shown];
    let room = ContactRoom::of(rows);
    for action in rows {
        draw(action, room, painter)?;
    }
    sections::more(group.rows.len(), shown, 2, painter)
}

/// The name, or that there is none.
pub(crate) fn name(name: &str) -> &str {
    if name.trim().is_empty() { "(no name)" } else { name }
}

/// Columns of names and phones that stand below one another.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ContactRoom {
    name: usize,
    phone: usize,
}

impl ContactRoom {
    fn of(actions: &[&Action]) -> Self {
        let widest = |pick: fn(&Action) -> &str| {
            actions.iter().map(|action| text::columns(&text::safe(pick(action)))).max().unwrap_or(0)
        };
        Self {
            name: widest(|action| name(&action.name)).min(NAME_ROOM),
            phone: widest(|action| &action.phone).min(PHONE_ROOM),
        }
    }
}

/// `Ada Lovelace  +14155550100`, both cut where they are overlong and filled up to `room`.
pub(crate) fn contact(name_text: &str, phone: &str, room: ContactRoom) -> Line {
    let cell = |text: &str, most: usize, least: usize| {
        let text = text::safe(text);
        let columns = text::columns(&text).min(most).max(least);
        text::column(&text, columns)
    };
    Line::new()
        .put(&cell(name(name_text), NAME_ROOM, room.name), Tone::Strong)
        .plain("  ")
        .plain(&cell(phone, PHONE_ROOM, room.phone))
}

fn draw(action: &Action, room: ContactRoom, painter: &mut Painter<'_>) -> io::Result<()> {
    let mut line = Line::indented(2).put(words::symbol(action.kind), kind_tone(action.kind)).plain(" ");
    line.append(&contact(&action.name, &action.phone, room));
    let why = why(action);
    if line.columns() + 2 + text::columns(&why) <= painter.width() {
        painter.line(&line.plain("  ").put(&why, Tone::Dim))?;
    } else {
        painter.line(&line)?;
        painter.line(&Line::indented(DETAIL_INDENT).put(&why, Tone::Dim))?;
    }
    match action.kind {
        ActionKind::Create => new_fields(action, painter)?,
        _ => fields(&action.changes, painter)?,
    }
    details(action, painter)
}

/// `R2 edited in JustCall, in bulk, a0123456789`: the rule, how it travels, the name by which it can be excluded.
fn why(action: &Action) -> String {
    let rule = words::rule(action.reason);
    let via = if action.via == Via::State { String::new() } else { format!(", {}", words::via(action.via)) };
    let id = if action.id.is_empty() { String::new() } else { format!(", {}", text::safe(&action.id.0)) };
    format!("{rule}{via}{id}")
}

const fn kind_tone(kind: ActionKind) -> Tone {
    match kind {
        ActionKind::Create => Tone::Good,
        ActionKind::Update => Tone::Warn,
        ActionKind::Delete => Tone::Bad,
        ActionKind::Link | ActionKind::Unlink | ActionKind::Rebase => Tone::Dim,
    }
}

/// A line per field: `before → after`.
fn fields(changes: &[Change], painter: &mut Painter<'_>) -> io::Result<()> {
    let label_room = changes.iter().map(|change| text::columns(&change.field.to_string())).max().unwrap_or(0);
    let label_room = label_room.min(LABEL_ROOM);
    for change in changes {
        let is_phone = change.field == Field::Phone;
        let tone = is_phone.then_some(Tone::Bad);
        let mut line = Line::indented(DETAIL_INDENT - 2).put(if is_phone { "! " } else { "  " }, Tone::Bad);
        let label = text::safe(&change.field.to_string()).into_owned();
        let label = if painter.options.full { label } else { text::column(&label, label_room) };
        line.add(&format!("{label}  "), tone.unwrap_or_default());
        let room = (!painter.options.full).then(|| painter.width().saturating_sub(line.columns()));
        line.append(&values::change(change.before.as_deref(), Some(&change.after), Frame { room, tone }));
        painter.folded(&line, DETAIL_INDENT + 2, DIFF_LINES)?;
    }
    Ok(())
}

/// The fields of a new record in one line, without what the line above says already.
fn new_fields(action: &Action, painter: &mut Painter<'_>) -> io::Result<()> {
    let known = |change: &&Change| match change.field {
        Field::FirstName | Field::LastName => action.name.contains(change.after.as_str()),
        Field::Phone => change.after == action.phone,
        _ => change.after.is_empty(),
    };
    let mut line = Line::indented(DETAIL_INDENT);
    let mut separator = "";
    for change in action.changes.iter().filter(|change| !known(change)) {
        line.add(&format!("{separator}{} ", change.field), Tone::Dim);
        line.add(&text::value(&change.after), Tone::Plain);
        separator = " · ";
    }
    if separator.is_empty() { Ok(()) } else { painter.long(&line, DETAIL_INDENT) }
}

fn details(action: &Action, painter: &mut Painter<'_>) -> io::Result<()> {
    let mut notes: Vec<String> = Vec::new();
    if let Some(evidence) = &action.evidence {
        notes.push(proof(evidence, painter));
    }
    if !action.note.is_empty() {
        notes.push(action.note.clone());
    }
    if action.cycle.is_some() && changes_phone(action) {
        notes.push("goes together with the other numbers of this swap".to_owned());
    }
    if painter.options.full && !action.agreed.is_empty() {
        let agreed: Vec<String> = action.agreed.iter().map(ToString::to_string).collect();
        notes.push(format!("both sides agree on {}", words::list(&agreed)));
    }
    for note in notes {
        painter.wrapped(&Line::indented(DETAIL_INDENT).put(&note, Tone::Dim), DETAIL_INDENT)?;
    }
    Ok(())
}

fn proof(evidence: &Evidence, painter: &Painter<'_>) -> String {
    let proof = match evidence.proof.as_str() {
        "404" => "asked for by id: gone",
        "whole_file" => "the whole file was read",
        other => other,
    };
    let since = words::time(evidence.first_at, &painter.options.zone);
    if evidence.sightings == 0 {
        return format!("{proof} on {since}, and unchanged since"); // an undo: nobody missed it anywhere
    }
    format!("missing in {} since {since}; {proof}", words::count(evidence.sightings.into(), "complete listing"))
}
