//! `just bench`: what the main job costs, in requests, seconds and memory. Prints tables; asserts nothing about time.
//!
//! Requests: the real binary against the sandbox, first sync and a night with 1 % changes. Speed and memory: everything
//! from reading the CSV to the printed plan, in a process of its own, with the phone side read already: the network is
//! left out, everything else is in.

mod support;

use support::data::{Change, World};
use support::{cost, speed};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, mode, folder] = args.as_slice()
        && mode == "--measure-plan"
    {
        return speed::measure(folder.as_ref());
    }
    // To look at one measurement with a profiler: `--make FOLDER SIZE first|linked|night`, then `--measure-plan FOLDER`.
    if let [_, mode, folder, size, state] = args.as_slice()
        && mode == "--make"
        && let Ok(size) = size.parse()
    {
        return speed::make(folder.as_ref(), size, state);
    }
    // `cargo test --benches` and `cargo bench -- 1000,10000`: sizes may be named.
    let sizes =
        args.iter().find_map(|arg| arg.split(',').map(|size| size.parse::<usize>().ok()).collect::<Option<Vec<_>>>());
    let sizes = sizes.unwrap_or_else(|| vec![1_000, 10_000, 100_000]);

    println!("Requests to JustCall: used / fewest that are safe");
    println!("{:>9}  {:>22}  {:>22}", "contacts", "first sync", "night, 1 % changes");
    for size in &sizes {
        let mut world = World::new(*size, 7);
        let first = cost::first_sync(&world);
        world.change(&Change::one_percent());
        let night = cost::night(&world, &first.folder);
        let quiet = cost::quiet(&first.folder);
        println!("{size:>9}  {:>22}  {:>22}   quiet night after it: {quiet}", first.cost.shown(), night.shown());
    }

    println!("\nFrom reading the CSV to the printed plan, network left out");
    println!("{:>9}  {:>14}  {:>12}  {:>12}", "contacts", "state", "seconds", "peak MiB");
    for size in sizes {
        for (state, seconds, peak) in speed::table(size) {
            println!("{size:>9}  {state:>14}  {seconds:>12.3}  {peak:>12}");
        }
    }
}
