//! Joins listed records to known links, by the records' own ids. Matching by phone comes after, in `matcher`.

use model::{BySide, LinkHead, RecordId, RowHash, Schema, Side, Table};
use std::cmp::Ordering;

/// One link with the rows that carry its ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// Position in the list of heads.
    pub head: usize,
    /// Rows found; none where the id is unknown or was not listed.
    pub rows: BySide<Option<u32>>,
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

/// Joins by id.
pub fn survey(schema: &Schema, tables: BySide<&Table>, heads: &[LinkHead]) -> Survey {
    let mut joined: Vec<Joined> = (0..heads.len()).map(|head| Joined { head, rows: BySide::default() }).collect();
    let mut free = BySide::<Vec<u32>>::default();
    let mut duplicates = BySide::<Vec<u32>>::default();
    for side in Side::BOTH {
        let (taken, doubles) = join_side(tables[side], heads, side, &mut joined);
        free[side] = positions(&taken, false).filter(|row| doubles.binary_search(row).is_err()).collect();
        duplicates[side] = doubles;
    }
    let hashes = BySide::from_fn(|side| tables[side].iter().map(|row| row.hash(schema.len())).collect());
    Survey { joined, free, duplicates, hashes }
}

fn positions(flags: &[bool], wanted: bool) -> impl Iterator<Item = u32> + '_ {
    flags.iter().zip(0u32..).filter(move |(flag, _)| **flag == wanted).map(|(_, row)| row)
}

/// Shorter ids first, then by bytes: numeric ids sort as numbers, so that most listings are in order already.
fn by_length(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Merge-joins one side's rows and heads; returns which rows were taken and which repeat an id.
fn join_side(table: &Table, heads: &[LinkHead], side: Side, joined: &mut [Joined]) -> (Vec<bool>, Vec<u32>) {
    let id = |row: &u32| table.row(*row as usize).id();
    let mut rows: Vec<u32> = (0u32..).take(table.len()).collect();
    // A made-up id (a row number) may look like another record's own: only like is compared with like.
    let made_up = |row: &u32| !table.row(*row as usize).native_id();
    rows.sort_by(|a, b| by_length(id(a), id(b)).then_with(|| made_up(a).cmp(&made_up(b))));
    let same = |pair: &&[u32]| id(&pair[0]) == id(&pair[1]) && made_up(&pair[0]) == made_up(&pair[1]);
    let mut doubles: Vec<u32> = rows.windows(2).filter(same).map(|pair| pair[1]).collect();
    doubles.sort_unstable();
    let head_id = |head: &usize| heads[*head].ids[side].as_ref().map_or("", RecordId::as_str);
    let mut order: Vec<usize> = (0..heads.len()).filter(|head| heads[*head].ids[side].is_some()).collect();
    order.sort_by(|a, b| by_length(head_id(a), head_id(b)));

    let mut taken = vec![false; table.len()];
    let mut rows = rows.into_iter().filter(|row| doubles.binary_search(row).is_err()).peekable();
    for head in order {
        while rows.next_if(|row| by_length(id(row), head_id(&head)).is_lt()).is_some() {}
        let Some(row) = rows.next_if(|row| id(row) == head_id(&head) && !made_up(row)) else {
            continue;
        };
        joined[head].rows[side] = Some(row);
        taken[row as usize] = true;
    }
    (taken, doubles)
}

impl Survey {
    /// Ids of linked records that a side did not list.
    pub fn vanished(&self, heads: &[LinkHead], side: Side) -> Vec<RecordId> {
        let missing = self.joined.iter().filter(|joined| joined.rows[side].is_none());
        missing.filter_map(|joined| heads[joined.head].ids[side].clone()).collect()
    }
}
