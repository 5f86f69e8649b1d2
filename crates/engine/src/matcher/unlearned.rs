//! Records that we created and whose id nobody told: found by their number, as long as that is the same. Somebody may
//! have changed it before the first listing; then the record is a newcomer in the listing, and the link seems to miss it.
//! To make it again on one side, and copy the newcomer to the other, would double the person on both (I5).
//!
//! Asks, since a record that was there before may look the same. Where the other side has the new number by now as well,
//! there is nothing to ask.

use super::free::one_to_one;
use super::{Context, FoundBy, Group, Matching, Reading};
use crate::identity::Identity;
use crate::normalizer::PhoneReading;
use model::{BySide, LinkStatus, Side};
use std::collections::BTreeSet;

impl Matching {
    /// Looks at every unlinked row for links whose record on that side has no known id and no listed number.
    pub(super) fn find_unlearned(&mut self, context: &Context<'_>, free: &mut BySide<Vec<Reading>>) {
        for side in Side::BOTH {
            let seekers = self.unlearned(context, side);
            if seekers.is_empty() || free[side].is_empty() {
                continue;
            }
            let partner = |at: usize| self.survey.joined[at].rows[side.other()];
            let people: Vec<Identity> = seekers
                .iter()
                .map(|at| partner(*at).map_or_else(Identity::default, |row| context.identity(side.other(), row)))
                .collect();
            let (names, emails) = known(&people);
            let identity = |reading: &Reading| context.identity(side, reading.row);
            let found: Vec<(Reading, Identity)> = free[side]
                .iter()
                .map(|reading| (*reading, identity(reading)))
                .filter(|(_, who)| names.contains(who.name.as_str()) || emails.contains(who.email.as_str()))
                .collect();
            if found.is_empty() {
                continue;
            }
            let fits = |at: usize, row: usize| people[at].agrees(&found[row].1);
            let same = |at: usize, row: usize| match partner(seekers[at])
                .map(|row| context.read_phone(side.other(), row))
            {
                Some(PhoneReading::Key(key) | PhoneReading::WeakKey(key)) => key.number() == found[row].0.key.number(),
                _ => false,
            };
            let certain: Vec<_> =
                one_to_one(people.len(), found.len(), fits).into_iter().filter(|&(at, row)| same(at, row)).collect();
            let mut joined = BTreeSet::new();
            for (at, row) in certain {
                self.found(context, seekers[at], (side, found[row].0.row), FoundBy::Number);
                joined.extend([(true, at), (false, row)]);
            }
            let mut taken: BTreeSet<u32> = BTreeSet::new();
            for (at, seeker) in seekers.iter().copied().enumerate() {
                let rows = (0..found.len()).filter(|row| fits(at, *row));
                let rows: Vec<usize> = rows.collect();
                taken.extend(rows.iter().map(|row| found[*row].0.row));
                let open: Vec<u32> =
                    rows.iter().filter(|row| !joined.contains(&(false, **row))).map(|row| found[*row].0.row).collect();
                let head = &context.heads[self.survey.joined[seeker].head];
                if let Some(key) = head.key.filter(|_| !joined.contains(&(true, at)) && !open.is_empty()) {
                    self.blocked.insert(seeker);
                    let mut rows = BySide::default();
                    rows[side] = open;
                    let linked = BySide::default();
                    self.groups.push(Group { key, rows, heads: vec![seeker], linked, other_number: true });
                }
            }
            free[side].retain(|reading| !taken.contains(&reading.row));
        }
    }

    fn unlearned(&self, context: &Context<'_>, side: Side) -> Vec<usize> {
        let seeks = |at: &usize| {
            let joined = &self.survey.joined[*at];
            let head = &context.heads[joined.head];
            head.ids[side].is_none()
                && head.created_at[side].is_some()
                && head.status == LinkStatus::Active
                && joined.rows[side].is_none()
                && joined.rows[side.other()].is_some()
                && !self.blocked.contains(at)
        };
        (0..self.survey.joined.len()).filter(seeks).collect()
    }
}

/// Names and e-mails of those who are sought.
fn known(people: &[Identity]) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let names = people.iter().map(|who| who.name.as_str()).filter(|name| !name.is_empty());
    let emails = people.iter().map(|who| who.email.as_str()).filter(|email| !email.is_empty());
    (names.collect(), emails.collect())
}
