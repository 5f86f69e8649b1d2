//! Second thoughts about a first draft of the plan, for which the journal and the heads are asked about changed contacts
//! alone: does a field flip to and fro (S44, S45), and does somebody else sync these two sides as well (S42, S43)?
//!
//! What follows is the engine's: a field waits, or nothing is deleted.

use crate::error::Result;
use crate::session::Session;
use engine::planner::State;
use jiff::SignedDuration;
use model::{Action, ActionKind, Cell, Change, Field, LinkHead, LinkId, Outcome, Plan, Rule, Side, is_parking_number};
use std::collections::{BTreeMap, BTreeSet};
use store::{PastWrite, STALE_HASH};

/// Writes of one contact that are looked at: three of a field on each side, and some of others in between.
const LOOK_BACK: usize = 16;
/// Changed contacts whose writes are looked at together.
const LOOK_AT: usize = 1_000;
/// Two writes that lie further apart are no loop.
const CLOSE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// So many contacts may change in the same way on both sides in a day's work.
const ALIKE: u64 = 5;

impl Session<'_> {
    /// Whether the plan must be made again, with what was found added to the state.
    pub(crate) fn has_doubts(&self, plan: &Plan, heads: &[LinkHead], state: &mut State) -> Result<bool> {
        state.frozen = self.loops(plan)?;
        state.old_state = self.changed_alike(plan, heads)?;
        Ok(!state.frozen.is_empty() || state.old_state > 0)
    }

    /// Fields that the plan would write for the third time in turn: A, B, and A again.
    fn loops(&self, plan: &Plan) -> Result<BTreeMap<(LinkId, Field), Side>> {
        let mut loops = BTreeMap::new();
        let updates = plan.actions.iter().filter(|action| action.kind == ActionKind::Update);
        let updates = updates.filter(|action| !is_a_persons(action.reason));
        let updates: Vec<(&Action, LinkId)> = updates.filter_map(|action| Some((action, action.link?))).collect();
        // In pieces, since what was written in many nights is much.
        for updates in updates.chunks(LOOK_AT) {
            let past = self.store.past_writes(updates.iter().map(|(_, link)| *link), LOOK_BACK)?;
            for (action, link) in updates {
                let Some(past) = past.get(link) else { continue };
                for change in &action.changes {
                    let owned = self.settings.schema.position(&change.field).map(|id| self.settings.policy(id));
                    let is_owned = owned.is_some_and(|policy| policy.direction.source().is_some());
                    if !is_owned && self.flips(change, past) {
                        loops.insert((*link, change.field.clone()), action.side.other());
                    }
                }
            }
        }
        Ok(loops)
    }

    /// `past`: latest first.
    fn flips(&self, change: &Change, past: &[PastWrite]) -> bool {
        let same = |a: &str, b: &str| self.normalizer.same(&change.field, Cell::from_text(a), Cell::from_text(b));
        let mut earlier = Vec::new();
        for write in past {
            if is_a_persons(write.intent.reason) {
                break; // somebody has decided since
            }
            let landed = matches!(write.outcome, Some(Outcome::Done { .. } | Outcome::Unknown { .. }));
            let own = write.intent.changes.iter().find(|known| known.field == change.field);
            if let Some(own) = own.filter(|own| landed && !is_parking_number(&own.after)) {
                earlier.push((write, &own.after));
            }
            if let [(last, between), (first, before)] = earlier[..] {
                return last.run != first.run
                    && last.at.duration_since(first.at) <= CLOSE
                    && same(&change.after, before)
                    && !same(&change.after, between);
            }
        }
        false
    }

    /// How many contacts changed on both sides to the same, where that is most of what changed at all: somebody has
    /// carried these changes over, and this state knows nothing of it.
    fn changed_alike(&self, plan: &Plan, heads: &[LinkHead]) -> Result<u64> {
        let mut alike = BTreeSet::new();
        let mut changed = BTreeSet::new();
        for action in &plan.actions {
            let Some(link) = action.link else { continue };
            changed.insert(link);
            if action.kind != ActionKind::Rebase || action.reason != Rule::R4 {
                continue;
            }
            let Ok(at) = heads.binary_search_by_key(&link, |head| head.id) else { continue };
            // Of other fields than the last run's, nobody knows what moved.
            let moved = |side: Side| {
                let known = heads[at].hashes[side];
                known != STALE_HASH && action.expect[side].is_some_and(|seen| seen != known)
            };
            if Side::BOTH.into_iter().all(moved) {
                alike.insert(link);
            }
        }
        changed.extend(plan.conflicts.iter().filter_map(|conflict| conflict.link));
        let count = alike.len() as u64;
        // What an interrupted run wrote looks the same until the next run has settled it.
        let suspicious = count >= ALIKE && alike.len() * 2 > changed.len();
        Ok(if suspicious && self.store.counts()?.open_intents == 0 { count } else { 0 })
    }
}

/// A decision or an undo is meant, whatever was written before it.
const fn is_a_persons(reason: Rule) -> bool {
    matches!(reason, Rule::Resolved | Rule::Undo)
}
