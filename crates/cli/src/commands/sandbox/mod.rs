//! `tieline sandbox`: an account in memory, until it is interrupted. One file per vendor.

mod hubspot;
mod justcall;

use crate::args::{self, SandboxCrm};
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use sandbox::{PersistenceError, StartError};
use std::path::Path;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Sandbox) -> Fallible<Code> {
    check_save(args.save.as_deref())?;
    match args.crm {
        None => justcall::run(context, args).await,
        Some(SandboxCrm::Hubspot) => hubspot::run(context, args).await,
    }
}

/// Whether there can be a file to save to: now rather than when it ends, when it would be too late.
fn check_save(path: Option<&Path>) -> Fallible<()> {
    let Some(path) = path else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() || !folder.is_dir() {
        return Err(Failure::usage(format!("cannot save to {}: no file can be there", path.display()))
            .hint("name a file in a folder that exists"));
    }
    Ok(())
}

fn cannot_load(error: &PersistenceError, example: &str) -> Failure {
    Failure { code: Code::Usage, ..Failure::from_error(error) }
        .hint(format!("--load takes what --save wrote, or a file like {example} (docs/sandbox.md)"))
}

fn cannot_start(error: &StartError) -> Failure {
    Failure::from_error(error).hint("take another --port; 0 takes any free one")
}

fn cannot_save(path: &Path, error: &PersistenceError) -> Failure {
    Failure::new(format!("cannot save {}: {error}", path.display()))
}

fn contacts(count: usize) -> String {
    report::words::count(count as u64, "contact")
}
