//! Links whose row no id leads to: the id was never learned, the record has none, or it is proven gone and the contact
//! may be back under another (S14). They seek by number.

use super::free::one_to_one;
use super::{Context, FoundBy, Group, Matching, Reading, same_line, with_number};
use crate::identity::Identity;
use model::mutant::{self, Mutant};
use model::{BySide, Side};
use std::collections::BTreeSet;

/// How hard to look.
#[derive(Clone, Copy)]
enum Stage<'a> {
    /// By the number alone, where it leaves one choice, or by a row that is exactly what the base says.
    Certain,
    /// By the name on the record of the other side (as far as it was found before: both sides look at the same moment,
    /// so that neither comes first). What is left is blocked.
    Named(&'a [BySide<Option<u32>>]),
}

impl Matching {
    /// Finds rows for links whose id is unknown (`Number`) or proven gone (`NewId`).
    pub(super) fn find_by_number(&mut self, context: &Context<'_>, free: &mut BySide<Vec<Reading>>, by: FoundBy) {
        let seekers = BySide::from_fn(|side| self.seekers(context, side, by));
        if seekers.justcall.is_empty() && seekers.crm.is_empty() {
            return;
        }
        // Newcomers of the other side that may be meant as well: only a name tells then who is who (I7).
        let rivals = BySide::from_fn(
            |side: Side| {
                if mutant::is(Mutant::Rivals) { Vec::new() } else { free[side.other()].clone() }
            },
        );
        for side in Side::BOTH {
            self.seek(context, side, &seekers[side], (&mut free[side], &rivals[side]), by, Stage::Certain);
        }
        let found: Vec<BySide<Option<u32>>> = self.survey.joined.iter().map(|joined| joined.rows).collect();
        for side in Side::BOTH {
            self.seek(context, side, &seekers[side], (&mut free[side], &rivals[side]), by, Stage::Named(&found));
        }
    }

    fn seekers(&self, context: &Context<'_>, side: Side, by: FoundBy) -> Vec<(u64, usize)> {
        let mut seekers = Vec::new();
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
        seekers.sort_unstable();
        seekers
    }

    fn seek(
        &mut self,
        context: &Context<'_>,
        side: Side,
        seekers: &[(u64, usize)],
        (free, rivals): (&mut Vec<Reading>, &[Reading]),
        by: FoundBy,
        stage: Stage<'_>,
    ) {
        let mut taken = BTreeSet::new();
        for seekers in seekers.chunk_by(|a, b| a.0 == b.0) {
            let rows = with_number(free, seekers[0].0);
            let open: Vec<usize> =
                seekers.iter().map(|(_, at)| *at).filter(|at| self.survey.joined[*at].rows[side].is_none()).collect();
            if !open.is_empty() && !rows.is_empty() {
                let rivals = with_number(rivals, seekers[0].0);
                let may_be = |reading: &&Reading| open.iter().any(|at| !self.parted(context, *at, side, reading.row));
                let left: Vec<Reading> = rows.iter().filter(may_be).copied().collect();
                if left.is_empty() {
                    continue;
                }
                let mut hunt = Hunt { side, by, open, left, rivals, taken: &mut taken };
                match stage {
                    Stage::Certain => self.certain(context, &mut hunt),
                    Stage::Named(found) => self.named(context, &mut hunt, found),
                }
            }
        }
        free.retain(|reading| !taken.contains(&reading.row));
    }

    fn certain(&mut self, context: &Context<'_>, hunt: &mut Hunt<'_>) {
        // Several of one number: a row that is exactly what the base says is that contact.
        if hunt.open.len() > 1 || hunt.left.len() > 1 {
            let exact = one_to_one(hunt.open.len(), hunt.left.len(), |at, row| {
                let wanted = context.heads[self.survey.joined[hunt.open[at]].head].hashes[hunt.side];
                !self.parted(context, hunt.open[at], hunt.side, hunt.left[row].row)
                    && self.survey.hashes[hunt.side][hunt.left[row].row as usize] == wanted
            });
            self.take(context, hunt, exact);
        }
        if let ([at], [reading]) = (hunt.open.as_slice(), hunt.left.as_slice()) {
            // A number that nobody has verified does not prove that a contact is back, nor does one that somebody of
            // another name has: it may have been given away. Of one whose id was never learned it is all there is, unless
            // another name speaks for a newcomer.
            let partner = self.survey.joined[*at].rows[hunt.side.other()];
            let other_name = || {
                let partner = partner.map(|row| context.identity(hunt.side.other(), row));
                let here = context.identity(hunt.side, reading.row);
                partner.is_some_and(|partner| partner.contradicts(&here))
            };
            let proves = match hunt.by {
                FoundBy::Number => hunt.rivals.is_empty() || !other_name(),
                _ => !reading.weak && hunt.rivals.is_empty() && !other_name(),
            };
            if proves && self.fits_line(context, *at, reading) {
                self.take(context, hunt, vec![(0, 0)]);
            }
        }
    }

    fn named(&mut self, context: &Context<'_>, hunt: &mut Hunt<'_>, found: &[BySide<Option<u32>>]) {
        let other = hunt.side.other();
        let partner = |at: &usize| found[*at][other].map(|row| context.identity(other, row));
        let partners: Vec<Option<Identity>> = hunt.open.iter().map(partner).collect();
        let people: Vec<Identity> = hunt.left.iter().map(|reading| context.identity(hunt.side, reading.row)).collect();
        let rivals: Vec<Identity> = hunt.rivals.iter().map(|rival| context.identity(other, rival.row)).collect();
        let pairs = one_to_one(hunt.open.len(), hunt.left.len(), |at, row| {
            !rivals.iter().any(|rival| rival.agrees(&people[row]))
                && self.fits_line(context, hunt.open[at], &hunt.left[row])
                && !self.parted(context, hunt.open[at], hunt.side, hunt.left[row].row)
                && partners[at].as_ref().is_some_and(|person| person.decides(&people[row]))
        });
        self.take(context, hunt, pairs);
        let (open, left) = (std::mem::take(&mut hunt.open), &hunt.left);
        if open.is_empty() || left.is_empty() {
            return;
        }
        hunt.taken.extend(left.iter().map(|reading| reading.row));
        self.blocked.extend(open.iter().copied());
        let mut group = Group {
            key: left[0].key,
            rows: BySide::default(),
            heads: open,
            linked: BySide::default(),
            other_number: false,
        };
        group.rows[hunt.side] = left.iter().map(|reading| reading.row).collect();
        self.groups.push(group);
    }

    /// Whether a person keeps this row apart from the link's record on the other side.
    fn parted(&self, context: &Context<'_>, at: usize, side: Side, row: u32) -> bool {
        let joined = &self.survey.joined[at];
        let row = context.tables[side].row(row as usize);
        let Some(partner) = context.heads[joined.head].ids[side.other()].as_ref().filter(|_| row.native_id()) else {
            return false;
        };
        match side {
            Side::Justcall => context.parted(row.id(), partner.as_str()),
            Side::Crm => context.parted(partner.as_str(), row.id()),
        }
    }

    fn fits_line(&self, context: &Context<'_>, at: usize, reading: &Reading) -> bool {
        context.heads[self.survey.joined[at].head].key.is_some_and(|key| same_line(key, reading.key))
    }

    fn take(&mut self, context: &Context<'_>, hunt: &mut Hunt<'_>, pairs: Vec<(usize, usize)>) {
        for &(at, row) in &pairs {
            let (at, row) = (hunt.open[at], hunt.left[row].row);
            self.found(context, at, (hunt.side, row), hunt.by);
            hunt.taken.insert(row);
        }
        let (ats, rows): (BTreeSet<usize>, BTreeSet<usize>) = pairs.into_iter().unzip();
        drop_at(&mut hunt.open, &ats);
        drop_at(&mut hunt.left, &rows);
    }
}

/// Links and rows of one number that are not joined yet.
struct Hunt<'a> {
    side: Side,
    by: FoundBy,
    open: Vec<usize>,
    left: Vec<Reading>,
    /// Unlinked rows of the other side with the same number.
    rivals: &'a [Reading],
    taken: &'a mut BTreeSet<u32>,
}

fn drop_at<T>(list: &mut Vec<T>, gone: &BTreeSet<usize>) {
    let mut at = 0..;
    list.retain(|_| at.next().is_none_or(|at| !gone.contains(&at)));
}
