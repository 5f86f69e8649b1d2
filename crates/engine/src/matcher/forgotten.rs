//! People who were erased on request take no part, on whichever side a record of theirs still is (S48). Who they are is
//! known to the caller alone: the state keeps a hash.

use super::Matching;
use model::{BySide, PhoneKey, Side, SkipReason};

impl Matching {
    /// Leaves out every unlinked record whose number is a forgotten one. A link outlives its number: whoever takes over
    /// an erased person's number is somebody else.
    pub fn leave_out(&mut self, is_forgotten: impl Fn(PhoneKey) -> bool) {
        let mut out = BySide::<Vec<u32>>::default();
        let mut gone = BySide::from_fn(|side| {
            let keys = self.keys[side].iter().filter(|(_, key)| is_forgotten(*key));
            keys.map(|(row, _)| *row).collect::<Vec<u32>>()
        });
        // Nor does anybody come back by another number of the same record.
        let beside = self.others.iter().filter(|(key, _)| is_forgotten(*key));
        gone.crm.extend(beside.map(|(_, row)| *row));
        let siblings: Vec<u32> = gone.crm.iter().flat_map(|row| self.siblings.group(*row)).copied().collect();
        gone.crm.extend(siblings);
        gone.crm.sort_unstable();
        if gone.justcall.is_empty() && gone.crm.is_empty() {
            return;
        }
        let is_gone = |side: Side, row: u32| gone[side].binary_search(&row).is_ok();
        self.pairs.retain(|&(justcall, crm)| {
            let leave = is_gone(Side::Justcall, justcall) || is_gone(Side::Crm, crm);
            if leave {
                out.justcall.push(justcall);
                out.crm.push(crm);
            }
            !leave
        });
        for side in Side::BOTH {
            out[side].extend(self.alone[side].extract_if(.., |alone| is_gone(side, alone.row)).map(|alone| alone.row));
            for group in &mut self.groups {
                out[side].extend(group.rows[side].extract_if(.., |row| is_gone(side, *row)));
            }
            let left_out = out[side].iter();
            self.skipped[side]
                .extend(left_out.map(|row| (*row, SkipReason::Forgotten, SkipReason::Forgotten.words().to_owned())));
        }
        // A group that puts a link in doubt goes on doing so: an unblocked link would seem to miss its record.
        self.groups
            .retain(|group| !group.rows.justcall.is_empty() || !group.rows.crm.is_empty() || !group.heads.is_empty());
    }
}
