//! How things stand: the last runs, how much is in sync, what waits and where to go for it.

use crate::app::{Answers, App};
use crate::ask::{Ask, Reply};
use crate::filter::Filter;
use crate::jobs::Trouble;
use crate::{layout, runs};
use maud::{Markup, html};
use model::{Plan, Side};
use report::html::{PageOptions, chart, sections};
use report::view::Waiting;
use report::words;
use std::sync::Arc;
use store::{Parked, Store};

/// Runs in the charts.
const CHARTED: usize = 30;
/// Refused records that are named.
const NAMED: usize = 20;

pub(crate) fn page(app: &Arc<App>, _: &Ask) -> Reply {
    let body = draw(app).unwrap_or_else(|trouble| html! { h1 { "Overview" } (layout::trouble(&trouble)) });
    Reply::page(layout::page(app, "overview", "Overview", &body))
}

fn draw(app: &App) -> Result<Markup, Trouble> {
    let store = app.store()?;
    let options = PageOptions { runs: runs::rows(&store.runs(CHARTED)?), ..app.page_options() };
    let plan = app.last_plan(&store)?;
    let parked = store.parked()?;
    Ok(html! {
        h1 { (headline(&options, plan.is_some())) }
        @if let Some(plan) = &plan {
            (tiles(app, plan, &store, &parked)?)
            @if let Some(alarms) = sections::alarms(&plan.alarms) { (alarms.draw()) }
            (in_sync(plan))
        } @else {
            p { "No plan was made yet. " a href=(app.path("apply")) { "Make the first one" } ": both sides are read, nothing is written." }
        }
        @if !parked.is_empty() { (refused(app, &parked)) }
        @if let Some(history) = chart::history(&options.runs, &options) { (history.draw()) }
    })
}

fn headline(options: &PageOptions, planned: bool) -> String {
    match options.runs.first() {
        Some(run) => {
            format!("Last run {}: {}", words::time(run.at, &options.zone), run.outcome_words())
        }
        None if planned => "Planned, never applied".to_owned(),
        None => "Nothing has run yet".to_owned(),
    }
}

fn tiles(app: &App, plan: &Plan, store: &Store, parked: &[Parked]) -> Result<Markup, Trouble> {
    let answers = Answers::read(store, plan)?;
    let open = Filter::default().rows(plan, &answers, app.jobs.now()).len() as u64;
    let titles = report::view::default_titles();
    let waiting = Waiting::new(&[], &plan.held, &titles);
    let (person, later) = (waiting.for_a_person() as u64, waiting.for_later() as u64);
    let decided = (answers.decidable(plan).count() as u64).saturating_sub(open);
    let tile = |count: u64, what: &str, link: String, calls: bool| {
        html! { li.calls[calls && count > 0].zero[count == 0] { a href=(link) { strong { (words::number(count)) } (what) } } }
    };
    let actions = plan.actions.iter().filter(|action| action.kind.is_write()).count() as u64;
    Ok(html! {
        ul.tiles aria-label="What waits" {
            (tile(open, "conflicts to decide", app.path("conflicts"), true))
            (tile(person, "held, need you", app.path("held"), true))
            (tile(later, "held, wait for time or proof", format!("{}#later", app.path("held")), false))
            (tile(decided, "conflicts decided", format!("{}?state=decided", app.path("conflicts")), false))
            (tile(actions, "writes in the last plan", app.path("plan"), false))
            (tile(parked.len() as u64, "refused by a side", format!("{}#refused", app.path("overview")), true))
        }
    })
}

fn in_sync(plan: &Plan) -> Markup {
    html! {
        section aria-labelledby="in-sync" {
            h2 #in-sync { "In sync" }
            p { "When the last plan was made." }
            @for side in Side::BOTH {
                @let numbers = plan.summary.side(side);
                @let share = words::percent(numbers.unchanged, numbers.records);
                figure {
                    figcaption { (side.title()) ": " (share) ", " (words::number(numbers.unchanged)) " of " (words::count(numbers.records, "record")) }
                    @let width = (numbers.unchanged * 240).checked_div(numbers.records).unwrap_or(0);
                    svg.bar viewBox="0 0 240 14" width="240" height="14" role="img" aria-label={ (share) " in sync" } {
                        rect x="0" y="0" width="240" height="14" {}
                        rect x="0" y="0" width=(width) height="14" {}
                    }
                }
            }
        }
    }
}

fn refused(app: &App, parked: &[Parked]) -> Markup {
    html! {
        section aria-labelledby="refused" {
            h2 #refused { "Refused by a side (" (words::number(parked.len() as u64)) ")" }
            p { "Tried again when the record changes, or on " code { "tieline retry" } "." }
            ul.rows {
                @for record in parked.iter().take(NAMED) {
                    li {
                        (crate::contact::link(app, &record.phone)) " in " (record.side.title()) ": "
                        (report::text::safe(&record.message)) ", since " (words::time(record.at, &app.options.zone))
                    }
                }
            }
            @if parked.len() > NAMED { p.more { "and " (words::number((parked.len() - NAMED) as u64)) " more: " code { "tieline status --json" } } }
        }
    }
}
