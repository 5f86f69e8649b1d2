//! `conflict = "newest"`: which of two contested values is the newer one, by what the sides tell of them, else by what
//! earlier runs saw. Where the times leave any doubt, a person decides (S32).
//!
//! Reads histories and sightings that it is given; does not ask a side, and does not decide what is contested.

use crate::draft::World;
use crate::merger::FieldCase;
use jiff::{SignedDuration, Timestamp};
use model::{Author, Cell, Conflict, RecordId, Side, Stamp};

/// How far apart two moments must lie: each is told by another clock, and some count in minutes.
const CLOCKS: SignedDuration = SignedDuration::from_mins(5);

/// Between which moments a value was set; none: nobody knows.
struct Span {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    words: String,
}

/// Since when a side holds the value that it shows, and by whom: a mere change of form is none (S33), so it is the oldest
/// of those that mean the same. Nothing where the history does not begin with the value that was listed.
pub(crate) fn stamp(world: &World<'_>, side: Side, row: u32, case: &FieldCase<'_>) -> Option<Stamp> {
    if world.state.histories.is_empty() {
        return None;
    }
    let key = (side, RecordId::from(world.row(side, row).id()), case.field.clone());
    let same = |value: &str| world.normalizer.same(case.field, Cell::from_text(value), case.now[side]);
    let versions = world.state.histories.get(&key)?;
    versions.iter().take_while(|version| same(&version.value)).last().map(|version| version.stamp.clone())
}

/// The side with the newer value, and why.
pub(crate) fn newer(world: &World<'_>, case: &FieldCase<'_>, conflict: &Conflict) -> Option<(Side, String)> {
    let [justcall, crm] = Side::BOTH.map(|side| span(world, case, conflict, side));
    let (justcall, crm) = (justcall?, crm?);
    let after = |new: &Span, old: &Span| match (new.from, old.to) {
        (Some(from), Some(to)) => from.duration_since(to) > CLOCKS,
        _ => false,
    };
    let words = |new: Side, [first, second]: [&Span; 2]| {
        let (title, other) = (new.title(), new.other().title());
        format!("newest: {title}'s value {}, {other}'s {}", first.words, second.words)
    };
    match (after(&justcall, &crm), after(&crm, &justcall)) {
        (true, false) => Some((Side::Justcall, words(Side::Justcall, [&justcall, &crm]))),
        (false, true) => Some((Side::Crm, words(Side::Crm, [&crm, &justcall]))),
        _ => None,
    }
}

fn span(world: &World<'_>, case: &FieldCase<'_>, conflict: &Conflict, side: Side) -> Option<Span> {
    if let Some(stamp) = &conflict.set[side] {
        // What we wrote is nobody's edit there; and a clock that is ahead of ours tells nothing.
        let is_ahead = stamp.at.duration_since(world.seen_at(side)) > CLOCKS;
        let counts = stamp.by != Author::Tieline && !is_ahead;
        let words = format!("was set on {:.0} by {}", stamp.at, stamp.who());
        return counts.then_some(Span { from: Some(stamp.at), to: Some(stamp.at), words });
    }
    let seen = world.state.sightings.get(&conflict.id)?[side].as_ref()?;
    let then = seen.value.as_deref().map_or(Cell::Unknown, Cell::from_text);
    let lag = SignedDuration::from_secs(i64::from(world.capabilities[side].read_lag_seconds));
    let at_least = |read: Timestamp| read.checked_sub(lag).ok();
    Some(if world.normalizer.same(case.field, then, case.now[side]) {
        let words = format!("was there on {:.0} already", seen.shown_by);
        Span { from: seen.other_at.and_then(at_least), to: Some(seen.shown_by), words }
    } else {
        let words = format!("has changed since {:.0}", seen.read_at);
        Span { from: at_least(seen.read_at), to: None, words }
    })
}
