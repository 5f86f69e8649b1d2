//! Finds out which records are the same contact where ids do not say it: by E.164 number, and by a second field where
//! a number alone leaves a doubt. Never guesses: what stays ambiguous becomes a [`Group`] for a person.
//!
//! Does not compare fields and does not decide what is written.

mod forgotten;
mod free;
mod seekers;
mod unlearned;

use crate::few::Few;
use crate::identity::{Identity, Strangers};
use crate::normalizer::{Normalizer, PhoneReading};
use crate::numbers;
use crate::readings;
use crate::settings::{Numbers, Settings};
use crate::siblings::Siblings;
use crate::survey::Survey;
use model::mutant::{self, Mutant};
use model::{BySide, LinkHead, PhoneKey, RecordId, Side, SkipReason, Table};
use std::collections::BTreeSet;

/// How a link's row was found on a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FoundBy {
    /// By its id (or not at all).
    #[default]
    Id,
    /// By its number: the id was not known yet, or the record has none.
    Number,
    /// By its number, under a new id, after the old id was proven gone (S14).
    NewId,
}

/// Records that cannot be told apart: nothing is written to them (I7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The number they share.
    pub key: PhoneKey,
    /// Undecided rows.
    pub rows: BySide<Vec<u32>>,
    /// Links that may belong to one of the rows.
    pub heads: Vec<usize>,
    /// More rows with this number that are linked already.
    pub linked: BySide<Vec<u32>>,
    /// The rows do not have this number: they are like a contact that was created with it and is not listed.
    pub other_number: bool,
}

/// A record that has no counterpart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alone {
    /// Its row.
    pub row: u32,
    /// Its number.
    pub key: PhoneKey,
}

/// Who is who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// Links with their rows, and the hash of every row.
    pub survey: Survey,
    /// Per link and side: how the row was found.
    pub found_by: Vec<BySide<FoundBy>>,
    /// Rows that were never linked and are the same contact.
    pub pairs: Vec<(u32, u32)>,
    /// Rows without a counterpart.
    pub alone: BySide<Vec<Alone>>,
    /// Undecided.
    pub groups: Vec<Group>,
    /// Rows that take no part, and why.
    pub skipped: BySide<Vec<(u32, SkipReason, String)>>,
    /// Who the unlinked records with unreadable phones are: each may be one that seems to be missing.
    pub(crate) unreadable: BySide<Strangers>,
    /// Numbers of unlinked records outside the scope, ascending: their counterparts stay alone as well.
    pub filtered: BySide<Vec<u64>>,
    /// Links of undecided groups, ascending.
    pub blocked: BTreeSet<usize>,
    /// Numbers of the rows that no id linked, by row: reading them takes long.
    keys: BySide<Vec<(u32, PhoneKey)>>,
    /// Numbers of the linked rows that changed, by row: read once for all.
    changed: BySide<Vec<(u32, PhoneKey)>>,
    /// Linked rows that an undecided group may be mistaken for, ascending.
    contested: BySide<Vec<u32>>,
    /// Numbers that several records of a side have, among those that matter here.
    shared: BySide<Vec<u64>>,
    /// Numbers that the CRM's contacts have beside the synced one, with the row, ascending; only where somebody is to be
    /// matched with them.
    others: Vec<(PhoneKey, u32)>,
    /// Rows of the CRM that are one contact.
    pub(crate) siblings: Siblings,
}

/// What matching needs to know.
pub struct Context<'a> {
    /// Reads phones.
    pub normalizer: &'a Normalizer,
    /// Fields and scope.
    pub settings: &'a Settings,
    /// The listed records.
    pub tables: BySide<&'a Table>,
    /// The known links.
    pub heads: &'a [LinkHead],
    /// Ids proven gone.
    pub gone: BySide<&'a BTreeSet<RecordId>>,
    /// Records that a person keeps apart: the one in `JustCall`, the one in the CRM.
    pub apart: &'a BTreeSet<(RecordId, RecordId)>,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    row: u32,
    key: PhoneKey,
    weak: bool,
}

impl Context<'_> {
    fn identity(&self, side: Side, row: u32) -> Identity {
        Identity::of(self.normalizer, &self.settings.schema, self.tables[side].row(row as usize))
    }

    /// Whether a person said that these two are not the same contact. An id that was made up is nobody's.
    fn parted(&self, justcall: &str, crm: &str) -> bool {
        !self.apart.is_empty() && self.apart.contains(&(RecordId::from(justcall), RecordId::from(crm)))
    }

    fn rows_parted(&self, justcall: u32, crm: u32) -> bool {
        if self.apart.is_empty() {
            return false; // asked for every two records of a shared number
        }
        let rows = [self.tables.justcall.row(justcall as usize), self.tables.crm.row(crm as usize)];
        rows.iter().all(|row| row.native_id()) && self.parted(rows[0].id(), rows[1].id())
    }

    fn in_scope(&self, side: Side, row: u32) -> bool {
        self.settings.scope[side].admits(self.tables[side].row(row as usize))
    }

    fn read_phone(&self, side: Side, row: u32) -> PhoneReading {
        let phone = self.settings.schema.phone().index();
        self.normalizer.read_phone(self.tables[side].row(row as usize).cell(phone).text())
    }
}

fn find(keys: &[(u32, PhoneKey)], row: u32) -> Option<PhoneKey> {
    keys.binary_search_by_key(&row, |(row, _)| *row).ok().map(|at| keys[at].1)
}

/// Resolves everything that ids did not.
pub fn resolve(context: &Context<'_>, survey: Survey) -> Matching {
    let mut matching = Matching {
        found_by: vec![BySide::default(); survey.joined.len()],
        pairs: Vec::new(),
        alone: BySide::default(),
        groups: Vec::new(),
        skipped: BySide::default(),
        unreadable: BySide::default(),
        filtered: BySide::default(),
        blocked: BTreeSet::new(),
        contested: BySide::default(),
        keys: BySide::default(),
        changed: BySide::default(),
        shared: BySide::default(),
        others: Vec::new(),
        siblings: match context.settings.numbers {
            Numbers::One => Siblings::default(),
            Numbers::Each => Siblings::of(context.tables.crm),
        },
        survey,
    };
    let rows = std::mem::take(&mut matching.survey.free);
    let phone = context.settings.schema.phone().index();
    let mut phones = readings::read(context.normalizer, phone, context.tables, &rows);
    let all = BySide::from_fn(|side| matching.read_free(context, side, &rows[side], std::mem::take(&mut phones[side])));
    let mut free = all.clone();
    matching.find_by_number(context, &mut free, FoundBy::Number);
    matching.find_by_number(context, &mut free, FoundBy::NewId);
    for side in Side::BOTH {
        matching.leave_out_of_scope(context, side, &mut free[side]);
        for row in std::mem::take(&mut matching.survey.duplicates[side]) {
            matching.skipped[side].push((row, SkipReason::DuplicateId, "listed twice".to_owned()));
        }
    }
    matching.find_unlearned(context, &mut free);
    if !free.justcall.is_empty() || !free.crm.is_empty() {
        matching.others = numbers::others(context.normalizer, phone, context.tables.crm);
    }
    let mut linked = matching.linked_numbers(context, &all);
    matching.add_undecided(&all, &mut linked);
    matching.match_free(context, &free, &linked);
    matching.tidy_groups();
    for side in Side::BOTH {
        matching.skipped[side].sort_by_key(|(row, ..)| *row);
    }
    for side in Side::BOTH {
        matching.keys[side] = all[side].iter().map(|reading| (reading.row, reading.key)).collect();
        matching.keys[side].sort_unstable();
    }
    matching
}

impl Matching {
    /// Whether several records of a side have this number, as far as it matters for this run.
    pub fn is_shared(&self, side: Side, number: u64) -> bool {
        self.shared[side].binary_search(&number).is_ok()
    }

    /// A contact of the CRM that has this number beside its synced one: whose number it is, it does not tell.
    pub(crate) fn has_beside(&self, number: u64) -> Option<u32> {
        let at = self.others.partition_point(|(other, _)| other.number() < number);
        self.others.get(at).filter(|(other, _)| other.number() == number).map(|(_, row)| *row)
    }

    /// The number of a row that no id linked.
    pub fn key_of(&self, side: Side, row: u32) -> Option<PhoneKey> {
        find(&self.keys[side], row)
    }

    /// The number of a row that is new or changed: reading it once more would take long.
    pub(crate) fn read_of(&self, side: Side, row: u32) -> Option<PhoneKey> {
        find(&self.keys[side], row).or_else(|| find(&self.changed[side], row))
    }

    /// Whether a linked record has the number of an undecided group: one of its members may be meant instead.
    pub fn is_contested(&self, side: Side, row: u32) -> bool {
        self.contested[side].binary_search(&row).is_ok()
    }

    /// The rows of a side that were read since they are new or changed, with their numbers; some of them twice.
    pub(crate) fn read_rows(&self, side: Side) -> impl Iterator<Item = (u32, PhoneKey)> + '_ {
        self.keys[side].iter().chain(&self.changed[side]).copied()
    }

    /// The numbers of the rows that no id linked.
    pub(crate) fn keys(&self, side: Side) -> impl Iterator<Item = PhoneKey> + '_ {
        self.keys[side].iter().map(|(_, key)| *key)
    }

    /// Joins a row to a link whose id does not lead to it.
    fn found(&mut self, context: &Context<'_>, at: usize, (side, row): (Side, u32), by: FoundBy) {
        let joined = &mut self.survey.joined[at];
        joined.rows[side] = Some(row);
        joined.same[side] = self.survey.hashes[side][row as usize] == context.heads[joined.head].hashes[side];
        self.found_by[at][side] = by;
    }

    fn read_free(
        &mut self,
        context: &Context<'_>,
        side: Side,
        rows: &[u32],
        phones: Vec<PhoneReading>,
    ) -> Vec<Reading> {
        let mut readings = Vec::with_capacity(rows.len());
        for (&row, phone) in rows.iter().zip(phones) {
            match phone {
                PhoneReading::Key(key) => readings.push(Reading { row, key, weak: false }),
                PhoneReading::WeakKey(key) => readings.push(Reading { row, key, weak: true }),
                PhoneReading::Unusable(..) if !context.in_scope(side, row) => {
                    self.unreadable[side].add(context.identity(side, row));
                    self.skipped[side].push((row, SkipReason::Filtered, SkipReason::Filtered.words().to_owned()));
                }
                PhoneReading::Unusable(reason, detail) => {
                    self.unreadable[side].add(context.identity(side, row));
                    self.skipped[side].push((row, reason, detail));
                }
            }
        }
        readings.sort_by_key(|reading| (reading.key.number(), reading.row));
        readings
    }

    fn leave_out_of_scope(&mut self, context: &Context<'_>, side: Side, free: &mut Vec<Reading>) {
        free.retain(|reading| {
            let inside = context.in_scope(side, reading.row);
            if !inside {
                self.filtered[side].push(reading.key.number());
                self.skipped[side].push((reading.row, SkipReason::Filtered, SkipReason::Filtered.words().to_owned()));
            }
            inside
        });
    }

    /// Numbers of linked rows, where an unlinked or changed row has the same one: (number, side, row), ascending.
    /// `all`: every row that no id linked, out of scope or not.
    fn linked_numbers(&mut self, context: &Context<'_>, all: &BySide<Vec<Reading>>) -> Vec<(u64, Side, u32)> {
        let mut interest: Vec<u64> = Vec::new();
        let mut linked: Vec<(u64, Side, u32)> = Vec::new();
        self.read_changed(context);
        for side in Side::BOTH {
            interest.extend(all[side].iter().map(|reading| reading.key.number()));
            linked.extend(self.changed[side].iter().map(|(row, key)| (key.number(), side, *row)));
            // A number that a contact had before and that changed elsewhere matters too: it may be moving to somebody.
            let changed = self.survey.joined.iter().filter(|joined| joined.is_changed(side));
            interest.extend(changed.filter_map(|joined| context.heads[joined.head].key).map(PhoneKey::number));
        }
        interest.extend(linked.iter().map(|(number, ..)| *number));
        let interest = Few::of(interest);
        if !interest.is_empty() {
            self.add_unchanged(context, &interest, &mut linked);
        }
        linked.sort_unstable();
        for side in Side::BOTH {
            let mut rows: Vec<(u64, u32)> =
                linked.iter().filter(|(_, at, _)| *at == side).map(|(number, _, row)| (*number, *row)).collect();
            rows.extend(all[side].iter().map(|reading| (reading.key.number(), reading.row)));
            rows.sort_unstable();
            rows.dedup();
            let same = rows.chunk_by(|a, b| a.0 == b.0);
            self.shared[side] = same.filter(|same| same.len() > 1).map(|same| same[0].0).collect();
        }
        linked
    }

    /// The numbers of linked rows that are not what their link remembers.
    fn read_changed(&mut self, context: &Context<'_>) {
        let rows = BySide::from_fn(|side| {
            let changed = self.survey.joined.iter().filter(|joined| joined.is_changed(side));
            changed.filter_map(|joined| joined.rows[side]).collect::<Vec<u32>>()
        });
        let phone = context.settings.schema.phone().index();
        let mut phones = readings::read(context.normalizer, phone, context.tables, &rows);
        for side in Side::BOTH {
            let read = rows[side].iter().zip(std::mem::take(&mut phones[side]));
            let keyed = read.filter_map(|(row, phone)| match phone {
                PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some((*row, key)),
                PhoneReading::Unusable(..) => None,
            });
            self.changed[side] = keyed.collect();
            self.changed[side].sort_unstable();
        }
    }

    /// Unchanged linked rows with one of the numbers: theirs is the one that the link remembers, unread.
    fn add_unchanged(&self, context: &Context<'_>, interest: &Few, linked: &mut Vec<(u64, Side, u32)>) {
        for joined in &self.survey.joined {
            let head = &context.heads[joined.head];
            let Some(number) = head.key.map(PhoneKey::number) else { continue };
            if !interest.contains(number) {
                continue;
            }
            for side in Side::BOTH {
                linked.extend(joined.rows[side].filter(|_| joined.same[side]).map(|row| (number, side, row)));
            }
        }
    }

    /// Rows that may be what a link lost: a newcomer with the same number is not alone (I6).
    fn add_undecided(&self, all: &BySide<Vec<Reading>>, linked: &mut Vec<(u64, Side, u32)>) {
        if self.groups.is_empty() || mutant::is(Mutant::UndecidedIsNobody) {
            return;
        }
        for side in Side::BOTH {
            let undecided: BTreeSet<u32> =
                self.groups.iter().flat_map(|group| group.rows[side].iter().copied()).collect();
            let of = all[side].iter().filter(|reading| undecided.contains(&reading.row));
            linked.extend(of.map(|reading| (reading.key.number(), side, reading.row)));
        }
        linked.sort_unstable();
        linked.dedup();
    }

    /// One group per number, and the linked rows that they put in doubt.
    fn tidy_groups(&mut self) {
        self.groups.sort_by_key(|group| group.key.number());
        self.groups.dedup_by(|next, kept| {
            let same = next.key.number() == kept.key.number();
            if same {
                kept.key = kept.key.min(next.key);
                kept.other_number |= next.other_number;
                kept.heads.append(&mut next.heads);
                for side in Side::BOTH {
                    kept.rows[side].append(&mut next.rows[side]);
                    kept.linked[side].append(&mut next.linked[side]);
                }
            }
            same
        });
        for group in &mut self.groups {
            group.heads.sort_unstable();
            for side in Side::BOTH {
                group.rows[side].sort_unstable();
                group.linked[side].sort_unstable();
                group.linked[side].dedup();
                self.contested[side].extend(&group.linked[side]);
            }
        }
        for side in Side::BOTH {
            self.contested[side].sort_unstable();
        }
    }
}

/// Whether two keys can be one person's line: the same number, and extensions that do not contradict each other (a
/// phone system may have no place for them).
fn same_line(a: PhoneKey, b: PhoneKey) -> bool {
    a.number() == b.number() && (a == b || a.extension().is_empty() || b.extension().is_empty())
}

/// The readings of one number, from a list sorted by number.
fn with_number(readings: &[Reading], number: u64) -> &[Reading] {
    let start = readings.partition_point(|reading| reading.key.number() < number);
    let end = readings.partition_point(|reading| reading.key.number() <= number);
    &readings[start..end]
}
