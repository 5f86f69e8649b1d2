//! `tieline show`: a plan or a run again, from the state or from a file. Asks neither side.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use model::{RunId, RunReport};
use std::path::Path;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::Show) -> Fallible<Code> {
    if let Some(path) = args.what.as_deref().map(Path::new).filter(|path| path.exists()) {
        let json = std::fs::read(path)?;
        let plan = sync::plan_from_json(&json)?;
        super::plan::show(context, &plan, args.all)?;
        return Ok(Code::Done);
    }
    let store = job::look(&Config::load(&context.global.config)?.state_path())?;
    if let Some(name) = &args.what
        && let Some(run) = store.run(&RunId(name.clone()))?
    {
        let json = run.report.ok_or_else(|| {
            Failure::new(format!("run {name} has no report: it was killed, or is under way"))
                .hint("the next `tieline sync` settles what it left")
        })?;
        let report: RunReport = serde_json::from_slice(&json)
            .map_err(|error| Failure::new(format!("the report of run {name} cannot be read: {error}")))?;
        if context.global.json {
            output::print(|out| report::json::run(&report, report::json::Layout::Pretty, out))?;
        } else {
            output::print(|out| report::terminal::run(&report, &context.view(args.all), out))?;
        }
        return Ok(Code::Done);
    }
    let plan = super::apply::find(&store, args.what.as_deref())?;
    super::plan::show(context, &plan, args.all)?;
    Ok(Code::Done)
}
