//! `tieline call link`: a link that dials once, for use inside a CRM. It asks neither side; `tieline serve` shows its page.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::dialling::{self, Wish};
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::{job, output, serve_keys};
use engine::normalizer::Normalizer;
use jiff::{SignedDuration, Timestamp};
use receiver::Link;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::CallLink) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    let normalizer = Normalizer::new(crate::registry::region(&config.matching.default_region)?);
    let store = job::look(&config.state_path())?;
    let wish = Wish {
        from: args.from.as_deref(),
        to: &args.to,
        agent: args.agent.as_deref(),
        caller_id: args.caller_id.as_deref(),
    };
    let dial = dialling::read(&config, &normalizer, Some(&store), &wish)?;
    dialling::warn(context, &store, &normalizer, wish.to, &dial)?;
    let keys = serve_keys::load(context, &config)?;
    let until = Timestamp::from_second(Timestamp::now().as_second())
        .and_then(|now| now.checked_add(SignedDuration::from_mins(args.minutes)))
        .map_err(|error| Failure::from_error(&error))?;
    let link =
        Link { to: dial.to, from: dial.from, agent: dial.agent_id, caller_id: dial.caller_id, until, id: ticket()? };
    let url = format!("{}/call?{}", config.serve.base(config.serve.listen), link.query(&keys.links));
    if context.global.json {
        output::print_json(&serde_json::json!({ "url": url, "to": link.to, "from": link.from, "until": until }))?;
    } else {
        output::print(|out| writeln!(out, "{url}"))?;
    }
    Ok(Code::Done)
}

/// A name that nobody guesses.
pub(crate) fn ticket() -> Fallible<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new(format!("no randomness for a link: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
