//! A summary as plain text: the file, and the part of an e-mail that every program can show.

use crate::Summary;
use jiff::tz::TimeZone;
use report::words;
use std::fmt::Write as _;

/// Title of the commands that help: whoever reads a mail is elsewhere.
pub(crate) const MORE: &str = "To look closer, where tieline runs";

/// The whole text.
pub(crate) fn text(summary: &Summary) -> String {
    let mut out = format!("{}\n\n{}\n", summary.subject, summary.headline);
    for block in &summary.blocks {
        let _ = write!(out, "\n{}\n", block.title); // writing to a String cannot fail
        for entry in &block.entries {
            let _ = writeln!(out, "- {}", entry.text);
            for contact in &entry.contacts {
                let _ = writeln!(out, "    {contact}");
            }
        }
    }
    if !summary.next.is_empty() {
        let _ = write!(out, "\n{MORE}\n");
        for command in &summary.next {
            let _ = writeln!(out, "- {command}");
        }
    }
    let _ = write!(out, "\n{}\n", origin(summary));
    out
}

/// Which run, and when.
pub(crate) fn origin(summary: &Summary) -> String {
    let at = words::time(summary.at, &TimeZone::UTC);
    summary.run.as_ref().map_or_else(|| at.clone(), |run| format!("Run {run}, {at}"))
}
