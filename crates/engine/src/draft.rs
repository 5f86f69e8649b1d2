//! The plan in the making: collects what the deciders find, and the fate of every listed record.

use crate::few::Few;
use crate::guard::{is_vouched, unbelievably_empty};
use crate::identity::{self, real_name};
use crate::matcher::Matching;
use crate::normalizer::{Canon, Normalizer, PhoneReading};
use crate::planner::{Input, ParkedWrite, State, UnlandedField};
use crate::settings::Settings;
use crate::siblings;
use model::mutant::{self, Mutant};
use model::numbers::Number;
use model::{
    Action, ActionId, ActionKind, Alarm, Base, BySide, Capabilities, Cell, Change, Conflict, ConflictId, ConflictKind,
    Coverage, Field, FieldId, Held, LinkHead, LinkId, LinkStatus, Listing, Observation, PhoneKey, RecordId, Resolution,
    RowHash, RowRef, Rule, Side, SkipReason, Skipped, StandingRule, Tombstone, Via,
};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of a listed record. Every record has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fate {
    /// Nobody has looked at it yet: an error by the end.
    #[default]
    Unseen,
    Unchanged,
    Update,
    Delete,
    Held,
    Skipped,
    Conflict,
}

/// Everything that planning reads, at hand.
pub(crate) struct World<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) normalizer: &'a Normalizer,
    pub(crate) listings: BySide<&'a Listing>,
    pub(crate) heads: &'a [LinkHead],
    pub(crate) matching: &'a Matching,
    pub(crate) state: &'a State,
    pub(crate) capabilities: BySide<&'a Capabilities>,
    bases: &'a [Base],
    /// What a link without a loaded base has.
    blank: Base,
    tombstones: BySide<BTreeMap<&'a str, &'a Tombstone>>,
    buried: BTreeMap<PhoneKey, &'a Tombstone>,
    parked: BTreeMap<(Side, &'a str, RowHash), &'a ParkedWrite>,
    resolutions: BTreeMap<&'a ConflictId, Vec<&'a Resolution>>,
    rules: BTreeMap<(&'a Field, ConflictKind), &'a StandingRule>,
    /// Per field, looked at when it is asked for: hardly ever.
    longest: BySide<Vec<OnceCell<usize>>>,
    /// Values of the unlinked records of a side whose number nobody can read; looked at when somebody without an id is
    /// missing.
    stray_values: BySide<OnceCell<BTreeSet<(FieldId, String)>>>,
    /// Numbers that a side shows beside the synced one, by row; looked at when somebody is missing.
    spare_numbers: BySide<OnceCell<BTreeMap<u64, u32>>>,
    /// Who has a number on a side, by number; looked at when somebody is to be created again.
    holders: BySide<OnceCell<Vec<(u64, u32)>>>,
    /// Numbers of the contacts that are missing on one side: whoever is created again is among them.
    missing: OnceCell<Few>,
    /// Rows of which nothing can be read; looked at when somebody is created.
    faceless: BySide<OnceCell<Vec<u32>>>,
    /// How many links each contact of the CRM has that has several; looked at when somebody is missing there.
    linked_together: OnceCell<BTreeMap<&'a str, u32>>,
    /// A person has approved the deletion of every linked contact: an empty side is meant to be empty.
    vouched: bool,
    /// Links that take part.
    pub(crate) linked: u64,
    /// Linked contacts that a side must hold although it shows nobody.
    empty: BySide<Option<u64>>,
}

impl<'a> World<'a> {
    pub(crate) fn new(input: &Input<'a>) -> Self {
        let state = input.state;
        let mut resolutions = BTreeMap::<_, Vec<_>>::new();
        for resolution in &state.resolutions {
            resolutions.entry(&resolution.conflict).or_default().push(resolution);
        }
        let parked = state.parked.iter().rev();
        let linked = input.heads.iter().filter(|head| head.status == LinkStatus::Active).count() as u64;
        Self {
            blank: Base::unknown(LinkId(0), input.settings.schema.len()),
            // Oldest first: the latest one stays.
            tombstones: BySide::from_fn(|side| {
                state.tombstones.iter().filter_map(|tomb| Some((tomb.ids[side].as_ref()?.as_str(), tomb))).collect()
            }),
            buried: state.tombstones.iter().filter_map(|tomb| Some((tomb.key?, tomb))).collect(),
            parked: parked.map(|write| ((write.side, &*write.source_id, write.source_hash), write)).collect(),
            resolutions,
            rules: state.rules.iter().map(|rule| ((&rule.field, rule.kind), rule)).collect(),
            longest: BySide::from_fn(|_| vec![OnceCell::new(); input.settings.schema.len()]),
            stray_values: BySide::default(),
            spare_numbers: BySide::default(),
            holders: BySide::default(),
            missing: OnceCell::new(),
            faceless: BySide::default(),
            linked_together: OnceCell::new(),
            linked,
            vouched: is_vouched(input.approvals, linked),
            empty: BySide::from_fn(|side| {
                unbelievably_empty(side, input.listings[side].table.len(), input.heads, input.approvals)
            }),
            settings: input.settings,
            normalizer: input.normalizer,
            listings: input.listings,
            heads: input.heads,
            matching: input.matching,
            state: input.state,
            capabilities: input.capabilities,
            bases: input.bases,
        }
    }

    pub(crate) fn row(&self, side: Side, row: u32) -> RowRef<'a> {
        self.listings[side].table.row(row as usize)
    }

    pub(crate) fn hash(&self, side: Side, row: u32) -> RowHash {
        self.matching.survey.hashes[side][row as usize]
    }

    /// The base of a link; one that knows nothing where none was loaded.
    pub(crate) fn base(&self, head: &LinkHead) -> &Base {
        match self.bases.binary_search_by_key(&head.id, |base| base.link) {
            Ok(at) => &self.bases[at],
            Err(_) => &self.blank,
        }
    }

    /// The base of two records that never agreed.
    pub(crate) fn no_base(&self) -> &Base {
        &self.blank
    }

    /// The latest link that ended with this record in it.
    pub(crate) fn tombstone_of(&self, side: Side, id: &str) -> Option<&'a Tombstone> {
        self.tombstones[side].get(id).copied()
    }

    /// The latest link that ended with this number.
    pub(crate) fn buried(&self, key: PhoneKey) -> Option<&'a Tombstone> {
        self.buried.get(&key).copied()
    }

    /// The refusal of a write to `target` from this very source row, if there was one.
    pub(crate) fn parked(&self, target: Side, source_row: u32) -> Option<&'a ParkedWrite> {
        if self.parked.is_empty() || mutant::is(Mutant::ParkedAgain) {
            return None;
        }
        let source = target.other();
        let key = (target, self.row(source, source_row).id(), self.hash(source, source_row));
        self.parked.get(&key).copied()
    }

    /// Whether this very change was sent before, acknowledged, and did not land.
    pub(crate) fn is_unlanded(&self, link: LinkId, side: Side, change: &Change) -> bool {
        let is_it =
            |it: &UnlandedField| (it.link, it.side, &it.field, &it.sent) == (link, side, &change.field, &change.after);
        // Rare, and few: an account that keeps losing writes is stopped by the canary.
        self.state.unlanded.iter().any(is_it)
    }

    /// Answers to a conflict, oldest first.
    pub(crate) fn resolutions(&self, id: &ConflictId) -> &[&'a Resolution] {
        self.resolutions.get(id).map_or(&[], Vec::as_slice)
    }

    /// What a person decided for all conflicts of this field and kind. Never about a number: it says who somebody is.
    pub(crate) fn standing_rule(&self, field: &Field, kind: ConflictKind) -> Option<&'a StandingRule> {
        self.rules.get(&(field, kind)).copied().filter(|_| *field != Field::Phone)
    }

    /// Why absence from a side proves nothing in this run, if so. A side that shows nothing although contacts are
    /// linked is not believed, whatever it claims (S3, S4).
    pub(crate) fn incomplete(&self, side: Side) -> Option<String> {
        let title = side.title();
        if mutant::is(Mutant::PartialListing) {
            return None;
        }
        match &self.listings[side].coverage {
            Coverage::Partial { reason } => Some(format!("{title} was not read completely: {reason}")),
            Coverage::Complete => {
                self.empty[side].map(|linked| format!("{title} showed no contact, {linked} are linked"))
            }
        }
    }

    /// Why the side may hold more than it showed, if so: whoever is created there may be there already, and would be
    /// doubled, or overwritten where the replica finds contacts by number.
    pub(crate) fn half_seen(&self, side: Side) -> Option<String> {
        let listed = self.listings[side].table.len() as u64;
        let short = || format!("{} showed {listed} contacts, {} are linked", side.title(), self.linked);
        self.incomplete(side).or_else(|| (!self.vouched && is_short(listed, self.linked)).then(short))
    }

    /// Characters of the longest value that a side shows of a field.
    pub(crate) fn longest(&self, side: Side, field: FieldId) -> usize {
        let length = |row: RowRef<'_>| row.cell(field.index()).text().chars().count();
        *self.longest[side][field.index()]
            .get_or_init(|| self.listings[side].table.iter().map(length).max().unwrap_or(0))
    }

    /// Whether an unlinked record with an unreadable number holds a value that the side was last known to hold for this
    /// link: where no id says who is who, it may be this contact.
    pub(crate) fn may_be_stray(&self, side: Side, base: &Base) -> bool {
        let schema = &self.settings.schema;
        let strays = self.stray_values[side].get_or_init(|| {
            let unreadable = self.matching.skipped[side].iter().filter(|(_, reason, _)| reason.is_about_the_phone());
            let of = |row: u32| {
                let record = self.row(side, row);
                identity::values(self.normalizer, schema, move |id| record.cell(id.index()))
            };
            unreadable.flat_map(|(row, ..)| of(*row)).collect()
        });
        !strays.is_empty()
            && identity::values(self.normalizer, schema, |id| base.cell(side, id)).any(|value| strays.contains(&value))
    }

    /// Rows of a side without a readable number or any value.
    pub(crate) fn faceless(&self, side: Side) -> &[u32] {
        self.faceless[side].get_or_init(|| {
            let fields = self.settings.schema.len();
            let unread = self.matching.skipped[side].iter().filter(|(_, reason, _)| reason.is_about_the_phone());
            let blank = |row: &u32| self.row(side, *row).cells(fields).all(|cell| cell == Cell::Unknown);
            unread.map(|(row, ..)| *row).filter(blank).collect()
        })
    }

    /// The record of a side that shows this number beside its own: two records were merged into it, perhaps (S18).
    pub(crate) fn survivor(&self, side: Side, key: PhoneKey) -> Option<&'a str> {
        let numbers = self.spare_numbers[side].get_or_init(|| {
            let mut numbers = BTreeMap::new();
            for (at, row) in self.listings[side].table.with_rest() {
                let phone = row.cell(self.settings.schema.phone().index()).text();
                let is_synced = |number: &Number<'_>| number.field.is_some() && number.text == phone;
                for number in model::numbers::numbers(row.rest()).filter(|number| !is_synced(number)) {
                    if let PhoneReading::Key(key) | PhoneReading::WeakKey(key) =
                        self.normalizer.read_phone(&number.text)
                    {
                        numbers.entry(key.number()).or_insert(at);
                    }
                }
            }
            numbers
        });
        numbers.get(&key.number()).map(|at| self.row(side, *at).id())
    }

    /// Whether other numbers of a link's contact in the CRM are linked as well.
    pub(crate) fn has_linked_siblings(&self, head: &LinkHead) -> bool {
        let links = self.linked_together.get_or_init(|| siblings::linked_together(self.heads));
        let own = head.ids.crm.as_ref().map(|id| model::numbers::own_id(id.as_str()));
        own.is_some_and(|own| links.contains_key(own))
    }

    /// The number in a cell, without its extension.
    pub(crate) fn number(&self, cell: Cell<'_>) -> Option<u64> {
        match self.normalizer.canon(&Field::Phone, cell) {
            Canon::Phone(key) => Some(key.number()),
            _ => None,
        }
    }

    /// The row that has a number. Of several, the one with the smallest id: not the one that happened to be listed first.
    pub(crate) fn holder(&self, side: Side, number: u64) -> Option<u32> {
        let smallest = |rows: &mut dyn Iterator<Item = u32>| rows.min_by_key(|row| self.row(side, *row).id());
        let missing = self.missing.get_or_init(|| self.missing_numbers());
        if !missing.contains(number) {
            // Nobody asks for such a number; the answer must be right all the same.
            return smallest(&mut self.numbers(side).filter(|(other, _)| *other == number).map(|(_, row)| row));
        }
        let holders = self.holders[side].get_or_init(|| {
            let wanted = |(number, _): &(u64, u32)| missing.contains(*number);
            let mut holders: Vec<(u64, u32)> = self.numbers(side).filter(wanted).collect();
            holders.sort_unstable();
            holders
        });
        let start = holders.partition_point(|(other, _)| *other < number);
        let same = holders[start..].iter().take_while(|(other, _)| *other == number);
        smallest(&mut same.map(|(_, row)| *row))
    }

    /// The numbers of the records whose counterpart is missing.
    fn missing_numbers(&self) -> Few {
        let alone = |rows: &BySide<Option<u32>>| match (rows.justcall, rows.crm) {
            (Some(row), None) => Some((Side::Justcall, row)),
            (None, Some(row)) => Some((Side::Crm, row)),
            _ => None,
        };
        let alone = self.matching.survey.joined.iter().filter_map(|joined| alone(&joined.rows));
        Few::of(alone.filter_map(|(side, row)| self.number_of(side, row)).collect())
    }

    /// The number of a listed row, without its extension.
    pub(crate) fn number_of(&self, side: Side, row: u32) -> Option<u64> {
        let phone = self.settings.schema.phone().index();
        let read = self.matching.read_of(side, row).map(PhoneKey::number);
        read.or_else(|| self.number(self.row(side, row).cell(phone)))
    }

    /// The numbers of the listed rows. That of an unchanged contact is the one that its link remembers: to read it again
    /// would take longer than all the rest of a plan.
    fn numbers(&self, side: Side) -> impl Iterator<Item = (u64, u32)> + '_ {
        let unread = move |row: u32| Some((self.number_of(side, row)?, row));
        let same = self.matching.survey.joined.iter().filter(move |joined| joined.same[side]);
        let same = same.filter_map(move |joined| {
            let row = joined.rows[side]?;
            self.heads[joined.head].key.map_or_else(|| unread(row), |key| Some((key.number(), row)))
        });
        let twice = self.matching.skipped[side].iter().filter(|(_, reason, _)| *reason == SkipReason::DuplicateId);
        let twice = twice.filter_map(move |(row, ..)| unread(*row));
        let read = self.matching.read_rows(side).map(|(row, key)| (key.number(), row));
        same.chain(twice).chain(read)
    }

    pub(crate) fn in_scope(&self, side: Side, row: u32) -> bool {
        mutant::is(Mutant::ScopeIgnored) || self.settings.scope[side].admits(self.row(side, row))
    }

    /// The id by which people find the record.
    pub(crate) fn record_id(&self, side: Side, row: Option<u32>) -> Option<RecordId> {
        row.map(|row| RecordId::from(self.row(side, row).id()))
    }

    /// The contact's name: the CRM's, else the phone system's; made-up ones are none.
    pub(crate) fn name(&self, rows: BySide<Option<u32>>) -> String {
        let name = |side: Side| rows[side].map(|row| real_name(&self.settings.schema, self.row(side, row)));
        name(Side::Crm).filter(|name| !name.is_empty()).or_else(|| name(Side::Justcall)).unwrap_or_default()
    }

    /// The contact's number as messages show it.
    pub(crate) fn phone(&self, key: Option<PhoneKey>, rows: BySide<Option<u32>>) -> String {
        if let Some(key) = key {
            return key.to_string();
        }
        let phone = self.settings.schema.phone().index();
        let text = |side: Side| rows[side].map(|row| self.row(side, row).cell(phone).text().to_owned());
        text(Side::Justcall).filter(|text| !text.is_empty()).or_else(|| text(Side::Crm)).unwrap_or_default()
    }

    /// When both sides had been read: the moment that the plan speaks about.
    pub(crate) fn seen_at(&self, side: Side) -> jiff::Timestamp {
        self.listings[side].read_at
    }
}

/// Of what has no record on either side.
pub(crate) const NO_ROWS: BySide<Option<u32>> = BySide { justcall: None, crm: None };

/// Whether a listing shows far fewer contacts than are linked.
pub(crate) const fn is_short(listed: u64, linked: u64) -> bool {
    linked >= 10 && listed * 2 < linked
}

/// What has been decided so far.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) actions: Vec<Action>,
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) decided: Vec<Conflict>,
    pub(crate) held: Vec<Held>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) observations: Vec<Observation>,
    pub(crate) alarms: Vec<Alarm>,
    pub(crate) fates: BySide<Vec<Fate>>,
    /// Numbers of the contacts that are created.
    pub(crate) creates: BySide<BTreeSet<u64>>,
}

impl Draft {
    pub(crate) fn new(listings: BySide<&Listing>) -> Self {
        Self { fates: BySide::from_fn(|side| vec![Fate::Unseen; listings[side].table.len()]), ..Self::default() }
    }

    /// Takes over what was decided of other records.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.actions.extend(other.actions);
        self.conflicts.extend(other.conflicts);
        self.decided.extend(other.decided);
        self.held.extend(other.held);
        self.skipped.extend(other.skipped);
        self.observations.extend(other.observations);
        self.alarms.extend(other.alarms);
        for side in Side::BOTH {
            self.creates[side].extend(&other.creates[side]);
            for (fate, other) in self.fates[side].iter_mut().zip(&other.fates[side]) {
                if *other != Fate::Unseen {
                    *fate = *other;
                }
            }
        }
    }

    pub(crate) fn fate(&mut self, side: Side, row: u32, fate: Fate) {
        self.fates[side][row as usize] = fate;
    }

    pub(crate) fn fate_of(&self, side: Side, row: u32) -> Fate {
        self.fates[side][row as usize]
    }

    pub(crate) fn fates(&mut self, rows: BySide<Option<u32>>, fate: Fate) {
        for side in Side::BOTH {
            if let Some(row) = rows[side] {
                self.fate(side, row, fate);
            }
        }
    }

    pub(crate) fn skip(&mut self, world: &World<'_>, side: Side, row: u32, reason: SkipReason, detail: String) {
        self.fate(side, row, Fate::Skipped);
        let record_id = RecordId::from(world.row(side, row).id());
        self.skipped.push(Skipped { side, record_id, reason, detail });
    }
}

/// An action with the parts that all of them share; the caller fills in the rest.
pub(crate) fn action(
    world: &World<'_>,
    side: Side,
    kind: ActionKind,
    rows: BySide<Option<u32>>,
    reason: Rule,
) -> Action {
    Action {
        side,
        kind,
        record_id: world.record_id(side, rows[side]),
        other_id: world.record_id(side.other(), rows[side.other()]),
        phone: world.phone(None, rows),
        reason,
        via: Via::State,
        changes: Vec::new(),
        name: world.name(rows),
        note: String::new(),
        link: None,
        expect: BySide::from_fn(|side| rows[side].map(|row| world.hash(side, row))),
        evidence: None,
        agreed: Vec::new(),
        cycle: None,
        id: ActionId::default(),
    }
}
