//! The last plan, action by action. Applying is `apply`'s.

use crate::actions::{self, Out, Wanted};
use crate::app::App;
use crate::ask::{Ask, Reply};
use crate::{exclusions, layout, name};
use maud::html;
use report::view::{PlanView, default_titles};
use report::words;
use std::sync::Arc;

/// The last plan.
pub(crate) fn page(app: &Arc<App>, ask: &Ask) -> Reply {
    let drawn = app.store().and_then(|store| {
        let plan = app.last_plan(&store)?;
        let used = plan.as_ref().map(|plan| store.plan(&plan.id)).transpose()?.flatten();
        Ok((plan, used.and_then(|stored| stored.consumed_by), store.exclusions()?))
    });
    let body = match drawn {
        Ok((Some(plan), used, excluded)) => html! {
            @let out = Out { known: &excluded, is_open: used.is_none() };
            h1 { (PlanView::new(&plan, &default_titles()).headline) }
            (layout::told(app, "plan"))
            (name::line(app, ask))
            p {
                "Plan " code { (plan.id) } ", both sides read " (words::time(plan.created_at, &app.options.zone)) ". "
                @if let Some(run) = used { "It was applied by run " a href=(app.path(&format!("runs/{run}"))) { (run) } "." }
                @else { "To carry it out, " a href=(app.path("apply")) { "make a fresh one and confirm it" } "." }
            }
            (actions::table(app, &plan, &Wanted::read(&ask.query), "plan", &out))
            (exclusions::list(app, &excluded, "plan"))
        },
        Ok((None, ..)) => {
            html! { h1 { "Plan" } p { "No plan was made yet: " a href=(app.path("apply")) { "make one" } "." } }
        }
        Err(trouble) => html! { h1 { "Plan" } (layout::trouble(&trouble)) },
    };
    Reply::page(layout::page(app, "plan", "Plan", &body))
}
