//! Joins listed records to known links, by the records' own ids. Matching by phone comes after, in `matcher`.

use crate::index::Index;
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
    fn of(schema: &Schema, table: &Table, heads: &[LinkHead], side: Side, index: Option<&Index>) -> Self {
        let own;
        let index = if let Some(index) = index {
            index
        } else {
            own = Index::of(heads, side);
            &own
        };
        let mut one =
            Self { rows: vec![None; heads.len()], free: Vec::new(), duplicates: Vec::new(), hashes: Vec::new() };
        one.hashes.reserve(table.len());
        let mut strays: Vec<(u64, u32)> = Vec::new();
        let mut hasher = RowHasher::default();
        // A made-up id (a row number) may look like another record's own.
        let is_looked_for = |row: &RowRef<'_>| row.bare().is_none() && row.native_id();
        let found = index.find_each(heads, table.iter().map(|row| Some(row).filter(is_looked_for).map(RowRef::id)));
        for ((row, at), found) in table.iter().zip(0u32..).zip(found) {
            let (head, hash) = match row.bare() {
                Some(head) => (Some(head), heads[head as usize].hashes[side]),
                None => (found, row.hash_with(schema.len(), &mut hasher)),
            };
            one.hashes.push(hash);
            match head.map(|head| (&mut one.rows[head as usize], heads[head as usize].hashes[side])) {
                Some((place @ None, known)) => *place = Some((at, hash == known)),
                Some(_) => one.duplicates.push(at),
                None => strays.push((xxh3_64_with_seed(row.id().as_bytes(), u64::from(row.native_id())), at)),
            }
        }
        one.sort_out(table, strays);
        one
    }

    /// Rows that no link knows, by the hash of their ids: of several with one id, the first one counts.
    fn sort_out(&mut self, table: &Table, mut strays: Vec<(u64, u32)>) {
        strays.sort_unstable();
        for alike in strays.chunk_by(|a, b| a.0 == b.0) {
            let id = |(_, row): &(u64, u32)| {
                let row = table.row(*row as usize);
                (row.id(), row.native_id())
            };
            for (nth, row) in alike.iter().enumerate() {
                let is_repeated = alike[..nth].iter().any(|earlier| id(earlier) == id(row));
                if is_repeated { &mut self.duplicates } else { &mut self.free }.push(row.1);
            }
        }
        self.free.sort_unstable();
        self.duplicates.sort_unstable();
    }
}

/// Joins by id. Takes two threads where that pays; the result does not depend on it.
pub fn survey(schema: &Schema, tables: BySide<&Table>, heads: &[LinkHead]) -> Survey {
    survey_with(schema, tables, heads, BySide::default())
}

/// Likewise, with indexes of these very links, where they are at hand. Rows may be bare only if their links are among them.
pub fn survey_with(
    schema: &Schema,
    tables: BySide<&Table>,
    heads: &[LinkHead],
    indexes: BySide<Option<&Index>>,
) -> Survey {
    let of = |side: Side| OneSide::of(schema, tables[side], heads, side, indexes[side]);
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
    use model::{Cell, Field, LinkStatus, Missed};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn head(id: Option<u8>, at: i64, hash: RowHash) -> LinkHead {
        LinkHead {
            id: LinkId(at),
            status: LinkStatus::Active,
            ids: BySide { justcall: None, crm: id.map(|id| RecordId::from(id.to_string())) },
            key: None,
            hashes: BySide { justcall: RowHash(0), crm: hash },
            unconfirmed: BySide::default(),
            created_at: BySide::default(),
        }
    }

    proptest! {
        /// The first row with an id belongs to the first link that has it (S2); and a bare row is as good as a whole one.
        #[test]
        fn rows_are_joined_to_links_by_id(
            listed in prop::collection::vec((0..12u8, any::<bool>(), 0..3u8), 0..20),
            linked in prop::collection::vec((prop::option::of(0..12u8), 0..3u8), 0..20),
        ) {
            let schema = Schema::new([Field::Company]);
            let cells = |text: u8| [Cell::Unknown, ["a", "b", "c"].map(Cell::Value)[usize::from(text)]];
            let hash = |text: u8| RowHash::of(cells(text).into_iter());
            let heads: Vec<LinkHead> =
                linked.iter().zip(0..).map(|((id, text), at)| head(*id, at, hash(*text))).collect();
            let (mut whole, mut bare, missed) = (Table::new(2), Table::new(2), Missed::default());
            let index = BySide { justcall: Index::of(&heads, Side::Justcall), crm: Index::of(&heads, Side::Crm) };
            for (id, native, text) in &listed {
                let id = id.to_string();
                whole.push(&id, *native, cells(*text), None).unwrap();
                let known = index.crm.find(&heads, &id).filter(|at| heads[*at as usize].hashes.crm == hash(*text));
                match known.filter(|_| *native) {
                    Some(at) => bare.push_bare(&id, at, &missed).unwrap(),
                    None => bare.push(&id, *native, cells(*text), None).unwrap(),
                }
            }
            let (empty, indexes) = (Table::new(2), index.as_ref().map(Some));
            let found = survey(&schema, BySide { justcall: &empty, crm: &whole }, &heads);
            let again = survey_with(&schema, BySide { justcall: &empty, crm: &bare }, &heads, indexes);
            prop_assert_eq!(&again, &found);
            prop_assert!(!missed.take(), "nobody looks at a cell that is not kept");

            let mut first = BTreeMap::new();
            for (head, (id, _)) in linked.iter().enumerate() {
                if let Some(id) = id {
                    first.entry(*id).or_insert(head);
                }
            }
            for (row, (id, native, text)) in listed.iter().enumerate() {
                let at = u32::try_from(row).unwrap();
                let repeats = listed[..row].iter().any(|earlier| (earlier.0, earlier.1) == (*id, *native));
                prop_assert_eq!(found.duplicates.crm.contains(&at), repeats);
                prop_assert_eq!(found.hashes.crm[row], hash(*text));
                let joined = found.joined.iter().find(|joined| joined.rows.crm == Some(at));
                let wanted = first.get(id).filter(|_| *native && !repeats).copied();
                prop_assert_eq!(joined.map(|joined| joined.head), wanted);
                prop_assert_eq!(found.free.crm.contains(&at), !repeats && wanted.is_none());
                prop_assert!(joined.is_none_or(|joined| joined.same.crm == (linked[joined.head].1 == *text)));
            }
        }
    }
}
