//! `tieline calls`: the call log, read into the state, and views of it.

mod activities;
mod export;
mod filter;
mod lines;
mod list;
mod parquet;
mod report;
mod sync;

use crate::args::CallsCommand;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;

pub(crate) use activities::keep_activities;
pub(crate) use sync::{range, say};

/// Runs the command.
pub(crate) async fn run(context: &Context, command: CallsCommand) -> Fallible<Code> {
    match command {
        CallsCommand::Sync(args) => sync::run(context, &args).await,
        CallsCommand::List(args) => list::run(context, &args),
        CallsCommand::Export(args) => export::run(context, &args),
        CallsCommand::Report(args) => report::run(context, &args),
    }
}
