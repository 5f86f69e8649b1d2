//! What a command must not write over: the CRM's file, the state, the configuration and the files of secrets. Says nothing
//! about other files.

use crate::args::{CallsCommand, Command, ConflictCommand};
use crate::config::Config;
use crate::failure::{Failure, Fallible};
use std::path::{Path, PathBuf};

/// Refuses a command whose `-o FILE` names something that tieline lives on.
pub(crate) fn spare(command: &Command, configuration: &Path) -> Fallible<()> {
    let Some(path) = output(command) else { return Ok(()) };
    let Ok(target) = path.canonicalize() else { return Ok(()) }; // a new file
    let is = |own: &Path| own.canonicalize().is_ok_and(|own| own == target);
    let own = own(configuration).into_iter().find(|(own, _)| is(own));
    own.map_or(Ok(()), |(_, what)| {
        Err(Failure::usage(format!("{} is {what}: it is not written over", path.display()))
            .hint("name another file after -o"))
    })
}

fn output(command: &Command) -> Option<&Path> {
    match command {
        Command::Plan(args) => args.output.as_deref(),
        Command::Show(args) => args.output.as_deref(),
        Command::Undo(args) => args.output.as_deref(),
        Command::ExportState(args) => args.output.as_deref(),
        Command::Conflicts(args) => match &args.command {
            ConflictCommand::Export { output } => Some(output),
            _ => None,
        },
        Command::Calls(args) => match &args.command {
            CallsCommand::Export(args) => Some(&args.output),
            CallsCommand::Report(args) => args.output.as_deref(),
            _ => None,
        },
        _ => None,
    }
}

/// Files of the configuration at hand, with what they are.
fn own(configuration: &Path) -> Vec<(PathBuf, &'static str)> {
    let mut own = vec![(configuration.to_owned(), "the configuration")];
    // Without a configuration that can be read, nobody knows of others.
    let Ok(config) = Config::load(configuration) else { return own };
    if config.crm.connector == "csv" {
        own.push((config.resolve(&config.crm.path), "the CRM's file"));
    }
    let state = config.state_path();
    for suffix in ["", "-wal", "-shm", ".lock", ".call.lock", ".keys"] {
        let mut name = state.clone().into_os_string();
        name.push(suffix);
        own.push((name.into(), "the state"));
    }
    own.extend(secrets(&config).map(|file| (file, "a secret's file")));
    own
}

/// Files that the configuration names for secrets.
pub(crate) fn secrets(config: &Config) -> impl Iterator<Item = PathBuf> {
    let named = [
        &config.justcall.api_key_file,
        &config.justcall.api_secret_file,
        &config.serve.webhook_secret_file,
        &config.crm.carddav.password_file,
        &config.crm.carddav.token_file,
        &config.crm.hubspot.token_file,
    ];
    named.into_iter().flatten().map(|file| config.resolve(file))
}
