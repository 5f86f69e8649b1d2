//! The call log and click-to-call, as the documents describe them.

use axum::http::Method;
use sandbox::{Action, CallHistory, CallStatus, Fault, NewContact, On, Sandbox, Settings};
use serde_json::{Value, json};

use crate::client::{Api, Reply, phone};

const LINE: &str = "+14155550190";

fn call(id: &str, changes: &Value) -> Value {
    let mut call = json!({
        "call_id": id, "direction": "inbound", "from": phone(1), "to": LINE, "agent_id": 7,
        "agent_name": "Dana Reyes", "status": "completed", "duration": 61, "started_at": "2026-02-10T09:00:00Z",
        "ended_at": "2026-02-10T09:01:10Z",
    });
    for (key, value) in changes.as_object().unwrap() {
        call[key] = value.clone();
    }
    call
}

async fn with_calls() -> Api {
    let api = Api::unlimited();
    for (id, changes) in [
        ("call_a", json!({})),
        (
            "call_b",
            json!({"direction": "outbound", "from": LINE, "to": phone(2), "started_at": "2026-02-11T23:59:59Z"}),
        ),
        (
            "call_c",
            json!({"agent_id": null, "agent_name": null, "status": "missed", "started_at": "2026-02-12T00:00:00Z"}),
        ),
        (
            "call_d",
            json!({"agent_id": 8, "status": "voicemail", "voicemail": true, "started_at": "2026-02-13T10:00:00Z"}),
        ),
    ] {
        assert_eq!(api.post("/_sandbox/calls", call(id, &changes)).await.status, 201);
    }
    api
}

fn ids(reply: &Reply) -> Vec<String> {
    let json = reply.json();
    let rows = json["data"].as_array().unwrap_or_else(|| panic!("{reply:?}"));
    rows.iter().map(|row| row["call_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_filter_selects_and_all_combine() {
    let api = with_calls().await;
    for (query, found) in [
        ("", "call_d call_c call_b call_a"),
        ("direction=all", "call_d call_c call_b call_a"),
        ("direction=outbound", "call_b"),
        ("direction=inbound&status=missed", "call_c"),
        ("agent_id=8", "call_d"),
        ("number=%2B41790000002", "call_b"),
        ("number=41790000001", "call_d call_c call_a"),
        ("status=voicemail", "call_d"),
        ("status=busy", ""),
        ("start_date=2026-02-12", "call_d call_c"),
        ("end_date=2026-02-11", "call_b call_a"),
        ("start_date=2026-02-11&end_date=2026-02-12", "call_c call_b"),
    ] {
        let reply = api.get(&format!("/v2/calls?{query}")).await;
        assert_eq!(ids(&reply).join(" "), found, "{query}");
        assert_eq!(reply.json()["count"], found.split_whitespace().count(), "{query}");
    }
}

#[tokio::test]
async fn nonsense_is_refused_with_what_is_wrong() {
    let api = with_calls().await;
    for query in [
        "per_page=101",
        "per_page=0",
        "page=0",
        "start_date=2026-2-1",
        "start_date=yesterday",
        "end_date=2026-02-30",
        "start_date=2026-02-02&end_date=2026-02-01",
        "direction=up",
        "status=ringing",
        "agent_id=x",
    ] {
        let reply = api.get(&format!("/v2/calls?{query}")).await;
        assert_eq!(reply.status, 422, "{query}");
        assert_eq!(reply.json()["status"], "error");
    }
    assert_eq!(api.send_as("wrong", Method::GET, "/v2/calls", "").await.status, 401);
    assert_eq!(api.post("/v2/calls", json!({})).await.status, 405);
    // The documents know no call by itself.
    assert_eq!(api.get("/v2/calls/call_a").await.status, 404);
}

#[tokio::test]
async fn the_list_comes_in_pages_within_the_rate_limit() {
    let api = Api::new(Settings { requests_per_minute: Some(3), ..Settings::default() }).with_rows(10);
    api.sandbox.make_history(&CallHistory { calls: 130, ..CallHistory::default() });
    let mut seen = Vec::new();
    for (page, rows) in [(1, 50), (2, 50), (3, 30)] {
        let reply = api.get(&format!("/v2/calls?page={page}&per_page=50")).await;
        assert_eq!(ids(&reply).len(), rows);
        assert_eq!((reply.json()["total_pages"].clone(), reply.json()["count"].clone()), (json!(3), json!(130)));
        seen.extend(ids(&reply));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 130);
    assert_eq!(api.get("/v2/calls").await.status, 429);
}

#[tokio::test]
async fn faults_reach_the_call_log() {
    let api = with_calls().await;
    api.sandbox.add_fault(Fault::new(On::Calls, Action::TruncateList { rows: 1, honest_count: false }).times(1));
    let short = api.get("/v2/calls").await;
    assert_eq!((ids(&short).len(), short.json()["count"].clone()), (1, json!(4)));
    assert_eq!(ids(&api.get("/v2/calls").await).len(), 4);
}

#[test]
fn a_history_repeats_exactly_and_looks_like_a_team_s() {
    let history =
        CallHistory { calls: 2_000, until: Some("2026-03-01T00:00:00Z".parse().unwrap()), ..CallHistory::default() };
    let make = |history: &CallHistory| {
        let account = Sandbox::new(Settings::default());
        account.insert_all((1..=30).map(|n| NewContact::named("Row", &n.to_string(), &phone(n))));
        account.make_history(history);
        account.calls()
    };
    let calls = make(&history);
    assert_eq!(calls, make(&history));
    assert_ne!(calls, make(&CallHistory { seed: 2, ..history.clone() }));
    assert_eq!(calls.len(), 2_000);
    let share = |of: &dyn Fn(&sandbox::PhoneCall) -> bool| calls.iter().filter(|call| of(call)).count();
    for status in [CallStatus::Completed, CallStatus::Missed, CallStatus::Voicemail, CallStatus::Busy] {
        assert!(share(&|call| call.status == status) > 50, "{status:?}");
    }
    assert!(share(&|call| call.agent_id.is_none()) > 50);
    assert!(share(&|call| call.recording_url.is_none()) > 500 && share(&|call| call.recording_url.is_some()) > 500);
    assert!(share(&|call| call.notes.is_some()) > 200 && share(&|call| call.disposition.is_some()) > 500);
    let stranger = |call: &sandbox::PhoneCall| call.from.starts_with("+1702555") || call.to.starts_with("+1702555");
    assert!((50..400).contains(&share(&stranger)));
    assert!(calls.iter().all(|call| Some(call.started_at) < history.until));
}

#[tokio::test]
async fn a_call_rings_is_answered_and_ends_by_the_clock() {
    let api = Api::unlimited();
    let made = api.post("/v2/calls/make", json!({"from": LINE, "to": phone(1)})).await;
    assert_eq!(made.status, 200);
    let json = made.json();
    assert_eq!(json["message"], "Call initiated");
    let data = &json["data"];
    assert_eq!(
        (&data["status"], &data["direction"], &data["agent_id"]),
        (&json!("ringing"), &json!("outbound"), &json!(7))
    );
    let id = data["call_id"].as_str().unwrap().to_owned();
    let state = |api: &Api| {
        let call = api.sandbox.call(&id).unwrap();
        (call.status, call.duration, call.ended_at.is_some())
    };
    assert_eq!(state(&api), (CallStatus::Ringing, 0, false));
    api.clock.advance(3);
    assert_eq!(state(&api), (CallStatus::InProgress, 0, false));
    api.clock.advance(12);
    assert_eq!(state(&api), (CallStatus::Completed, 12, true));
    assert_eq!(ids(&api.get("/v2/calls?status=completed").await), [id]);
}

#[tokio::test]
async fn each_documented_error_of_a_call() {
    let api = Api::new(Settings { requests_per_minute: Some(8), ..Settings::default() });
    let make = |body: Value| api.post("/v2/calls/make", body);
    assert_eq!(make(json!({"to": phone(1)})).await.status, 400);
    assert_eq!(make(json!({"from": LINE})).await.status, 400);
    assert_eq!(make(json!({"from": LINE, "to": "079 123"})).await.status, 400);
    assert_eq!(make(json!({"from": LINE, "to": phone(1), "agent_id": 99})).await.status, 400);
    assert_eq!(make(json!({"from": LINE, "to": phone(1), "caller_id": phone(9)})).await.status, 400);
    assert_eq!(make(json!({"from": phone(5), "to": phone(1)})).await.status, 404);
    assert_eq!(
        make(json!({"from": LINE, "to": phone(1), "agent_id": 8, "caller_id": "+14155550199"})).await.status,
        200
    );
    assert_eq!(api.send_as("wrong", Method::POST, "/v2/calls/make", "{}").await.status, 401);
    assert_eq!(make(json!("no object")).await.status, 400);
    assert_eq!(make(json!({"from": LINE, "to": phone(1)})).await.status, 429);
    assert_eq!(api.sandbox.call_count(), 1);
}

#[tokio::test]
async fn notes_and_dispositions_come_late_and_calls_travel_in_the_file() {
    let api = with_calls().await;
    let late = json!({"notes": "rang back", "disposition": "Callback", "recording_url": "https://r.example.com/1"});
    assert_eq!(api.put("/_sandbox/calls/call_a", late).await.status, 200);
    assert_eq!(api.get("/_sandbox/calls/call_a").await.json()["notes"], "rang back");
    assert_eq!(api.put("/_sandbox/calls/call_x", json!({})).await.status, 404);
    assert_eq!(api.put("/_sandbox/calls/call_a", json!({"status": "odd"})).await.status, 422);
    let state = api.get("/_sandbox/state").await.json();
    assert_eq!(state["calls"].as_array().unwrap().len(), 4);
    let other = Api::unlimited();
    assert_eq!(other.put("/_sandbox/state", state).await.status, 204);
    assert_eq!(other.sandbox.calls(), api.sandbox.calls());
    assert_eq!(api.delete("/_sandbox/calls/call_a").await.status, 200);
    assert_eq!(api.sandbox.call_count(), 3);
    assert_eq!(api.post("/_sandbox/calls/generate", json!({"calls": 5, "days": 2})).await.json()["calls"], 8);
}
