//! Plays a story step by step and checks after each run what must hold. Decides nothing at random: the same story and
//! choices end the same, bit for bit (L13).

mod deciding;

use crate::checks::{Broken, Checks};
use crate::invariants::{Scene, copies, deeds, deletes, end, guards, policy, state, verdict};
use crate::quiet_panics;
use crate::story::{Fault, Step, Story};
use crate::truth::Truth;
use crate::world::{Told, World, chosen};
use connector::{Write, WriteResult};
use engine::Settings;
use engine::settings::GuardClass;
use jiff::SignedDuration;
use model::{BySide, Choice, LinkHead, LinkStatus, Plan, Side};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use testkit::Crash;
use testkit::replica::Who;

/// What a story came to.
#[derive(Debug, Clone, Default)]
pub struct Played {
    /// Checks per invariant, and the first that did not hold.
    pub checks: Checks,
    /// Runs, killed ones included.
    pub runs: u64,
    /// Runs that were killed.
    pub crashes: u64,
    /// What the job wrote: created, changed fields, deleted.
    pub writes: [u64; 3],
    /// Conflicts that were shown, at the end.
    pub conflicts: u64,
    /// Runs that refused to begin or stopped early.
    pub refused: u64,
    /// Faults by name.
    pub faults: BTreeMap<&'static str, u64>,
    /// Fingerprint of everything that happened (L13).
    pub trace: u64,
    /// What happened, where that was asked for.
    pub told: Vec<String>,
    /// Both worlds in the end, without ids and order.
    pub worlds: BySide<Vec<Vec<String>>>,
}

/// How a story is played.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Ids count from other numbers (L9).
    pub other_ids: bool,
    /// Says what happens, step by step.
    pub tell: bool,
}

/// Plays a story under these choices, or under its own where it has some.
pub fn play(story: &Story, settings: &Settings, style: Style) -> Played {
    let mut player = None;
    let end = quiet_panics::catch(|| {
        let player = player.insert(Player::new(story, settings, style));
        for step in &story.steps {
            player.step(step);
            if player.played.checks.broken.is_some() {
                return;
            }
        }
        player.end();
    });
    let mut played = player.map(Player::finish).unwrap_or_default();
    if let Err(words) = end {
        played.checks.broken.get_or_insert(Broken { invariant: "panic", what: words });
    }
    played
}

/// Records, by side and place.
type Places = BTreeSet<(Side, u64)>;

/// A story that was played up to some point, from which it can go on in several ways.
pub(crate) struct Stage(Player);

impl Stage {
    /// Plays the steps.
    pub(crate) fn new(story: &Story, settings: &Settings) -> Result<Self, String> {
        quiet_panics::catch(|| {
            let mut player = Player::new(story, settings, Style::default());
            for step in &story.steps {
                player.step(step);
            }
            Self(player)
        })
    }

    /// Goes on from here, and to the end.
    pub(crate) fn go_on(&self, steps: &[Step]) -> Played {
        let mut player = self.0.fork();
        let end = quiet_panics::catch(|| {
            for step in steps {
                player.step(step);
            }
            if player.played.checks.broken.is_none() {
                player.end();
            }
        });
        let mut played = player.finish();
        if let Err(words) = end {
            played.checks.broken.get_or_insert(Broken { invariant: "panic", what: words });
        }
        played
    }
}

struct Player {
    tell: bool,
    world: World,
    truth: Truth,
    played: Played,
    /// Faults of the next run.
    faults: BySide<Vec<Fault>>,
    /// A second process tries to begin during the next run.
    crowded: bool,
    /// Nothing has gone wrong so far, and no person decided anything.
    plain: bool,
    /// Something went wrong so far.
    wrong: bool,
    kept: Option<Plan>,
    /// Who was found to be one person when the kept plan was made.
    met: Vec<(String, String)>,
    /// What went wrong when the kept plan was made, and whom its listings could not show.
    kept_faults: BySide<Vec<Fault>>,
    kept_unseen: Places,
    agreed: end::Agreed,
    dead: BTreeSet<String>,
    /// The scope that the last run left in the state.
    scope: Option<String>,
    sent: usize,
    refused: Vec<(Side, Write)>,
    spent: Vec<guards::Spent>,
    trace: DefaultHasher,
}

impl Player {
    fn new(story: &Story, settings: &Settings, style: Style) -> Self {
        let settings = story.choices.as_ref().map_or_else(|| settings.clone(), |choices| chosen(settings, choices));
        let world = World::new(&story.justcall, &story.crm, &settings);
        if style.other_ids {
            world.replicas.justcall.number_from(123_400);
            world.replicas.crm.number_from(77_000);
        }
        let odd = |traits: &crate::Traits| traits.lag > 0 || traits.rewrites || traits.no_ids || traits.unique_phones;
        Self {
            tell: style.tell,
            truth: Truth::new(&world),
            plain: !odd(&story.justcall) && !odd(&story.crm),
            world,
            played: Played::default(),
            faults: BySide::default(),
            crowded: false,
            wrong: false,
            kept: None,
            met: Vec::new(),
            kept_faults: BySide::default(),
            kept_unseen: Places::new(),
            agreed: end::Agreed::default(),
            dead: BTreeSet::new(),
            scope: None,
            sent: 0,
            refused: Vec::new(),
            spent: Vec::new(),
            trace: DefaultHasher::new(),
        }
    }

    fn fork(&self) -> Self {
        Self {
            tell: self.tell,
            world: self.world.fork(),
            truth: self.truth.clone(),
            played: self.played.clone(),
            faults: self.faults.clone(),
            crowded: self.crowded,
            plain: self.plain,
            wrong: self.wrong,
            kept: self.kept.clone(),
            met: self.met.clone(),
            kept_faults: self.kept_faults.clone(),
            kept_unseen: self.kept_unseen.clone(),
            agreed: self.agreed.clone(),
            dead: self.dead.clone(),
            scope: self.scope.clone(),
            sent: self.sent,
            refused: self.refused.clone(),
            spent: self.spent.clone(),
            trace: self.trace.clone(),
        }
    }

    fn finish(mut self) -> Played {
        for (side, world) in self.world.worlds().iter() {
            world.hash(&mut self.trace);
            self.played.worlds[side].clone_from(world);
            let ledger = self.world.replicas[side].ledger();
            format!("{:?}", ledger.deeds).hash(&mut self.trace);
        }
        self.played.trace = self.trace.finish();
        self.played
    }

    fn step(&mut self, step: &Step) {
        if self.tell {
            let step = serde_json::to_string(step).unwrap_or_default();
            self.played.told.push(format!("{} {step}", self.world.clock.now()));
        }
        if matches!(step, Step::Add(..) | Step::Edit(..) | Step::Remove(..)) {
            self.refused.clear();
        }
        match step {
            Step::Add(side, values) => {
                let known = values.iter().filter(|(name, _)| self.world.has_field(*side, name));
                let values: Vec<(&str, &str)> = known.map(|(name, text)| (name.as_str(), text.as_str())).collect();
                self.world.replicas[*side].add(&values);
            }
            Step::Edit(side, who, name, text) if self.world.has_field(*side, name) => {
                self.plain &= name != "phone";
                self.world.replicas[*side].try_edit(who, name, text);
            }
            Step::Edit(..) => {}
            Step::Remove(side, who) => drop(self.world.replicas[*side].try_remove(who)),
            Step::GiveIds => self.world.replicas.crm.give_ids(),
            Step::Wait(seconds) => self.world.clock.seconds(*seconds),
            Step::Fault(side, fault) => {
                self.plain = false;
                *self.played.faults.entry(fault.name()).or_default() += 1;
                self.world.fault(*side, fault);
                self.faults[*side].push(fault.clone());
            }
            Step::Run(kill) => self.run(*kill, None),
            Step::DryRun => self.dry_run(),
            Step::SavePlan => {
                self.truth.absorb(&self.world);
                self.met = self.truth.meet(&self.world, &self.heads());
                self.kept_unseen = self.unseen(&self.heads());
                self.kept_faults = self.faults.clone();
                self.kept = self.world.plan().ok();
                self.calm();
            }
            Step::ApplyPlan => {
                self.plain = false;
                if let Some(plan) = self.kept.clone() {
                    self.run(None, Some(plan));
                }
            }
            Step::Decide(n, side) => self.decide(*n, &Choice::Take(*side)),
            Step::DecideAs(n, text) => self.decide(*n, &Choice::Value(text.clone())),
            Step::Rule(n, side) => self.make_rule(*n, *side),
            Step::Exclude(n) => self.exclude(*n),
            Step::Approve(class, count) => {
                if let Some(class) = GuardClass::by_name(class) {
                    self.world.approvals.insert(class, *count);
                }
            }
            Step::Scope(on) => {
                self.plain = false;
                self.world.narrow(*on);
            }
            Step::OtherAccount(side) => self.other_account(*side),
            Step::SecondProcess => self.crowded = true,
            Step::Settle => {
                for _ in 0..3 {
                    self.world.clock.seconds(60);
                    self.run(None, None);
                }
            }
        }
    }

    /// One run, killed or not, and everything that must hold after it.
    fn run(&mut self, kill: Option<usize>, kept: Option<Plan>) {
        self.truth.absorb(&self.world);
        let is_kept = kept.is_some();
        self.played.checks.muddled |= self.went_wrong(kill) && self.truth.numbers_moved();
        let heads = self.heads();
        let mut met = self.truth.meet(&self.world, &heads);
        if is_kept {
            met.append(&mut self.met); // recovery reads once more, where there is something to recover
        }
        let outside = self.outside(&heads);
        let mut unseen = self.unseen(&heads);
        if is_kept {
            unseen.append(&mut self.kept_unseen.clone());
            for side in Side::BOTH {
                let then = self.kept_faults[side].clone();
                self.faults[side].extend(then);
            }
        }
        let vouched = self.vouched(&heads);
        if vouched {
            let people = self.truth.people();
            self.truth.decided.extend(people);
        }
        let facts = self.world.store().facts().unwrap();
        self.scope = facts.into_iter().find(|(name, _)| name == "scope").map(|(_, scope)| scope);
        let start = self.world.clock.now();
        self.truth.runs += 1;
        self.played.runs += 1;
        self.world.take_calls();
        if let Some(step) = kill {
            self.plain = false;
            self.world.crash.arm(step);
        }
        let lock = self.world.lock();
        if std::mem::take(&mut self.crowded) {
            let second = self.world.lock().is_err();
            self.played.checks.that("I14", second, || "a second process got the lock of a running job".to_owned());
        }
        let result = Crash::survive(|| match kept {
            Some(plan) => self.world.apply(plan),
            None => self.world.run(),
        });
        drop(lock);
        self.world.crash.disarm();
        let killed = result.is_none();
        let told = result.and_then(|result| {
            let failed = |error: &sync::Error| {
                self.tell.then(|| format!("  refused: {error}: {:?}", std::error::Error::source(error)))
            };
            self.played.told.extend(result.as_ref().err().and_then(failed));
            result.ok()
        });
        self.played.crashes += u64::from(killed);
        self.played.refused += u64::from(!killed && told.as_ref().is_none_or(|told| told.stopped.is_some()));
        if self.tell {
            self.tell_run(told.as_ref(), killed);
        }
        format!("{:?}", told.as_ref().map(|told| (&told.plan.actions, &told.plan.conflicts))).hash(&mut self.trace);
        // A kept plan skips pairs that moved meanwhile.
        self.joined(&met, told.is_some() && !is_kept, killed || is_kept);
        self.check(start, told.as_ref(), (is_kept, vouched), &heads, (&outside, &unseen));
        self.calm();
        self.world.approvals.clear();
    }

    /// Whether a person says that a side which shows nobody is meant to be empty: by the very number of linked contacts.
    fn vouched(&self, heads: &[LinkHead]) -> bool {
        let linked = heads.iter().filter(|head| head.status == LinkStatus::Active).count() as u64;
        let empty = Side::BOTH.into_iter().any(|side| self.faults[side].contains(&Fault::Empty));
        empty && self.world.approvals.get(&GuardClass::Deletes) == Some(&linked)
    }

    /// What went wrong is over.
    fn calm(&mut self) {
        for side in Side::BOTH {
            self.world.replicas[side].calm();
            self.faults[side].clear();
        }
    }

    /// Whether something went wrong, now or before.
    fn went_wrong(&mut self, kill: Option<usize>) -> bool {
        let lag = Side::BOTH.into_iter().any(|side| self.world.replicas[side].current_kind().lag > 0);
        self.wrong |= lag || kill.is_some() || Side::BOTH.into_iter().any(|side| !self.faults[side].is_empty());
        self.wrong
    }

    /// A run that ended has joined whom it found to be one; a killed one those whose link it got to.
    fn joined(&mut self, met: &[(String, String)], ended: bool, killed: bool) {
        let heads = if killed { self.heads() } else { Vec::new() };
        for (a, b) in met {
            // The ledgers were not read yet: these are the names that they had when the run began.
            let linked = |side: Side, name: &String| {
                let mut records = self.truth.records[side].iter();
                let known = records.find(|(_, known)| known.live && known.cells[self.truth.person] == *name);
                let contacts = self.world.replicas[side].contacts();
                let id = known.and_then(|(place, _)| contacts.into_iter().find(|contact| contact.place == *place)?.id);
                let is_it = |head: &LinkHead| head.ids[side].as_ref().map(model::RecordId::as_str) == id.as_deref();
                id.is_some() && heads.iter().any(is_it)
            };
            let linked = linked(Side::Justcall, a) || linked(Side::Crm, b);
            if ended || (killed && linked) {
                self.truth.join(a, b);
            }
        }
    }

    fn tell_run(&mut self, told: Option<&Told>, killed: bool) {
        let words = &mut self.played.told;
        if killed {
            words.push("  killed".to_owned());
        }
        if let Some(Told { plan, report, .. }) = told {
            for action in &plan.actions {
                let changes: Vec<String> =
                    action.changes.iter().map(|c| format!("{}: {:?} -> {:?}", c.field, c.before, c.after)).collect();
                words.push(format!(
                    "  {:?} {} {:?}/{:?} {:?} link {:?} {}",
                    action.kind,
                    action.side,
                    action.record_id,
                    action.other_id,
                    action.reason,
                    action.link,
                    changes.join(", ")
                ));
            }
            words.extend(plan.conflicts.iter().map(|c| {
                format!(
                    "  conflict {:?} {:?} {:?}/{:?} {:?} | {:?}",
                    c.kind, c.field, c.justcall_id, c.crm_id, c.justcall, c.crm
                )
            }));
            words.extend(
                plan.held.iter().map(|h| format!("  held {} {:?} {:?} {}", h.side, h.kind, h.record_id, h.detail)),
            );
            words.extend(plan.skipped.iter().map(|s| format!("  skipped {} {} {}", s.side, s.record_id, s.detail)));
            words.extend(report.failed.iter().map(|f| format!("  failed {} {:?} {}", f.side, f.record_id, f.error)));
            words.extend(report.stale.iter().map(|f| format!("  stale {} {:?} {}", f.side, f.record_id, f.detail)));
            words.push(format!("  {:?} {:?}", report.outcome, report.error));
        }
        for side in Side::BOTH {
            for contact in self.world.replicas[side].contacts() {
                self.played.told.push(format!("    {side} {:?} {:?}", contact.id, contact.cells));
            }
        }
    }

    fn check(
        &mut self,
        start: jiff::Timestamp,
        told: Option<&Told>,
        (kept, vouched): (bool, bool),
        heads: &[LinkHead],
        (outside, unseen): (&Places, &Places),
    ) {
        let plain = self.plain && told.is_some();
        if let Some(told) = told.filter(|_| plain) {
            // Before the deeds of this run are known: that is what the job saw.
            let Self { world, truth, agreed, played, .. } = self;
            end::double_edits(world, truth, &told.plan, agreed, &mut played.checks);
        }
        let job = self.truth.absorb(&self.world);
        // Nor can anybody prevent it where a number changed while the run was under way.
        let mut unseen = unseen.clone();
        for side in Side::BOTH {
            let late = self.truth.records[side].iter().filter(|(_, known)| {
                known.said[self.truth.phone].as_ref().is_some_and(|said| said.run == self.truth.runs)
            });
            unseen.extend(late.map(|(place, _)| (side, *place)));
        }
        self.truth.mistaken(&job, &unseen);
        for done in &job {
            let kind = match done.deed {
                testkit::replica::Deed::Created { .. } => 0,
                testkit::replica::Deed::Changed { .. } => 1,
                testkit::replica::Deed::Deleted { .. } => 2,
            };
            self.played.writes[kind] += 1;
        }
        let calls = self.world.take_calls();
        self.truth.hear_answers(&self.world, &calls);
        self.truth.entangle(&calls, &unseen);
        self.sent += calls.len();
        let store = self.world.store();
        let now = store.link_heads(&self.world.settings.schema).unwrap();
        let checks = &mut self.played.checks;
        let scene = Scene {
            world: &self.world,
            truth: &self.truth,
            deeds: &job,
            calls: &calls,
            start,
            told,

            kept,
            faults: &self.faults,
            heads,
            outside,
            unseen: &unseen,
            vouched,
            interrupted: self.played.crashes > 0,
            plain: self.plain,
            rescoped: self.scope.as_ref().is_some_and(|scope| *scope != self.world.scope),
            sent: self.sent,
            refused: &self.refused,
        };
        deeds::check(&scene, checks);
        deletes::check(&scene, checks);
        copies::check(&scene, &now, &self.dead, checks);
        policy::check(&scene, checks);
        state::check(&scene, &store, &now, checks);
        drop(store);
        verdict::check(&scene, checks);
        let linked = heads.iter().filter(|head| head.status == LinkStatus::Active).count() as u64;
        guards::check(&scene, linked, &mut self.spent, checks);
        // A circle of numbers is tried directly first: only what the run itself reports was refused for good.
        let failed = told.map_or(&[][..], |told| &told.report.failed);
        let refused = calls.into_iter().filter(|call| {
            let id = call.write.current.as_ref().map(|record| &record.id);
            let reported = failed.iter().any(|failed| failed.side == call.side && failed.record_id.as_ref() == id);
            reported && matches!(call.result, Some(WriteResult::Refused { .. }))
        });
        // Where a field was not shown, the source looks like another one in the next run.
        let clear = |side: Side| !self.faults[side].iter().any(|fault| matches!(fault, Fault::Unknown(_)));
        let refused = refused.filter(|call| clear(call.side.other()));
        let refused: Vec<_> = refused.map(|call| (call.side, call.write)).collect();
        self.refused.extend(refused);
        if !job.is_empty() {
            self.refused.clear(); // what a refused write comes from may be another by now
        }
        copies::bury(&self.truth, &mut self.dead);
        if told.is_some() && !kept {
            self.truth.run_ended(); // a kept plan looks at its own records alone
        }
        for side in Side::BOTH {
            if told.is_some() && !kept && self.faults[side].is_empty() {
                let lag = self.world.replicas[side].current_kind().capabilities.read_lag_seconds;
                let runs = self.truth.runs;
                self.truth.was_read(side, |at, run| run < runs && at + SignedDuration::from_secs(lag.into()) < start);
            }
        }
        if let Some(told) = told.filter(|_| plain) {
            let settled = told.report.outcome == model::RunOutcome::Applied;
            let next = if settled { self.world.plan().ok() } else { None };
            let quiet = next.as_ref().is_none_or(|plan| plan.actions.is_empty());
            self.played.checks.that("L3", quiet, || format!("work is left: {:?}", next.map(|plan| plan.actions)));
            end::agree(&self.world, &self.truth, &told.plan, &mut self.agreed);
        }
    }

    fn heads(&self) -> Vec<LinkHead> {
        self.world.store().link_heads(&self.world.settings.schema).unwrap()
    }

    /// Records that no listing shows now although nothing says that it is short (S1, S8). A replica that finds contacts
    /// by number may take a new one for such a record, and nobody can prevent that.
    fn unseen(&self, heads: &[LinkHead]) -> BTreeSet<(Side, u64)> {
        let mut unseen = BTreeSet::new();
        for side in Side::BOTH {
            let says_so = |fault: &Fault| match fault {
                Fault::Partial => true,
                // Nobody that we made and never saw vouches for a side.
                Fault::Empty => heads.iter().any(|head| head.ids[side].is_some() || head.created_at[side].is_none()),
                _ => false,
            };
            if self.faults[side].iter().any(says_so) {
                continue;
            }
            let mut shown: Vec<_> = self.world.replicas[side].shown();
            for contact in self.world.replicas[side].contacts() {
                let keys = [self.truth.person, self.truth.phone];
                match shown.iter().position(|(_, cells)| keys.iter().all(|at| cells[*at] == contact.cells[*at])) {
                    Some(at) => drop(shown.swap_remove(at)),
                    None => drop(unseen.insert((side, contact.place))),
                }
            }
        }
        unseen
    }

    /// Records that take no part: by their own cells, or by those of the record that they are linked to.
    fn outside(&self, heads: &[LinkHead]) -> BTreeSet<(Side, u64)> {
        let mut outside = BTreeSet::new();
        let contacts = BySide::from_fn(|side| self.world.replicas[side].contacts());
        let place = |side: Side, head: &LinkHead| Truth::place_of(&contacts[side], head.ids[side].as_ref()?.as_str());
        for side in Side::BOTH {
            let conditions = &self.world.settings.scope[side].conditions;
            for (place_here, known) in self.truth.records[side].iter().filter(|(_, known)| known.live) {
                let fits = |(cell, values): &(usize, Vec<String>)| {
                    values.iter().any(|value| value.trim() == known.cells[*cell].trim())
                };
                if !conditions.iter().all(fits) {
                    outside.insert((side, *place_here));
                    let linked = heads.iter().find(|head| place(side, head) == Some(*place_here));
                    outside.extend(linked.and_then(|head| Some((side.other(), place(side.other(), head)?))));
                }
            }
        }
        outside
    }

    /// Nothing is written, nothing is remembered; and the order of the listings makes no difference (I9, L5, L8).
    fn dry_run(&mut self) {
        let remembered = |world: &World| {
            let store = world.store();
            (
                store.serial().unwrap(),
                store.link_heads(&world.settings.schema).unwrap(),
                store.absences().unwrap(),
                store.open_intents().unwrap(),
            )
        };
        let before = remembered(&self.world);
        let deeds = self.by_job();
        self.world.take_calls();
        let plan = self.world.plan();
        let checks = &mut self.played.checks;
        checks.that("I9", self.world.take_calls().is_empty(), || "a dry run asked for writes".to_owned());
        checks.that("I9", remembered(&self.world) == before, || "a dry run changed the state".to_owned());
        let faults = Side::BOTH.map(|side| self.world.replicas[side].current_faults());
        for side in Side::BOTH {
            // And with everything in hand: whatever was left out of the first plan's listings made no difference.
            self.world.replicas[side].faults(|faults| (faults.reversed, faults.whole) = (!faults.reversed, true));
        }
        let mirrored = self.world.plan();
        for (side, faults) in Side::BOTH.into_iter().zip(faults) {
            self.world.replicas[side].faults(|now| *now = faults);
        }
        // What a fault shows of a listing (its first half) depends on its order, and so may what follows.
        let hides = Side::BOTH.into_iter().any(|side| !self.faults[side].is_empty());
        if let (Ok(plan), Ok(mirrored), false) = (plan, mirrored, hides) {
            let same = (&plan.actions, &plan.conflicts, &plan.held, &plan.skipped)
                == (&mirrored.actions, &mirrored.conflicts, &mirrored.held, &mirrored.skipped);
            self.played
                .checks
                .that("L8", same, || format!("another order, another plan: {:?} {:?}", plan.actions, mirrored.actions));
        }
        let same = self.by_job() == deeds;
        self.played.checks.that("I9", same, || "a dry run wrote".to_owned());
    }

    fn by_job(&self) -> usize {
        let count = |side: Side| {
            let ledger = self.world.replicas[side].ledger();
            ledger.deeds.iter().filter(|(_, who, ..)| *who == Who::Job).count()
        };
        count(Side::Justcall) + count(Side::Crm)
    }

    /// Another account or file must be refused before anything is read or written (S36).
    fn other_account(&mut self, side: Side) {
        if self.world.store().binding().unwrap().is_none() {
            return; // whoever answers first is the one
        }
        let was = format!("memory {side}");
        self.world.replicas[side].impersonate("somebody else");
        let deeds = self.by_job();
        let told = self.world.run();
        self.world.replicas[side].impersonate(&was);
        let refused = told.is_err() && self.by_job() == deeds;
        self.played.checks.that("S36", refused, || format!("another {side} account was accepted"));
    }

    /// Everybody is quiet and everything works: both sides come together, and then nothing happens any more.
    fn end(&mut self) {
        self.world.replicas.crm.give_ids();
        let gap = 60 + 3600 * i64::from(self.world.settings.min_hours);
        for _ in 0..self.world.settings.sightings.max(1) + 3 {
            self.world.clock.seconds(gap);
            self.run(None, None);
        }
        self.world.clock.seconds(60);
        end::still(&self.world, &mut self.played.checks);
        self.truth.absorb(&self.world);
        if let Ok(plan) = self.world.plan() {
            self.played.conflicts += plan.conflicts.len() as u64;
            end::together(&self.world, &self.truth, &plan, &mut self.played.checks);
        }
    }
}
