//! Everything that can happen in a very small world: two contacts, a field each, {empty, v0, v1, v2} on either side, with
//! and without a base; and for one contact also killed at every step. What random stories may miss cannot hide here.

use crate::play::{Played, Stage};
use crate::story::{Choices, Step, Story, Traits};
use engine::Settings;
use model::Side;

const VALUES: [&str; 4] = ["", "v0", "v1", "v2"];
const PEOPLE: [(&str, &str, &str); 2] = [("Ann", "+14155550101", "company"), ("Bob", "+14155550102", "email")];

/// What the small world came to.
#[derive(Debug, Clone, Default)]
pub struct SmallScope {
    /// Worlds tried, killed ones included.
    pub worlds: u64,
    /// What did not hold, in words.
    pub broken: Vec<String>,
}

impl SmallScope {
    fn take(&mut self, what: &[Step], played: &Played) {
        self.worlds += 1;
        self.broken.extend(played.checks.broken.as_ref().map(|broken| format!("{broken}: {what:?}")));
    }
}

/// Both contacts on both sides, with a value each.
fn start(values: [&str; 4], steps: Vec<Step>) -> Story {
    let mut all = Vec::new();
    for (n, (name, phone, field)) in PEOPLE.into_iter().enumerate() {
        for (side, value) in Side::BOTH.into_iter().zip(&values[n * 2..]) {
            let person = format!("{name} of {side}");
            let cells = [("first_name", name), ("phone", phone), (field, value), ("custom.person", &person)];
            let cells = cells.map(|(field, text)| (field.to_owned(), text.to_owned()));
            all.push(Step::Add(side, cells.to_vec()));
        }
    }
    all.extend(steps);
    all.push(Step::Wait(60));
    let traits = Traits::default();
    let choices = Some(Choices::default());
    Story { name: "small world".to_owned(), justcall: traits.clone(), crm: traits, choices, steps: all }
}

/// The states of one contact: what each side holds.
fn states() -> impl Iterator<Item = [&'static str; 2]> {
    VALUES.into_iter().flat_map(|left| VALUES.into_iter().map(move |right| [left, right]))
}

fn edits((name, _, field): (&str, &str, &str), state: [&str; 2]) -> Vec<Step> {
    let edit = |(side, text): (Side, &str)| Step::Edit(side, name.to_owned(), field.to_owned(), text.to_owned());
    // Both hold v0 already: writing it again is no edit.
    Side::BOTH.into_iter().zip(state).filter(|(_, text)| *text != "v0").map(edit).collect()
}

/// All of it.
pub fn small_scope(settings: &Settings) -> SmallScope {
    let mut found = SmallScope::default();
    let run = |kill| [Step::Wait(60), Step::Run(kill)].to_vec();
    // With a base: both sides agreed on v0 before.
    let agreed = match Stage::new(&start(["v0"; 4], vec![Step::Settle]), settings) {
        Ok(stage) => stage,
        Err(panic) => return SmallScope { worlds: 1, broken: vec![panic] },
    };
    for ann in states() {
        for bob in states() {
            let steps = [edits(PEOPLE[0], ann), edits(PEOPLE[1], bob), run(None)].concat();
            found.take(&steps, &agreed.go_on(&steps));
        }
        for kill in 0.. {
            let steps = [edits(PEOPLE[0], ann), run(Some(kill))].concat();
            let played = agreed.go_on(&steps);
            if played.crashes == 0 {
                break;
            }
            found.take(&steps, &played);
        }
        // Without a base: they meet for the first time.
        match Stage::new(&start([ann[0], ann[1], "v0", "v1"], Vec::new()), settings) {
            Ok(stage) => {
                for kill in std::iter::once(None).chain((0..).map(Some)) {
                    let played = stage.go_on(&run(kill));
                    if kill.is_some() && played.crashes == 0 {
                        break;
                    }
                    found.take(&run(kill), &played);
                }
            }
            Err(panic) => found.broken.push(panic),
        }
    }
    found
}
