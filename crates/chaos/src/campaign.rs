//! Many seeds on several threads, and what they add up to.

use crate::checks::Broken;
use crate::generate::generate;
use crate::play::{Played, Style, play};
use crate::shrink::shrink;
use crate::story::Story;
use engine::Settings;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Seeds whose stories are played again, for what only a second time shows: once the same (L13), once with other ids (L9).
const AGAIN: u64 = 16;

/// Which seeds, and how.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// The first seed.
    pub from: u64,
    /// How many.
    pub seeds: u64,
    /// The choices that the stories are played under.
    pub settings: Settings,
    /// Stories bring choices of their own.
    pub own_choices: bool,
    /// Threads.
    pub threads: usize,
    /// Enough failures to stop at.
    pub most_failures: usize,
}

/// A seed that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Which.
    pub seed: u64,
    /// What broke.
    pub broken: Broken,
    /// The shortest story found that breaks it.
    pub story: Story,
    /// What happens in it.
    pub told: Vec<String>,
}

/// What all stories add up to.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Stories played.
    pub seeds: u64,
    /// Stories in which the job wrote something.
    pub wrote: u64,
    /// Runs, killed ones included.
    pub runs: u64,
    /// Runs that were killed.
    pub crashes: u64,
    /// Runs that refused to begin or stopped early.
    pub refused: u64,
    /// Contacts made, fields changed, contacts deleted by the job.
    pub writes: [u64; 3],
    /// Conflicts that were open in the end.
    pub conflicts: u64,
    /// Faults by name.
    pub faults: BTreeMap<&'static str, u64>,
    /// Checks per invariant.
    pub checks: BTreeMap<&'static str, u64>,
    /// What failed, by seed.
    pub failures: Vec<Failure>,
}

impl Totals {
    fn add(&mut self, played: &Played) {
        self.seeds += 1;
        self.wrote += u64::from(played.writes != [0; 3]);
        self.runs += played.runs;
        self.crashes += played.crashes;
        self.refused += played.refused;
        for (sum, part) in self.writes.iter_mut().zip(played.writes) {
            *sum += part;
        }
        self.conflicts += played.conflicts;
        for (name, count) in &played.faults {
            *self.faults.entry(name).or_default() += count;
        }
        for (name, count) in &played.checks.counts {
            *self.checks.entry(name).or_default() += count;
        }
    }
}

/// Plays them all. `tick` hears how many are done.
pub fn run(campaign: &Campaign, tick: &(dyn Fn(u64) + Sync)) -> Totals {
    let next = AtomicU64::new(campaign.from);
    let done = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let totals = Mutex::new(Totals::default());
    let end = campaign.from.saturating_add(campaign.seeds);
    std::thread::scope(|scope| {
        for _ in 0..campaign.threads.max(1) {
            scope.spawn(|| {
                let mut own = Totals::default();
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        break;
                    }
                    if let Some(failure) = one(campaign, seed, &mut own) {
                        let mut totals = totals.lock().unwrap();
                        totals.failures.push(failure);
                        stop.fetch_or(totals.failures.len() >= campaign.most_failures, Ordering::Relaxed);
                    }
                    tick(done.fetch_add(1, Ordering::Relaxed) + 1);
                }
                let mut totals = totals.lock().unwrap();
                totals.merge(own);
            });
        }
    });
    let mut totals = totals.into_inner().unwrap();
    totals.failures.sort_by_key(|failure| failure.seed);
    totals
}

impl Totals {
    fn merge(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.wrote += other.wrote;
        self.runs += other.runs;
        self.crashes += other.crashes;
        self.refused += other.refused;
        for (sum, part) in self.writes.iter_mut().zip(other.writes) {
            *sum += part;
        }
        self.conflicts += other.conflicts;
        for (from, into) in [(other.faults, &mut self.faults), (other.checks, &mut self.checks)] {
            for (name, count) in from {
                *into.entry(name).or_default() += count;
            }
        }
        self.failures.extend(other.failures);
    }
}

/// One seed; what broke, if something did.
fn one(campaign: &Campaign, seed: u64, totals: &mut Totals) -> Option<Failure> {
    let story = generate(seed, &campaign.settings, campaign.own_choices);
    let mut played = play(&story, &campaign.settings, Style::default());
    if played.checks.broken.is_none() && seed % AGAIN == 3 {
        let again = play(&story, &campaign.settings, Style::default());
        played.checks.that("L13", again.trace == played.trace, || "the same story ended differently".to_owned());
        let renamed = play(&story, &campaign.settings, Style { other_ids: true, ..Style::default() });
        played.checks.that("L9", renamed.worlds == played.worlds, || {
            format!("with other ids: {:?} instead of {:?}", renamed.worlds, played.worlds)
        });
    }
    totals.add(&played);
    let broken = played.checks.broken?;
    let second_time = matches!(broken.invariant, "L9" | "L13");
    let story = if second_time { story } else { shrink(&story, &campaign.settings, broken.invariant) };
    let told = play(&story, &campaign.settings, Style { tell: true, ..Style::default() });
    let broken = told.checks.broken.unwrap_or(broken);
    Some(Failure { seed, broken, story, told: told.told })
}
