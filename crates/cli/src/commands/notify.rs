//! `tieline notify`: who is told about runs, what they were told last, and whether a message gets through.

use super::doctor::Check;
use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::notices::channels;
use crate::notices::memory::Memory;
use crate::output;
use notify::{Channel, Signal, Summary};

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Notify) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    if !config.notify.is_on() {
        return Err(Failure::usage(format!("{}: [notify] names no channel", config.file.display()))
            .hint("add one, such as [notify.file] path = \"notice.txt\"; docs/config.md lists them"));
    }
    let checks = if args.test { test(&config).await } else { list(&config) };
    if context.global.json {
        output::print_json(&serde_json::json!({ "channels": checks }))?;
    } else {
        output::print(|out| checks.iter().try_for_each(|check| check.draw(out)))?;
    }
    Ok(super::doctor::code(&checks))
}

/// Every channel as it is set up. Asks nobody.
pub(crate) fn set_up(config: &Config) -> Vec<Check> {
    let messages = channels::messages(config).into_iter().map(|(name, channel)| (name, channel.map(|to| to.target())));
    let ping = channels::ping(config).map(|ping| ("ping", ping.map(|ping| ping.host())));
    messages.chain(ping).map(|(name, target)| Check::of(&format!("notify.{name}"), target)).collect()
}

/// With what each was told last.
fn list(config: &Config) -> Vec<Check> {
    let memory = Memory::open(&config.state_path());
    let mut checks = set_up(config);
    for check in &mut checks {
        if let Some(name) = check.what.strip_prefix("notify.").filter(|name| check.ok && *name != "ping") {
            let last = memory.last(name).map(|told| format!("last told: {}", told.condition.words()));
            check.detail = format!("{}, {}", check.detail, last.as_deref().unwrap_or("told nothing yet"));
        }
    }
    checks
}

/// Sends a test message everywhere. What was told before stays as it is.
async fn test(config: &Config) -> Vec<Check> {
    let summary = Summary::test(crate::notices::now());
    let mut checks = Vec::new();
    for (name, channel) in channels::messages(config) {
        let result = match channel {
            Ok(channel) => send(&channel, &summary).await,
            Err(failure) => Err(failure),
        };
        checks.push(Check::of(&format!("notify.{name}"), result));
    }
    if let Some(ping) = channels::ping(config) {
        let result = match ping {
            Ok(ping) => match ping.send(Signal::Log, &summary.subject).await {
                Ok(()) => Ok(format!("{} took a test; it counts as no run", ping.host())),
                Err(error) => Err(failure(&error)),
            },
            Err(failure) => Err(failure),
        };
        checks.push(Check::of("notify.ping", result));
    }
    checks
}

async fn send(channel: &Channel, summary: &Summary) -> Fallible<String> {
    let result = notify::send_all(&[channel], summary).await.into_iter().collect::<Result<Vec<()>, _>>();
    result.map(|_| format!("sent to {}", channel.target())).map_err(|error| failure(&error))
}

fn failure(error: &notify::Error) -> Failure {
    Failure::new(error.to_string()).hint(error.hint())
}
