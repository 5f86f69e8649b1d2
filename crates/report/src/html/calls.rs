//! What calls come to, as a page with bars.

use super::chart::bars;
use super::{PageOptions, Section, page, write};
use crate::calls::{CallTotals, Tally};
use crate::{text, words};
use maud::{Markup, html};
use std::io::{self, Write};

/// Days that are drawn as bars; the numbers show all.
const DRAWN: usize = 90;

/// The page. `span`: which days, in words.
pub fn calls(totals: &CallTotals, span: &str, options: &PageOptions, out: &mut dyn Write) -> io::Result<()> {
    let named = |name: &str, nobody: &str| if name.is_empty() { nobody.to_owned() } else { name.to_owned() };
    let agents: Vec<_> = totals.by_agent.iter().map(|(name, tally)| (named(name, "(nobody)"), *tally)).collect();
    let days: Vec<_> = totals.by_day.iter().map(|(day, tally)| (day.to_string(), *tally)).collect();
    let hours: Vec<_> =
        (0..24).map(|hour| (format!("{hour:02}:00"), totals.by_hour.get(&hour).copied().unwrap_or_default())).collect();
    let mut ends: Vec<_> = totals.by_disposition.iter().map(|(name, tally)| (named(name, "(none)"), *tally)).collect();
    ends.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.calls));
    let mut parts = vec![
        Section {
            id: "days",
            title: "By day".to_owned(),
            body: charted("Calls per day", "Missed per day", &days, true),
        },
        Section {
            id: "hours",
            title: "By hour".to_owned(),
            body: charted("Calls per hour", "Missed per hour", &hours, true),
        },
        Section {
            id: "agents",
            title: "By agent".to_owned(),
            body: charted("Calls per agent", "Missed per agent", &agents, false),
        },
        Section {
            id: "ends",
            title: "By disposition".to_owned(),
            body: charted("Calls per disposition", "", &ends, false),
        },
    ];
    parts.insert(0, waiting(totals, options));
    let total = &totals.total;
    let headline = format!(
        "{}: {} talked, {} missed, {} not called back",
        words::count(total.calls, "call"),
        words::number(total.completed),
        words::number(total.missed),
        words::number(totals.not_called_back.len() as u64),
    );
    let facts = [("Days", span.to_owned()), ("Talk", words::duration(total.talk_seconds as f64))];
    write(&page(&headline, "Calls", &parts, &facts), out)
}

fn waiting(totals: &CallTotals, options: &PageOptions) -> Section {
    let rows = &totals.not_called_back;
    let body = html! {
        @if rows.is_empty() {
            p { "Everybody who called and was missed has been called back." }
        } @else {
            div.scroll {
                table {
                    thead { tr { th scope="col" { "Number" } th scope="col" { "Contact" } th scope="col" { "Calls" } th scope="col" { "Last" } } }
                    tbody {
                        @for one in rows.iter().take(options.limit) {
                            tr {
                                th.phone scope="row" { (one.number) }
                                td { bdi { (text::safe(one.contact.as_deref().unwrap_or_default())) } }
                                td { (words::number(one.calls)) }
                                td { (words::time(one.last_at, &options.zone)) }
                            }
                        }
                    }
                }
            }
            @if rows.len() > options.limit { p.more { "and " (words::number((rows.len() - options.limit) as u64)) " more" } }
        }
    };
    Section { id: "waiting", title: format!("Missed and not called back ({})", rows.len()), body }
}

/// Bars, and the numbers behind them.
fn charted(calls: &str, missed: &str, rows: &[(String, Tally)], fold: bool) -> Markup {
    let latest = &rows[rows.len().saturating_sub(DRAWN)..];
    let values = |pick: fn(&Tally) -> u64| latest.iter().map(|(_, tally)| pick(tally)).collect::<Vec<_>>();
    html! {
        figure { figcaption { (calls) } (bars(&values(|tally| tally.calls), calls)) }
        @if !missed.is_empty() {
            figure { figcaption { (missed) } (bars(&values(|tally| tally.missed), missed)) }
        }
        @if fold { details { summary { "As numbers" } (numbers(rows)) } } @else { (numbers(rows)) }
    }
}

fn numbers(rows: &[(String, Tally)]) -> Markup {
    html! {
        div.scroll {
            table.numbers {
                thead { tr {
                    th scope="col" { "" }
                    @for name in ["Calls", "Inbound", "Outbound", "Talked", "Missed", "Talk"] { th scope="col" { (name) } }
                } }
                tbody {
                    @for (name, tally) in rows {
                        tr {
                            th scope="row" { bdi { (text::safe(name)) } }
                            @for count in [tally.calls, tally.inbound, tally.outbound, tally.completed, tally.missed] {
                                td { (words::number(count)) }
                            }
                            td { (words::duration(tally.talk_seconds as f64)) }
                        }
                    }
                }
            }
        }
    }
}
