//! One contact at a time: create, read, change, archive.

use serde_json::json;

use crate::client::{Api, CONTACTS, id};

#[tokio::test]
async fn a_new_contact_is_answered_with_what_was_written() {
    let api = Api::unlimited();
    let made = api.create(json!({"firstname": "Ada", "email": "Ada@Example.com", "annualrevenue": 5})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let body = made.json();
    assert_eq!(body["properties"]["firstname"], "Ada");
    assert_eq!(body["properties"]["email"], "ada@example.com", "addresses are kept in lowercase");
    assert_eq!(body["properties"]["annualrevenue"], "5", "values are text");
    assert_eq!(body["properties"]["createdate"], "2026-03-01T12:00:00.000Z");
    assert_eq!(body["properties"]["hs_object_id"], body["id"]);
    assert_eq!(body["updatedAt"], "2026-03-01T12:00:00.000Z");
    assert_eq!(body["archived"], false);
    assert!(id(&body) > u64::from(u32::MAX), "ids do not fit 32 bits");
}

#[tokio::test]
async fn a_read_shows_what_was_asked_for_and_null_where_nothing_is_set() {
    let api = Api::unlimited();
    let id = api.hubspot.insert([("firstname", "Ada"), ("company", "Acme"), ("phone", "(415) 555-0101")]).id;
    let usual = api.get(&format!("{CONTACTS}/{id}")).await.json();
    let keys: Vec<&String> = usual["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"]);
    assert_eq!(usual["properties"]["lastname"], json!(null));
    let path = format!("{CONTACTS}/{id}?properties=company,nonsense&properties=hs_calculated_phone_number");
    let asked = api.get(&path).await.json();
    let keys: Vec<&String> = asked["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["company", "createdate", "hs_calculated_phone_number", "hs_object_id", "lastmodifieddate"]);
    assert_eq!(asked["properties"]["hs_calculated_phone_number"], "+14155550101");
    assert_eq!(asked["propertiesWithHistory"], json!(null));
}

#[tokio::test]
async fn a_change_touches_what_it_names_clears_with_empty_text_and_moves_the_last_change() {
    let api = Api::unlimited();
    let id = api.hubspot.insert([("firstname", "Ada"), ("company", "Acme")]).id;
    api.clock.advance(60);
    let changed = api.patch(id, json!({"company": "", "lastname": "Reyes"})).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.json()["updatedAt"], "2026-03-01T12:01:00.000Z");
    let held = api.hubspot.contact(id).unwrap();
    assert_eq!((held.get("firstname"), held.get("lastname"), held.get("company")), ("Ada", "Reyes", ""));
    api.clock.advance(60);
    api.patch(id, json!({"lastname": "Reyes"})).await;
    let moved = api.get(&format!("{CONTACTS}/{id}")).await.json();
    assert_eq!(moved["updatedAt"], "2026-03-01T12:02:00.000Z", "also by a write that changes nothing");
}

#[tokio::test]
async fn what_is_not_there_is_404_with_the_id() {
    let api = Api::unlimited();
    for reply in [api.get(&format!("{CONTACTS}/77")).await, api.patch(77, json!({"lastname": "x"})).await] {
        assert_eq!(reply.status, 404);
        assert_eq!(reply.json()["category"], "OBJECT_NOT_FOUND");
        assert_eq!(reply.json()["context"]["id"], json!(["77"]));
    }
    assert_eq!(api.get(&format!("{CONTACTS}/nobody")).await.status, 404);
    assert_eq!(api.get("/crm/v3/objects/deals").await.status, 404);
    assert_eq!(api.put(CONTACTS, json!({})).await.status, 405);
}

#[tokio::test]
async fn an_address_finds_its_contact() {
    let api = Api::unlimited();
    let id = api.person("Ada");
    let path = format!("{CONTACTS}/ADA%40example.com?idProperty=email");
    assert_eq!(api.get(&path).await.json()["id"], id.to_string());
    assert_eq!(api.get(&format!("{CONTACTS}/Ada?idProperty=firstname")).await.status, 400, "not a unique property");
}

#[tokio::test]
async fn an_archived_contact_is_found_only_among_the_archived_for_90_days() {
    let api = Api::unlimited();
    let id = api.person("Ada");
    assert_eq!(api.delete(&format!("{CONTACTS}/{id}")).await.status, 204);
    assert_eq!(api.delete(&format!("{CONTACTS}/{id}")).await.status, 204, "archiving twice is no error");
    assert_eq!(api.get(&format!("{CONTACTS}/{id}")).await.status, 404);
    let path = format!("{CONTACTS}/{id}?archived=true");
    let archived = api.get(&path).await.json();
    assert_eq!(archived["archived"], true);
    assert_eq!(archived["archivedAt"], "2026-03-01T12:00:00.000Z");
    let listed = format!("{CONTACTS}?archived=true");
    assert_eq!(api.get(&listed).await.ids(), [id]);
    api.clock.advance(90 * 86_400);
    assert_eq!(api.get(&path).await.status, 404);
    assert!(api.get(&listed).await.ids().is_empty());
    assert_eq!(api.hubspot.restore(id), None);
}

#[tokio::test]
async fn history_tells_who_set_a_value_and_when() {
    let api = Api::unlimited();
    let id = api.hubspot.insert([("firstname", "Ada")]).id;
    api.clock.advance(60);
    api.patch(id, json!({"firstname": "Adah"})).await;
    api.clock.advance(60);
    api.hubspot.edit_as(7, id, [("firstname", "")]);
    let body = api.get(&format!("{CONTACTS}/{id}?propertiesWithHistory=firstname")).await.json();
    assert_eq!(
        body["propertiesWithHistory"]["firstname"],
        json!([
            {"value": "", "timestamp": "2026-03-01T12:02:00.000Z", "sourceType": "CRM_UI", "sourceId": "userId:7",
             "updatedByUserId": 7},
            {"value": "Adah", "timestamp": "2026-03-01T12:01:00.000Z", "sourceType": "INTEGRATION",
             "sourceId": "1234567"},
            {"value": "Ada", "timestamp": "2026-03-01T12:00:00.000Z", "sourceType": "CRM_UI", "sourceId": "userId:9001",
             "updatedByUserId": 9001},
        ])
    );
}
