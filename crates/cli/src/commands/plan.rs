//! `tieline plan`: reads both sides, shows what would change, keeps the plan. Writes to neither side.

use crate::args;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::job::{Access, Job};
use crate::output;
use model::Plan;
use std::collections::BTreeMap;
use std::path::Path;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Plan) -> Fallible<Code> {
    let plan = make(context, args.approvals.by_class(), "plan", args.output.as_deref()).await?;
    show(context, &plan, args.all)?;
    if !context.global.json {
        context.note(&next_step(&plan, args.output.as_deref()));
    }
    Ok(code(&plan, args.exit_code))
}

/// Makes and keeps a plan.
pub(crate) async fn make(
    context: &Context,
    approvals: BTreeMap<engine::GuardClass, u64>,
    command: &str,
    output: Option<&Path>,
) -> Fallible<Plan> {
    let setup = super::setup(context)?;
    let mut job = Job::open(context, &setup, command)?;
    let approvals = job.approvals(approvals)?;
    let mut session = job.session(&setup, Access::Read, approvals)?;
    let plan = session.plan().await?;
    keep(&mut session, &plan, output)?;
    Ok(plan)
}

/// Keeps a plan in the state, and in a file where one is named.
pub(crate) fn keep(session: &mut sync::Session<'_>, plan: &Plan, output: Option<&Path>) -> Fallible<()> {
    let json = sync::plan_to_json(plan)?;
    session.store_mut().save_plan(&plan.id, plan.created_at, &json)?;
    if let Some(path) = output {
        output::write_private(path, "plan", &json)?;
    }
    Ok(())
}

/// Prints a plan as it was asked for.
pub(crate) fn show(context: &Context, plan: &Plan, all: bool) -> Fallible<()> {
    if context.global.json {
        return output::print(|out| report::json::plan(plan, report::json::Layout::Pretty, out));
    }
    output::print(|out| report::terminal::plan(plan, &context.view(all), out))
}

fn next_step(plan: &Plan, output: Option<&Path>) -> String {
    let file = output.map(|path| format!(" {}", path.display())).unwrap_or_default();
    let remembered = plan.actions.len() as u64;
    let apply = match (plan.has_writes(), remembered) {
        (true, _) => format!("\nnext: tieline apply{file}"),
        (false, 0) => String::new(),
        (false, _) => {
            let contacts = report::words::count(remembered, "contact");
            format!("\nnext: tieline apply{file}, which writes to neither side and takes note of {contacts}")
        }
    };
    let conflicts = if plan.conflicts.is_empty() { "" } else { "\nnext: tieline conflicts list" };
    format!("{apply}{conflicts}").trim_start().to_owned()
}

/// What a script is told.
pub(crate) fn code(plan: &Plan, asked: bool) -> Code {
    match asked {
        true if plan.has_writes() => Code::Changes,
        true if plan.waits() => Code::Waiting,
        _ => Code::Done,
    }
}
