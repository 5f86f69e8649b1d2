//! `tieline adopt`: the state was lost. Links what belongs together and writes to neither side; the next sync does the
//! rest, which its plan shows first.

use crate::args;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job::{Access, Job};
use crate::output;
use model::ActionKind;
use std::collections::BTreeMap;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Adopt) -> Fallible<Code> {
    let setup = super::setup(context)?;
    let mut job = Job::open(context, &setup, "adopt")?;
    // Linking is the state's business: the replicas are only read.
    let mut session = job.session(&setup, Access::Read, BTreeMap::new())?;
    session.store().sound()?;
    let linked = session.store().counts()?.links;
    if linked > 0 {
        return Err(Failure::usage(format!("the state knows {linked} links already: there is nothing to adopt"))
            .hint("`tieline sync` goes on from there; to start anew, move the state file aside first"));
    }
    let planned = session.plan_to_apply().await?.adopting()?;
    let plan = &planned.plan;
    session.store_mut().save_plan(&plan.id, plan.created_at, &sync::plan_to_json(plan)?)?;
    if args.dry_run {
        super::plan::show(context, plan, false)?;
        return Ok(Code::Done);
    }
    if !args.yes && output::can_ask() {
        output::print(|out| report::terminal::plan(plan, &context.view(false), out))?;
        let links = plan.actions.iter().filter(|action| action.kind == ActionKind::Link).count();
        if !output::ask(&format!("link {}?", report::words::count(links as u64, "contact")))? {
            context.note("nothing was linked");
            return Ok(Code::Done);
        }
    }
    let finished = session.apply(&planned).await?;
    let code = super::sync::close(context, plan, finished, args::Shape { all: false, exit_code: false })?;
    if !context.global.json {
        context.note("next: tieline plan shows what the next sync would write");
    }
    Ok(code)
}
