//! Joins listed records to known links, by the records' own ids. Matching by phone comes after, in `matcher`.

use crate::threads;
use model::{BySide, LinkHead, LinkId, RecordId, RowHash, RowHasher, RowRef, Schema, Side, Table};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// One link with the rows that carry its ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// Position in the list of heads.
    pub head: usize,
    /// Rows found; none where the id is unknown or was not listed.
    pub rows: BySide<Option<u32>>,
    /// Whether there is a row, and it holds what the link remembers, by its hash.
    pub same: BySide<bool>,
}

impl Joined {
    /// Whether there is a row that does not hold what the link remembers.
    pub(crate) fn is_changed(&self, side: Side) -> bool {
        self.rows[side].is_some() && !self.same[side]
    }
}

/// Links and rows, joined by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// One per head, in their order.
    pub joined: Vec<Joined>,
    /// Rows that belong to no link by id, ascending.
    pub free: BySide<Vec<u32>>,
    /// Rows whose id an earlier row has already (S2).
    pub duplicates: BySide<Vec<u32>>,
    /// Hash of each row's synced fields.
    pub hashes: BySide<Vec<RowHash>>,
}

/// What one side comes to; the other one does not matter for it.
struct OneSide {
    /// Per head: its row, and whether that holds what the head remembers.
    rows: Vec<Option<(u32, bool)>>,
    free: Vec<u32>,
    duplicates: Vec<u32>,
    hashes: Vec<RowHash>,
}

impl OneSide {
    fn of(schema: &Schema, table: &Table, heads: &[LinkHead], side: Side) -> Self {
        let hash = |id: &str, made_up: bool| xxh3_64_with_seed(id.as_bytes(), u64::from(made_up));
        let (heads_of_rows, duplicates) = join(table, heads, side, hash);
        let mut one = Self { rows: vec![None; heads.len()], free: Vec::new(), duplicates, hashes: Vec::new() };
        one.hashes.reserve(table.len());
        // In the order of the text, which is long.
        let mut hasher = RowHasher::default();
        for (row, at) in table.iter().zip(0u32..) {
            let hash = row.hash_with(schema.len(), &mut hasher);
            one.hashes.push(hash);
            let head = heads_of_rows[at as usize];
            match heads.get(head as usize).filter(|head| is_of(row, head, side)) {
                Some(known) => one.rows[head as usize] = Some((at, hash == known.hashes[side])),
                None if one.duplicates.binary_search(&at).is_ok() => {}
                None => one.free.push(at),
            }
        }
        one
    }
}

/// Joins by id. Takes two threads where that pays; the result does not depend on it.
pub fn survey(schema: &Schema, tables: BySide<&Table>, heads: &[LinkHead]) -> Survey {
    let of = |side: Side| OneSide::of(schema, tables[side], heads, side);
    let worth = threads::worth(tables.justcall.len().min(tables.crm.len()));
    let (justcall, crm) = threads::both(worth, || of(Side::Justcall), || of(Side::Crm));
    let joined = justcall.rows.into_iter().zip(crm.rows).enumerate().map(|(head, (justcall, crm))| {
        let found = BySide { justcall, crm };
        let rows = BySide::from_fn(|side| found[side].map(|(row, _)| row));
        Joined { head, rows, same: BySide::from_fn(|side| found[side].is_some_and(|(_, same)| same)) }
    });
    Survey {
        joined: joined.collect(),
        free: BySide { justcall: justcall.free, crm: crm.free },
        duplicates: BySide { justcall: justcall.duplicates, crm: crm.duplicates },
        hashes: BySide { justcall: justcall.hashes, crm: crm.hashes },
    }
}

/// No head: there are never so many.
const NOBODY: u32 = u32::MAX;

/// Per row of a side the only head that its id can belong to; and the rows that repeat an id, ascending.
///
/// Both lists are walked in the order of their ids' hashes. What is sorted is one number each: as much of the hash as
/// fits beside the position. Whether ids of one such hash are the same is seen from their text: here where there are
/// several, by the caller where there is one.
fn join(table: &Table, heads: &[LinkHead], side: Side, hash: impl Fn(&str, bool) -> u64) -> (Vec<u32>, Vec<u32>) {
    let at = u64::MAX.checked_shr((table.len().max(heads.len()) as u64).leading_zeros()).unwrap_or(0);
    let keyed = |id: &str, made_up: bool, position: u32| hash(id, made_up) & !at | u64::from(position);
    let mut rows: Vec<u64> =
        table.iter().zip(0u32..).map(|(row, position)| keyed(row.id(), !row.native_id(), position)).collect();
    let known = heads.iter().zip(0u32..).filter_map(|(head, position)| Some((head.ids[side].as_ref()?, position)));
    let mut known: Vec<u64> = known.map(|(id, position)| keyed(id.as_str(), false, position)).collect();
    rows.sort_unstable();
    known.sort_unstable();

    let alike = |a: &u64, b: &u64| a & !at == b & !at;
    let position = |keyed: u64| u32::try_from(keyed & at).unwrap_or(NOBODY);
    let mut found = vec![NOBODY; table.len()];
    let mut duplicates = Vec::new();
    let mut known = known.chunk_by(alike).peekable();
    for rows in rows.chunk_by(alike) {
        while known.next_if(|known| known[0] & !at < rows[0] & !at).is_some() {}
        let known = known.next_if(|known| alike(&known[0], &rows[0])).unwrap_or(&[]);
        if let [row] = *rows {
            // Of several heads, the first one that has this very id.
            let row = position(row);
            let is_it = |head: &&u64| {
                known.len() == 1 || is_of(table.row(row as usize), &heads[position(**head) as usize], side)
            };
            found[row as usize] = known.iter().find(is_it).map_or(NOBODY, |head| position(*head));
            continue;
        }
        let id = |row: u64| {
            let row = table.row(position(row) as usize);
            (row.id(), row.native_id())
        };
        // Ascending by position: of rows with the same id, the first one counts.
        for (nth, &row) in rows.iter().enumerate() {
            if rows[..nth].iter().any(|earlier| id(*earlier) == id(row)) {
                duplicates.push(position(row));
                continue;
            }
            let is_it = |head: &&u64| is_of(table.row(position(row) as usize), &heads[position(**head) as usize], side);
            found[position(row) as usize] = known.iter().find(is_it).map_or(NOBODY, |head| position(*head));
        }
    }
    duplicates.sort_unstable();
    (found, duplicates)
}

/// Whether the row has the id that the head knows. A made-up id (a row number) may look like another record's own.
fn is_of(row: RowRef<'_>, head: &LinkHead, side: Side) -> bool {
    row.native_id() && head.ids[side].as_ref().is_some_and(|id| id.as_str() == row.id())
}

impl Survey {
    /// Links whose base is needed to decide or to be written anew, ascending: all that are not on both sides what they
    /// were. Which rows turn out to be theirs later makes no difference.
    pub fn needs_base(&self, heads: &[LinkHead]) -> Vec<LinkId> {
        let unsettled = |head: &LinkHead, side: Side| head.unconfirmed[side] || head.created_at[side].is_some();
        let needs = |joined: &&Joined| {
            let head = &heads[joined.head];
            Side::BOTH.into_iter().any(|side| !joined.same[side] || unsettled(head, side))
        };
        let mut ids: Vec<LinkId> = self.joined.iter().filter(needs).map(|joined| heads[joined.head].id).collect();
        ids.sort_unstable();
        ids
    }

    /// Ids of linked records that a side did not list.
    pub fn vanished(&self, heads: &[LinkHead], side: Side) -> Vec<RecordId> {
        let missing = self.joined.iter().filter(|joined| joined.rows[side].is_none());
        missing.filter_map(|joined| heads[joined.head].ids[side].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::LinkStatus;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn head(id: Option<&str>, at: i64) -> LinkHead {
        LinkHead {
            id: LinkId(at),
            status: LinkStatus::Active,
            ids: BySide { justcall: None, crm: id.map(RecordId::from) },
            key: None,
            hashes: BySide::default(),
            unconfirmed: BySide::default(),
            created_at: BySide::default(),
        }
    }

    proptest! {
        /// However bad the hash is, ids decide (S2).
        #[test]
        fn whoever_shares_a_hash_is_told_apart_by_the_id(
            listed in prop::collection::vec((0..12u8, any::<bool>()), 0..20),
            linked in prop::collection::vec(prop::option::of(0..12u8), 0..20),
            hashes in 1..6u64,
        ) {
            let mut table = Table::new(0);
            for (id, native) in &listed {
                table.push(&id.to_string(), *native, [], None).unwrap();
            }
            let heads: Vec<LinkHead> =
                linked.iter().zip(0..).map(|(id, at)| head(id.map(|id| id.to_string()).as_deref(), at)).collect();
            let bad = |id: &str, _: bool| (id.parse::<u64>().unwrap() % hashes) << 40;
            let (found, duplicates) = join(&table, &heads, Side::Crm, bad);

            let mut first = BTreeMap::new();
            for (head, id) in linked.iter().enumerate() {
                if let Some(id) = id {
                    first.entry(*id).or_insert(head);
                }
            }
            for (row, (id, native)) in listed.iter().enumerate() {
                let repeats = listed[..row].contains(&(*id, *native));
                prop_assert_eq!(duplicates.contains(&u32::try_from(row).unwrap()), repeats);
                let head = heads.get(found[row] as usize).filter(|head| is_of(table.row(row), head, Side::Crm));
                let wanted = first.get(id).filter(|_| *native && !repeats);
                prop_assert_eq!(head.map(|head| head.id.0), wanted.map(|head| i64::try_from(*head).unwrap()));
            }
        }
    }
}
