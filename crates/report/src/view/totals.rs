//! The table that accounts for every record of both sides. It adds up the plan's own numbers and says when they do not
//! meet; it does not repair them.

use model::{ActionKind, BySide, Plan, Side};

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalRow {
    /// What is counted.
    pub label: &'static str,
    /// How many on each side.
    pub counts: BySide<u64>,
}

/// Records considered, by what becomes of them; and what comes in addition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Every listed record is in exactly one of these.
    pub parts: Vec<TotalRow>,
    /// Records considered.
    pub records: BySide<u64>,
    /// New records, planned and held: not among those listed.
    pub extra: Vec<TotalRow>,
}

impl Totals {
    /// Counts from the plan's summary.
    pub fn of(plan: &Plan) -> Self {
        let numbers = |pick: fn(&model::SideSummary) -> u64| BySide::from_fn(|side| pick(plan.summary.side(side)));
        // A held creation is counted as held although no record exists yet.
        let held_creates = BySide::from_fn(|side: Side| {
            let creates = |held: &&model::Held| held.side == side && held.kind == ActionKind::Create;
            plan.held.iter().filter(creates).count() as u64
        });
        let held = BySide::from_fn(|side| plan.summary.side(side).held.saturating_sub(held_creates[side]));
        let row = |label, counts| TotalRow { label, counts };
        let mut extra = vec![row("create", numbers(|side| side.create))];
        if held_creates != BySide::default() {
            extra.push(row("create, held", held_creates));
        }
        Self {
            parts: vec![
                row("update", numbers(|side| side.update)),
                row("delete", numbers(|side| side.delete)),
                row("unchanged", numbers(|side| side.unchanged)),
                row("conflict", numbers(|side| side.conflict)),
                row("held", held),
                row("skipped", numbers(|side| side.skipped)),
            ],
            records: numbers(|side| side.records),
            extra,
        }
    }

    /// Whether a side's parts make up its records.
    pub fn adds_up(&self, side: Side) -> bool {
        self.parts.iter().map(|row| row.counts[side]).sum::<u64>() == self.records[side]
    }
}
