//! The last plan, action by action; and applying, in its own confirmed steps: make a fresh plan, look at it, apply
//! exactly that one.

use crate::app::App;
use crate::ask::{Ask, Pairs, Reply, query};
use crate::exclusions;
use crate::jobs::Trouble;
use crate::layout::{self, option, pager};
use crate::name;
use crate::work::{self, Task};
use axum::http::StatusCode;
use maud::{Markup, html};
use model::{Action, Exclusion, Plan, PlanId, Rule, Side};
use report::html::{sections, values};
use report::text::safe;
use report::view::{PlanView, changes, default_titles};
use report::words;
use std::sync::Arc;

/// Which actions a person wants to see.
struct Wanted {
    text: String,
    side: String,
    kind: String,
    page: u64,
}

impl Wanted {
    fn read(pairs: &Pairs) -> Self {
        Self {
            text: pairs.text("q").to_owned(),
            side: pairs.text("side").to_owned(),
            kind: pairs.text("kind").to_owned(),
            page: pairs.number("page").unwrap_or(1),
        }
    }

    fn query(&self, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        query([("q", self.text.clone()), ("side", self.side.clone()), ("kind", self.kind.clone()), ("page", page)])
    }

    fn fits(&self, action: &Action) -> bool {
        let text = self.text.to_lowercase();
        let says = |value: &str| value.to_lowercase().contains(&text);
        (self.side.is_empty() || (action.kind.is_write() && action.side.name() == self.side))
            && (self.kind.is_empty() || words::kind(action.kind) == self.kind)
            && (text.is_empty()
                || says(&action.name)
                || says(&action.phone)
                || action.changes.iter().any(|change| {
                    says(&change.after) || change.before.as_deref().is_some_and(says) || says(&change.field.to_string())
                }))
    }
}

/// The last plan.
pub(crate) fn page(app: &Arc<App>, ask: &Ask) -> Reply {
    let drawn = app.store().and_then(|store| {
        let plan = app.last_plan(&store)?;
        let used = plan.as_ref().map(|plan| store.plan(&plan.id)).transpose()?.flatten();
        Ok((plan, used.and_then(|stored| stored.consumed_by), store.exclusions()?))
    });
    let body = match drawn {
        Ok((Some(plan), used, excluded)) => html! {
            h1 { (PlanView::new(&plan, &default_titles()).headline) }
            (layout::told(app, "plan"))
            (name::line(app, ask))
            p {
                "Plan " code { (plan.id) } ", both sides read " (words::time(plan.created_at, &app.options.zone)) ". "
                @if let Some(run) = used { "It was applied by run " a href=(app.path(&format!("runs/{run}"))) { (run) } "." }
                @else { "To carry it out, " a href=(app.path("apply")) { "make a fresh one and confirm it" } "." }
            }
            (actions(app, &plan, &Wanted::read(&ask.query), "plan", &excluded))
            (exclusions::list(app, &excluded, "plan"))
        },
        Ok((None, ..)) => {
            html! { h1 { "Plan" } p { "No plan was made yet: " a href=(app.path("apply")) { "make one" } "." } }
        }
        Err(trouble) => html! { h1 { "Plan" } (layout::trouble(&trouble)) },
    };
    Reply::page(layout::page(app, "plan", "Plan", &body))
}

/// The actions of a plan: a filter, a page of rows, ticks to leave some out.
fn actions(app: &App, plan: &Plan, wanted: &Wanted, path: &str, excluded: &[Exclusion]) -> Markup {
    let titles = default_titles();
    // In the order of the reports: what can hurt comes first.
    let groups = changes(&plan.actions, &titles);
    let rows: Vec<&Action> =
        groups.into_iter().flat_map(|group| group.rows).filter(|action| wanted.fits(action)).collect();
    let (page, shown) = layout::slice(wanted.page, rows.len());
    let pages = pager(page, rows.len(), |page| format!("{}?{}", app.path(path), wanted.query(page)));
    let ticks = rows[shown.clone()].iter().any(|action| may_be_left_out(plan, action));
    html! {
        section aria-labelledby="actions" {
            h2 #actions { (words::count(rows.len() as u64, "action")) }
            form.filter method="get" action=(app.path(path)) role="search" aria-label="Filter actions" {
                label { "Find" input type="search" name="q" value=(wanted.text) placeholder="name, number, value" autocomplete="off"; }
                label { "In" select name="side" { (option("", "both sides", &wanted.side)) @for side in Side::BOTH { (option(side.name(), side.title(), &wanted.side)) } } }
                label {
                    "Kind"
                    select name="kind" {
                        (option("", "all", &wanted.kind))
                        @for kind in ["delete", "update", "create", "link", "unlink", "rebase"] { (option(kind, kind, &wanted.kind)) }
                    }
                }
                button type="submit" { "Filter" }
            }
            @if rows.is_empty() { p { "No action." } } @else {
                form method="post" action=(app.path("plan/exclude")) {
                    (app.csrf())
                    div.scroll tabindex="0" role="region" aria-label="Table of actions" {
                        table.stack {
                            thead { tr { @if ticks { th scope="col" { "Leave out" } } th scope="col" { "Where" } th scope="col" { "Contact" } th scope="col" { "Changes" } th scope="col" { "Why" } } }
                            tbody { @for action in &rows[shown] { (row(app, action, excluded, ticks.then(|| may_be_left_out(plan, action)))) } }
                        }
                    }
                    @if ticks { p {
                        button type="submit" { "Leave out those ticked" }
                        " They stay out until something else would be done there. This plan is void then: make a fresh one."
                    } }
                }
            }
            (pages)
        }
    }
}

/// What carries out an answer is taken back under Conflicts; what an undo does is chosen by naming its run.
fn may_be_left_out(plan: &Plan, action: &Action) -> bool {
    action.kind.is_write() && action.reason != Rule::Resolved && plan.undoes.is_none()
}

/// `may`: whether it may be left out; none where no action of the page may.
fn row(app: &App, action: &Action, excluded: &[Exclusion], may: Option<bool>) -> Markup {
    let id = action.named();
    let is_out = excluded.iter().any(|known| known.action == id);
    html! {
        tr.moves[report::view::changes_phone(action)].off[is_out] {
            @if let Some(may) = may { td {
                @if is_out { "left out" }
                @else if may {
                    input type="checkbox" name="id" value=(id) aria-label={ "Leave out: " (action.kind.name()) " of " (safe(&action.name)) " " (safe(&action.phone)) };
                }
            } }
            td { (words::kind(action.kind)) @if action.kind.is_write() { " in " (action.side.title()) } }
            td { (values::name(&action.name)) br; (crate::contact::link(app, &action.phone)) }
            td { (sections::changes_of(action)) }
            td { (words::rule(action.reason)) ", " (words::via(action.via)) }
        }
    }
}

/// The way to applying.
pub(crate) fn apply_page(app: &Arc<App>, _: &Ask) -> Reply {
    if app.work.is_running() {
        return Reply::Go("work".to_owned());
    }
    apply_start(app, None)
}

fn apply_start(app: &App, wrong: Option<&Trouble>) -> Reply {
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
        Ok(_) => return apply_start(app, Some(&Trouble::new("this plan is not kept any more"))),
        Err(trouble) => return apply_start(app, Some(&trouble)),
    };
    if let Err(error) = usable {
        return apply_start(app, Some(&error.into()));
    }
    let is_out = |action: &Action| excluded.iter().any(|known| known.action == action.named());
    if plan.actions.iter().any(is_out) {
        return apply_start(app, Some(&Trouble::new("an action of this plan was left out since: make a fresh one")));
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
        (actions(app, plan, wanted, &format!("apply/{}", plan.id), &[]))
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
