//! `tieline status`: what is in sync, what waits, how the last run went. Asks neither side.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::job;
use crate::output;
use jiff::Timestamp;
use model::{Approval, BySide, Held, Quota, Side, Skipped};
use report::words;
use serde::Serialize;
use std::io::Write;
use store::Parked;

/// Held actions that are shown one by one.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct Status {
    state: String,
    account: Option<String>,
    crm: Option<String>,
    linked: u64,
    out_of_scope: u64,
    pending: u64,
    conflicts: usize,
    decided: u64,
    rules: usize,
    excluded: usize,
    approvals: Vec<Approval>,
    parked: u64,
    missing: u64,
    unsettled_writes: u64,
    calls: u64,
    /// When the call log was last read with nothing missing.
    calls_read_at: Option<Timestamp>,
    /// Calls that were asked for, and may ring or not.
    unsettled_calls: usize,
    /// Contacts that webhooks told of since the last complete listing.
    announced_contacts: u64,
    held: Vec<Held>,
    parked_records: Vec<ParkedRecord>,
    /// Fields that a side acknowledged and did not keep, as the last run saw it.
    not_landed: Vec<Skipped>,
    last_run: Option<LastRun>,
    /// What was left of quotas of requests when the last run ended, by side.
    quotas: BySide<Option<Quota>>,
}

/// A record that is not tried again until it changes, or `retry` says so.
#[derive(Serialize)]
pub(crate) struct ParkedRecord {
    side: Side,
    /// The record that it comes from, on the other side.
    source_id: String,
    phone: String,
    /// The side's words, or which undo took it away.
    message: String,
    at: Timestamp,
    attempts: u32,
    undone: bool,
}

impl From<&Parked> for ParkedRecord {
    fn from(parked: &Parked) -> Self {
        Self {
            side: parked.side,
            source_id: parked.key.clone(),
            phone: parked.phone.clone(),
            message: parked.message.clone(),
            at: parked.at,
            attempts: parked.attempts,
            undone: parked.undone,
        }
    }
}

#[derive(Serialize)]
struct LastRun {
    run: String,
    at: Timestamp,
    outcome: Option<String>,
}

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Status) -> Fallible<Code> {
    if args.alert {
        return alert(context).await;
    }
    let path = Config::load(&context.global.config)?.state_path();
    let store = job::look(&path)?;
    let counts = store.counts()?;
    let binding = store.binding()?;
    let last_run = store.runs(1)?.into_iter().next().map(|run| LastRun {
        run: run.id.0,
        at: run.started_at,
        outcome: run.outcome,
    });
    let plan = super::last_ordinary_plan(&store)?;
    let not_landed = plan.as_ref().map(|plan| super::not_landed(plan).cloned().collect()).unwrap_or_default();
    let held = plan.map(|plan| plan.held).unwrap_or_default();
    let status = Status {
        state: path.display().to_string(),
        account: binding.as_ref().map(|binding| binding.account.clone()),
        crm: binding.map(|binding| binding.crm),
        linked: counts.links - counts.dormant,
        out_of_scope: counts.dormant,
        pending: counts.pending,
        conflicts: super::conflicts::open(&store)?.len(),
        decided: counts.resolutions,
        rules: store.standing_rules()?.len(),
        excluded: store.exclusions()?.len(),
        approvals: store.approvals()?,
        parked: counts.parked,
        missing: counts.absences,
        unsettled_writes: counts.open_intents,
        calls: store.call_count()?,
        calls_read_at: store.calls_synced()?,
        unsettled_calls: store.open_dials()?.len(),
        announced_contacts: store.contact_hints()?,
        held,
        parked_records: store.parked()?.iter().map(ParkedRecord::from).collect(),
        not_landed,
        last_run,
        quotas: BySide {
            justcall: sync::last_quota(&store, Side::Justcall)?,
            crm: sync::last_quota(&store, Side::Crm)?,
        },
    };
    if context.global.json {
        output::print_json(&status)?;
    } else {
        output::print(|out| draw(&status, out))?;
    }
    Ok(Code::Done)
}

/// What is overdue, for a monitor: nothing and 0, or a line each and 1.
async fn alert(context: &Context) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    job::look(&config.state_path())?; // a state that is not there is no quiet night
    let summary = crate::notices::look(&config).await;
    let overdue: Vec<&str> = summary.blocks.iter().flat_map(|block| &block.entries).map(|entry| &*entry.text).collect();
    if context.global.json {
        output::print_json(&serde_json::json!({ "overdue": summary.told.overdue, "lines": overdue }))?;
    } else {
        output::print(|out| overdue.iter().try_for_each(|line| writeln!(out, "{line}")))?;
    }
    Ok(if summary.told.overdue.is_empty() { Code::Done } else { Code::Failed })
}

fn draw(status: &Status, out: &mut dyn Write) -> std::io::Result<()> {
    match &status.last_run {
        Some(run) => {
            let outcome = run.outcome.as_deref().unwrap_or("killed or under way: the next sync settles it");
            writeln!(out, "last run     {} at {}: {outcome}", run.run, time(run.at))?;
        }
        None => writeln!(out, "last run     none yet")?,
    }
    if let (Some(account), Some(crm)) = (&status.account, &status.crm) {
        writeln!(out, "belongs to   {account} and {crm}")?;
    }
    writeln!(out, "linked       {}", status.linked)?;
    let mut line = |label: &str, count: u64, noun: &str, what: &str| -> std::io::Result<()> {
        if count > 0 { writeln!(out, "{label:12} {}{what}", words::count(count, noun)) } else { Ok(()) }
    };
    line("conflicts", status.conflicts as u64, "conflict", " to decide (tieline conflicts list)")?;
    line("decided", status.decided, "decision", " for the next plan")?;
    line("rules", status.rules as u64, "standing rule", " (tieline conflicts rules)")?;
    line("excluded", status.excluded as u64, "action", ", until they change (tieline exclude --list)")?;
    line("parked", status.parked, "refused write", ", until its record changes or `tieline retry`")?;
    line("missing", status.missing, "linked record", " not shown by a side")?;
    line("scope", status.out_of_scope, "contact", " out of scope")?;
    line("pending", status.pending, "link", " without a record id yet")?;
    line("unsettled", status.unsettled_writes, "write", " of an interrupted run; the next sync settles them")?;
    let read = status.calls_read_at.map_or_else(|| "not yet read whole".to_owned(), |at| format!("read {}", time(at)));
    line("calls", status.calls, "call", &format!(", {read}"))?;
    line(
        "unsettled",
        status.unsettled_calls as u64,
        "call",
        " that may ring or not; `tieline call` to that number finds out",
    )?;
    line("announced", status.announced_contacts, "contact", " by webhooks; the next run reads them")?;
    for (_, quota) in status.quotas.iter() {
        let Some(quota) = quota else { continue };
        let until = quota.resets_at.map(|at| format!(", until {}", time(at))).unwrap_or_default();
        writeln!(out, "quota        {} of {} {} were left{until}", quota.left, quota.limit, quota.name)?;
    }
    for approval in &status.approvals {
        writeln!(out, "approved     {}", super::approve::line(approval))?;
    }
    for parked in status.parked_records.iter().take(SHOWN) {
        let (phone, message) = (report::text::safe(&parked.phone), report::text::safe(&parked.message));
        let (title, source) = (parked.side.title(), parked.side.other().title());
        writeln!(out, "parked       {phone} in {title}, from {source} {}: {message}", parked.source_id)?;
    }
    more("parked", status.parked_records.len(), out)?;
    for lost in status.not_landed.iter().take(SHOWN) {
        let (title, id) = (lost.side.title(), report::text::safe(lost.record_id.as_str()));
        writeln!(out, "not kept     {id} in {title}: {}, until it changes or `tieline retry`", lost.detail)?;
    }
    more("not kept", status.not_landed.len(), out)?;
    for held in status.held.iter().take(SHOWN) {
        let until = held.until.map(|until| format!(", until {}", time(until))).unwrap_or_default();
        let who = if held.name.is_empty() { &held.phone } else { &held.name };
        let (kind, side, who) = (words::kind(held.kind), held.side.title(), report::text::safe(who));
        writeln!(out, "held         {kind} in {side} of {who}: {}{until}", held.reason.words())?;
    }
    more("held", status.held.len(), out)
}

fn more(label: &str, count: usize, out: &mut dyn Write) -> std::io::Result<()> {
    let rest = count.saturating_sub(SHOWN);
    if rest > 0 { writeln!(out, "{label:12} … and {rest} more (tieline status --json names all)") } else { Ok(()) }
}

fn time(at: Timestamp) -> String {
    words::time(at, &jiff::tz::TimeZone::UTC)
}
