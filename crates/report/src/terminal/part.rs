//! What a reader asked for of a plan: rows alone, without the sums of the whole.

use super::paint::{Line, Painter, Tone};
use super::{actions, plan, waiting};
use crate::view::{Part, Waiting, changes, skipped};
use std::io;

pub(crate) fn draw(part: &Part, painter: &mut Painter<'_>) -> io::Result<()> {
    painter.wrapped(&Line::new().put(&part.headline(), Tone::Strong), 2)?;
    let titles = painter.options.titles.clone();
    for group in &changes(&part.actions, &titles) {
        actions::group(group, painter)?;
    }
    waiting::draw(&Waiting::new(&part.conflicts, &part.held, &titles), painter)?;
    plan::skipped(&skipped(&part.skipped, &titles), painter)
}
