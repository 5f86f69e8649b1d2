//! A contact's calls on their page, and calling them: the confirm page, and a button that dials once.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{Desk, text};

fn asked(desk: &Desk) -> Vec<String> {
    desk.command.asked.lock().unwrap().clone()
}

#[tokio::test]
async fn a_contact_s_calls_are_shown_and_the_button_dials_once() {
    let desk = Desk::open(Vec::new()).await;
    let mut store = desk.store();
    let call = |number: usize| model::Call {
        call_id: format!("call_{number}"),
        direction: Some(model::CallDirection::Inbound),
        from: "+14155550001".to_owned(),
        status: "completed".to_owned(),
        agent_name: Some("Dana <i>".to_owned()),
        notes: Some(format!("note {number} <script>")),
        duration: Some(65),
        started_at: jiff::Timestamp::from_second(1_700_000_000 + 60 * i64::try_from(number).unwrap()).ok(),
        ..model::Call::default()
    };
    let rows: Vec<_> =
        (0..30).map(|number| store::CallRow { call: call(number), number: Some(14_155_550_001) }).collect();
    store.put_calls(&rows, store::CallSource::Log).unwrap();
    // One that rings: its answer says no time.
    let rings = model::Call { started_at: None, status: "ringing".to_owned(), ..call(99) };
    let row = store::CallRow { call: rings, number: Some(14_155_550_001) };
    store.put_calls(&[row], store::CallSource::Event).unwrap();
    let dial = store.begin_dial("+14155550190", "+14155550001", common::now()).unwrap();
    store.end_dial(dial, Some(store::DialOutcome::Started), Some("call_99"), "").unwrap();
    // One of which nobody knows when it was: an event said it.
    let undated = model::Call { started_at: None, status: "busy".to_owned(), ..call(98) };
    store
        .put_calls(&[store::CallRow { call: undated, number: Some(14_155_550_001) }], store::CallSource::Event)
        .unwrap();
    let page = text(desk.get(&desk.path("contact?phone=%2B14155550001")).await).await;
    assert!(page.contains("note 29") && page.contains("note 11") && !page.contains("note 10 "), "{page}");
    assert!(page.contains("Dana &lt;i&gt;") && !page.contains("<script> "), "{page}");
    assert!(page.find("ringing") < page.find("note 29"), "the latest first");
    assert!(page.find("note 29") < page.find("note 11"), "the latest first");
    assert!(!page.contains("busy"), "without a date, last: {page}");
    let none = text(desk.get(&desk.path("contact?phone=%2B14155550002")).await).await;
    assert!(none.contains("No call with this number"), "{none}");

    let confirm = text(desk.get(&desk.path("contact/call?phone=%2B14155550001")).await).await;
    assert!(confirm.contains("Call Ada &lt;b&gt;?") && confirm.contains("+14155550190"), "{confirm}");
    assert!(asked(&desk).is_empty(), "looking dials nobody");
    let number = confirm.split("name=\"confirm\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = format!("phone=%2B14155550001&confirm={number}");
    let rings = text(desk.post("contact/call", &form).await).await;
    assert!(rings.contains("It rings"), "{rings}");
    for again in [form.as_str(), "phone=%2B14155550001&confirm=", "phone=%2B14155550001"] {
        let again = text(desk.post("contact/call", again).await).await;
        assert!(again.contains("nothing was dialled"), "{again}");
    }
    assert_eq!(asked(&desk), ["dial +14155550001"]);
    let refused = text(desk.get(&desk.path("contact/call?phone=nobody")).await).await;
    assert!(refused.contains("nobody is no number"), "{refused}");
}

#[tokio::test]
async fn a_lost_answer_is_said_and_the_button_is_used_up() {
    let desk = Desk::open(Vec::new()).await;
    let confirm = text(desk.get(&desk.path("contact/call?phone=%2B14155550003")).await).await;
    assert!(confirm.contains("no contact that tieline knows"), "{confirm}");
    let number = confirm.split("name=\"confirm\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = format!("phone=%2B14155550003&confirm={number}");
    assert!(text(desk.post("contact/call", &form).await).await.contains("not known whether"));
    assert!(text(desk.post("contact/call", &form).await).await.contains("nothing was dialled"));
    assert_eq!(asked(&desk), ["dial +14155550003"]);
}

#[tokio::test]
async fn where_nothing_was_dialled_the_same_button_may_be_pressed_again() {
    let desk = Desk::open(Vec::new()).await;
    for (to, button) in [("0004", "Try again"), ("0005", "Call anyway")] {
        let confirm = text(desk.get(&desk.path(&format!("contact/call?phone=%2B1415555{to}"))).await).await;
        let number = confirm.split("name=\"confirm\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let form = format!("phone=%2B1415555{to}&confirm={number}");
        let page = text(desk.post("contact/call", &form).await).await;
        assert!((page.contains("Nothing was dialled") || to == "0005") && page.contains(button), "{page}");
        assert!(page.contains(&format!("value=\"{number}\"")), "{page}");
        let page = text(desk.post("contact/call", &format!("{form}&anyway=yes")).await).await;
        assert!(page.contains("It rings"), "{page}");
        assert!(text(desk.post("contact/call", &form).await).await.contains("nothing was dialled"));
    }
}
