//! Puts phone changes of one side in an order in which no number is taken twice, and marks those that hand numbers
//! around in a circle (S21): a replica with unique phones needs one of them parked for a moment.

use model::{Action, ActionKind, Change, Field, PhoneKey, Side};
use std::collections::BTreeMap;

/// Old and new number of a phone change; none where only its form or extension changes.
fn numbers(action: &Action, read: &impl Fn(&str) -> Option<PhoneKey>) -> Option<(u64, u64)> {
    if action.kind != ActionKind::Update {
        return None;
    }
    let change: &Change = action.changes.iter().find(|change| change.field == Field::Phone)?;
    let old = read(change.before.as_deref().unwrap_or_default()).map_or(0, PhoneKey::number);
    let new = read(&change.after)?.number();
    (old != new).then_some((old, new))
}

/// The rank of each action among its side's phone changes (0 for all others), in the order of `actions`; marks circles.
///
/// `order`: positions in an order that does not depend on how the listings were ordered.
pub(crate) fn rank(actions: &mut [Action], order: &[usize], read: impl Fn(&str) -> Option<PhoneKey>) -> Vec<u32> {
    let mut ranks = vec![0; actions.len()];
    let mut circles = 0;
    let changes: Vec<(usize, (u64, u64))> =
        order.iter().filter_map(|at| Some((*at, numbers(&actions[*at], &read)?))).collect();
    for side in Side::BOTH {
        let own = || changes.iter().filter(|(at, _)| actions[*at].side == side);
        // Who gives a number up, and who wants which.
        let holder: BTreeMap<u64, usize> = own().map(|(at, (old, _))| (*old, *at)).collect();
        let wants: BTreeMap<usize, u64> = own().map(|(at, (_, new))| (*at, *new)).collect();
        let starts: Vec<usize> = own().map(|(at, _)| *at).collect();
        let mut next = 1;
        // Per action: the walk that came by.
        let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
        for start in starts {
            // Walk to the end of the chain: who must move first.
            let mut chain = Vec::new();
            let mut at = Some(start);
            while let Some(here) = at.filter(|here| !seen.contains_key(here)) {
                seen.insert(here, start);
                chain.push(here);
                at = wants.get(&here).and_then(|number| holder.get(number)).copied();
            }
            let closes = at.filter(|at| seen.get(at) == Some(&start));
            if let Some(first) = closes.and_then(|at| chain.iter().position(|here| *here == at)) {
                circles += 1;
                for here in &chain[first..] {
                    actions[*here].cycle = Some(circles);
                }
            }
            for here in chain.into_iter().rev() {
                ranks[here] = next;
                next += 1;
            }
        }
    }
    ranks
}
