//! One file per command.

mod apply;
mod chaos;
mod completions;
mod conflicts;
mod decisions;
mod demo;
mod doctor;
mod history;
mod init;
mod phone;
mod plan;
mod quality;
mod sandbox;
mod show;
mod status;
mod sync;

use crate::args::Command;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::registry::Setup;

/// Carries a command out.
pub(crate) async fn run(context: &Context, command: Command) -> Fallible<Code> {
    match command {
        Command::Init(args) => init::run(context, &args),
        Command::Doctor(args) => doctor::run(context, &args).await,
        Command::Plan(args) => plan::run(context, &args).await,
        Command::Show(args) => show::run(context, &args),
        Command::Apply(args) => apply::run(context, &args).await,
        Command::Sync(args) => sync::run(context, &args).await,
        Command::Conflicts(args) => conflicts::run(context, args.command),
        Command::Status(_) => status::run(context),
        Command::History(args) => history::run(context, &args),
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

/// The configuration and what it comes to.
fn setup(context: &Context) -> Fallible<Setup> {
    Setup::new(Config::load(&context.global.config)?)
}
