//! What a reader sees: a few whole views, and single promises about them.
#![allow(clippy::unwrap_used)]

mod common;

use model::{
    ActionKind, Applied, Author, BySide, Conflict, ConflictKind, HeldReason, Plan, RunOutcome, Side, SkipReason, Stamp,
};
use report::json::Layout;
use report::terminal::{self, RunRow, ViewOptions};
use std::io;

fn narrow() -> ViewOptions {
    ViewOptions { width: 80, ..ViewOptions::default() }
}

fn drawn(draw: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    draw(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn plan(plan: &Plan, options: &ViewOptions) -> String {
    drawn(|out| terminal::plan(plan, options, out))
}

#[test]
fn rich_plan() {
    insta::assert_snapshot!(plan(&common::rich_plan(), &narrow()));
}

#[test]
fn empty_plan() {
    insta::assert_snapshot!(plan(&common::empty_plan(), &narrow()));
}

/// A run that ended early did not see anybody move.
#[test]
fn what_was_not_sent_did_not_move() {
    let mut run = common::run();
    let moved = run.stale[0].clone();
    let unsent = model::StaleRecord { detail: format!("{}no connection", model::NOT_SENT), ..moved };
    run.stale.extend([unsent.clone(), unsent.clone()]);
    let text = drawn(|out| terminal::run(&run, &narrow(), out));
    assert!(text.contains("Not sent: 2 records; the next run goes on"), "{text}");
    assert!(text.contains("Stale: 1 record moved") && text.contains("  no connection"), "{text}");
    run.stale = vec![unsent];
    let text = drawn(|out| terminal::run(&run, &narrow(), out));
    assert!(!text.contains("moved after the plan"), "{text}");
}

#[test]
fn partial_run() {
    insta::assert_snapshot!(drawn(|out| terminal::run(&common::run(), &narrow(), out)));
}

#[test]
fn conflict_card() {
    insta::assert_snapshot!(drawn(|out| terminal::conflict(&common::conflict(), &narrow(), out)));
}

#[test]
fn a_conflict_says_who_set_a_value_wherever_it_is_shown() {
    let stamp = Stamp { at: "2026-06-27T14:03:00Z".parse().unwrap(), by: Author::Person, name: "user 51".to_owned() };
    let conflict = Conflict { set: BySide { justcall: None, crm: Some(stamp) }, ..common::conflict() };
    let told = Plan { conflicts: vec![conflict.clone()], ..common::rich_plan() };
    let words = "set 2026-06-27 14:03 UTC by user 51";
    let titles = report::view::default_titles();
    let pages = report::view::RecordPages::default();
    let views = [
        plan(&told, &narrow()),
        drawn(|out| terminal::conflict(&conflict, &narrow(), out)),
        drawn(|out| report::markdown::plan(&told, &titles, &pages, out)),
        drawn(|out| report::html::plan(&told, &report::html::PageOptions::default(), out)),
    ];
    for view in views {
        assert_eq!(view.matches(words).count(), 1, "{view}");
        assert!(!view.contains("JustCall set") && !view.contains("JustCall: set"), "{view}");
    }
    let rows = drawn(|out| report::csv::conflicts(&[conflict], &pages, out));
    assert!(rows.trim_end().ends_with(r#","","2026-06-27T14:03:00Z by user 51""#), "{rows}");
}

#[test]
fn full_view_leaves_nothing_out() {
    let text = plan(&common::rich_plan(), &ViewOptions { full: true, ..narrow() });
    assert!(!text.contains('…'), "{text}");
    for word in ["assistant first.", "株式会社サンプル", "both sides agree on first_name and phone"] {
        assert!(text.replace("\n        ", " ").contains(word), "{word}\n{text}");
    }
}

#[test]
fn colours_only_where_asked_for() {
    let options = ViewOptions { color: true, ..narrow() };
    let colored = plan(&common::rich_plan(), &options);
    assert!(colored.contains("\u{1b}[1m\u{1b}[31m! "), "a changed number is red");
    assert!(!plan(&common::rich_plan(), &narrow()).contains('\u{1b}'));
    let mut plain = colored;
    while let Some(start) = plain.find('\u{1b}') {
        let end = start + plain[start..].find('m').unwrap();
        plain.replace_range(start..=end, "");
    }
    assert_eq!(plain, plan(&common::rich_plan(), &narrow()), "colour changes nothing else");
}

#[test]
fn limit_keeps_changed_numbers_in_sight() {
    let mut many = common::rich_plan();
    let phone =
        many.actions.iter().find(|action| action.side == Side::Crm && action.kind == ActionKind::Update).unwrap();
    let mut other = phone.clone();
    other.changes = vec![common::change("company", Some("a"), "b")];
    other.name = "Somebody Else".into();
    many.actions.splice(0..0, vec![other; 30]);
    let text = plan(&many, &ViewOptions { limit: 5, ..narrow() });
    assert!(text.contains("Zoë Müller"), "{text}");
    assert!(text.contains("… and 26 more"), "{text}");
}

#[test]
fn totals_that_do_not_meet_are_said() {
    let mut wrong = common::rich_plan();
    wrong.summary.crm.records += 1;
    assert!(plan(&wrong, &narrow()).contains("the numbers of CRM do not add up"));
    assert!(!plan(&common::rich_plan(), &narrow()).contains("do not add up"));
}

#[test]
fn held_creations_are_no_records() {
    let mut guarded = common::empty_plan();
    let mut held = common::held(Side::Crm, "New One", HeldReason::Guard, None);
    held.kind = ActionKind::Create;
    guarded.held = vec![held];
    guarded.summary.crm.held = 1;
    let text = plan(&guarded, &narrow());
    assert!(!text.contains("do not add up"), "{text}");
    assert!(text.contains("+ create, held"), "{text}");
    assert!(text.starts_with("Nothing to write; 1 held change waits."), "{text}");
}

#[test]
fn alarms_are_never_cut() {
    let text = plan(&common::rich_plan(), &ViewOptions { width: 40, ..narrow() });
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&common::guard_alarm().detail), "{text}");
}

#[test]
fn titles_name_the_sides() {
    let titles = BySide { justcall: "JustCall".to_owned(), crm: "HubSpot".to_owned() };
    let text = plan(&common::rich_plan(), &ViewOptions { titles, ..narrow() });
    assert!(text.contains("HubSpot: 1 delete"), "{text}");
}

#[test]
fn cards_of_whole_contacts_say_what_each_answer_does() {
    let mut gone = Conflict { kind: ConflictKind::EditedAndDeleted, field: None, ..common::conflict() };
    gone.base = None;
    gone.crm = None;
    let card = drawn(|out| terminal::conflict(&gone, &narrow(), out));
    assert!(card.contains("--take justcall\n      creates the contact in CRM again"), "{card}");
    assert!(card.contains("--take crm\n      deletes the contact in JustCall too"), "{card}");
    let shared = drawn(|out| terminal::conflict(&common::shared(), &narrow(), out));
    assert!(!shared.contains("--take"), "nothing to take: {shared}");
    assert!(shared.contains("Ida Rhodes"), "{shared}");
}

#[test]
fn lists_of_conflicts_and_runs() {
    let list = drawn(|out| terminal::conflicts(&[common::shared(), common::conflict()], &narrow(), out));
    assert!(list.starts_with("2 conflicts wait for a decision.\n"), "{list}");
    assert!(list.contains("c3f9a01b77e  Grace Hopper"), "{list}");
    assert_eq!(drawn(|out| terminal::conflicts(&[], &narrow(), out)), "No conflicts.\n");
    let row = RunRow {
        run: "r1".into(),
        at: common::at("2026-07-01T02:00:00Z"),
        finished_by: None,
        outcome: Some(RunOutcome::Waiting),
        applied: BySide { justcall: Applied::default(), crm: Applied { create: 0, update: 3, delete: 0 } },
        waiting: 2,
        seconds: Some(65.0),
    };
    let table = drawn(|out| terminal::runs(&[row], &narrow(), out));
    assert_eq!(
        table,
        "run  when                  outcome    writes\n\
         r1   2026-07-01 02:00 UTC  waiting    CRM: 3 updated; 2 waiting; 1 min 5 s\n"
    );
}

#[test]
fn json_is_the_plan_itself() {
    let rich = common::rich_plan();
    for layout in [Layout::Pretty, Layout::Compact] {
        let text = drawn(|out| report::json::plan(&rich, layout, out));
        assert!(text.starts_with('{') && text.ends_with("}\n"));
        assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), rich);
        let order = ["\"format\"", "\"id\"", "\"created_at\"", "\"state_serial\"", "\"summary\"", "\"actions\""];
        let places: Vec<usize> = order.iter().map(|key| text.find(key).unwrap()).collect();
        assert!(places.is_sorted());
    }
    let run = drawn(|out| report::json::run(&common::run(), Layout::Compact, out));
    assert_eq!(run.lines().count(), 1);
    let conflicts = drawn(|out| report::json::conflicts(&[common::conflict()], Layout::Compact, out));
    assert!(conflicts.starts_with("{\"conflicts\":[{\"id\":\"c3f9a01b77e\""), "{conflicts}");
}

#[test]
fn csv_runs_no_formula() {
    let mut evil = common::conflict();
    evil.crm = Some("=HYPERLINK(\"http://example.com\",\"x\")".into());
    let text = drawn(|out| report::csv::conflicts(&[evil], &BySide::default(), out));
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert!(lines[0].starts_with("\"id\",\"kind\",\"contact\",\"phone\",\"field\",\"base\",\"justcall\",\"crm\""));
    assert!(lines[1].contains("\"'+14155550142\""), "{text}");
    assert!(lines[1].contains("\"'=HYPERLINK(\"\"http://example.com\"\",\"\"x\"\")\""), "{text}");
}

#[test]
fn records_have_links_where_their_page_is_known() {
    let pages = BySide {
        justcall: None,
        crm: Some(report::view::RecordPage::new("https://crm.example.com/people/{id}").unwrap()),
    };
    let mut odd = common::conflict();
    odd.crm_id = Some("21\"><img src=x>".into());
    let table = drawn(|out| report::csv::conflicts(&[odd.clone()], &pages, out));
    assert!(
        table.ends_with("\"\",\"https://crm.example.com/people/21%22%3E%3Cimg%20src%3Dx%3E\",\"\",\"\"\r\n"),
        "{table}"
    );
    let mut plan = common::rich_plan();
    plan.conflicts = vec![odd];
    let options = report::html::PageOptions { pages, ..Default::default() };
    let page = drawn(|out| report::html::plan(&plan, &options, out));
    let link = "<a href=\"https://crm.example.com/people/21%22%3E%3Cimg%20src%3Dx%3E\" target=\"_blank\" rel=\"noopener noreferrer\">";
    assert!(page.contains(link) && !page.contains("<img src"), "{page}");
    let unlinked = drawn(|out| report::html::plan(&plan, &report::html::PageOptions::default(), out));
    assert!(!unlinked.contains("<a href=\"http"));
}

#[test]
fn hundred_thousand_actions_are_summarised() {
    let mut big = common::rich_plan();
    let update = big.actions[1].clone();
    big.actions = vec![update; 100_000];
    big.skipped = vec![common::skipped(Side::Crm, "1", SkipReason::NoPhone, "no phone"); 100_000];
    big.conflicts = vec![common::conflict(); 10_000];
    let text = plan(&big, &narrow());
    assert!(text.contains("… and 99,980 more") && text.contains("… and 9,980 more"), "{text}");
    assert!(text.lines().count() < 300, "formats what is shown, not what there is");
}
