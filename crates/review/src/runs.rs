//! Earlier runs, and one of them with everything that it wrote.

use crate::app::App;
use crate::ask::{Ask, Reply};
use crate::jobs::Trouble;
use crate::layout::{self, pager};
use crate::writes;
use axum::http::StatusCode;
use maud::{Markup, html};
use model::{RunId, RunReport, Side};
use report::html::{PageOptions, chart, sections};
use report::terminal::RunRow;
use report::view::{Waiting, default_titles, run_headline};
use report::words;
use std::sync::Arc;
use store::JournalFilter;

/// Runs that the list goes back.
const LISTED: usize = 1_000;

/// Runs as the views draw them.
pub(crate) fn rows(runs: &[store::RunRow]) -> Vec<RunRow> {
    let row = |run: &store::RunRow| {
        let drawn = RunRow::new(run.id.0.clone(), run.started_at, report_of(run).as_ref());
        drawn.ended(run.outcome.as_deref(), run.finished_by.as_ref())
    };
    runs.iter().map(row).collect()
}

fn report_of(run: &store::RunRow) -> Option<RunReport> {
    run.report.as_deref().and_then(|json| serde_json::from_slice(json).ok())
}

/// The list.
pub(crate) fn page(app: &Arc<App>, ask: &Ask) -> Reply {
    let body = list(app, ask).unwrap_or_else(|trouble| html! { h1 { "Runs" } (layout::trouble(&trouble)) });
    Reply::page(layout::page(app, "runs", "Runs", &body))
}

fn list(app: &App, ask: &Ask) -> Result<Markup, Trouble> {
    let runs = app.store()?.runs(LISTED)?;
    let (page, shown) = layout::slice(ask.query.number("page").unwrap_or(1), runs.len());
    let pages = pager(page, runs.len(), |page| format!("{}?page={page}", app.path("runs")));
    let drawn = rows(&runs[shown]);
    let options = PageOptions { runs: drawn, ..app.page_options() };
    Ok(html! {
        h1 { "Runs" }
        @if runs.is_empty() { p { "None yet." } }
        @if let Some(history) = chart::history(&options.runs, &options) { (history.body) }
        div.scroll tabindex="0" role="region" aria-label="Runs" {
            table.stack {
                thead { tr { th scope="col" { "Run" } th scope="col" { "Began" } th scope="col" { "Outcome" } @for side in Side::BOTH { th scope="col" { (side.title()) } } th scope="col" { "Left waiting" } th scope="col" { "Took" } } }
                tbody { @for row in &options.runs { (one_row(app, row)) } }
            }
        }
        (pages)
    })
}

fn one_row(app: &App, row: &RunRow) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(app.path(&format!("runs/{}", row.run))) { (row.run) } }
            td { (words::time(row.at, &app.options.zone)) }
            td { (report::text::safe(&row.outcome_words())) }
            @for side in Side::BOTH {
                @let written = words::written(&row.applied[side]);
                td { @if written.is_empty() { "none" } @else { (written.join(", ")) } }
            }
            td { (words::number(row.waiting)) }
            td { @if let Some(seconds) = row.seconds { (words::duration(seconds)) } }
        }
    }
}

/// One run.
pub(crate) fn one(app: &Arc<App>, ask: &Ask) -> Reply {
    let (status, body) = match draw(app, ask) {
        Ok(Some(body)) => (StatusCode::OK, body),
        Ok(None) => {
            (StatusCode::NOT_FOUND, html! { h1 { "No such run" } p { a href=(app.path("runs")) { "All runs" } } })
        }
        Err(trouble) => (StatusCode::SERVICE_UNAVAILABLE, html! { h1 { "Run" } (layout::trouble(&trouble)) }),
    };
    Reply::Page(status, layout::page(app, "runs", "Run", &body))
}

fn draw(app: &App, ask: &Ask) -> Result<Option<Markup>, Trouble> {
    let store = app.store()?;
    let Some(run) = store.run(&RunId(ask.name.clone()))? else { return Ok(None) };
    let journal = store.journal(&JournalFilter { run: Some(run.id.clone()), ..JournalFilter::default() })?;
    let (page, shown) = layout::slice(ask.query.number("page").unwrap_or(1), journal.len());
    let pages = pager(page, journal.len(), |page| format!("{}?page={page}", app.path(&format!("runs/{}", run.id))));
    let options = app.page_options();
    let began = words::time(run.started_at, &app.options.zone);
    Ok(Some(html! {
        @if let Some(report) = report_of(&run) { (told(app, &report, &options)) } @else {
            @let drawn = rows(std::slice::from_ref(&run)).pop();
            @let words = drawn.map(|run| run.outcome_words()).unwrap_or_default();
            h1 { "This run has no report" }
            @if let Some(by) = &run.finished_by {
                p { "It was interrupted, and " a href=(app.path(&format!("runs/{by}"))) { "run " (by) } " has settled what it left." }
            } @else if run.outcome.is_some() {
                p { "It ended: " (words) ". Its report was kept for as long as the configuration says." }
            } @else if app.busy().is_some() || app.work.is_running() {
                p { "It is under way." }
            } @else {
                p { "It was interrupted. The next run settles what it left." }
            }
        }
        p { "Run " code { (run.id) } ", began " (began) ", plan " code { (run.plan) } "." }
        section aria-labelledby="writes" {
            h2 #writes { (words::count(journal.len() as u64, "write")) }
            @if !journal.is_empty() { (writes::table(app, &journal[shown], false)) }
            (pages)
        }
    }))
}

fn told(app: &App, report: &RunReport, options: &PageOptions) -> Markup {
    let titles = default_titles();
    let waiting = Waiting::new(&report.conflicts, &report.held, &titles);
    let wait = waiting.for_a_person() as u64;
    html! {
        h1 { (run_headline(report, &titles)) }
        @if let Some(error) = sections::error(report) { (error.draw()) }
        @if let Some(alarms) = sections::alarms(&report.alarms) { (alarms.draw()) }
        @if wait > 0 {
            p.notice { (words::count(wait, "row")) " waited for a person after it: " a href=(app.path("conflicts")) { "conflicts" } ", " a href=(app.path("held")) { "held" } "." }
        }
        @if let Some(misses) = sections::misses(report, options) { (misses.draw()) }
        (sections::written(report, options).draw())
    }
}
