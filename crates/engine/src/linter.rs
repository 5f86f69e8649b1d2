//! Checks a finished plan against the promises that every plan keeps. Shares no code with the planner.

use model::{Action, ActionKind, Plan, Side};
use std::collections::BTreeSet;

/// Every broken promise in words; empty for a sound plan.
pub fn lint(plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    for side in Side::BOTH {
        account(plan, side, &mut faults);
    }
    let mut seen = BTreeSet::new();
    for action in &plan.actions {
        check(action, &mut faults);
        if action.kind.is_write()
            && let Some(id) = &action.record_id
            && !seen.insert((action.side, id))
        {
            faults.push(format!("{} {id} is written twice", action.side));
        }
    }
    let ambiguous: BTreeSet<(Side, &str)> = plan
        .conflicts
        .iter()
        .filter(|conflict| conflict.link.is_none() && conflict.field.is_none())
        .flat_map(|conflict| conflict.records.iter().map(|record| (record.side, record.id.as_str())))
        .collect();
    for action in plan.actions.iter().filter(|action| action.kind == ActionKind::Delete) {
        if action.record_id.as_ref().is_some_and(|id| ambiguous.contains(&(action.side, id.as_str()))) {
            faults.push(format!("{} {} is ambiguous and would be deleted", action.side, action.phone));
        }
    }
    faults
}

/// Every record is accounted for exactly once.
fn account(plan: &Plan, side: Side, faults: &mut Vec<String>) {
    let numbers = plan.summary.side(side);
    let held_creates = plan.held.iter().filter(|held| held.side == side && held.kind == ActionKind::Create).count();
    let sum = numbers.update + numbers.delete + numbers.unchanged + numbers.held + numbers.skipped + numbers.conflict;
    let records = numbers.records + held_creates as u64;
    if sum != records {
        faults.push(format!("{side}: {records} records considered, {sum} accounted for"));
    }
    let planned = |kind: ActionKind| {
        plan.actions.iter().filter(|action| action.side == side && action.kind == kind).count() as u64
    };
    for (kind, count) in [
        (ActionKind::Create, numbers.create),
        (ActionKind::Update, numbers.update),
        (ActionKind::Delete, numbers.delete),
    ] {
        if planned(kind) != count {
            faults.push(format!("{side}: {count} {kind:?} in the summary, {} planned", planned(kind)));
        }
    }
}

fn check(action: &Action, faults: &mut Vec<String>) {
    let mut fault = |what: &str| faults.push(format!("{:?} {} {}: {what}", action.kind, action.side, action.phone));
    match action.kind {
        ActionKind::Update if action.changes.is_empty() => fault("changes nothing"),
        ActionKind::Update if action.changes.iter().any(|change| change.before.as_ref() == Some(&change.after)) => {
            fault("writes what is there already");
        }
        ActionKind::Update if action.changes.iter().any(|change| change.before.is_none()) => {
            fault("overwrites what nobody has seen");
        }
        ActionKind::Create if action.record_id.is_some() => fault("creates a record that exists"),
        ActionKind::Delete if action.evidence.is_none() => fault("deletes without evidence"),
        ActionKind::Delete if action.expect[action.side].is_none() => fault("deletes what nobody has seen"),
        _ => {}
    }
}
