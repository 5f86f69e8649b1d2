//! `tieline show`: a plan or a run again, from the state or from a file; on the terminal or as a file to give to others.
//! Asks neither side.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use model::{Plan, RunReport};
use report::json::Layout;
use report::view::default_titles;
use report::view::{Part, RecordPages};
use std::io;
use std::path::Path;
use store::Store;

/// Runs in the chart of a page.
const CHARTED: usize = 30;

/// What is shown.
enum Shown {
    Plan(Box<Plan>),
    Run(Box<RunReport>),
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::Show) -> Fallible<Code> {
    let file = args.what.as_deref().map(Path::new).filter(|path| path.exists());
    let (shown, store) = if let Some(path) = file {
        (Shown::Plan(Box::new(sync::plan_from_json(&std::fs::read(path)?)?)), None)
    } else {
        let store = job::look(&Config::load(&context.global.config)?.state_path())?;
        (find(&store, args.what.as_deref())?, Some(store))
    };
    match &args.output {
        Some(path) => write(context, &shown, store.as_ref(), path)?,
        None if args.part.is_asked() => part(context, &shown, args)?,
        None => print(context, &shown, args.all)?,
    }
    Ok(Code::Done)
}

fn find(store: &Store, name: Option<&str>) -> Fallible<Shown> {
    if let Some(name) = name
        && let Some(id) = super::names::run(store, name)?
        && let Some(run) = store.run(&id)?
    {
        let json = run.report.ok_or_else(|| {
            if let Some(by) = &run.finished_by {
                return Failure::new(format!("run {name} has no report: it was interrupted"))
                    .hint(format!("run {by} settled what it left: tieline show {by}"));
            }
            Failure::new(format!("run {name} has no report: it was killed, or is under way"))
                .hint("the next `tieline sync` settles what it left")
        })?;
        let report = serde_json::from_slice(&json)
            .map_err(|error| Failure::new(format!("the report of run {name} cannot be read: {error}")))?;
        return Ok(Shown::Run(Box::new(report)));
    }
    Ok(Shown::Plan(Box::new(super::apply::find(store, name)?)))
}

/// The rows that were asked for.
fn part(context: &Context, shown: &Shown, args: &args::Show) -> Fallible<()> {
    let Shown::Plan(plan) = shown else {
        return Err(Failure::usage("a run has no rows to choose from")
            .hint("tieline history RUN lists its writes, tieline history --contact NUMBER those of a contact"));
    };
    let (page, rows) = args.part.page();
    let filter = args.part.filter();
    if let Some(phone) = filter.phone.as_ref().filter(|phone| !phone.contains(|c: char| c.is_ascii_digit())) {
        return Err(Failure::usage(format!("--phone `{phone}` has no digit in it"))
            .hint("name digits of the number, in any notation: --phone 5550101"));
    }
    let part = Part::new(plan, &filter, page, rows);
    if page > part.pages {
        return Err(Failure::usage(format!("there is no page {page}: what fits has {}", part.pages)));
    }
    if part.matches == 0 {
        nothing(context, plan, filter.reason.as_deref());
    }
    if context.global.json {
        return output::print_json(&part);
    }
    if part.matches == 0 {
        return Ok(());
    }
    let options = report::terminal::ViewOptions { limit: 0, ..context.view(args.all) };
    output::print(|out| report::terminal::part(&part, &options, out))
}

/// That nothing is there is no failure, whatever was asked for; a reason that the plan does not have may be mistyped.
fn nothing(context: &Context, plan: &Plan, reason: Option<&str>) {
    let reasons = report::view::reasons(plan);
    let known = |reason: &str| reasons.iter().any(|known| known.eq_ignore_ascii_case(reason));
    context.note(&match reason {
        Some(reason) if !known(reason) && !reasons.is_empty() => {
            let reasons = reasons.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("nothing matches: the plan has no reason `{reason}`; its reasons are {reasons}")
        }
        _ => "nothing matches".to_owned(),
    });
}

fn print(context: &Context, shown: &Shown, all: bool) -> Fallible<()> {
    match shown {
        Shown::Plan(plan) => super::plan::show(context, plan, all),
        Shown::Run(run) if context.global.json => output::print(|out| report::json::run(run, Layout::Pretty, out)),
        Shown::Run(run) => output::print(|out| report::terminal::run(run, &context.view(all), out)),
    }
}

/// A file in the format that its name asks for.
fn write(context: &Context, shown: &Shown, store: Option<&Store>, path: &Path) -> Fallible<()> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let mut bytes = Vec::new();
    match ending.as_str() {
        "html" | "htm" => html(context, shown, store, &mut bytes)?,
        "md" => match shown {
            Shown::Plan(plan) => report::markdown::plan(plan, &default_titles(), &pages(context)?, &mut bytes)?,
            Shown::Run(run) => report::markdown::run(run, &default_titles(), &pages(context)?, &mut bytes)?,
        },
        "csv" => match shown {
            Shown::Plan(plan) => report::csv::plan(plan, &mut bytes)?,
            Shown::Run(_) => {
                return Err(Failure::usage("a run has no table of changes")
                    .hint("name a file that ends in .html, .md or .json; `tieline history RUN` lists its writes"));
            }
        },
        "json" => match shown {
            Shown::Plan(plan) => report::json::plan(plan, Layout::Pretty, &mut bytes)?,
            Shown::Run(run) => report::json::run(run, Layout::Pretty, &mut bytes)?,
        },
        _ => {
            return Err(Failure::usage(format!("{}: the ending says no format", path.display()))
                .hint("name a file that ends in .html, .md, .csv or .json"));
        }
    }
    output::write_private(path, "page", &bytes)?;
    context.note(&format!("written to {}", path.display()));
    Ok(())
}

/// Where the records have pages of their own. A plan file can be shown without a configuration; then there are no links.
fn pages(context: &Context) -> Fallible<RecordPages> {
    Config::load(&context.global.config)
        .map_or_else(|_| Ok(RecordPages::default()), |config| config.record_pages().map_err(Failure::usage))
}

fn html(context: &Context, shown: &Shown, store: Option<&Store>, out: &mut Vec<u8>) -> Fallible<()> {
    let mut options = report::html::PageOptions { pages: pages(context)?, ..report::html::PageOptions::default() };
    if let Some(store) = store {
        options.runs = super::history::rows(&store.runs(CHARTED)?);
    }
    let drawn: io::Result<()> = match shown {
        Shown::Plan(plan) => report::html::plan(plan, &options, out),
        Shown::Run(run) => report::html::run(run, &options, out),
    };
    Ok(drawn?)
}
