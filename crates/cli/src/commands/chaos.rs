//! `tieline chaos`: made-up worlds with faults and crashes, under the user's own fields, policies and guards. Touches
//! neither an account nor a file of the user; what is played and checked is the crate `chaos`'s.

use crate::args;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::output;
use chaos::{Campaign, Failure as Broken, Story, Style, Totals};
use engine::Settings;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

/// Failures after which it stops.
const MOST_FAILURES: usize = 5;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::Chaos) -> Fallible<Code> {
    let settings = settings(context)?;
    if let Some(path) = &args.replay {
        return replay(context, path, &settings.unwrap_or_else(chaos::default_settings));
    }
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    let campaign = Campaign {
        from: args.from,
        seeds: args.seeds,
        own_choices: settings.is_none(),
        settings: settings.unwrap_or_else(chaos::default_settings),
        threads,
        most_failures: MOST_FAILURES,
    };
    let began = Instant::now();
    let bar = bar(context, args.seeds);
    let totals = chaos::campaign(&campaign, &|done| bar.set_position(done));
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64();
    if context.global.json {
        output::print_json(&as_json(&totals, seconds))?;
    } else {
        output::print(|out| draw(&totals, seconds, out))?;
    }
    Ok(if totals.failures.is_empty() { Code::Done } else { Code::Failed })
}

/// The user's choices; none where there is no configuration: then the stories bring their own.
fn settings(context: &Context) -> Fallible<Option<Settings>> {
    let config = &context.global.config;
    if config == Path::new(crate::config::DEFAULT_PATH) && !config.exists() {
        context.note(&format!("there is no {}: the made-up users bring choices of their own", config.display()));
        return Ok(None);
    }
    Ok(Some(super::setup(context)?.stored_settings()))
}

fn bar(context: &Context, seeds: u64) -> ProgressBar {
    if context.global.quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} worlds, {eta} left");
    ProgressBar::new(seeds).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn replay(context: &Context, path: &Path, settings: &Settings) -> Fallible<Code> {
    let file = path.display();
    let json = std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("{file}: {error}")))?;
    let story = Story::from_json(&json)
        .map_err(|error| Failure::usage(format!("{file} is no story: {error}")).hint("`tieline chaos` prints them"))?;
    let played = chaos::play(&story, settings, Style { tell: true, ..Style::default() });
    let broken = &played.checks.broken;
    if context.global.json {
        let broken = broken.as_ref().map(|broken| json!({ "invariant": broken.invariant, "what": broken.what }));
        output::print_json(&json!({ "story": story, "told": played.told, "broken": broken }))?;
    } else {
        output::print(|out| {
            played.told.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            match broken {
                Some(broken) => writeln!(out, "\nbroken: {broken}"),
                None => writeln!(out, "\neverything held"),
            }
        })?;
    }
    Ok(if broken.is_some() { Code::Failed } else { Code::Done })
}

fn failure_json(failure: &Broken) -> Value {
    let broken = &failure.broken;
    json!({ "seed": failure.seed, "invariant": broken.invariant, "what": broken.what, "story": failure.story })
}

fn as_json(totals: &Totals, seconds: f64) -> Value {
    let [created, changed, deleted] = totals.writes;
    json!({
        "seeds": totals.seeds,
        "seconds": (seconds * 10.0).round() / 10.0,
        "worlds_written": totals.wrote,
        "runs": totals.runs,
        "killed": totals.crashes,
        "refused": totals.refused,
        "writes": { "contacts_made": created, "fields_changed": changed, "contacts_deleted": deleted },
        "open_conflicts": totals.conflicts,
        "faults": totals.faults,
        "checks": totals.checks,
        "failures": totals.failures.iter().map(failure_json).collect::<Vec<_>>(),
    })
}

fn draw(totals: &Totals, seconds: f64, out: &mut dyn Write) -> std::io::Result<()> {
    let [created, changed, deleted] = totals.writes;
    writeln!(out, "{} made-up worlds in {seconds:.0} s; something was written in {}", totals.seeds, totals.wrote)?;
    writeln!(out, "  runs       {} ({} killed, {} refused or stopped)", totals.runs, totals.crashes, totals.refused)?;
    writeln!(out, "  written    {created} contacts made, {changed} fields changed, {deleted} contacts deleted")?;
    writeln!(out, "  conflicts  {} left for a person", totals.conflicts)?;
    list(out, "faults", &totals.faults)?;
    list(out, "checked", &totals.checks)?;
    for failure in &totals.failures {
        writeln!(out, "\nseed {} breaks {}", failure.seed, failure.broken)?;
        failure.told.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        writeln!(out, "again: tieline chaos --seeds 1 --from {}", failure.seed)?;
        writeln!(out, "the story, for a file that --replay takes:\n{}", failure.story.to_json())?;
    }
    match totals.failures.len() {
        0 => writeln!(out, "everything held"),
        failed => writeln!(out, "{failed} worlds broke a promise"),
    }
}

fn list(out: &mut dyn Write, title: &str, counts: &BTreeMap<&'static str, u64>) -> std::io::Result<()> {
    let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    writeln!(out, "  {title:<10} {}", if counts.is_empty() { "none".to_owned() } else { counts.join(", ") })
}
