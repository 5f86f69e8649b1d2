//! The actions of a plan as a table: filtered, in pages, with ticks to leave some out. The plan's own page and the one that
//! confirms it show it.

use crate::app::App;
use crate::ask::{Pairs, query};
use crate::layout::{self, option, pager};
use maud::{Markup, html};
use model::{Action, Exclusion, Plan, Rule, Side};
use report::html::{sections, values};
use report::text::safe;
use report::view::{changes, default_titles};
use report::words;

/// What people left out.
pub(crate) struct Out<'a> {
    /// Those that are out.
    pub(crate) known: &'a [Exclusion],
    /// More can be: the plan was not applied.
    pub(crate) is_open: bool,
}

/// Which actions a person wants to see.
pub(crate) struct Wanted {
    text: String,
    side: String,
    kind: String,
    page: u64,
}

impl Wanted {
    pub(crate) fn read(pairs: &Pairs) -> Self {
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

/// The actions of a plan: a filter, a page of rows, ticks to leave some out of the next plans.
pub(crate) fn table(app: &App, plan: &Plan, wanted: &Wanted, path: &str, out: &Out<'_>) -> Markup {
    let titles = default_titles();
    // In the order of the reports: what can hurt comes first.
    let groups = changes(&plan.actions, &titles);
    let rows: Vec<&Action> =
        groups.into_iter().flat_map(|group| group.rows).filter(|action| wanted.fits(action)).collect();
    let (page, shown) = layout::slice(wanted.page, rows.len());
    let pages = pager(page, rows.len(), |page| format!("{}?{}", app.path(path), wanted.query(page)));
    let ticks = out.is_open && rows[shown.clone()].iter().any(|action| may_be_left_out(plan, action));
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
                            tbody { @for action in &rows[shown] { (row(app, action, out.known, ticks.then(|| may_be_left_out(plan, action)))) } }
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
