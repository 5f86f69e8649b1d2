//! People at random: they edit both sides of a small world, with few names and numbers, so that collisions, swaps and
//! values that come back are frequent. Remembers what each of them wanted (I1). Knows nothing of how a sync works.

use crate::Random;
use crate::replica::{Faults, Loss, MemoryReplica};
use std::collections::BTreeMap;

const NAMES: [&str; 4] = ["Ann", "Bob", "Cat", "Dan"];
const COMPANIES: [&str; 4] = ["Acme", "Beta", "Acme ", ""];
const EMAILS: [&str; 3] = ["a@x.com", "b@x.com", ""];

/// A number of the small world.
pub fn number(n: usize) -> String {
    format!("+141555501{n:02}")
}

/// What random people do between two runs.
#[derive(Debug, Clone)]
pub struct People {
    /// Their luck.
    pub random: Random,
    /// Numbers in use.
    pub numbers: usize,
    /// Whether they change and swap numbers, which makes ambiguous groups possible.
    pub restless: bool,
    /// Texts that are unique to one edit: who looks for one later finds this edit or none.
    pub marks: BTreeMap<String, (usize, String)>,
    next_mark: usize,
}

impl People {
    /// People of a seed.
    pub fn new(seed: u64, restless: bool) -> Self {
        Self { random: Random::new(seed), numbers: 6, restless, marks: BTreeMap::new(), next_mark: 0 }
    }

    /// One thing that somebody does on one side. Says what, for the story of a failure.
    pub fn act(&mut self, side: usize, replica: &MemoryReplica) -> String {
        let contacts = replica.contacts();
        let kind = self.random.below(100);
        if contacts.is_empty() || kind < 15 {
            return self.arrive(replica);
        }
        let contact = self.random.pick(&contacts).clone();
        let Some(id) = contact.id else { return "nothing".to_owned() };
        match kind {
            15..=25 => {
                replica.remove(&id);
                format!("side {side}: deletes {id}")
            }
            26..=40 if self.restless => {
                let to = number(self.random.below(self.numbers));
                replica.edit(&id, "phone", &to);
                format!("side {side}: {id} gets {to}")
            }
            41..=60 => {
                self.next_mark += 1;
                let mark = format!("mark {}", self.next_mark);
                replica.edit(&id, "company", &mark);
                self.marks.insert(mark.clone(), (side, id.clone()));
                format!("side {side}: {id} works at {mark}")
            }
            _ => {
                let (field, value) = match kind % 3 {
                    0 => ("company", *self.random.pick(&COMPANIES)),
                    1 => ("email", *self.random.pick(&EMAILS)),
                    _ => ("first_name", *self.random.pick(&NAMES)),
                };
                replica.edit(&id, field, value);
                format!("side {side}: {id} {field} = `{value}`")
            }
        }
    }

    fn arrive(&mut self, replica: &MemoryReplica) -> String {
        let phone = if self.restless {
            number(self.random.below(self.numbers))
        } else {
            self.numbers += 1;
            number(self.numbers)
        };
        let name = *self.random.pick(&NAMES);
        let company = *self.random.pick(&COMPANIES);
        let id = replica.add(&[("first_name", name), ("phone", &phone), ("company", company)]);
        format!("{id} {name} {phone} arrives")
    }

    /// Something that goes wrong during the next run.
    pub fn faults(&mut self) -> Faults {
        let mut faults = Faults::default();
        match self.random.below(12) {
            0 => faults.partial = true,
            1 => faults.empty = true,
            2 => faults.cut_at = Some(self.random.below(3)),
            3 => faults.doubled = true,
            4 => faults.reversed = true,
            5 => faults.losses = [Loss::BeforeEffect, Loss::AfterEffect].into(),
            6 => faults.losses = [Loss::AfterEffect, Loss::AfterEffect, Loss::BeforeEffect].into(),
            7 => faults.unclear = true,
            8 => faults.apply_error = Some(connector::ErrorKind::Server),
            9 => faults.hidden = [number(self.random.below(6))].into(),
            _ => {}
        }
        faults
    }
}
