//! Runs and plans by their ids, or by a beginning that only one of them has.

use crate::failure::{Failure, Fallible};
use model::{PlanId, RunId};
use store::Store;

/// The run that is named so; none where no run is.
pub(crate) fn run(store: &Store, name: &str) -> Fallible<Option<RunId>> {
    if let Some(run) = store.run(&RunId(name.to_owned()))? {
        return Ok(Some(run.id));
    }
    let ids = store.runs(usize::MAX)?.into_iter().map(|run| run.id.0);
    Ok(unique(ids, name, "runs")?.map(RunId))
}

/// The run that is named so; an error where no run is.
pub(crate) fn existing_run(store: &Store, name: &str) -> Fallible<RunId> {
    run(store, name)?.ok_or_else(|| Failure::usage(format!("no run `{name}`")).hint("`tieline history` lists the runs"))
}

/// The plan that is named so; none where no plan is.
pub(crate) fn plan(store: &Store, name: &str) -> Fallible<Option<PlanId>> {
    Ok(unique(store.plan_ids()?.into_iter().map(|id| id.0), name, "plans")?.map(PlanId))
}

fn unique(ids: impl Iterator<Item = String>, name: &str, what: &str) -> Fallible<Option<String>> {
    let mut found: Vec<String> = ids.filter(|id| !name.is_empty() && id.starts_with(name)).collect();
    if let Some(exact) = found.iter().position(|id| id == name) {
        return Ok(Some(found.swap_remove(exact)));
    }
    match found.len() {
        0 | 1 => Ok(found.pop()),
        count => Err(Failure::usage(format!("`{name}` is the beginning of {count} {what}, give more of it"))
            .hint("`tieline history` lists the runs")),
    }
}
