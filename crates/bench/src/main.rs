//! Makes files of a known truth, and plans over them. `just bench-peers` compares it with other tools;
//! `.ci/instructions` counts its instructions.
//!
//! - `bench make FOLDER SIZE SEED`: the files, and the state in which both sides agreed
//! - `bench plan FOLDER`: one warm plan, written to `plan.json`; prints seconds and memory
//! - `bench check FOLDER`: whether `plan.json` says what is true of every contact

mod measured;
mod people;
mod phone_side;
mod verdicts;

use measured::Outcome;
use std::fs::File;
use std::io::BufWriter;
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
    std::fs::create_dir_all(folder)?;
    let file = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let mut files = people::Files {
        base: file("base.csv")?,
        left_before: file("left_before.csv")?,
        left: file("left.csv")?,
        right_before: file("right_before.csv")?,
        right: file("right.csv")?,
        truth: file("truth.csv")?,
    };
    files.write(size.parse()?, seed.parse()?)?;
    drop(files);
    let began = Instant::now();
    measured::link(folder)?;
    println!("first state in {:.2} s, {} bytes", began.elapsed().as_secs_f64(), size_of_state(folder)?);
    Ok(())
}

fn size_of_state(folder: &Path) -> Outcome<u64> {
    Ok(std::fs::metadata(folder.join("tieline.db"))?.len())
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
