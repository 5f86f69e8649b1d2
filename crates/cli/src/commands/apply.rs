//! `tieline apply`: carries out a plan that was shown before, exactly; what moved since is skipped and reported.

use crate::args;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job::{self, Access, Job};
use crate::notices::Notices;
use crate::output;
use crate::registry::Setup;
use ::sync::{Finished, Planned, Session};
use engine::GuardClass;
use model::Plan;
use std::collections::BTreeMap;
use std::path::Path;
use store::Store;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Apply) -> Fallible<Code> {
    let setup = super::setup(context)?;
    let mut job = Job::open(context, &setup, "apply")?;
    let given = args.approvals.by_class();
    let approvals = job.approvals(given.clone())?;
    let access = if args.dry_run { Access::Read } else { Access::Write };
    let session = job.session(&setup, access, approvals.clone())?;
    let plan = find(session.store(), args.plan.as_deref())?;
    if let Some(warning) = args.plan.as_deref().and_then(|name| output::wide(Path::new(name), "personal data")) {
        context.note(&format!("warning: {warning}"));
    }
    session.check_plan(&plan).await?;
    if let (Some(run), false) = (&plan.undoes, given.is_empty()) {
        return Err(Failure::usage("an undo is approved when its plan is made")
            .hint(format!("tieline undo {run} --approve CLASS=N")));
    }
    if args.dry_run {
        super::plan::show(context, &plan, false)?;
        context.note("nothing was applied");
        return Ok(super::plan::code(&plan, args.shape.exit_code));
    }
    if !confirmed(context, &plan, args.yes)? {
        context.note("nothing was applied");
        return Ok(Code::Done);
    }
    // An undo looks at neither side, so it knows nothing of what waits.
    let mut notices = Notices::unannounced(&setup.config);
    let tells = plan.undoes.is_none();
    let result = apply(context, args, &setup, session, (plan, approvals), &mut notices).await;
    drop(job);
    if tells {
        notices.end(&result).await;
    }
    result
}

/// The run itself; `notices` sees its report.
async fn apply(
    context: &Context,
    args: &args::Apply,
    setup: &Setup,
    mut session: Session<'_>,
    (plan, approvals): (Plan, BTreeMap<GuardClass, u64>),
    notices: &mut Notices,
) -> Fallible<Code> {
    // What is stored is for an ordinary run: an undo neither needs nor uses it.
    let planned = if approvals.is_empty() || plan.undoes.is_some() {
        session.revalidate(plan).await?
    } else {
        session.revalidate_with_approvals(plan).await?
    };
    let finished = carry_out(&mut session, setup, &planned).await?;
    notices.saw(&finished.report);
    super::sync::close(context, &planned.plan, finished, args.shape)
}

/// Carries out what was looked at again.
pub(crate) async fn carry_out(session: &mut Session<'_>, setup: &Setup, planned: &Planned) -> Fallible<Finished> {
    super::sync::log(&planned.plan);
    let finished = session.apply(planned).await?;
    job::retain(session, setup, planned.plan.created_at)?;
    Ok(finished)
}

/// A plan by file name or id; the last one where none is named.
pub(crate) fn find(store: &Store, what: Option<&str>) -> Fallible<Plan> {
    let stored = match what {
        None => store
            .latest_plan()?
            .ok_or_else(|| Failure::usage("no plan was made yet").hint("`tieline plan` makes one"))?,
        Some(name) => {
            let path = Path::new(name);
            if path.exists() {
                let json = std::fs::read(path)
                    .map_err(|error| Failure::usage(format!("cannot read the plan {}: {error}", path.display())))?;
                return sync::plan_from_json(&json).map_err(|error| {
                    let mut failure = Failure::from(error);
                    failure.message = format!("{}: {}", path.display(), failure.message);
                    failure
                });
            }
            let id = super::names::plan(store, name)?;
            let stored = id.map(|id| store.plan(&id)).transpose()?.flatten();
            stored.ok_or_else(|| {
                Failure::usage(format!("no plan `{name}`: neither a file nor the id of a plan that is kept"))
                    .hint("`tieline plan -o FILE` writes a plan to a file; `tieline history` lists the runs")
            })?
        }
    };
    Ok(sync::plan_from_json(&stored.json)?)
}

/// A question on a terminal; none in a script.
fn confirmed(context: &Context, plan: &Plan, yes: bool) -> Fallible<bool> {
    if yes || !output::can_ask() {
        return Ok(true);
    }
    output::print(|out| report::terminal::plan(plan, &context.view(false), out))?;
    let writes = plan.actions.iter().filter(|action| action.kind.is_write()).count();
    output::ask(&format!("apply {}?", report::words::count(writes as u64, "change")))
}
