//! Contacts by what a person types: a number, a record id, or a part of a name. From the state alone: asks neither side.

use crate::failure::{Failure, Fallible};
use engine::normalizer::{Normalizer, PhoneReading};
use model::{Base, Field, LinkHead, LinkId, Schema, Side};
use std::collections::HashMap;
use store::Store;

/// A contact that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) number: u64,
}

/// Names by link.
pub(crate) type Names = HashMap<LinkId, String>;

/// The number that a text means: its own, or that of the only contact that it names.
pub(crate) fn number(store: Option<&Store>, normalizer: &Normalizer, option: &str, text: &str) -> Fallible<u64> {
    match normalizer.read_phone(text) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => return Ok(key.number()),
        // What looks like a number was meant as one.
        PhoneReading::Unusable(_, why) if looks_like_a_number(text) => {
            return Err(Failure::usage(format!("{option}: {why}")).hint(
                "write it with its country code, such as +14155550123; `tieline phone` shows how a number is read",
            ));
        }
        PhoneReading::Unusable(..) => {}
    }
    let Some(store) = store else {
        return Err(Failure::usage(format!("{option}: no contact `{text}`: there is no state to look in"))
            .hint("name a number, or run `tieline sync` first"));
    };
    let mut found = find(store, text)?;
    found.dedup_by_key(|one| one.number);
    match found.as_slice() {
        [one] => Ok(one.number),
        [] => Err(Failure::usage(format!("{option}: no linked contact has `{text}` in its name or as its id"))
            .hint("name a number, or another part of the name")),
        several => Err(ambiguous(option, text, several)),
    }
}

fn ambiguous(option: &str, text: &str, found: &[Found]) -> Failure {
    const SHOWN: usize = 10;
    let mut failure = Failure::usage(format!("{option}: `{text}` names {} contacts", found.len()))
        .hint("give more of the name, or the number of the one that you mean");
    let line = |one: &Found| format!("{}  +{}", report::text::safe(&one.name), one.number);
    failure.causes = found.iter().take(SHOWN).map(line).collect();
    if found.len() > SHOWN {
        failure.causes.push(format!("and {} more", found.len() - SHOWN));
    }
    failure
}

fn looks_like_a_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_part = |c: char| c.is_ascii_digit() || "+()-./ ".contains(c);
    // A short row of digits may be a record's id.
    text.chars().all(is_part) && (text.trim().starts_with('+') || digits >= 7)
}

/// Linked contacts whose record id is the text, or whose name contains it, where it has a letter; whole names count before
/// parts.
pub(crate) fn find(store: &Store, text: &str) -> Fallible<Vec<Found>> {
    let wanted = text.trim().to_lowercase();
    let schema = Schema::new(store.known_fields()?);
    let heads = store.link_heads(&schema)?;
    let by_id = |head: &&LinkHead| {
        Side::BOTH.iter().any(|side| head.ids[*side].as_ref().is_some_and(|id| id.as_str() == text.trim()))
    };
    let own: Vec<&LinkHead> = heads.iter().filter(by_id).collect();
    if !own.is_empty() {
        let names = names_of(store, own.iter().map(|head| head.id).collect())?;
        return Ok(own.into_iter().filter_map(|head| found(head, &names)).collect());
    }
    // A row of digits is a number or an id, never a part of a name that a phone system made of one.
    if !wanted.chars().any(char::is_alphabetic) {
        return Ok(Vec::new());
    }
    let bases = store.all_bases(&schema)?;
    let names: Names = bases.iter().map(|base| (base.link, name(&schema, base))).collect();
    let mut part: Vec<Found> = heads.iter().filter_map(|head| found(head, &names)).collect();
    part.retain(|one| !wanted.is_empty() && one.name.to_lowercase().contains(&wanted));
    let whole: Vec<Found> = part.iter().filter(|one| one.name.to_lowercase() == wanted).cloned().collect();
    let mut best = if whole.is_empty() { part } else { whole };
    best.sort_by(|one, two| (one.number, &one.name).cmp(&(two.number, &two.name)));
    Ok(best)
}

fn found(head: &LinkHead, names: &Names) -> Option<Found> {
    Some(Found { name: names.get(&head.id)?.clone(), number: head.key?.number() })
}

/// Names of these links, as they were when both sides last agreed.
pub(crate) fn names_of(store: &Store, mut links: Vec<LinkId>) -> Fallible<Names> {
    links.sort_unstable();
    links.dedup();
    let schema = Schema::new(store.known_fields()?);
    Ok(store.bases(&schema, &links)?.iter().map(|base| (base.link, name(&schema, base))).collect())
}

/// Names of all links.
pub(crate) fn all_names(store: &Store) -> Fallible<Names> {
    let schema = Schema::new(store.known_fields()?);
    Ok(store.all_bases(&schema)?.iter().map(|base| (base.link, name(&schema, base))).collect())
}

fn name(schema: &Schema, base: &Base) -> String {
    let text = |field: &Field| {
        let at = schema.position(field)?;
        let cells = &base.fields.get(at.index())?.cells;
        // Of two spellings, the CRM's: it is where people keep names.
        [Side::Crm, Side::Justcall].into_iter().find_map(|side| cells[side].as_cell().value().map(str::to_owned))
    };
    let parts: Vec<String> = [Field::FirstName, Field::LastName].iter().filter_map(text).collect();
    parts.join(" ")
}
