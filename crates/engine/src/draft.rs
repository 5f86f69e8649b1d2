//! The plan in the making: collects what the deciders find, and the fate of every listed record.

use crate::identity::display_name;
use crate::matcher::Matching;
use crate::normalizer::Normalizer;
use crate::planner::{Input, State};
use crate::settings::Settings;
use model::{
    Action, ActionKind, Alarm, Base, BySide, Capabilities, Conflict, Held, LinkHead, Listing, Observation, PhoneKey,
    RecordId, RowHash, RowRef, Rule, Side, SkipReason, Skipped, Via,
};

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
}

impl<'a> World<'a> {
    pub(crate) fn new(input: &Input<'a>) -> Self {
        Self {
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
    pub(crate) fn base(&self, head: &LinkHead) -> Base {
        match self.bases.binary_search_by_key(&head.id, |base| base.link) {
            Ok(at) => self.bases[at].clone(),
            Err(_) => Base::unknown(head.id, self.settings.schema.len()),
        }
    }

    pub(crate) fn in_scope(&self, side: Side, row: u32) -> bool {
        self.settings.scope[side].admits(self.row(side, row))
    }

    /// The id by which people find the record.
    pub(crate) fn record_id(&self, side: Side, row: Option<u32>) -> Option<RecordId> {
        row.map(|row| RecordId::from(self.row(side, row).id()))
    }

    /// The contact's name: the CRM's, else the phone system's.
    pub(crate) fn name(&self, rows: BySide<Option<u32>>) -> String {
        let name = |side: Side| rows[side].map(|row| display_name(&self.settings.schema, self.row(side, row)));
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

/// What has been decided so far.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) actions: Vec<Action>,
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) held: Vec<Held>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) observations: Vec<Observation>,
    pub(crate) alarms: Vec<Alarm>,
    pub(crate) fates: BySide<Vec<Fate>>,
}

impl Draft {
    pub(crate) fn new(listings: BySide<&Listing>) -> Self {
        Self {
            fates: BySide::from_fn(|side| vec![Fate::Unseen; listings[side].table.len()]),
            ..Self::default()
        }
    }

    pub(crate) fn fate(&mut self, side: Side, row: u32, fate: Fate) {
        self.fates[side][row as usize] = fate;
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
pub(crate) fn action(world: &World<'_>, side: Side, kind: ActionKind, rows: BySide<Option<u32>>, reason: Rule) -> Action {
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
    }
}
