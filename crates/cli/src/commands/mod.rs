//! One file per command.

mod adopt;
mod apply;
mod approve;
mod call;
mod call_link;
mod calls;
mod chaos;
mod completions;
mod conflicts;
pub(crate) mod contacts;
mod decisions;
mod demo;
mod doctor;
mod exclude;
mod export_state;
mod field_history;
mod forget;
mod history;
mod init;
mod names;
mod notify;
mod own_value;
mod phone;
mod plan;
mod quality;
mod retry;
mod review;
mod rules;
mod sandbox;
mod serve;
mod show;
mod status;
mod sync;
mod undo;
mod verify;

use crate::args::Command;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::registry::Setup;
use ::sync::decide::Who;
use engine::normalizer::{Normalizer, PhoneReading};
use jiff::Timestamp;
use model::PhoneKey;

/// Carries a command out.
pub(crate) async fn run(context: &Context, command: Command) -> Fallible<Code> {
    crate::own_files::spare(&command, &context.global.config)?;
    match command {
        Command::Init(args) => init::run(context, &args),
        Command::Doctor(args) => doctor::run(context, &args).await,
        Command::Plan(args) => plan::run(context, &args).await,
        Command::Show(args) => show::run(context, &args),
        Command::Apply(args) => apply::run(context, &args).await,
        Command::Sync(args) => sync::run(context, &args).await,
        Command::Calls(args) => calls::run(context, args.command).await,
        Command::Call(args) => call::run(context, &args).await,
        Command::Serve(args) => serve::run(context, &args).await,
        Command::Conflicts(args) => conflicts::run(context, args.command),
        Command::Exclude(args) => exclude::run(context, &args),
        Command::Approve(args) => approve::run(context, &args),
        Command::Review(args) => review::run(context, &args).await,
        Command::Status(args) => status::run(context, &args).await,
        Command::Notify(args) => notify::run(context, &args).await,
        Command::History(args) => history::run(context, &args),
        Command::Undo(args) => undo::run(context, &args).await,
        Command::Retry(args) => retry::run(context, &args),
        Command::Verify(args) => verify::run(context, &args).await,
        Command::Adopt(args) => adopt::run(context, &args).await,
        Command::ExportState(args) => export_state::run(context, &args),
        Command::Forget(args) => forget::run(context, &args),
        Command::Quality(args) => quality::run(context, &args).await,
        Command::Phone(args) => phone::run(context, &args),
        Command::Sandbox(args) => sandbox::run(context, &args).await,
        Command::Demo(args) => demo::run(context, &args).await,
        Command::Chaos(args) => chaos::run(context, &args),
        Command::Completions(args) => {
            completions::run(args.shell);
            Ok(Code::Done)
        }
    }
}

/// Conflicts that nobody has decided.
pub(crate) fn open_conflicts(store: &store::Store) -> Fallible<Vec<model::Conflict>> {
    conflicts::open(store)
}

/// The configuration and what it comes to.
fn setup(context: &Context) -> Fallible<Setup> {
    Setup::new(Config::load(&context.global.config)?)
}

/// Who decides: the name that was given, or the user of this machine.
fn who(by: Option<&str>) -> Who {
    let given = |name: &String| !name.trim().is_empty();
    // The system knows the user also where no variable says it, and a variable may be another user's. Only where the
    // system has no name for the number, as in some containers, are variables asked.
    let of_system = || whoami::username().ok().filter(given);
    let variable = |name: &str| std::env::var(name).ok().filter(given);
    let of_variables = || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(variable);
    let name = by.map(str::to_owned).filter(given).or_else(of_system).or_else(of_variables);
    Who { name: name.unwrap_or_else(|| "unknown".to_owned()), at: Timestamp::now() }
}

/// The last plan of what follows from both sides, which says what is open and held; an undo looked at neither.
fn last_ordinary_plan(store: &store::Store) -> Fallible<Option<model::Plan>> {
    for id in store.saved_plans()? {
        if let Some(stored) = store.plan(&id)? {
            let plan = ::sync::plan_from_json(&stored.json)?;
            if plan.undoes.is_none() {
                return Ok(Some(plan));
            }
        }
    }
    Ok(None)
}

/// Records of the last ordinary plan with fields that their side acknowledged and did not keep.
fn not_landed(plan: &model::Plan) -> impl Iterator<Item = &model::Skipped> {
    plan.skipped.iter().filter(|skipped| skipped.detail.starts_with(engine::NOT_SENT_AGAIN))
}

/// A number that a person typed; `what` names where.
fn number(config: &Config, what: &str, text: &str) -> Fallible<PhoneKey> {
    let normalizer = Normalizer::new(crate::registry::region(&config.matching.default_region)?);
    match normalizer.read_phone(text) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Ok(key),
        PhoneReading::Unusable(_, why) => Err(Failure::usage(format!("{what} takes a phone number: {why}"))),
    }
}
