//! Finds the records that a run wrote to, as they are listed now, and their links. Decides nothing.

use super::Past;
use crate::draft::World;
use crate::normalizer::{Canon, Normalizer};
use model::{ActionKind, BySide, Cell, Field, LinkHead, RecordId, Side};
use std::collections::{BTreeMap, BTreeSet};

/// A number without its extension; none where there is none that can be read.
type Number = Option<u64>;

fn number(normalizer: &Normalizer, cell: Cell<'_>) -> Number {
    match normalizer.canon(&Field::Phone, cell) {
        Canon::Phone(key) => Some(key.number()),
        _ => None,
    }
}

/// A linked row: its link, and both rows of it.
type Joined<'w> = (&'w LinkHead, BySide<Option<u32>>);

/// Both listings by id and by number.
pub(super) struct Finder<'w> {
    by_id: BySide<BTreeMap<&'w str, u32>>,
    by_number: BySide<BTreeMap<Number, Vec<u32>>>,
    /// Numbers that this undo brings back.
    returning: BySide<BTreeSet<Number>>,
    joined: BySide<BTreeMap<u32, Joined<'w>>>,
    tables: BySide<&'w model::Table>,
    phone: usize,
    normalizer: &'w Normalizer,
}

impl<'w> Finder<'w> {
    pub(super) fn new(world: &World<'w>, past: &[Past]) -> Self {
        let tables = BySide::from_fn(|side| &world.listings[side].table);
        let phone = world.settings.schema.phone().index();
        let mut by_id = BySide::<BTreeMap<&str, u32>>::default();
        let mut by_number = BySide::<BTreeMap<Number, Vec<u32>>>::default();
        for side in Side::BOTH {
            for (row, at) in tables[side].iter().zip(0u32..) {
                // Of two rows with one id, the first counts.
                by_id[side].entry(row.id()).or_insert(at);
                by_number[side].entry(number(world.normalizer, row.cell(phone))).or_default().push(at);
            }
        }
        let returning = |side: Side| {
            let updates = past.iter().filter(|past| past.side == side && past.kind == ActionKind::Update);
            let phones = updates.flat_map(|past| &past.changes).filter(|change| change.field == Field::Phone);
            let before = phones.filter_map(|change| change.before.as_deref());
            before.map(|text| number(world.normalizer, Cell::from_text(text))).collect()
        };
        let joined = |side: Side| {
            let joined = world.matching.survey.joined.iter();
            joined.filter_map(|link| Some((link.rows[side]?, (&world.heads[link.head], link.rows)))).collect()
        };
        Self {
            by_id,
            by_number,
            returning: BySide::from_fn(returning),
            joined: BySide::from_fn(joined),
            tables,
            phone,
            normalizer: world.normalizer,
        }
    }

    /// The row with this id.
    pub(super) fn by_id(&self, side: Side, id: &RecordId) -> Option<u32> {
        self.by_id[side].get(id.as_str()).copied()
    }

    /// The rows with this number.
    pub(super) fn with_number(&self, side: Side, number: Number) -> &[u32] {
        if number.is_none() { &[] } else { self.by_number[side].get(&number).map_or(&[], Vec::as_slice) }
    }

    /// Whether a row has its number for itself, and no other gets it back.
    pub(super) fn is_alone(&self, side: Side, row: u32) -> bool {
        let number = number(self.normalizer, self.tables[side].row(row as usize).cell(self.phone));
        self.with_number(side, number).len() == 1 && !self.returning[side].contains(&number)
    }

    /// The contact's number, as the run left it or as it was before.
    pub(super) fn number_of(&self, past: &Past, after: bool) -> Number {
        let change = past.changes.iter().find(|change| change.field == Field::Phone);
        let text = change.and_then(|change| if after { Some(&change.after) } else { change.before.as_ref() });
        number(self.normalizer, Cell::from_text(text.filter(|text| !text.is_empty()).unwrap_or(&past.phone)))
    }

    /// The row that the run wrote to; why not, in words.
    pub(super) fn find(&self, past: &Past) -> Result<u32, String> {
        let side = past.side;
        if let Some(id) = &past.record_id {
            return self.by_id(side, id).ok_or_else(|| "it is gone".to_owned());
        }
        let other = past.other_id.as_ref().and_then(|id| self.by_id(side.other(), id));
        if let Some(row) = other.and_then(|row| self.pair(side.other(), row)[side]) {
            return Ok(row);
        }
        match self.with_number(side, self.number_of(past, true)) {
            [row] => Ok(*row),
            [] => Err("it is gone".to_owned()),
            _ => Err("several contacts have its number".to_owned()),
        }
    }

    pub(super) fn link(&self, side: Side, row: u32) -> Option<&'w LinkHead> {
        self.joined[side].get(&row).map(|(head, _)| *head)
    }

    /// The row and its linked counterpart.
    pub(super) fn pair(&self, side: Side, row: u32) -> BySide<Option<u32>> {
        let alone = BySide::from_fn(|at| (at == side).then_some(row));
        self.joined[side].get(&row).map_or(alone, |(_, rows)| *rows)
    }

    /// The record that a deleted one belonged to, or the only one with its number; nobody's partner yet.
    pub(super) fn counterpart(&self, past: &Past, number: Number) -> Option<u32> {
        let other = past.side.other();
        let is_free = |row: &u32| self.link(other, *row).is_none();
        let known = past.other_id.as_ref().and_then(|id| self.by_id(other, id)).filter(is_free);
        known.or_else(|| match self.with_number(other, number) {
            [row] => Some(*row).filter(is_free),
            _ => None,
        })
    }
}
