//! What is said about a run, and about a run that is missing.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../report/tests/common/mod.rs"]
mod common;

use common::at;
use jiff::SignedDuration;
use model::{AlarmKind, HeldReason, RunOutcome, RunReport, Side};
use notify::{Condition, Ended, Limits, Options, Overdue, Standing, Summary, Trouble};
use report::view::default_titles;

const LIMITS: Limits =
    Limits { no_run: Some(SignedDuration::from_hours(36)), conflict: Some(SignedDuration::from_hours(24 * 7)) };

fn quiet() -> RunReport {
    let none = Vec::new();
    RunReport {
        outcome: RunOutcome::Clean,
        stale: Vec::new(),
        failed: Vec::new(),
        held: Vec::new(),
        conflicts: none,
        alarms: Vec::new(),
        ..common::run()
    }
}

fn known() -> Standing {
    Standing { is_known: true, last_success: Some(at("2026-07-01T01:00:00Z")), ..Standing::default() }
}

fn tell(report: Option<&RunReport>, trouble: Option<&str>, standing: &Standing) -> Summary {
    let options = Options { details: false, titles: default_titles(), at: at("2026-07-01T02:00:10Z") };
    let trouble = trouble.map(|message| Trouble { message: message.into(), causes: vec![], hint: Some("wait".into()) });
    Summary::new(Ended { report, trouble }, standing, LIMITS, &options)
}

#[test]
fn what_waits_for_nobody_is_fine() {
    let mut run = quiet();
    run.held.push(common::held(Side::Crm, "Ada", HeldReason::AwaitingSighting, None));
    let summary = tell(Some(&run), None, &known());
    assert_eq!(summary.told.condition, Condition::Fine);
    assert!(summary.subject.starts_with("tieline: fine, nothing waits for you; "), "{}", summary.subject);
    assert_eq!(summary.blocks.len(), 1, "what waits for time is shown all the same: {:?}", summary.blocks);
}

#[test]
fn each_thing_that_waits_for_a_person_is_counted() {
    let mut run = quiet();
    run.conflicts.push(common::conflict());
    assert_eq!(tell(Some(&run), None, &known()).subject, "tieline: 1 needs you: 1 conflict");
    run.held.push(common::held(Side::Crm, "Ada", HeldReason::Guard, None));
    run.alarms.push(common::guard_alarm());
    let standing = Standing { parked: 2, ..known() };
    let summary = tell(Some(&run), None, &standing);
    assert_eq!(summary.subject, "tieline: 5 need you: 1 conflict, 1 held change, 2 refused records and 1 alarm");
    let alone = Standing { parked: 1, ..known() };
    assert_eq!(tell(Some(&quiet()), None, &alone).told.condition, Condition::NeedsYou);
}

#[test]
fn a_failed_run_says_what_and_what_to_do() {
    let summary = tell(None, Some("JustCall: answered with 401"), &known());
    assert_eq!(summary.told.condition, Condition::Failed);
    assert_eq!(summary.subject, "tieline: failed: JustCall: answered with 401");
    assert_eq!(summary.blocks[0].entries[1].text, "hint: wait");
    // One that got half-way says that, and why it went no further.
    let run = RunReport { outcome: RunOutcome::Failed, ..common::run() };
    let summary = tell(Some(&run), Some("the network"), &known());
    assert!(summary.subject.starts_with("tieline: failed: the network; 3 need you"), "{}", summary.subject);
    assert!(summary.headline.starts_with("Stopped before the end") && summary.blocks[0].title == "What went wrong");
}

#[test]
fn too_long_without_a_run_or_an_answer() {
    let old = Standing {
        conflicts: vec![at("2026-06-20T02:00:00Z"), at("2026-06-30T02:00:00Z")],
        last_success: Some(at("2026-06-29T01:00:00Z")),
        ..known()
    };
    let summary = tell(None, None, &old);
    assert_eq!(summary.told.condition, Condition::Failed);
    assert_eq!(summary.told.overdue.iter().copied().collect::<Vec<_>>(), [Overdue::NoRun, Overdue::OldConflict]);
    assert_eq!(summary.headline, "No successful run for 2 d 1 h.");
    let text = &summary.blocks[0].entries[1].text;
    assert_eq!(text, "1 conflict undecided for more than 7 d, the oldest for 11 d");
    // Just within both.
    let young = Standing { conflicts: vec![at("2026-06-24T02:00:11Z")], ..known() };
    assert!(tell(None, None, &young).told.overdue.is_empty());
    // Where nothing is known nothing is overdue; where nothing ever went through, that is said.
    assert!(tell(None, None, &Standing::default()).told.overdue.is_empty());
    let never = Standing { last_success: None, ..known() };
    assert_eq!(tell(None, None, &never).headline, "No run has succeeded so far.");
}

#[test]
fn alarms_that_quote_a_contact_do_so_only_on_request() {
    let mut run = quiet();
    let alarm =
        model::Alarm { kind: AlarmKind::Canary, detail: "Ada Lovelace holds X".into(), ..common::guard_alarm() };
    run.alarms.push(alarm);
    let options = |details| Options { details, titles: default_titles(), at: at("2026-07-01T02:00:10Z") };
    let tell = |details| {
        let ended = Ended { report: Some(&run), trouble: None };
        serde_json::to_string(&Summary::new(ended, &known(), LIMITS, &options(details))).unwrap()
    };
    assert!(tell(true).contains("Ada Lovelace") && !tell(false).contains("Ada Lovelace"));
}
