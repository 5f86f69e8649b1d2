//! A JustCall account in memory.

use super::{cannot_load, cannot_save, cannot_start, contacts};
use crate::args::{self, SandboxPlan};
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::output;
use crate::surroundings::wait_for_signal;
use std::num::NonZeroUsize;

const USUAL_PORT: u16 = 4010;

pub(super) async fn run(context: &Context, args: &args::Sandbox) -> Fallible<Code> {
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
        account.load(path).map_err(|error| cannot_load(&error, "fixtures/demo/justcall.json"))?;
    }
    if args.calls > 0 {
        let history = sandbox::CallHistory { calls: args.calls, seed: args.seed, ..sandbox::CallHistory::default() };
        account.make_history(&history);
    }
    let running = account.start(args.port.unwrap_or(USUAL_PORT)).await.map_err(|error| cannot_start(&error))?;
    output::print(|out| {
        let calls = match account.call_count() as u64 {
            0 => String::new(),
            count => format!(" and {}", report::words::count(count, "call")),
        };
        writeln!(out, "sandbox at {} with {}{calls}", running.base_url(), contacts(account.contact_count()))?;
        writeln!(out, "JUSTCALL_API_KEY={key} JUSTCALL_API_SECRET={secret}")
    })?;
    context.note("Ctrl-C ends it");
    wait_for_signal().await;
    running.shutdown().await;
    if let Some(path) = &args.save {
        account.save(path).map_err(|error| cannot_save(path, &error))?;
        context.note(&format!("saved {} to {}", contacts(account.contact_count()), path.display()));
    }
    Ok(Code::Done)
}
