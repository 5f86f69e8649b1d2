//! Reads the phones of many records: the dearest part of a first sync. One thread a side where it pays, each with a
//! parser of its own; the result does not depend on that.

use crate::normalizer::{Normalizer, PhoneReading};
use crate::threads;
use model::{BySide, Side, Table};

/// The phones of the given rows, in their order.
pub(crate) fn read(
    normalizer: &Normalizer,
    phone: usize,
    tables: BySide<&Table>,
    rows: &BySide<Vec<u32>>,
) -> BySide<Vec<PhoneReading>> {
    let side = |normalizer: &Normalizer, side: Side| -> Vec<PhoneReading> {
        let text = |row: &u32| tables[side].row(*row as usize).cell(phone).text();
        rows[side].iter().map(|row| normalizer.read_phone(text(row))).collect()
    };
    // A second parser takes its time to be made, and one alone does not serve two threads well.
    let worth = threads::worth(rows.justcall.len().min(rows.crm.len()));
    let own = || side(normalizer, Side::Crm);
    let (justcall, crm) = if worth {
        let region = normalizer.region();
        threads::both(worth, move || side(&Normalizer::new(region), Side::Justcall), own)
    } else {
        (side(normalizer, Side::Justcall), own())
    };
    BySide { justcall, crm }
}
