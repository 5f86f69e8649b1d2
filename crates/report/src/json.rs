//! Plans, runs and conflicts as JSON for programs. Keys come in the order of the types, so equal values give equal
//! bytes. Values are carried as they are: escaping for people is the terminal view's.

use model::{Conflict, Plan, RunReport};
use serde::Serialize;
use std::io::{self, BufWriter, Write};

/// How the JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// Two spaces a level.
    #[default]
    Pretty,
    /// One line.
    Compact,
}

/// `tieline-plan/1`.
pub fn plan(plan: &Plan, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    write(plan, layout, out)
}

/// `tieline-run/1`.
pub fn run(run: &RunReport, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    write(run, layout, out)
}

/// `{"conflicts":[…]}`, as in a plan.
pub fn conflicts(conflicts: &[Conflict], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Envelope<'a> {
        conflicts: &'a [Conflict],
    }
    write(&Envelope { conflicts }, layout, out)
}

/// Any other value, laid out alike and with a line end behind it.
pub fn write<T: Serialize + ?Sized>(value: &T, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    match layout {
        Layout::Pretty => serde_json::to_writer_pretty(&mut out, value)?,
        Layout::Compact => serde_json::to_writer(&mut out, value)?,
    }
    out.write_all(b"\n")?;
    out.flush()
}
