//! Faults that answer something else, wait, or see the past.

use std::time::Duration;

use sandbox::{Action, Fault, Lag, On, Refusal, RequestKind};
use serde_json::json;

use crate::client::{Api, phone};

fn refuse(on: On, status: u16) -> Fault {
    Fault::new(on, Action::Refuse(Refusal::status(status)))
}

#[tokio::test]
async fn refusals_carry_the_documented_body_and_have_no_effect() {
    for status in [401, 403, 404, 422, 429, 500, 502, 503] {
        let api = Api::unlimited().with_rows(1);
        api.sandbox.add_fault(refuse(On::Delete, status).times(1));
        let reply = api.delete("/v2/contacts/1").await;
        assert_eq!((reply.status, reply.json()["status"].clone()), (status, "error".into()));
        assert_eq!((api.sandbox.contact_count(), api.sandbox.counters().mutating_calls), (1, 0));
        assert_eq!(api.delete("/v2/contacts/1").await.status, 200, "once only");
    }
}

#[tokio::test]
async fn a_429_comes_with_and_without_retry_after() {
    let api = Api::unlimited();
    api.sandbox.add_fault(refuse(On::Any, 429).times(1));
    let bare = api.get("/v2/account").await;
    assert_eq!((bare.status, bare.header("retry-after")), (429, None));
    assert_eq!(bare.json()["error_code"], "RATE_LIMIT_EXCEEDED");
    api.sandbox.add_fault(Fault::new(On::Any, Action::Refuse(Refusal::status(429).retry_after(7))));
    assert_eq!(api.get("/v2/account").await.header("retry-after"), Some("7"));
}

#[tokio::test]
async fn a_refusal_can_be_html_or_have_its_own_words() {
    let api = Api::unlimited();
    api.sandbox.add_fault(Fault::new(On::List, Action::Refuse(Refusal::status(502).html())));
    let words = Refusal { message: Some("Seat limit".to_owned()), ..Refusal::status(403) };
    api.sandbox.add_fault(Fault::new(On::Create, Action::Refuse(words)));
    let html = api.get("/v2/contacts").await;
    assert_eq!(html.status, 502);
    assert!(html.text.starts_with("<html>"), "{}", html.text);
    assert_eq!(html.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(api.post("/v2/contacts", json!({})).await.json()["message"], "Seat limit");
}

#[tokio::test]
async fn only_the_named_requests_are_hit() {
    let api = Api::unlimited().with_rows(60);
    api.sandbox.add_fault(refuse(On::Delete, 403));
    api.sandbox.add_fault(refuse(On::List, 500).page(2));
    api.sandbox.add_fault(refuse(On::Get, 404).id(7));
    api.sandbox.add_fault(refuse(On::Account, 401).skip_first(1).every(2));
    assert_eq!(api.delete("/v2/contacts/1").await.status, 403);
    assert_eq!(api.put("/v2/contacts/1", json!({})).await.status, 200);
    let pages =
        [api.get("/v2/contacts").await, api.get("/v2/contacts?page=2").await, api.get("/v2/contacts?page=3").await];
    assert_eq!(pages.map(|page| page.status), [200, 500, 200]);
    assert_eq!(api.get("/v2/contacts/7").await.status, 404, "a live record");
    assert_eq!(api.get("/v2/contacts/8").await.status, 200);
    let mut accounts = Vec::new();
    for _ in 0..5 {
        accounts.push(api.get("/v2/account").await.status);
    }
    assert_eq!(accounts, [200, 401, 200, 401, 200]);
    api.sandbox.clear_faults();
    assert_eq!(api.get("/v2/contacts/7").await.status, 200);
}

#[tokio::test]
async fn a_500_can_come_after_the_effect() {
    let api = Api::unlimited();
    api.sandbox.add_fault(Fault::new(On::Create, Action::RefuseAfterEffect(Refusal::status(500))).times(1));
    assert_eq!(api.post("/v2/contacts", json!({"phone": phone(1)})).await.status, 500);
    assert_eq!((api.sandbox.contact_count(), api.sandbox.counters().mutating_calls), (1, 1));
}

#[tokio::test]
async fn json_can_be_broken() {
    let api = Api::unlimited().with_rows(2);
    api.sandbox.add_fault(Fault::new(On::List, Action::InvalidJson).times(1));
    let broken = api.get("/v2/contacts").await;
    assert_eq!(broken.status, 200);
    assert!(!broken.text.is_empty());
    assert!(serde_json::from_str::<serde_json::Value>(&broken.text).is_err());
    assert_eq!(api.get("/v2/contacts").await.ids(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn delays_come_before_or_after_the_effect() {
    for (action, contacts) in [(Action::Delay { ms: 5_000 }, 0), (Action::DelayAnswer { ms: 5_000 }, 1)] {
        let api = Api::unlimited();
        api.sandbox.add_fault(Fault::new(On::Create, action.clone()));
        let started = tokio::time::Instant::now();
        let create = api.post("/v2/contacts", json!({"phone": phone(1)}));
        assert!(tokio::time::timeout(Duration::from_secs(4), create).await.is_err());
        assert_eq!(api.sandbox.contact_count(), contacts, "{action:?}");
        assert_eq!(api.sandbox.log()[0].status, None);
        api.post("/v2/contacts", json!({"phone": phone(2)})).await;
        assert_eq!(started.elapsed(), Duration::from_secs(4 + 5));
    }
}

#[tokio::test]
async fn lists_can_lag_by_seconds() {
    let api = Api::unlimited().with_rows(2);
    api.sandbox.add_fault(Fault::new(On::List, Action::Lag(Lag::Seconds(5))));
    api.clock.advance(60);
    api.post("/v2/contacts", json!({"phone": phone(9), "first_name": "New"})).await;
    api.put("/v2/contacts/1", json!({"first_name": "Changed"})).await;
    api.delete("/v2/contacts/2").await;

    let list = api.get("/v2/contacts").await;
    assert_eq!(list.ids(), [1, 2], "the new one is missing, the deleted one still there");
    assert_eq!(list.json()["data"][0]["first_name"], "Row1");
    assert_eq!(api.get("/v2/contacts?search=Changed").await.json()["count"], 0);
    let query = format!("/v2/contacts?phone=%2B{}", &phone(9)[1..]);
    assert!(api.get(&query).await.ids().is_empty());
    assert_eq!(api.get("/v2/contacts/1").await.json()["data"]["first_name"], "Changed", "a get does not lag");
    assert_eq!(api.get("/v2/contacts/2").await.status, 404);

    api.clock.advance(5);
    let list = api.get("/v2/contacts").await;
    assert_eq!(list.ids(), [1, 3]);
    assert_eq!(list.json()["data"][0]["first_name"], "Changed");
    assert_eq!(api.get(&query).await.ids(), [3]);
}

#[tokio::test]
async fn gets_can_lag_by_requests() {
    let api = Api::unlimited().with_rows(2);
    api.sandbox.add_fault(Fault::new(On::Read, Action::Lag(Lag::Requests(2))));
    api.put("/v2/contacts/1", json!({"first_name": "A"})).await;
    api.put("/v2/contacts/1", json!({"first_name": "B"})).await;
    let first_name = async || api.get("/v2/contacts/1").await.json()["data"]["first_name"].clone();
    assert_eq!(first_name().await, "Row1", "the first write is 2 requests old, the second 1");
    assert_eq!(first_name().await, "A");
    assert_eq!(first_name().await, "B");
    api.delete("/v2/contacts/2").await;
    assert_eq!(api.get("/v2/contacts/2").await.status, 200);
    assert_eq!(api.get("/v2/contacts").await.ids(), [1, 2]);
    assert_eq!(api.get("/v2/contacts").await.ids(), [1]);
}

#[tokio::test]
async fn requests_refused_by_a_fault_are_counted_as_requests() {
    let api = Api::unlimited();
    api.sandbox.add_fault(refuse(On::Bulk, 503));
    api.bulk(json!([])).await;
    let counters = api.sandbox.counters();
    assert_eq!((counters.requests_of(RequestKind::Bulk), counters.total_requests()), (1, 1));
    assert_eq!((counters.limited, counters.mutating_calls), (0, 0));
}
