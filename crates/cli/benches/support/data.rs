//! Made-up contacts on both sides, from a seed: the same every time.

use sandbox::NewContact;
use std::collections::BTreeSet;
use std::fmt::Write;

const FIRST: [&str; 12] =
    ["Ann", "Ben", "Carla", "Dmitri", "Elif", "Fatima", "Goran", "Hana", "Igor", "Júlia", "Kenji", "Lena"];
const LAST: [&str; 12] = [
    "Adams", "Baker", "Chen", "Dubois", "Eriksson", "Ferrari", "García", "Hoffmann", "Ivanov", "Jensen", "Kowalski",
    "Nakamura",
];
const AREAS: [&str; 16] =
    ["212", "213", "302", "303", "305", "312", "404", "415", "503", "512", "617", "702", "713", "808", "907", "917"];

/// One person, as both sides know them.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: usize,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) digits: String,
    pub(crate) email: String,
    pub(crate) company: String,
}

/// Both sides.
pub(crate) struct World {
    pub(crate) people: Vec<Person>,
    /// Edits of the night: position and new company; positions that a side deletes.
    pub(crate) crm_edits: BTreeSet<usize>,
    pub(crate) justcall_edits: BTreeSet<usize>,
    pub(crate) crm_deletes: BTreeSet<usize>,
    pub(crate) justcall_deletes: BTreeSet<usize>,
}

/// How much a night changes, in shares of all contacts.
pub(crate) struct Change {
    crm_edits: f64,
    justcall_edits: f64,
    deletes_each: f64,
}

impl Change {
    /// 1 % in all: edits on both sides, and deletions on both.
    pub(crate) const fn one_percent() -> Self {
        Self { crm_edits: 0.005, justcall_edits: 0.003, deletes_each: 0.001 }
    }

    /// 8 % in all: more than a night brings.
    pub(crate) const fn busy() -> Self {
        Self { crm_edits: 0.04, justcall_edits: 0.03, deletes_each: 0.005 }
    }

    const fn total(&self) -> f64 {
        self.crm_edits + self.justcall_edits + 2.0 * self.deletes_each
    }
}

/// splitmix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn pick<'a>(state: &mut u64, from: &[&'a str]) -> &'a str {
    from[usize::try_from(next(state) % from.len() as u64).unwrap_or(0)]
}

impl World {
    /// `size` people.
    pub(crate) fn new(size: usize, seed: u64) -> Self {
        let mut state = seed;
        let people = (0..size)
            .map(|id| {
                let (first, last) = (pick(&mut state, &FIRST), pick(&mut state, &LAST));
                // Exchanges 200 to 799 and four digits: 6 million numbers an area, none twice.
                let area = AREAS[id % AREAS.len()];
                let place = id / AREAS.len();
                let digits = format!("{area}{:03}{:04}", 200 + place / 10_000, place % 10_000);
                Person {
                    id: id + 1,
                    first: first.to_owned(),
                    last: last.to_owned(),
                    digits,
                    email: format!("{}.{id}@example.com", first.to_lowercase()),
                    company: format!("{last} & Sons {}", id % 977),
                }
            })
            .collect();
        Self {
            people,
            crm_edits: BTreeSet::new(),
            justcall_edits: BTreeSet::new(),
            crm_deletes: BTreeSet::new(),
            justcall_deletes: BTreeSet::new(),
        }
    }

    /// Chooses the night's changes, no contact twice.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(crate) fn change(&mut self, change: &Change) {
        let size = self.people.len();
        let count = |share: f64| (size as f64 * share).round() as usize;
        let mut at = 0;
        let step = (size / (count(change.total()) + 1)).max(1);
        let mut take = |many: usize| -> BTreeSet<usize> {
            (0..many)
                .map(|_| {
                    at += step;
                    (at - 1) % size
                })
                .collect()
        };
        // Deletions first: they fall on contacts that both sides have had for long, not on those that the first sync
        // created a moment ago and whose listing may still lag.
        self.crm_deletes = take(count(change.deletes_each));
        self.justcall_deletes = take(count(change.deletes_each));
        self.crm_edits = take(count(change.crm_edits));
        self.justcall_edits = take(count(change.justcall_edits));
    }

    /// The CRM's export; two phones in five in one of the ways in which people write them.
    pub(crate) fn csv(&self) -> String {
        let mut text = String::from("id,First Name,Last Name,Phone,Email,Company,Notes\r\n");
        for person in &self.people {
            let (area, rest) = person.digits.split_at(3);
            let (exchange, line) = rest.split_at(3);
            let phone = match person.id % 10 {
                0 => format!("({area}) {exchange}-{line}"),
                1 => format!("{area}.{exchange}.{line}"),
                2 => format!("1-{area}-{exchange}-{line}"),
                3 => format!("{area} {exchange} {line}"),
                _ => format!("+1{}", person.digits),
            };
            let Person { id, first, last, email, company, .. } = person;
            let _ = write!(text, "{id},{first},{last},{phone},{email},{company},kept as it is\r\n");
        }
        text
    }

    /// The export after the night: `file` as it was, with the CRM's edits and deletions.
    pub(crate) fn changed(&self, file: &str) -> String {
        let mut lines: Vec<String> = file.split_inclusive("\r\n").map(str::to_owned).collect();
        for at in &self.crm_edits {
            let company = &self.people[*at].company;
            lines[at + 1] = lines[at + 1].replacen(company.as_str(), &format!("{company} Ltd"), 1);
        }
        for at in &self.crm_deletes {
            lines[at + 1].clear();
        }
        lines.concat()
    }

    /// The phone side's contacts. Of one in twenty the company is not known there.
    pub(crate) fn contacts(&self) -> impl Iterator<Item = NewContact> {
        self.people.iter().map(|person| {
            let mut contact = NewContact::named(&person.first, &person.last, &format!("+1{}", person.digits));
            contact.email = Some(person.email.clone());
            contact.company = (person.id % 20 != 0).then(|| person.company.clone());
            contact
        })
    }
}
