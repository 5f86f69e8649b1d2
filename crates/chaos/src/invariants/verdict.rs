//! What a run says about itself: every planned write is accounted for (I9), the outcome fits what happened (L15), and a
//! plan is good once (I10).

use super::Scene;
use crate::checks::Checks;
use model::{Applied, RunOutcome, Side};

pub(crate) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    let Some(told) = scene.told else { return };
    let report = &told.report;
    checks.that("I10", told.again.is_ok(), || "a plan was applied twice".to_owned());
    for side in Side::BOTH {
        let planned = told.plan.actions.iter().filter(|action| action.side == side && action.kind.is_write()).count();
        let Applied { create, update, delete } = report.applied[side];
        let failed = report.failed.iter().filter(|failed| failed.side == side).count();
        let stale = report.stale.iter().filter(|stale| stale.side == side).count();
        let ended = usize::try_from(create + update + delete).unwrap() + failed + stale;
        let whole = told.stopped.is_none() && report.error.is_none() && !scene.kept;
        checks.that("I9", !whole || ended == planned, || {
            format!("{side}: {planned} writes planned, {ended} accounted for: {:?}", report.failed)
        });
    }
    let wrote = !scene.deeds.is_empty();
    let fits = match report.outcome {
        RunOutcome::Clean => {
            !wrote && report.failed.is_empty() && report.conflicts.is_empty() && report.held.is_empty()
        }
        RunOutcome::Applied => report.failed.is_empty() && report.conflicts.is_empty() && report.held.is_empty(),
        RunOutcome::Waiting => !report.conflicts.is_empty() || !report.held.is_empty(),
        RunOutcome::Partial => !report.failed.is_empty() || !report.stale.is_empty() || report.error.is_some(),
        RunOutcome::Failed => told.stopped.is_some(),
    };
    checks.that("L15", fits, || format!("{:?} does not fit {report:?}", report.outcome));
    let stored = scene.world.store().run(&report.run).unwrap();
    let kept = stored.is_some_and(|row| row.finished_at.is_some() && row.outcome.is_some());
    checks.that("L15", kept, || format!("run {} is not in the history", report.run));
}
