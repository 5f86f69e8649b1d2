//! Searches: filters, order, the cap, and an index that lags.

use axum::http::Method;
use sandbox::hubspot::{ObjectKind, Property, PropertyType, Settings};
use serde_json::{Value, json};

use crate::client::Api;

fn filters(filters: Value) -> Value {
    let mut body = json!({"filterGroups": [{}], "limit": 200});
    body["filterGroups"][0]["filters"] = filters;
    body
}

fn since(ms: i64) -> Value {
    json!([{"propertyName": "lastmodifieddate", "operator": "GTE", "value": ms.to_string()}])
}

#[tokio::test]
async fn changes_are_found_in_their_order_page_by_page() {
    let api = Api::unlimited();
    let ids = api.rows(5);
    let start = api.hubspot.contact(ids[1]).unwrap().updated_at.unwrap().as_millisecond();
    api.clock.advance(1);
    api.patch(ids[2], json!({"company": "Acme"})).await;
    let mut body = json!({
        "filterGroups": [{"filters": since(start)}],
        "sorts": [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}],
        "properties": ["company"], "limit": 3,
    });
    let first = api.search(body.clone()).await;
    assert_eq!(first.json()["total"], 4);
    assert_eq!(first.ids(), [ids[1], ids[3], ids[4]]);
    body["after"] = first.after().unwrap().into();
    let second = api.search(body.clone()).await;
    assert_eq!((second.ids(), second.after()), (vec![ids[2]], None));
    assert_eq!(second.json()["results"][0]["properties"]["company"], "Acme");
    body["after"] = json!(0);
    body["sorts"] = json!(["-lastmodifieddate"]);
    assert_eq!(api.search(body).await.ids(), [ids[2], ids[4], ids[3]]);
}

#[tokio::test]
async fn the_index_lags_behind_writes_of_every_kind() {
    let api = Api::new(Settings { index_lag_ms: 5_000, ..Settings::unlimited() });
    let all = || api.search(json!({"properties": ["company"]}));
    let old = api.rows(1)[0];
    api.clock.advance(60);
    assert_eq!(all().await.ids(), [old]);

    let new = api.rows(1)[0];
    api.patch(old, json!({"company": "Acme"})).await;
    api.clock.advance(4);
    let lagging = all().await.json();
    assert_eq!(lagging["total"], 1, "{lagging}");
    assert_eq!(lagging["results"][0]["properties"]["company"], json!(null), "values are as old as the index");
    api.clock.advance(1);
    assert_eq!(all().await.ids(), [old, new]);

    api.hubspot.archive(old);
    assert_eq!(all().await.ids(), [old, new], "what is archived is found for a while");
    api.clock.advance(5);
    assert_eq!(all().await.ids(), [new]);
}

#[tokio::test]
async fn only_the_first_10_000_results_can_be_reached() {
    let api = Api::unlimited();
    api.hubspot.insert_people(10_050, 1);
    let page = |after: u64| api.search(json!({"limit": 200, "after": after.to_string()}));
    let last = page(9_900).await;
    assert_eq!(last.json()["total"], 10_050);
    assert_eq!(last.ids().len(), 100);
    assert_eq!(last.after().as_deref(), Some("10000"));
    let beyond = page(10_000).await;
    assert_eq!((beyond.status, &beyond.json()["category"]), (400, &json!("VALIDATION_ERROR")));
    assert_eq!(api.search(json!({"limit": 201})).await.status, 400);
    assert_eq!(api.search(json!({"limit": 0})).await.status, 400);
    assert_eq!(api.search(json!({"after": "x"})).await.status, 400);
}

#[tokio::test]
async fn every_operator_compares_by_the_propertys_type() {
    let api = Api::unlimited();
    api.hubspot.define(ObjectKind::Contacts, Property::text("score", "Score").of(PropertyType::Number, "number"));
    let ada = api.hubspot.insert([("firstname", "Ada"), ("score", "9"), ("company", "Okafor Freight")]).id;
    let ben = api.hubspot.insert([("firstname", "Ben"), ("score", "10")]).id;
    for (filter, found) in [
        (json!({"propertyName": "firstname", "operator": "EQ", "value": "ADA"}), vec![ada]),
        (json!({"propertyName": "firstname", "operator": "NEQ", "value": "ada"}), vec![ben]),
        (json!({"propertyName": "score", "operator": "LT", "value": "10"}), vec![ada]),
        (json!({"propertyName": "score", "operator": "GTE", "value": "9"}), vec![ada, ben]),
        (json!({"propertyName": "score", "operator": "GT", "value": "9"}), vec![ben]),
        (json!({"propertyName": "score", "operator": "LTE", "value": "9"}), vec![ada]),
        (json!({"propertyName": "score", "operator": "BETWEEN", "value": "10", "highValue": "11"}), vec![ben]),
        (json!({"propertyName": "firstname", "operator": "IN", "values": ["ada", "eve"]}), vec![ada]),
        (json!({"propertyName": "firstname", "operator": "NOT_IN", "values": ["ada", "eve"]}), vec![ben]),
        (json!({"propertyName": "company", "operator": "HAS_PROPERTY"}), vec![ada]),
        (json!({"propertyName": "company", "operator": "NOT_HAS_PROPERTY"}), vec![ben]),
        (json!({"propertyName": "company", "operator": "CONTAINS_TOKEN", "value": "frei*"}), vec![ada]),
        (json!({"propertyName": "company", "operator": "CONTAINS_TOKEN", "value": "frei"}), vec![]),
        (json!({"propertyName": "company", "operator": "NOT_CONTAINS_TOKEN", "value": "okafor"}), vec![ben]),
        (json!({"propertyName": "createdate", "operator": "LTE", "value": "2026-03-01T12:00:00Z"}), vec![ada, ben]),
        (json!({"propertyName": "createdate", "operator": "LT", "value": "2026-03-01T12:00:00Z"}), vec![]),
    ] {
        assert_eq!(api.search(filters(json!([filter]))).await.ids(), found, "{filter}");
    }
    let either = json!({"filterGroups": [
        {"filters": [{"propertyName": "firstname", "operator": "EQ", "value": "ada"},
                     {"propertyName": "score", "operator": "EQ", "value": "10"}]},
        {"filters": [{"propertyName": "firstname", "operator": "EQ", "value": "ben"}]},
    ]});
    assert_eq!(api.search(either).await.ids(), [ben], "groups are alternatives, filters of one go together");
    assert_eq!(api.search(json!({"query": "freight"})).await.ids(), [ada]);
}

#[tokio::test]
async fn what_a_search_cannot_be_is_refused() {
    let api = Api::unlimited();
    let one = json!({"propertyName": "firstname", "operator": "EQ", "value": "a"});
    let many = |count: usize| Value::from(vec![one.clone(); count]);
    for body in [
        filters(json!([{"propertyName": "nonsense", "operator": "EQ", "value": "a"}])),
        filters(json!([{"propertyName": "firstname", "operator": "LIKE", "value": "a"}])),
        filters(json!([{"propertyName": "firstname", "operator": "EQ"}])),
        filters(json!([{"propertyName": "firstname", "operator": "HAS_PROPERTY", "value": "a"}])),
        filters(json!([{"propertyName": "createdate", "operator": "GT", "value": "soon"}])),
        filters(json!([])),
        filters(many(7)),
        json!({"filterGroups": vec![json!({"filters": many(1)}); 6]}),
        json!({"filterGroups": vec![json!({"filters": many(5)}); 4]}),
        json!({"sorts": ["firstname", "lastname"]}),
        json!({"sorts": ["nonsense"]}),
        json!([]),
    ] {
        assert_eq!(api.search(body.clone()).await.status, 400, "{body}");
    }
    assert_eq!(api.send(Method::POST, "/crm/v3/objects/contacts/search", "{").await.status, 400);
}
