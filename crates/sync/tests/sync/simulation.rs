//! Random people, random faults, random crashes, from a seed; the invariants after every run. `SEEDS=from..to` looks at
//! others than the usual ones, and a failure prints the story of its seed.

use crate::story::Story;
use model::{ActionKind, Side, SkipReason, Skipped};
use testkit::replica::{Contact, Deed};
use testkit::{Kind, People, Rewrite};

struct Simulation {
    story: Story,
    people: People,
    told: Vec<String>,
    /// Faults that went with the run: deletions must not follow from a side that lies (I3).
    lied: model::BySide<bool>,
}

fn kinds(people: &mut People) -> (Kind, Kind) {
    let random = &mut people.random;
    let mut justcall = if random.percent(50) { Kind::phone_system() } else { Kind::talkative() };
    justcall.unique_phones = random.percent(30);
    if random.percent(25) {
        justcall.lag = 20;
    }
    if random.percent(25) {
        justcall.rewrites = vec![Rewrite::Trim, Rewrite::Cut(40)];
    }
    let mut crm = Kind::file();
    if random.percent(20) {
        crm.gives_ids = false;
    }
    if random.percent(20) {
        crm.shows_stored = false;
        crm.ids_in_answers = false;
    }
    (justcall, crm)
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut people = People::new(seed, seed % 2 == 1);
        let (justcall, crm) = kinds(&mut people);
        let told = vec![format!("{justcall:?}\n{crm:?}")];
        let mut story = Story::between(justcall, crm).quick_deletes();
        let guards = &mut story.settings.guards;
        for guard in [&mut guards.deletes, &mut guards.clears, &mut guards.phone_changes] {
            guard.floor = 100;
        }
        Self { story, people, told, lied: model::BySide::default() }
    }

    fn edits(&mut self, most: usize) {
        for _ in 0..self.people.random.below(most + 1) {
            let side = *self.people.random.pick(&Side::BOTH);
            let told = self.people.act(usize::from(side == Side::Crm), self.story.replica(side));
            self.told.push(told);
        }
    }

    /// Somebody edits and something fails and perhaps everything stops; then what must hold at every moment is checked.
    fn round(&mut self) {
        self.edits(5);
        for side in Side::BOTH {
            if self.people.random.percent(35) {
                let mut faults = self.people.faults();
                if side == Side::Crm {
                    // A file that is cut off and parses as whole cannot be told from one that lost its rows; only time
                    // and guards help, and this simulation deletes at once.
                    faults.cut_at = None;
                    faults.hidden.clear();
                }
                self.lied[side] = faults.lies();
                self.told.push(format!("{side}: {faults:?}"));
                self.story.replica(side).faults(|now| *now = faults);
            }
        }
        let deeds = model::BySide::from_fn(|side| self.story.replica(side).deeds());
        let step = self.people.random.below(60);
        if self.people.random.percent(40) {
            self.story.crash.arm(step);
        }
        let told = testkit::Crash::survive(|| self.story.try_run());
        self.story.crash.disarm();
        self.told.push(match &told {
            None => format!("killed at step {step}"),
            Some(Ok(told)) => format!("{:#?}\n{:?}", told.plan.actions, told.report),
            Some(Err(error)) => format!("stopped: {error}"),
        });
        if let Some(Ok(told)) = &told {
            self.check_fidelity(&told.plan, deeds);
        }
        self.check_lies(deeds);
        for side in Side::BOTH {
            self.story.replica(side).calm();
            self.lied[side] = false;
        }
        self.story.clock.seconds(i64::try_from(self.people.random.below(100)).unwrap());
        if self.people.random.percent(30) {
            self.story.crm.give_ids();
            self.told.push("the CRM gives ids".to_owned());
        }
    }

    /// I9: nothing is written that the plan does not hold; parking in a circle aside.
    fn check_fidelity(&self, plan: &model::Plan, deeds: model::BySide<usize>) {
        for side in Side::BOTH {
            let ledger = self.story.replica(side).ledger();
            let count = |wanted: fn(&Deed) -> bool| ledger.by_job(deeds[side]).filter(|deed| wanted(deed)).count();
            let planned = |kind: ActionKind| {
                plan.actions.iter().filter(|action| action.side == side && action.kind == kind).count()
            };
            assert!(count(|deed| matches!(deed, Deed::Created { .. })) <= planned(ActionKind::Create), "I9 creates");
            assert!(count(|deed| matches!(deed, Deed::Deleted { .. })) <= planned(ActionKind::Delete), "I9 deletes");
        }
    }

    /// I3: no deletion follows from a listing that lied.
    fn check_lies(&self, deeds: model::BySide<usize>) {
        for side in Side::BOTH {
            // Where people share numbers, one cannot tell from here who is alive.
            if self.lied[side.other()] && !self.people.restless {
                let ledger = self.story.replica(side).ledger();
                let gone = ledger.by_job(deeds[side]).filter_map(|deed| match deed {
                    Deed::Deleted { cells } => Some(cells.clone()),
                    _ => None,
                });
                for cells in gone {
                    let other = self.story.replica(side.other());
                    let alive = other.contacts().into_iter().any(|contact| contact.cells[1] == cells[1]);
                    assert!(!alive, "I3: {cells:?} was deleted in {side} and lives on the other side");
                }
            }
        }
    }

    /// Everybody is quiet and everything works: both sides come together, and then nothing happens any more.
    fn end(&self) {
        self.story.crm.give_ids();
        self.story.settle();
        self.story.clock.seconds(60);
        self.story.settle();
        self.story.check_state("at the end");
        self.story.check_quiet("at the end");
        self.check_marks();
        self.check_equal();
        self.check_doubles();
    }

    /// I1: the last mark that somebody set on a contact is on the other side as well, or waits visibly; or the contact
    /// is gone.
    fn check_marks(&self) {
        let plan = self.story.plan().plan;
        if plan.skipped.iter().any(|skipped| skipped.reason == SkipReason::Parked) {
            return; // a refused contact is shown under the number that it has there
        }
        let waits = |text: &str| {
            let shown = |value: &Option<String>| value.as_deref() == Some(text);
            plan.conflicts.iter().any(|conflict| shown(&conflict.justcall) || shown(&conflict.crm))
        };
        // A write that did not land is parked, and shown with the record that it was for.
        let parked: Vec<String> = Side::BOTH
            .into_iter()
            .flat_map(|side| self.story.replica(side).contacts())
            .filter(|contact| {
                let is_it = |skipped: &&Skipped| Some(skipped.record_id.as_str()) == contact.id.as_deref();
                plan.skipped.iter().any(|skipped| is_it(&skipped))
            })
            .map(|contact| contact.cells[1].clone())
            .collect();
        let involved = |contact: &Contact| {
            let id = contact.id.as_deref().unwrap_or_default();
            parked.contains(&contact.cells[1])
                || plan.held.iter().any(|held| {
                    // A creation waits with the record that it copies.
                    [&held.record_id, &held.other_id].into_iter().flatten().any(|held| held.as_str() == id)
                })
                || plan.conflicts.iter().any(|conflict| {
                    let whole = conflict.field.is_none().then_some([&conflict.justcall_id, &conflict.crm_id]);
                    whole.is_some_and(|ids| ids.into_iter().any(|known| known.as_deref() == Some(id)))
                        || conflict.records.iter().any(|record| record.id == id)
                })
        };
        for side in Side::BOTH {
            for contact in self.story.replica(side).contacts() {
                let company = &contact.cells[3];
                if company.starts_with("mark") && !waits(company) && !involved(&contact) {
                    let other = self.story.replica(side.other()).contacts();
                    assert!(other.iter().any(|there| there.cells[3] == *company), "I1: {company} of {side} is nowhere");
                }
            }
        }
    }

    /// L2: apart from what waits for a person, both sides hold the same.
    fn check_equal(&self) {
        let plan = self.story.plan().plan;
        if !plan.conflicts.is_empty() || !plan.skipped.is_empty() || !plan.held.is_empty() {
            return;
        }
        let world = |side: Side| {
            let cut = |text: &String| text.trim().chars().take(40).collect::<String>();
            let mut world: Vec<Vec<String>> =
                self.story.replica(side).contacts().iter().map(|c| c.cells[..4].iter().map(cut).collect()).collect();
            world.sort();
            world
        };
        assert_eq!(world(Side::Justcall), world(Side::Crm), "L2");
    }

    /// I5: where nobody shares a number, nobody is there twice.
    fn check_doubles(&self) {
        if self.people.restless {
            return;
        }
        for side in Side::BOTH {
            let mut numbers: Vec<String> =
                self.story.replica(side).contacts().into_iter().map(|contact| contact.cells[1].clone()).collect();
            let all = numbers.len();
            numbers.sort();
            numbers.dedup();
            assert_eq!(numbers.len(), all, "I5: somebody is in {side} twice");
        }
    }
}

fn simulate(seed: u64) -> bool {
    let mut simulation = Simulation::new(seed);
    let lived = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        simulation.edits(8);
        for _ in 0..4 {
            simulation.round();
        }
        simulation.end();
    }));
    if lived.is_err() {
        eprintln!("seed {seed}:\n{}", simulation.told.join("\n"));
    }
    lived.is_ok()
}

fn seeds(from: u64, to: u64) {
    let wanted = std::env::var("SEEDS").ok().and_then(|text| {
        let (from, to) = text.split_once("..")?;
        Some((from.parse().ok()?, to.parse().ok()?))
    });
    let (from, to) = wanted.unwrap_or((from, to));
    let failed: Vec<u64> = (from..to).filter(|seed| !simulate(*seed)).collect();
    assert!(failed.is_empty(), "{} of {} seeds failed: {failed:?}", failed.len(), to - from);
}

#[test]
fn random_worlds_hold_together() {
    seeds(0, 150);
}

#[test]
fn more_random_worlds_hold_together() {
    seeds(150, 300);
}
