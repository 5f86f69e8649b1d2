//! What each side held, per field, when both last agreed: the ground of every three-way merge.
//!
//! Values are kept as each side stored them. Canonical forms are derived when needed, so that a new version of the
//! phone metadata changes base and listings alike and plans nothing by itself (S26).

use crate::{BySide, Cell, FieldId, LinkId, OwnedCell, RowHash};

/// Both sides' agreed value of one field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BaseField {
    /// As that side stored it; unknown on both sides where they never agreed. Known on one side alone: what we sent there
    /// in a create whose end nobody knew, and which the other side is not bound to.
    pub cells: BySide<OwnedCell>,
    /// Per side: our own write, acknowledged but not read back. The next listing may show what the replica made of it.
    pub sent: BySide<bool>,
}

impl BaseField {
    /// True where both sides have agreed on this field at least once.
    pub fn is_known(&self) -> bool {
        self.cells.justcall != OwnedCell::Unknown && self.cells.crm != OwnedCell::Unknown
    }
}

/// The base of one link, a field per schema position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The link.
    pub link: LinkId,
    /// In schema order.
    pub fields: Vec<BaseField>,
}

impl Base {
    /// A base that knows nothing.
    pub fn unknown(link: LinkId, fields: usize) -> Self {
        Self { link, fields: vec![BaseField::default(); fields] }
    }

    /// One side's agreed value.
    pub fn cell(&self, side: crate::Side, field: FieldId) -> Cell<'_> {
        self.fields.get(field.index()).map_or(Cell::Unknown, |field| field.cells[side].as_cell())
    }

    /// The hashes to keep in the link's head.
    pub fn hashes(&self) -> BySide<RowHash> {
        BySide::from_fn(|side| RowHash::of(self.fields.iter().map(|field| field.cells[side].as_cell())))
    }

    /// Whether a side has values that nobody has read back.
    pub fn unconfirmed(&self) -> BySide<bool> {
        BySide::from_fn(|side| self.fields.iter().any(|field| field.sent[side]))
    }
}
