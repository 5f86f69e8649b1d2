//! The sections of a page, in the order in which a reader needs them. Each is left out where it has nothing to say.

use super::{PageOptions, Section, card, values};
use crate::text;
use crate::view::{Group, PlanView, Titles, Totals, Waiting, changes_phone};
use crate::words;
use maud::{Markup, html};
use model::{Action, Alarm, Applied, BySide, Conflict, Held, RunReport, Side, Skipped};

/// Conflicts that a page holds as cards at once; beyond it only the first few.
const AT_ONCE: usize = 200;
const FIRST: usize = 50;

/// Why a run ended early.
pub fn error(run: &RunReport) -> Option<Section> {
    let error = run.error.as_ref()?;
    let body = html! { p.bad { (text::safe(error)) } };
    Some(Section { id: "error", title: "Why it ended early".to_owned(), body })
}

/// What a person should look at.
pub fn alarms(alarms: &[Alarm]) -> Option<Section> {
    let body = html! {
        ul.alarms { @for alarm in alarms { li { strong { (words::alarm(alarm.kind)) } " " (text::safe(&alarm.detail)) } } }
    };
    let title = format!("Alarms ({})", alarms.len());
    (!alarms.is_empty()).then_some(Section { id: "alarms", title, body })
}

/// Conflicts, then what a guard or a doubt holds back.
pub(super) fn needs_you(waiting: &Waiting<'_>, options: &PageOptions) -> Option<Section> {
    let count = waiting.for_a_person() as u64;
    let all: usize = waiting.conflicts.iter().map(|group| group.rows.len()).sum();
    let mut at_once = if all > AT_ONCE { FIRST } else { all };
    let body = html! {
        @if !waiting.conflicts.is_empty() { (controls(&waiting.conflicts)) }
        @for group in &waiting.conflicts { (conflicts(group, &mut at_once, options)) }
        @if !waiting.conflicts.is_empty() { p.js { button #more type="button" hidden {} } }
        @for group in &waiting.decide { (held(group, options)) }
    };
    let title = format!("Needs you ({})", words::number(count));
    (count > 0).then_some(Section { id: "needs-you", title, body })
}

/// Filter, bulk answer, download. Of use only where JavaScript runs, and shown only there.
fn controls(groups: &[Group<'_, Conflict>]) -> Markup {
    let mut fields: Vec<String> = groups
        .iter()
        .filter_map(|group| group.rows.first())
        .filter_map(|conflict| Some(conflict.field.as_ref()?.to_string()))
        .collect();
    fields.sort_unstable();
    fields.dedup();
    html! {
        div.controls.js role="group" aria-label="Decide" {
            label { "Find " input #find type="search" placeholder="name, number, value" autocomplete="off"; }
            label { "Field " select #field { option value="" { "all" } @for field in &fields { option { (field) } } } }
            label {
                "All found: "
                select #bulk {
                    option value="" { "choose" }
                    option value="justcall" { "JustCall" }
                    option value="crm" { "CRM" }
                    option value="skip" { "Skip" }
                    option value="none" { "No answer" }
                }
            }
            button #apply type="button" { "Apply to all found" }
            button #undo type="button" disabled { "Undo" }
            button #download type="button" disabled { "Download decisions" }
            p #told role="status" {}
        }
    }
}

/// The cards of a group. Those beyond the first few stand in a `noscript`: there a browser that runs the script reads them
/// as text, which costs it little, and makes cards of those that are looked at; any other browser shows them all.
fn conflicts(group: &Group<'_, Conflict>, at_once: &mut usize, options: &PageOptions) -> Markup {
    let (first, rest) = group.rows.split_at(group.rows.len().min(*at_once));
    *at_once -= first.len();
    html! {
        details.group.cards open {
            summary { h3 { (group.title) } }
            @for conflict in first { (card::card(conflict, options)) }
            @if !rest.is_empty() { noscript { @for conflict in rest { (card::card(conflict, options)) } } }
        }
    }
}

/// Held changes of one group.
pub fn held(group: &Group<'_, Held>, options: &PageOptions) -> Markup {
    html! {
        details.group open[group.rows.len() <= 20] {
            summary { h3 { (group.title) } }
            ul.rows {
                @for held in shown(&group.rows, options) {
                    li {
                        strong { (values::name(&held.name)) } " " span.phone { (text::safe(&held.phone)) }
                        @if let Some(until) = held.until { " until " (words::time(until, &options.zone)) }
                        @if !held.detail.is_empty() { " " span.detail { (text::safe(&held.detail)) } }
                    }
                }
            }
            (more(group.rows.len(), options))
        }
    }
}

/// What waits for time or proof.
pub fn later(waiting: &Waiting<'_>, options: &PageOptions) -> Option<Section> {
    let count = waiting.for_later() as u64;
    let body = html! { @for group in &waiting.later { (held(group, options)) } };
    let title = format!("Waits without you ({})", words::number(count));
    (count > 0).then_some(Section { id: "later", title, body })
}

/// What would be written, by side and kind.
pub fn changes(view: &PlanView<'_>, options: &PageOptions) -> Option<Section> {
    let count: usize = view.changes.iter().map(|group| group.rows.len()).sum();
    let body = html! {
        @for group in &view.changes {
            details.group open[group.rows.len() <= 20] {
                summary { h3 { (group.title) } }
                div.scroll tabindex="0" role="region" aria-label=(group.title) {
                    table {
                        thead { tr { th scope="col" { "Contact" } th scope="col" { "Changes" } th scope="col" { "Why" } } }
                        tbody { @for action in shown(&group.rows, options) { (action_row(action)) } }
                    }
                }
                (more(group.rows.len(), options))
            }
        }
    };
    let title = format!("Changes ({})", words::number(count as u64));
    (count > 0).then_some(Section { id: "changes", title, body })
}

fn action_row(action: &Action) -> Markup {
    html! {
        tr.moves[changes_phone(action)] {
            td { (values::name(&action.name)) br; span.phone { (text::safe(&action.phone)) } }
            td { (changes_of(action)) }
            td { (words::rule(action.reason)) ", " (words::via(action.via)) }
        }
    }
}

/// What an action changes, field by field.
pub fn changes_of(action: &Action) -> Markup {
    html! {
        @for change in &action.changes {
            div { span.field { (change.field) } " " (values::change(change.before.as_deref(), Some(&change.after))) }
        }
        @if !action.note.is_empty() { div.detail { (text::safe(&action.note)) } }
    }
}

/// What takes no part, by reason.
pub fn skipped(groups: &[Group<'_, Skipped>], options: &PageOptions) -> Option<Section> {
    let count: usize = groups.iter().map(|group| group.rows.len()).sum();
    let body = html! {
        @for group in groups {
            details.group {
                summary { h3 { (group.title) } }
                ul.rows {
                    @for record in shown(&group.rows, options) {
                        li { code { (text::safe(&words::record_id(record.record_id.as_str()))) } " " (text::safe(&record.detail)) }
                    }
                }
                (more(group.rows.len(), options))
            }
        }
    };
    let title = format!("Skipped ({})", words::number(count as u64));
    (count > 0).then_some(Section { id: "skipped", title, body })
}

/// What a run could not write, or left since it had moved.
pub fn misses(run: &RunReport, options: &PageOptions) -> Option<Section> {
    let count = run.failed.len() + run.stale.len();
    let row = |side: Side, phone: &str, why: &str| {
        html! { li { (options.titles[side]) " " span.phone { (text::safe(phone)) } " " (text::safe(why)) } }
    };
    let body = html! {
        @if !run.failed.is_empty() {
            h3 { "Refused or unclear" }
            ul.rows { @for failed in run.failed.iter().take(options.limit) { (row(failed.side, &failed.phone, &failed.error)) } }
            (more(run.failed.len(), options))
        }
        @if !run.stale.is_empty() {
            h3 { "Moved after the plan was made; left for the next run" }
            ul.rows { @for stale in run.stale.iter().take(options.limit) { (row(stale.side, &stale.phone, &stale.detail)) } }
            (more(run.stale.len(), options))
        }
    };
    let title = format!("Not written ({})", words::number(count as u64));
    (count > 0).then_some(Section { id: "not-written", title, body })
}

/// What a run wrote.
pub fn written(run: &RunReport, options: &PageOptions) -> Section {
    let body = written_table(&run.applied, run.requests, &options.titles);
    Section { id: "written", title: "Written".to_owned(), body }
}

/// What was written where, and in how many requests. A plain table, which a mail program can show as well.
pub fn written_table(applied: &BySide<Applied>, requests: BySide<u64>, titles: &Titles) -> Markup {
    let counts = |pick: fn(&Applied) -> u64| BySide::from_fn(|side| pick(&applied[side]));
    let rows = [
        ("created", counts(|side| side.create)),
        ("updated", counts(|side| side.update)),
        ("deleted", counts(|side| side.delete)),
        ("requests", requests),
    ];
    table(titles, rows.map(|(label, counts)| (label.to_owned(), counts, "")))
}

/// Every record, accounted for once.
pub fn totals(totals: &Totals, titles: &Titles) -> Section {
    let parts = totals.parts.iter().map(|row| (row.label.to_owned(), row.counts, ""));
    let sum = std::iter::once(("records considered".to_owned(), totals.records, "sum"));
    let extra = totals.extra.iter().map(|row| (format!("+ {}", row.label), row.counts, ""));
    let body = html! {
        (table(titles, parts.chain(sum).chain(extra)))
        @for side in Side::BOTH {
            @if !totals.adds_up(side) { p.bad { "The numbers of " (titles[side]) " do not add up: please report this." } }
        }
    };
    Section { id: "totals", title: "Totals".to_owned(), body }
}

fn table(titles: &Titles, rows: impl IntoIterator<Item = (String, BySide<u64>, &'static str)>) -> Markup {
    html! {
        table.numbers {
            thead { tr { td {} @for side in Side::BOTH { th scope="col" { (titles[side]) } } } }
            tbody {
                @for (label, counts, class) in rows {
                    tr class=(class) {
                        th scope="row" { (label) }
                        @for side in Side::BOTH { td { (words::number(counts[side])) } }
                    }
                }
            }
        }
    }
}

/// Requests and time.
pub fn cost(view: &PlanView<'_>, options: &PageOptions) -> Section {
    let body = html! {
        ul { @for side in Side::BOTH { li { (options.titles[side]) ": " (view.cost[side]) } } }
    };
    Section { id: "cost", title: "Cost of applying".to_owned(), body }
}

fn shown<'a, 'b, T>(rows: &'b [&'a T], options: &PageOptions) -> &'b [&'a T] {
    &rows[..rows.len().min(options.limit)]
}

fn more(rows: usize, options: &PageOptions) -> Markup {
    let left = rows.saturating_sub(options.limit) as u64;
    html! { @if left > 0 { p.more { "and " (words::number(left)) " more: " code { "tieline show --all" } } } }
}
