//! Earlier runs as bars: what they wrote, what they left waiting. Numbers beside it, for those who cannot see bars.

use super::{PageOptions, Section};
use crate::terminal::RunRow;
use crate::words;
use maud::{Markup, html};
use model::Side;

const HEIGHT: u64 = 60;
const BAR: u64 = 10;

/// The latest runs, the oldest on the left; nothing for fewer than two.
pub fn history(runs: &[RunRow], options: &PageOptions) -> Option<Section> {
    let rows: Vec<&RunRow> = runs.iter().take(30).rev().collect();
    let body = html! {
        figure {
            figcaption { "Records written" }
            (bars(&rows.iter().map(|row| writes(row)).collect::<Vec<_>>(), "Records written per run"))
        }
        figure {
            figcaption { "Left waiting" }
            (bars(&rows.iter().map(|row| row.waiting).collect::<Vec<_>>(), "Conflicts and held changes left per run"))
        }
        details {
            summary { "As numbers" }
            table.numbers {
                thead { tr { th scope="col" { "Run" } th scope="col" { "When" } th scope="col" { "Outcome" } th scope="col" { "Written" } th scope="col" { "Waiting" } } }
                tbody {
                    @for row in rows.iter().rev() {
                        tr {
                            th scope="row" { (row.run) }
                            td { (words::time(row.at, &options.zone)) }
                            td { (crate::text::safe(&row.outcome_words())) }
                            td { (words::number(writes(row))) }
                            td { (words::number(row.waiting)) }
                        }
                    }
                }
            }
        }
    };
    (rows.len() > 1).then_some(Section { id: "history", title: "Runs".to_owned(), body })
}

fn writes(row: &RunRow) -> u64 {
    Side::BOTH.map(|side| &row.applied[side]).iter().map(|side| side.create + side.update + side.delete).sum()
}

pub(super) fn bars(values: &[u64], title: &str) -> Markup {
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let width = values.len() as u64 * (BAR + 2);
    html! {
        svg viewBox={ "0 0 " (width) " " (HEIGHT) } width=(width) height=(HEIGHT) role="img"
            aria-label={ (title) ", the highest " (words::number(most)) } {
            @for (at, value) in (0u64..).zip(values) {
                @let height = (value * HEIGHT).div_ceil(most);
                rect x=(at * (BAR + 2)) y=(HEIGHT - height) width=(BAR) height=(height) {}
            }
        }
    }
}
