//! What is planned but waits: for a person, for time, for proof. A person approves up to a number for the next run, or
//! keeps single records that would be deleted.

use crate::app::App;
use crate::ask::{Ask, Reply, query};
use crate::exclusions;
use crate::jobs::Trouble;
use crate::layout::{self, pager};
use crate::name;
use axum::http::StatusCode;
use maud::{Markup, html};
use model::{AlarmKind, Approval, Held, Plan};
use report::html::{sections, values};
use report::view::{Group, Waiting, default_titles};
use report::words;
use std::sync::Arc;
use sync::decide::{self, GuardClass};

pub(crate) fn page(app: &Arc<App>, ask: &Ask) -> Reply {
    show(app, ask, None)
}

fn show(app: &App, ask: &Ask, wrong: Option<&Trouble>) -> Reply {
    let body = draw(app, ask).unwrap_or_else(|trouble| html! { h1 { "Held" } (layout::trouble(&trouble)) });
    let body = html! { @if let Some(wrong) = wrong { (layout::trouble(wrong)) } (body) };
    let status = if wrong.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Reply::Page(status, layout::page(app, "held", "Held", &body))
}

fn draw(app: &App, ask: &Ask) -> Result<Markup, Trouble> {
    let store = app.store()?;
    let Some(plan) = app.last_plan(&store)? else {
        return Ok(
            html! { h1 { "Held" } p { "No plan was made yet: " a href=(app.path("apply")) { "make one" } "." } },
        );
    };
    let titles = default_titles();
    let waiting = Waiting::new(&[], &plan.held, &titles);
    let excluded = store.exclusions()?;
    let page = ask.query.number("page").unwrap_or(1);
    Ok(html! {
        h1 { "Held back" }
        (layout::told(app, "held"))
        (name::line(app, ask))
        p { "Planned, but not carried out: a guard, missing proof or a doubt holds it. Everything else goes on." }
        (approvals(app, &plan, &store.approvals()?))
        section aria-labelledby="person" {
            h2 #person { "Needs you" }
            @if waiting.decide.is_empty() { p { "Nothing." } }
            @for group in &waiting.decide { (one_group(app, group, page)) }
        }
        section aria-labelledby="later" {
            h2 #later { "Waits without you" }
            @if waiting.later.is_empty() { p { "Nothing." } }
            @for group in &waiting.later { (one_group(app, group, page)) }
        }
        (exclusions::list(app, &excluded, "held"))
    })
}

/// What guards withhold, with a form to let some of it through; and what is approved already.
fn approvals(app: &App, plan: &Plan, approved: &[Approval]) -> Markup {
    let withheld: Vec<_> = plan.alarms.iter().filter(|alarm| alarm.kind == AlarmKind::Guard).collect();
    let others: Vec<_> = plan.alarms.iter().filter(|alarm| alarm.kind != AlarmKind::Guard).cloned().collect();
    html! {
        @if let Some(alarms) = sections::alarms(&others) { (alarms.draw()) }
        @if !withheld.is_empty() || !approved.is_empty() {
            section aria-labelledby="guards" {
                h2 #guards { "Guards" }
                @for alarm in withheld {
                    div.notice {
                        p { (report::text::safe(&alarm.detail)) }
                        @if let Some(class) = &alarm.class {
                            form.decide method="post" action=(app.path("held/approve")) aria-label={ "Approve " (class.replace('_', " ")) } {
                                (app.csrf())
                                input type="hidden" name="class" value=(class);
                                label {
                                    "Let through in the next run, at most"
                                    input type="number" name="count" min="1" max=(alarm.count.max(1)) value=(alarm.count.max(1)) required;
                                }
                                button type="submit" { "Approve " (class.replace('_', " ")) }
                            }
                        }
                    }
                }
                @if !approved.is_empty() {
                    h3.group { "Approved for the next run" }
                    ul.rows { @for approval in approved { li { (one_approval(app, approval)) } } }
                    p { "To use it now, " a href=(app.path("apply")) { "make a fresh plan" } ": it shows what goes through." }
                }
            }
        }
    }
}

fn one_approval(app: &App, approval: &Approval) -> Markup {
    html! {
        form method="post" action=(app.path("held/revoke")) {
            (app.csrf())
            input type="hidden" name="class" value=(approval.class);
            strong { (approval.class.replace('_', " ")) ": at most " (words::number(approval.count)) }
            ", by " (report::text::safe(&approval.made_by)) " at " (words::time(approval.made_at, &app.options.zone)) " "
            button type="submit" { "Take back" }
        }
    }
}

fn one_group(app: &App, group: &Group<'_, Held>, page: u64) -> Markup {
    let (page, shown) = layout::slice(page, group.rows.len());
    let link = |page: usize| format!("{}?{}", app.path("held"), query([("page", page.to_string())]));
    html! {
        details.group open {
            summary { h3 { (group.title) } }
            form method="post" action=(app.path("held/keep")) {
                (app.csrf())
                input type="hidden" name="back" value="held";
                ul.rows { @for held in &group.rows[shown] { (row(app, held)) } }
                @if group.rows.iter().any(|held| held.named().is_some()) {
                    p { button type="submit" { "Keep those ticked" } " They are not deleted, also when a later run could, until something changes." }
                }
            }
            (pager(page, group.rows.len(), link))
        }
    }
}

fn row(app: &App, held: &Held) -> Markup {
    html! {
        li.card-row {
            label.tick {
                @if let Some(action) = held.named() {
                    input type="checkbox" name="id" value=(action);
                }
                span { strong { (values::name(&held.name)) } }
            }
            " " (crate::contact::link(app, &held.phone))
            @if let Some(until) = held.until { " until " (words::time(until, &app.options.zone)) }
            @if !held.detail.is_empty() { " " span.detail { (report::text::safe(&held.detail)) } }
        }
    }
}

/// Stores an approval for the next run.
pub(crate) fn approve(app: &Arc<App>, ask: &Ask) -> Reply {
    let count = ask.form.number("count").filter(|count| *count > 0);
    let (Some(class), Some(count)) = (GuardClass::by_name(ask.form.text("class")), count) else {
        return show(app, ask, Some(&Trouble::new("give a class of changes and a number of at least one")));
    };
    let stored = app.store().and_then(|mut store| Ok(decide::approve(&mut store, &app.who(ask), class, count)?));
    told(
        app,
        ask,
        stored.map(|_| format!("Approved: at most {} of the class {class} in the next run.", words::number(count))),
    )
}

/// Takes an approval back.
pub(crate) fn revoke(app: &Arc<App>, ask: &Ask) -> Reply {
    let Some(class) = GuardClass::by_name(ask.form.text("class")) else {
        return show(app, ask, Some(&Trouble::new("no such class of changes")));
    };
    let gone = app.store().and_then(|mut store| Ok(decide::revoke(&mut store, &app.who(ask), class)?));
    told(app, ask, gone.map(|_| format!("The approval of {class} is taken back.")))
}

fn told(app: &App, ask: &Ask, result: Result<String, Trouble>) -> Reply {
    match result {
        Ok(text) => {
            app.tell("held", text);
            Reply::Go("held".to_owned())
        }
        Err(trouble) => show(app, ask, Some(&trouble)),
    }
}
