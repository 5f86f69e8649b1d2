//! `tieline calls export`: calls with their contacts' ids, as a file for other programs. Asks neither side.

use super::filter::filter;
use super::{lines, parquet};
use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use std::io::{BufWriter, Write};
use std::path::Path;
use store::{CallFilter, Store};
use tempfile::NamedTempFile;

/// Runs the command.
pub(super) fn run(context: &Context, args: &args::CallsExport) -> Fallible<Code> {
    let path = &args.output;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let write: fn(&Store, &CallFilter, &mut std::fs::File) -> Fallible<u64> = match ending.as_str() {
        "csv" => csv,
        "jsonl" | "ndjson" => jsonl,
        "parquet" => parquet::write,
        _ => {
            return Err(Failure::usage(format!("{}: its ending says no format", path.display()))
                .hint("end its name with .csv, .jsonl or .parquet"));
        }
    };
    let config = Config::load(&context.global.config)?;
    let store = job::look(&config.state_path())?;
    let filter = filter(&config, &store, &args.filter)?;
    let count = replace(path, |file| write(&store, &filter, file))?;
    if context.global.json {
        output::print_json(&serde_json::json!({ "file": path, "calls": count }))?;
    } else {
        let calls = report::words::count(count, "call");
        context.note(&format!("{calls} in {}, which holds personal data", path.display()));
    }
    Ok(Code::Done)
}

/// Writes a file of its owner's in one step: whoever looks sees the old one or the whole new one.
pub(super) fn replace<T>(path: &Path, write: impl FnOnce(&mut std::fs::File) -> Fallible<T>) -> Fallible<T> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("cannot write the calls to {}: {error}", path.display()))
            .hint("name a file in a folder that exists and can be written to")
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Readable by its owner alone from the beginning.
    let mut beside = NamedTempFile::new_in(folder).map_err(failed)?;
    let written = write(beside.as_file_mut())?;
    beside.as_file().sync_all().map_err(failed)?;
    beside.persist(path).map_err(|error| failed(error.error))?;
    Ok(written)
}

fn csv(store: &Store, filter: &CallFilter, file: &mut std::fs::File) -> Fallible<u64> {
    let mut out = BufWriter::new(file);
    report::calls::csv_header(&mut out)?;
    let count = lines::each(store, filter, false, |line| Ok(line.csv(&mut out)?))?;
    out.flush()?;
    Ok(count)
}

fn jsonl(store: &Store, filter: &CallFilter, file: &mut std::fs::File) -> Fallible<u64> {
    let mut out = BufWriter::new(file);
    let count = lines::each(store, filter, false, |line| Ok(line.json(&mut out)?))?;
    out.flush()?;
    Ok(count)
}
