//! Reads the phones of many records: the dearest part of a first sync. One thread a side where it pays, each with a
//! parser of its own; the result does not depend on that.

use crate::normalizer::{Normalizer, PhoneReading};
use model::{BySide, Side, Table};

/// From so many phones on, a second parser is made faster than the rest is read without it.
const WORTH_A_THREAD: usize = 20_000;

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
    if rows.justcall.len().min(rows.crm.len()) < WORTH_A_THREAD {
        return BySide::from_fn(|at| side(normalizer, at));
    }
    let region = normalizer.region();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| side(&Normalizer::new(region), Side::Justcall));
        let crm = side(normalizer, Side::Crm);
        // A parser that panics must not look like a phone that is fine.
        let justcall = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        BySide { justcall, crm }
    })
}
