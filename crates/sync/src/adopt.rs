//! A plan for a state that was lost, or that is new: it links what belongs together and does nothing else. Everything
//! else that would follow waits for the next run, in front of whoever reads this plan.

use crate::error::{Error, Result};
use crate::make_plan::Planned;
use crate::seal::seal;
use model::{ActionKind, Alarm, AlarmKind, BySide, Held, HeldReason, Plan};

impl Planned {
    /// Leaves nothing but links in the plan: equal pairs are linked, differing ones are conflicts, blanks and missing
    /// contacts wait (R12, R13). Meant for a state without links: with some, nothing was lost.
    pub fn adopting(mut self) -> Result<Self> {
        let plan = &mut self.plan;
        links_only(plan);
        plan.alarms.push(losses());
        plan.cost = BySide::default();
        if let Some(fault) = engine::linter::lint(plan).into_iter().next() {
            return Err(Error::Unsound(fault));
        }
        seal(plan)?;
        Ok(self)
    }
}

/// Every write waits; who is who is all that is learned.
fn links_only(plan: &mut Plan) {
    let (writes, links): (Vec<_>, Vec<_>) =
        std::mem::take(&mut plan.actions).into_iter().partition(|action| action.kind.is_write());
    plan.actions = links;
    for action in writes {
        let numbers = plan.summary.side_mut(action.side);
        let from = match action.kind {
            ActionKind::Create => &mut numbers.create,
            ActionKind::Delete => &mut numbers.delete,
            _ => &mut numbers.update,
        };
        *from = from.saturating_sub(1);
        numbers.held += 1;
        plan.held.push(Held {
            side: action.side,
            kind: action.kind,
            record_id: action.record_id,
            phone: action.phone,
            reason: HeldReason::Adopting,
            until: None,
            other_id: action.other_id,
            name: action.name,
            detail: "adopting writes to neither side: the next sync does".to_owned(),
            class: None,
            link: action.link,
        });
    }
}

/// What no second look at the contacts brings back.
fn losses() -> Alarm {
    Alarm {
        kind: AlarmKind::State,
        side: None,
        class: None,
        count: 0,
        limit: 0,
        detail:
            "this state remembers nothing of earlier runs: tombstones are gone (a contact that was deleted on one side \
                 only will be created there again), and so are pending deletions, decisions, who changed a value last, \
                 undo, and whom it was to forget: forget them again before the next sync"
                .to_owned(),
    }
}
