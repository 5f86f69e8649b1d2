//! A `HubSpot` account in memory.

use super::{cannot_load, cannot_save, cannot_start, contacts};
use crate::args::{self, SandboxTier};
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::output;
use crate::surroundings::wait_for_signal;
use sandbox::hubspot::{HubSpot, Settings, Tier};

/// Beside that of the JustCall sandbox: both run at the same time.
const USUAL_PORT: u16 = 4020;

pub(super) async fn run(context: &Context, args: &args::Sandbox) -> Fallible<Code> {
    let tier = match args.tier {
        SandboxTier::Free => Tier::Free,
        SandboxTier::Professional => Tier::Professional,
        SandboxTier::Enterprise => Tier::Enterprise,
    };
    let settings = Settings { tier, seed: args.seed, ..Settings::default() };
    let token = settings.token.clone();
    let account = HubSpot::new(settings);
    if let Some(path) = &args.load {
        account.load(path).map_err(|error| cannot_load(&error, "fixtures/demo/hubspot.json"))?;
    }
    account.insert_people(args.contacts, args.seed);
    let running = account.start(args.port.unwrap_or(USUAL_PORT)).await.map_err(|error| cannot_start(&error))?;
    output::print(|out| {
        writeln!(out, "HubSpot sandbox at {} with {}", running.base_url(), contacts(account.contact_count()))?;
        writeln!(out, "TIELINE_HUBSPOT_TOKEN={token}")
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
