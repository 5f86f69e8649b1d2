//! What happened to one contact: field by field, and write by write.

use crate::app::App;
use crate::ask::{Ask, Reply, query};
use crate::jobs::Trouble;
use crate::{calls, layout, writes};
use maud::{Markup, html};
use model::{DecisionRecord, Outcome, Plan};
use report::html::values;
use report::words;
use std::sync::Arc;
use store::JournalFilter;
use sync::field_history::{FieldHistory, Step, by_field};

/// Decisions about one contact that are shown.
const DECISIONS: usize = 200;

/// A number that leads to its contact.
pub(crate) fn link(app: &App, phone: &str) -> Markup {
    if phone.is_empty() {
        return html! { span.none { "(no number)" } };
    }
    let path = format!("{}?{}", app.path("contact"), query([("phone", phone.to_owned())]));
    html! { a.phone href=(path) { (report::text::safe(phone)) } }
}

pub(crate) fn page(app: &Arc<App>, ask: &Ask) -> Reply {
    let phone = ask.query.text("phone");
    let found = (!phone.is_empty()).then(|| draw(app, phone));
    let body = html! {
        h1 { "One contact" }
        form.filter method="get" action=(app.path("contact")) role="search" aria-label="Find a contact" {
            label { "Name or number" input type="search" name="phone" value=(phone) placeholder="Lovelace, or +1 415 555 0123" autocomplete="off" required; }
            button type="submit" { "Show" }
        }
        @match found {
            None => p { "Give the number as it stands on either side, or a part of the name." },
            Some(Ok(body)) => (body),
            Some(Err(trouble)) => (layout::trouble(&trouble)),
        }
    };
    Reply::page(layout::page(app, "contact", "Contact", &body))
}

/// Contacts of one name that are listed.
const NAMED: usize = 50;

/// One contact: by its number, else by a part of its name; where several have that, which.
fn draw(app: &App, text: &str) -> Result<Markup, Trouble> {
    let why = match app.jobs.phone(text) {
        Ok(phone) => return one_contact(app, &phone),
        Err(why) => why,
    };
    let mut found = app.jobs.find(text)?;
    if let Some(plan) = app.last_plan(&app.store()?)? {
        found.extend(in_plan_by_name(&plan, text));
    }
    found.sort_unstable();
    found.dedup_by(|next, kept| next.1 == kept.1);
    match found.as_slice() {
        [] => Err(Trouble {
            message: format!("nobody who is linked, or in the last plan, has `{text}` in the name"),
            hint: Some(format!("give another part of the name, or the number ({why})")),
        }),
        [(_, phone)] => one_contact(app, phone),
        several => Ok(html! {
            h2 { (words::count(several.len() as u64, "contact")) }
            ul.rows { @for (name, phone) in several.iter().take(NAMED) { li { (values::name(name)) " " (link(app, phone)) } } }
            @if several.len() > NAMED { p.more { "and " (words::number((several.len() - NAMED) as u64)) " more: give more of the name" } }
        }),
    }
}

/// Those of the last plan, linked or not.
fn in_plan_by_name(plan: &Plan, text: &str) -> Vec<(String, String)> {
    let wanted = text.trim().to_lowercase();
    let conflicts = plan.conflicts.iter().chain(&plan.decided).map(|conflict| (&conflict.name, &conflict.phone));
    let actions = plan.actions.iter().map(|action| (&action.name, &action.phone));
    let held = plan.held.iter().map(|held| (&held.name, &held.phone));
    let all = conflicts
        .chain(actions)
        .chain(held)
        .filter(|(name, phone)| !wanted.is_empty() && !phone.is_empty() && name.to_lowercase().contains(&wanted));
    all.map(|(name, phone)| (name.clone(), phone.clone())).collect()
}

fn one_contact(app: &App, phone: &str) -> Result<Markup, Trouble> {
    let store = app.store()?;
    let journal = store.journal(&JournalFilter { phone: Some(phone.to_owned()), ..JournalFilter::default() })?;
    let fields = by_field(&journal);
    let plan = app.last_plan(&store)?;
    let decisions = store.decisions(Some(phone), DECISIONS)?;
    let name = journal.iter().rev().find_map(|entry| entry.intent.as_ref()).map(|intent| intent.name.clone());
    Ok(html! {
        h2 { @if let Some(name) = &name { (values::name(name)) " " } span.phone { (phone) } }
        @if let Some(plan) = &plan { (in_plan(app, plan, phone)) }
        @if !decisions.is_empty() {
            h3.group { "Decided by people" }
            ol.rows { @for past in decisions.iter().rev() { li { (decision(app, past)) } } }
        }
        @if journal.is_empty() { p { "tieline never wrote to this contact." } }
        (calls::section(app, &store, phone)?)
        @for field in &fields { (timeline(app, field)) }
        @if !journal.is_empty() {
            h3.group { "Every write" }
            (writes::table(app, &journal, true))
        }
    })
}

fn decision(app: &App, past: &DecisionRecord) -> Markup {
    html! {
        (words::time(past.at, &app.options.zone)) ", " strong { (report::text::safe(&past.by)) } " " (past.deed.words()) " "
        code { (past.about) } ": " (report::text::safe(&past.detail))
    }
}

fn in_plan(app: &App, plan: &Plan, phone: &str) -> Markup {
    let conflicts = plan.conflicts.iter().filter(|conflict| conflict.phone == phone).count() as u64;
    let actions = plan.actions.iter().filter(|action| action.phone == phone).count() as u64;
    let find = |page: &str, more: &str| format!("{}?{}{more}", app.path(page), query([("q", phone.to_owned())]));
    html! {
        @if conflicts + actions > 0 {
            p.notice {
                "In the last plan: "
                @if conflicts > 0 { a href=(find("conflicts", "&state=all")) { (words::count(conflicts, "conflict")) } " " }
                @if actions > 0 { a href=(find("plan", "")) { (words::count(actions, "action")) } }
            }
        }
    }
}

fn timeline(app: &App, field: &FieldHistory) -> Markup {
    html! {
        h3.group { (field.field) }
        ol.rows { @for step in &field.changes { li { (one(app, step)) } } }
    }
}

fn one(app: &App, step: &Step) -> Markup {
    html! {
        (words::time(step.at, &app.options.zone)) ", " a href=(app.path(&format!("runs/{}", step.run))) { (step.run) } ": "
        (words::kind(step.kind)) " in " (step.side.title()) ": "
        (values::change(step.before.as_deref(), Some(&step.after)))
        span.detail {
            " (" @if let Some(side) = step.from { "from " (side.title()) ", " } (words::rule(step.rule)) @if !step.note.is_empty() { "; " (report::text::safe(&step.note)) } ")"
            @if !matches!(step.outcome, Some(Outcome::Done { .. })) { " " (writes::outcome(step.outcome.as_ref())) }
        }
    }
}
