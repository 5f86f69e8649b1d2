//! Puts phone changes of one side in an order in which no number is taken twice, and marks those that hand numbers
//! around in a circle (S21): a replica with unique phones needs one of them parked for a moment.

use model::{Action, ActionKind, Change, Field, PhoneKey, Side};
use std::collections::BTreeMap;

/// Old and new number of a phone change.
fn numbers(action: &Action, read: &impl Fn(&str) -> Option<PhoneKey>) -> Option<(u64, u64)> {
    let change: &Change = action.changes.iter().find(|change| change.field == Field::Phone)?;
    let old = read(change.before.as_deref().unwrap_or_default()).map_or(0, PhoneKey::number);
    Some((old, read(&change.after)?.number()))
}

/// The rank of each action among phone changes (0 for all others), in the order of `actions`; marks circles.
pub(crate) fn rank(actions: &mut [Action], read: impl Fn(&str) -> Option<PhoneKey>) -> Vec<u32> {
    let mut ranks = vec![0; actions.len()];
    let mut circles = 0;
    for side in Side::BOTH {
        // Who holds a number that is about to be given up.
        let mut holder: BTreeMap<u64, usize> = BTreeMap::new();
        let mut wants: BTreeMap<usize, u64> = BTreeMap::new();
        for (at, action) in actions.iter().enumerate() {
            if action.side != side || action.kind != ActionKind::Update {
                continue;
            }
            if let Some((old, new)) = numbers(action, &read) {
                holder.insert(old, at);
                wants.insert(at, new);
            }
        }
        let mut next = 1;
        let mut done: BTreeMap<usize, bool> = BTreeMap::new();
        for &start in wants.keys() {
            // Walk to the end of the chain: who must move first.
            let mut chain = Vec::new();
            let mut at = Some(start);
            while let Some(here) = at.filter(|here| !done.contains_key(here) && !chain.contains(here)) {
                chain.push(here);
                at = wants.get(&here).and_then(|number| holder.get(number)).copied();
            }
            if let Some(first) = at.and_then(|at| chain.iter().position(|here| *here == at)).filter(|_| !chain.is_empty()) {
                circles += 1;
                for here in &chain[first..] {
                    actions[*here].cycle = Some(circles);
                }
            }
            for here in chain.into_iter().rev() {
                done.insert(here, true);
                ranks[here] = next;
                next += 1;
            }
        }
    }
    ranks
}
