//! `tieline calls report`: what calls come to, on the terminal, as JSON or as a page. Asks neither side.

use super::{export, filter::filter, lines};
use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use ::report::calls::CallTotals;
use ::report::html::PageOptions;

/// Runs the command.
pub(super) fn run(context: &Context, args: &args::CallsReport) -> Fallible<Code> {
    if let Some(path) = &args.output
        && path.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("html"))
    {
        return Err(Failure::usage(format!("{}: a report is a page", path.display()))
            .hint("end its name with .html; `tieline calls export` writes tables"));
    }
    let config = Config::load(&context.global.config)?;
    let store = job::look(&config.state_path())?;
    let filter = filter(&config, &store, &args.filter)?;
    let view = context.view(args.all);
    let mut totals = CallTotals::default();
    lines::each(&store, &filter, false, |line| {
        totals.add(line, &view.zone);
        Ok(())
    })?;
    let totals = totals.finish();
    if let Some(path) = &args.output {
        let day = |date: Option<jiff::civil::Date>| date.map_or_else(|| "…".to_owned(), |date| date.to_string());
        let span = match (args.filter.since, args.filter.until) {
            (None, None) => "all".to_owned(),
            (since, until) => format!("{} to {}", day(since), day(until)),
        };
        let options = PageOptions { zone: view.zone.clone(), ..PageOptions::default() };
        let mut page = Vec::new();
        ::report::html::calls(&totals, &span, &options, &mut page)?;
        export::replace(path, |file| Ok(std::io::Write::write_all(file, &page)?))?;
        context.note(&format!("wrote {}, which holds personal data", path.display()));
    }
    if context.global.json {
        output::print_json(&totals)?;
    } else if args.output.is_none() {
        output::print(|out| ::report::terminal::call_totals(&totals, &view, out))?;
    }
    Ok(Code::Done)
}
