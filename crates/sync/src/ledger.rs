//! What is known about each touched link while a plan is applied: its ids, key and base, as the state will hold them.
//! Turns landed writes into state changes; does not write to a replica or to the state itself.

use engine::normalizer::{Canon, Normalizer, text};
use jiff::Timestamp;
use model::mutant::{self, Mutant};
use model::numbers::{is_further, own_id};
use model::{
    Base, BaseField, BySide, Cell, Change, Field, FieldId, LinkHead, LinkId, LinkStatus, OwnedCell, PhoneKey, RecordId,
    Schema, Side,
};
use std::collections::BTreeMap;
use store::StateChange;

/// A link as the state will hold it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) ids: BySide<Option<RecordId>>,
    pub(crate) key: Option<PhoneKey>,
    pub(crate) created_at: BySide<Option<Timestamp>>,
    pub(crate) base: Base,
    /// Fields written in this run, per side: what the side holds now, and whether it showed that.
    written: BTreeMap<(Side, FieldId), (OwnedCell, bool)>,
}

/// Links touched by this run.
pub(crate) struct Ledger<'a> {
    heads: &'a [LinkHead],
    bases: &'a [Base],
    pub(crate) schema: &'a Schema,
    pub(crate) normalizer: &'a Normalizer,
    entries: BTreeMap<LinkId, Entry>,
    /// Links made in this run, by the records that they join.
    made: BTreeMap<(RecordId, RecordId), LinkId>,
    /// Links by their records' ids, made when first asked for.
    owners: BySide<BTreeMap<RecordId, LinkId>>,
    /// CRM contacts that are linked by several numbers, looked at when one is deleted.
    contacts: Option<BTreeMap<&'a str, Vec<usize>>>,
}

/// What one acknowledged field write came to.
pub(crate) enum Landed {
    /// The side holds it, perhaps in its own spelling.
    Yes,
    /// The side acknowledged it and holds something else (S33).
    No {
        /// What it holds.
        holds: String,
    },
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(
        heads: &'a [LinkHead],
        bases: &'a [Base],
        schema: &'a Schema,
        normalizer: &'a Normalizer,
    ) -> Self {
        Self {
            heads,
            bases,
            schema,
            normalizer,
            entries: BTreeMap::new(),
            made: BTreeMap::new(),
            owners: BySide::default(),
            contacts: None,
        }
    }

    /// Remembers a link that a commit just made.
    pub(crate) fn made(&mut self, id: LinkId, mut entry: Entry) {
        entry.base.link = id;
        if let (Some(justcall), Some(crm)) = (entry.ids.justcall.clone(), entry.ids.crm.clone()) {
            self.made.insert((justcall, crm), id);
        }
        for side in Side::BOTH {
            if let Some(record) = entry.ids[side].clone().filter(|_| !self.owners[side].is_empty()) {
                self.owners[side].insert(record, id);
            }
        }
        self.entries.insert(id, entry);
    }

    /// Joins two records under a link even where one of them has no id of its own.
    pub(crate) fn alias(&mut self, records: (RecordId, RecordId), id: LinkId) {
        self.made.insert(records, id);
    }

    /// Whether a record belongs to another link than this one.
    pub(crate) fn is_anothers(&mut self, side: Side, id: &RecordId, link: Option<LinkId>) -> bool {
        if self.owners[side].is_empty() {
            let known = self.heads.iter().filter_map(|head| Some((head.ids[side].as_ref()?.clone(), head.id)));
            self.owners[side] = known.collect();
            // What this run learned so far counts for more.
            let learned = self.entries.iter().filter_map(|(link, entry)| Some((entry.ids[side].clone()?, *link)));
            self.owners[side].extend(learned);
        }
        self.owners[side].get(id).is_some_and(|owner| Some(*owner) != link)
    }

    /// The links of a CRM contact that is linked by several numbers, those that take part.
    pub(crate) fn of_contact(&mut self, record: &RecordId) -> Vec<LinkHead> {
        let heads = self.heads;
        let contacts = self.contacts.get_or_insert_with(|| {
            let ids = || heads.iter().enumerate().filter_map(|(at, head)| Some((at, head.ids.crm.as_ref()?.as_str())));
            let mut contacts: BTreeMap<&str, Vec<usize>> =
                ids().filter(|(_, id)| is_further(id)).map(|(_, id)| (own_id(id), Vec::new())).collect();
            for (at, id) in ids().filter(|_| !contacts.is_empty()).collect::<Vec<_>>() {
                if let Some(known) = contacts.get_mut(own_id(id)) {
                    known.push(at);
                }
            }
            contacts
        });
        let known = contacts.get(own_id(record.as_str())).into_iter().flatten().map(|at| &heads[*at]);
        known.filter(|head| head.status == LinkStatus::Active).cloned().collect()
    }

    /// The link of an action: the planned one, or the one made for its two records in this run.
    pub(crate) fn link_of(&self, action: &model::Action) -> Option<LinkId> {
        action.link.or_else(|| {
            let (own, other) = (action.record_id.clone()?, action.other_id.clone()?);
            let key = if action.side == Side::Justcall { (own, other) } else { (other, own) };
            self.made.get(&key).copied()
        })
    }

    /// A link's entry, loaded from what the plan was made from.
    pub(crate) fn entry(&mut self, id: LinkId) -> Option<&mut Entry> {
        if !self.entries.contains_key(&id) {
            let head = &self.heads[self.heads.binary_search_by_key(&id, |head| head.id).ok()?];
            let base = match self.bases.binary_search_by_key(&id, |base| base.link) {
                Ok(at) => self.bases[at].clone(),
                Err(_) => return None,
            };
            let entry = Entry {
                ids: head.ids.clone(),
                key: head.key,
                created_at: BySide::from_fn(|side| head.created_at[side].as_deref().copied()),
                base,
                written: BTreeMap::new(),
            };
            self.entries.insert(id, entry);
        }
        self.entries.get_mut(&id)
    }

    /// An entry for two records that were never linked.
    pub(crate) fn fresh(&self, ids: BySide<Option<RecordId>>) -> Entry {
        Entry {
            ids,
            key: None,
            created_at: BySide::default(),
            base: Base::unknown(LinkId(0), self.schema.len()),
            written: BTreeMap::new(),
        }
    }

    /// The phone in a cell as a key.
    pub(crate) fn key(&self, cell: Cell<'_>) -> Option<PhoneKey> {
        match self.normalizer.canon(&Field::Phone, cell) {
            Canon::Phone(key) => Some(key),
            _ => None,
        }
    }

    /// Takes note of an acknowledged write of one field. The base moves once both sides hold the same value: it never
    /// claims what a side does not hold (I13).
    pub(crate) fn landed(
        &self,
        entry: &mut Entry,
        side: Side,
        (id, change): (FieldId, &Change),
        stored: Option<Cell<'_>>,
        other_now: Cell<'_>,
    ) -> Landed {
        let (field, sent) = (&change.field, change.after.as_str());
        let sent_cell = Cell::from_text(sent);
        let (now, confirmed) = match stored {
            Some(Cell::Unknown) | None => (sent_cell, false),
            Some(cell) => (cell, true),
        };
        // What it held before is no spelling of what was sent, however alike; any other beginning of it is the
        // replica's: this is its own answer, and nobody else was at work.
        let is_old = change.before.as_deref() == Some(now.text());
        let rewritten = || !is_old && text::is_rewriting(sent, now.text());
        let same = self.normalizer.same(field, sent_cell, now) || rewritten();
        if !same && !mutant::is(Mutant::LandedUnchecked) {
            return Landed::No { holds: now.text().to_owned() };
        }
        entry.written.insert((side, id), (now.to_owned(), confirmed));
        let written = entry.written.get(&(side.other(), id)).cloned();
        let (other, other_shown) = written.unwrap_or_else(|| (other_now.to_owned(), true));
        if self.normalizer.same(field, sent_cell, other.as_cell()) {
            let base = &mut entry.base.fields[id.index()];
            base.cells[side] = now.to_owned();
            base.sent[side] = !confirmed;
            base.cells[side.other()] = other;
            base.sent[side.other()] = !other_shown;
            if *field == Field::Phone {
                entry.key = self.key(sent_cell).or(entry.key);
            }
        }
        Landed::Yes
    }
}

impl Entry {
    /// Takes note of a field that an undo put back on one side. What the other side held when both last agreed stays:
    /// so the difference is nobody's edit, while an edit made there since still travels.
    pub(crate) fn restored(
        &mut self,
        side: Side,
        (id, field): (FieldId, &Field),
        now: Cell<'_>,
        normalizer: &Normalizer,
    ) {
        let base = &mut self.base.fields[id.index()];
        if !base.is_known() {
            return;
        }
        base.cells[side] = now.to_owned();
        if *field != Field::Phone {
            return;
        }
        // Numbers say who is who: two of them for one contact are no agreement, but a question for a person.
        if !normalizer.same(field, base.cells.justcall.as_cell(), base.cells.crm.as_cell()) {
            *base = BaseField::default();
        }
        // A side without ids is found by the number that it holds.
        if let (Canon::Phone(key), true) = (normalizer.canon(field, now), self.ids[side].is_none()) {
            self.key = Some(key);
        }
    }

    /// Both sides agree on a field as listed.
    pub(crate) fn agree(&mut self, field: FieldId, cells: BySide<Cell<'_>>) {
        self.base.fields[field.index()] = BaseField { cells: cells.map(Cell::to_owned), sent: BySide::default() };
    }

    /// The change that makes the state hold this entry.
    pub(crate) fn update(&self) -> StateChange {
        StateChange::UpdateLink {
            id: self.base.link,
            ids: self.ids.clone(),
            key: self.key,
            fields: self.base.fields.clone(),
            created_at: self.created_at,
        }
    }

    /// The change that adds this entry to the state.
    pub(crate) fn insert(&self) -> StateChange {
        StateChange::NewLink {
            ids: self.ids.clone(),
            key: self.key,
            base: self.base.fields.clone(),
            created_at: self.created_at,
        }
    }
}
