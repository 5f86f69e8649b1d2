//! `tieline completions`: from the same definition as the commands themselves.

use crate::args::Args;
use clap::CommandFactory;

/// Runs the command.
pub(crate) fn run(shell: clap_complete::Shell) {
    clap_complete::generate(shell, &mut Args::command(), "tieline", &mut std::io::stdout());
}
