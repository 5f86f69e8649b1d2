//! Callers whom neither side knows, made into contacts where the configuration asks for it (rule `caller`): on each side
//! where contacts may be made, by a create that copies no record.
//!
//! Never where somebody has the number, however it is written; where a contact with it was deleted; or where a side was
//! not seen whole. Who was made once, erased or is withheld does not get here: the caller knows.

use crate::draft::{Draft, World, action};
use crate::identity::Identity;
use crate::normalizer::{PhoneReading, name};
use model::{
    ActionKind, CallSummary, Change, Field, Held, HeldReason, PhoneKey, RowHash, Rule, Schema, Side, Via, WritePolicy,
};
use std::collections::BTreeSet;

/// What stands for the number in the name of a caller whom no call names.
pub const NUMBER: &str = "{number}";

/// Which callers are made into contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callers {
    /// Only those whose calls carry a name.
    pub named_only: bool,
    /// Calls from a number that it takes.
    pub min_calls: u64,
    /// The name of all others, with [`NUMBER`] in it; one that counts as made up.
    pub name: String,
}

impl Callers {
    /// Whether names that follow the pattern count as made up, so that a real one replaces them.
    pub fn is_made_up(pattern: &str) -> bool {
        pattern.contains(NUMBER) && name::is_placeholder(&pattern.replace(NUMBER, "+14155550123"), "")
    }
}

/// A number that called and that nobody is linked to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// Its digits.
    pub number: u64,
    /// The names that its calls carry, the latest first.
    pub names: Vec<String>,
    /// How often it called.
    pub calls: u64,
    /// What its calls come to, where fields are computed from them.
    pub summary: Option<CallSummary>,
}

/// The key under which a refused create of a caller is parked: it comes from no record.
pub fn parked_key(key: PhoneKey) -> (String, RowHash) {
    (key.e164(), RowHash::of(std::iter::empty()))
}

/// All of them.
pub(crate) fn unknown(world: &World<'_>, draft: &mut Draft) {
    // A first sync has no guard on creates, and a year of calls holds many strangers: they come with the next run.
    let Some(wish) = world.settings.callers.as_ref().filter(|_| !world.state.first_sync) else { return };
    let called = world.state.callers.iter().filter(|caller| caller.calls >= wish.min_calls);
    let mut callers: Vec<(PhoneKey, &Caller)> = called
        // A number of which only a part was read is nobody's yet.
        .filter_map(|caller| match world.normalizer.read_phone(&format!("+{}", caller.number)) {
            PhoneReading::Key(key) => Some((key, caller)),
            PhoneReading::WeakKey(_) | PhoneReading::Unusable(..) => None,
        })
        .collect();
    if callers.is_empty() {
        return;
    }
    callers.sort_by_key(|(key, _)| *key);
    callers.dedup_by_key(|(key, _)| *key);
    let taken = Taken::of(world, &callers);
    let unseen = Side::BOTH.into_iter().find_map(|side| world.half_seen(side));
    for (key, caller) in callers {
        let known = caller.names.iter().map(|name| name.trim()).find(|name| is_real(name));
        if (known.is_none() && wish.named_only) || taken.has(key) {
            continue;
        }
        if known.is_some_and(|name| may_be_unreadable(world, name)) {
            continue;
        }
        let name = known.map_or_else(|| wish.name.replace(NUMBER, &key.e164()), str::to_owned);
        for side in Side::BOTH {
            create(world, draft, side, &Newcomer { key, caller, name: &name }, unseen.as_deref());
        }
    }
}

/// A name with a letter in it that nobody made up.
fn is_real(text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && !name::is_placeholder(text, "")
}

/// A record whose number cannot be read has this name: it may be the caller's.
fn may_be_unreadable(world: &World<'_>, name: &str) -> bool {
    let person = Identity { name: name::canonical(name).to_lowercase(), email: String::new() };
    Side::BOTH.into_iter().any(|side| world.matching.unreadable[side].resemble(&person))
}

struct Newcomer<'a> {
    key: PhoneKey,
    caller: &'a Caller,
    name: &'a str,
}

fn create(world: &World<'_>, draft: &mut Draft, side: Side, newcomer: &Newcomer<'_>, unseen: Option<&str>) {
    let via = world.capabilities[side].create_via;
    if !world.settings.create_in[side] || via == Via::State {
        return;
    }
    let (parked, _) = parked_key(newcomer.key);
    if world.state.parked.iter().any(|write| write.side == side && write.source_id == parked) {
        return;
    }
    let mut create = action(world, side, ActionKind::Create, crate::draft::NO_ROWS, Rule::Caller);
    create.via = via;
    create.phone = newcomer.key.e164();
    newcomer.name.clone_into(&mut create.name);
    create.note = match newcomer.caller.calls {
        1 => "called once".to_owned(),
        calls => format!("called {calls} times"),
    };
    create.changes = changes(world, side, newcomer);
    match unseen {
        None => draft.actions.push(create),
        Some(detail) => draft.held.push(Held {
            side,
            kind: ActionKind::Create,
            record_id: None,
            phone: create.phone,
            reason: HeldReason::PartialListing,
            until: None,
            other_id: None,
            name: create.name,
            detail: detail.to_owned(),
            class: None,
            link: None,
        }),
    }
}

fn changes(world: &World<'_>, side: Side, newcomer: &Newcomer<'_>) -> Vec<Change> {
    let schema = &world.settings.schema;
    let writable = |field: &Field| {
        schema.position(field).is_some_and(|id| {
            let policy = world.settings.policy(id);
            policy.direction.allows(side) && policy.write != WritePolicy::Never
        })
    };
    let (first, last) = names(schema, newcomer.name);
    let value = |field: &Field| match field {
        Field::Phone => Some(newcomer.key.e164()),
        Field::FirstName => Some(first.to_owned()),
        Field::LastName => Some(last.to_owned()),
        Field::Call(field) => newcomer.caller.summary.as_ref().map(|summary| summary.text(*field)),
        _ => None,
    };
    let fields = schema.fields().iter().filter(|field| **field == Field::Phone || writable(field));
    fields
        .filter_map(|field| Some((field, value(field).filter(|value| !value.is_empty())?)))
        .map(|(field, after)| Change { field: field.clone(), before: None, after })
        .collect()
}

/// A whole name in two fields: its first word, and the rest. Where there is one field, it takes all.
fn names<'a>(schema: &Schema, whole: &'a str) -> (&'a str, &'a str) {
    match (schema.position(&Field::FirstName), schema.position(&Field::LastName)) {
        (Some(_), Some(_)) => {
            let (first, last) = whole.split_once(char::is_whitespace).unwrap_or((whole, ""));
            (first, last.trim_start())
        }
        (None, _) => ("", whole),
        (Some(_), None) => (whole, ""),
    }
}

/// Last digits that tell numbers apart, however much of them is written.
const TAIL: usize = 7;
const BELOW: u64 = 10_u64.pow(7);

/// Who has a number already: links, tombstones, and whoever is listed with it, alone or among others in one cell.
struct Taken {
    numbers: BTreeSet<u64>,
    tails: BTreeSet<u64>,
}

impl Taken {
    fn of(world: &World<'_>, callers: &[(PhoneKey, &Caller)]) -> Self {
        let links = world.heads.iter().filter_map(|head| head.key);
        let ended = world.state.tombstones.iter().filter_map(|tombstone| tombstone.key);
        let listed = Side::BOTH.into_iter().flat_map(|side| world.matching.keys(side));
        let numbers = links.chain(ended).chain(listed).map(PhoneKey::number).collect();
        let mut wanted: Vec<u64> = callers.iter().map(|(key, _)| key.number() % BELOW).collect();
        wanted.sort_unstable();
        let mut tails = BTreeSet::new();
        for side in Side::BOTH {
            let phone = world.settings.schema.phone().index();
            for row in world.listings[side].table.iter() {
                let texts = [row.cell(phone).text(), row.rest().unwrap_or_default()];
                for text in texts.into_iter().filter(|text| !text.is_empty()) {
                    tails.extend(runs(text).filter(|run| wanted.binary_search(run).is_ok()));
                }
            }
        }
        Self { numbers, tails }
    }

    fn has(&self, key: PhoneKey) -> bool {
        self.numbers.contains(&key.number()) || self.tails.contains(&(key.number() % BELOW))
    }
}

/// Every run of so many digits in a text, whatever stands between them.
fn runs(text: &str) -> impl Iterator<Item = u64> + '_ {
    let mut run = 0;
    let digits = text.bytes().filter(u8::is_ascii_digit).enumerate();
    digits.filter_map(move |(at, digit)| {
        run = (run * 10 + u64::from(digit - b'0')) % BELOW;
        (at + 1 >= TAIL).then_some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_written() {
        for text in ["+14155550123", "(415) 555-0123", "555.0123", "+1 415 555 0199 / 415-555-0123 x7", "0014155550123"]
        {
            assert!(runs(text).any(|run| run == 5_550_123), "{text}");
        }
        for text in ["", "555-012", "+14155550124", "4.15556E+09"] {
            assert!(!runs(text).any(|run| run == 5_550_123), "{text}");
        }
    }

    #[test]
    fn only_patterns_whose_names_give_way_to_real_ones_are_taken() {
        for pattern in ["Caller {number}", "{number}", "Unknown {number}", "Anrufer {number}", "Call from {number}"] {
            assert!(Callers::is_made_up(pattern), "{pattern}");
        }
        for pattern in ["", "Caller", "New JustCall Contact", "Ada {number}", "{number} {number}x", "Lead"] {
            assert!(!Callers::is_made_up(pattern), "{pattern}");
        }
    }
}
