//! Makes a failing story short: steps are left out and replicas made ordinary, as long as the same invariant breaks.

use crate::play::{Style, play};
use crate::story::{Choices, Step, Story, Traits};
use engine::Settings;

/// Plays at most so many variants.
const MOST: usize = 400;

/// The shortest story that was found to break the same invariant.
pub fn shrink(story: &Story, settings: &Settings, invariant: &str) -> Story {
    let mut best = story.clone();
    let mut left = MOST;
    let mut breaks = |candidate: &Story| {
        left = left.saturating_sub(1);
        let broken = || play(candidate, settings, Style::default()).checks.broken;
        left > 0 && broken().is_some_and(|broken| broken.invariant == invariant)
    };
    // Large pieces first, then single steps, until nothing more can go.
    let mut size = best.steps.len() / 2;
    while size > 0 {
        let mut at = 0;
        let mut found = false;
        while at < best.steps.len() {
            let mut candidate = best.clone();
            candidate.steps.drain(at..(at + size).min(best.steps.len()));
            if breaks(&candidate) {
                best = candidate;
                found = true;
            } else {
                at += size;
            }
        }
        if !found || size > 1 {
            size /= 2;
        }
    }
    for simpler in simplifications(&best) {
        let candidate = simpler(&best);
        if candidate != best && breaks(&candidate) {
            best = candidate;
        }
    }
    best
}

type Simpler = Box<dyn Fn(&Story) -> Story>;

fn simplifications(story: &Story) -> Vec<Simpler> {
    let mut all: Vec<Simpler> = vec![
        Box::new(|story| Story { justcall: Traits::default(), ..story.clone() }),
        Box::new(|story| Story { crm: Traits::default(), ..story.clone() }),
        Box::new(|story| Story { choices: story.choices.as_ref().map(|_| Choices::default()), ..story.clone() }),
    ];
    for at in 0..story.steps.len() {
        all.push(Box::new(move |story| {
            let mut simpler = story.clone();
            match &mut simpler.steps[at] {
                Step::Run(kill) => *kill = None,
                Step::Wait(seconds) => *seconds = (*seconds).min(60),
                Step::Add(_, values) => values.retain(|(_, text)| !text.is_empty()),
                _ => {}
            }
            simpler
        }));
    }
    all
}
