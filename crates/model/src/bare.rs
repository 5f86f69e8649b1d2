//! Records of a listing that hold what their link remembers of them. Nearly all do, night after night, and their cells
//! would be most of what a run holds in memory: of such a record the id alone is kept.

use crate::Table;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What links remember of one side's records. Asked by somebody who has no use for more than those cells.
pub trait Remembered: Send + Sync {
    /// How many cells links remember of a record, from the first one on.
    fn fields(&self) -> usize;

    /// For each record of a table the position of its link, if it holds what that remembers and nothing beside.
    fn links_of(&self, records: &Table) -> Vec<Option<u32>>;

    /// Where it goes down that somebody looked at cells that were not kept.
    fn missed(&self) -> &Missed;
}

/// Whether somebody looked at cells that were not kept: what was made of them says nothing.
#[derive(Debug, Clone, Default)]
pub struct Missed(Arc<AtomicBool>);

/// What happened to a table's rows is not part of what it holds.
impl PartialEq for Missed {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Missed {}

impl Missed {
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it happened since this was asked last.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Where the rows of a table stand that has bare ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BareRows {
    /// Per row of the table: where it is kept; top bit: its number among the bare ones.
    places: Vec<u32>,
    ids: String,
    /// Of each bare row: where its id ends.
    ends: Vec<u32>,
    links: Vec<u32>,
    missed: Missed,
}

/// In a place: it is among the bare ones.
const BARE: u32 = 1 << 31;

impl BareRows {
    /// Of a table that keeps so many rows, and has no bare one yet.
    pub(crate) fn after(kept: u32, missed: &Missed) -> Self {
        let places = (0..kept).collect();
        Self { places, ids: String::new(), ends: Vec::new(), links: Vec::new(), missed: missed.clone() }
    }

    /// Rows of the table.
    pub(crate) fn rows(&self) -> usize {
        self.places.len()
    }

    /// A row was appended, and is kept there.
    pub(crate) fn pushed(&mut self, kept: u32) {
        self.places.push(kept);
    }

    /// Appends a bare row; none where there is no more room.
    pub(crate) fn push(&mut self, id: &str, link: u32) -> Option<()> {
        let end = u32::try_from(self.ids.len() + id.len()).ok()?;
        let number = u32::try_from(self.ends.len()).ok().filter(|number| number & BARE == 0)?;
        self.ids.push_str(id);
        self.ends.push(end);
        self.links.push(link);
        self.places.push(number | BARE);
        Some(())
    }

    /// Where a row is kept, unless it is bare.
    #[inline]
    pub(crate) fn kept(&self, row: usize) -> Option<usize> {
        let place = self.places[row];
        (place & BARE == 0).then_some(place as usize)
    }

    /// Id and link of a bare row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<(&str, u32)> {
        let place = self.places[row];
        if place & BARE == 0 {
            return None;
        }
        let number = (place & !BARE) as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        Some((&self.ids[start..self.ends[number] as usize], self.links[number]))
    }

    /// A row is bare no more.
    pub(crate) fn filled(&mut self, row: usize, kept: u32) {
        self.places[row] = kept;
    }

    /// Where somebody is noted who looks at cells that are not kept.
    pub(crate) const fn missed(&self) -> &Missed {
        &self.missed
    }
}
