//! `tieline call`: makes a call, at most once, and watches it.

use crate::args;
use crate::commands::contacts;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job::{Access, Job};
use crate::output;
use ::sync::calls::DialEnd;
use ::sync::{Env, Session};
use connector::calls::Dial;
use engine::normalizer::Normalizer;
use jiff::Timestamp;
use model::{Call, CallStage};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// Between two looks at a call while it may be answered any moment.
const QUICK: Duration = Duration::from_millis(500);
/// So many looks are quick.
const QUICK_LOOKS: u32 = 20;
/// Between two looks later on: a minute of watching costs 30 requests, half of the smallest plan's.
const LOOK: Duration = Duration::from_secs(2);
/// A call that the log does not show so many times in a row is not watched any longer.
const UNSEEN: u32 = 30;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Call) -> Fallible<Code> {
    let setup = super::setup(context)?;
    let normalizer = Normalizer::new(setup.region);
    let own = |option: &str, text: &str| contacts::number(None, &normalizer, option, text).map(e164);
    let from = own("--from", &args.from).map_err(own_number)?;
    let caller_id = args.caller_id.as_deref().map(|text| own("--caller-id", text)).transpose().map_err(own_number)?;
    let mut job = Job::open(context, &setup, "call")?;
    let seconds = job.env.seconds();
    let mut session = job.session(&setup, Access::Write, BTreeMap::new())?;
    let to = e164(contacts::number(Some(session.store()), &normalizer, "--to", &args.to)?);
    if to == from {
        return Err(Failure::usage("--from and --to are one number").hint("--from is a number of the account"));
    }
    let dial = Dial { from, to, agent_id: args.agent.clone(), caller_id, callback_url: None };
    let end = session.dial(&dial).await?;
    let call = ended(context, &dial, end)?;
    if args.watch {
        watch(context, &mut session, &dial, call).await?;
    }
    drop(session);
    tracing::info!(seconds = job.env.seconds() - seconds, "call");
    Ok(Code::Done)
}

fn e164(number: u64) -> String {
    format!("+{number}")
}

/// A number of the account is no contact.
fn own_number(failure: Failure) -> Failure {
    let hint = "a number of the JustCall account, with its country code, such as +14155550190";
    failure.hint(hint)
}

/// What the end means: the call that rings, or why none does.
fn ended(context: &Context, dial: &Dial, end: DialEnd) -> Fallible<Call> {
    match end {
        DialEnd::Started(call) => {
            show(context, &call, dial)?;
            Ok(*call)
        }
        DialEnd::AlreadyMade { call, asked } => {
            Err(Failure::new(format!(
                "nothing was dialled: the call to {} that was asked for at {asked} did ring, as {} ({})",
                dial.to, call.call_id, call.status
            ))
            .hint("run it once more to call again"))
        }
        DialEnd::Unknown { message, earlier: None } => Err(Failure::new(format!(
            "it is not known whether {} rings: {message}",
            dial.to
        ))
        .hint("do not dial again by hand yet: run this once more, which first looks in the call log whether it rang")),
        DialEnd::Unknown { message, earlier: Some(asked) } => Err(Failure::new(format!(
            "nothing was dialled: whether the call to {} that was asked for at {asked} rang is still not known ({message})",
            dial.to
        ))
        .hint("run this again in some minutes; after ten without a trace in the call log it counts as not made")),
        DialEnd::Refused { status, message } => Err(refused(dial, status, &message)),
    }
}

fn refused(dial: &Dial, status: u16, message: &str) -> Failure {
    let failure = Failure::new(format!("JustCall did not make the call: {status} {message}"));
    match status {
        404 => failure.hint(format!(
            "{} is no number of this JustCall account: take one that stands under Phone Numbers in JustCall",
            dial.from
        )),
        400 | 422 => {
            failure.hint("check --agent and --caller-id: the agent must be in the account, the number verified")
        }
        _ => failure.hint("JustCall's words say why; nothing rings"),
    }
}

/// One line per stage.
fn show(context: &Context, call: &Call, dial: &Dial) -> Fallible<()> {
    if context.global.json {
        return output::print(|out| {
            serde_json::to_writer(&mut *out, &json!({ "call": call }))?;
            writeln!(out)
        });
    }
    let talk = match (call.stage(), call.duration) {
        (CallStage::Ended, Some(seconds)) if seconds > 0 => {
            format!(", {} of talk", report::words::duration(seconds as f64))
        }
        _ => String::new(),
    };
    output::print(|out| writeln!(out, "{}: {} → {}  {}{talk}", call.call_id, dial.from, dial.to, call.status))
}

/// Follows a call until it has ended.
async fn watch(context: &Context, session: &mut Session<'_>, dial: &Dial, mut call: Call) -> Fallible<()> {
    let began = call.started_at.unwrap_or_else(Timestamp::now);
    let (mut unseen, mut looks) = (0, 0);
    while call.stage() != CallStage::Ended {
        tokio::select! {
            () = tokio::time::sleep(if looks < QUICK_LOOKS { QUICK } else { LOOK }) => {}
            () = crate::surroundings::wait_for_signal() => {
                context.note("not watching any longer; the call goes on");
                return Ok(());
            }
        }
        looks += 1;
        match session.look_at_call(&call.call_id, &dial.to, began).await? {
            Some(now) => {
                unseen = 0;
                if now.status != call.status {
                    show(context, &now, dial)?;
                }
                call = now;
            }
            None => unseen += 1,
        }
        if unseen >= UNSEEN {
            return Err(Failure::new(format!("the call log does not show {} (yet)", call.call_id))
                .hint("the call was made; `tieline calls sync` and `tieline calls list` show it later"));
        }
    }
    Ok(())
}
