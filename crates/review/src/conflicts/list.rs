//! The list: a filter, one choice for many, and a card with its answers for each.

use super::{apart, rules};
use crate::app::{Answers, App};
use crate::ask::{Ask, Pairs, Reply};
use crate::filter::{Filter, Row, State};
use crate::jobs::Trouble;
use crate::layout::{self, option, pager};
use crate::name;
use axum::http::StatusCode;
use maud::{Markup, html};
use model::{Choice, Conflict, ConflictKind, Field, Plan};
use report::html::card;
use report::text::safe;
use report::view::{answers as answers_of, default_titles};
use report::words;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::Store;

/// The list as it was asked for.
pub(crate) fn page(app: &Arc<App>, ask: &Ask) -> Reply {
    show(app, ask, &Filter::read(&ask.query), None)
}

/// The list; where a form could not be stored, with why, and with the form as it was, so that nothing is lost.
pub(crate) fn show(app: &App, ask: &Ask, filter: &Filter, wrong: Option<&Trouble>) -> Reply {
    let status = if wrong.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let body = match draw(app, ask, filter) {
        Ok(body) => html! { @if let Some(wrong) = wrong { (layout::trouble(wrong)) } (body) },
        Err(trouble) => html! { h1 { "Conflicts" } (layout::trouble(wrong.unwrap_or(&trouble))) },
    };
    Reply::Page(status, layout::page(app, "conflicts", "Conflicts", &body))
}

fn draw(app: &App, ask: &Ask, filter: &Filter) -> Result<Markup, Trouble> {
    let kept = &ask.form;
    let store = app.store()?;
    let Some(plan) = app.last_plan(&store)? else {
        return Ok(
            html! { h1 { "Conflicts" } p { "No plan was made yet: " a href=(app.path("apply")) { "make one" } "." } },
        );
    };
    let answers = Answers::read(&store, &plan)?;
    let rows = filter.rows(&plan, &answers, app.jobs.now());
    let open = Filter::default().rows(&plan, &answers, app.jobs.now()).len();
    let all = answers.decidable(&plan).count();
    let (page, shown) = layout::slice(filter.page, rows.len());
    let link = |page: usize| format!("{}?{}", app.path("conflicts"), filter.query(page));
    let pages = pager(page, rows.len(), link);
    Ok(html! {
        h1 { (headline(open, all)) }
        (layout::told(app, "conflicts"))
        (last_choice(app))
        (name::line(app, ask))
        (filter_form(app, filter, &plan, &answers))
        @if rows.is_empty() {
            p { (nothing(filter, all == 0)) }
        } @else {
            h2 { (words::count(rows.len() as u64, "conflict")) (if filter.narrows() { " that fit the filter" } else { "" }) }
            (bulk(app, filter, &plan, rows.len(), page, kept))
            (pages)
            @for group in rows[shown].chunk_by(|a, b| kind_of(a) == kind_of(b)) {
                @let (kind, field) = kind_of(&group[0]);
                h3.group { @if let Some(field) = field { (field) ": " } (kind.words()) }
                @for row in group { (conflict(app, filter, page, row, kept, &last_words(&store, row.conflict)?)) }
            }
            (pages)
        }
        (rules::list(app, &answers.rules))
        (apart::list(app, &answers.apart))
    })
}

/// What conflicts under one heading have in common.
fn kind_of<'p>(row: &Row<'p, '_>) -> (ConflictKind, Option<&'p Field>) {
    (row.conflict.kind, row.conflict.field.as_ref())
}

fn headline(open: usize, all: usize) -> String {
    let decided = (all - open) as u64;
    let verb = if open == 1 { "waits" } else { "wait" };
    let decided = if decided == 0 { String::new() } else { format!(", {} decided", words::number(decided)) };
    format!("{} {verb} for a decision{decided}", words::count(open as u64, "conflict"))
}

fn nothing(filter: &Filter, none_at_all: bool) -> &'static str {
    match (none_at_all, filter.narrows(), filter.state) {
        (true, ..) => "The last plan has no conflict.",
        (_, true, _) => "No conflict fits the filter.",
        (_, _, State::Open) => "Everything is decided. The next plan carries it out: make it under Apply.",
        _ => "Nothing is decided yet.",
    }
}

/// The last choice, with the way back.
fn last_choice(app: &App) -> Markup {
    let Ok(past) = app.past.lock() else { return html! {} };
    html! {
        @if let Some(made) = past.last() {
            form.notice method="post" action=(app.path("conflicts/undo")) {
                (app.csrf())
                input type="hidden" name="last" value=(made.number);
                "Last choice: " (safe(&made.what)) ", by " (safe(&made.by)) " at "
                (words::time(made.at, &app.options.zone)) ". "
                button type="submit" { "Undo" }
            }
        }
    }
}

fn filter_form(app: &App, filter: &Filter, plan: &Plan, answers: &Answers) -> Markup {
    let all = || answers.decidable(plan);
    let fields: BTreeSet<String> = all().filter_map(|conflict| Some(conflict.field.as_ref()?.to_string())).collect();
    let kinds: BTreeSet<ConflictKind> = all().map(|conflict| conflict.kind).collect();
    let kind = filter.kind.map(ConflictKind::code).unwrap_or_default();
    let age = filter.age.to_string();
    html! {
        form.filter method="get" action=(app.path("conflicts")) role="search" aria-label="Filter conflicts" {
            label { "Find" input type="search" name="q" value=(filter.text) placeholder="name, number, value" autocomplete="off"; }
            label { "Field" select name="field" { (option("", "all", &filter.field)) @for field in &fields { (option(field, field, &filter.field)) } } }
            label { "Cause" select name="kind" { (option("", "all", kind)) @for known in &kinds { (option(known.code(), known.words(), kind)) } } }
            label {
                "Waiting"
                select name="age" {
                    (option("0", "any time", &age)) (option("-1", "less than a day", &age)) (option("1", "a day or more", &age))
                    (option("7", "a week or more", &age)) (option("30", "30 days or more", &age))
                }
            }
            label {
                "Show"
                select name="state" {
                    (option("open", "open", filter.state.code())) (option("decided", "decided", filter.state.code()))
                    (option("all", "all", filter.state.code()))
                }
            }
            button type="submit" { "Filter" }
            @if filter.narrows() || filter.state != State::Open { a href=(app.path("conflicts")) { "Clear" } }
        }
    }
}

/// One choice for those that are ticked, or for all that fit.
fn bulk(app: &App, filter: &Filter, plan: &Plan, fitting: usize, page: usize, kept: &Pairs) -> Markup {
    let titles = default_titles();
    let all = kept.text("scope") == "all";
    let chosen = kept.text("choice");
    html! {
        form.decide #bulk method="post" action=(app.path("conflicts/decide")) aria-label="One choice for many" {
            (app.csrf())
            input type="hidden" name="plan" value=(plan.id);
            input type="hidden" name="back" value=(filter.query(page));
            fieldset {
                legend { "One choice for" }
                label { input type="radio" name="scope" value="ids" checked[!all]; "those ticked " span #ticked {} }
                label { input type="radio" name="scope" value="all" checked[all]; "all " (words::number(fitting as u64)) " that fit the filter" }
                label.js { input #every type="checkbox"; "tick all on this page" }
            }
            label {
                "Choice"
                select #choice name="choice" {
                    (option("", "choose", chosen))
                    @for (code, name) in [
                        ("justcall", titles.justcall.as_str()), ("crm", titles.crm.as_str()), ("value", "own value"),
                        ("clear", "empty the field"), ("skip", "skip until changed"), ("keep apart", "keep apart"),
                    ] { (option(code, name, chosen)) }
                }
            }
            label { "Own value" input #own type="text" name="value" value=(kept.raw("value")) autocomplete="off"; }
            button.main type="submit" { "Store the choice" }
        }
    }
}

/// Which of our runs wrote the field last: whatever differs from that was edited since.
fn last_words(store: &Store, conflict: &Conflict) -> Result<Vec<String>, Trouble> {
    let last = sync::last_writes(store, conflict)?;
    Ok(last.iter().filter_map(|(side, last)| Some(last.as_ref()?.words(side))).collect())
}

fn conflict(app: &App, filter: &Filter, page: usize, row: &Row<'_, '_>, kept: &Pairs, last: &[String]) -> Markup {
    let conflict = row.conflict;
    let key = format!("{}.{}", conflict.id, conflict.check());
    let ticked = kept.all("id").any(|id| id == key);
    let lead = html! {
        input type="checkbox" name="id" value=(key) form="bulk" checked[ticked] aria-label={ "Tick " (safe(&conflict.name)) " " (safe(&conflict.phone)) };
        " "
    };
    let contact = format!("{}?{}", app.path("contact"), crate::ask::query([("phone", conflict.phone.clone())]));
    let hidden = html! {
        (app.csrf())
        input type="hidden" name="scope" value="ids";
        input type="hidden" name="id" value=(key);
        input type="hidden" name="back" value=(filter.query(page));
    };
    let choices = html! {
        @for line in last { p.facts { (safe(line)) } }
        @if let Some(answer) = row.answer {
            form.decision method="post" action=(app.path("conflicts/reopen")) {
                (hidden)
                "Decided, not yet applied: " strong { (chosen(&answer.choice)) } ", by " (safe(&answer.made_by)) " at "
                (words::time(answer.made_at, &app.options.zone)) ". Another answer takes its place. "
                button type="submit" { "Take back" }
            }
        }
        @if let Some(rule) = row.rule {
            p.decision {
                "Decided by the standing rule " code { (rule.id()) } ": " strong { (rule.take.title()) } ". "
                "An answer of its own goes before the rule."
            }
        }
        (answer_list(app, conflict, &hidden))
        p.contact { a href=(contact) { "History of this contact" } }
    };
    card::shell(conflict, &app.page_options(), &lead, &choices)
}

/// Every answer as a button of its own. A value has a form of its own, so that Enter chooses nothing else.
fn answer_list(app: &App, conflict: &Conflict, hidden: &Markup) -> Markup {
    let titles = default_titles();
    let decide = app.path("conflicts/decide");
    html! {
        ul.choices aria-label="Answers" {
            @for answer in answers_of(conflict, &titles) {
                li {
                    form method="post" action=(decide) {
                        (hidden)
                        @if answer.code == "value" {
                            input type="hidden" name="choice" value="value";
                            input type="text" name="value" aria-label="A value of your own" autocomplete="off" required;
                            button type="submit" { (card::label(answer.code, &titles)) }
                        } @else {
                            button type="submit" name="choice" value=(answer.code) { (card::label(answer.code, &titles)) }
                        }
                        span { (safe(&answer.effect)) }
                    }
                }
            }
            @if conflict.for_all { li { (rules::form(app, conflict, hidden)) } }
        }
    }
}

/// A choice in a few words.
pub(super) fn chosen(choice: &Choice) -> String {
    match choice {
        Choice::Take(side) => side.title().to_owned(),
        Choice::Value(value) if value.is_empty() => "empty the field".to_owned(),
        Choice::Value(value) => format!("own value \"{}\"", safe(value)),
        Choice::Skip => "skip until changed".to_owned(),
        Choice::KeepApart => "keep apart".to_owned(),
    }
}
