//! Made-up contacts for trying things out: the same seed makes the same ones.
//!
//! Numbers are of the plan's 555 exchanges, all different; addresses are of example.com.

use std::collections::BTreeMap;

use crate::mix::scramble;

const FIRST: [&str; 16] = [
    "Ada", "Ben", "Chloé", "Dana", "Elif", "Farid", "Grace", "Henrik", "Ines", "Jonas", "Kaori", "Luis", "Mina",
    "Noor", "Omar", "Petra",
];
const LAST: [&str; 16] = [
    "Okafor",
    "Reyes",
    "Lindqvist",
    "Müller",
    "Tanaka",
    "Silva",
    "Novak",
    "O'Brien",
    "Kaya",
    "Rossi",
    "Dubois",
    "Singh",
    "Park",
    "Weber",
    "Costa",
    "Haddad",
];
const COMPANIES: [&str; 8] = [
    "Okafor Freight",
    "Blue Harbor",
    "Nordlicht GmbH",
    "Acme Group",
    "Riverside Dental",
    "Kaya Foods",
    "Summit Legal",
    "Park & Sons",
];
const STAGES: [&str; 3] = ["lead", "opportunity", "customer"];

/// So many people.
pub(crate) fn people(count: usize, seed: u64) -> impl Iterator<Item = BTreeMap<String, String>> {
    (0..count as u64).map(move |n| person(n, scramble(scramble(seed) ^ n)))
}

fn person(n: u64, dice: u64) -> BTreeMap<String, String> {
    let (first, last) = (pick(&FIRST, dice), pick(&LAST, dice >> 8));
    // Area codes from 200 up, ten thousand numbers each.
    let phone = format!("+1{:03}555{:04}", 200 + (n / 10_000) % 800, n % 10_000);
    let mut person = BTreeMap::from([
        ("firstname".to_owned(), first.to_owned()),
        ("lastname".to_owned(), last.to_owned()),
        ("phone".to_owned(), phone),
        ("email".to_owned(), format!("person{n}@example.com")),
    ]);
    if !(dice >> 16).is_multiple_of(4) {
        person.insert("company".to_owned(), pick(&COMPANIES, dice >> 24).to_owned());
    }
    if (dice >> 32).is_multiple_of(2) {
        person.insert("lifecyclestage".to_owned(), pick(&STAGES, dice >> 40).to_owned());
    }
    person
}

fn pick<'a>(from: &[&'a str], dice: u64) -> &'a str {
    let at = usize::try_from(dice % from.len().max(1) as u64).unwrap_or(0);
    from.get(at).copied().unwrap_or_default()
}
