//! How far a run is that was started elsewhere, by cron or in a terminal: who holds the lock, and what the journal shows.
//! It can be neither stopped nor hurried from here.

use crate::app::App;
use crate::ask::{Ask, Reply};
use crate::jobs::Trouble;
use crate::layout;
use maud::{Markup, html};
use report::words;
use std::sync::Arc;
use store::{RunRow, Store};

/// How far it is; the overview once it has ended.
pub(crate) fn page(app: &Arc<App>, _: &Ask) -> Reply {
    let Some(owner) = app.busy() else { return Reply::Go("overview".to_owned()) };
    let progress = progress(app, &owner).unwrap_or_else(|trouble| layout::trouble(&trouble));
    let body = html! {
        div #work data-live="" {
            h1 { "A run is under way elsewhere" }
            p { (report::text::safe(&owner)) }
            (progress)
            p { "You can decide meanwhile. Applying has to wait for it." }
            p { a href=(app.path("elsewhere")) { "Look again" } }
        }
    };
    Reply::page(layout::page(app, "", layout::ELSEWHERE, &body))
}

fn progress(app: &App, owner: &str) -> Result<Markup, Trouble> {
    let store = app.store()?;
    let Some(run) = writing(&store, owner)? else {
        return Ok(html! { p role="status" { "It reads, or plans: it has not begun to write." } });
    };
    let done = store.settled_writes(&run.id)?;
    let plan = app.plan(&store, &run.plan)?;
    let total = plan.map(|plan| plan.actions.iter().filter(|action| action.kind.is_write()).count() as u64);
    Ok(html! {
        p role="status" {
            label {
                "Run " (run.id) ": " (words::number(done)) " "
                @if let Some(total) = total { "of " (words::count(total, "write")) " done " progress max=(total.max(1)) value=(done) {} }
                @else { "writes done " progress {} }
            }
        }
        p { "Began to write at " (words::time(run.started_at, &app.options.zone)) "." }
    })
}

/// The run of whoever holds the lock, once it writes. One that was killed before began earlier.
fn writing(store: &Store, owner: &str) -> Result<Option<RunRow>, Trouble> {
    let since = store::held_since(owner);
    let own = |run: &RunRow| run.finished_at.is_none() && since.is_some_and(|since| run.started_at >= since);
    Ok(store.runs(1)?.pop().filter(own))
}
