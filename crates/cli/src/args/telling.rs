//! The options of `status` and `notify`: how things stand, and who is told.
#![allow(clippy::doc_markdown)] // these comments are the help texts, shown as they are

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline status
  tieline status --json | jq '{conflicts, last: .last_run}'
  tieline status --alert    for cron: silent and 0, or what is overdue and 1; told by [notify], too")]
pub(crate) struct Status {
    /// Only what is overdue ([notify] no_run_hours and conflict_days): told once to whom the configuration names
    #[arg(long)]
    pub(crate) alert: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline notify           every channel of [notify], and what it was told last
  tieline notify --test    a test message to each: ok, or what is wrong")]
pub(crate) struct Notify {
    /// Send a test message to each channel, and say what happened
    #[arg(long)]
    pub(crate) test: bool,
}
