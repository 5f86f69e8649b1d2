//! Every story of the corpus, killed at every step of its last run: the next ordinary runs end where an uninterrupted one
//! would have, with nobody made twice, nothing lost, and at most one more conflict (L4, I5, S37, S38).

use crate::corpus::Tale;
use crate::play::{Played, Stage};
use crate::story::{Step, Story, Traits};
use engine::Settings;

/// Pairs of replicas that every tale is told between.
pub const PAIRS: [&str; 5] = [
    "phone system and file",
    "talkative, unique phones, and file",
    "phone system and file without ids",
    "late phone system with replacing bulk, and blind file",
    "both tell what changed",
];

/// The traits of such a pair.
///
/// # Panics
/// If there is no such pair.
pub fn pair(name: &str) -> (Traits, Traits) {
    let silent = Traits { silent: true, ..Traits::default() };
    let plain = Traits::default();
    match PAIRS.iter().position(|known| *known == name).unwrap() {
        0 => (silent, plain),
        1 => (Traits { unique_phones: true, ..plain.clone() }, plain),
        2 => (silent, Traits { no_ids: true, ..plain }),
        3 => (Traits { unique_phones: true, lag: 20, bulk_replaces: true, ..silent.clone() }, silent),
        _ => (Traits { feed: true, ..silent }, Traits { feed: true, ..plain }),
    }
}

/// Everything up to the run that is killed.
fn prefix(tale: &Tale, pair_name: &str) -> Story {
    let (justcall, crm) = pair(pair_name);
    let mut steps = tale.before.clone();
    if let Some(then) = &tale.then {
        steps.push(Step::Settle);
        steps.extend(then.iter().cloned());
    }
    steps.push(Step::Wait(60));
    Story { name: tale.name.to_owned(), justcall, crm, choices: Some(tale.choices.clone()), steps }
}

/// Tells a tale between a pair, once in peace and once killed at each step. What went wrong, in words; or how often it
/// was killed.
pub fn crash_everywhere(tale: &Tale, pair_name: &str, settings: &Settings) -> Result<u64, String> {
    let prefix = prefix(tale, pair_name);
    let fail = |kill: Option<usize>, what: &str| {
        let mut story = prefix.clone();
        story.steps.push(Step::Run(kill));
        Err(format!("`{}` between {pair_name}, killed at {kill:?}: {what}\n{}", tale.name, story.to_json()))
    };
    let stage = match Stage::new(&prefix, settings) {
        Ok(stage) => stage,
        Err(panic) => return fail(None, &panic),
    };
    let told = |kill: Option<usize>| stage.go_on(&[Step::Run(kill)]);
    let clean = told(None);
    if let Some(broken) = &clean.checks.broken {
        return fail(None, &broken.to_string());
    }
    let mut kills = 0;
    loop {
        let kill = Some(usize::try_from(kills).unwrap());
        let killed = told(kill);
        if killed.crashes == clean.crashes {
            return Ok(kills);
        }
        if let Some(wrong) = compare(&clean, &killed) {
            return fail(kill, &wrong);
        }
        kills += 1;
    }
}

fn compare(clean: &Played, killed: &Played) -> Option<String> {
    if let Some(broken) = &killed.checks.broken {
        return Some(broken.to_string());
    }
    if killed.worlds != clean.worlds {
        return Some(format!("L4: it ends as {:?} instead of {:?}", killed.worlds, clean.worlds));
    }
    if killed.conflicts > clean.conflicts + 1 {
        return Some(format!("L4: {} conflicts instead of {}", killed.conflicts, clean.conflicts));
    }
    (killed.writes[0] > clean.writes[0]).then(|| "I5: somebody was made twice".to_owned())
}
