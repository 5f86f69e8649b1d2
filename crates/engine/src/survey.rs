//! Joins listed records to known links, by the records' own ids. Matching by phone comes after, in `matcher`.

use model::{BySide, LinkHead, RecordId, RowHash, Schema, Side, Table};
use xxhash_rust::xxh3::xxh3_64_with_seed;

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

/// An id in the order in which both lists are walked: that of its hash, which costs no look at the text. Any order would
/// do, and listings come in many.
#[derive(Debug, Clone, Copy)]
struct Keyed {
    hash: u64,
    at: u32,
}

impl Keyed {
    /// A made-up id (a row number) may look like another record's own: `made_up` keeps them apart.
    fn of(id: &str, made_up: bool, at: u32) -> Self {
        Self { hash: xxh3_64_with_seed(id.as_bytes(), u64::from(made_up)), at }
    }
}

/// Merge-joins one side's rows and heads; returns which rows were taken and which repeat an id.
fn join_side(table: &Table, heads: &[LinkHead], side: Side, found: &mut [Option<u32>]) -> (Vec<bool>, Vec<u32>) {
    let own = |row: u32| {
        let row = table.row(row as usize);
        (row.id(), !row.native_id())
    };
    let mut rows: Vec<Keyed> = (0u32..).take(table.len()).map(|row| Keyed::of(own(row).0, own(row).1, row)).collect();
    // Two ids of one hash are told apart by their text; the earlier of two rows stands first.
    rows.sort_unstable_by(|a, b| {
        a.hash.cmp(&b.hash).then_with(|| own(a.at).cmp(&own(b.at))).then_with(|| a.at.cmp(&b.at))
    });
    let same = |pair: &&[Keyed]| pair[0].hash == pair[1].hash && own(pair[0].at) == own(pair[1].at);
    let mut doubles: Vec<u32> = rows.windows(2).filter(same).map(|pair| pair[1].at).collect();
    doubles.sort_unstable();

    let head_id = |at: u32| (heads[at as usize].ids[side].as_ref().map_or("", RecordId::as_str), false);
    let known = heads.iter().zip(0u32..).filter_map(|(head, at)| Some((head.ids[side].as_ref()?, at)));
    let mut order: Vec<Keyed> = known.map(|(id, at)| Keyed::of(id.as_str(), false, at)).collect();
    order.sort_unstable_by(|a, b| {
        a.hash.cmp(&b.hash).then_with(|| head_id(a.at).cmp(&head_id(b.at))).then_with(|| a.at.cmp(&b.at))
    });

    let mut taken = vec![false; table.len()];
    let mut rows = rows.into_iter().filter(|row| doubles.binary_search(&row.at).is_err()).peekable();
    for head in order {
        let against = |row: &Keyed| row.hash.cmp(&head.hash).then_with(|| own(row.at).cmp(&head_id(head.at)));
        while rows.next_if(|row| against(row).is_lt()).is_some() {}
        let Some(row) = rows.next_if(|row| against(row).is_eq()) else { continue };
        found[head.at as usize] = Some(row.at);
        taken[row.at as usize] = true;
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
