//! Finds the link of a record by the record's id.

use model::{LinkHead, Side};
use std::hint::black_box;
use xxhash_rust::xxh3::xxh3_64;

/// One side's ids, by their hashes. Of several links with one id it knows the first.
///
/// Open addressing: per link one number, of a part of the hash and the link's position. A map of texts would take several
/// times the memory.
#[derive(Debug, Clone)]
pub struct Index {
    side: Side,
    /// 0: nobody. As many as a power of two, at least twice as many as links.
    slots: Vec<u64>,
}

/// In a slot: the position, from 1 on. Above it stands a part of the hash.
const POSITION: u64 = u32::MAX as u64;

/// Ids that are looked for at once: what they need of slots and links should stay in the processor's cache.
const AT_ONCE: usize = 256;

impl Index {
    /// Of these links.
    pub fn of(heads: &[LinkHead], side: Side) -> Self {
        Self::hashed(heads, side, |id| xxh3_64(id.as_bytes()))
    }

    fn hashed(heads: &[LinkHead], side: Side, hash: impl Fn(&str) -> u64) -> Self {
        let mut index = Self { side, slots: vec![0; (2 * heads.len()).next_power_of_two()] };
        let mut position = 0;
        for heads_at_once in heads.chunks(AT_ONCE) {
            let hashes: Vec<u64> =
                heads_at_once.iter().map(|head| head.ids[side].as_ref().map_or(0, |id| hash(id.as_str()))).collect();
            index.fetch(&hashes);
            for (head, hash) in heads_at_once.iter().zip(hashes) {
                position += 1;
                let Some(id) = &head.ids[side] else { continue };
                if let Err(slot) = index.look(heads, id.as_str(), hash) {
                    index.slots[slot] = hash & !POSITION | position;
                }
            }
        }
        index
    }

    /// The position of the link that has this id.
    #[cfg(test)]
    pub(crate) fn find(&self, heads: &[LinkHead], id: &str) -> Option<u32> {
        self.look(heads, id, xxh3_64(id.as_bytes())).ok()
    }

    /// The positions of the links that have these ids, in their order; of none there is none.
    pub fn find_each<'a>(
        &self,
        heads: &[LinkHead],
        ids: impl IntoIterator<Item = Option<&'a str>>,
    ) -> Vec<Option<u32>> {
        let mut left = ids.into_iter();
        let mut found = Vec::with_capacity(left.size_hint().0);
        loop {
            let ids: Vec<Option<&str>> = left.by_ref().take(AT_ONCE).collect();
            if ids.is_empty() {
                return found;
            }
            let hashes: Vec<u64> = ids.iter().map(|id| id.map_or(0, |id| xxh3_64(id.as_bytes()))).collect();
            self.fetch(&hashes);
            let likely = |hash: &u64| (self.slots[self.first_slot(*hash)] & POSITION).checked_sub(1);
            let likely = hashes.iter().filter_map(likely).filter_map(|at| heads.get(usize::try_from(at).ok()?));
            black_box(likely.fold(0, |sum, head| sum ^ head.hashes[self.side].0 ^ head.id.0.cast_unsigned()));
            let looked = |(id, hash): (Option<&str>, u64)| self.look(heads, id?, hash).ok();
            found.extend(ids.into_iter().zip(hashes).map(looked));
        }
    }

    /// Brings the slots of some hashes near: one after the other each would be waited for.
    fn fetch(&self, hashes: &[u64]) {
        black_box(hashes.iter().fold(0, |sum, hash| sum ^ self.slots[self.first_slot(*hash)]));
    }

    /// The low half of a hash leads to the slot; the high half is compared.
    fn first_slot(&self, hash: u64) -> usize {
        usize::try_from(hash & POSITION).unwrap_or(0) & (self.slots.len() - 1)
    }

    /// The link of an id, or the slot that it would be in.
    #[inline]
    fn look(&self, heads: &[LinkHead], id: &str, hash: u64) -> Result<u32, usize> {
        let last = self.slots.len() - 1;
        let mut slot = self.first_slot(hash);
        loop {
            let found = self.slots[slot];
            if found == 0 {
                return Err(slot);
            }
            if (found ^ hash) & !POSITION == 0 {
                let position = u32::try_from((found & POSITION) - 1).unwrap_or(u32::MAX);
                if heads[position as usize].ids[self.side].as_ref().is_some_and(|known| known.as_str() == id) {
                    return Ok(position);
                }
            }
            slot = (slot + 1) & last;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::{BySide, LinkId, LinkStatus, RecordId};
    use proptest::prelude::*;

    fn head(id: Option<String>, at: i64) -> LinkHead {
        LinkHead {
            id: LinkId(at),
            status: LinkStatus::Active,
            ids: BySide { justcall: None, crm: id.map(RecordId::from) },
            key: None,
            hashes: BySide::default(),
            unconfirmed: BySide::default(),
            created_at: BySide::default(),
        }
    }

    proptest! {
        /// However bad the hash is, ids decide (S2).
        #[test]
        fn whoever_shares_a_hash_is_told_apart_by_the_id(
            linked in prop::collection::vec(prop::option::of(0..12u8), 0..20),
            (low, high) in (1..4u64, 1..4u64),
        ) {
            let heads: Vec<LinkHead> =
                linked.iter().zip(0..).map(|(id, at)| head(id.map(|id| id.to_string()), at)).collect();
            let bad = |id: &str| id.parse::<u64>().map_or(0, |id| (id % low) | ((id % high) << 32));
            let index = Index::hashed(&heads, Side::Crm, bad);
            for id in 0..14u8 {
                let text = id.to_string();
                let first = linked.iter().position(|linked| *linked == Some(id));
                let found = index.look(&heads, &text, bad(&text)).ok();
                prop_assert_eq!(found.map(|found| found as usize), first);
                prop_assert_eq!(Index::of(&heads, Side::Crm).find(&heads, &text), found);
            }
            prop_assert_eq!(Index::of(&heads, Side::Justcall).find(&heads, "1"), None);
            let ids: Vec<String> = (0..600).map(|id| (id % 14).to_string()).collect();
            let wanted = || ids.iter().map(|id| Some(id.as_str()).filter(|id| *id != "13"));
            let index = Index::of(&heads, Side::Crm);
            let found: Vec<_> = wanted().map(|id| index.find(&heads, id?)).collect();
            prop_assert_eq!(index.find_each(&heads, wanted()), found);
        }
    }
}
