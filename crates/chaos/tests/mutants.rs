//! Every guard, precondition and journalling step is switched off in turn, and the simulation must notice each:
//! `cargo test -p chaos --features mutants --test mutants -- --nocapture` prints which invariant did, and on what.
#![cfg(feature = "mutants")]
#![allow(clippy::unwrap_used)]

use chaos::{Story, Style, crash_everywhere, default_settings, generate, play, tales};
use model::mutant::{Mutant, switch_off};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Seeds that are tried, once kept stories and some of the corpus were told.
const SEEDS: u64 = 60;

/// What noticed a mutant: the invariant, and where.
fn noticed(mutant: Mutant) -> Option<(String, String)> {
    let settings = default_settings();
    switch_off(Some(mutant));
    let found = by_story().or_else(by_crash).or_else(|| {
        (0..SEEDS).find_map(|seed| {
            let story = generate(seed, &settings, true);
            let broken = play(&story, &settings, Style::default()).checks.broken?;
            Some((broken.invariant.to_owned(), format!("seed {seed}")))
        })
    });
    switch_off(None);
    found
}

/// Kept stories.
fn by_story() -> Option<(String, String)> {
    let settings = default_settings();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/regressions");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().find_map(|path| {
        let story = Story::from_json(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let broken = play(&story, &settings, Style::default()).checks.broken?;
        Some((broken.invariant.to_owned(), story.name))
    })
}

/// The corpus, killed at every step.
fn by_crash() -> Option<(String, String)> {
    let settings = default_settings();
    let some =
        ["edited in the CRM (R3)", "deleted in JustCall (R5)", "two swap their numbers in the CRM (S21)", "first sync"];
    let chosen = tales().into_iter().filter(|tale| some.contains(&tale.name)).collect::<Vec<_>>();
    chosen.iter().find_map(|tale| {
        let wrong = chaos::PAIRS[..2].iter().find_map(|pair| crash_everywhere(tale, pair, &settings).err())?;
        let words = wrong.split(": ").nth(1).unwrap_or_default();
        Some((words.to_owned(), format!("tale `{}`", tale.name)))
    })
}

#[test]
fn every_mutant_is_noticed() {
    assert_eq!(by_story(), None, "the stories hold while nothing is switched off");
    let wanted = std::env::var("MUTANT").unwrap_or_default();
    let all: Vec<Mutant> =
        Mutant::ALL.iter().copied().filter(|mutant| format!("{mutant:?}").contains(&wanted)).collect();
    let next = AtomicUsize::new(0);
    let table = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(mutant) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = noticed(*mutant);
                    eprintln!("{mutant:?}: {found:?}");
                    table.lock().unwrap().push((*mutant, found));
                }
            });
        }
    });
    let mut table = table.into_inner().unwrap();
    table.sort_by_key(|(mutant, _)| *mutant);
    for (mutant, found) in &table {
        let (invariant, story) = found.clone().unwrap_or_default();
        eprintln!("| {} | {invariant} | {story} |", mutant.words());
    }
    let missed: Vec<_> = table.iter().filter(|(_, found)| found.is_none()).map(|(mutant, _)| *mutant).collect();
    assert!(missed.is_empty(), "not noticed: {missed:?}");
}
