//! Builds conflicts with stable ids and finds the answers that people gave to them.

use crate::draft::World;
use model::{BySide, Choice, Conflict, ConflictId, ConflictKind, Field, LinkHead, PhoneKey, RecordId, RowRef, Side};
use xxhash_rust::xxh3::xxh3_64;

/// What a conflict is about, before it has an id.
pub(crate) struct Subject<'a> {
    pub(crate) kind: ConflictKind,
    pub(crate) link: Option<&'a LinkHead>,
    /// The number of a whole group, where it is about one.
    pub(crate) group: Option<PhoneKey>,
    pub(crate) rows: BySide<Option<u32>>,
    pub(crate) phone: String,
    pub(crate) field: Option<&'a Field>,
    pub(crate) base: Option<String>,
    pub(crate) values: BySide<Option<String>>,
}

/// The conflict, with the day it was first seen.
pub(crate) fn build(world: &World<'_>, subject: Subject<'_>) -> Conflict {
    let ids = BySide::from_fn(|side| {
        let listed = world.record_id(side, subject.rows[side]);
        listed.or_else(|| subject.link.and_then(|head| head.ids[side].clone())).map(|id| id.as_str().to_owned())
    });
    let field = subject.field.map(ToString::to_string).unwrap_or_default();
    let id = id_of(subject.kind, &who(world, &subject), &field);
    let seen = world.seen_at(Side::Justcall).max(world.seen_at(Side::Crm));
    let since = world.state.since.get(&id).copied().unwrap_or(seen);
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
        link: subject.link.map(|head| head.id),
        for_all: false,
        set: BySide::default(),
    }
}

/// Who it is about, in a name that outlives the listing: the plan that links two records and the next one, which finds
/// them linked, must mean the same conflict, or an answer given in between would be lost.
fn who(world: &World<'_>, subject: &Subject<'_>) -> String {
    if let Some(key) = subject.group {
        return format!("number {}", key.number());
    }
    let own_id = |side: Side| {
        let row = subject.rows[side].map(|row| world.row(side, row)).filter(|row| row.native_id());
        row.map(RowRef::id).or_else(|| subject.link?.ids[side].as_ref().map(RecordId::as_str))
    };
    let named = Side::BOTH.into_iter().find_map(|side| Some(format!("{side} {}", own_id(side)?)));
    named.unwrap_or_else(|| format!("phone {}", subject.phone))
}

/// Every id that a conflict about this contact can have, for whoever erases what is known of it: a decision that is kept
/// does not say whom it is about. `ids`: the records that it has or had.
pub fn ids_about(ids: &[(Side, RecordId)], key: PhoneKey, fields: &[Field]) -> Vec<ConflictId> {
    let mut names = vec![format!("number {}", key.number()), format!("phone {key}")];
    names.extend(ids.iter().map(|(side, id)| format!("{side} {id}")));
    let fields: Vec<String> = fields.iter().map(ToString::to_string).chain([String::new()]).collect();
    let of = |kind: ConflictKind, who: &str| fields.iter().map(|field| id_of(kind, who, field)).collect::<Vec<_>>();
    names.iter().flat_map(|who| ConflictKind::ALL.into_iter().flat_map(|kind| of(kind, who))).collect()
}

/// Same contact, field and kind: same id, in every run and on every machine.
fn id_of(kind: ConflictKind, who: &str, field: &str) -> ConflictId {
    ConflictId(format!("c{:010x}", xxh3_64(format!("{kind:?}\n{who}\n{field}").as_bytes()) >> 24))
}

/// The answer that a person gave to exactly this difference, if any.
pub(crate) fn answer<'a>(world: &World<'a>, conflict: &Conflict) -> Option<&'a Choice> {
    let mut known = world.resolutions(&conflict.id).iter().rev();
    known.find(|resolution| resolution.still_fits(conflict)).map(|resolution| &resolution.choice)
}
