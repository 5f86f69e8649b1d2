//! A plan from top to bottom: what it comes to, what is wrong, what needs a person, what changes, what does not, what it
//! costs.

use super::paint::{Line, Painter, Tone};
use super::{actions, sections, waiting};
use crate::text;
use crate::view::{Group, PlanView, Totals, changes_phone};
use crate::words;
use model::{ActionKind, Plan, Side, Skipped};
use std::io;

/// Skipped records shown of each reason, where the reader did not ask for everything.
const SAMPLES: usize = 3;
/// Columns for the id of a record: the least, and the most where not everything is shown.
const ID_ROOM: (usize, usize) = (12, 28);

pub(crate) fn draw(plan: &Plan, painter: &mut Painter<'_>) -> io::Result<()> {
    let view = PlanView::new(plan, &painter.options.titles);
    painter.wrapped(&Line::new().put(&view.headline, Tone::Strong), 2)?;
    sections::alarms(&plan.alarms, painter)?;
    if view.is_quiet() {
        return provenance(plan, painter);
    }
    waiting::draw(&view.waiting, painter)?;
    for group in &view.changes {
        actions::group(group, painter)?;
    }
    legend(&view, painter)?;
    skipped(&view.skipped, painter)?;
    totals(&view.totals, painter)?;
    cost(&view, painter)?;
    provenance(plan, painter)
}

/// Only what this plan uses.
fn legend(view: &PlanView<'_>, painter: &mut Painter<'_>) -> io::Result<()> {
    if view.rules.is_empty() {
        return Ok(());
    }
    painter.heading("Legend")?;
    let kinds = [
        ActionKind::Create,
        ActionKind::Update,
        ActionKind::Delete,
        ActionKind::Link,
        ActionKind::Unlink,
        ActionKind::Rebase,
    ];
    let used = |kind: ActionKind| view.changes.iter().any(|group| group.rows.iter().any(|action| action.kind == kind));
    for kind in kinds.into_iter().filter(|kind| used(*kind)) {
        let text = format!("  {} {}: {}", words::symbol(kind), words::kind(kind), words::meaning(kind));
        painter.wrapped(&Line::new().plain(&text), 4)?;
    }
    if used(ActionKind::Update) {
        let text = "  before → after; in long values [-what goes-] and {+what comes+}";
        painter.wrapped(&Line::new().plain(text), 4)?;
    }
    if view.changes.iter().any(|group| group.rows.iter().any(|action| changes_phone(action))) {
        let text = "! the contact gets another number";
        painter.wrapped(&Line::indented(2).put(text, Tone::Bad), 4)?;
    }
    for (rule, count) in &view.rules {
        let text = format!("  {}: {}", words::rule(*rule), words::count(*count, "action"));
        painter.wrapped(&Line::new().put(&text, Tone::Dim), 4)?;
    }
    Ok(())
}

pub(crate) fn skipped(groups: &[Group<'_, Skipped>], painter: &mut Painter<'_>) -> io::Result<()> {
    let all: usize = groups.iter().map(|group| group.rows.len()).sum();
    if all == 0 {
        return Ok(());
    }
    painter.heading(&format!("Skipped: {}", words::count(all as u64, "record")))?;
    for group in groups {
        painter.wrapped(&Line::indented(2).plain(&group.title), 4)?;
        let shown = painter.options.shown(group.rows.len());
        let all = painter.options.full || painter.options.limit == 0;
        let shown = if all { shown } else { shown.min(SAMPLES) };
        let rows = &group.rows[..shown];
        let columns = |id: &str| text::columns(&text::safe(&words::record_id(id)));
        let widest = rows.iter().map(|record| columns(record.record_id.as_str())).max();
        let room = widest.unwrap_or(0).max(ID_ROOM.0);
        let room = if painter.options.full { room } else { room.min(ID_ROOM.1) };
        for record in rows {
            let detail = if record.detail == record.reason.words() { "" } else { record.detail.as_str() };
            let id = words::record_id(record.record_id.as_str());
            let id = text::middle(&text::safe(&id), room).into_owned();
            let line = Line::indented(4).plain(&text::column(&id, room)).plain("  ").put(detail, Tone::Dim);
            painter.long(&line, 6)?;
        }
        sections::more(group.rows.len(), shown, 4, painter)?;
    }
    Ok(())
}

fn totals(totals: &Totals, painter: &mut Painter<'_>) -> io::Result<()> {
    let titles = &painter.options.titles;
    let columns = sections::Columns::new(titles, 18, painter.width());
    painter.heading("Totals")?;
    painter.line(&columns.titles(titles))?;
    for row in &totals.parts {
        painter.line(&columns.row(row.label, row.counts, Tone::Plain))?;
    }
    painter.line(&columns.rule())?;
    painter.line(&columns.row("records considered", totals.records, Tone::Strong))?;
    for row in &totals.extra {
        painter.line(&columns.row(&format!("+ {}", row.label), row.counts, Tone::Plain))?;
    }
    for side in Side::BOTH.into_iter().filter(|side| !totals.adds_up(*side)) {
        let text = format!("  ! the numbers of {} do not add up: please report this", titles[side]);
        painter.wrapped(&Line::new().put(&text, Tone::Bad), 4)?;
    }
    Ok(())
}

fn cost(view: &PlanView<'_>, painter: &mut Painter<'_>) -> io::Result<()> {
    if view.changes.is_empty() {
        return Ok(());
    }
    painter.heading("Cost of applying")?;
    for side in Side::BOTH {
        let title = &painter.options.titles[side];
        let line = Line::new().plain(&format!("  {title}: {}", view.cost[side]));
        painter.wrapped(&line, 4)?;
    }
    Ok(())
}

fn provenance(plan: &Plan, painter: &mut Painter<'_>) -> io::Result<()> {
    let made = words::time(plan.created_at, &painter.options.zone);
    let id = if plan.id.0.is_empty() { String::new() } else { format!(" {}", plan.id.0) };
    painter.gap()?;
    painter.wrapped(&Line::new().put(&format!("Plan{id}, made {made}."), Tone::Dim), 2)
}
