//! What the account refuses.

use axum::http::Method;
use sandbox::hubspot::{ObjectKind, Property, PropertyType};
use serde_json::json;

use crate::client::{Api, CONTACTS};

#[tokio::test]
async fn bad_values_are_named_one_by_one() {
    let api = Api::unlimited();
    api.hubspot.define(ObjectKind::Contacts, Property::text("born", "Born").of(PropertyType::Date, "date"));
    let given = json!({
        "firstname": "Ada", "nonsense": "x", "hs_object_id": "1", "lifecyclestage": "Lead", "email": "ada", "born": "soon",
    });
    let refused = api.create(given).await;
    assert_eq!(refused.status, 400);
    let body = refused.json();
    assert_eq!(body["category"], "VALIDATION_ERROR");
    let mut codes: Vec<(&str, &str)> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["context"]["propertyName"][0].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            ("born", "INVALID_DATE"),
            ("email", "INVALID_EMAIL"),
            ("hs_object_id", "READ_ONLY_VALUE"),
            ("lifecyclestage", "INVALID_OPTION"),
            ("nonsense", "PROPERTY_DOESNT_EXIST"),
        ]
    );
    let message = body["message"].as_str().unwrap();
    assert!(message.starts_with("Property values were not valid: [{"), "{message}");
    assert!(message.contains(r#""error":"PROPERTY_DOESNT_EXIST","isValid":false"#), "{message}");
    assert!(body["correlationId"].as_str().unwrap().len() == 36);
    assert_eq!(api.hubspot.contact_count(), 0);
}

#[tokio::test]
async fn an_address_belongs_to_one_live_contact() {
    let api = Api::unlimited();
    let ada = api.person("Ada");
    let ben = api.person("Ben");
    let conflict = api.create(json!({"email": "ADA@example.com"})).await;
    assert_eq!(conflict.status, 409);
    assert_eq!(conflict.json()["category"], "CONFLICT");
    assert_eq!(conflict.json()["message"], format!("Contact already exists. Existing ID: {ada}"));
    let taken = api.patch(ben, json!({"email": "ada@example.com"})).await;
    assert_eq!(taken.status, 400);
    assert_eq!(taken.json()["errors"][0]["code"], "CONFLICTING_UNIQUE_VALUE");
    assert_eq!(api.patch(ada, json!({"email": "ada@example.com"})).await.status, 200, "its own address");
    api.hubspot.archive(ada);
    assert_eq!(api.create(json!({"email": "ada@example.com"})).await.status, 201, "an archived one does not hold it");
}

#[tokio::test]
async fn other_properties_can_be_unique_too() {
    let api = Api::unlimited();
    api.hubspot.define(ObjectKind::Contacts, Property::text("badge", "Badge").unique());
    assert_eq!(api.create(json!({"firstname": "Ada", "badge": "7"})).await.status, 201);
    let taken = api.create(json!({"firstname": "Ben", "badge": "7"})).await;
    assert_eq!((taken.status, &taken.json()["category"]), (400, &json!("VALIDATION_ERROR")));
}

#[tokio::test]
async fn a_contact_needs_a_name_or_an_address() {
    let api = Api::unlimited();
    assert_eq!(api.create(json!({"phone": "+14155550101"})).await.status, 400);
    assert_eq!(api.create(json!({"phone": "+14155550101", "lastname": "Reyes"})).await.status, 201);
}

#[tokio::test]
async fn broken_bodies_are_named_and_never_a_panic() {
    let api = Api::unlimited();
    let id = api.person("Ada");
    for (method, path) in [
        (Method::POST, CONTACTS.to_owned()),
        (Method::PATCH, format!("{CONTACTS}/{id}")),
        (Method::POST, format!("{CONTACTS}/batch/read")),
        (Method::POST, format!("{CONTACTS}/batch/create")),
        (Method::POST, format!("{CONTACTS}/batch/update")),
        (Method::POST, format!("{CONTACTS}/batch/archive")),
        (Method::POST, format!("{CONTACTS}/merge")),
    ] {
        for body in ["", "{", "[]", "{}", "null", r#"{"properties": 5, "inputs": 5}"#, r#"{"inputs": [{}]}"#] {
            let reply = api.send(method.clone(), &path, body).await;
            assert_eq!(reply.status, 400, "{method} {path} {body}: {}", reply.text);
            let message = reply.json()["message"].as_str().unwrap().to_owned();
            assert!(message.starts_with("Invalid input JSON"), "{message}");
        }
    }
    for value in [json!(null), json!(["a"]), json!({"a": 1})] {
        assert_eq!(api.patch(id, json!({ "firstname": value })).await.status, 400);
    }
}
