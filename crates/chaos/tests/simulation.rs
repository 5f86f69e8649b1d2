//! Random worlds from seeds. `SEEDS=from..to` looks at others than the usual ones.
#![allow(clippy::unwrap_used)]

use chaos::{Campaign, campaign, default_settings};

/// Seeds that every build looks at.
const SEEDS: u64 = 2000;

fn seeds() -> (u64, u64) {
    let wanted = std::env::var("SEEDS").ok().and_then(|text| {
        let (from, to) = text.split_once("..")?;
        Some((from.parse().ok()?, to.parse().ok()?))
    });
    wanted.unwrap_or((0, SEEDS))
}

#[test]
fn random_worlds_hold_together() {
    let (from, to) = seeds();
    let plan = Campaign {
        from,
        seeds: to - from,
        settings: default_settings(),
        own_choices: true,
        threads: 2,
        most_failures: 6,
    };
    let totals = campaign(&plan, &|_| {});
    for failure in &totals.failures {
        eprintln!("seed {} breaks {}\n{}", failure.seed, failure.broken, failure.story.to_json());
        eprintln!("{}\n", failure.told.join("\n"));
    }
    assert!(totals.failures.is_empty(), "{} of {} seeds failed", totals.failures.len(), totals.seeds);
    eprintln!("{totals:?}");
    // A world in which nothing is written proves nothing.
    assert!(totals.wrote * 100 >= totals.seeds * 95, "only {} of {} stories wrote", totals.wrote, totals.seeds);
}
