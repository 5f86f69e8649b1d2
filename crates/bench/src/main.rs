//! Makes files of a known truth, and plans over them. `just bench-peers` compares it with other tools;
//! `.ci/instructions` counts its instructions.
//!
//! - `bench make FOLDER SIZE SEED`: the files, and the state in which both sides agreed
//! - `bench plan FOLDER`: one warm plan, written to `plan.json`; prints seconds and memory
//! - `bench check FOLDER`: whether `plan.json` says what is true of every contact

use bench::measured::Outcome;
use bench::{folder, measured, verdicts};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["make", folder, size, seed] => make(folder.as_ref(), size, seed),
        ["plan", folder] => plan(folder.as_ref()),
        ["check", folder] => check(folder.as_ref()),
        _ => Err("usage: bench make FOLDER SIZE SEED | bench plan FOLDER | bench check FOLDER".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(folder: &Path, size: &str, seed: &str) -> Outcome<()> {
    let began = Instant::now();
    folder::make(folder, size.parse()?, seed.parse()?)?;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "files and first state in {seconds:.2} s, state of {} bytes",
        std::fs::metadata(folder::state(folder))?.len()
    );
    Ok(())
}

fn plan(folder: &Path) -> Outcome<()> {
    let began = Instant::now();
    let plan = measured::plan(folder)?;
    let seconds = began.elapsed().as_secs_f64();
    println!("{seconds:.3} s, {} MiB resident, {} MiB private", memory("VmHWM:"), memory("RssAnon:"));
    drop(plan);
    Ok(())
}

/// MiB by the kernel's account; 0 where it keeps none.
fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn check(folder: &Path) -> Outcome<()> {
    let plan = sync::plan_from_json(&std::fs::read(folder.join("plan.json"))?)?;
    let wrong = verdicts::wrong(&plan, &std::fs::read_to_string(folder.join("truth.csv"))?);
    println!("{} wrong verdicts", wrong.len());
    wrong.iter().take(20).for_each(|line| println!("  {line}"));
    if wrong.is_empty() { Ok(()) } else { Err("the plan is not what is true".into()) }
}
