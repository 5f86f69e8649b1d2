//! Phases 1 to 5: from two replicas and the state to a sealed plan. Writes to neither replica. Of the state it changes only
//! which schema is current; keeping the plan is the caller's.

use crate::afresh;
use crate::batches::batches;
use crate::columns;
use crate::error::{Error, Result};
use crate::fetch::{self, Fetched, Probed};
use crate::follow;
use crate::memory::Kept;
use crate::numbers;
use crate::seal::seal;
use crate::session::Session;
use crate::trace;
use crate::undo::PastRun;
use connector::{Identity, Workload};
use engine::matcher::{self, Matching};
use engine::planner::{Input, ParkedWrite, State};
use engine::settings::GuardClass;
use engine::survey::Survey;
use engine::threads;
use jiff::SignedDuration;
use model::{
    Action, ActionKind, Alarm, AlarmKind, Base, Binding, BySide, Cost, LinkHead, LinkId, LinkStatus, Listing,
    Observation, Plan, Quota, RecordId, Rule, RunId, Side, StaleRecord, Via,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The fact that a run went through to its end.
pub(crate) const FIRST_SYNC: &str = "first_sync";

/// What a plan is made for.
pub(crate) enum Purpose<'a> {
    /// To be looked at, and applied later if at all.
    Show,
    /// To be applied.
    Apply,
    /// To be applied, once what an interrupted run left is settled.
    Run,
    /// To take back this run, instead of what follows from both sides.
    Undo {
        /// Which.
        run: &'a RunId,
        /// Whether what an interrupted run left is settled first.
        recover: bool,
    },
}

/// What a plan is made from.
struct Read {
    identities: BySide<Identity>,
    listings: BySide<Listing>,
    heads: Vec<LinkHead>,
    kept: Kept,
    /// What a person should know of merged records.
    merged: Vec<Alarm>,
}

/// What both sides and the state showed, beside the listings.
struct Seen {
    heads: Vec<LinkHead>,
    kept: Kept,
    /// Records that are gone for sure.
    gone: BySide<BTreeSet<RecordId>>,
    /// Of those, records that were never there as far as their side knows.
    never: BySide<BTreeSet<RecordId>>,
    binding: Binding,
}

/// How thinking ended.
enum Thinking {
    Done(Box<Thought>),
    /// Who is who was found by cells that were not kept.
    MatchingMissed,
    /// What follows was.
    DecidingMissed,
    /// Likewise, and some cells of the listings are taken back by now.
    HiddenMissed,
}

/// What follows from it.
struct Thought {
    plan: Plan,
    state: State,
    matching: Matching,
    bases: Vec<Base>,
    /// Bases as they were decided by, where they are not those.
    believed: Option<Vec<Base>>,
    alarms: Vec<Alarm>,
}

impl Thought {
    /// The bases that the plan was decided by.
    fn believed(&self) -> &[Base] {
        self.believed.as_deref().unwrap_or(&self.bases)
    }
}

/// A plan with everything that it was made from, ready to be applied at once.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// Both sides as listed.
    pub listings: BySide<Listing>,
    /// Actions of a saved plan that were taken out since the world had moved.
    pub stale: Vec<StaleRecord>,
    pub(crate) heads: Vec<LinkHead>,
    pub(crate) bases: Vec<Base>,
}

impl Session<'_> {
    /// Reads both sides and decides. Makes no mutating call, and changes nothing that decides (I9). Of what both sides
    /// hold it keeps no more than deciding takes: to be applied, such a plan goes through [`Session::revalidate`].
    pub async fn plan(&mut self) -> Result<Plan> {
        let Planned { plan, listings, stale, heads, bases } = self.make_plan(Purpose::Show).await?;
        // Given back beside whoever writes the plan down: piece by piece it takes as long. Without a thread, it is here.
        let _ = std::thread::Builder::new().spawn(move || drop((listings, stale, heads, bases)));
        Ok(plan)
    }

    /// Like [`Session::plan`], with everything that applying it takes.
    pub async fn plan_to_apply(&mut self) -> Result<Planned> {
        self.make_plan(Purpose::Apply).await
    }

    /// Like [`Session::plan_to_apply`], for a run that applies the plan at once: first settles what an interrupted run left.
    pub async fn plan_for_run(&mut self) -> Result<Planned> {
        self.make_plan(Purpose::Run).await
    }

    pub(crate) async fn make_plan(&mut self, purpose: Purpose<'_>) -> Result<Planned> {
        let (recover, undo) = match purpose {
            Purpose::Show | Purpose::Apply => (false, None),
            Purpose::Run => (true, None),
            Purpose::Undo { run, recover } => (recover, Some(run)),
        };
        // Who writes has everything in hand.
        let whole = !matches!(purpose, Purpose::Show) || !self.lists_bare();
        let read = self.read(recover, whole).await;
        // A damaged state explains whatever else went wrong.
        let Read { identities, mut listings, heads, mut kept, merged } =
            read.or_else(|error| self.store.sound().map_err(Error::from).and(Err(error)))?;
        let linked = heads.iter().filter(|head| head.status == LinkStatus::Active).count() as u64;
        let most = self.settings.guards.of(GuardClass::Deletes).limit(linked).max(20);
        let most = most.max(self.approvals.get(&GuardClass::Deletes).copied().unwrap_or(0));
        let Probed { survey, gone, never, unprobed } = fetch::probe(self, &mut listings, &heads, &kept, most).await?;
        kept.forget_indexes(); // hardly ever needed again, and large

        let binding = Binding {
            lineage: self.store.lineage().to_owned(),
            account: identities.justcall.fingerprint,
            crm: identities.crm.fingerprint,
            config: self.config.clone(),
        };
        let seen = Seen { heads, kept, gone, never, binding };
        let past = undo.map(|run| self.past(run)).transpose()?;
        if seen.kept.was_missed() {
            // What was made of the listings so far may be wrong, and nobody knows where: all of it anew, with everything.
            return Box::pin(self.make_plan(Purpose::Apply)).await;
        }
        let mut thinking = self.think(&seen, &mut listings, survey, past.as_ref())?;
        if let Thinking::MatchingMissed = thinking {
            // Those that matching spoke of are filled by now.
            let survey = self.survey(&listings, &seen.heads, &seen.kept);
            thinking = self.think(&seen, &mut listings, survey, past.as_ref())?;
        }
        if let Thinking::MatchingMissed | Thinking::DecidingMissed = thinking {
            self.fill_all(&mut listings, &seen.heads)?;
            let survey = self.survey(&listings, &seen.heads, &seen.kept);
            thinking = self.think(&seen, &mut listings, survey, past.as_ref())?;
        }
        let Thinking::Done(mut thought) = thinking else {
            return Box::pin(self.make_plan(Purpose::Apply)).await;
        };
        if past.is_none() {
            thought.plan.cost = self.forecast(&thought.plan)?;
            thought.state.histories = trace::trace(self, &thought.plan).await;
            if !thought.state.histories.is_empty() {
                thought.plan =
                    self.decide(&seen.heads, &listings, &thought.matching, thought.believed(), &thought.state, None);
                if seen.kept.was_missed() {
                    self.fill_all(&mut listings, &seen.heads)?;
                    thought.plan = self.decide(
                        &seen.heads,
                        &listings,
                        &thought.matching,
                        thought.believed(),
                        &thought.state,
                        None,
                    );
                }
            }
        }
        let Thought { mut plan, mut bases, alarms, .. } = *thought;
        self.add_bases(&plan, &mut bases)?;
        plan.alarms.extend(alarms);
        plan.alarms.extend(merged);
        self.add_alarms(&mut plan, recover, &unprobed, most)?;
        plan.cost = self.forecast(&plan)?;
        self.check_quotas(&mut plan);
        let faults = engine::linter::lint(&plan);
        if let Some(fault) = faults.into_iter().next() {
            return Err(Error::Unsound(fault));
        }
        seal(&mut plan)?;
        Ok(Planned { plan, listings, stale: Vec::new(), heads: seen.heads, bases })
    }

    /// What follows from both sides and the state.
    fn think(
        &self,
        seen: &Seen,
        listings: &mut BySide<Listing>,
        survey: Survey,
        past: Option<&PastRun>,
    ) -> Result<Thinking> {
        let Seen { heads, kept, .. } = seen;
        let mut state = self.state(seen.binding.clone(), listings)?;
        state.apart = follow::kept_apart(self, heads)?;
        state.gone.clone_from(&seen.gone);
        state.never.clone_from(&seen.never);
        let forgotten = self.store.forgotten()?;
        state.callers = self.callers(&forgotten)?;
        state.fresh_callers = self.fresh_callers(listings)?;
        let (mut matching, mut bases) = self.match_up(listings, heads, &state, survey)?;
        matching.leave_out(|key| forgotten.contains(key));
        self.fill_known(listings, &matching, heads, &bases)?;
        let mut unshown = self.unshown(heads, listings, &matching, &bases)?;
        if kept.was_missed() {
            return Ok(Thinking::MatchingMissed); // before anything is hidden for good
        }
        state.unlanded = std::mem::take(&mut unshown.unlanded);
        let hidden = unshown.hide(listings)?;
        let again;
        let mut believed = unshown.corrected(&bases);
        if hidden {
            let survey = self.survey(listings, heads, kept);
            (matching, bases) = self.match_up(listings, heads, &state, survey)?;
            matching.leave_out(|key| forgotten.contains(key));
            self.fill_known(listings, &matching, heads, &bases)?;
            again = self.unshown(heads, listings, &matching, &bases)?;
            believed = again.corrected(&bases);
        }
        let remapped: Vec<_> =
            self.remapped()?.iter().filter_map(|field| self.settings.schema.position(field)).collect();
        let believed = columns::without(believed, &remapped);
        let mut plan = self.decide(heads, listings, &matching, &believed, &state, past);
        if past.is_none() && self.has_doubts(&plan, heads, &mut state)? {
            plan = self.decide(heads, listings, &matching, &believed, &state, None);
        }
        if kept.was_missed() {
            return Ok(if hidden { Thinking::HiddenMissed } else { Thinking::DecidingMissed });
        }
        let believed = match believed {
            Cow::Owned(believed) => Some(believed),
            Cow::Borrowed(_) => None,
        };
        let alarms = unshown.alarms().collect();
        Ok(Thinking::Done(Box::new(Thought { plan, state, matching, bases, believed, alarms })))
    }

    /// Both sides and the links, as they stand now: with what was settled, merged, and read once more.
    async fn read(&mut self, recover: bool, whole: bool) -> Result<Read> {
        self.store.set_schema(&self.settings.schema, &engine::normalizer::Normalizer::version())?;
        let told = self.store.last_contact_hint()?;
        let Fetched { identities, mut listings, mut heads, mut kept } = fetch::fetch(self, whole).await?;
        if let Some(told) = told.filter(|_| listings.justcall.is_complete()) {
            // Whoever a webhook told of stands in the listing, or is gone again.
            self.store.drop_contact_hints(told)?;
        }
        let mut merged = follow::follow(self, &mut heads, &listings);
        let settled = recover && self.recover(&heads, &listings)? > 0;
        if settled {
            heads = self.store.link_heads(&self.settings.schema)?;
            merged = follow::follow(self, &mut heads, &listings);
        }
        if settled || !self.moved.borrow().is_empty() {
            kept.forget_indexes();
            self.fill_all(&mut listings, &heads)?; // bare records know their link by its former id
            // Whoever is linked by now, perhaps under a new id, has the link's number.
            numbers::choose(self, &mut listings, &heads)?;
        }
        afresh::read_afresh(self, &mut listings, &heads).await?;
        Ok(Read { identities, listings, heads, kept, merged })
    }

    /// What a person should know of the plan as a whole.
    fn add_alarms(&self, plan: &mut Plan, recover: bool, unprobed: &BySide<u64>, most: u64) -> Result<()> {
        if !recover {
            plan.alarms.extend(self.unsettled_alarm()?);
        }
        for (side, count) in unprobed.iter().filter(|(_, count)| **count > 0) {
            let most = most.saturating_mul(self.connectors[side].capabilities().read_batch as u64);
            plan.alarms.push(unprobed_alarm(side, *count, most));
        }
        if self.scope_changed()? {
            plan.alarms.push(scope_alarm(plan));
        }
        Ok(())
    }

    /// Who is who, and what both sides last agreed on where that is needed.
    fn match_up(
        &self,
        listings: &BySide<Listing>,
        heads: &[LinkHead],
        state: &State,
        survey: Survey,
    ) -> Result<(Matching, Vec<Base>)> {
        let context = matcher::Context {
            normalizer: &self.normalizer,
            settings: &self.settings,
            tables: BySide { justcall: &listings.justcall.table, crm: &listings.crm.table },
            heads,
            gone: BySide { justcall: &state.gone.justcall, crm: &state.gone.crm },
            apart: &state.apart,
        };
        let needed = survey.needs_base(heads);
        let worth = threads::worth(needed.len());
        let bases = || self.store.bases(&self.settings.schema, &needed);
        let (matching, bases) = threads::both(worth, || matcher::resolve(&context, survey), bases);
        Ok((matching, bases?))
    }

    /// Bases that deciding did not need and applying does: a link that only learns an id.
    fn add_bases(&self, plan: &Plan, bases: &mut Vec<Base>) -> Result<()> {
        let known = |id: &LinkId| bases.binary_search_by_key(id, |base| base.link).is_ok();
        let missing: Vec<LinkId> = links_of(plan).into_iter().filter(|id| !known(id)).collect();
        bases.extend(self.store.bases(&self.settings.schema, &missing)?);
        bases.sort_by_key(|base| base.link);
        Ok(())
    }

    /// A dry run changes nothing, so it cannot settle what an interrupted run left either: it says so.
    fn unsettled_alarm(&self) -> Result<Option<Alarm>> {
        let count = self.store.open_intents()?.len() as u64;
        Ok((count > 0).then(|| Alarm {
            kind: AlarmKind::State,
            side: None,
            class: None,
            count,
            limit: 0,
            detail: format!(
                "{} not settled: the next run does that first, and this plan may be void then",
                if count == 1 {
                    "a write of an interrupted run is".to_owned()
                } else {
                    format!("{count} writes of an interrupted run are")
                }
            ),
        }))
    }

    fn decide(
        &self,
        heads: &[LinkHead],
        listings: &BySide<Listing>,
        matching: &Matching,
        bases: &[Base],
        state: &State,
        undo: Option<&PastRun>,
    ) -> Plan {
        let capabilities = BySide::from_fn(|side| self.connectors[side].capabilities());
        let input = Input {
            settings: &self.settings,
            normalizer: &self.normalizer,
            listings: listings.as_ref(),
            heads,
            matching,
            bases,
            state,
            capabilities: capabilities.as_ref(),
            approvals: &self.approvals,
            now: self.env.now(),
        };
        match undo {
            None => engine::plan(&input),
            Some(past) => past.plan(&input),
        }
    }

    fn state(&self, binding: Binding, listings: &BySide<Listing>) -> Result<State> {
        let store = &self.store;
        let parked = self.parked(listings)?.into_iter().map(|parked| ParkedWrite {
            side: parked.side,
            source_id: parked.key,
            source_hash: parked.row_hash,
            message: parked.message,
            undone: parked.undone,
        });
        Ok(State {
            absences: store.absences()?.into_iter().map(|(link, side, absence)| ((link, side), absence)).collect(),
            tombstones: store.tombstones()?,
            resolutions: store.resolutions()?,
            rules: store.standing_rules()?,
            apart: BTreeSet::new(),
            exclusions: store.exclusions()?,
            since: store.conflicts_since()?.into_iter().collect(),
            histories: BTreeMap::new(),
            sightings: store.sightings()?.into_iter().collect(),
            parked: parked.collect(),
            unlanded: Vec::new(),
            window: self.guard_window()?,
            gone: BySide::default(),
            never: BySide::default(),
            first_sync: self.is_first_sync()?,
            deletes_forbidden: self
                .scope_changed()?
                .then(|| "the scope or the mapping changed since the last run".to_owned()),
            old_state: 0,
            frozen: BTreeMap::new(),
            callers: Vec::new(),
            fresh_callers: BTreeSet::new(),
            serial: store.serial()?,
            binding,
        })
    }

    /// What counted towards each guard in the last 7 days.
    pub(crate) fn guard_window(&self) -> Result<BTreeMap<GuardClass, u64>> {
        let week_ago = self.env.now().checked_sub(SignedDuration::from_hours(7 * 24)).unwrap_or(self.env.now());
        let used = self.store.guard_window(week_ago)?;
        Ok(used.into_iter().filter_map(|(class, count)| Some((GuardClass::by_name(&class)?, count))).collect())
    }

    /// Whether no run has gone through to its end yet.
    pub(crate) fn is_first_sync(&self) -> Result<bool> {
        Ok(!self.store.facts()?.iter().any(|(key, _)| key == FIRST_SYNC))
    }

    /// Whether the scope or the set of fields differs from the last run's (S10).
    pub(crate) fn scope_changed(&self) -> Result<bool> {
        let facts = self.store.facts()?;
        Ok(facts.iter().any(|(key, value)| key == "scope" && *value != self.scope))
    }

    /// Notes what is left of each side's quota; an alarm where this plan needs more.
    fn check_quotas(&self, plan: &mut Plan) {
        for side in Side::BOTH {
            let Some(quota) = self.connectors[side].quota() else { continue };
            if plan.cost[side].requests > quota.left {
                plan.alarms.push(quota_alarm(side, plan.cost[side].requests, &quota));
            }
            plan.quotas[side] = Some(quota);
        }
    }

    /// What applying this plan at once sends: `sync` has read both sides by then.
    fn forecast(&self, plan: &Plan) -> Result<BySide<Cost>> {
        let mut costs = BySide::<Cost>::default();
        for side in Side::BOTH {
            let connector = &self.connectors[side];
            let batches = batches(&plan.actions, side, &connector.capabilities());
            let bulks = batches.iter().filter(|batch| batch.actions.iter().any(|action| rides_bulk(action)));
            let mut work = Workload { bulks: bulks.clone().count() as u64, ..Workload::default() };
            let largest = bulks.map(|batch| batch.actions.len()).max().unwrap_or(0);
            for action in batches.iter().flat_map(|batch| &batch.actions) {
                match (action.kind, action.via) {
                    (ActionKind::Create, _) => work.bulk_creates += 1,
                    (ActionKind::Update, _) if rides_bulk(action) => work.bulk_updates += 1,
                    (ActionKind::Update, _) => work.single_updates += 1,
                    (ActionKind::Delete, _) => work.deletes += 1,
                    _ => {}
                }
            }
            if work != Workload::default() {
                work = self.canary(side)?.added_to(work, largest, connector.as_ref());
                costs[side] = connector.forecast(&work);
            }
        }
        Ok(costs)
    }
}

/// Whether it travels with others. By bulk, emptying a field does not: that needs a look at each answer.
fn rides_bulk(action: &Action) -> bool {
    let clears = action.kind == ActionKind::Update && action.changes.iter().any(|change| change.after.is_empty());
    match action.via {
        Via::Bulk => !clears,
        Via::File | Via::Api => true,
        _ => false,
    }
}

/// Every link that the plan speaks of, ascending.
pub(crate) fn links_of(plan: &Plan) -> Vec<LinkId> {
    let mut links: Vec<LinkId> = plan.actions.iter().filter_map(|action| action.link).collect();
    links.extend(plan.observations.iter().map(Observation::link));
    links.sort_unstable();
    links.dedup();
    links
}

fn unprobed_alarm(side: Side, count: u64, most: u64) -> Alarm {
    let title = side.title();
    Alarm {
        kind: AlarmKind::Guard,
        side: Some(side),
        class: Some(GuardClass::Deletes.name().to_owned()),
        count,
        limit: most,
        detail: format!(
            "{count} linked contacts are missing from {title}, more than {most}: nothing is deleted for them; \
             --approve deletes={count} asks {title} for each of them and deletes what is gone"
        ),
    }
}

fn quota_alarm(side: Side, needed: u64, quota: &Quota) -> Alarm {
    let until = quota.resets_at.map(|at| format!(", until {at}")).unwrap_or_default();
    Alarm {
        kind: AlarmKind::Quota,
        side: Some(side),
        class: None,
        count: needed,
        limit: quota.left,
        detail: format!(
            "this takes {needed} requests, and {} of {} {} are left{until}: it goes as far as they reach, and the next run \
             goes on from there",
            quota.left, quota.limit, quota.name
        ),
    }
}

fn scope_alarm(plan: &Plan) -> Alarm {
    let count = |kind: ActionKind| {
        plan.actions.iter().filter(|action| action.kind == kind && action.reason == Rule::Scope).count() as u64
    };
    let (back, out) = (count(ActionKind::Link), count(ActionKind::Unlink));
    Alarm {
        kind: AlarmKind::ScopeChanged,
        side: None,
        class: None,
        count: back + out,
        limit: 0,
        detail: format!("the scope or the mapping changed: {back} back in, {out} unlinked; no deletions in this run"),
    }
}
