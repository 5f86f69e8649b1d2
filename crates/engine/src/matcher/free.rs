//! Joins records that no link knows: one of a number on each side, or those that a second factor ties together.

use super::{Alone, Context, Group, Matching, Reading, same_line, with_number};
use crate::identity::Identity;
use model::mutant::{self, Mutant};
use model::{BySide, Side, SkipReason};
use std::collections::BTreeSet;

impl Matching {
    pub(super) fn match_free(
        &mut self,
        context: &Context<'_>,
        free: &BySide<Vec<Reading>>,
        linked: &[(u64, Side, u32)],
    ) {
        let mut numbers: Vec<u64> = free.justcall.iter().chain(&free.crm).map(|reading| reading.key.number()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            let rows = BySide { justcall: with_number(&free.justcall, number), crm: with_number(&free.crm, number) };
            let at = linked.partition_point(|(other, ..)| *other < number);
            let known: Vec<_> = linked[at..].iter().take_while(|(other, ..)| *other == number).collect();
            match (rows.justcall, rows.crm, known.is_empty()) {
                ([one], [], true) => self.alone.justcall.push(Alone { row: one.row, key: one.key }),
                ([], [one], true) => self.alone.crm.push(Alone { row: one.row, key: one.key }),
                ([a], [b], _) if context.rows_parted(a.row, b.row) => self.leave_apart([a.row], [b.row]),
                ([a], [b], true) if !a.weak && !b.weak && a.key == b.key && self.has_beside(number).is_none() => {
                    self.pairs.push((a.row, b.row));
                }
                _ => {
                    let of =
                        |side: Side| known.iter().filter(|(_, at, _)| *at == side).map(|(_, _, row)| *row).collect();
                    self.match_group(context, rows, BySide::from_fn(of));
                }
            }
        }
        self.pairs.sort_unstable();
        for side in Side::BOTH {
            self.alone[side].sort_unstable_by_key(|alone| alone.row);
        }
    }

    /// Several records of one number: links those that a second field ties together one to one, leaves the rest (S22, S23).
    fn match_group(&mut self, context: &Context<'_>, rows: BySide<&[Reading]>, linked: BySide<Vec<u32>>) {
        let people = BySide::from_fn(|side| -> Vec<Identity> {
            rows[side].iter().map(|reading| context.identity(side, reading.row)).collect()
        });
        let known = BySide::from_fn(|side| -> Vec<Identity> {
            linked[side].iter().map(|row| context.identity(side, *row)).collect()
        });
        let mut decided = BySide::<BTreeSet<u32>>::default();
        let fits = |a: usize, b: usize| {
            let (person, other) = (&people.justcall[a], &people.crm[b]);
            same_line(rows.justcall[a].key, rows.crm[b].key)
                && !context.rows_parted(rows.justcall[a].row, rows.crm[b].row)
                && (person.decides(other) || mutant::is(Mutant::GuessByNumber))
        };
        for (a, b) in one_to_one(people.justcall.len(), people.crm.len(), fits) {
            // A linked record that looks the same as well leaves a doubt.
            let doubt = known.crm.iter().any(|known| known.agrees(&people.justcall[a]))
                || known.justcall.iter().any(|known| known.agrees(&people.crm[b]));
            if !doubt {
                let (a, b) = (rows.justcall[a].row, rows.crm[b].row);
                self.pairs.push((a, b));
                decided.justcall.insert(a);
                decided.crm.insert(b);
            }
        }
        let left = BySide::from_fn(|side| -> Vec<u32> {
            let rows = rows[side].iter().map(|reading| reading.row);
            rows.filter(|row| !decided[side].contains(row)).collect()
        });
        if left.justcall.is_empty() && left.crm.is_empty() {
            return;
        }
        let mut pairs = left.justcall.iter().flat_map(|a| left.crm.iter().map(move |b| (*a, *b)));
        if pairs.next().is_some_and(|(a, b)| context.rows_parted(a, b)) && pairs.all(|(a, b)| context.rows_parted(a, b))
        {
            return self.leave_apart(left.justcall, left.crm); // there is nothing left to ask
        }
        let key = rows.justcall.iter().chain(rows.crm).map(|reading| reading.key).min();
        if let Some(key) = key {
            let mut linked = linked;
            for side in Side::BOTH {
                linked[side].extend(&decided[side]);
            }
            self.groups.push(Group { key, rows: left, heads: Vec::new(), linked, other_number: false });
        }
    }
}

impl Matching {
    /// Records of one number that a person keeps apart: neither is matched, nor made again on the other side, where it
    /// would be a second contact of the number.
    fn leave_apart(&mut self, justcall: impl IntoIterator<Item = u32>, crm: impl IntoIterator<Item = u32>) {
        let detail = "kept apart by a person from the other side's contact with this number";
        let leave = |row: u32| (row, SkipReason::LeftAlone, detail.to_owned());
        self.skipped.justcall.extend(justcall.into_iter().map(leave));
        self.skipped.crm.extend(crm.into_iter().map(leave));
    }
}

/// More comparisons than this within one number are not tried: a switchboard's contacts are not told apart by name.
const MOST_COMPARISONS: usize = 1_000_000;

/// The pairs of which each fits the other and nothing else.
pub(super) fn one_to_one(left: usize, right: usize, fits: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    if left.saturating_mul(right) > MOST_COMPARISONS {
        return Vec::new();
    }
    let mut only = vec![None; left];
    let mut fans = vec![0_u32; right];
    for (a, only) in only.iter_mut().enumerate() {
        let mut hits = (0..right).filter(|b| fits(a, *b));
        let (first, second) = (hits.next(), hits.next());
        for b in first.into_iter().chain(second).chain(hits) {
            fans[b] += 1;
        }
        *only = first.filter(|_| second.is_none());
    }
    let pairs = only.into_iter().enumerate().filter_map(|(a, b)| Some((a, b?)));
    pairs.filter(|(_, b)| fans[*b] == 1).collect()
}
