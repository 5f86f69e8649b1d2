//! Each undocumented choice about bulk calls, compared with its default.

use sandbox::{BadBulkRow, BulkFailures, BulkOmitted, BulkPlace, BulkRows, TooManyRows};
use serde_json::{Value, json};

use crate::client::{Api, Reply, phone};

/// One new row, one known row, one bad row.
async fn mixed_bulk(api: &Api) -> Reply {
    api.bulk(json!([{"phone": phone(2)}, {"phone": phone(1), "company": "Acme"}, {"phone": "07"}])).await
}

#[tokio::test]
async fn a_bulk_summary_stands_where_it_is_told_to() {
    for (place, pointer) in [(BulkPlace::Top, ""), (BulkPlace::Data, "/data"), (BulkPlace::Summary, "/summary")] {
        let api = Api::choosing(|choices| choices.bulk_place = place).with_rows(1);
        let body = mixed_bulk(&api).await.json();
        let summary = body.pointer(pointer).unwrap();
        assert_eq!([&summary["created"], &summary["updated"], &summary["failed"]], [1, 1, 1], "{place:?}");
    }
    let api = Api::choosing(|choices| choices.bulk_place = BulkPlace::Nowhere).with_rows(1);
    assert_eq!(mixed_bulk(&api).await.json(), json!({"status": "success", "message": "Contacts processed"}));
    assert_eq!(api.sandbox.contact_count(), 2);
}

#[tokio::test]
async fn a_bulk_summary_can_list_contacts() {
    let api = Api::choosing(|choices| choices.bulk_rows = BulkRows::Contacts).with_rows(1);
    let body = mixed_bulk(&api).await.json();
    assert_eq!((&body["created"][0]["id"], &body["created"][0]["phone"]), (&json!(2), &json!(phone(2))));
    assert_eq!((&body["updated"][0]["id"], &body["updated"][0]["company"]), (&json!(1), &json!("Acme")));
}

type Holds = fn(&Value) -> bool;

#[tokio::test]
async fn a_bulk_summary_names_failures_in_four_ways() {
    let expected: [(BulkFailures, Holds); 4] = [
        (BulkFailures::ByIndex, |b| {
            b["failed"] == 1 && b["errors"][0]["index"] == 2 && b["errors"][0]["phone"].is_null()
        }),
        (BulkFailures::ByPhone, |b| {
            b["failed"] == 1 && b["errors"][0]["phone"] == "07" && b["errors"][0]["index"].is_null()
        }),
        (BulkFailures::FailedList, |b| b["failed"][0]["phone"] == "07" && b["failed"][0]["message"].is_string()),
        (BulkFailures::Unnamed, |b| b["failed"] == 1 && b["errors"].is_null()),
    ];
    for (failures, holds) in expected {
        let api = Api::choosing(|choices| choices.bulk_failures = failures).with_rows(1);
        let body = mixed_bulk(&api).await.json();
        assert!(holds(&body), "{failures:?}: {body}");
    }
}

#[tokio::test]
async fn a_bulk_update_keeps_or_clears_what_it_leaves_out() {
    for (omitted, first_name) in [(BulkOmitted::Keep, Some("Row1")), (BulkOmitted::Clear, None)] {
        let api = Api::choosing(|choices| choices.bulk_omitted = omitted).with_rows(1);
        let before = api.sandbox.contact(1).unwrap();
        mixed_bulk(&api).await;
        let after = api.sandbox.contact(1).unwrap();
        assert_eq!(after.first_name.as_deref(), first_name, "{omitted:?}");
        assert_eq!(after.company.as_deref(), Some("Acme"));
        assert_eq!((after.phone, after.created_at), (before.phone, before.created_at));
    }
}

#[tokio::test]
async fn a_bad_row_can_fail_the_whole_call() {
    let api = Api::choosing(|choices| choices.bulk_bad_row = BadBulkRow::FailsAll).with_rows(1);
    let before = api.sandbox.contacts();
    let reply = mixed_bulk(&api).await;
    assert_eq!(reply.status, 422);
    assert!(reply.text.contains("contacts.2"), "{}", reply.text);
    assert_eq!(api.sandbox.contacts(), before);
    assert_eq!(api.bulk(json!([{"phone": phone(2)}])).await.json()["created"], 1);
}

#[tokio::test]
async fn too_many_rows_can_be_too_large() {
    let api = Api::choosing(|choices| choices.bulk_too_many_rows = TooManyRows::TooLarge);
    let rows: Value = (0..5_001).map(|n| json!({ "phone": phone(n) })).collect();
    assert_eq!(api.bulk(rows).await.status, 413);
}
