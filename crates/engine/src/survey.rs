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

/// From so many rows on, the two sides are worth a thread each.
const WORTH_A_THREAD: usize = 20_000;

/// What one side comes to; the other one does not matter for it.
struct OneSide {
    /// Per head: its row.
    rows: Vec<Option<u32>>,
    free: Vec<u32>,
    duplicates: Vec<u32>,
    hashes: Vec<RowHash>,
}

impl OneSide {
    fn of(schema: &Schema, table: &Table, heads: &[LinkHead], side: Side) -> Self {
        let mut rows = vec![None; heads.len()];
        let (taken, duplicates) = join_side(table, heads, side, &mut rows);
        let free = positions(&taken, false).filter(|row| duplicates.binary_search(row).is_err()).collect();
        let hashes = table.iter().map(|row| row.hash(schema.len())).collect();
        Self { rows, free, duplicates, hashes }
    }
}

/// Joins by id. Takes two threads where that pays; the result does not depend on it.
pub fn survey(schema: &Schema, tables: BySide<&Table>, heads: &[LinkHead]) -> Survey {
    let of = |side: Side| OneSide::of(schema, tables[side], heads, side);
    let BySide { justcall, crm } = if tables.justcall.len().min(tables.crm.len()) < WORTH_A_THREAD {
        BySide::from_fn(of)
    } else {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| of(Side::Justcall));
            let crm = of(Side::Crm);
            let justcall = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            BySide { justcall, crm }
        })
    };
    let rows = justcall.rows.into_iter().zip(crm.rows).enumerate();
    Survey {
        joined: rows.map(|(head, (justcall, crm))| Joined { head, rows: BySide { justcall, crm } }).collect(),
        free: BySide { justcall: justcall.free, crm: crm.free },
        duplicates: BySide { justcall: justcall.duplicates, crm: crm.duplicates },
        hashes: BySide { justcall: justcall.hashes, crm: crm.hashes },
    }
}

fn positions(flags: &[bool], wanted: bool) -> impl Iterator<Item = u32> + '_ {
    flags.iter().zip(0u32..).filter(move |(flag, _)| **flag == wanted).map(|(_, row)| row)
}

/// Shorter ids first, then by bytes: numeric ids sort as numbers, so that most listings are in order already.
fn by_length(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Merge-joins one side's rows and heads; returns which rows were taken and which repeat an id.
fn join_side(table: &Table, heads: &[LinkHead], side: Side, found: &mut [Option<u32>]) -> (Vec<bool>, Vec<u32>) {
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
        found[head] = Some(row);
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
