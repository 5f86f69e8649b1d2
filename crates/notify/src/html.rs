//! A summary as the HTML part of an e-mail: a heading, lists and a table, styled in place, since mail programs drop most
//! of the rest. Everything that stands in it is escaped by `maud`.

use crate::{Summary, text};
use maud::{DOCTYPE, PreEscaped, html};
use report::html::sections::written_table;
use report::view::default_titles;

const BODY: &str = "font-family:sans-serif;font-size:15px;line-height:1.45;color:#1a1a1a;max-width:640px";
/// Of use where a mail program keeps it; the table reads without, too.
const TABLE: &str = "th,td{padding:2px 12px 2px 0;text-align:right}";
const SMALL: &str = "color:#595959;font-size:13px";

/// The whole page.
pub(crate) fn html(summary: &Summary) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (summary.subject) } style { (PreEscaped(TABLE)) } }
            body style=(BODY) {
                p style=(SMALL) { "tieline · " (summary.told.condition.words()) }
                h1 style="font-size:20px" { (summary.headline) }
                @for block in &summary.blocks {
                    h2 style="font-size:16px" { (block.title) }
                    ul {
                        @for entry in &block.entries {
                            li {
                                (entry.text)
                                @if !entry.contacts.is_empty() { ul { @for contact in &entry.contacts { li { (contact) } } } }
                            }
                        }
                    }
                }
                @if let Some(written) = &summary.written {
                    h2 style="font-size:16px" { "Written" }
                    (written_table(&written.applied, written.requests, &default_titles()))
                }
                @if !summary.next.is_empty() {
                    h2 style="font-size:16px" { (text::MORE) }
                    ul { @for command in &summary.next { li { code { (command) } } } }
                }
                p style=(SMALL) { (text::origin(summary)) }
            }
        }
    };
    page.into_string()
}
