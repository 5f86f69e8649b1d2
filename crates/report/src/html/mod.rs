//! A plan or a run as one HTML file: opens anywhere, sends nothing anywhere, prints, reads without JavaScript. With it,
//! conflicts can be filtered and decided, and the decisions downloaded as the file that `conflicts import` reads.
//!
//! Everything that stands in a contact is text here: `maud` escapes it, [`crate::text::safe`] shows what hides, and the
//! page's own policy lets nothing else run.

mod calls;
pub mod card;
pub mod chart;
pub mod sections;
pub mod values;

pub use calls::calls;

use crate::terminal::RunRow;
use crate::view::{self, PlanView, RecordPages, Titles, Waiting, default_titles};
use crate::words;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use model::{Plan, RunReport};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// How pages look; the review page adds to it.
pub const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Names a style or a script to a browser, so that a page's policy lets it work and no other.
pub fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// What a browser is told to allow: this style, this script, and nothing from anywhere.
fn policy() -> String {
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    format!("default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'")
}

/// How a page is made.
#[derive(Debug, Clone)]
pub struct PageOptions {
    /// What the sides are called.
    pub titles: Titles,
    /// Where the reader is.
    pub zone: TimeZone,
    /// Rows of a section of changes or skipped records; conflicts are all there.
    pub limit: usize,
    /// Earlier runs, the latest first; none for no chart.
    pub runs: Vec<RunRow>,
    /// Where the records have pages of their own.
    pub pages: RecordPages,
}

impl Default for PageOptions {
    fn default() -> Self {
        Self {
            titles: default_titles(),
            zone: TimeZone::UTC,
            limit: 1_000,
            runs: Vec::new(),
            pages: RecordPages::default(),
        }
    }
}

/// A part of the page, for its table of contents.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub body: Markup,
}

impl Section {
    /// As it stands on a page.
    pub fn draw(&self) -> Markup {
        html! {
            section id=(self.id) aria-labelledby={ (self.id) "-title" } {
                h2 id={ (self.id) "-title" } { (self.title) }
                (self.body)
            }
        }
    }
}

/// A whole plan.
pub fn plan(plan: &Plan, options: &PageOptions, out: &mut dyn Write) -> io::Result<()> {
    let view = PlanView::new(plan, &options.titles);
    let mut parts = Vec::new();
    parts.extend(sections::alarms(&plan.alarms));
    parts.extend(sections::needs_you(&view.waiting, options));
    parts.extend(sections::changes(&view, options));
    parts.extend(sections::later(&view.waiting, options));
    parts.extend(sections::skipped(&view.skipped, options));
    parts.push(sections::totals(&view.totals, &options.titles));
    parts.push(sections::cost(&view, options));
    parts.extend(chart::history(&options.runs, options));
    let made = words::time(plan.created_at, &options.zone);
    let facts = [
        ("Plan", plan.id.0.clone()),
        ("Both sides read", made),
        ("State", format!("{}, serial {}", plan.binding.lineage, plan.state_serial)),
        ("Configuration", plan.binding.config.clone()),
    ];
    write(&page(&view.headline, "Plan", &parts, &facts), out)
}

/// What a run did.
pub fn run(run: &RunReport, options: &PageOptions, out: &mut dyn Write) -> io::Result<()> {
    let waiting = Waiting::new(&run.conflicts, &run.held, &options.titles);
    let mut parts = Vec::new();
    parts.extend(sections::error(run));
    parts.extend(sections::alarms(&run.alarms));
    parts.extend(sections::needs_you(&waiting, options));
    parts.extend(sections::misses(run, options));
    parts.extend(sections::later(&waiting, options));
    parts.push(sections::written(run, options));
    parts.extend(chart::history(&options.runs, options));
    let plan = run.plan.as_ref().map_or_else(String::new, |plan| plan.0.clone());
    let facts = [("Run", run.run.0.clone()), ("Plan", plan), ("Took", words::duration(run.seconds))];
    write(&page(&view::run_headline(run, &options.titles), "Run", &parts, &facts), out)
}

fn write(page: &Markup, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page.0.as_bytes())
}

fn page(headline: &str, what: &str, parts: &[Section], facts: &[(&str, String)]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { "tieline: " (headline) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the report" }
                header {
                    p.what { "tieline · " (what) }
                    h1 { (headline) }
                }
                nav aria-label="Sections" {
                    ul { @for part in parts { li { a href={ "#" (part.id) } { (part.title) } } } }
                }
                main id="main" tabindex="-1" {
                    @for part in parts { (part.draw()) }
                }
                footer {
                    dl {
                        @for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
                            div { dt { (name) } dd { (value) } }
                        }
                    }
                    p { "This file holds personal data and sends nothing anywhere." }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}
