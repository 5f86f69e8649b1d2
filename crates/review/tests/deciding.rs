//! Deciding on the page: one, many, all that fit; what moved meanwhile; the way back; and contacts that try to be pages.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use axum::http::StatusCode;
use common::{Desk, conflict, cookie, key, now, plan, seal, text};
use model::{Action, ActionId, ActionKind, BySide, Choice, Conflict, ConflictKind, Rule, Side, Via};
use store::Owner;

fn many(count: usize) -> Vec<Conflict> {
    (1..=count).map(conflict).collect()
}

#[tokio::test]
async fn one_choice_for_all_that_fit_and_back() {
    let mut desk = Desk::open(many(120)).await;
    let plan = plan(many(120), 0);
    let named = desk.post("name", "by=Ida+%26+Co%3B%0d%0aSet-Cookie").await;
    desk.cookie = format!("{}; {}", desk.cookie, cookie(&named));
    assert!(desk.page("conflicts").await.contains("You decide as <strong>Ida &amp; Co;Set-Cookie</strong>"));
    let page = desk.page("conflicts?field=company").await;
    assert!(page.contains("60 conflicts that fit the filter") && page.contains("Page 1 of 2"), "{page}");
    let form = format!("scope=all&plan={}&choice=justcall&back=field%3Dcompany", plan.id);
    let answer = desk.post("conflicts/decide", &form).await;
    assert_eq!(answer.headers()["location"].to_str().unwrap(), desk.path("conflicts?field=company"));
    assert_eq!(desk.decided().len(), 60);
    assert!(desk.decided().iter().all(|(_, choice)| *choice == Choice::Take(Side::Justcall)));
    let decisions = desk.store().decisions(None, 100).unwrap();
    assert!(decisions.len() == 60 && decisions.iter().all(|past| past.by == "Ida & Co;Set-Cookie"));
    let page = desk.page("conflicts").await;
    assert!(page.contains("60 decisions stored") && page.contains("Last choice: JustCall for 60 conflicts"), "{page}");
    desk.post("conflicts/undo", "last=1").await;
    assert_eq!(desk.decided(), []);
    assert!(desk.page("conflicts").await.contains("120 conflicts wait"));
}

#[tokio::test]
async fn undoing_puts_back_what_stood_there_and_leaves_what_others_decided() {
    let desk = Desk::open(many(3)).await;
    let ids: String = (1..=3).map(|number| format!("&id={}", key(&conflict(number)))).collect();
    desk.post("conflicts/decide", &format!("scope=ids&choice=skip&id={}", key(&conflict(1)))).await;
    desk.post("conflicts/decide", &format!("scope=ids&choice=crm{ids}")).await;
    let other = sync::decide::Who { name: "Sam".into(), at: now() };
    sync::decide::answer(&mut desk.store(), &other, &[(&conflict(2), Choice::Value("Sam's".into()))]).unwrap();
    desk.post("conflicts/undo", "last=2").await;
    let left: Vec<Choice> = desk.decided().into_iter().map(|(_, choice)| choice).collect();
    assert_eq!(left, [Choice::Skip, Choice::Value("Sam's".into())]);
    assert!(desk.page("conflicts").await.contains("decided in another way since"));
}

/// Two tabs, a double click, a form that is sent again: only the choice that the form showed is taken back, and once.
#[tokio::test]
async fn undo_takes_back_the_choice_that_was_shown_and_no_other() {
    let desk = Desk::open(many(3)).await;
    desk.post("conflicts/decide", &format!("scope=ids&choice=skip&id={}", key(&conflict(1)))).await;
    desk.post("conflicts/decide", &format!("scope=ids&choice=crm&id={}", key(&conflict(2)))).await;
    for form in ["last=1", "", "last=x"] {
        desk.post("conflicts/undo", form).await;
        assert_eq!(desk.decided().len(), 2, "{form}");
    }
    assert!(desk.page("conflicts").await.contains("name=\"last\" value=\"2\""));
    desk.post("conflicts/undo", "last=2").await;
    desk.post("conflicts/undo", "last=2").await;
    assert_eq!(desk.decided(), [(conflict(1).id.0, Choice::Skip)]);
}

#[tokio::test]
async fn what_moved_or_is_gone_is_refused_by_name_and_the_rest_stored() {
    let desk = Desk::open(many(3)).await;
    let (first, stale) = (key(&conflict(1)), key(&conflict(2)));
    let moved = Conflict { crm: Some("Moved".into()), ..conflict(2) };
    desk.save(&plan(vec![conflict(1), moved], 0));
    let form = format!("scope=ids&choice=crm&id={first}&id={stale}&id={}&id=nonsense", key(&conflict(3)));
    assert_eq!(desk.post("conflicts/decide", &form).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(desk.decided(), [(conflict(1).id.0, Choice::Take(Side::Crm))]);
    let page = desk.page("conflicts").await;
    assert!(page.contains("3 not stored") && page.contains("has changed since this page was opened"), "{page}");
    assert!(page.contains("it is settled, or gone"), "{page}");
}

#[tokio::test]
async fn all_that_fit_means_those_that_were_seen() {
    let desk = Desk::open(many(3)).await;
    let seen = plan(many(3), 0);
    desk.save(&plan(many(9), 0));
    let form = format!("scope=all&plan={}&choice=value&value=Mine", seen.id);
    let answer = desk.post("conflicts/decide", &form).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = text(answer).await;
    assert!(page.contains("a newer plan was made") && page.contains("value=\"Mine\""), "the form is kept: {page}");
    assert_eq!(desk.decided(), []);
}

#[tokio::test]
async fn what_makes_no_sense_is_said() {
    let desk = Desk::open(many(2)).await;
    for (form, why) in [
        ("scope=ids&choice=crm".to_owned(), "no conflict is ticked"),
        (format!("scope=ids&id={}", key(&conflict(1))), "choose what is to be stored"),
        (format!("scope=ids&choice=value&value=&id={}", key(&conflict(1))), "empty"),
    ] {
        let page = text(desk.post("conflicts/decide", &form).await).await;
        assert!(page.contains(why), "{why}: {page}");
    }
    desk.post("conflicts/decide", &format!("scope=ids&choice=keep+apart&id={}", key(&conflict(1)))).await;
    assert!(desk.page("conflicts").await.contains("nobody to keep apart"));
    assert_eq!(desk.decided(), []);
}

#[tokio::test]
async fn deciding_goes_on_while_a_run_holds_the_state() {
    let desk = Desk::open(many(1)).await;
    let owner = Owner { pid: 77, host: "night".into(), since: now(), command: "sync".into() };
    let state = desk.folder.path().join("tieline.db");
    let guard = store::lock(&state, &owner).unwrap();
    let page = desk.page("conflicts").await;
    assert!(page.contains("A run is under way elsewhere") && page.contains("`sync`"), "{page}");
    desk.post("conflicts/decide", &format!("scope=ids&choice=crm&id={}", key(&conflict(1)))).await;
    assert_eq!(desk.decided().len(), 1);
    drop(guard);
    assert!(!desk.page("conflicts").await.contains("under way elsewhere"));
    // Looking never holds the lock itself.
    drop(store::lock(&state, &owner).unwrap());
}

#[tokio::test]
async fn rules_are_made_listed_and_removed() {
    let desk = Desk::open(many(10)).await;
    desk.post("conflicts/rule", &format!("id={}&take=crm", key(&conflict(2)))).await;
    let page = desk.page("conflicts").await;
    assert!(page.contains("5 conflicts wait for a decision, 5 decided") && page.contains("Standing rules"), "{page}");
    assert!(desk.page("conflicts?state=decided").await.contains("Decided by the standing rule"));
    desk.post("conflicts/rule/remove", "rule=company.both_edited").await;
    assert_eq!(desk.store().standing_rules().unwrap(), []);
    assert!(desk.page("conflicts").await.contains("10 conflicts wait"));
}

fn update(number: usize, company: &str) -> Action {
    Action {
        side: Side::Crm,
        kind: ActionKind::Update,
        record_id: Some(number.to_string().as_str().into()),
        other_id: Some("98".into()),
        phone: format!("+1415555{number:04}"),
        reason: Rule::R2,
        via: Via::File,
        changes: vec![model::Change {
            field: model::Field::Company,
            before: Some("Old".into()),
            after: company.to_owned(),
        }],
        name: format!("Person {number}"),
        note: String::new(),
        link: None,
        expect: BySide::default(),
        evidence: None,
        agreed: Vec::new(),
        cycle: None,
        id: ActionId::default(),
    }
}

#[tokio::test]
async fn actions_are_left_out_and_let_back_in() {
    let desk = Desk::open(many(1)).await;
    let mut made = plan(many(1), 0);
    made.actions = vec![update(1, "New"), update(2, "Newer")];
    for action in &mut made.actions {
        action.other_id = Some(action.phone.clone().as_str().into());
        action.id = action.named();
    }
    seal(&mut made);
    desk.save(&made);
    let id = made.actions[0].named();
    desk.post("plan/exclude", &format!("id={id}&id=a000")).await;
    assert_eq!(desk.store().exclusions().unwrap().len(), 1);
    let page = desk.page("plan").await;
    assert!(page.contains("Left out by a person (1)") && page.contains("1 would not be done any more"), "{page}");
    // A plan that holds it cannot be confirmed any more.
    let answer = desk.get(&desk.path(&format!("apply/{}", made.id))).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    desk.post("plan/include", &format!("id={id}")).await;
    assert_eq!(desk.store().exclusions().unwrap(), []);
    assert!(desk.page(&format!("apply/{}", made.id)).await.contains("Apply: 2 writes"));
}

#[tokio::test]
async fn contacts_stay_text_s47() {
    let names =
        ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "=HYPERLINK(\"http://x\")", "a\u{202e}b\u{0}"];
    let nasty = |(at, name): (usize, &&str)| Conflict {
        name: (*name).to_owned(),
        phone: (*name).to_owned(),
        base: Some((*name).to_owned()),
        justcall: Some((*name).to_owned()),
        detail: (*name).to_owned(),
        justcall_id: Some((*name).to_owned()),
        ..conflict(at)
    };
    let conflicts: Vec<Conflict> = names.iter().enumerate().map(nasty).collect();
    let mut desk = Desk::open(conflicts.clone()).await;
    let told = desk.post("name", "by=%3Cb%3E").await;
    desk.cookie = format!("{}; {}", desk.cookie, cookie(&told));
    for given in &conflicts {
        let form = format!("scope=ids&choice=value&id={}&value=%3Cscript%3E", key(given));
        desk.post("conflicts/decide", &form).await;
    }
    let searched = "q=%3Cscript%3E&state=all&kind=%22%3E&age=%3Cb%3E&field=%3Ci%3E";
    for page in [
        "conflicts?state=all",
        &format!("conflicts?{searched}"),
        "contact?phone=%3Cscript%3E",
        "plan?q=%3Cscript%3E",
        "overview",
    ] {
        let page = desk.page(page).await;
        assert_eq!(page.matches("<script>").count(), 1, "only our own: {page}");
        assert!(!page.contains("<img") && !page.contains("<b>") && !page.contains('\u{202e}'), "{page}");
    }
}

#[tokio::test]
async fn a_failed_plan_is_told() {
    let desk = Desk::open(many(1)).await;
    assert_eq!(desk.post("apply/plan", "").await.headers()["location"].to_str().unwrap(), desk.path("work"));
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let page = loop {
        let page = desk.page("work").await;
        if !page.contains("data-live=\"\"") {
            break page;
        }
        assert!(std::time::Instant::now() < end, "{page}");
        tokio::task::yield_now().await;
    };
    assert!(page.contains("the other side is away &lt;b&gt;"), "{page}");
    assert_eq!(*desk.command.asked.lock().unwrap(), ["plan"]);
}

/// One page of ten thousand: measured, and bounded generously for slow machines.
#[tokio::test]
async fn ten_thousand_conflicts_open_at_once() {
    let desk = Desk::open(many(10_000)).await;
    desk.page("conflicts").await;
    let start = std::time::Instant::now();
    let page = desk.page("conflicts?q=person&page=7").await;
    let took = start.elapsed();
    eprintln!("10,000 conflicts: {} ms, {} kB", took.as_millis(), page.len() / 1_000);
    assert!(page.contains("Page 7 of 200") && page.len() < 400_000, "{} bytes", page.len());
    assert!(took.as_secs() < 5, "{took:?}");
    let start = std::time::Instant::now();
    let form = format!("scope=all&plan={}&choice=crm", plan(many(10_000), 0).id);
    desk.post("conflicts/decide", &form).await;
    let stored = start.elapsed();
    assert_eq!(desk.decided().len(), 10_000);
    desk.post("conflicts/undo", "last=1").await;
    assert_eq!(desk.decided(), []);
    eprintln!("deciding them: {} ms, with the way back {} ms", stored.as_millis(), start.elapsed().as_millis());
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[tokio::test]
async fn conflicts_are_found_by_field_cause_age_and_text() {
    let since = |text: &str| text.parse().unwrap();
    let conflicts = vec![
        Conflict { since: since("2026-07-01T00:00:00Z"), ..conflict(1) },
        Conflict { since: since("2026-06-20T00:00:00Z"), kind: ConflictKind::NoBase, ..conflict(2) },
        Conflict { since: since("2026-05-01T00:00:00Z"), crm: Some("Zoë & Söhne".into()), ..conflict(3) },
    ];
    let desk = Desk::open(conflicts.clone()).await;
    for (query, found) in [
        ("", &[1, 2, 3][..]),
        ("field=company", &[2]),
        ("field=phone", &[]),
        ("kind=no_base", &[2]),
        ("kind=nonsense", &[1, 2, 3]),
        ("age=-1", &[1]),
        ("age=1", &[2, 3]),
        ("age=30", &[3]),
        ("age=99999999999999999999", &[1, 2, 3]),
        ("q=S%C3%96HNE", &[3]),
        ("q=c000000002", &[2]),
        ("q=%2B14155550001", &[1]),
        ("q=person&field=email&age=30", &[3]),
        ("state=decided", &[]),
        ("page=18446744073709551615", &[1, 2, 3]),
        ("page=-1", &[1, 2, 3]),
        ("age=-9223372036854775808", &[1, 2, 3]),
    ] {
        let page = desk.page(&format!("conflicts?{query}")).await;
        let shown: Vec<usize> =
            (1..=3).filter(|number| page.contains(&format!("id=\"{}\"", conflict(*number).id))).collect();
        assert_eq!(shown, found, "{query}");
    }
}

/// A plan that carries answers out is not the end of them: they are shown, replaced and taken back until it is applied.
#[tokio::test]
async fn what_a_plan_carries_out_can_be_decided_anew() {
    let desk = Desk::open(many(2)).await;
    desk.post("conflicts/decide", &format!("scope=ids&choice=skip&id={}", key(&conflict(1)))).await;
    desk.post("conflicts/decide", &format!("scope=ids&choice=crm&id={}", key(&conflict(2)))).await;
    let mut carried = plan(Vec::new(), desk.store().serial().unwrap());
    carried.decided = many(2);
    seal(&mut carried);
    desk.save(&carried);
    let page = desk.page("conflicts?state=decided").await;
    assert!(page.contains("0 conflicts wait for a decision, 2 decided"), "{page}");
    assert_eq!(page.matches("Decided, not yet applied").count(), 2);
    let named = desk.post("name", "by=Sam").await;
    let mut desk = desk;
    desk.cookie = format!("{}; {}", desk.cookie, cookie(&named));
    let all = format!("scope=ids&choice=justcall&id={}&id={}", key(&conflict(1)), key(&conflict(2)));
    desk.post("conflicts/decide", &all).await;
    let page = desk.page("conflicts").await;
    assert!(page.contains("2 earlier answers replaced") && page.contains("take crm, by Imani at 2026"), "{page}");
    assert!(desk.store().check_plan(&carried.id, carried.state_serial).is_err(), "it would do what nobody wants now");
    desk.post("conflicts/reopen", &format!("id={}", key(&conflict(1)))).await;
    assert!(desk.page("conflicts").await.contains("1 conflict waits for a decision, 1 decided"));
    // Applied: what was carried out is over, what stays as it is can still be changed.
    let mut used = plan(Vec::new(), desk.store().serial().unwrap());
    used.decided = many(2);
    used.created_at += jiff::SignedDuration::from_secs(1);
    seal(&mut used);
    desk.save(&used);
    desk.store().consume_plan(&used.id, &model::RunId("r1".into()), used.state_serial, now()).unwrap();
    assert!(desk.page("conflicts").await.contains("0 conflicts wait for a decision, 1 decided"));
}

#[tokio::test]
async fn a_contact_is_found_by_a_part_of_its_name() {
    let desk = Desk::open(many(3)).await;
    let page = desk.page("contact?phone=ada").await;
    assert!(
        page.contains("2 contacts") && page.contains("Ada &lt;b&gt;Lovelace") && page.contains("%2B14155550801"),
        "{page}"
    );
    assert!(desk.page("contact?phone=byron").await.contains("14155550802</span>"), "the only one is shown");
    assert!(desk.page("contact?phone=Person+2").await.contains("14155550002</span>"), "not linked, but in the plan");
    let page = desk.page("contact?phone=Zoe+%3Cb%3E").await;
    assert!(page.contains("has `Zoe &lt;b&gt;` in the name") && page.contains("is no number"), "{page}");
}

#[tokio::test]
async fn nobody_is_kept_apart_unseen() {
    let desk = Desk::open(many(3)).await;
    let plan = plan(many(3), 0);
    desk.post("conflicts/decide", &format!("scope=all&plan={}&choice=keep+apart", plan.id)).await;
    let page = desk.page("conflicts").await;
    assert!(page.contains("3 not stored") && page.contains("is decided one by one"), "{page}");
    assert_eq!(desk.decided(), []);
}
