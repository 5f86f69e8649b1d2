//! The `tieline` command: parses, dispatches, prints errors, sets the exit code. What commands do stands in `commands/`.

mod args;
mod commands;
mod config;
mod context;
mod dialling;
mod exit;
mod failure;
mod job;
mod mask;
mod notices;
mod output;
mod own_files;
mod progress;
mod registry;
mod serve_keys;
mod surroundings;

use clap::Parser;
use context::Context;
use exit::Code;
use failure::{Failure, Fallible};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let context = Context { global: args.global.clone() };
    diagnostics(args.global.verbose);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(commands::run(&context, args.command)),
        Err(error) => Err(Failure::from_error(&error)),
    };
    finish(result)
}

fn finish(result: Fallible<Code>) -> ExitCode {
    match result {
        Ok(code) => code.into(),
        Err(failure) => {
            let red = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
            anstream::eprintln!("{red}error:{red:#} {}", failure.message);
            for cause in &failure.causes {
                anstream::eprintln!("  caused by: {cause}");
            }
            if let Some(hint) = &failure.hint {
                anstream::eprintln!("\nhint: {hint}");
            }
            failure.code.into()
        }
    }
}

/// Diagnostics on standard error, behind -v; with personal data behind -vv only.
fn diagnostics(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::INFO,
        2 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    let colors = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let lines = tracing_subscriber::fmt().with_max_level(level).with_target(false).with_ansi(colors);
    let _ = match verbose {
        1 => lines.with_writer(|| mask::Masked).try_init(),
        _ => lines.with_writer(std::io::stderr).try_init(),
    };
}
