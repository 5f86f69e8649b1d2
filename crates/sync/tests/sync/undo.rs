//! Undo in random worlds and killed at every step (L12). What a person sees of it is told in tests/stories.

use crate::story::{Story, Told};
use model::{ActionKind, Side};
use sync::Finished;
use testkit::{Crash, Kind, People, block_on};

impl Story {
    /// Takes a run back.
    pub(crate) fn undo(&self, told: &Told) -> Told {
        self.clock.seconds(60);
        self.with(|session| {
            let planned = block_on(session.plan_undo_for_run(&told.report.run)).unwrap();
            let Finished { report, stopped } = block_on(session.apply(&planned)).unwrap();
            Told { plan: planned.plan, report, stopped }
        })
    }
}

/// Without guards: what they do is tested elsewhere.
fn unguarded(justcall: Kind, crm: Kind) -> Story {
    let mut story = Story::between(justcall, crm).quick_deletes();
    let guards = &mut story.settings.guards;
    for guard in
        [&mut guards.deletes, &mut guards.clears, &mut guards.phone_changes, &mut guards.creates, &mut guards.changed]
    {
        guard.floor = 1_000;
    }
    story
}

/// A world that was in sync, and then lived on.
fn lived_in(seed: u64, justcall: Kind, restless: bool) -> Story {
    let story = unguarded(justcall, Kind::file());
    let mut people = People::new(seed, restless);
    let act = |people: &mut People, times: usize| {
        for _ in 0..times {
            let side = people.random.below(2);
            people.act(side, story.replica(Side::BOTH[side]));
        }
    };
    act(&mut people, 8);
    story.settle();
    act(&mut people, 6);
    story.clock.seconds(60);
    story
}

fn undo_and_back(seed: u64, justcall: Kind, restless: bool) -> usize {
    let story = lived_in(seed, justcall, restless);
    let before = story.worlds();
    let told = story.run();
    let after = story.worlds();
    let undone = story.undo(&told);
    if restless && !(undone.plan.skipped.is_empty() && undone.plan.held.is_empty()) {
        return 0; // a number is somebody else's by now, or the run emptied a side: said, not done
    }
    assert_eq!(undone.plan.skipped, [], "seed {seed}: nobody touched anything: {:#?}", told.plan.actions);
    assert_eq!((&undone.report.failed, &undone.report.stale), (&Vec::new(), &Vec::new()), "seed {seed}");
    assert_eq!(story.worlds(), before, "seed {seed}: {:#?}", told.plan.actions);
    // Nothing of it is done again: only a contact that came back is created on the other side, too.
    story.clock.seconds(60);
    let next = story.plan().plan;
    let brought_back = undone.plan.actions.iter().filter(|action| action.kind == ActionKind::Create).count();
    let writes: Vec<_> = next.actions.iter().filter(|action| action.kind.is_write()).collect();
    assert!(writes.iter().all(|action| action.kind == ActionKind::Create), "seed {seed}: {writes:#?}");
    assert_eq!(writes.len(), brought_back, "seed {seed}: {writes:#?}");
    let redone = story.undo(&undone);
    if !redone.plan.held.is_empty() {
        return 0; // a side that shows nobody is not believed (S3)
    }
    assert_eq!(story.worlds(), after, "seed {seed}: undo of undo");
    if restless {
        return undone.plan.actions.len(); // what was ambiguous may be decided by now
    }
    story.settle();
    assert_eq!(story.worlds(), after, "seed {seed}: and it stays so");
    story.check_state(&format!("seed {seed}"));
    undone.plan.actions.len()
}

#[test]
fn undo_restores_and_undo_of_undo_is_identity_l12() {
    let actions: usize = (0..60).map(|seed| undo_and_back(seed, Kind::phone_system(), false)).sum();
    assert!(actions > 100, "{actions}: the test tests nothing");
}

#[test]
fn undo_where_answers_tell_everything_l12() {
    let actions: usize = (100..130).map(|seed| undo_and_back(seed, Kind::talkative(), false)).sum();
    assert!(actions > 50, "{actions}: the test tests nothing");
}

#[test]
fn undo_where_numbers_change_hands_l12_i6() {
    let actions: usize = (0..80).map(|seed| undo_and_back(seed, Kind::phone_system(), true)).sum();
    assert!(actions > 100, "{actions}: the test tests nothing");
}

/// Every kind of write on both sides.
fn busy() -> (Story, Told) {
    let story = unguarded(Kind::phone_system(), Kind::file());
    for (name, phone) in [("Ann", 1), ("Bob", 2), ("Cat", 3), ("Dan", 4)] {
        story.crm.add(&[("first_name", name), ("phone", &testkit::number(phone)), ("company", name)]);
    }
    story.settle();
    story.crm.edit("Ann", "company", "From the CRM");
    story.justcall.edit("Bob", "company", "From JustCall");
    story.crm.remove("Cat");
    story.justcall.remove("Dan");
    story.crm.add(&[("first_name", "Eve"), ("phone", &testkit::number(5))]);
    story.justcall.add(&[("first_name", "Fay"), ("phone", &testkit::number(6))]);
    story.clock.seconds(60);
    let told = story.run();
    (story, told)
}

#[test]
fn an_undo_that_is_killed_is_finished_by_another_one_l4_l12() {
    let (start, told) = busy();
    let finish = |story: &Story| {
        story.clock.seconds(60);
        story.run();
        story.undo(&told);
        story.settle();
    };
    let clean = start.fork();
    clean.crash.disarm();
    clean.undo(&told);
    let steps = clean.crash.steps().len();
    finish(&clean);
    assert!(clean.crm.find("Eve").is_some() && clean.justcall.find("Eve").is_none(), "taken off JustCall alone");
    assert!(clean.justcall.find("Cat").is_some() && clean.crm.find("Dan").is_some(), "back");
    for step in 0..steps {
        let what = format!("killed at step {step} of {steps}");
        let story = start.fork();
        story.crash.arm(step);
        assert!(Crash::survive(|| story.undo(&told)).is_none(), "{what}: nothing happened");
        story.crash.disarm();
        finish(&story);
        assert_eq!(story.worlds(), clean.worlds(), "{what}");
        story.check_state(&what);
    }
}
