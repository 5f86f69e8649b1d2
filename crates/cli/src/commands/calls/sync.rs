//! `tieline calls sync`: reads the call log into the state, and says whose calls nobody knows.

use super::activities::{Kept, keep_activities};
use super::filter::in_order;
use super::lines::Joiner;
use crate::args;
use crate::config::Calls;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job::{Access, Job};
use crate::output;
use ::sync::Env;
use ::sync::calls::{CallsRange, CallsReport};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use model::{CallStage, ConflictKind};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use store::{CallFilter, Store};

/// Numbers that are listed one by one.
const SHOWN: usize = 20;

/// Which days the configuration and the options ask for.
pub(crate) fn range(config: &Calls, args: Option<&args::CallsSync>) -> CallsRange {
    CallsRange {
        since: args.and_then(|args| args.since),
        until: args.and_then(|args| args.until),
        history_days: config.history_days,
        overlap_days: config.overlap_days,
    }
}

/// Runs the command.
pub(super) async fn run(context: &Context, args: &args::CallsSync) -> Fallible<Code> {
    in_order(args.since, args.until)?;
    let setup = super::super::setup(context)?;
    let mut job = Job::open(context, &setup, "calls sync")?;
    let now = job.env.now();
    check_dates(args, now)?;
    let started = job.env.seconds();
    let mut session = job.session(&setup, Access::Write, BTreeMap::new())?;
    check_until(args, session.store())?;
    let report = session.sync_calls(&range(&setup.config.calls, Some(args))).await?;
    let belonging = belonging(session.store(), &report)?;
    let activities = keep_activities(context, &setup.config, &mut session).await?;
    drop(session);
    let seconds = job.env.seconds() - started;
    if context.global.json {
        output::print_json(&as_json(&report, &belonging, activities.as_ref(), seconds))?;
    } else {
        output::print(|out| draw(&report, &belonging, out))?;
    }
    match code(&report)? {
        Code::Done if activities.is_some_and(|kept| !kept.is_whole()) => Ok(Code::Partial),
        code => Ok(code),
    }
}

/// Days that were read already are not read again without a first day: an end alone would read its own day, or nothing.
fn check_until(args: &args::CallsSync, store: &Store) -> Fallible<()> {
    let (None, Some(until), Some(last)) = (args.since, args.until, store.last_call_day()?) else { return Ok(()) };
    let read = jiff::civil::date(1970, 1, 1).saturating_add(last.days());
    if until >= read {
        return Ok(());
    }
    Err(Failure::usage(format!("--until {until} alone: the last sync has read calls up to {read} already"))
        .hint("name the first day to read again, too, with --since"))
}

fn check_dates(args: &args::CallsSync, now: Timestamp) -> Fallible<()> {
    let began = jiff::civil::date(2016, 1, 1);
    for (option, date) in [("--since", args.since), ("--until", args.until)] {
        if let Some(date) = date.filter(|date| *date < began) {
            return Err(Failure::usage(format!("{option} {date} is before there was JustCall"))
                .hint(format!("the earliest day is {began}")));
        }
    }
    let tomorrow = now.to_zoned(TimeZone::UTC).date().saturating_add(1.day());
    match args.since {
        Some(since) if since > tomorrow => {
            Err(Failure::usage(format!("--since {since} is in the future")).hint("calls are read up to today"))
        }
        _ => Ok(()),
    }
}

fn code(report: &CallsReport) -> Fallible<Code> {
    if report.stopped {
        return Err(Failure::new("the sync of calls was interrupted; what was read is kept")
            .hint("run it again: it goes on where it was"));
    }
    Ok(if report.partial.is_empty() { Code::Done } else { Code::Partial })
}

/// What a sync of calls that belongs to a larger run has to say, on standard error.
pub(crate) fn say(context: &Context, report: &CallsReport) {
    let words = summary(report);
    context.note(&format!("calls from {} to {}: {words}", report.first, report.last));
    for window in &report.partial {
        eprintln!("warning: calls from {} to {} were not read whole: {}", window.first, window.last, window.reason);
    }
}

fn summary(report: &CallsReport) -> String {
    let taken = &report.taken;
    let mut words = vec![format!("{} new", taken.new), format!("{} changed", taken.changed)];
    words.push(format!("{} as they were", taken.same));
    for (count, what) in [
        (taken.kept_out, "of forgotten people, not kept"),
        (report.nameless, "without an id, left out"),
        (report.withheld, "with a withheld or unreadable number"),
    ] {
        if count > 0 {
            words.push(format!("{count} {what}"));
        }
    }
    words.join(", ")
}

/// A number with calls that belong to nobody, or that nobody can tell.
struct Stranger {
    number: u64,
    calls: u64,
    missed: u64,
    last_at: Option<Timestamp>,
    contacts: Vec<Value>,
    /// Contacts have it, but are not linked: a conflict waits.
    in_conflict: bool,
}

#[derive(Default)]
struct Belonging {
    linked: u64,
    unknown: Vec<Stranger>,
    ambiguous: Vec<Stranger>,
}

/// Whom the calls of these days belong to.
fn belonging(store: &Store, report: &CallsReport) -> Fallible<Belonging> {
    let midnight = |date: jiff::civil::Date| date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let filter = CallFilter {
        since: midnight(report.first),
        before: report.last.checked_add(1.day()).ok().and_then(midnight),
        ..CallFilter::default()
    };
    let joiner = Joiner::of(store, &[])?;
    let conflicts = numbers_in_conflict(store)?;
    let mut found: BTreeMap<u64, Stranger> = BTreeMap::new();
    let mut belonging = Belonging::default();
    store.each_call(&filter, false, &mut |row| {
        let Some(number) = row.number else { return true };
        if joiner.owners(number).len() == 1 {
            belonging.linked += 1;
            return true;
        }
        let stranger = found.entry(number).or_insert_with(|| Stranger {
            number,
            calls: 0,
            missed: 0,
            last_at: None,
            contacts: Vec::new(),
            in_conflict: conflicts.contains(&number),
        });
        stranger.calls += 1;
        stranger.missed += u64::from(row.call.is_missed());
        if row.call.stage() == CallStage::Ended {
            stranger.last_at = stranger.last_at.max(row.call.started_at);
        }
        true
    })?;
    for mut stranger in found.into_values() {
        let owners = joiner.owners(stranger.number);
        let id = |id: &Option<model::RecordId>| id.as_ref().map(|id| id.as_str().to_owned());
        stranger.contacts = owners
            .iter()
            .map(|owner| json!({"link": owner.link, "justcall_id": id(&owner.ids.justcall), "crm_id": id(&owner.ids.crm)}))
            .collect();
        let known = !owners.is_empty() || stranger.in_conflict;
        if known { &mut belonging.ambiguous } else { &mut belonging.unknown }.push(stranger);
    }
    for list in [&mut belonging.unknown, &mut belonging.ambiguous] {
        list.sort_by_key(|one| (std::cmp::Reverse(one.calls), one.number));
    }
    Ok(belonging)
}

/// Numbers that contacts share without being linked, as the last plan found them.
fn numbers_in_conflict(store: &Store) -> Fallible<BTreeSet<u64>> {
    let Some(plan) = super::super::last_ordinary_plan(store)? else { return Ok(BTreeSet::new()) };
    let about_identity = |kind: ConflictKind| matches!(kind, ConflictKind::SharedPhone | ConflictKind::AmbiguousMatch);
    let conflicts = plan.conflicts.iter().filter(|conflict| about_identity(conflict.kind));
    Ok(conflicts.filter_map(|conflict| conflict.phone.trim_start_matches('+').parse().ok()).collect())
}

fn as_json(report: &CallsReport, belonging: &Belonging, activities: Option<&Kept>, seconds: f64) -> Value {
    let taken = &report.taken;
    let strangers = |list: &[Stranger]| -> Vec<Value> {
        list.iter()
            .map(|one| {
                json!({
                    "number": format!("+{}", one.number), "calls": one.calls, "missed": one.missed,
                    "last_at": one.last_at, "contacts": one.contacts, "in_conflict": one.in_conflict,
                })
            })
            .collect()
    };
    let partial: Vec<Value> = report
        .partial
        .iter()
        .map(|window| json!({"since": window.first, "until": window.last, "reason": window.reason}))
        .collect();
    json!({
        "format": "tieline-calls/1",
        "since": report.first,
        "until": report.last,
        "calls": {
            "new": taken.new, "changed": taken.changed, "same": taken.same, "kept_out": taken.kept_out,
            "withheld": report.withheld, "nameless": report.nameless,
        },
        "linked": belonging.linked,
        "ambiguous": strangers(&belonging.ambiguous),
        "unknown": strangers(&belonging.unknown),
        "resumed_days": report.resumed_days,
        "partial": partial,
        "stopped": report.stopped,
        "activities": activities.map(|kept| kept.count),
        "activities_sent": activities.and_then(Kept::as_json),
        "requests": report.requests,
        "seconds": (seconds * 10.0).round() / 10.0,
    })
}

fn draw(report: &CallsReport, belonging: &Belonging, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "Calls from {} to {}: {}", report.first, report.last, summary(report))?;
    if report.resumed_days > 0 {
        let days = ::report::words::count(report.resumed_days, "day");
        writeln!(out, "  {days} had been read by the sync that was interrupted")?;
    }
    writeln!(out, "  {} belong to a contact", belonging.linked)?;
    strangers("with numbers that several contacts share", &belonging.ambiguous, out)?;
    strangers("with numbers that no linked contact has", &belonging.unknown, out)?;
    for window in &report.partial {
        writeln!(out, "  not read whole, from {} to {}: {}", window.first, window.last, window.reason)?;
    }
    Ok(())
}

fn strangers(what: &str, list: &[Stranger], out: &mut dyn Write) -> std::io::Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    let calls: u64 = list.iter().map(|one| one.calls).sum();
    writeln!(out, "  {calls} {what}:")?;
    for one in list.iter().take(SHOWN) {
        let calls = ::report::words::count(one.calls, "call");
        let missed = if one.missed > 0 { format!(", {} missed", one.missed) } else { String::new() };
        let conflict = if one.in_conflict { "; a conflict waits (tieline conflicts list)" } else { "" };
        let several = if one.contacts.len() > 1 { format!("; {} contacts", one.contacts.len()) } else { String::new() };
        writeln!(out, "    +{:<16} {calls}{missed}{several}{conflict}", one.number)?;
    }
    if list.len() > SHOWN {
        writeln!(out, "    and {} more numbers; --json shows all", list.len() - SHOWN)?;
    }
    Ok(())
}
