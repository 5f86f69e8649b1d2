//! What every page looks like: head, navigation, notices, paging.

use crate::app::App;
use crate::jobs::Trouble;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use report::words;

const OWN_STYLE: &str = include_str!("review.css");
/// Small helps where JavaScript runs; nothing needs it.
pub(crate) const SCRIPT: &str = include_str!("review.js");

/// The pages, in the order in which a person needs them.
const PAGES: [(&str, &str); 8] = [
    ("overview", "Overview"),
    ("conflicts", "Conflicts"),
    ("held", "Held"),
    ("plan", "Plan"),
    ("apply", "Apply"),
    ("contact", "Contact"),
    ("quality", "Quality"),
    ("runs", "Runs"),
];

/// The look of the reports, and what a page of forms needs in addition.
pub(crate) fn style() -> String {
    format!("{}{OWN_STYLE}", report::html::STYLE)
}

/// A page for those inside.
pub(crate) fn page(app: &App, current: &str, title: &str, body: &Markup) -> Markup {
    let inside = html! {
        a.skip href="#main" { "Skip to the page" }
        header {
            p.what { "tieline · review" }
            nav aria-label="Pages" {
                ul {
                    @for (path, name) in PAGES {
                        li { a href=(app.path(path)) aria-current=[(path == current).then_some("page")] { (name) } }
                    }
                }
            }
        }
        main id="main" tabindex="-1" {
            @if let Some(owner) = app.busy().filter(|_| title != ELSEWHERE) {
                p.notice role="status" {
                    strong { "A run is under way elsewhere: " } (report::text::safe(&owner)) ". "
                    "You can decide meanwhile: what you choose is stored, and the next plan carries it out. "
                    a href=(app.path("elsewhere")) { "See how far it is" }
                }
            }
            @if app.work.is_running() && title != "Under way" {
                p.notice role="status" { strong { "Work is under way. " } a href=(app.path("work")) { "See how far it is" } }
            }
            (body)
        }
        footer {
            p {
                "State " code { (app.jobs.state().display()) } ". Deciding stores answers and writes to neither side; "
                "only " a href=(app.path("apply")) { "Apply" } " writes, after you confirmed a plan."
            }
        }
    };
    document(title, &inside)
}

/// A page without navigation, for those who are not inside.
pub(crate) fn bare(title: &str, body: &Markup) -> Markup {
    document(title, &html! { main id="main" { (body) } })
}

/// For those who have no cookie: no word about what is here.
pub(crate) fn stranger(path: &str) -> Markup {
    let body = html! {
        h1 { "Not open" }
        p { "Open the address that " code { "tieline review" } " printed when it was started." }
        // Browsers keep a fresh cookie back when a link of another site led here.
        p { "If you just did: " a href=(path) { "go on" } "." }
    };
    bare("Not open", &body)
}

fn document(title: &str, inside: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · tieline" }
                style { (PreEscaped(style())) }
            }
            body {
                (inside)
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// Why something could not be done.
pub(crate) fn trouble(trouble: &Trouble) -> Markup {
    html! {
        div.notice.bad role="alert" {
            p { (report::text::safe(&trouble.message)) }
            @if let Some(hint) = &trouble.hint { p { "What to do: " (report::text::safe(hint)) } }
        }
    }
}

/// What the last step on this page came to.
pub(crate) fn told(app: &App, page: &str) -> Markup {
    let Ok(past) = app.past.lock() else { return html! {} };
    html! {
        @if let Some(told) = past.told(page) {
            div.notice role="status" {
                p { (report::text::safe(&told.text)) }
                (told_of("not stored", &told.refused))
                (told_of("earlier answers replaced", &told.replaced))
            }
        }
    }
}

/// Conflicts with something to say about each.
fn told_of(what: &str, list: &[(String, String)]) -> Markup {
    html! {
        @if !list.is_empty() {
            details open[list.len() <= 5] {
                summary { (words::number(list.len() as u64)) " " (what) }
                ul { @for (id, why) in list.iter().take(NAMED) { li { code { (report::text::safe(id)) } ": " (report::text::safe(why)) } } }
            }
        }
    }
}

/// Title of the page about a run elsewhere.
pub(crate) const ELSEWHERE: &str = "Under way elsewhere";
/// Conflicts that are named one by one.
const NAMED: usize = 100;
/// Rows on one page.
pub(crate) const PER_PAGE: usize = 50;

/// Which rows a page shows, counted from 1; a page beyond the end is the last.
pub(crate) fn slice(page: u64, rows: usize) -> (usize, std::ops::Range<usize>) {
    let pages = rows.div_ceil(PER_PAGE).max(1);
    let page = usize::try_from(page).unwrap_or(usize::MAX).clamp(1, pages);
    let start = (page - 1) * PER_PAGE;
    (page, start..rows.min(start + PER_PAGE))
}

/// Links to the pages of a long list.
pub(crate) fn pager(page: usize, rows: usize, link: impl Fn(usize) -> String) -> Markup {
    let pages = rows.div_ceil(PER_PAGE);
    html! {
        @if pages > 1 {
            nav.pager aria-label="Pages of the list" {
                @if page > 1 { a href=(link(page - 1)) rel="prev" { "← Previous" } }
                span { "Page " (words::number(page as u64)) " of " (words::number(pages as u64)) }
                @if page < pages { a href=(link(page + 1)) rel="next" { "Next →" } }
            }
        }
    }
}

/// One choice of a list, chosen or not.
pub(crate) fn option(value: &str, label: &str, chosen: &str) -> Markup {
    html! { option value=(value) selected[value == chosen] { (label) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_always_one_that_exists() {
        assert_eq!(slice(0, 0), (1, 0..0));
        assert_eq!(slice(1, 120), (1, 0..50));
        assert_eq!(slice(3, 120), (3, 100..120));
        assert_eq!(slice(u64::MAX, 120), (3, 100..120));
    }
}
