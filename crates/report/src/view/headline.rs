//! A plan or a run in one sentence, for the first line of a view and the subject of a message.

use super::Titles;
use crate::words;
use model::{ActionKind, Plan, RunOutcome, RunReport, Side};

/// What a plan comes to.
pub fn plan(plan: &Plan, titles: &Titles) -> String {
    let per_side: Vec<String> = Side::BOTH
        .into_iter()
        .filter_map(|side| {
            let numbers = plan.summary.side(side);
            let writes = words::writes(numbers.create, numbers.update, numbers.delete);
            (!writes.is_empty()).then(|| format!("{}: {writes}", titles[side]))
        })
        .collect();
    let waits = waits(plan.conflicts.len(), plan.held.len());
    let state = state_only(plan);
    let in_sync = words::count(plan.summary.justcall.unchanged.min(plan.summary.crm.unchanged), "contact");
    let sync_verb = if in_sync.starts_with("1 ") { "is" } else { "are" };
    match (per_side.is_empty(), waits) {
        (true, None) if state.is_empty() => format!("Nothing to do: {in_sync} {sync_verb} in sync."),
        (true, None) => format!("Nothing to write: {}.", words::list(&state)),
        (true, Some(waits)) => format!("Nothing to write; {waits}."),
        (false, None) => format!("To write: {}.", per_side.join("; ")),
        (false, Some(waits)) => format!("To write: {}; {waits}.", per_side.join("; ")),
    }
}

/// `2 conflicts and 1 held change wait`.
fn waits(conflicts: usize, held: usize) -> Option<String> {
    let mut parts = Vec::new();
    if conflicts > 0 {
        parts.push(words::count(conflicts as u64, "conflict"));
    }
    if held > 0 {
        parts.push(words::count(held as u64, "held change"));
    }
    let verb = if conflicts + held == 1 { "waits" } else { "wait" };
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
    let per_side: Vec<String> = Side::BOTH
        .into_iter()
        .filter_map(|side| {
            let written = words::written(&run.applied[side]);
            (!written.is_empty()).then(|| format!("{}: {written}", titles[side]))
        })
        .collect();
    let done = if per_side.is_empty() { "nothing was written".to_owned() } else { per_side.join("; ") };
    let waits = waits(run.conflicts.len(), run.held.len()).map(|waits| format!("; {waits}")).unwrap_or_default();
    match run.outcome {
        RunOutcome::Clean => "Nothing to do: both sides are in sync.".to_owned(),
        RunOutcome::Applied => format!("Applied in full. {done}{waits}."),
        RunOutcome::Waiting => format!("Applied what could be. {done}{waits}."),
        RunOutcome::Partial => format!("Applied in part. {done}; {}{waits}.", misses(run)),
        RunOutcome::Failed => format!("Stopped before the end. {done}{waits}."),
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
