//! `tieline approve`: what the next run may do beyond its guards. Writes to neither side.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use ::sync::decide;
use engine::GuardClass;
use model::Approval;
use std::io::Write;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::Approve) -> Fallible<Code> {
    let mut store = job::look(&Config::load(&context.global.config)?.state_path())?;
    let who = super::who(args.by.as_deref());
    if let Some(name) = &args.revoke {
        let class = GuardClass::by_name(name).ok_or_else(|| {
            let known = GuardClass::ALL.map(GuardClass::name).join(", ");
            Failure::usage(format!("no guard is called `{name}`")).hint(format!("known are {known}"))
        })?;
        decide::revoke(&mut store, &who, class)?;
    }
    for (class, count) in &args.classes {
        if let Some(class) = GuardClass::by_name(class) {
            decide::approve(&mut store, &who, class, *count)?;
        }
    }
    let approvals = store.approvals()?;
    if context.global.json {
        output::print_json(&serde_json::json!({ "approvals": approvals }))?;
    } else {
        output::print(|out| draw(&approvals, out))?;
    }
    Ok(Code::Done)
}

fn draw(approvals: &[Approval], out: &mut dyn Write) -> std::io::Result<()> {
    if approvals.is_empty() {
        return writeln!(out, "Nothing is approved beyond the guards.");
    }
    approvals.iter().try_for_each(|approval| writeln!(out, "{}", line(approval)))
}

/// One approval in words.
pub(crate) fn line(approval: &Approval) -> String {
    let Approval { class, count, made_at, made_by } = approval;
    format!("{class}={count} for the next run, by {} at {made_at:.0}", report::text::safe(made_by))
}
