//! Finds listed records by their id while a plan is applied.

use model::{BySide, Listing, RecordId, RowRef, Side, Table};

/// Rows of both sides by id.
pub(crate) struct Rows<'a> {
    tables: BySide<&'a Table>,
    by_id: BySide<Vec<u32>>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(listings: &'a BySide<Listing>) -> Self {
        let tables = BySide { justcall: &listings.justcall.table, crm: &listings.crm.table };
        let by_id = BySide::from_fn(|side| {
            let table = tables[side];
            let mut rows: Vec<u32> = (0u32..).take(table.len()).collect();
            // Stable: of two rows with one id, the first is found.
            rows.sort_by(|a, b| table.row(*a as usize).id().cmp(table.row(*b as usize).id()));
            rows
        });
        Self { tables, by_id }
    }

    pub(crate) fn get(&self, side: Side, id: &RecordId) -> Option<RowRef<'a>> {
        let table = self.tables[side];
        let at = self.by_id[side].partition_point(|row| table.row(*row as usize).id() < id.as_str());
        let row = table.row(*self.by_id[side].get(at)? as usize);
        (row.id() == id.as_str()).then_some(row)
    }

    /// Both records of an action, where it names them.
    pub(crate) fn of(&self, action: &model::Action) -> BySide<Option<RowRef<'a>>> {
        BySide::from_fn(|side| {
            let id = if side == action.side { &action.record_id } else { &action.other_id };
            id.as_ref().and_then(|id| self.get(side, id))
        })
    }
}
