//! What the documents promise.

use axum::http::Method;
use sandbox::NewContact;
use serde_json::{Value, json};

use crate::client::{Api, phone};

#[tokio::test]
async fn account_names_number_email_and_plan() {
    let reply = Api::unlimited().get("/v2/account").await;
    let data = json!({"account_id": 12345, "email": "owner@example.com", "plan": "Pro"});
    assert_eq!(reply.json(), json!({"status": "success", "data": data}));
}

#[tokio::test]
async fn credentials_are_key_and_secret_without_a_scheme() {
    let api = Api::unlimited();
    for wrong in ["", "sandbox-key", "sandbox-key:other", "Basic sandbox-key:sandbox-secret"] {
        let reply = api.send_as(wrong, Method::GET, "/v2/contacts", "").await;
        assert_eq!(reply.status, 401, "{wrong:?}");
        assert_eq!(reply.json()["status"], "error");
        assert!(reply.json()["message"].is_string());
    }
    assert_eq!(api.get("/v2/contacts").await.status, 200);
}

#[tokio::test]
async fn a_list_comes_in_pages_of_25_unless_asked_otherwise() {
    let api = Api::unlimited().with_rows(60);
    let first = api.get("/v2/contacts").await;
    assert_eq!(first.ids(), (1..=25).collect::<Vec<_>>());
    let envelope = |reply: &crate::client::Reply| {
        let json = reply.json();
        ["count", "page", "per_page", "total_pages"].map(|name| json[name].as_u64().unwrap())
    };
    assert_eq!(envelope(&first), [60, 1, 25, 3]);
    let last = api.get("/v2/contacts?page=2&per_page=50").await;
    assert_eq!(last.ids(), (51..=60).collect::<Vec<_>>());
    assert_eq!(envelope(&last), [60, 2, 50, 2]);
    assert_eq!(api.get("/v2/contacts?per_page=100").await.ids().len(), 60);
}

#[tokio::test]
async fn a_nonsense_page_is_invalid() {
    let api = Api::unlimited().with_rows(1);
    for query in ["per_page=101", "per_page=0", "page=0", "page=x", "page=-1"] {
        assert_eq!(api.get(&format!("/v2/contacts?{query}")).await.status, 422, "{query}");
    }
}

#[tokio::test]
async fn filters_select_and_combine() {
    let api = Api::unlimited();
    let contact = |first: &str, last: &str, phone: &str, email: &str, company: &str| {
        api.sandbox.insert(NewContact {
            email: Some(email.to_owned()),
            company: Some(company.to_owned()),
            ..NewContact::named(first, last, phone)
        });
    };
    contact("Anna", "Ritter", "+41791234567", "anna@x.ch", "Acme");
    contact("Ben", "Moser", "41797654321", "ben@x.ch", "Acme");
    contact("Annabel", "Chase", "+442071234567", "a.chase@y.uk", "Chase Ltd");
    let table: [(&str, &[u64]); 14] = [
        ("search=anna", &[1, 3]),
        ("search=Anna%20Ritter", &[1]),
        ("search=1234567", &[1, 3]),
        ("search=y.uk", &[3]),
        ("phone=%2B41791234567", &[1]),
        ("phone=+41791234567", &[]),
        ("phone=41791234567", &[]),
        ("phone=%2B41797654321", &[2]),
        ("phone=41797654321", &[2]),
        ("email=ben%40x.ch", &[2]),
        ("email=ben", &[]),
        ("company=acme", &[1, 2]),
        ("company=Acme&search=ben", &[2]),
        ("company=Acme&phone=%2B442071234567", &[]),
    ];
    for (query, ids) in table {
        let reply = api.get(&format!("/v2/contacts?{query}")).await;
        assert_eq!(reply.ids(), ids, "{query}");
        assert_eq!(reply.json()["count"], ids.len(), "{query}");
    }
}

#[tokio::test]
async fn a_contact_is_made_read_changed_and_deleted() {
    let api = Api::unlimited();
    api.sandbox.define_custom_field("segment");
    let given = json!({"first_name": "Anna", "phone": "+41791234567", "custom_fields": {"segment": "A"}});
    let made = api.post("/v2/contacts", given).await;
    let mut expected = json!({
        "id": 1, "first_name": "Anna", "last_name": null, "phone": "+41791234567", "email": null, "company": null,
        "custom_fields": {"segment": "A"}, "created_at": "2026-03-01T12:00:00Z",
    });
    assert_eq!(made.json(), json!({"status": "success", "data": expected}));
    assert_eq!(api.get("/v2/contacts/1").await.json(), made.json());

    let changed = api.put("/v2/contacts/1", json!({"last_name": "Ritter"})).await;
    expected["last_name"] = "Ritter".into();
    assert_eq!(changed.json()["data"], expected, "omitted fields stay");
    assert_eq!(api.get("/v2/contacts/1").await.json()["data"], expected);

    assert_eq!(api.delete("/v2/contacts/1").await.status, 200);
    for reply in [
        api.get("/v2/contacts/1").await,
        api.put("/v2/contacts/1", json!({})).await,
        api.delete("/v2/contacts/1").await,
    ] {
        assert_eq!((reply.status, reply.json()["status"].clone()), (404, "error".into()));
    }
    let next = api.post("/v2/contacts", json!({"phone": "+41791234567"})).await;
    assert_eq!(next.json()["data"]["id"], 2, "ids are not reused");
}

#[tokio::test]
async fn bad_bodies_are_refused_and_change_nothing() {
    let api = Api::unlimited().with_rows(1);
    let table = [
        (Method::POST, "/v2/contacts", "{", 400),
        (Method::POST, "/v2/contacts", "[]", 400),
        (Method::POST, "/v2/contacts", r#"{"first_name":"Anna"}"#, 400),
        (Method::POST, "/v2/contacts", r#"{"phone":"0791234567"}"#, 422),
        (Method::POST, "/v2/contacts", r#"{"phone":"+41791234567","custom_fields":{"shoe":1}}"#, 422),
        (Method::PUT, "/v2/contacts/1", "", 400),
        (Method::PUT, "/v2/contacts/1", r#"{"phone":"41791234567"}"#, 422),
        (Method::PUT, "/v2/contacts/1", r#"{"phone":""}"#, 422),
        (Method::POST, "/v2/contacts/bulk", "{}", 400),
        (Method::POST, "/v2/contacts/bulk", r#"{"contacts":{}}"#, 400),
    ];
    let before = api.sandbox.contacts();
    for (method, path, body, status) in table {
        let reply = api.send(method, path, body).await;
        assert_eq!(reply.status, status, "{body}");
        assert_eq!(reply.json()["status"], "error", "{body}");
    }
    assert_eq!(api.sandbox.contacts(), before);
    assert_eq!(api.sandbox.counters().contacts_written(), 0);
}

#[tokio::test]
async fn bulk_updates_by_phone_and_makes_the_others() {
    let api = Api::unlimited().with_rows(1);
    let rows = json!([
        {"phone": phone(1), "company": "Acme"},
        {"phone": phone(2), "first_name": "New"},
        {"phone": "nonsense"},
        {"phone": phone(2), "last_name": "Twice"},
    ]);
    let reply = api.bulk(rows).await;
    assert_eq!(reply.status, 200);
    let summary = reply.json();
    let counts = ["created", "updated", "failed"].map(|name| summary[name].as_u64().unwrap());
    assert_eq!(counts, [1, 2, 1]);
    assert_eq!(summary["errors"][0]["index"], 2);

    let contacts = api.sandbox.contacts();
    assert_eq!(contacts.len(), 2);
    assert_eq!((contacts[0].first_name.as_deref(), contacts[0].company.as_deref()), (Some("Row1"), Some("Acme")));
    assert_eq!((contacts[1].first_name.as_deref(), contacts[1].last_name.as_deref()), (Some("New"), Some("Twice")));
    let counters = api.sandbox.counters();
    assert_eq!((counters.contacts_created, counters.contacts_updated, counters.mutating_calls), (1, 2, 1));
}

#[tokio::test]
async fn bulk_takes_5000_rows_and_not_one_more() {
    let api = Api::unlimited();
    let rows = |count: usize| (1..=count).map(|n| json!({ "phone": phone(n) })).collect::<Value>();
    assert_eq!(api.bulk(rows(5_001)).await.status, 422);
    assert_eq!(api.sandbox.contact_count(), 0);
    assert_eq!(api.bulk(rows(5_000)).await.json()["created"], 5_000);
    assert_eq!(api.sandbox.contact_count(), 5_000);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_errors() {
    let api = Api::unlimited().with_rows(1);
    assert_eq!(api.get("/v2/contacts/one").await.status, 404);
    assert_eq!(api.get("/v2/leads").await.status, 404);
    assert_eq!(api.get("/").await.status, 404);
    assert_eq!(api.delete("/v2/contacts").await.status, 405);
    assert_eq!(api.post("/v2/contacts/1", json!({})).await.status, 405);
}

#[tokio::test]
async fn the_log_tells_what_was_asked() {
    let api = Api::unlimited();
    api.get("/v2/contacts?page=1").await;
    let body = json!({"phone": "+41791234567"});
    api.post("/v2/contacts", body.clone()).await;
    api.post("/v2/contacts", json!({"phone": "x"})).await;
    let log = api.sandbox.log();
    let lines: Vec<String> = log
        .iter()
        .map(|e| format!("{} {} {}?{} {} {:?}", e.number, e.method, e.path, e.query, e.body_bytes, e.status))
        .collect();
    let size = body.to_string().len();
    assert_eq!(
        lines,
        [
            "1 GET /v2/contacts?page=1 0 Some(200)".to_owned(),
            format!("2 POST /v2/contacts? {size} Some(200)"),
            "3 POST /v2/contacts? 13 Some(422)".to_owned(),
        ]
    );
    assert_eq!(log[0].at.to_string(), "2026-03-01T12:00:00Z");
    api.sandbox.reset_counters();
    assert!(api.sandbox.log().is_empty());
    assert_eq!(api.sandbox.counters(), sandbox::Counters::default());
}
