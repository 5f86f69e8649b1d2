//! Each undocumented choice that is not about bulk alone, compared with its default.

use sandbox::{
    Clearing, CustomFieldsUpdate, DeleteAnswer, EmptyFields, ExistingPhone, Field, ListOrder, NewContact,
    PageBeyondEnd, UndefinedCustomField, UpdateAnswer,
};
use serde_json::{Value, json};

use crate::client::{Api, phone};

#[tokio::test]
async fn an_existing_phone_is_shared_or_refused_on_create() {
    for (choice, status, count) in
        [(ExistingPhone::Allow, 200, 2), (ExistingPhone::Conflict, 409, 1), (ExistingPhone::Unprocessable, 422, 1)]
    {
        let api = Api::choosing(|choices| choices.create_on_existing_phone = choice).with_rows(1);
        assert_eq!(api.post("/v2/contacts", json!({"phone": phone(1)})).await.status, status, "{choice:?}");
        assert_eq!(api.sandbox.contacts_by_phone(&phone(1)).len(), count);
    }
}

#[tokio::test]
async fn an_existing_phone_is_shared_or_refused_on_update() {
    for (choice, status) in
        [(ExistingPhone::Allow, 200), (ExistingPhone::Conflict, 409), (ExistingPhone::Unprocessable, 422)]
    {
        let api = Api::choosing(|choices| choices.update_to_existing_phone = choice).with_rows(2);
        assert_eq!(api.put("/v2/contacts/2", json!({"phone": phone(1)})).await.status, status, "{choice:?}");
        assert_eq!(api.put("/v2/contacts/1", json!({"phone": phone(1)})).await.status, 200, "its own phone");
    }
}

#[tokio::test]
async fn create_can_insist_on_more_fields() {
    let api = Api::choosing(|choices| choices.required_on_create = vec![Field::Phone, Field::FirstName]);
    assert_eq!(api.post("/v2/contacts", json!({"phone": phone(1)})).await.status, 400);
    assert_eq!(api.post("/v2/contacts", json!({"phone": phone(1), "first_name": "A"})).await.status, 200);
}

#[tokio::test]
async fn undefined_custom_fields_are_refused_or_dropped() {
    for (choice, status, failed) in [
        (UndefinedCustomField::Unprocessable, 422, 1),
        (UndefinedCustomField::BadRequest, 400, 1),
        (UndefinedCustomField::Drop, 200, 0),
    ] {
        let api = Api::choosing(|choices| choices.undefined_custom_field = choice).with_rows(1);
        api.sandbox.define_custom_field("segment");
        let given = json!({"company": "Acme", "custom_fields": {"segment": "A", "shoe": "B"}});
        let reply = api.put("/v2/contacts/1", given).await;
        assert_eq!(reply.status, status, "{choice:?}");
        if status == 200 {
            assert_eq!(reply.json()["data"]["custom_fields"], json!({"segment": "A"}));
        } else {
            assert_eq!(api.sandbox.contact(1).unwrap().company, None);
        }
        let bulk = api.bulk(json!([{"phone": phone(2), "custom_fields": {"shoe": "B"}}])).await;
        assert_eq!(bulk.json()["failed"], failed, "{choice:?}");
    }
}

#[tokio::test]
async fn custom_fields_merge_or_replace() {
    for (choice, expected) in
        [(CustomFieldsUpdate::Merge, json!({"a": "1", "b": "2"})), (CustomFieldsUpdate::Replace, json!({"b": "2"}))]
    {
        let api = Api::choosing(|choices| choices.custom_fields_update = choice).with_rows(1);
        api.sandbox.define_custom_field("b");
        api.sandbox.edit(1, |contact| {
            contact.custom_fields.insert("a".to_owned(), "1".into());
        });
        let reply = api.put("/v2/contacts/1", json!({"custom_fields": {"b": "2"}})).await;
        assert_eq!(reply.json()["data"]["custom_fields"], expected, "{choice:?}");
    }
}

#[tokio::test]
async fn null_and_empty_text_clear_as_chosen() {
    for (choice, by_null, by_empty) in [
        (Clearing::Both, true, true),
        (Clearing::Null, true, false),
        (Clearing::Empty, false, true),
        (Clearing::Never, false, false),
    ] {
        let api = Api::choosing(|choices| choices.clearing = choice);
        api.sandbox.insert(NewContact {
            company: Some("Acme".to_owned()),
            custom_fields: [("a".to_owned(), json!("1")), ("b".to_owned(), json!("2"))].into(),
            ..NewContact::named("Anna", "Ritter", &phone(1))
        });
        let given = json!({"last_name": null, "company": "", "custom_fields": {"a": null, "b": ""}});
        api.put("/v2/contacts/1", given).await;
        let after = api.sandbox.contact(1).unwrap();
        assert_eq!(after.first_name.as_deref(), Some("Anna"));
        assert_eq!((after.last_name.is_none(), after.company.is_none()), (by_null, by_empty), "{choice:?}");
        let gone = ["a", "b"].map(|key| !after.custom_fields.contains_key(key));
        assert_eq!(gone, [by_null, by_empty], "{choice:?}");
    }
}

#[tokio::test]
async fn empty_fields_are_shown_as_chosen() {
    for (choice, shown) in [
        (EmptyFields::Null, Some(&Value::Null)),
        (EmptyFields::EmptyText, Some(&Value::from(""))),
        (EmptyFields::Absent, None),
    ] {
        let api = Api::choosing(|choices| choices.empty_fields = choice).with_rows(1);
        assert_eq!(api.get("/v2/contacts/1").await.json()["data"].get("email"), shown, "{choice:?}");
        assert_eq!(api.get("/v2/contacts").await.json()["data"][0].get("email"), shown, "{choice:?}");
    }
}

#[tokio::test]
async fn a_list_can_show_the_newest_first() {
    let api = Api::choosing(|choices| choices.list_order = ListOrder::NewestFirst).with_rows(3);
    assert_eq!(api.get("/v2/contacts?per_page=2").await.ids(), [3, 2]);
    assert_eq!(api.get("/v2/contacts?per_page=2&page=2&search=row").await.ids(), [1]);
}

#[tokio::test]
async fn a_page_beyond_the_end_is_empty_or_missing() {
    for (choice, status) in [(PageBeyondEnd::Empty, 200), (PageBeyondEnd::NotFound, 404)] {
        let api = Api::choosing(|choices| choices.page_beyond_end = choice);
        assert_eq!(api.get("/v2/contacts").await.status, 200, "the first page of nothing");
        let api = api.with_rows(2);
        assert_eq!(api.get("/v2/contacts?per_page=2").await.status, 200);
        let beyond = api.get("/v2/contacts?per_page=2&page=2").await;
        assert_eq!(beyond.status, status, "{choice:?}");
        if status == 200 {
            assert!(beyond.ids().is_empty());
        }
    }
}

#[tokio::test]
async fn delete_answers_as_chosen() {
    for (choice, status, has_body) in
        [(DeleteAnswer::Body, 200, true), (DeleteAnswer::NoContent, 204, false), (DeleteAnswer::EmptyBody, 200, false)]
    {
        let api = Api::choosing(|choices| choices.delete_answer = choice).with_rows(1);
        let reply = api.delete("/v2/contacts/1").await;
        assert_eq!((reply.status, !reply.text.is_empty()), (status, has_body), "{choice:?}");
        assert_eq!(api.sandbox.contact_count(), 0);
    }
}

#[tokio::test]
async fn update_can_answer_a_status_alone() {
    let api = Api::choosing(|choices| choices.update_answer = UpdateAnswer::StatusOnly).with_rows(1);
    let body = api.put("/v2/contacts/1", json!({"company": "Acme"})).await.json();
    assert_eq!((&body["status"], body.get("data")), (&json!("success"), None));
    assert_eq!(api.sandbox.contact(1).unwrap().company.as_deref(), Some("Acme"));
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let api = Api::choosing(|choices| choices.max_body_bytes = Some(100));
    let rows = |count: usize| (1..=count).map(|n| json!({ "phone": phone(n) })).collect::<Value>();
    assert_eq!(api.bulk(rows(10)).await.status, 413);
    assert_eq!(api.sandbox.contact_count(), 0);
    assert_eq!(api.bulk(rows(2)).await.status, 200);
}

#[tokio::test]
async fn ids_can_come_back() {
    let api = Api::choosing(|choices| choices.reuse_ids = true).with_rows(3);
    api.delete("/v2/contacts/2").await;
    let made = api.post("/v2/contacts", json!({"phone": phone(9)})).await;
    assert_eq!(made.json()["data"]["id"], 2);
    assert_eq!(api.get("/v2/contacts").await.ids(), [1, 2, 3]);
}
