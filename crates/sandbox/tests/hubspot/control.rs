//! The control calls: the same as the library, for another process.

use sandbox::hubspot::{HubSpot, RequestKind, Settings, Snapshot};
use serde_json::{Value, json};

use crate::client::{Api, CONTACTS};

const CONTROL: &str = "/_sandbox";

#[tokio::test]
async fn a_user_acts_from_outside() {
    let api = Api::new(Settings { daily_limit: Some(0), ..Settings::unlimited() });
    let made = api.post(&format!("{CONTROL}/contacts"), json!([{"firstname": "Ada"}, {"firstname": "Ben"}])).await;
    assert_eq!(made.status, 201);
    let ids: Vec<u64> = made.json().as_array().unwrap().iter().map(|contact| contact["id"].as_u64().unwrap()).collect();
    let at = |id: u64, rest: &str| format!("{CONTROL}/contacts/{id}{rest}");
    let edited = api.put(&at(ids[0], ""), json!({"phone": "+14155550101"})).await.json();
    assert_eq!(edited["properties"], json!({"firstname": "Ada", "phone": "+1 415-555-0101"}));
    assert_eq!(api.delete(&at(ids[0], "")).await.status, 200);
    assert_eq!(api.get(&format!("{CONTROL}/contacts/archived")).await.json()[0]["id"], ids[0]);
    assert_eq!(api.delete(&at(ids[0], "")).await.status, 404);
    assert_eq!(api.post(&at(ids[0], "/restore"), json!({})).await.status, 200);
    assert_eq!(api.post(&at(ids[0], "/reformat"), json!({})).await.status, 200);
    let merged = api.post(&at(ids[0], &format!("/merge/{}", ids[1])), json!({})).await.json();
    assert_eq!(merged["merged"], json!(ids));
    assert_eq!(api.get(&format!("{CONTROL}/contacts")).await.json(), json!([merged]));
    assert_eq!(api.get(&at(ids[1], "")).await.json(), merged);
    let one = api.post(&format!("{CONTROL}/contacts"), json!({"firstname": "Cem"})).await;
    assert_eq!(one.json()[0]["properties"]["firstname"], "Cem");
    let people = api.post(&format!("{CONTROL}/contacts/people"), json!({"count": 5, "seed": 2})).await;
    assert_eq!((people.status, api.hubspot.contact_count()), (201, 7));
}

#[tokio::test]
async fn settings_faults_properties_and_quota_change_from_outside() {
    let api = Api::unlimited();
    let settings = api.put(&format!("{CONTROL}/settings"), json!({"index_lag_ms": 7, "tier": "enterprise"})).await;
    assert_eq!(settings.status, 200, "{}", settings.text);
    assert_eq!(api.hubspot.settings().index_lag_ms, 7);
    assert_eq!(api.put(&format!("{CONTROL}/settings"), json!({"nonsense": 7})).await.status, 422);
    let fault = json!({"on": "batch_create", "do": {"refuse": {"status": 429, "policy": "DAILY"}}, "times": 1});
    assert_eq!(api.put(&format!("{CONTROL}/faults"), json!([fault])).await.status, 200);
    assert_eq!(api.batch("create", json!([])).await.json()["policyName"], "DAILY");
    assert_eq!(api.delete(&format!("{CONTROL}/faults")).await.status, 204);
    let property = json!({"name": "plan", "type": "enumeration", "options": [{"value": "gold"}], "read_only": true});
    assert_eq!(api.post(&format!("{CONTROL}/properties"), property).await.status, 201);
    assert_eq!(api.create(json!({"firstname": "A", "plan": "gold"})).await.status, 400);
    assert_eq!(api.delete(&format!("{CONTROL}/properties/plan")).await.status, 200);
    assert_eq!(api.delete(&format!("{CONTROL}/properties/plan")).await.status, 404);
    assert_eq!(api.put(&format!("{CONTROL}/quota"), json!({"left": 0})).await.status, 204);
    assert_eq!(api.get(CONTACTS).await.status, 429);
    assert_eq!(api.get(&format!("{CONTROL}/nonsense")).await.status, 404);
}

#[tokio::test]
async fn the_log_and_the_counters_tell_of_api_requests_only() {
    let api = Api::unlimited();
    api.get(&format!("{CONTROL}/contacts")).await;
    api.get(&format!("{CONTACTS}?limit=1")).await;
    api.create(json!({"firstname": "Ada"})).await;
    api.get("/crm/v3/nonsense").await;
    let log = api.get(&format!("{CONTROL}/log")).await.json();
    let seen: Vec<(&str, u64)> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["kind"].as_str().unwrap(), entry["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(seen, [("list", 200), ("create", 201), ("other", 404)]);
    assert_eq!(log[0]["query"], "limit=1");
    let counters = api.hubspot.counters();
    assert_eq!((counters.total_requests(), counters.requests_of(RequestKind::List), counters.created), (3, 1, 1));
    assert_eq!(api.get(&format!("{CONTROL}/counters")).await.json()["requests"]["create"], 1);
    api.post(&format!("{CONTROL}/counters/reset"), json!({})).await;
    assert_eq!(api.hubspot.counters().total_requests(), 0);
    assert!(api.hubspot.log().is_empty());
}

#[tokio::test]
async fn an_account_can_be_kept_and_comes_back_as_it_was() {
    let api = Api::unlimited();
    let ids = api.rows(4);
    api.hubspot.edit_as_user(ids[0], [("own", "x"), ("email", "ada@example.com")]);
    api.hubspot.archive(ids[1]);
    let merged = api.hubspot.merge(ids[2], ids[3]).unwrap().id;
    let kept: Value = api.get(&format!("{CONTROL}/state")).await.json();

    let other = Api::unlimited();
    assert_eq!(other.put(&format!("{CONTROL}/state"), kept.clone()).await.status, 204);
    assert_eq!(other.get(&format!("{CONTROL}/state")).await.json(), kept);
    assert_eq!(other.get(&format!("{CONTACTS}/{}", ids[3])).await.json()["id"], merged.to_string());
    assert_eq!(other.search(json!({"query": "row1"})).await.ids(), [ids[0]]);
    assert_eq!(other.create(json!({"email": "ada@example.com"})).await.status, 409);
    assert_eq!(other.create(json!({"firstname": "new"})).await.status, 201);
    assert!(other.hubspot.contacts().last().unwrap().id > merged, "ids are not given out again");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.json");
    api.hubspot.save(&path).unwrap();
    let loaded = HubSpot::new(Settings::default());
    loaded.load(&path).unwrap();
    assert_eq!(loaded.snapshot(), api.hubspot.snapshot());
}

#[tokio::test]
async fn a_file_by_hand_needs_properties_only_and_no_id_twice() {
    let api = Api::unlimited();
    let by_hand = json!({"contacts": [{"properties": {"firstname": "Ada"}}, {"id": 7, "properties": {}}]});
    assert_eq!(api.put(&format!("{CONTROL}/state"), by_hand).await.status, 204);
    assert_eq!(api.hubspot.contact_count(), 2);
    let twice = json!({"contacts": [{"id": 7, "properties": {}}, {"id": 7, "properties": {}}]});
    assert_eq!(api.put(&format!("{CONTROL}/state"), twice).await.status, 422);
    assert_eq!(api.hubspot.contact_count(), 2, "the account stays as it is");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.json");
    std::fs::write(&path, "{\"contacts\": 1}").unwrap();
    assert!(Snapshot::load(&path).is_err());
}
