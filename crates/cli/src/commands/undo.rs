//! `tieline undo`: a plan that takes an earlier run back, shown, kept and applied like any other.

use super::plan;
use crate::args;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::job::{Access, Job};
use crate::output;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Undo) -> Fallible<Code> {
    let setup = super::setup(context)?;
    let mut job = Job::open(context, &setup, "undo")?;
    // Nobody can be asked and nobody said yes: the plan is shown and kept, and nothing is written.
    let may_write = !args.dry_run && (args.yes || output::can_ask());
    let access = if may_write { Access::Write } else { Access::Read };
    let mut session = job.session(&setup, access, args.approvals.by_class())?;
    let run = super::names::existing_run(session.store(), &args.run)?;
    let planned = if may_write { session.plan_undo_for_run(&run).await? } else { session.plan_undo(&run).await? };
    plan::keep(&mut session, &planned.plan, args.output.as_deref())?;
    if !may_write {
        plan::show(context, &planned.plan, false)?;
        context.note(&format!("nothing was written; next: tieline undo {run} --yes"));
        return Ok(plan::code(&planned.plan, args.exit_code));
    }
    if !args.yes {
        plan::show(context, &planned.plan, false)?;
        let writes = planned.plan.actions.iter().filter(|action| action.kind.is_write()).count();
        if !output::ask(&format!("undo {}?", report::words::count(writes as u64, "change")))? {
            context.note("nothing was written");
            return Ok(Code::Done);
        }
    }
    let finished = session.apply(&planned).await?;
    let shape = args::Shape { all: true, exit_code: args.exit_code };
    super::sync::close(context, &planned.plan, finished, shape)
}
