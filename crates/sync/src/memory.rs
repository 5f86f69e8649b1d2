//! What links remember of both sides, at hand while those are listed: nearly all records still hold it, and their cells
//! need not be kept. Those that are looked at after all come from the bases.
//!
//! For dry runs alone: whoever writes has everything in hand.

use crate::error::{Error, Result};
use crate::session::Session;
use engine::Numbers;
use engine::index::Index;
use engine::matcher::Matching;
use engine::survey::{Joined, Survey, survey_with};
use engine::threads;
use model::{Base, BySide, LinkHead, LinkId, Listing, Missed, Remembered, RowHasher, RowRef, Side, Table, TableFull};
use std::sync::Arc;

/// Bases that are read at once when nobody knows which of them are needed.
const PART: usize = 10_000;

/// Links, and the way from an id to its link.
#[derive(Clone)]
pub(crate) struct Memory {
    heads: Vec<LinkHead>,
    indexes: BySide<Index>,
    /// Fields that links are kept of.
    fields: usize,
    missed: Missed,
}

/// One side of it.
struct Half {
    memory: Arc<Memory>,
    side: Side,
}

impl Remembered for Half {
    fn fields(&self) -> usize {
        self.memory.fields
    }

    fn links_of(&self, records: &Table) -> Vec<Option<u32>> {
        let (heads, side) = (&self.memory.heads, self.side);
        let may_be = |row: &RowRef<'_>| row.native_id() && row.rest().is_none_or(|rest| rest.trim().is_empty());
        let ids = records.iter().map(|row| Some(row).filter(may_be).map(RowRef::id));
        let mut links = self.memory.indexes[side].find_each(heads, ids);
        let mut hasher = RowHasher::default();
        for (row, link) in records.iter().zip(&mut links) {
            *link = link
                .filter(|link| heads[*link as usize].hashes[side] == row.hash_with(self.memory.fields, &mut hasher));
        }
        links
    }

    fn missed(&self) -> &Missed {
        &self.memory.missed
    }
}

impl Memory {
    pub(crate) fn new(heads: Vec<LinkHead>, fields: usize) -> Arc<Self> {
        let index = |side: Side| Index::of(&heads, side);
        let (justcall, crm) = threads::both(threads::worth(heads.len()), || index(Side::Justcall), || index(Side::Crm));
        Arc::new(Self { heads, indexes: BySide { justcall, crm }, fields, missed: Missed::default() })
    }

    /// For a connector.
    pub(crate) fn half(memory: &Arc<Self>, side: Side) -> Arc<dyn Remembered> {
        Arc::new(Half { memory: memory.clone(), side })
    }

    /// The links, and what is needed of the rest.
    pub(crate) fn into_parts(memory: Arc<Self>) -> (Vec<LinkHead>, Kept) {
        let Self { heads, indexes, missed, .. } = Arc::unwrap_or_clone(memory);
        (heads, Kept { indexes: Some(indexes), missed })
    }
}

/// What goes along with listings in which records may be bare.
#[derive(Default)]
pub(crate) struct Kept {
    indexes: Option<BySide<Index>>,
    missed: Missed,
}

impl Kept {
    /// The ids of links have changed.
    pub(crate) fn forget_indexes(&mut self) {
        self.indexes = None;
    }

    pub(crate) fn indexes(&self) -> BySide<Option<&Index>> {
        self.indexes.as_ref().map_or(BySide::default(), |indexes| indexes.as_ref().map(Some))
    }

    /// Whether somebody looked at cells that were left out since this was asked last.
    pub(crate) fn was_missed(&self) -> bool {
        self.missed.take()
    }
}

impl Session<'_> {
    /// Whether listings may leave out the cells of records that are as remembered: not where all of them are looked at.
    pub(crate) fn lists_bare(&self) -> bool {
        let reads_all = self.settings.callers.is_some() || self.settings.numbers != Numbers::One;
        !reads_all && Side::BOTH.iter().all(|side| self.settings.scope[*side].conditions.is_empty())
    }

    /// Who is linked with whom, by id.
    pub(crate) fn survey(&self, listings: &BySide<Listing>, heads: &[LinkHead], kept: &Kept) -> Survey {
        let tables = BySide { justcall: &listings.justcall.table, crm: &listings.crm.table };
        survey_with(&self.settings.schema, tables, heads, kept.indexes())
    }

    /// Gives the records their cells back that a plan will look at: of links whose bases were asked for, and of those that
    /// undecided groups speak of.
    pub(crate) fn fill_known(
        &self,
        listings: &mut BySide<Listing>,
        matching: &Matching,
        heads: &[LinkHead],
        bases: &[Base],
    ) -> Result<()> {
        let joined = &matching.survey.joined;
        fill(listings, joined, heads, bases)?;
        let rows = matching.groups.iter().flat_map(|group| {
            Side::BOTH.into_iter().flat_map(|side| group.linked[side].iter().map(move |row| (side, *row)))
        });
        let bare = rows.filter_map(|(side, row)| listings[side].table.row(row as usize).bare());
        let mut links: Vec<LinkId> = bare.map(|at| heads[at as usize].id).collect();
        links.sort_unstable();
        links.dedup();
        fill(listings, joined, heads, &self.store.bases(&self.settings.schema, &links)?)
    }

    /// Gives all records their cells back.
    pub(crate) fn fill_all(&self, listings: &mut BySide<Listing>, heads: &[LinkHead]) -> Result<()> {
        for side in Side::BOTH {
            let table = &mut listings[side].table;
            let bare = |row: RowRef<'_>| Some((heads[row.bare()? as usize].id, row.index()));
            let mut rows: Vec<(LinkId, usize)> = table.iter().filter_map(bare).collect();
            rows.sort_unstable();
            for rows in rows.chunks(PART) {
                let mut links: Vec<LinkId> = rows.iter().map(|(link, _)| *link).collect();
                links.dedup(); // a record may be listed twice
                let bases = self.store.bases(&self.settings.schema, &links)?;
                for (link, row) in rows {
                    if let Ok(at) = bases.binary_search_by_key(link, |base| base.link) {
                        table.fill(*row, bases[at].fields.iter().map(|field| field.cells[side].as_cell()))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Gives the records of these links their cells back: what a bare record holds is what its link remembers.
fn fill(listings: &mut BySide<Listing>, joined: &[Joined], heads: &[LinkHead], bases: &[Base]) -> Result<()> {
    if !Side::BOTH.into_iter().any(|side| listings[side].table.has_bare()) {
        return Ok(());
    }
    // Links are read by number, and joined in that order.
    let at = |base: &Base| heads.binary_search_by_key(&base.link, |head| head.id).ok();
    let links: Vec<(&Base, BySide<Option<u32>>)> =
        bases.iter().filter_map(|base| Some((base, joined[at(base)?].rows))).collect();
    let of = |table: &mut Table, side: Side| {
        for (base, rows) in &links {
            let Some(row) = rows[side].map(|row| row as usize).filter(|row| table.row(*row).bare().is_some()) else {
                continue;
            };
            table.fill(row, base.fields.iter().map(|field| field.cells[side].as_cell()))?;
        }
        Ok(())
    };
    let BySide { justcall, crm } = listings;
    let worth = threads::worth(links.len());
    let (one, other): (_, Result<(), TableFull>) =
        threads::both(worth, || of(&mut justcall.table, Side::Justcall), || of(&mut crm.table, Side::Crm));
    one.and(other).map_err(Error::from)
}
