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
        return Err(Failure::usage(format!("{option}: `{text}` is no phone number"))
            .hint("write it with its country code, such as +14155550123"));
    };
    let mut found = find(store, text)?;
    found.dedup_by_key(|one| one.number);
    match found.as_slice() {
        [one] => Ok(one.number),
        [] if is_short_code(text) => Err(Failure::usage(format!(
            "{option}: no linked contact has `{text}` as its id, and a short code is not called from here"
        ))
        .hint("dial it by hand; in an emergency, always")),
        [] => Err(Failure::usage(format!("{option}: no linked contact has `{text}` in its name or as its id"))
            .hint("name a number, or another part of the name")),
        several => Err(ambiguous(option, text, several)),
    }
}

fn ambiguous(option: &str, text: &str, found: &[Found]) -> Failure {
    const SHOWN: usize = 10;
    let mut failure = Failure::usage(format!("{option}: `{text}` names {} contacts:", found.len()))
        .hint("give more of the name, or the number of the one that you mean");
    let line = |one: &Found| format!("\n  {}  +{}", report::text::safe(&one.name), one.number);
    failure.message.extend(found.iter().take(SHOWN).map(line));
    if found.len() > SHOWN {
        failure.message.extend([format!("\n  and {} more", found.len() - SHOWN)]);
    }
    failure
}

/// 911, 112, 85258: numbers that work in one country or network alone.
fn is_short_code(text: &str) -> bool {
    let text = text.trim();
    (3..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
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
    let wanted = in_order(&canonical(text));
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
    if let Some(owner) = mail_owner(&schema, &bases, &wanted) {
        part.retain(|one| Some(one.number) == owner_number(&heads, owner));
        return Ok(part);
    }
    part.retain(|one| !wanted.is_empty() && canonical(&one.name).contains(&wanted));
    let whole: Vec<Found> = part.iter().filter(|one| canonical(&one.name) == wanted).cloned().collect();
    let mut best = if whole.is_empty() { part } else { whole };
    best.sort_by(|one, two| (one.number, &one.name).cmp(&(two.number, &two.name)));
    Ok(best)
}

/// A name as people compare it: one blank between words, in lower case.
fn canonical(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// `Lovelace, Ada` is Ada Lovelace.
fn in_order(text: &str) -> String {
    match text.split_once(',') {
        Some((last, first)) if !first.trim().is_empty() && !first.contains(',') => {
            format!("{} {}", first.trim(), last.trim())
        }
        _ => text.to_owned(),
    }
}

/// The link of the only contact with an e-mail address.
fn mail_owner(schema: &Schema, bases: &[Base], wanted: &str) -> Option<LinkId> {
    let at = schema.position(&Field::Email).filter(|_| wanted.contains('@'))?;
    let has = |base: &&Base| {
        let cells = &base.fields[at.index()].cells;
        Side::BOTH.into_iter().any(|side| cells[side].as_cell().text().trim().to_lowercase() == wanted)
    };
    let mut owners = bases.iter().filter(has);
    let owner = owners.next()?;
    owners.next().is_none().then_some(owner.link)
}

fn owner_number(heads: &[LinkHead], link: LinkId) -> Option<u64> {
    heads.iter().find(|head| head.id == link)?.key.map(model::PhoneKey::number)
}

/// The extension that a number is written with: nobody dials it.
pub(crate) fn extension(normalizer: &Normalizer, text: &str) -> Option<String> {
    match normalizer.read_phone(text) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => {
            Some(key.extension()).filter(|extension| !extension.is_empty())
        }
        PhoneReading::Unusable(..) => None,
    }
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
