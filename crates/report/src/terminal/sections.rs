//! Parts that views of plans and runs share: alarms, the line for what is not shown, tables of numbers.

use super::paint::{Line, Painter, Tone};
use crate::text;
use crate::words;
use model::{Alarm, BySide, Side};
use std::io;

/// Every alarm as a whole: it says what to do about it.
pub(crate) fn alarms(alarms: &[Alarm], painter: &mut Painter<'_>) -> io::Result<()> {
    if alarms.is_empty() {
        return Ok(());
    }
    painter.heading(&words::count(alarms.len() as u64, "alarm"))?;
    for alarm in alarms {
        let what = alarm.class.as_ref().map_or_else(
            || words::alarm(alarm.kind).to_owned(),
            |class| format!("{}, {}", words::alarm(alarm.kind), class.replace('_', " ")),
        );
        let line = Line::new().put(&format!("  ! {what}: {}", alarm.detail), Tone::Bad);
        painter.wrapped(&line, 4)?;
    }
    Ok(())
}

/// `… and 12 more`, where rows are left out.
pub(crate) fn more(rows: usize, shown: usize, indent: usize, painter: &mut Painter<'_>) -> io::Result<()> {
    if shown >= rows {
        return Ok(());
    }
    let rest = words::number((rows - shown) as u64);
    painter.line(&Line::indented(indent).put(&format!("… and {rest} more"), Tone::Dim))
}

/// Widths for a table of numbers: two columns of figures behind a label.
pub(crate) struct Columns {
    label: usize,
    side: BySide<usize>,
}

impl Columns {
    /// Titles of any length fit; the figures always do.
    pub(crate) fn new(titles: &BySide<String>, label: usize, width: usize) -> Self {
        let room = width.saturating_sub(label + 6) / 2;
        let side = BySide::from_fn(|side| text::columns(&text::safe(&titles[side])).clamp(9, room.max(9)));
        Self { label, side }
    }

    pub(crate) fn titles(&self, titles: &BySide<String>) -> Line {
        let mut line = Line::indented(2 + self.label);
        for side in Side::BOTH {
            let title = text::safe(&titles[side]);
            line.add(&format!("  {}", right(&text::fit(&title, self.side[side]), self.side[side])), Tone::Dim);
        }
        line
    }

    pub(crate) fn row(&self, label: &str, counts: BySide<u64>, tone: Tone) -> Line {
        let mut line = Line::indented(2).put(&text::column(label, self.label), tone);
        for side in Side::BOTH {
            let tone = if counts[side] == 0 { Tone::Dim } else { tone };
            line.add(&format!("  {}", right(&words::number(counts[side]), self.side[side])), tone);
        }
        line
    }

    pub(crate) fn rule(&self) -> Line {
        Line::indented(2).put(&"─".repeat(self.label + self.side.justcall + self.side.crm + 4), Tone::Dim)
    }
}

fn right(text: &str, room: usize) -> String {
    let blanks = room.saturating_sub(text::columns(text));
    format!("{}{text}", " ".repeat(blanks))
}
