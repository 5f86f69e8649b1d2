//! Records that we created and whose id nobody told: found by their number, as long as that is the same. Somebody may
//! have changed it before the first listing; then the record is a newcomer in the listing, and the link seems to miss it.
//! To make it again on one side, and copy the newcomer to the other, would double the person on both (I5).
//!
//! Joins what is the same in everything but the number; where that is not certain, asks.

use super::free::one_to_one;
use super::{Context, FoundBy, Group, Matching, Reading};
use crate::identity::{Identity, values};
use model::{BySide, LinkStatus, RowRef, Side};
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
            let certain = one_to_one(people.len(), found.len(), fits).into_iter().filter(|&(at, row)| {
                let other = partner(seekers[at]).map(|row| context.tables[side.other()].row(row as usize));
                let same_mail = !people[at].email.is_empty() && people[at].email == found[row].1.email;
                let here = context.tables[side].row(found[row].0.row as usize);
                same_mail
                    && !found[row].0.weak
                    && other.is_some_and(|other| differs_in_number_alone(context, here, other))
            });
            let mut joined = BTreeSet::new();
            for (at, row) in certain.collect::<Vec<_>>() {
                self.survey.joined[seekers[at]].rows[side] = Some(found[row].0.row);
                self.found_by[seekers[at]][side] = FoundBy::Number;
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

/// Whether two records hold the same values, their numbers aside.
fn differs_in_number_alone(context: &Context<'_>, here: RowRef<'_>, other: RowRef<'_>) -> bool {
    let of = |row: RowRef<'_>| -> Vec<_> {
        values(context.normalizer, &context.settings.schema, |id| row.cell(id.index())).collect()
    };
    of(here) == of(other)
}
