//! The plan that takes an earlier run back: what the journal kept of its writes, handed to the engine.
//!
//! Applying it is the same as with any plan; nothing here writes.

use crate::error::Result;
use crate::make_plan::{Planned, Purpose};
use crate::session::Session;
use engine::Input;
use engine::undoer::{self, Past};
use model::{ActionKind, Alarm, AlarmKind, Outcome, Plan, RunId};
use store::{JournalEntry, JournalFilter};

/// What the journal kept of one run.
pub(crate) struct PastRun {
    run: RunId,
    writes: Vec<Past>,
    /// Writes of which nothing is kept, since a person's data was erased.
    erased: u64,
}

impl PastRun {
    /// The plan that takes it back.
    pub(crate) fn plan(&self, input: &Input<'_>) -> Plan {
        let mut plan = undoer::undo(input, &self.run, &self.writes);
        if self.erased > 0 {
            let detail = format!("{} writes of that run were erased on request and cannot be undone", self.erased);
            let (kind, count) = (AlarmKind::State, self.erased);
            plan.alarms.push(Alarm { kind, side: None, class: None, count, limit: 0, detail });
        }
        plan
    }
}

impl Session<'_> {
    /// A plan that takes back what a run wrote. Makes no mutating call and changes no state.
    ///
    /// # Errors
    /// Like [`Session::plan`].
    pub async fn plan_undo(&mut self, run: &RunId) -> Result<Planned> {
        self.make_plan(Purpose::Undo { run, recover: false }).await
    }

    /// Like [`Session::plan_undo`], for applying it at once: first settles what an interrupted run left.
    ///
    /// # Errors
    /// Like [`Session::plan_for_run`].
    pub async fn plan_undo_for_run(&mut self, run: &RunId) -> Result<Planned> {
        self.make_plan(Purpose::Undo { run, recover: true }).await
    }

    /// The writes of a run that landed, oldest first.
    pub(crate) fn past(&self, run: &RunId) -> Result<PastRun> {
        let filter = JournalFilter { run: Some(run.clone()), ..JournalFilter::default() };
        let entries = self.store.journal(&filter)?;
        let erased = entries.iter().filter(|entry| entry.intent.is_none()).count() as u64;
        let writes = entries.into_iter().filter_map(landed).collect();
        Ok(PastRun { run: run.clone(), writes, erased })
    }
}

fn landed(entry: JournalEntry) -> Option<Past> {
    let (at, Outcome::Done { id }) = entry.outcome? else { return None };
    let intent = entry.intent?;
    // A row number is a place, not a name: such records are found by their number.
    let own = intent.record_id.filter(|_| intent.before.as_ref().is_some_and(|record| record.native_id));
    let other = intent.other_id.filter(|_| intent.other.as_ref().is_none_or(|record| record.native_id));
    Some(Past {
        side: intent.side,
        kind: intent.kind,
        record_id: if intent.kind == ActionKind::Create { id } else { own },
        other_id: other,
        phone: intent.phone,
        name: intent.name,
        changes: intent.changes,
        at,
    })
}
