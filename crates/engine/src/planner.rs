//! Turns everything that is known into one plan. Deterministic: same input, same bytes.
//!
//! Does not read, write, wait or ask; the caller has listed both sides, probed what vanished and loaded the bases.

use crate::callers::{self, Caller};
use crate::draft::{Draft, Fate, World};
use crate::normalizer::{Normalizer, PhoneReading};
use crate::settings::{GuardClass, Numbers, Settings};
use crate::threads;
use crate::{Matching, creator, cycles, decider, excluder, groups, guard, numbers, pairs};
use jiff::Timestamp;
use model::mutant::{self, Mutant};
use model::{
    Absence, Action, ActionKind, Base, Binding, BySide, Capabilities, ConflictId, Cost, Exclusion, Field, LinkHead,
    LinkId, LinkStatus, Listing, Observation, PLAN_FORMAT, Plan, PlanId, RecordId, Resolution, RowHash, Rule, Side,
    Sightings, SkipReason, StandingRule, Summary, Tombstone, Version,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A write that a replica refused; not tried again until its source changes (S41).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedWrite {
    /// The side that refused.
    pub side: Side,
    /// Id of the record on the other side, where the value came from.
    pub source_id: String,
    /// What that record held.
    pub source_hash: RowHash,
    /// The replica's words.
    pub message: String,
    /// Not refused: an undo took the contact off that side. Keeps it from being created there again, and nothing else.
    pub undone: bool,
}

/// A field that was acknowledged and did not land: not sent again until its source says something else (S33).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlandedField {
    /// Whose.
    pub link: LinkId,
    /// The side that acknowledged it.
    pub side: Side,
    /// Which.
    pub field: Field,
    /// What was sent.
    pub sent: String,
}

/// What earlier runs left behind, beside links and bases.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Linked records that were missing before.
    pub absences: BTreeMap<(LinkId, Side), Absence>,
    /// Links that ended, oldest first.
    pub tombstones: Vec<Tombstone>,
    /// Answers of people, oldest first.
    pub resolutions: Vec<Resolution>,
    /// Their answers to all conflicts of a field and kind.
    pub rules: Vec<StandingRule>,
    /// Records that they keep apart: the one in `JustCall`, the one in the CRM.
    pub apart: BTreeSet<(RecordId, RecordId)>,
    /// Actions that they took out of the plan.
    pub exclusions: Vec<Exclusion>,
    /// When each open conflict was first seen.
    pub since: BTreeMap<ConflictId, Timestamp>,
    /// What the sides tell of contested fields: who set which value when, newest first.
    pub histories: BTreeMap<(Side, RecordId, Field), Vec<Version>>,
    /// What earlier runs saw of each open conflict's values.
    pub sightings: BTreeMap<ConflictId, Sightings>,
    /// Refused writes.
    pub parked: Vec<ParkedWrite>,
    /// Fields that did not land.
    pub unlanded: Vec<UnlandedField>,
    /// Changes of each class in the last 7 days.
    pub window: BTreeMap<GuardClass, u64>,
    /// Ids proven gone in this run.
    pub gone: BySide<BTreeSet<RecordId>>,
    /// Those of them that their side does not know as deleted either.
    pub never: BySide<BTreeSet<RecordId>>,
    /// Why nothing may be deleted in this run, if so.
    pub deletes_forbidden: Option<String>,
    /// No run has gone through to its end yet: an interrupted first sync is still the first sync.
    pub first_sync: bool,
    /// Links that changed in the same way on both sides, where they are so many that another syncer or an older copy of
    /// the state must be at work (S42, S43).
    pub old_state: u64,
    /// Fields that flip to and fro between two values, and the side that changed them last (S44).
    pub frozen: BTreeMap<(LinkId, Field), Side>,
    /// Callers whom no link knows, who were never made into contacts, and who may be.
    pub callers: Vec<Caller>,
    /// Numbers of callers whom we made on a side that need not show them yet.
    pub fresh_callers: BTreeSet<(Side, u64)>,
    /// Serial of the state.
    pub serial: u64,
    /// What the plan is made for.
    pub binding: Binding,
}

/// Everything that a plan follows from.
pub struct Input<'a> {
    /// The user's choices.
    pub settings: &'a Settings,
    /// Canonical forms.
    pub normalizer: &'a Normalizer,
    /// What both sides showed.
    pub listings: BySide<&'a Listing>,
    /// The known links, by id.
    pub heads: &'a [LinkHead],
    /// Who is who.
    pub matching: &'a Matching,
    /// The bases that [`crate::survey::Survey::needs_base`] asked for, by link.
    pub bases: &'a [Base],
    /// Everything else that is remembered.
    pub state: &'a State,
    /// What the replicas can do.
    pub capabilities: BySide<&'a Capabilities>,
    /// What a person lets through in this run.
    pub approvals: &'a BTreeMap<GuardClass, u64>,
    /// When the plan is made.
    pub now: Timestamp,
}

/// Decides everything. The id and the cost are filled in by the caller, who can hash and forecast.
pub fn plan(input: &Input<'_>) -> Plan {
    let world = World::new(input);
    let mut draft = Draft::new(input.listings);
    let linked = world.linked;

    let matching = input.matching;
    // One state action or create each, and half as many updates: growing such a list later copies all of it.
    let new = matching.pairs.len() + matching.alone.justcall.len() + matching.alone.crm.len();
    draft.actions.reserve(new + new / 2);
    skipped(&world, &mut draft);
    links(input, &world, &mut draft);
    for &(justcall, crm) in &input.matching.pairs {
        pairs::unlinked(&world, &mut draft, BySide { justcall, crm });
    }
    for side in Side::BOTH {
        for alone in &input.matching.alone[side] {
            creator::alone(&world, &mut draft, side, *alone);
        }
    }
    for group in &input.matching.groups {
        groups::undecided(&world, &mut draft, group);
    }
    callers::unknown(&world, &mut draft);
    guard::listing_alarms(&world, &mut draft, linked);
    guard::loop_alarms(&world, &mut draft);
    sort(&mut draft.actions, input.normalizer);
    name(&mut draft.actions);
    excluder::leave_out(&world, &mut draft);
    guard::withhold(&world, &mut draft, linked, input.approvals);
    finish(input, draft)
}

fn skipped(world: &World<'_>, draft: &mut Draft) {
    for side in Side::BOTH {
        for (row, reason, detail) in &world.matching.skipped[side] {
            draft.skip(world, side, *row, *reason, detail.clone());
        }
    }
}

/// All known links. Those with both records do not look at what becomes of others; the rest comes after them, since two
/// contacts may not be created with one number.
fn links(input: &Input<'_>, world: &World<'_>, draft: &mut Draft) {
    let joined = &input.matching.survey.joined;
    let is_whole = |at: &usize| joined[*at].rows.justcall.is_some() && joined[*at].rows.crm.is_some();
    let whole = |world: &World<'_>, draft: &mut Draft, links: Range<usize>| {
        links.filter(is_whole).for_each(|at| link(world, draft, at));
    };
    // What is changed takes the time; it may lie anywhere.
    let half = if threads::worth(input.bases.len()) { joined.len() / 2 } else { joined.len() };
    let other = || {
        let mut draft = Draft::new(input.listings);
        whole(&World::new(input), &mut draft, half..joined.len());
        draft
    };
    if half < joined.len() {
        let (other, ()) = threads::both(true, other, || whole(world, draft, 0..half));
        draft.absorb(other);
    } else {
        whole(world, draft, 0..joined.len());
    }
    (0..joined.len()).filter(|at| !is_whole(at)).for_each(|at| link(world, draft, at));
    // As if the links had been looked at one after the other.
    draft.observations.sort_by_key(Observation::link);
}

/// Names every write: the name is made from the whole content.
fn name(actions: &mut [Action]) {
    let worth = threads::worth(actions.len());
    let (first, second) = actions.split_at_mut(actions.len() / 2);
    let name = |actions: &mut [Action]| {
        for action in actions.iter_mut().filter(|action| action.kind.is_write()) {
            action.id = action.named();
        }
    };
    threads::both(worth, || name(second), || name(first));
}

/// One known link: in or out of scope, complete, or with something missing.
fn link(world: &World<'_>, draft: &mut Draft, at: usize) {
    let joined = &world.matching.survey.joined[at];
    let head = &world.heads[joined.head];
    for (side, row) in joined.rows.iter() {
        // Whatever follows: what was missing and is here again must not count as missing twice later on.
        if row.is_some() && !mutant::is(Mutant::ReturnForgotten) && world.state.absences.contains_key(&(head.id, side))
        {
            draft.observations.push(Observation::Returned { link: head.id, side });
        }
    }
    if world.matching.blocked.contains(&at) {
        return; // its group speaks for it
    }
    let out = Side::BOTH.into_iter().any(|side| joined.rows[side].is_some_and(|row| !world.in_scope(side, row)));
    if let Some(own) = further_of(world, head) {
        // Made while each number had a contact: it is left alone, and goes on where that is so again.
        if head.status == LinkStatus::Active {
            let mut unlink = scope_change(world, head, joined.rows, ActionKind::Unlink);
            unlink.note = format!("a further number of {own} in the CRM: only one is kept in sync now");
            draft.actions.push(unlink);
        }
        let detail = format!("a further number of {own} in the CRM, made with numbers = \"each\": left alone");
        return leave_out(world, draft, joined.rows, SkipReason::OtherNumber, &detail);
    }
    let left_out = (SkipReason::Filtered, SkipReason::Filtered.words());
    match (head.status, out) {
        (LinkStatus::Dormant, true) => return leave_out(world, draft, joined.rows, left_out.0, left_out.1),
        (LinkStatus::Active, true) => {
            draft.actions.push(scope_change(world, head, joined.rows, ActionKind::Unlink));
            return leave_out(world, draft, joined.rows, left_out.0, left_out.1);
        }
        (LinkStatus::Dormant, false) if joined.rows.justcall.is_none() || joined.rows.crm.is_none() => {
            return leave_out(world, draft, joined.rows, left_out.0, left_out.1);
        }
        (LinkStatus::Dormant, false) => draft.actions.push(scope_change(world, head, joined.rows, ActionKind::Link)),
        (LinkStatus::Active, false) => {}
    }
    match (joined.rows.justcall, joined.rows.crm) {
        (Some(_), Some(_)) => pairs::linked(world, draft, at),
        (Some(row), None) => decider::one_missing(world, draft, at, Side::Crm, row),
        (None, Some(row)) => decider::one_missing(world, draft, at, Side::Justcall, row),
        (None, None) => decider::both_missing(world, draft, at),
    }
}

/// The contact of the CRM that a link knows by a further number, where only one is kept in sync.
fn further_of<'a>(world: &World<'_>, head: &'a LinkHead) -> Option<&'a str> {
    let id = head.ids.crm.as_ref().filter(|_| world.settings.numbers == Numbers::One)?.as_str();
    model::numbers::is_further(id).then(|| model::numbers::own_id(id))
}

fn leave_out(world: &World<'_>, draft: &mut Draft, rows: BySide<Option<u32>>, reason: SkipReason, detail: &str) {
    for side in Side::BOTH {
        if let Some(row) = rows[side] {
            draft.skip(world, side, row, reason, detail.to_owned());
        }
    }
}

fn scope_change(world: &World<'_>, head: &LinkHead, rows: BySide<Option<u32>>, kind: ActionKind) -> Action {
    let mut action = crate::draft::action(world, Side::Justcall, kind, rows, Rule::Scope);
    action.phone = world.phone(head.key, rows);
    action.link = Some(head.id);
    let note = if kind == ActionKind::Unlink { "left the scope" } else { "is back in the scope" };
    note.clone_into(&mut action.note);
    action
}

/// State first, then updates in an order that frees numbers before they are taken, creates, and deletions last.
pub(crate) fn sort(actions: &mut [Action], normalizer: &Normalizer) {
    let read = |text: &str| match normalizer.read_phone(text) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key),
        PhoneReading::Unusable(..) => None,
    };
    let mut order: Vec<usize> = (0..actions.len()).collect();
    // By content, not by position: the order of the listings makes no difference (L8).
    order.sort_by(|a, b| {
        let (a, b) = (&actions[*a], &actions[*b]);
        (stage(a.kind), a.side, &a.phone, &a.record_id, &a.other_id, a.kind).cmp(&(
            stage(b.kind),
            b.side,
            &b.phone,
            &b.record_id,
            &b.other_id,
            b.kind,
        ))
    });
    let ranks = cycles::rank(actions, &order, read);
    order.sort_by_key(|at| (stage(actions[*at].kind), actions[*at].side, ranks[*at]));
    arrange(actions, order);
}

/// Puts `actions[order[i]]` at `i`, in place: a first sync has a great many of them.
fn arrange(actions: &mut [Action], mut order: Vec<usize>) {
    for start in 0..order.len() {
        let mut at = start;
        while order[at] != start {
            let next = order[at];
            actions.swap(at, next);
            order[at] = at;
            at = next;
        }
        order[at] = at;
    }
}

const fn stage(kind: ActionKind) -> u8 {
    match kind {
        ActionKind::Link | ActionKind::Unlink | ActionKind::Rebase => 0,
        ActionKind::Update => 1,
        ActionKind::Create => 2,
        ActionKind::Delete => 3,
    }
}

pub(crate) fn finish(input: &Input<'_>, mut draft: Draft) -> Plan {
    let summary = summarize(&draft);
    let phone = input.settings.schema.phone().index();
    numbers::mention(&input.listings.crm.table, phone, &mut draft.actions);
    for list in [&mut draft.conflicts, &mut draft.decided] {
        list.sort_by(|a, b| (&a.phone, &a.field, &a.id).cmp(&(&b.phone, &b.field, &b.id)));
    }
    draft.held.sort_by(|a, b| {
        (a.side, a.kind, &a.phone, &a.record_id, &a.other_id, &a.class).cmp(&(
            b.side,
            b.kind,
            &b.phone,
            &b.record_id,
            &b.other_id,
            &b.class,
        ))
    });
    draft
        .skipped
        .sort_by(|a, b| (a.side, a.reason, &a.record_id, &a.detail).cmp(&(b.side, b.reason, &b.record_id, &b.detail)));
    Plan {
        format: PLAN_FORMAT.to_owned(),
        id: PlanId::default(),
        created_at: input.now,
        state_serial: input.state.serial,
        summary,
        actions: draft.actions,
        conflicts: draft.conflicts,
        decided: draft.decided,
        held: draft.held,
        skipped: draft.skipped,
        cost: BySide::<Cost>::default(),
        quotas: BySide::default(),
        alarms: draft.alarms,
        observations: draft.observations,
        binding: input.state.binding.clone(),
        listed: BySide::from_fn(|side| input.listings[side].table.len() as u64),
        undoes: None,
    }
}

fn summarize(draft: &Draft) -> Summary {
    let mut summary = Summary { conflicts: draft.conflicts.len() as u64, ..Summary::default() };
    for side in Side::BOTH {
        let count = |fate: Fate| draft.fates[side].iter().filter(|known| **known == fate).count() as u64;
        let creates = |action: &&Action| action.side == side && action.kind == ActionKind::Create;
        let held_creates =
            draft.held.iter().filter(|held| held.side == side && held.kind == ActionKind::Create).count();
        let numbers = summary.side_mut(side);
        numbers.create = draft.actions.iter().filter(creates).count() as u64;
        numbers.update = count(Fate::Update);
        numbers.delete = count(Fate::Delete);
        numbers.unchanged = count(Fate::Unchanged);
        numbers.held = count(Fate::Held) + held_creates as u64;
        numbers.skipped = count(Fate::Skipped);
        numbers.conflict = count(Fate::Conflict);
        numbers.records = draft.fates[side].len() as u64;
    }
    summary
}
