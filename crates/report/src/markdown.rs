//! A plan or a run as Markdown, for a ticket or a chat: the same sections, without what takes too much room.

use crate::text;
use crate::view::{self, Group, PlanView, RecordPages, Titles, Totals, Waiting};
use crate::words;
use jiff::tz::TimeZone;
use model::{Alarm, BySide, Change, Conflict, Held, Plan, RecordId, RunReport, Side};
use std::io::{self, BufWriter, Write};

/// Rows of a group; the rest is counted.
const SHOWN: usize = 50;

/// A whole plan.
pub fn plan(plan: &Plan, titles: &Titles, pages: &RecordPages, out: &mut dyn Write) -> io::Result<()> {
    let view = PlanView::new(plan, titles);
    let mut out = BufWriter::new(out);
    writeln!(out, "# {}\n", view.headline)?;
    alarms(&plan.alarms, &mut out)?;
    waiting(&view.waiting, (titles, pages), &mut out)?;
    for group in &view.changes {
        rows(group, &mut out, |action| {
            let changes: Vec<String> = action.changes.iter().map(change).collect();
            let ids = ids_at(action.side, action.record_id.as_ref(), action.other_id.as_ref());
            let who = format!("{} {}{}", bold(&action.name), cell(&action.phone), links(ids, titles, pages));
            format!("{who}: {}", changes.join("; "))
        })?;
    }
    for group in &view.skipped {
        rows(group, &mut out, |record| {
            format!("{}: {}", cell(&words::record_id(record.record_id.as_str())), cell(&record.detail))
        })?;
    }
    totals(&view.totals, titles, &mut out)?;
    for side in Side::BOTH {
        writeln!(out, "- Cost in {}: {}", titles[side], view.cost[side])?;
    }
    writeln!(out, "\nPlan {}, made {}.", plan.id, words::time(plan.created_at, &TimeZone::UTC))?;
    out.flush()
}

/// What a run did.
pub fn run(run: &RunReport, titles: &Titles, pages: &RecordPages, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    writeln!(out, "# {}\n", view::run_headline(run, titles))?;
    if let Some(error) = &run.error {
        writeln!(out, "**{}**\n", cell(error))?;
    }
    alarms(&run.alarms, &mut out)?;
    waiting(&Waiting::new(&run.conflicts, &run.held, titles), (titles, pages), &mut out)?;
    let failed = run.failed.iter().map(|failed| (failed.side, &failed.phone, &failed.error));
    let stale = run.stale.iter().map(|stale| (stale.side, &stale.phone, &stale.detail));
    let missed: Vec<_> = failed.chain(stale).collect();
    if !missed.is_empty() {
        writeln!(out, "## Not written: {}\n", words::count(missed.len() as u64, "record"))?;
        for (side, phone, why) in missed.iter().take(SHOWN) {
            writeln!(out, "- {} {}: {}", titles[*side], cell(phone), cell(why))?;
        }
        more(missed.len(), &mut out)?;
    }
    writeln!(out, "Run {}, {}.", run.run, words::duration(run.seconds))?;
    out.flush()
}

fn alarms(alarms: &[Alarm], out: &mut dyn Write) -> io::Result<()> {
    for alarm in alarms {
        writeln!(out, "> **{}** {}\n", words::alarm(alarm.kind), cell(&alarm.detail))?;
    }
    Ok(())
}

fn waiting(waiting: &Waiting<'_>, (titles, pages): (&Titles, &RecordPages), out: &mut dyn Write) -> io::Result<()> {
    for group in &waiting.conflicts {
        rows(group, out, |conflict| contested(conflict, titles, pages))?;
    }
    for group in waiting.decide.iter().chain(&waiting.later) {
        rows(group, out, |held: &Held| {
            let ids = ids_at(held.side, held.record_id.as_ref(), held.other_id.as_ref());
            let links = links(ids, titles, pages);
            format!("{} {}{links}: {}", bold(&held.name), cell(&held.phone), cell(&held.detail))
        })?;
    }
    Ok(())
}

fn contested(conflict: &Conflict, titles: &Titles, pages: &RecordPages) -> String {
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "(unknown)".to_owned(), cell);
    let ids = BySide { justcall: conflict.justcall_id.as_deref(), crm: conflict.crm_id.as_deref() };
    let links = links(ids, titles, pages);
    let who = format!("`{}` {} {}{links}", conflict.id, bold(&conflict.name), cell(&conflict.phone));
    if conflict.field.is_none() {
        return format!("{who}: {}", cell(&conflict.detail));
    }
    let base = conflict.base.as_deref().map_or_else(|| "(never agreed)".to_owned(), cell);
    let set = |side: Side| {
        words::set(conflict, side, &TimeZone::UTC).map(|words| format!(" ({})", cell(&words))).unwrap_or_default()
    };
    let [justcall, crm] = Side::BOTH.map(|side| format!("{}{}", value(conflict.value(side)), set(side)));
    format!("{who}: base {base} · {} {justcall} · {} {crm}", titles.justcall, titles.crm)
}

fn ids_at<'a>(side: Side, own: Option<&'a RecordId>, other: Option<&'a RecordId>) -> BySide<Option<&'a str>> {
    BySide::from_fn(|at| if at == side { own } else { other }.map(RecordId::as_str))
}

/// The records' own pages, where they are known: ` ([JustCall](<https://…>))`.
fn links(ids: BySide<Option<&str>>, titles: &Titles, pages: &RecordPages) -> String {
    let link = |side: Side| Some(format!("[{}](<{}>)", titles[side], pages[side].as_ref()?.of(ids[side]?)));
    let links: Vec<String> = Side::BOTH.into_iter().filter_map(link).collect();
    if links.is_empty() { String::new() } else { format!(" ({})", links.join(", ")) }
}

fn rows<T>(group: &Group<'_, T>, out: &mut dyn Write, row: impl Fn(&T) -> String) -> io::Result<()> {
    writeln!(out, "## {}\n", group.title)?;
    for item in group.rows.iter().take(SHOWN) {
        writeln!(out, "- {}", row(item))?;
    }
    more(group.rows.len(), out)
}

fn more(rows: usize, out: &mut dyn Write) -> io::Result<()> {
    match rows.saturating_sub(SHOWN) as u64 {
        0 => writeln!(out),
        left => writeln!(out, "- and {} more\n", words::number(left)),
    }
}

fn totals(totals: &Totals, titles: &Titles, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Totals\n\n| | {} | {} |\n|---|---:|---:|", titles.justcall, titles.crm)?;
    for row in &totals.parts {
        writeln!(out, "| {} | {} | {} |", row.label, row.counts.justcall, row.counts.crm)?;
    }
    writeln!(out, "| **records considered** | **{}** | **{}** |", totals.records.justcall, totals.records.crm)?;
    for row in &totals.extra {
        writeln!(out, "| + {} | {} | {} |", row.label, row.counts.justcall, row.counts.crm)?;
    }
    writeln!(out)
}

fn change(change: &Change) -> String {
    let before = change.before.as_deref().map_or_else(|| "(unknown)".to_owned(), cell);
    format!("{} {before} → {}", change.field, cell(&change.after))
}

fn bold(name: &str) -> String {
    if name.trim().is_empty() { "(no name)".to_owned() } else { format!("**{}**", cell(name)) }
}

/// A value that Markdown takes for text: what marks, links, tags or starts a list is escaped.
fn cell(text: &str) -> String {
    let shown = text::value(text);
    let mut escaped = String::with_capacity(shown.len());
    for character in shown.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => escaped.extend(['\\', character]),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_contact_stays_text() {
        assert_eq!(cell("<script>*a*</script>"), "&lt;script&gt;\\*a\\*&lt;/script&gt;");
        assert_eq!(cell("[x](javascript:1)\n# y"), "\\[x\\](javascript:1)\\\\n\\# y");
        assert_eq!(cell(""), "(empty)");
    }
}
