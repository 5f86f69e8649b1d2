//! Links whose row no id leads to: the id was never learned, the record has none, or it is proven gone and the contact
//! may be back under another (S14). They seek by number.

use super::{Context, FoundBy, Group, Matching, Reading, one_to_one, same_line, with_number};
use crate::identity::Identity;
use model::{BySide, Side};
use std::collections::BTreeSet;

impl Matching {
    /// Finds rows for links whose id is unknown (`Number`) or proven gone (`NewId`), where the number leaves one choice.
    pub(super) fn find_by_number(&mut self, context: &Context<'_>, side: Side, free: &mut Vec<Reading>, by: FoundBy) {
        let mut seekers: Vec<(u64, usize)> = Vec::new();
        for (at, joined) in self.survey.joined.iter().enumerate() {
            let head = &context.heads[joined.head];
            let seeks = joined.rows[side].is_none()
                && match (&head.ids[side], by) {
                    (None, FoundBy::Number) => true,
                    (Some(id), FoundBy::NewId) => context.gone[side].contains(id),
                    _ => false,
                };
            if seeks && let Some(key) = head.key {
                seekers.push((key.number(), at));
            }
        }
        if seekers.is_empty() {
            return;
        }
        seekers.sort_unstable();
        let mut taken = BTreeSet::new();
        for seekers in seekers.chunk_by(|a, b| a.0 == b.0) {
            let rows = with_number(free, seekers[0].0);
            self.assign(context, side, seekers, rows, by, &mut taken);
        }
        free.retain(|reading| !taken.contains(&reading.row));
    }

    fn assign(
        &mut self,
        context: &Context<'_>,
        side: Side,
        seekers: &[(u64, usize)],
        rows: &[Reading],
        by: FoundBy,
        taken: &mut BTreeSet<u32>,
    ) {
        let mut open: Vec<usize> = seekers.iter().map(|(_, at)| *at).collect();
        let mut left: Vec<Reading> = rows.to_vec();
        // Several of one number: a row that is exactly what the base says is that contact.
        if open.len() > 1 || left.len() > 1 {
            let exact = one_to_one(open.len(), left.len(), |at, row| {
                let wanted = context.heads[self.survey.joined[open[at]].head].hashes[side];
                self.survey.hashes[side][left[row].row as usize] == wanted
            });
            self.take(side, exact, &mut open, &mut left, by, taken);
        }
        if open.is_empty() || left.is_empty() {
            return;
        }
        // Then one that the record on the other side names. A number that nobody has verified needs that as well.
        let alone = open.len() == 1 && left.len() == 1;
        if !alone || (by == FoundBy::NewId && left[0].weak) {
            let people: Vec<Option<Identity>> = open.iter().map(|at| self.partner(context, side, *at)).collect();
            let found: Vec<Identity> = left.iter().map(|reading| context.identity(side, reading.row)).collect();
            let named = one_to_one(open.len(), left.len(), |at, row| {
                people[at].as_ref().is_some_and(|person| person.decides(&found[row]))
            });
            self.take(side, named, &mut open, &mut left, by, taken);
        } else if self.fits_line(context, open[0], &left[0]) {
            self.take(side, vec![(0, 0)], &mut open, &mut left, by, taken);
        }
        if open.is_empty() || left.is_empty() {
            return;
        }
        taken.extend(left.iter().map(|reading| reading.row));
        self.blocked.extend(open.iter().copied());
        let mut group = Group { key: left[0].key, rows: BySide::default(), heads: open, linked: BySide::default() };
        group.rows[side] = left.iter().map(|reading| reading.row).collect();
        self.groups.push(group);
    }

    fn partner(&self, context: &Context<'_>, side: Side, at: usize) -> Option<Identity> {
        self.survey.joined[at].rows[side.other()].map(|row| context.identity(side.other(), row))
    }

    fn fits_line(&self, context: &Context<'_>, at: usize, reading: &Reading) -> bool {
        context.heads[self.survey.joined[at].head].key.is_some_and(|key| same_line(key, reading.key))
    }

    fn take(
        &mut self,
        side: Side,
        pairs: Vec<(usize, usize)>,
        open: &mut Vec<usize>,
        left: &mut Vec<Reading>,
        by: FoundBy,
        taken: &mut BTreeSet<u32>,
    ) {
        for &(at, row) in &pairs {
            self.survey.joined[open[at]].rows[side] = Some(left[row].row);
            self.found_by[open[at]][side] = by;
            taken.insert(left[row].row);
        }
        let (ats, rows): (BTreeSet<usize>, BTreeSet<usize>) = pairs.into_iter().unzip();
        drop_at(open, &ats);
        drop_at(left, &rows);
    }
}

fn drop_at<T>(list: &mut Vec<T>, gone: &BTreeSet<usize>) {
    let mut at = 0..;
    list.retain(|_| at.next().is_none_or(|at| !gone.contains(&at)));
}
