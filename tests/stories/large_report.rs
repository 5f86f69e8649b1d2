//! A report of ten thousand conflicts in a real browser: it opens at once, and all of them can be found and decided. Needs
//! Chromium; says so loudly where there is none.

use crate::chromium::Browser;
use crate::support::until;
use model::{Binding, BySide, Conflict, ConflictId, ConflictKind, Field, LinkId, PLAN_FORMAT, Plan, PlanId, Summary};
use report::html::PageOptions;
use std::time::{Duration, Instant};

const COUNT: usize = 10_000;

fn conflict(number: usize) -> Conflict {
    Conflict {
        id: ConflictId(format!("c{number:010}")),
        kind: ConflictKind::BothEdited,
        phone: format!("+1415{number:07}"),
        name: format!("Person Number {number}"),
        field: Some(if number.is_multiple_of(2) { Field::Company } else { Field::Email }),
        base: Some(format!("Gallagher & Sons {number}")),
        justcall: Some(format!("Gallagher Peanuts Holding {number}")),
        crm: Some(format!("Gallagher Peanuts Partners {number}")),
        justcall_id: Some(format!("98{number}")),
        crm_id: Some(number.to_string()),
        since: "2026-07-01T12:00:00Z".parse().unwrap(),
        records: Vec::new(),
        detail: String::new(),
        link: Some(LinkId(1)),
        for_all: true,
        set: model::BySide::default(),
    }
}

fn plan() -> Plan {
    Plan {
        format: PLAN_FORMAT.to_owned(),
        id: PlanId("p1".to_owned()),
        created_at: "2026-07-01T12:00:00Z".parse().unwrap(),
        state_serial: 0,
        summary: Summary::default(),
        actions: Vec::new(),
        conflicts: (1..=COUNT).map(conflict).collect(),
        held: Vec::new(),
        skipped: Vec::new(),
        cost: BySide::default(),
        quotas: BySide::default(),
        alarms: Vec::new(),
        observations: Vec::new(),
        binding: Binding::default(),
        listed: BySide::default(),
        undoes: None,
        decided: Vec::new(),
    }
}

#[test]
fn ten_thousand_conflicts_open_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.html");
    let mut page = Vec::new();
    report::html::plan(&plan(), &PageOptions::default(), &mut page).unwrap();
    std::fs::write(&file, &page).unwrap();
    let Some(mut browser) = Browser::start(&folder.path().join("profile")) else { return };
    browser.window(1200, 900, "light");
    let start = Instant::now();
    browser.open(&format!("file://{}", file.display()));
    let opened = start.elapsed();
    eprintln!("{COUNT} conflicts: {} kB, open after {} ms", page.len() / 1_000, opened.as_millis());
    assert!(opened < Duration::from_secs(10), "{opened:?}"); // a third of this on a slow machine
    let cards = |browser: &mut Browser| browser.eval("document.querySelectorAll('.card').length");
    assert_eq!(cards(&mut browser), 100);
    assert!(browser.text("#told").starts_with("0 of 10,000 decided, 10,000 found"), "{}", browser.text("#told"));
    let find = "const find = document.getElementById('find'); find.value = 'SONS 9999'; find.dispatchEvent(new Event('input'));";
    browser.eval(&format!("{{ {find} }} 0"));
    assert_eq!(cards(&mut browser), 1);
    browser.eval("document.querySelector('.card [data-a=crm] input').click()");
    browser.eval(
        "document.getElementById('find').value = ''; document.getElementById('find').dispatchEvent(new Event('input'))",
    );
    browser.eval("document.getElementById('bulk').value = 'justcall'; document.getElementById('apply').click()");
    assert!(browser.text("#told").starts_with("10,000 of 10,000 decided"), "{}", browser.text("#told"));
    browser.eval("document.getElementById('undo').click()");
    assert!(browser.text("#told").starts_with("1 of 10,000 decided"), "{}", browser.text("#told"));
    assert!(browser.text("#more").starts_with("Show 100 more of 9,900"), "{}", browser.text("#more"));
    browser.eval("document.getElementById('more').click()");
    assert_eq!(cards(&mut browser), 200);
    // Without JavaScript all of them stand there to be read.
    browser.call("Emulation.setScriptExecutionDisabled", serde_json::json!({ "value": true }));
    let file = format!("file://{}?plain", file.display());
    browser.call("Page.navigate", serde_json::json!({ "url": file }));
    until("the page without JavaScript", || {
        let Ok(found) = browser.attempt("DOM.getDocument", &serde_json::json!({})) else { return false };
        let params = serde_json::json!({ "nodeId": found["root"]["nodeId"], "selector": "article.card" });
        let nodes = browser.attempt("DOM.querySelectorAll", &params);
        nodes.is_ok_and(|nodes| nodes["nodeIds"].as_array().unwrap().len() == COUNT)
    });
}
