//! Faults that save something else than was sent.

use sandbox::{Action, Fault, On, Rewrite};
use serde_json::json;

use crate::client::{Api, phone};

#[tokio::test]
async fn values_are_rewritten_on_save() {
    let all =
        vec![Rewrite::Trim, Rewrite::LowercaseEmail, Rewrite::TitleCaseNames, Rewrite::Truncate(6), Rewrite::StripPlus];
    let api = Api::unlimited();
    api.sandbox.add_fault(Fault::new(On::Write, Action::Rewrite(all)));
    let given = json!({
        "first_name": " anna ", "last_name": "RITTER", "email": "A@X.CH", "company": "Acme International", "phone": phone(1),
    });
    for answer in [
        api.post("/v2/contacts", given.clone()).await.json()["data"].clone(),
        api.put("/v2/contacts/1", given.clone()).await.json()["data"].clone(),
        {
            assert_eq!(
                api.bulk(json!([given])).await.json()["updated"],
                1,
                "the stored number has no plus, and matches"
            );
            api.get("/v2/contacts/1").await.json()["data"].clone()
        },
    ] {
        let saved = ["first_name", "last_name", "email", "company", "phone"].map(|name| answer[name].as_str().unwrap());
        assert_eq!(saved, ["Anna", "Ritter", "a@x.ch", "Acme I", &phone(1)[1..]]);
    }
    assert_eq!(api.sandbox.contact_count(), 1);
}

#[tokio::test]
async fn a_field_can_be_ignored() {
    let api = Api::unlimited().with_rows(1);
    for key in ["a", "b"] {
        api.sandbox.define_custom_field(key);
    }
    for field in ["company", "custom_fields.a", "phone"] {
        api.sandbox.add_fault(Fault::new(On::Write, Action::IgnoreField(field.to_owned())));
    }
    let given = json!({
        "first_name": "Anna", "company": "Acme", "phone": phone(2), "custom_fields": {"a": "1", "b": "2"},
    });
    let reply = api.put("/v2/contacts/1", given.clone()).await;
    assert_eq!(reply.status, 200);
    let saved = api.sandbox.contact(1).unwrap();
    assert_eq!((saved.first_name.as_deref(), saved.company.as_deref()), (Some("Anna"), None));
    assert_eq!(saved.phone, phone(1));
    assert_eq!(saved.custom_fields.into_keys().collect::<Vec<_>>(), ["b"]);
    api.post("/v2/contacts", given).await;
    assert_eq!(api.sandbox.contact(2).unwrap().phone, phone(2), "a new contact keeps its phone");

    api.sandbox.clear_faults();
    api.sandbox.add_fault(Fault::new(On::Update, Action::IgnoreField("custom_fields".to_owned())));
    api.put("/v2/contacts/1", json!({"custom_fields": {"a": "1"}})).await;
    assert!(!api.sandbox.contact(1).unwrap().custom_fields.contains_key("a"));
}

#[tokio::test]
async fn a_rule_can_reject_single_contacts() {
    let api = Api::unlimited();
    let message = "Numbers of this range are blocked".to_owned();
    api.sandbox
        .add_fault(Fault::new(On::Write, Action::RejectPhones { phones: vec![phone(2)], message: message.clone() }));
    let reply = api.post("/v2/contacts", json!({"phone": phone(2)})).await;
    assert_eq!((reply.status, reply.json()["message"].clone()), (422, message.clone().into()));
    let bulk = api.bulk(json!([{"phone": phone(1)}, {"phone": phone(2)}, {"phone": phone(3)}])).await.json();
    assert_eq!([&bulk["created"], &bulk["failed"]], [2, 1]);
    assert_eq!((&bulk["errors"][0]["index"], &bulk["errors"][0]["message"]), (&json!(1), &json!(message)));
}

#[tokio::test]
async fn every_nth_row_of_a_bulk_call_can_be_dropped() {
    let api = Api::unlimited();
    api.sandbox.add_fault(Fault::new(On::Bulk, Action::DropWrites { every: 3 }));
    let rows: serde_json::Value = (1..=7).map(|n| json!({ "phone": phone(n) })).collect();
    let summary = api.bulk(rows).await.json();
    assert_eq!([&summary["created"], &summary["failed"]], [7, 0], "it says that all were written");
    let dropped: Vec<usize> = (1..=7).filter(|n| api.sandbox.contacts_by_phone(&phone(*n)).is_empty()).collect();
    assert_eq!(dropped, [3, 6]);
    assert_eq!(api.sandbox.counters().contacts_created, 5);
}

#[tokio::test]
async fn every_nth_single_write_can_be_dropped() {
    let api = Api::unlimited().with_rows(1);
    api.sandbox.add_fault(Fault::new(On::Write, Action::DropWrites { every: 1 }).every(2));
    let company = || api.sandbox.contact(1).unwrap().company;
    let reply = api.put("/v2/contacts/1", json!({"company": "A"})).await;
    assert_eq!((reply.status, reply.json()["data"]["company"].clone()), (200, "A".into()));
    assert_eq!(company(), None, "dropped, though it answered as if not");
    api.put("/v2/contacts/1", json!({"company": "B"})).await;
    assert_eq!(company().as_deref(), Some("B"));
    assert_eq!(api.delete("/v2/contacts/1").await.status, 200);
    assert_eq!(api.sandbox.contact_count(), 1);
    assert_eq!(api.delete("/v2/contacts/1").await.status, 200);
    assert_eq!(api.sandbox.contact_count(), 0);
}
