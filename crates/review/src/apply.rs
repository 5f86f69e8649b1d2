//! Applying, in its own confirmed steps: make a fresh plan, look at it, apply exactly that one.

use crate::actions::{self, Out, Wanted};
use crate::app::App;
use crate::ask::{Ask, Reply};
use crate::jobs::Trouble;
use crate::layout;
use crate::work::{self, Task};
use axum::http::StatusCode;
use maud::{Markup, html};
use model::{Action, Plan, PlanId};
use report::html::sections;
use report::view::{PlanView, default_titles};
use report::words;
use std::sync::Arc;

/// The way to applying.
pub(crate) fn page(app: &Arc<App>, _: &Ask) -> Reply {
    if app.work.is_running() {
        return Reply::Go("work".to_owned());
    }
    start(app, None)
}

fn start(app: &App, wrong: Option<&Trouble>) -> Reply {
    let body = html! {
        h1 { "Apply" }
        @if let Some(wrong) = wrong { (layout::trouble(wrong)) }
        ol {
            li { "Make a fresh plan: both sides are read, nothing is written." }
            li { "Look at it, with your decisions in it." }
            li { "Apply exactly that plan. What somebody changed meanwhile is left for the next one." }
        }
        form method="post" action=(app.path("apply/plan")) {
            (app.csrf())
            button.main type="submit" { "Make a fresh plan" }
        }
    };
    let status = if wrong.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Reply::Page(status, layout::page(app, "apply", "Apply", &body))
}

/// Begins to make a fresh plan.
pub(crate) fn make(app: &Arc<App>, _: &Ask) -> Reply {
    let jobs = app.jobs.clone();
    app.work.start(Task::Plan, move |events| match jobs.plan(events) {
        Ok(plan) => work::Result::Plan(plan),
        Err(trouble) => work::Result::Failed(trouble),
    });
    // Also where something was under way already: that is what there is to see.
    Reply::Go("work".to_owned())
}

/// A plan that can be confirmed.
pub(crate) fn confirm_page(app: &Arc<App>, ask: &Ask) -> Reply {
    let id = PlanId(ask.name.clone());
    let found = app.store().and_then(|store| {
        let plan = app.plan(&store, &id)?;
        let usable = plan.as_ref().map(|plan| store.check_plan(&plan.id, plan.state_serial));
        Ok((plan, usable, store.exclusions()?))
    });
    let (plan, usable, excluded) = match found {
        Ok((Some(plan), Some(usable), excluded)) => (plan, usable, excluded),
        Ok(_) => return start(app, Some(&Trouble::new("this plan is not kept any more"))),
        Err(trouble) => return start(app, Some(&trouble)),
    };
    if let Err(error) = usable {
        return start(app, Some(&error.into()));
    }
    let is_out = |action: &Action| excluded.iter().any(|known| known.action == action.named());
    if plan.actions.iter().any(is_out) {
        return start(app, Some(&Trouble::new("an action of this plan was left out since: make a fresh one")));
    }
    let body = confirm(app, &plan, &Wanted::read(&ask.query));
    Reply::page(layout::page(app, "apply", "Apply this plan", &body))
}

fn confirm(app: &App, plan: &Plan, wanted: &Wanted) -> Markup {
    let titles = default_titles();
    let view = PlanView::new(plan, &titles);
    let options = app.page_options();
    let writes = plan.actions.iter().filter(|action| action.kind.is_write()).count() as u64;
    html! {
        h1 { (view.headline) }
        p { "Plan " code { (plan.id) } ", both sides read " (words::time(plan.created_at, &app.options.zone)) "." }
        @if plan.has_work() {
            form.notice method="post" action=(app.path("apply/run")) {
                (app.csrf())
                input type="hidden" name="plan" value=(plan.id);
                @if writes > 0 {
                    p { strong { "Not done yet." } " This carries out exactly what stands below: " (words::count(writes, "write")) "." }
                    button.danger type="submit" { "Apply: " (words::count(writes, "write")) }
                } @else {
                    p { "Nothing is written to either side; what both agree on is remembered." }
                    button.main type="submit" { "Apply" }
                }
                " " a href=(app.path("overview")) { "Not now" }
            }
        } @else {
            p { "There is nothing to apply." }
        }
        @if let Some(alarms) = sections::alarms(&plan.alarms) { (alarms.draw()) }
        (sections::cost(&view, &options).draw())
        (actions::table(app, plan, wanted, &format!("apply/{}", plan.id), &Out { known: &[], is_open: true }))
        (sections::totals(&view.totals, &titles).draw())
    }
}

/// Begins to apply the plan that was confirmed.
pub(crate) fn carry_out(app: &Arc<App>, ask: &Ask) -> Reply {
    let plan = PlanId(ask.form.text("plan").to_owned());
    let jobs = app.jobs.clone();
    app.work.start(Task::Apply, move |events| match jobs.apply(&plan, events) {
        Ok(run) => work::Result::Run(run),
        Err(trouble) => work::Result::Failed(trouble),
    });
    Reply::Go("work".to_owned())
}
