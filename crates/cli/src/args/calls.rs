//! The command line of calls: flags, defaults and examples. What a command does stands in `commands/`.
#![allow(clippy::doc_markdown)] // these comments are the help texts, shown as they are

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline calls sync                                  what is new, and what changed in the last days
  tieline calls list --since 2026-03-01 --status missed
  tieline calls export -o calls.parquet
  tieline calls report -o calls.html

Dates are days in UTC, as in the call log. docs/guides/calls.md tells more.")]
pub(crate) struct Calls {
    #[command(subcommand)]
    pub(crate) command: CallsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CallsCommand {
    /// Read the call log into the state; writes to neither side
    #[command(after_help = "Examples:
  tieline calls sync                        goes on where the last one ended, and reads the last days again
  tieline calls sync --since 2025-01-01     older calls, too
A sync that was killed goes on where it was.")]
    Sync(CallsSync),
    /// Calls that were read, newest first
    #[command(after_help = "Examples:
  tieline calls list --contact 'Ada Lovelace'
  tieline calls list --agent dana --direction inbound --json | jq '.calls[0]'")]
    List(CallsList),
    /// Write calls to a file: .csv, .jsonl or .parquet
    #[command(after_help = "Example:
  tieline calls export -o march.parquet --since 2026-03-01 --until 2026-03-31")]
    Export(CallsExport),
    /// By agent, day, hour and disposition; who was missed and not called back
    #[command(after_help = "Examples:
  tieline calls report --since 2026-03-01
  tieline calls report -o march.html")]
    Report(CallsReport),
}

/// A day.
fn day(text: &str) -> Result<jiff::civil::Date, String> {
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match text.parse() {
        Ok(date) if shaped => Ok(date),
        _ => Err("expected a date that exists, as YYYY-MM-DD".to_owned()),
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CallsSync {
    /// The first day to read, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) since: Option<jiff::civil::Date>,
    /// The last day to read
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) until: Option<jiff::civil::Date>,
}

/// Who called whom, by name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DirectionName {
    Inbound,
    Outbound,
    All,
}

/// Which calls.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct CallsFilter {
    /// Not before this day, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) since: Option<jiff::civil::Date>,
    /// Not after this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) until: Option<jiff::civil::Date>,
    /// Who called whom
    #[arg(long)]
    pub(crate) direction: Option<DirectionName>,
    /// The agent's id, or a part of the name
    #[arg(long)]
    pub(crate) agent: Option<String>,
    /// The customer's number
    #[arg(long, value_name = "PHONE")]
    pub(crate) number: Option<String>,
    /// completed, missed, voicemail, busy, no-answer, failed, ringing or in-progress
    #[arg(long)]
    pub(crate) status: Option<String>,
    /// A contact by number, record id, or a part of the name
    #[arg(long, value_name = "CONTACT")]
    pub(crate) contact: Option<String>,
    /// A part of the notes, the disposition or a tag
    #[arg(long)]
    pub(crate) text: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CallsList {
    #[command(flatten)]
    pub(crate) filter: CallsFilter,
    /// At most so many; 0: all. Default: 50, with --json all
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// With the notes
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CallsExport {
    /// The file; its ending says the format: .csv, .jsonl or .parquet
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) filter: CallsFilter,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CallsReport {
    /// Write a page with charts instead: .html
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Show every row
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: CallsFilter,
}

#[derive(Debug, ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  tieline call --from +14155550190 --to +14155550123 --watch
  tieline call --from +14155550190 --to 'Ada Lovelace' --agent 7
  tieline call link --to 'Ada Lovelace'      a link for the CRM that dials once

A request whose answer is lost is never sent again by itself: the next `tieline call` to that
number first looks in the call log whether it rang."
)]
pub(crate) struct Call {
    #[command(subcommand)]
    pub(crate) command: Option<CallCommand>,
    /// A number of the JustCall account; default: `[calls] from`
    #[arg(long, value_name = "PHONE", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Whom to call: a number, a record id, or a part of a contact's name
    #[arg(long, value_name = "PHONE|CONTACT", allow_hyphen_values = true, required = true)]
    pub(crate) to: Option<String>,
    /// The id of the agent who calls; default: the owner of the number
    #[arg(long, value_name = "ID")]
    pub(crate) agent: Option<String>,
    /// A verified number that the contact sees instead
    #[arg(long, value_name = "PHONE", allow_hyphen_values = true)]
    pub(crate) caller_id: Option<String>,
    /// Call also while it is not known whether an earlier request to this number rang
    #[arg(long)]
    pub(crate) anyway: bool,
    /// Show ringing, in-progress and completed as they happen; Ctrl-C ends the watching, not the call
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CallCommand {
    /// Print a link that dials once, after a confirm step; `tieline serve` shows its page
    #[command(after_help = "Examples:
  tieline call link --from +14155550190 --to 'Ada Lovelace'
  tieline call link --to +14155550123 --minutes 480 --json | jq -r .url

Whoever has the link can make this one call until it ends. Looking at its page dials nobody.")]
    Link(CallLink),
}

/// Longest life of a link, in minutes.
const LONGEST: i64 = 7 * 24 * 60;

#[derive(Debug, ClapArgs)]
pub(crate) struct CallLink {
    /// A number of the JustCall account; default: `[calls] from`
    #[arg(long, value_name = "PHONE", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Whom to call: a number, a record id, or a part of a contact's name
    #[arg(long, value_name = "PHONE|CONTACT", allow_hyphen_values = true)]
    pub(crate) to: String,
    /// The id of the agent who calls; default: the owner of the number
    #[arg(long, value_name = "ID")]
    pub(crate) agent: Option<String>,
    /// A verified number that the contact sees instead
    #[arg(long, value_name = "PHONE", allow_hyphen_values = true)]
    pub(crate) caller_id: Option<String>,
    /// How long it works, up to a week
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(i64).range(1..=LONGEST))]
    pub(crate) minutes: i64,
}
