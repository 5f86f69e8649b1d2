//! The command line: flags, defaults and examples. What a command does stands in `commands/`.
#![allow(clippy::doc_markdown)] // these comments are the help texts, shown as they are

mod calls;
mod serving;
mod setting_up;
mod showing;
mod telling;

pub(crate) use calls::{
    Call, CallCommand, CallLink, Calls, CallsCommand, CallsExport, CallsFilter, CallsList, CallsReport, CallsSync,
    DirectionName,
};
pub(crate) use serving::Serve;
pub(crate) use setting_up::{Doctor, Init};
pub(crate) use showing::Show;
pub(crate) use telling::{Notify, Status};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Keeps the contacts of a JustCall account and of a CRM the same, in both directions.
#[derive(Debug, Parser)]
#[command(name = "tieline", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Examples:
  tieline demo                    see it work on made-up contacts, nothing is sent anywhere
  tieline init --crm export.csv   write a commented tieline.toml for a CRM export
  tieline plan                    what would change, and what it costs; writes nothing
  tieline sync                    plan and apply: the nightly job
  tieline review                  decide what waits, and apply, on a local web page

Exit codes: 0 done, 1 failed, 2 usage or configuration, 5 refused by a guard with nothing applied,
6 applied in part; with --exit-code also 3 changes are planned, 4 conflicts or held actions wait.")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Global {
    /// The configuration
    #[arg(long, global = true, value_name = "FILE", default_value = crate::config::DEFAULT_PATH)]
    pub(crate) config: PathBuf,
    /// Print data as JSON on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress and no notes on standard error
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Say more on standard error; twice: with personal data
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented configuration for a CRM export
    Init(Init),
    /// Check credentials, account, file, columns and state, without changing anything
    Doctor(Doctor),
    /// Read both sides and show what would change; writes nothing
    Plan(Plan),
    /// Show a plan or a run
    Show(Show),
    /// Apply a plan that was made before, exactly as it was shown
    Apply(Apply),
    /// Plan and apply: the nightly job
    Sync(Sync),
    /// Read JustCall's call log, list, export and report calls
    Calls(Calls),
    /// Call somebody: JustCall rings the agent, then the contact
    Call(Call),
    /// Take calls in as they happen: JustCall's webhooks and callbacks
    Serve(Serve),
    /// List, read and decide conflicts
    Conflicts(Conflicts),
    /// Take actions out of the plan, until they would do something else
    Exclude(Exclude),
    /// Let changes that a guard withholds through in the next run
    Approve(Approve),
    /// Look at what waits, decide and apply on a local web page
    Review(Review),
    /// What is in sync, what waits, how the last run went
    Status(Status),
    /// Who is told about runs and what they were told, or a test message
    Notify(Notify),
    /// Earlier runs, the writes of one run, or what happened to one contact
    History(History),
    /// Take back what a run wrote, wherever nobody touched it since
    Undo(Undo),
    /// Try again what was refused or undone
    Retry(Retry),
    /// Check by independent means that both sides, the state and the journal agree
    Verify(Verify),
    /// Link what belongs together after the state was lost; writes to neither side
    Adopt(Adopt),
    /// Write everything that the state remembers, as JSON lines
    ExportState(ExportState),
    /// Erase one person from the state, for good
    Forget(Forget),
    /// Phones, duplicates and near matches to mend before the first sync
    Quality(Quality),
    /// Read phone texts as tieline does
    Phone(Phone),
    /// Run an account of JustCall, or of a CRM, in memory, to try things out
    Sandbox(Sandbox),
    /// See tieline work on made-up contacts
    Demo(Demo),
    /// Play made-up worlds with faults and crashes, under your own configuration
    Chaos(Chaos),
    /// Print the completions of a shell
    Completions(Completions),
}

/// Classes of changes that a person lets through once.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Approvals {
    /// Let at most N changes of a class through in this run (deletes, clears, phone_changes, creates, changed)
    #[arg(long = "approve", value_name = "CLASS=N", value_parser = approval)]
    pub(crate) approve: Vec<(String, u64)>,
}

/// How a run is shown, and how the process ends.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub(crate) struct Shape {
    /// Show every row, and every conflict of earlier nights too
    #[arg(long)]
    pub(crate) all: bool,
    /// 3: with --dry-run, changes are planned; 4: conflicts or held actions wait for a decision
    #[arg(long)]
    pub(crate) exit_code: bool,
}

fn approval(text: &str) -> Result<(String, u64), String> {
    const CLASSES: [&str; 5] = ["deletes", "clears", "phone_changes", "creates", "changed"];
    let (class, count) = text.split_once('=').ok_or("expected CLASS=N, for example deletes=40")?;
    if !CLASSES.contains(&class) {
        let near = crate::config::keys::nearest(class, &CLASSES);
        let near =
            near.map_or_else(|| format!("known are {}", CLASSES.join(", ")), |near| format!("did you mean `{near}`?"));
        return Err(format!("no guard is called `{class}`, {near}"));
    }
    let count = count.parse().map_err(|_| format!("`{count}` is no number"))?;
    Ok((class.to_owned(), count))
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline plan                         show what would change
  tieline plan -o tonight.json         keep the plan; `tieline apply tonight.json` applies exactly this
  tieline plan --json | jq .summary    for scripts
  tieline plan --exit-code             3: changes are planned, 4: something waits for a decision")]
pub(crate) struct Plan {
    /// Also write the plan to a file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Say by the exit code whether anything would change
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// Show every row, not only the first of each section
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) approvals: Approvals,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline apply                            the last plan that was shown
  tieline apply tonight.json --yes         a plan file, without a question
  tieline apply tonight.json --approve deletes=40")]
pub(crate) struct Apply {
    /// A plan file or the id of a plan; default: the last plan
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<String>,
    /// Do not ask. In a script or a pipe nobody is asked anyway: the plan is applied at once
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Check that the plan can be used, and only show it
    #[arg(long, conflicts_with_all = ["yes", "approve"])]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) shape: Shape,
    #[command(flatten)]
    pub(crate) approvals: Approvals,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline sync                       plan and apply
  tieline sync --dry-run             the same plan, nothing applied
  tieline sync --approve deletes=40  let at most 40 deletions through, this once")]
pub(crate) struct Sync {
    /// Only show the plan
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) shape: Shape,
    #[command(flatten)]
    pub(crate) approvals: Approvals,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline conflicts list
  tieline conflicts show c0123456789
  tieline conflicts resolve c0123456789 --take crm
  tieline conflicts resolve c0123456789 --value \"Acme Corp\"
  tieline conflicts resolve c0123456789 --take crm --for-all    a rule: for all conflicts like this one
  tieline conflicts rules                                       the rules; --remove takes one back
  tieline conflicts export -o decisions.csv    fill the column `decision` in a spreadsheet, then
  tieline conflicts import decisions.csv")]
pub(crate) struct Conflicts {
    #[command(subcommand)]
    pub(crate) command: ConflictCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConflictCommand {
    /// Conflicts of the last plan
    List {
        /// As a table for a spreadsheet
        #[arg(long)]
        csv: bool,
    },
    /// One conflict with both values
    Show {
        /// Its id, or the beginning of it
        id: String,
    },
    /// Decide one conflict; the next plan carries it out
    #[command(group = clap::ArgGroup::new("choice").required(true))]
    Resolve {
        /// Its id, or the beginning of it
        id: String,
        /// The side whose value wins
        #[arg(long, value_name = "SIDE", group = "choice")]
        take: Option<SideName>,
        /// A value of your own, for both sides
        #[arg(long, group = "choice", allow_hyphen_values = true)]
        value: Option<String>,
        /// Empty the field on both sides
        #[arg(long, group = "choice")]
        clear: bool,
        /// Leave it as it is until one of the values changes
        #[arg(long, group = "choice")]
        skip: bool,
        /// These are not the same contact: end their link, and never match them again; nothing is written
        #[arg(long, group = "choice")]
        keep_apart: bool,
        /// With --take: make it a rule for all conflicts of this field and kind, now and later
        #[arg(long, requires = "take", conflicts_with_all = ["value", "clear", "skip", "keep_apart"])]
        for_all: bool,
        /// Who decides; default: the user of this machine
        #[arg(long = "as", value_name = "NAME")]
        by: Option<String>,
    },
    /// The decisions that wait or stay, with who made them
    Decided,
    /// The standing rules, which answer all conflicts of a field and kind
    #[command(after_help = "Examples:
  tieline conflicts rules --json
  tieline conflicts rules --remove company.both_edited

`tieline conflicts resolve ID --take crm --for-all` makes one. The next plan follows it and names it with every change.
An answer to a single conflict beats it. Numbers, and conflicts about who is who, are always decided one by one.")]
    Rules {
        /// Take a rule back: the next plan asks again
        #[arg(long, value_name = "RULE")]
        remove: Option<String>,
        /// Who decides; default: the user of this machine
        #[arg(long = "as", value_name = "NAME", requires = "remove")]
        by: Option<String>,
    },
    /// Take a decision back; the next plan asks again
    Reopen {
        /// The conflict's id, or the beginning of it
        id: String,
        /// Who decides; default: the user of this machine
        #[arg(long = "as", value_name = "NAME")]
        by: Option<String>,
    },
    /// A file for a spreadsheet, with a column to fill
    #[command(after_help = "The column `decision` takes: justcall, crm, value:TEXT, clear, skip, keep apart, or
nothing.")]
    Export {
        /// The file
        #[arg(short, long, value_name = "FILE")]
        output: std::path::PathBuf,
    },
    /// Decide what a filled file says; the next plan carries it out
    #[command(after_help = "Example:
  tieline conflicts import decisions.csv --dry-run    check every line, store nothing")]
    Import {
        /// The file
        file: std::path::PathBuf,
        /// Check every line, store nothing
        #[arg(long)]
        dry_run: bool,
        /// Who decides; default: the user of this machine
        #[arg(long = "as", value_name = "NAME")]
        by: Option<String>,
    },
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline exclude                               what the last plan would do, with the names
  tieline exclude a0123456789 a9876543210       leave these two out
  tieline exclude --phone +14155551234 --side crm --kind delete    keep this record
  tieline exclude --list                        what is left out, since when, by whom
  tieline exclude --remove a0123456789          let it be planned again

An excluded action stays out of every plan while it would do exactly the same. When its values change it is planned
again, and the plan says so. A deletion that waits can be excluded already: the record is kept while the other one is gone.")]
pub(crate) struct Exclude {
    /// Names of actions, or beginnings of them, as `tieline show` has them
    #[arg(value_name = "ACTION")]
    pub(crate) actions: Vec<String>,
    /// Those about this number
    #[arg(long)]
    pub(crate) phone: Option<String>,
    /// Of them, those on this side
    #[arg(long, requires = "phone")]
    pub(crate) side: Option<SideName>,
    /// Of them, those of this kind
    #[arg(long, requires = "phone")]
    pub(crate) kind: Option<WriteKind>,
    /// Only show what is left out
    #[arg(long, conflicts_with_all = ["actions", "phone", "remove"])]
    pub(crate) list: bool,
    /// Let what is named be planned again
    #[arg(long)]
    pub(crate) remove: bool,
    /// With --remove: all of it
    #[arg(long, requires = "remove", conflicts_with_all = ["actions", "phone"])]
    pub(crate) all: bool,
    /// Who decides; default: the user of this machine
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) by: Option<String>,
}

/// A kind of write by name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum WriteKind {
    Create,
    Update,
    Delete,
}

impl From<WriteKind> for model::ActionKind {
    fn from(kind: WriteKind) -> Self {
        match kind {
            WriteKind::Create => Self::Create,
            WriteKind::Update => Self::Update,
            WriteKind::Delete => Self::Delete,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline approve deletes=40              at most 40 deletions in the next run
  tieline approve                         what is approved for the next run
  tieline approve --revoke deletes        take it back before it is used

The next run, sync or apply, uses it up, whatever comes of it. Classes: deletes, clears, phone_changes, creates, changed.
`tieline sync --approve deletes=40` approves for one run without storing anything.")]
pub(crate) struct Approve {
    /// How many of which class; none: show what is approved
    #[arg(value_name = "CLASS=N", value_parser = approval)]
    pub(crate) classes: Vec<(String, u64)>,
    /// Take the approval of a class back
    #[arg(long, value_name = "CLASS", conflicts_with = "classes")]
    pub(crate) revoke: Option<String>,
    /// Who decides; default: the user of this machine
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) by: Option<String>,
}

/// A side by name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SideName {
    Justcall,
    Crm,
}

impl From<SideName> for model::Side {
    fn from(name: SideName) -> Self {
        match name {
            SideName::Justcall => Self::Justcall,
            SideName::Crm => Self::Crm,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline review                 print an address on this machine; open it in a browser
  tieline review --open          open it at once
  tieline review --listen 192.168.1.7 --password-file review.password

The address holds a random token: whoever has it can decide and apply. Deciding writes to neither side; applying is a step
of its own that shows the plan first. The page has no TLS: elsewhere than on this machine, put a proxy with TLS before it.")]
pub(crate) struct Review {
    /// Port; 0: any free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Let others reach it, at this address of this machine. Needs a password
    #[arg(long, value_name = "IP")]
    pub(crate) listen: Option<std::net::IpAddr>,
    /// A further name under which it may be asked for: that of a proxy or of this machine
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,
    /// A file with the password; default: the environment's TIELINE_REVIEW_PASSWORD
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Who decides, where the page is told no other name; default: the user of this machine
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Open it in the browser, whose command line shows the address to other users of this machine
    #[arg(long)]
    pub(crate) open: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline history                          the last runs
  tieline history r20261121-…              every write of one run
  tieline history --contact +14155551234   what happened to one contact, and who decided what about it
  tieline history --decisions              who decided what, the latest first")]
pub(crate) struct History {
    /// A run
    pub(crate) run: Option<String>,
    /// A contact, by phone
    #[arg(long, value_name = "PHONE")]
    pub(crate) contact: Option<String>,
    /// Who decided what: answers, rules, exclusions, approvals
    #[arg(long, conflicts_with_all = ["run", "contact"])]
    pub(crate) decisions: bool,
    /// How many runs or decisions, at least one
    #[arg(long, default_value = "20")]
    pub(crate) limit: std::num::NonZeroUsize,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline undo r20261121-… --dry-run         show what would be restored, write nothing
  tieline undo r20261121-… --yes             restore it
  tieline undo r20261121-… -o back.json      keep the plan; `tieline apply back.json` applies exactly this
  tieline undo r20261121-… --yes --approve deletes=40

An update goes back to what each field held, a created contact goes again, a deleted one comes back. What somebody
touched since stays as it is and is listed. Undoing the undo gives the state before it.")]
pub(crate) struct Undo {
    /// The run to take back; `tieline history` lists them
    #[arg(value_name = "RUN")]
    pub(crate) run: String,
    /// Do not ask. Without it and without a terminal the plan is shown and kept, and nothing is written
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Only show the plan
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Also write the plan to a file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Say by the exit code whether anything would change, or waits
    #[arg(long)]
    pub(crate) exit_code: bool,
    #[command(flatten)]
    pub(crate) approvals: Approvals,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline status                 lists what is parked, and why
  tieline retry +14155551234     the next run tries this contact again
  tieline retry --all            and here everything")]
pub(crate) struct Retry {
    /// Contacts by phone, or by the record id that `tieline status` shows
    #[arg(value_name = "PHONE|ID", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) what: Vec<String>,
    /// Everything that is parked
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline verify           exit code 1 if something is broken
  tieline verify --json    every finding, also those that are no fault")]
pub(crate) struct Verify {
    /// Show every finding
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline adopt --dry-run    what would be linked, and what waits
  tieline adopt --yes        link it, without a question; the next sync does the rest")]
pub(crate) struct Adopt {
    /// Only show the plan
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:
  tieline export-state -o state.jsonl    readable by you alone; docs/state.md describes it")]
pub(crate) struct ExportState {
    /// Where to; default: standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline forget +14155551234               asks first
  tieline forget +14155551234 --yes
  tieline forget --readmit +14155551234     let them take part again")]
pub(crate) struct Forget {
    /// The person's number
    #[arg(value_name = "PHONE", allow_hyphen_values = true)]
    pub(crate) phone: String,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Take it back: the next run treats their records like any new ones
    #[arg(long)]
    pub(crate) readmit: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline quality --side crm    look at the CRM alone, without credentials
  tieline quality --json")]
pub(crate) struct Quality {
    /// Look at one side only
    #[arg(long)]
    pub(crate) side: Option<SideName>,
    /// Show every row
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline phone '(415) 555-0123' '4.15556E+09'
  tieline phone --region GB '020 7946 0018'
  cut -f3 export.tsv | tieline phone -        one text a line, or REGION<TAB>TEXT

A line per text, with tabs between: verdict (accept, unverified, split, reject), number, extension, reason, text.
With --json one object a line. Ends with 0 also where texts are rejected.")]
pub(crate) struct Phone {
    /// Phone texts; `-`: lines of standard input
    #[arg(required = true, allow_hyphen_values = true)]
    pub(crate) text: Vec<String>,
    /// Country of numbers without a country code; default: the configuration's, else US
    #[arg(long)]
    pub(crate) region: Option<String>,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline sandbox --port 4010 --plan pro --load fixtures/demo/justcall.json
  then, in tieline.toml: [justcall] base_url = \"http://127.0.0.1:4010\"

  tieline sandbox --crm hubspot --contacts 1000     a CRM for the other side, on port 4020

Contacts, settings and faults can be looked at and changed while it runs, under /_sandbox: docs/sandbox.md.")]
pub(crate) struct Sandbox {
    /// A CRM's account instead of JustCall's
    #[arg(long, value_name = "CRM")]
    pub(crate) crm: Option<SandboxCrm>,
    /// Port on 127.0.0.1; 0: any free one; default: 4010, with --crm 4020
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// The account's plan, which sets its limits
    #[arg(long, default_value = "pro", conflicts_with = "crm")]
    pub(crate) plan: SandboxPlan,
    /// Requests per minute, instead of the plan's
    #[arg(long, value_name = "N", conflicts_with = "crm")]
    pub(crate) requests_per_minute: Option<std::num::NonZeroUsize>,
    /// Requests at once, instead of the plan's
    #[arg(long, value_name = "N", conflicts_with = "crm")]
    pub(crate) concurrency: Option<std::num::NonZeroUsize>,
    /// Adds a made-up history of so many calls with its contacts
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "crm")]
    pub(crate) calls: usize,
    /// With --crm: the account's subscription, which sets its limits
    #[arg(long, default_value = "free", requires = "crm")]
    pub(crate) tier: SandboxTier,
    /// With --crm: so many made-up contacts
    #[arg(long, value_name = "N", default_value_t = 0, requires = "crm", conflicts_with = "load")]
    pub(crate) contacts: usize,
    /// Another seed makes other calls and contacts
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Contacts and calls to start with
    #[arg(long, value_name = "FILE")]
    pub(crate) load: Option<PathBuf>,
    /// Where to keep the contacts when it ends
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
}

/// CRMs of the sandbox.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SandboxCrm {
    Hubspot,
}

/// Subscriptions of the sandbox's CRM.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SandboxTier {
    Free,
    Professional,
    Enterprise,
}

/// Plans of the sandbox.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SandboxPlan {
    Team,
    Pro,
    Business,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:
  tieline demo --dir /tmp/try")]
pub(crate) struct Demo {
    /// Folder for the files of the demo
    #[arg(long, default_value = "tieline-demo")]
    pub(crate) dir: PathBuf,
    /// Start over in the folder of an earlier demo: what it holds is deleted
    #[arg(long)]
    pub(crate) fresh: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  tieline chaos --seeds 1000               under the fields, policies and guards of tieline.toml
  tieline chaos --seeds 1 --from 4711      one seed again
  tieline chaos --replay story.json        a story step by step

Nothing is read from or written to your account, your CRM or your state: the contacts are made up and live in memory.
1: something that must hold did not; the report shows the shortest story that breaks it.")]
pub(crate) struct Chaos {
    /// How many made-up worlds
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub(crate) seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 0, value_name = "S")]
    pub(crate) from: u64,
    /// Worlds at a time; default: one per processor
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Play one story from its file and say what happens
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seeds", "from", "threads"])]
    pub(crate) replay: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:
  tieline completions bash > /etc/bash_completion.d/tieline")]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

impl Approvals {
    /// By class.
    pub(crate) fn by_class(&self) -> std::collections::BTreeMap<engine::GuardClass, u64> {
        self.approve.iter().filter_map(|(class, count)| Some((engine::GuardClass::by_name(class)?, *count))).collect()
    }
}
