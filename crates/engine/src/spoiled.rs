//! Linked records whose data went bad: told to people, never acted upon.

use crate::draft::{Draft, Fate, World};
use crate::normalizer::PhoneReading;
use model::{ActionKind, Base, BySide, Cell, Side};

/// A linked record whose number can no longer be read stays linked and keeps its counterpart's number; somebody should
/// know all the same. Where nothing else happens to the record it counts as skipped.
pub(crate) fn report_phone(
    world: &World<'_>,
    draft: &mut Draft,
    pair: BySide<u32>,
    base: &Base,
    (first_action, first_conflict): (usize, usize),
) {
    let phone = world.settings.schema.phone();
    for side in Side::BOTH {
        let cell = world.row(side, pair[side]).cell(phone.index());
        if cell == Cell::Unknown || cell == base.cell(side, phone) {
            continue;
        }
        let PhoneReading::Unusable(reason, detail) = world.normalizer.read_phone(cell.text()) else { continue };
        let told = format!("{}: {detail}", side.title());
        match draft.fate_of(side, pair[side]) {
            Fate::Unchanged => draft.skip(world, side, pair[side], reason, detail),
            Fate::Update => {
                let update = draft.actions[first_action..]
                    .iter_mut()
                    .find(|action| action.side == side && action.kind == ActionKind::Update);
                if let Some(action) = update {
                    action.note = told;
                }
            }
            Fate::Conflict => {
                for conflict in draft.conflicts[first_conflict..].iter_mut().filter(|known| known.detail.is_empty()) {
                    conflict.detail.clone_from(&told);
                }
            }
            _ => {}
        }
    }
}
