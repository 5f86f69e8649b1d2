//! Which of our own runs last wrote a contested field, side by side: whatever differs from that was edited there since.
//! Reads the journal; decides nothing.

use jiff::Timestamp;
use model::{ActionKind, BySide, Conflict, Outcome, RunId, Side};
use serde::Serialize;
use store::{JournalFilter, Store};

/// One value that a run set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastWrite {
    /// The run.
    pub run: RunId,
    /// When.
    pub at: Timestamp,
    /// What it set.
    pub value: String,
    /// The side holds another value now.
    pub edited_since: bool,
}

/// The last write of the conflict's field on each side; none where no run wrote it, or the journal no longer says.
pub fn last_writes(store: &Store, conflict: &Conflict) -> store::Result<BySide<Option<LastWrite>>> {
    let mut last = BySide::default();
    let (Some(field), Some(link)) = (&conflict.field, conflict.link) else { return Ok(last) };
    for entry in store.journal(&JournalFilter { link: Some(link), ..JournalFilter::default() })? {
        let (Some(intent), Some((at, Outcome::Done { .. }))) = (entry.intent, entry.outcome) else { continue };
        let change = intent.changes.into_iter().find(|change| change.field == *field);
        let Some(change) = change.filter(|_| intent.kind != ActionKind::Delete) else { continue };
        let now = conflict.value(intent.side);
        let edited_since = now.as_ref() != Some(&change.after);
        last[intent.side] = Some(LastWrite { run: entry.run, at, value: change.after, edited_since });
    }
    Ok(last)
}

impl LastWrite {
    /// In words: `JustCall: last set by run r1 on 2026-11-21, edited there since`.
    pub fn words(&self, side: Side) -> String {
        let since = if self.edited_since { ", edited there since" } else { ", and still so" };
        format!("{}: last set by run {} on {}{since}", side.title(), self.run, self.at.strftime("%Y-%m-%d"))
    }
}
