//! Every story of the corpus, killed at every step: the next ordinary runs end where an uninterrupted one would have,
//! with no contact made twice, nothing lost, and at most one more conflict (L4, I5, S37, S38).

use crate::corpus::{TALES, Tale};
use crate::story::Story;
use model::Side;
use testkit::{Crash, Kind};

/// Pairs of replicas that every story is told between.
fn kinds() -> Vec<(&'static str, Kind, Kind)> {
    let unique = |kind: Kind| Kind { unique_phones: true, ..kind };
    let blind_file = Kind { shows_stored: false, ids_in_answers: false, ..Kind::file() };
    vec![
        ("phone system and file", Kind::phone_system(), Kind::file()),
        ("talkative, unique phones, and file", unique(Kind::talkative()), Kind::file()),
        ("phone system and file without ids", Kind::phone_system(), Kind::file_without_ids()),
        ("late phone system, unique, and blind file", unique(Kind { lag: 20, ..Kind::phone_system() }), blind_file),
    ]
}

fn prepared(tale: &Tale, justcall: Kind, crm: Kind) -> Story {
    let mut story = Story::between(justcall, crm).quick_deletes();
    story.settings.guards.deletes.floor = 50;
    if tale.name.contains("scope") {
        story.settings.scope.crm.conditions = vec![(4, vec![String::new(), "lead".to_owned()])];
    }
    (tale.before)(&story);
    if let Some(then) = tale.then {
        story.settle();
        then(&story);
    }
    story
}

/// How a story ends if nobody is in its way.
struct End {
    story: Story,
    conflicts: usize,
}

fn finish(story: Story, what: &str) -> End {
    story.settle();
    story.clock.seconds(60);
    story.check_state(what);
    let conflicts = story.run().plan.conflicts.len();
    story.check_quiet(what);
    End { story, conflicts }
}

fn compare(clean: &End, crashed: &End, what: &str) {
    assert_eq!(crashed.story.worlds(), clean.story.worlds(), "{what}");
    assert!(crashed.conflicts <= clean.conflicts + 1, "{what}: {} conflicts", crashed.conflicts);
    for side in Side::BOTH {
        let made = |end: &End| end.story.replica(side).ledger().creates_by_job();
        assert!(made(crashed) <= made(clean), "{what}: made twice in {side}");
    }
}

fn tell(tale: &Tale, kind: &str, start: &Story) {
    let clean = start.fork();
    clean.crash.disarm();
    clean.clock.seconds(60);
    clean.run();
    let steps = clean.crash.steps().len();
    let clean = finish(clean, &format!("{}, {kind}", tale.name));
    for step in 0..steps {
        let what = format!("{}, {kind}, killed at step {step} of {steps}", tale.name);
        let story = start.fork();
        story.clock.seconds(60);
        story.crash.arm(step);
        assert!(story.run_or_crash().is_none(), "{what}: nothing happened");
        story.crash.disarm();
        compare(&clean, &finish(story, &what), &what);
    }
}

fn survive_all(pair: usize) {
    let wanted = std::env::var("TALE").unwrap_or_default();
    let (kind, justcall, crm) = kinds().swap_remove(pair);
    let mut failures = Vec::new();
    for tale in TALES.iter().filter(|tale| tale.name.contains(&wanted)) {
        let told = std::panic::catch_unwind(|| {
            let start = prepared(tale, justcall.clone(), crm.clone());
            tell(tale, kind, &start);
        });
        if told.is_err() {
            failures.push(tale.name);
        }
    }
    assert!(failures.is_empty(), "{} failed between {kind}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn stories_between_phone_system_and_file_survive() {
    survive_all(0);
}

#[test]
fn stories_with_unique_phones_survive() {
    survive_all(1);
}

#[test]
fn stories_with_a_file_without_ids_survive() {
    survive_all(2);
}

#[test]
fn stories_with_late_listings_and_a_blind_file_survive() {
    survive_all(3);
}

#[test]
fn a_crash_is_a_crash() {
    let story = Story::new();
    story.crash.arm(0);
    assert!(story.run_or_crash().is_none());
    assert_eq!(Crash::survive(|| 1), Some(1));
}
