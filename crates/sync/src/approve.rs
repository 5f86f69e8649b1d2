//! A saved plan with approvals given afterwards: what a guard withheld then goes through now, up to the approved
//! number; everything else stays exactly as it was shown.

use crate::changes;
use crate::error::Result;
use crate::make_plan::Planned;
use crate::session::Session;
use model::{Action, Plan};

impl Session<'_> {
    /// Plans anew with the session's approvals, and keeps of that plan what the saved one holds already or what one of
    /// its guards withheld. Planned actions that no longer follow are stale.
    pub async fn revalidate_with_approvals(&mut self, saved: Plan) -> Result<Planned> {
        self.check_plan(&saved).await?;
        self.settle_before(&saved).await?;
        let mut planned = self.plan_to_apply().await?;
        let approved: Vec<&str> = self.approvals.keys().map(|class| class.name()).collect();
        planned.plan.actions.retain(|action| {
            !action.kind.is_write()
                || saved.actions.iter().any(|known| is_same(known, action))
                || was_withheld(&saved, action, &approved)
        });
        let gone = saved
            .actions
            .iter()
            .filter(|known| known.kind.is_write() && !planned.plan.actions.iter().any(|action| is_same(known, action)));
        planned.stale =
            gone.map(|action| changes::stale(action, "no longer follows from what both sides hold")).collect();
        // The saved plan is the one that is used up.
        planned.plan.id = saved.id;
        planned.plan.state_serial = saved.state_serial;
        Ok(planned)
    }
}

fn is_same(a: &Action, b: &Action) -> bool {
    (a.side, a.kind, &a.record_id, &a.other_id, &a.phone, &a.changes)
        == (b.side, b.kind, &b.record_id, &b.other_id, &b.phone, &b.changes)
}

fn was_withheld(saved: &Plan, action: &Action, approved: &[&str]) -> bool {
    saved.held.iter().any(|held| {
        held.class.as_deref().is_some_and(|class| approved.contains(&class))
            && (held.side, held.kind, &held.record_id, &held.phone)
                == (action.side, action.kind, &action.record_id, &action.phone)
    })
}
