//! Builds conflicts with stable ids and finds the answers that people gave to them.

use crate::draft::World;
use model::{BySide, Choice, Conflict, ConflictId, ConflictKind, Field, LinkId, Resolution, Side};
use xxhash_rust::xxh3::xxh3_64;

/// What a conflict is about, before it has an id.
pub(crate) struct Subject<'a> {
    pub(crate) kind: ConflictKind,
    pub(crate) link: Option<LinkId>,
    pub(crate) rows: BySide<Option<u32>>,
    pub(crate) phone: String,
    pub(crate) field: Option<&'a Field>,
    pub(crate) base: Option<String>,
    pub(crate) values: BySide<Option<String>>,
}

/// The conflict, with the day it was first seen.
pub(crate) fn build(world: &World<'_>, subject: Subject<'_>) -> Conflict {
    let ids = BySide::from_fn(|side| world.record_id(side, subject.rows[side]).map(|id| id.as_str().to_owned()));
    let who = match subject.link {
        Some(link) => format!("link {}", link.0),
        None => format!("{:?} {:?} {}", ids.justcall, ids.crm, subject.phone),
    };
    let field = subject.field.map(ToString::to_string).unwrap_or_default();
    let id = id_of(subject.kind, &who, &field);
    let since = world.state.since.get(&id).copied().unwrap_or_else(|| world.seen_at(Side::Crm));
    Conflict {
        id,
        kind: subject.kind,
        phone: subject.phone,
        name: world.name(subject.rows),
        field: subject.field.cloned(),
        base: subject.base,
        justcall: subject.values.justcall,
        crm: subject.values.crm,
        justcall_id: ids.justcall,
        crm_id: ids.crm,
        since,
        records: Vec::new(),
        detail: String::new(),
        link: subject.link,
    }
}

/// Same contact, field and kind: same id, in every run and on every machine.
fn id_of(kind: ConflictKind, who: &str, field: &str) -> ConflictId {
    ConflictId(format!("c{:010x}", xxh3_64(format!("{kind:?}\n{who}\n{field}").as_bytes()) >> 24))
}

/// The answer that a person gave to exactly this difference, if any.
pub(crate) fn answer<'a>(world: &World<'a>, conflict: &Conflict) -> Option<&'a Choice> {
    let resolutions: &'a [Resolution] = &world.state.resolutions;
    resolutions.iter().rev().find(|resolution| resolution.still_fits(conflict)).map(|resolution| &resolution.choice)
}
