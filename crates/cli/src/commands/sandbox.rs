//! `tieline sandbox`: a JustCall account in memory, until it is interrupted.

use crate::args::{self, SandboxPlan};
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::output;
use crate::surroundings::wait_for_signal;
use std::num::NonZeroUsize;
use std::path::Path;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Sandbox) -> Fallible<Code> {
    let settings = sandbox::Settings {
        plan: match args.plan {
            SandboxPlan::Team => sandbox::Plan::Team,
            SandboxPlan::Pro => sandbox::Plan::Pro,
            SandboxPlan::Business => sandbox::Plan::Business,
        },
        requests_per_minute: args.requests_per_minute.map(NonZeroUsize::get),
        concurrency: args.concurrency.map(NonZeroUsize::get),
        ..sandbox::Settings::default()
    };
    let (key, secret) = (settings.api_key.clone(), settings.api_secret.clone());
    let account = sandbox::Sandbox::new(settings);
    if let Some(path) = &args.load {
        account.load(path).map_err(|error| {
            Failure { code: Code::Usage, ..Failure::from_error(&error) }
                .hint("--load takes what --save wrote, or a file like fixtures/demo/justcall.json (docs/sandbox.md)")
        })?;
    }
    if args.calls > 0 {
        let history = sandbox::CallHistory { calls: args.calls, seed: args.seed, ..sandbox::CallHistory::default() };
        account.make_history(&history);
    }
    if let Some(path) = &args.save {
        // Now rather than when it ends, when it would be too late.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if path.is_dir() || !folder.is_dir() {
            return Err(Failure::usage(format!("cannot save to {}: no file can be there", path.display()))
                .hint("name a file in a folder that exists"));
        }
    }
    let running = account
        .start(args.port)
        .await
        .map_err(|error| Failure::from_error(&error).hint("take another --port; 0 takes any free one"))?;
    output::print(|out| {
        let contacts = report::words::count(account.contact_count() as u64, "contact");
        let calls = match account.call_count() as u64 {
            0 => String::new(),
            count => format!(" and {}", report::words::count(count, "call")),
        };
        writeln!(out, "sandbox at {} with {contacts}{calls}", running.base_url())?;
        writeln!(out, "JUSTCALL_API_KEY={key} JUSTCALL_API_SECRET={secret}")
    })?;
    context.note("Ctrl-C ends it");
    wait_for_signal().await;
    running.shutdown().await;
    if let Some(path) = &args.save {
        account.save(path).map_err(|error| Failure::new(format!("cannot save {}: {error}", path.display())))?;
        let contacts = report::words::count(account.contact_count() as u64, "contact");
        context.note(&format!("saved {contacts} to {}", path.display()));
    }
    Ok(Code::Done)
}
