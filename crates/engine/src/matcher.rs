//! Finds out which records are the same contact where ids do not say it: by E.164 number, and by a second field where
//! a number alone leaves a doubt. Never guesses: what stays ambiguous becomes a [`Group`] for a person.
//!
//! Does not compare fields and does not decide what is written.

use crate::identity::Identity;
use crate::normalizer::{Normalizer, PhoneReading};
use crate::settings::Settings;
use crate::survey::Survey;
use model::{BySide, LinkHead, LinkId, PhoneKey, RecordId, Side, SkipReason, Table};
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
    pub unreadable: BySide<Vec<Identity>>,
    /// Links of undecided groups, ascending.
    pub blocked: BTreeSet<usize>,
    /// Numbers that several records of a side have, among those that matter here; ascending.
    shared: BySide<Vec<u64>>,
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

    fn in_scope(&self, side: Side, row: u32) -> bool {
        self.settings.scope[side].admits(self.tables[side].row(row as usize))
    }

    fn read_phone(&self, side: Side, row: u32) -> PhoneReading {
        let phone = self.settings.schema.phone().index();
        self.normalizer.read_phone(self.tables[side].row(row as usize).cell(phone).text())
    }
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
        blocked: BTreeSet::new(),
        shared: BySide::default(),
        survey,
    };
    let mut free = BySide::from_fn(|side| matching.read_free(context, side));
    for side in Side::BOTH {
        matching.find_by_number(context, side, &mut free[side], FoundBy::Number);
        matching.find_by_number(context, side, &mut free[side], FoundBy::NewId);
        matching.leave_out_of_scope(context, side, &mut free[side]);
        for row in std::mem::take(&mut matching.survey.duplicates[side]) {
            matching.skipped[side].push((row, SkipReason::DuplicateId, "listed twice".to_owned()));
        }
        matching.skipped[side].sort_by_key(|(row, ..)| *row);
    }
    let linked = matching.linked_numbers(context, &free);
    matching.match_free(context, &free, &linked);
    matching
}

impl Matching {
    /// Whether several records of a side have this number, as far as it matters for this run.
    pub fn is_shared(&self, side: Side, number: u64) -> bool {
        self.shared[side].binary_search(&number).is_ok()
    }

    /// Links whose base is needed to decide, ascending.
    pub fn needs_base(&self, heads: &[LinkHead]) -> Vec<LinkId> {
        let joined = self.survey.joined.iter().zip(&self.found_by);
        let mut ids: Vec<LinkId> = joined
            .filter(|(joined, found)| {
                let head = &heads[joined.head];
                found.justcall == FoundBy::NewId
                    || found.crm == FoundBy::NewId
                    || Side::BOTH.into_iter().any(|side| {
                        head.unconfirmed[side]
                            || joined.rows[side]
                                .is_none_or(|row| self.survey.hashes[side][row as usize] != head.hashes[side])
                    })
            })
            .map(|(joined, _)| heads[joined.head].id)
            .collect();
        ids.sort_unstable();
        ids
    }

    fn read_free(&mut self, context: &Context<'_>, side: Side) -> Vec<Reading> {
        let mut readings = Vec::with_capacity(self.survey.free[side].len());
        for row in std::mem::take(&mut self.survey.free[side]) {
            match context.read_phone(side, row) {
                PhoneReading::Key(key) => readings.push(Reading { row, key, weak: false }),
                PhoneReading::WeakKey(key) => readings.push(Reading { row, key, weak: true }),
                PhoneReading::Unusable(..) if !context.in_scope(side, row) => {
                    self.skipped[side].push((row, SkipReason::Filtered, SkipReason::Filtered.words().to_owned()));
                }
                PhoneReading::Unusable(reason, detail) => {
                    self.unreadable[side].push(context.identity(side, row));
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
                self.skipped[side].push((reading.row, SkipReason::Filtered, SkipReason::Filtered.words().to_owned()));
            }
            inside
        });
    }

    /// Finds rows for links whose id is unknown (`Number`) or proven gone (`NewId`), where the number leaves one choice.
    fn find_by_number(&mut self, context: &Context<'_>, side: Side, free: &mut Vec<Reading>, by: FoundBy) {
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
            open.retain(|at| {
                let wanted = context.heads[self.survey.joined[*at].head].hashes[side];
                let same = |reading: &Reading| self.survey.hashes[side][reading.row as usize] == wanted;
                let mut hits = left.iter().enumerate().filter(|(_, reading)| same(reading));
                let (Some((hit, _)), None) = (hits.next(), hits.next()) else { return true };
                let row = left.remove(hit).row;
                self.survey.joined[*at].rows[side] = Some(row);
                self.found_by[*at][side] = by;
                taken.insert(row);
                false
            });
        }
        match (open.as_slice(), left.as_slice()) {
            ([], _) | (_, []) => {}
            ([at], [reading]) => {
                self.survey.joined[*at].rows[side] = Some(reading.row);
                self.found_by[*at][side] = by;
                taken.insert(reading.row);
            }
            (several, rows) => {
                taken.extend(rows.iter().map(|reading| reading.row));
                self.blocked.extend(several.iter().copied());
                let mut group = Group {
                    key: rows[0].key,
                    rows: BySide::default(),
                    heads: several.to_vec(),
                    linked: BySide::default(),
                };
                group.rows[side] = rows.iter().map(|reading| reading.row).collect();
                group.rows[side].sort_unstable();
                self.groups.push(group);
            }
        }
    }

    /// Numbers of linked rows, where a free or changed row has the same one: (number, side, row), ascending.
    fn linked_numbers(&mut self, context: &Context<'_>, free: &BySide<Vec<Reading>>) -> Vec<(u64, Side, u32)> {
        let mut interest: Vec<u64> = Vec::new();
        let mut changed: Vec<(u64, Side, u32)> = Vec::new();
        for side in Side::BOTH {
            interest.extend(free[side].iter().map(|reading| reading.key.number()));
            for joined in &self.survey.joined {
                let head = &context.heads[joined.head];
                let Some(row) = joined.rows[side] else { continue };
                if self.survey.hashes[side][row as usize] == head.hashes[side] {
                    continue;
                }
                if let PhoneReading::Key(key) | PhoneReading::WeakKey(key) = context.read_phone(side, row) {
                    changed.push((key.number(), side, row));
                }
                interest.extend(head.key.map(PhoneKey::number));
            }
        }
        interest.extend(changed.iter().map(|(number, ..)| *number));
        // A number that a contact had before and that changed elsewhere matters too: it may be moving to somebody.
        interest.sort_unstable();
        interest.dedup();
        let mut linked = changed;
        for joined in &self.survey.joined {
            let head = &context.heads[joined.head];
            let Some(number) = head.key.map(PhoneKey::number) else { continue };
            if interest.binary_search(&number).is_err() {
                continue;
            }
            for side in Side::BOTH {
                let same = |row: &u32| self.survey.hashes[side][*row as usize] == head.hashes[side];
                linked.extend(joined.rows[side].filter(same).map(|row| (number, side, row)));
            }
        }
        linked.sort_unstable();
        for side in Side::BOTH {
            let mut all: Vec<u64> = linked.iter().filter(|(_, at, _)| *at == side).map(|(number, ..)| *number).collect();
            all.extend(free[side].iter().map(|reading| reading.key.number()));
            all.sort_unstable();
            self.shared[side] = all.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).map(|same| same[0]).collect();
        }
        linked
    }

    fn match_free(&mut self, context: &Context<'_>, free: &BySide<Vec<Reading>>, linked: &[(u64, Side, u32)]) {
        let mut numbers: Vec<u64> =
            free.justcall.iter().chain(&free.crm).map(|reading| reading.key.number()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            let rows = BySide { justcall: with_number(&free.justcall, number), crm: with_number(&free.crm, number) };
            let at = linked.partition_point(|(other, ..)| *other < number);
            let known: Vec<_> = linked[at..].iter().take_while(|(other, ..)| *other == number).collect();
            match (rows.justcall, rows.crm, known.is_empty()) {
                ([one], [], true) => self.alone.justcall.push(Alone { row: one.row, key: one.key }),
                ([], [one], true) => self.alone.crm.push(Alone { row: one.row, key: one.key }),
                ([a], [b], true) if !a.weak && !b.weak && a.key == b.key => self.pairs.push((a.row, b.row)),
                _ => {
                    let of = |side: Side| known.iter().filter(|(_, at, _)| *at == side).map(|(_, _, row)| *row).collect();
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
        for (a, person) in rows.justcall.iter().zip(&people.justcall) {
            let mut hits = rows.crm.iter().zip(&people.crm).filter(|(_, other)| person.agrees(other));
            let (Some((b, other)), None) = (hits.next(), hits.next()) else { continue };
            let back = people.justcall.iter().filter(|person| person.agrees(other)).count();
            // A linked record that looks the same as well leaves a doubt.
            let doubles = known.crm.iter().any(|known| known.agrees(person))
                || known.justcall.iter().any(|known| known.agrees(other));
            if back == 1 && !doubles {
                self.pairs.push((a.row, b.row));
                decided.justcall.insert(a.row);
                decided.crm.insert(b.row);
            }
        }
        let left = BySide::from_fn(|side| -> Vec<u32> {
            let rows = rows[side].iter().map(|reading| reading.row);
            rows.filter(|row| !decided[side].contains(row)).collect()
        });
        if left.justcall.is_empty() && left.crm.is_empty() {
            return;
        }
        let key = rows.justcall.first().or(rows.crm.first()).map(|reading| reading.key);
        if let Some(key) = key {
            let mut linked = linked;
            for side in Side::BOTH {
                linked[side].extend(&decided[side]);
            }
            self.groups.push(Group { key, rows: left, heads: Vec::new(), linked });
        }
    }
}

/// The readings of one number, from a list sorted by number.
fn with_number(readings: &[Reading], number: u64) -> &[Reading] {
    let start = readings.partition_point(|reading| reading.key.number() < number);
    let end = readings.partition_point(|reading| reading.key.number() <= number);
    &readings[start..end]
}
