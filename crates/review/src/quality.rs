//! What a person should mend in the contacts themselves. Looking takes both sides' listings, so it is asked for.

use crate::app::App;
use crate::ask::{Ask, Reply};
use crate::layout;
use crate::work::{self, Task};
use jiff::Timestamp;
use maud::{Markup, html};
use report::view::{Quality, QualityGroup};
use report::words;
use std::sync::Arc;

/// Rows of a group that are shown.
const SHOWN: usize = 500;

/// The last look.
#[derive(Debug, Clone)]
pub(crate) struct Looked {
    pub(crate) at: Timestamp,
    pub(crate) found: Quality,
}

pub(crate) fn page(app: &Arc<App>, _: &Ask) -> Reply {
    let looked = app.quality.lock().ok().and_then(|looked| looked.clone());
    let body = html! {
        h1 { "Quality of the contacts" }
        p { "Numbers that cannot be read, duplicates, shared numbers, near matches. tieline changes none of them: mend them where they are kept." }
        form method="post" action=(app.path("quality/look")) {
            (app.csrf())
            button.main type="submit" { @if looked.is_some() { "Look again" } @else { "Look at both sides" } }
            " reads both sides, writes to neither."
        }
        @if let Some(looked) = &looked { (draw(app, looked)) }
    };
    Reply::page(layout::page(app, "quality", "Quality", &body))
}

fn draw(app: &App, looked: &Looked) -> Markup {
    html! {
        p { "Looked at " (words::time(looked.at, &app.options.zone)) "." }
        ul {
            @for side in &looked.found.sides {
                li { (side.side.title()) ": " (words::count(side.records, "contact")) ", " (words::number(side.usable)) " with a usable number" }
            }
        }
        @if looked.found.groups.is_empty() { p { "Nothing to mend." } }
        @for group in &looked.found.groups { (one(group)) }
    }
}

fn one(group: &QualityGroup) -> Markup {
    html! {
        details.group open[group.rows.len() <= 20] {
            summary { h2.plain { @if let Some(side) = group.side { (side.title()) ": " } (words::number(group.rows.len() as u64)) " × " (group.title) } }
            ul.rows { @for row in group.rows.iter().take(SHOWN) { li { (report::text::safe(row)) } } }
            @if group.rows.len() > SHOWN { p.more { "and " (words::number((group.rows.len() - SHOWN) as u64)) " more: " code { "tieline quality --all" } } }
        }
    }
}

/// Begins to look.
pub(crate) fn look(app: &Arc<App>, _: &Ask) -> Reply {
    let shared = app.clone();
    app.work.start(Task::Quality, move |events| match shared.jobs.quality(events) {
        Ok(found) => {
            if let Ok(mut looked) = shared.quality.lock() {
                *looked = Some(Looked { at: shared.jobs.now(), found });
            }
            work::Result::Quality
        }
        Err(trouble) => work::Result::Failed(trouble),
    });
    Reply::Go("work".to_owned())
}
