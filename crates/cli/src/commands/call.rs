//! `tieline call`: makes a call, at most once, and watches it.

use crate::args;
use crate::context::Context;
use crate::dialling::{self, Wish};
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job::{Access, Job};
use crate::output;
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
    if let Some(args::CallCommand::Link(link)) = &args.command {
        return super::call_link::run(context, link);
    }
    let setup = super::setup(context)?;
    let normalizer = Normalizer::new(setup.region);
    let (mut job, lock) = Job::open_to_dial(&setup, "call")?;
    let seconds = job.env.seconds();
    let mut session = job.session(&setup, Access::Write, BTreeMap::new())?;
    let wish = Wish {
        from: args.from.as_deref(),
        to: args.to.as_deref().unwrap_or_default(),
        agent: args.agent.as_deref(),
        caller_id: args.caller_id.as_deref(),
    };
    let dial = dialling::read(&setup.config, &normalizer, Some(session.store()), &wish)?;
    dialling::warn(context, session.store(), &normalizer, wish.to, &dial)?;
    if let Some(name) = dialling::name(session.store(), &dial.to)? {
        context.note(&format!("calling {}, {}", report::text::safe(&name), dial.to));
    }
    let end = session.dial(&dial, args.anyway).await?;
    // Watching keeps nobody else from calling.
    drop(lock);
    let call = dialling::ended(&dial, end)?;
    show(context, &call, &dial)?;
    if args.watch {
        watch(context, &mut session, &dial, call).await?;
    }
    drop(session);
    tracing::info!(seconds = job.env.seconds() - seconds, "call");
    Ok(Code::Done)
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
