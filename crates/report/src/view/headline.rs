//! A plan or a run in one sentence, for the first line of a view and the subject of a message.

use super::Titles;
use crate::words;
use model::{ActionKind, Plan, RunOutcome, RunReport, Side, SkipReason};

/// What a plan comes to.
pub fn plan(plan: &Plan, titles: &Titles) -> String {
    let numbers = &plan.summary;
    let per_side = Side::BOTH.map(|side| {
        let side = numbers.side(side);
        words::writes(side.create, side.update, side.delete)
    });
    let total: u64 =
        Side::BOTH.map(|side| numbers.side(side)).iter().map(|side| side.create + side.update + side.delete).sum();
    let parked = plan.skipped.iter().filter(|skipped| skipped.reason == SkipReason::Parked).count();
    let waits = waits(plan.conflicts.len(), plan.held.len(), parked).map(|waits| format!("; {waits}"));
    let state = state_only(plan);
    match (in_sides(&per_side, titles), waits) {
        (Some(writes), waits) => {
            format!("{} to write: {writes}{}.", words::count(total, "change"), waits.unwrap_or_default())
        }
        (None, Some(waits)) => format!("Nothing to write{waits}."),
        (None, None) if !state.is_empty() => format!("Nothing to write: {}.", words::list(&state)),
        (None, None) => {
            let in_sync = numbers.justcall.unchanged.min(numbers.crm.unchanged);
            let verb = if in_sync == 1 { "is" } else { "are" };
            format!("Nothing to do: {} {verb} in sync.", words::count(in_sync, "contact"))
        }
    }
}

/// `1 create and 2 updates in JustCall, 1 update in CRM`; `None` without writes.
fn in_sides(per_side: &[Vec<String>; 2], titles: &Titles) -> Option<String> {
    let named = Side::BOTH.into_iter().zip(per_side).filter(|(_, writes)| !writes.is_empty());
    let parts: Vec<String> =
        named.map(|(side, writes)| format!("{} in {}", words::list(writes), titles[side])).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `2 conflicts, 1 held change and 1 refused write wait`.
fn waits(conflicts: usize, held: usize, parked: usize) -> Option<String> {
    let mut parts = Vec::new();
    if conflicts > 0 {
        parts.push(words::count(conflicts as u64, "conflict"));
    }
    if held > 0 {
        parts.push(words::count(held as u64, "held change"));
    }
    if parked > 0 {
        parts.push(words::count(parked as u64, "refused write"));
    }
    let verb = if conflicts + held + parked == 1 { "waits" } else { "wait" };
    (!parts.is_empty()).then(|| format!("{} {verb}", words::list(&parts)))
}

fn state_only(plan: &Plan) -> Vec<String> {
    [ActionKind::Link, ActionKind::Unlink, ActionKind::Rebase]
        .into_iter()
        .filter_map(|kind| {
            let number = plan.actions.iter().filter(|action| action.kind == kind).count() as u64;
            (number > 0).then(|| format!("{} to remember", words::count(number, words::kind(kind))))
        })
        .collect()
}

/// How a run ended.
pub fn run(run: &RunReport, titles: &Titles) -> String {
    let per_side = Side::BOTH.map(|side| words::written(&run.applied[side]));
    let done = in_sides(&per_side, titles);
    let parked = usize::try_from(run.parked).unwrap_or(usize::MAX);
    let waits =
        waits(run.conflicts.len(), run.held.len(), parked).map(|waits| format!("; {waits}")).unwrap_or_default();
    match (run.outcome, done) {
        (RunOutcome::Clean, _) if waits.is_empty() => "Nothing to do: both sides are in sync.".to_owned(),
        (RunOutcome::Clean, _) | (RunOutcome::Applied | RunOutcome::Waiting, None) => {
            format!("Nothing to write{waits}.")
        }
        (RunOutcome::Applied, Some(done)) => format!("Applied in full: {done}{waits}."),
        (RunOutcome::Waiting, Some(done)) => format!("Applied what could be: {done}{waits}."),
        (RunOutcome::Partial, None) => format!("Nothing was written: {}{waits}.", misses(run)),
        (RunOutcome::Partial, Some(done)) => format!("Applied in part: {done}; {}{waits}.", misses(run)),
        (RunOutcome::Failed, None) => format!("Stopped before anything was written{waits}."),
        (RunOutcome::Failed, Some(done)) => format!("Stopped before the end: {done}{waits}."),
    }
}

fn misses(run: &RunReport) -> String {
    let unclear = run.failed.iter().filter(|failed| failed.unknown).count() as u64;
    let refused = run.failed.len() as u64 - unclear;
    let named = [(refused, "failed"), (unclear, "unclear"), (run.stale.len() as u64, "stale")];
    let parts: Vec<String> = named
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", words::number(count)))
        .collect();
    if parts.is_empty() { "some records were not written".to_owned() } else { words::list(&parts) }
}
