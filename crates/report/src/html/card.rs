//! One conflict: who, which field, what each side made of it, what each answer does. Readable as it stands; the controls
//! of the file appear where JavaScript runs, those of the review page are that page's own.

use super::PageOptions;
use super::values;
use crate::text;
use crate::view::{Titles, answers, remedy, standing_rule};
use crate::words;
use maud::{Markup, html};
use model::{Conflict, Side};

pub(super) fn card(conflict: &Conflict, options: &PageOptions) -> Markup {
    let choices = html! {
        fieldset {
            legend { "Answers" }
            @for answer in answers(conflict, &options.titles) {
                // The controls are the script's: without it they would be in the way.
                label data-a=(answer.code) {
                    strong { (label(answer.code, &options.titles)) } " " (text::safe(&answer.effect))
                }
            }
        }
        @if let Some(rule) = standing_rule(conflict) { p.rule { "For good: " code { (rule) } } }
    };
    shell(conflict, options, &html! {}, &choices)
}

/// A card around what a view lets a person choose: `lead` stands before the name, `choices` at the end.
pub fn shell(conflict: &Conflict, options: &PageOptions, lead: &Markup, choices: &Markup) -> Markup {
    let id = &conflict.id.0;
    let field = conflict.field.as_ref().map(ToString::to_string).unwrap_or_default();
    html! {
        article.card id=(id) data-check=(conflict.check()) data-field=(field) aria-labelledby={ (id) "-who" } {
            h4 id={ (id) "-who" } {
                (lead)
                (values::name(&conflict.name))
                " " span.phone { (text::safe(&conflict.phone)) }
                @if !field.is_empty() { " " span.field { (field) } }
            }
            @if conflict.field.is_some() { (sides(conflict, options)) }
            @if !conflict.detail.is_empty() { p.detail { (text::safe(&conflict.detail)) } }
            @if !conflict.records.is_empty() {
                ul.members {
                    @for member in &conflict.records {
                        li { (options.titles[member.side]) " " (record(member.side, &member.id, options)) " " (values::name(&member.name)) }
                    }
                }
            }
            p.facts {
                "waits since " (words::time(conflict.since, &options.zone))
                @for (side, id) in [(Side::Justcall, &conflict.justcall_id), (Side::Crm, &conflict.crm_id)] {
                    @if let Some(id) = id { " · " (options.titles[side]) " " (record(side, id, options)) }
                }
                " · " code { (id) }
            }
            @if let Some(text) = remedy(conflict.kind) { p.remedy { (text) } }
            (choices)
        }
    }
}

/// The id of a record; a link where it has a page of its own.
fn record(side: Side, id: &str, options: &PageOptions) -> Markup {
    let shown = html! { code { (text::safe(&words::record_id(id))) } };
    html! {
        @if let Some(page) = &options.pages[side] {
            a href=(page.of(id)) target="_blank" rel="noopener noreferrer" { (shown) }
        } @else { (shown) }
    }
}

/// What an answer is called.
pub fn label(code: &str, titles: &Titles) -> String {
    match code {
        "justcall" => titles.justcall.clone(),
        "crm" => titles.crm.clone(),
        "value" => "Own value".to_owned(),
        "skip" => "Skip".to_owned(),
        _ => "Keep apart".to_owned(),
    }
}

fn sides(conflict: &Conflict, options: &PageOptions) -> Markup {
    let base = conflict.base.as_deref();
    html! {
        table.sides {
            tbody {
                tr {
                    th scope="row" { "Last agreed" }
                    td { @if base.is_some() { (values::value(base)) } @else { span.none { "(never)" } } }
                }
                @for side in Side::BOTH {
                    tr {
                        th scope="row" { (options.titles[side]) }
                        td {
                            @if base.is_some() { (values::change(base, conflict.value(side).as_deref())) }
                            @else { (values::value(conflict.value(side).as_deref())) }
                            @if let Some(words) = words::set(conflict, side, &options.zone) {
                                div.detail { (text::safe(&words)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
