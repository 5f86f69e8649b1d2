//! `tieline sync`: plans and applies in one go. The nightly job.

use super::plan;
use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job::{self, Access, Job};
use crate::notices::Notices;
use crate::output;
use crate::registry::Setup;
use engine::GuardClass;
use model::{AlarmKind, Plan, RunOutcome, RunReport};
use std::collections::BTreeMap;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Sync) -> Fallible<Code> {
    let approvals = args.approvals.by_class();
    if args.dry_run {
        let made = plan::make(context, approvals, "sync --dry-run", None).await?;
        plan::show(context, &made, args.shape.all)?;
        return Ok(plan::code(&made, args.shape.exit_code));
    }
    let config = Config::load(&context.global.config)?;
    let mut notices = Notices::begin(&config);
    let result = nightly(context, args, config, approvals, &mut notices).await;
    notices.end(&result).await;
    result
}

/// The run itself; `notices` sees its report.
async fn nightly(
    context: &Context,
    args: &args::Sync,
    config: Config,
    approvals: BTreeMap<GuardClass, u64>,
    notices: &mut Notices,
) -> Fallible<Code> {
    let setup = Setup::new(config)?;
    let mut job = Job::open(context, &setup, "sync")?;
    let approvals = job.approvals(approvals)?;
    let mut session = job.session(&setup, Access::Write, approvals)?;
    let mut short = false;
    if setup.config.calls.sync {
        short = !read_calls(context, &setup, &mut session).await?;
    }
    let planned = session.plan_for_run().await?;
    plan::keep(&mut session, &planned.plan, None)?;
    log(&planned.plan);
    let finished = session.apply(&planned).await?;
    notices.saw(&finished.report);
    job::retain(&mut session, &setup, planned.plan.created_at)?;
    let kept = super::calls::keep_activities(context, &setup.config, &mut session).await?;
    short |= kept.is_some_and(|kept| !kept.is_whole());
    match close(context, &planned.plan, finished, args.shape)? {
        Code::Done if short => Ok(Code::Partial),
        code => Ok(code),
    }
}

/// Reads the call log before the contacts. A log that cannot be read keeps no contact waiting: that is said, and the
/// contacts go on with the calls that are known. Answers whether all was read.
async fn read_calls(
    context: &Context,
    setup: &crate::registry::Setup,
    session: &mut ::sync::Session<'_>,
) -> Fallible<bool> {
    match session.sync_calls(&super::calls::range(&setup.config.calls, None)).await {
        Ok(report) => {
            super::calls::say(context, &report);
            Ok(report.partial.is_empty())
        }
        Err(::sync::Error::Replica { side: model::Side::Justcall, source }) => {
            eprintln!("warning: the calls were not read ({source}); the contacts go on without them");
            Ok(false)
        }
        Err(other) => Err(other.into()),
    }
}

/// What is about to be written, behind -v.
pub(crate) fn log(plan: &Plan) {
    for action in plan.actions.iter().filter(|action| action.kind.is_write()) {
        let fields: Vec<String> = action.changes.iter().map(|change| change.field.to_string()).collect();
        let (side, kind, phone, fields) = (action.side.name(), action.kind, &action.phone, fields.join(" "));
        tracing::info!(side, ?kind, phone, fields, rule = ?action.reason, "planned");
    }
}

/// Prints the report of a run, and the error that stopped it.
pub(crate) fn close(context: &Context, plan: &Plan, finished: ::sync::Finished, shape: args::Shape) -> Fallible<Code> {
    let report = &finished.report;
    for failed in &report.failed {
        tracing::info!(side = failed.side.name(), phone = failed.phone, error = failed.error, "failed");
    }
    if context.global.json {
        output::print(|out| report::json::run(report, report::json::Layout::Pretty, out))?;
    } else {
        // Every night the same conflicts in full would hide tonight's.
        let new_since = Some(plan.created_at).filter(|_| !shape.all);
        let view = report::terminal::ViewOptions { new_since, ..context.view(shape.all) };
        output::print(|out| report::terminal::run(report, &view, out))?;
    }
    if let Some(error) = finished.stopped {
        let mut failure = Failure::from(error);
        failure.causes.push("what was done before stands in the report; the next run goes on from there".to_owned());
        failure.code = Code::Failed;
        return Err(failure);
    }
    Ok(code(plan, report, shape.exit_code))
}

fn code(plan: &Plan, report: &RunReport, asked: bool) -> Code {
    let guarded = report.alarms.iter().any(|alarm| alarm.kind == AlarmKind::Guard);
    match report.outcome {
        RunOutcome::Failed => Code::Failed,
        RunOutcome::Partial => Code::Partial,
        _ if guarded && !plan.has_writes() => Code::Guarded,
        RunOutcome::Waiting if asked => Code::Waiting,
        _ => Code::Done,
    }
}
