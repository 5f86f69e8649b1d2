//! `tieline sandbox`: a JustCall account in memory, until it is interrupted.

use crate::args::{self, SandboxPlan};
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::output;
use crate::surroundings::wait_for_signal;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Sandbox) -> Fallible<Code> {
    let settings = sandbox::Settings {
        plan: match args.plan {
            SandboxPlan::Team => sandbox::Plan::Team,
            SandboxPlan::Pro => sandbox::Plan::Pro,
            SandboxPlan::Business => sandbox::Plan::Business,
        },
        requests_per_minute: args.requests_per_minute,
        concurrency: args.concurrency,
        ..sandbox::Settings::default()
    };
    let (key, secret) = (settings.api_key.clone(), settings.api_secret.clone());
    let account = sandbox::Sandbox::new(settings);
    if let Some(path) = &args.load {
        account.load(path).map_err(|error| Failure::usage(format!("cannot load {}: {error}", path.display())))?;
    }
    let running = account.start(args.port).await.map_err(|error| {
        Failure::new(format!("cannot listen on 127.0.0.1:{}: {error}", args.port)).hint("take another --port")
    })?;
    output::print(|out| {
        writeln!(out, "sandbox at {} with {} contacts", running.base_url(), account.contact_count())?;
        writeln!(out, "JUSTCALL_API_KEY={key} JUSTCALL_API_SECRET={secret}")
    })?;
    context.note("Ctrl-C ends it");
    wait_for_signal().await;
    running.shutdown().await;
    if let Some(path) = &args.save {
        account.save(path).map_err(|error| Failure::new(format!("cannot save {}: {error}", path.display())))?;
        context.note(&format!("saved {} contacts to {}", account.contact_count(), path.display()));
    }
    Ok(Code::Done)
}
