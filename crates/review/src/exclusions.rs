//! Actions that a person takes out of the plan, and lets back in. They stay out while exactly the same would be done.

use crate::app::App;
use crate::ask::{Ask, Reply};
use crate::jobs::Trouble;
use crate::layout;
use axum::http::StatusCode;
use maud::{Markup, html};
use model::{ActionId, Exclusion};
use report::html::values;
use report::words;
use std::collections::BTreeSet;
use std::sync::Arc;
use sync::decide;

/// What is out, with the way back in.
pub(crate) fn list(app: &App, known: &[Exclusion], back: &str) -> Markup {
    html! {
        @if !known.is_empty() {
            section aria-labelledby="excluded" {
                h2 #excluded { "Left out by a person (" (words::number(known.len() as u64)) ")" }
                form method="post" action=(app.path("plan/include")) {
                    (app.csrf())
                    input type="hidden" name="back" value=(back);
                    ul.rows { @for exclusion in known { li { (row(app, exclusion)) } } }
                    button type="submit" { "Let those ticked back in" }
                }
            }
        }
    }
}

fn row(app: &App, known: &Exclusion) -> Markup {
    html! {
        label.tick {
            input type="checkbox" name="id" value=(known.action);
            span { (known.kind.name()) " in " (known.side.title()) " of " strong { (values::name(&known.name)) } }
        }
        " " (crate::contact::link(app, &known.phone)) " "
        @for change in &known.changes { span.field { (change.field) } " " (values::change(change.before.as_deref(), Some(&change.after))) " " }
        span.detail { "by " (report::text::safe(&known.made_by)) " at " (words::time(known.made_at, &app.options.zone)) }
    }
}

/// The pages from which actions are left out or let back in.
fn back(ask: &Ask) -> &'static str {
    if ask.form.text("back") == "held" { "held" } else { "plan" }
}

/// Leaves out what is ticked.
pub(crate) fn exclude(app: &Arc<App>, ask: &Ask) -> Reply {
    finish(app, ask, leave_out(app, ask))
}

fn leave_out(app: &App, ask: &Ask) -> Result<String, Trouble> {
    let mut store = app.store()?;
    let plan = app.last_plan(&store)?.ok_or_else(|| Trouble::new("no plan was made yet"))?;
    let who = app.who(ask);
    let ticked: BTreeSet<&str> = ask.form.all("id").collect();
    if ticked.is_empty() {
        return Err(Trouble::new("no action is ticked"));
    }
    let mut chosen = decide::excludable(&plan, &who);
    chosen.retain(|action| ticked.contains(action.action.0.as_str()));
    decide::exclude(&mut store, &who, &chosen)?;
    let gone = ticked.len() - chosen.len();
    let gone =
        if gone == 0 { String::new() } else { format!(" {gone} would not be done any more in this way: look again.") };
    let count = words::count(chosen.len() as u64, "action");
    Ok(format!(
        "{count} left out, until something else would be done there. Plans that hold them are void: make a fresh one.{gone}"
    ))
}

/// Lets back in what is ticked.
pub(crate) fn include(app: &Arc<App>, ask: &Ask) -> Reply {
    let actions: Vec<ActionId> = ask.form.all("id").map(|id| ActionId(id.to_owned())).collect();
    let back = app.store().and_then(|mut store| Ok(decide::include(&mut store, &app.who(ask), &actions)?));
    let text = |back: Vec<Exclusion>| format!("{} may be planned again.", words::count(back.len() as u64, "action"));
    finish(app, ask, back.map(text))
}

fn finish(app: &Arc<App>, ask: &Ask, result: Result<String, Trouble>) -> Reply {
    let page = back(ask);
    match result {
        Ok(text) => {
            app.tell(page, text);
            Reply::Go(page.to_owned())
        }
        Err(trouble) => {
            let body =
                html! { h1 { "Not stored" } (layout::trouble(&trouble)) p { a href=(app.path(page)) { "Back" } } };
            Reply::Page(StatusCode::CONFLICT, layout::page(app, page, "Not stored", &body))
        }
    }
}
