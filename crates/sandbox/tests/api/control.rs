//! `/_sandbox/…`, as tests in another process use it.

use axum::http::Method;
use sandbox::{Action, Fault, On, Plan, Settings};
use serde_json::json;

use crate::client::Api;

#[tokio::test]
async fn control_calls_need_no_credentials_and_are_not_limited_or_counted() {
    let api = Api::new(Settings { requests_per_minute: Some(0), ..Settings::default() });
    api.sandbox.add_fault(Fault::new(On::Any, Action::CloseBeforeEffect));
    for path in ["settings", "faults", "log", "counters", "contacts", "state"] {
        assert_eq!(api.send_as("", Method::GET, &format!("/_sandbox/{path}"), "").await.status, 200, "{path}");
    }
    assert_eq!(api.get("/_sandbox/nonsense").await.status, 404);
    assert_eq!(api.sandbox.counters().total_requests(), 0);
    assert!(api.sandbox.log().is_empty());
}

#[tokio::test]
async fn settings_change_in_part_and_typing_errors_are_refused() {
    let api = Api::unlimited();
    let given = json!({"plan": "team", "requests_per_minute": null, "choices": {"bulk_place": "data"}});
    let reply = api.put("/_sandbox/settings", given).await;
    assert_eq!(reply.status, 200);
    assert_eq!(api.get("/_sandbox/settings").await.json(), reply.json());
    let settings = api.sandbox.settings();
    assert_eq!((settings.plan, settings.requests_per_minute), (Plan::Team, None));
    assert_eq!(settings.choices.bulk_place, sandbox::BulkPlace::Data);
    assert_eq!(settings.concurrency, Settings::unlimited().concurrency, "the others stay");

    for wrong in [json!({"plam": "team"}), json!({"choices": {"clearing": "sometimes"}}), json!({"plan": 7})] {
        let reply = api.put("/_sandbox/settings", wrong).await;
        assert_eq!(reply.status, 422);
        assert!(reply.json()["error"].is_string());
    }
    assert_eq!(api.sandbox.settings(), settings);
}

#[tokio::test]
async fn faults_travel_as_json() {
    let api = Api::unlimited().with_rows(1);
    let faults = json!([
        {"on": "bulk", "do": "close_after_effect"},
        {"on": "list", "page": 3, "do": {"refuse": {"status": 502, "html": true}}},
        {"on": "any", "skip_first": 2, "every": 3, "times": 4, "do": {"delay": {"ms": 5}}},
        {"on": "list", "do": {"lag": {"seconds": 5}}},
        {"on": "list", "do": {"truncate_list": {"rows": 1, "honest_count": false}}},
        {"on": "write", "do": {"rewrite": ["trim", {"truncate": 20}]}},
        {"on": "update", "do": {"ignore_field": "company"}},
    ]);
    assert_eq!(api.put("/_sandbox/faults", faults).await.status, 200);
    let armed = api.sandbox.faults();
    assert_eq!(armed.len(), 7);
    assert_eq!(armed[0], Fault::new(On::Bulk, Action::CloseAfterEffect));
    assert_eq!(armed[2], Fault::new(On::Any, Action::Delay { ms: 5 }).skip_first(2).every(3).times(4));
    let shown = api.get("/_sandbox/faults").await.json();
    assert_eq!(api.put("/_sandbox/faults", shown).await.status, 200);
    assert_eq!(api.sandbox.faults(), armed);

    assert_eq!(api.delete("/_sandbox/faults").await.status, 204);
    assert!(api.sandbox.faults().is_empty());
    let fault = json!({"on": "get", "do": {"refuse": {"status": 404}}});
    assert_eq!(api.post("/_sandbox/faults", fault).await.status, 200);
    assert_eq!(api.get("/v2/contacts/1").await.status, 404);
    assert_eq!(api.post("/_sandbox/faults", json!({"on": "get", "pgae": 1, "do": "cut_body"})).await.status, 422);
}

#[tokio::test]
async fn log_and_counters_are_shown_and_reset() {
    let api = Api::unlimited();
    api.post("/v2/contacts", json!({"phone": "+41791234567"})).await;
    let log = api.get("/_sandbox/log").await.json();
    assert_eq!(
        (&log[0]["method"], &log[0]["kind"], &log[0]["status"]),
        (&json!("POST"), &json!("create"), &json!(200))
    );
    let counters = api.get("/_sandbox/counters").await.json();
    assert_eq!((&counters["requests"], &counters["contacts_created"]), (&json!({"create": 1}), &json!(1)));
    assert_eq!(api.post("/_sandbox/counters/reset", json!(null)).await.status, 204);
    assert_eq!(api.get("/_sandbox/log").await.json(), json!([]));
    assert_eq!(api.get("/_sandbox/counters").await.json()["contacts_created"], 0);
}

#[tokio::test]
async fn contacts_are_changed_as_a_user_would() {
    let api = Api::unlimited();
    let made = api.post("/_sandbox/contacts", json!({"first_name": "Anna", "phone": "079 123 45 67"})).await;
    assert_eq!((made.status, made.json()["id"].clone()), (201, 1.into()));
    let edited = api.put("/_sandbox/contacts/1", json!({"company": "Acme", "id": 9})).await.json();
    assert_eq!((&edited["id"], &edited["first_name"], &edited["company"]), (&json!(1), &json!("Anna"), &json!("Acme")));
    assert_eq!(api.get("/_sandbox/contacts/1").await.json(), edited);
    assert_eq!(api.get("/_sandbox/contacts").await.json(), json!([edited]));
    assert_eq!(api.put("/_sandbox/contacts/1", json!({"company": 5})).await.status, 422);
    assert_eq!(api.delete("/_sandbox/contacts/1").await.status, 200);
    for reply in [
        api.get("/_sandbox/contacts/1").await,
        api.put("/_sandbox/contacts/1", json!({})).await,
        api.delete("/_sandbox/contacts/1").await,
    ] {
        assert_eq!(reply.status, 404);
    }
    assert_eq!(api.sandbox.counters().contacts_written(), 0);
}

#[tokio::test]
async fn the_account_is_saved_and_loaded() {
    let api = Api::unlimited().with_rows(3);
    let state = api.get("/_sandbox/state").await.json();
    let other = Api::unlimited();
    assert_eq!(other.put("/_sandbox/state", state.clone()).await.status, 204);
    assert_eq!(other.sandbox.contacts(), api.sandbox.contacts());
    let twice = json!({"contacts": [{"id": 1, "phone": "+41"}, {"id": 1, "phone": "+42"}]});
    assert_eq!(other.put("/_sandbox/state", twice).await.status, 422);
    assert_eq!(other.get("/_sandbox/state").await.json(), state, "a bad file changes nothing");
}
