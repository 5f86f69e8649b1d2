//! `tieline calls list`: calls that were read. Asks neither side.

use super::filter::filter;
use super::lines::Joiner;
use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::job;
use crate::output;

/// Calls of a list where nobody says how many.
const SHOWN: usize = 50;

/// Runs the command.
pub(super) fn run(context: &Context, args: &args::CallsList) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    let store = job::look(&config.state_path())?;
    let filter = filter(&config, &store, &args.filter)?;
    let limit = match (args.limit, context.global.json) {
        (Some(0), _) | (None, true) => usize::MAX,
        (Some(limit), _) => limit,
        (None, false) => SHOWN,
    };
    let mut rows = Vec::new();
    let mut more = false;
    store.each_call(&filter, true, &mut |row| {
        more = rows.len() == limit;
        if !more {
            rows.push(row);
        }
        !more
    })?;
    let joiner = Joiner::of(&store, &rows)?;
    let lines: Vec<_> = rows.into_iter().map(|row| joiner.line(row)).collect();
    if context.global.json {
        output::print(|out| {
            write!(out, "{{\"calls\":[")?;
            for (at, line) in lines.iter().enumerate() {
                write!(out, "{}", if at == 0 { "\n" } else { ",\n" })?;
                serde_json::to_writer(&mut *out, line)?;
            }
            writeln!(out, "\n]}}")
        })?;
        return Ok(Code::Done);
    }
    if lines.is_empty() && store.call_count()? == 0 {
        context.note("no calls were read yet: `tieline calls sync`");
    }
    output::print(|out| report::terminal::calls(&lines, &context.view(args.all), out))?;
    if more {
        context.note(&format!("more than {limit} match: --limit 0 shows all"));
    }
    Ok(Code::Done)
}
