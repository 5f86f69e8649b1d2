//! Views for a person at a terminal: plain lines, in colour where asked for. What stands in a contact can neither move
//! the cursor nor hide: every text passes through [`crate::text::safe`].
//!
//! Does not find out whether there is a terminal, how wide it is or which colours it shows, and does not say what to type
//! next: that is the command line's.

mod actions;
mod calls;
mod card;
mod paint;
mod part;
mod plan;
mod runs;
mod sections;
mod values;
mod waiting;

use crate::view::{Part, Titles, default_titles};
pub use calls::{call_totals, calls};
use jiff::tz::TimeZone;
use model::{Conflict, Plan, RunReport};
use paint::Painter;
pub use runs::RunRow;
use std::io::{self, Write};

/// Below this, lines are no longer cut to fit.
pub const NARROWEST: usize = 40;

/// How a view is drawn.
#[derive(Debug, Clone)]
pub struct ViewOptions {
    /// ANSI colours.
    pub color: bool,
    /// Columns; at least [`NARROWEST`] are used.
    pub width: usize,
    /// Rows per section; 0 for all.
    pub limit: usize,
    /// Values as a whole, wrapped where they are long, and every detail of each row.
    pub full: bool,
    /// Of a run's conflicts, only those first seen at this time or later one by one, the others as a number.
    pub new_since: Option<jiff::Timestamp>,
    /// What the sides are called.
    pub titles: Titles,
    /// Where the reader is.
    pub zone: TimeZone,
}

impl Default for ViewOptions {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
            limit: 20,
            full: false,
            new_since: None,
            titles: default_titles(),
            zone: TimeZone::UTC,
        }
    }
}

impl ViewOptions {
    /// How many of `rows` are shown.
    pub(crate) fn shown(&self, rows: usize) -> usize {
        if self.limit == 0 { rows } else { rows.min(self.limit) }
    }
}

/// A whole plan.
pub fn plan(plan: &Plan, options: &ViewOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut painter = Painter::new(options, out);
    plan::draw(plan, &mut painter)?;
    painter.finish()
}

/// The rows of a plan that a reader asked for.
pub fn part(part: &Part, options: &ViewOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut painter = Painter::new(options, out);
    part::draw(part, &mut painter)?;
    painter.finish()
}

/// What a run did.
pub fn run(run: &RunReport, options: &ViewOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut painter = Painter::new(options, out);
    runs::draw(run, &mut painter)?;
    painter.finish()
}

/// Earlier runs, a line each.
pub fn runs(rows: &[RunRow], options: &ViewOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut painter = Painter::new(options, out);
    runs::table(rows, &mut painter)?;
    painter.finish()
}

/// All conflicts, grouped, with how to answer.
pub fn conflicts(conflicts: &[Conflict], options: &ViewOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut painter = Painter::new(options, out);
    waiting::list(conflicts, &mut painter)?;
    painter.finish()
}

/// One conflict with everything that helps to decide it.
pub fn conflict(conflict: &Conflict, options: &ViewOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut painter = Painter::new(options, out);
    card::draw(conflict, &mut painter)?;
    painter.finish()
}
