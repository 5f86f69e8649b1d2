//! Whatever stands in a contact: no panic, no control character in the output, no line wider than the terminal.
#![allow(clippy::unwrap_used)]

mod common;

use model::{Conflict, Plan, RunReport};
use proptest::prelude::*;
use report::diff::{self, Part};
use report::terminal::{self, ViewOptions};
use unicode_width::UnicodeWidthStr as _;

/// Texts with what terminals and readers stumble over.
fn text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "\u{1b}[31m",
        "\u{1b}]0;x\u{7}",
        "\u{202e}",
        "\u{2066}",
        "\u{200d}",
        "\u{fe0f}",
        "\u{301}",
        "\n",
        "\r",
        "\t",
        " ",
        "👩‍👩‍👧",
        "🇩🇪",
        "🇩",
        "山",
        "\u{9b}",
        "\0",
        "ﷺ",
        "لا",
        "क्षि",
        "\u{600}",
        "1\u{fe0f}\u{20e3}",
        "…",
        "→",
        "word",
        "a",
        ",",
        "\u{1100}",
        "\u{1161}",
        "\u{e0041}",
    ]);
    let piece =
        prop_oneof![3 => nasty.prop_map(str::to_owned), 2 => any::<char>().prop_map(String::from), 1 => "[a-z ]{0,12}"];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn options() -> impl Strategy<Value = ViewOptions> {
    (40_usize..130, 0_usize..3, any::<bool>(), text(), text()).prop_map(|(width, limit, full, justcall, crm)| {
        ViewOptions { width, limit, full, titles: model::BySide { justcall, crm }, ..ViewOptions::default() }
    })
}

/// Every text of a plan replaced, one after the other.
fn plan_of(texts: &[String]) -> Plan {
    let mut texts = texts.iter().cycle().cloned();
    let mut next = || texts.next().unwrap_or_default();
    let mut plan = common::rich_plan();
    for action in &mut plan.actions {
        (action.name, action.phone, action.note) = (next(), next(), next());
        for change in &mut action.changes {
            change.after = next();
            change.before = change.before.is_some().then(&mut next);
        }
        action.changes.push(model::Change {
            field: model::Field::Custom(next().into()),
            before: Some(next()),
            after: next(),
        });
        if let Some(evidence) = &mut action.evidence {
            evidence.proof = next();
        }
    }
    for conflict in &mut plan.conflicts {
        *conflict = conflict_of(conflict, &mut next);
    }
    for held in &mut plan.held {
        (held.name, held.phone, held.detail, held.class) = (next(), next(), next(), Some(next()));
    }
    for skipped in &mut plan.skipped {
        (skipped.record_id, skipped.detail) = (next().into(), next());
    }
    for alarm in &mut plan.alarms {
        (alarm.detail, alarm.class) = (next(), Some(next()));
    }
    plan.id.0 = next();
    plan
}

fn conflict_of(conflict: &Conflict, next: &mut impl FnMut() -> String) -> Conflict {
    let mut conflict = conflict.clone();
    (conflict.name, conflict.phone, conflict.detail, conflict.id.0) = (next(), next(), next(), next());
    conflict.base = conflict.base.is_some().then(&mut *next);
    conflict.justcall = conflict.justcall.is_some().then(&mut *next);
    conflict.crm = conflict.crm.is_some().then(&mut *next);
    (conflict.justcall_id, conflict.crm_id) = (Some(next()), None);
    for member in &mut conflict.records {
        (member.id, member.name) = (next(), next());
    }
    conflict
}

fn run_of(plan: &Plan, texts: &[String]) -> RunReport {
    let mut texts = texts.iter().cycle().cloned();
    let mut next = || texts.next().unwrap_or_default();
    let mut run = common::run();
    run.conflicts.clone_from(&plan.conflicts);
    run.held.clone_from(&plan.held);
    run.alarms.clone_from(&plan.alarms);
    run.error = Some(next());
    for failed in &mut run.failed {
        (failed.phone, failed.error) = (next(), next());
    }
    for stale in &mut run.stale {
        (stale.phone, stale.detail) = (next(), next());
    }
    run.run.0 = next();
    run
}

fn check(output: &[u8], width: usize) -> Result<(), TestCaseError> {
    let output = std::str::from_utf8(output).unwrap();
    for line in output.lines() {
        prop_assert!(line.width() <= width, "{} columns in {width}: {line:?}", line.width());
        for character in line.chars() {
            prop_assert!(!character.is_control(), "{line:?}");
            prop_assert!(!matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'), "{line:?}");
        }
    }
    prop_assert!(!output.contains('\r') && output.ends_with('\n'));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn views_are_safe_and_fit(texts in prop::collection::vec(text(), 1..40), options in options()) {
        let plan = plan_of(&texts);
        let run = run_of(&plan, &texts);
        let row = terminal::RunRow {
            run: texts[0].clone(), at: plan.created_at, finished_by: None,
            outcome: None, applied: run.applied, waiting: 3, seconds: None,
        };
        let mut out = Vec::new();
        terminal::plan(&plan, &options, &mut out).unwrap();
        terminal::run(&run, &options, &mut out).unwrap();
        terminal::runs(&[row], &options, &mut out).unwrap();
        terminal::conflicts(&plan.conflicts, &options, &mut out).unwrap();
        for conflict in &plan.conflicts {
            terminal::conflict(conflict, &options, &mut out).unwrap();
        }
        check(&out, options.width)?;
    }

    #[test]
    fn a_diff_contains_both_values(before in text(), after in text()) {
        let segments = diff::inline(&before, &after);
        let without = |part: Part| -> String {
            segments.iter().filter(|segment| segment.part != part).map(|segment| segment.text.as_str()).collect()
        };
        prop_assert_eq!(without(Part::Inserted), before);
        prop_assert_eq!(without(Part::Removed), after);
    }

    #[test]
    fn cells_start_no_formula(cell in text()) {
        let shown = report::csv::neutral(&cell);
        prop_assert!(!shown.starts_with(['=', '+', '-', '@', '\t', '\r']));
        prop_assert_eq!(shown.strip_prefix('\'').filter(|rest| *rest == cell).unwrap_or(&shown), &cell);
    }

    #[test]
    fn what_is_safe_stays_as_it_is(text in text()) {
        let once = report::text::safe(&text).into_owned();
        prop_assert_eq!(report::text::safe(&once), once.as_str());
    }
}
