//! The corpus, killed at every step, between every pair of replicas. `TALE=text` tells only those with that text.
#![allow(clippy::unwrap_used)]

use chaos::{PAIRS, crash_everywhere, default_settings, tales};

fn survive_all(pair: &str) {
    let wanted = std::env::var("TALE").unwrap_or_default();
    let settings = default_settings();
    let tales: Vec<_> = tales().into_iter().filter(|tale| tale.name.contains(&wanted)).collect();
    let told: Vec<_> = tales.iter().map(|tale| crash_everywhere(tale, pair, &settings)).collect();
    let wrong: Vec<String> = told.iter().filter_map(|told| told.clone().err()).collect();
    let kills: u64 = told.into_iter().filter_map(Result::ok).sum();
    eprintln!("{} tales, killed {kills} times", tales.len());
    assert!(wrong.is_empty(), "{} failed:\n{}", wrong.len(), wrong.join("\n"));
    assert!(kills > tales.len() as u64 * 3, "killed only {kills} times");
}

#[test]
fn stories_between_phone_system_and_file_survive_l4() {
    survive_all(PAIRS[0]);
}

#[test]
fn stories_with_unique_phones_survive_l4() {
    survive_all(PAIRS[1]);
}

#[test]
fn stories_with_a_file_without_ids_survive_l4() {
    survive_all(PAIRS[2]);
}

#[test]
fn stories_with_late_listings_and_a_blind_file_survive_l4() {
    survive_all(PAIRS[3]);
}

#[test]
fn the_corpus_is_large_enough_and_has_no_name_twice() {
    let mut names: Vec<&str> = tales().iter().map(|tale| tale.name).collect();
    assert!(names.len() >= 60, "{}", names.len());
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), tales().len());
}
