//! `batch/create`, and `batch/read`: mixed answers, shuffled rows, trace ids.

use std::collections::BTreeSet;

use sandbox::hubspot::Settings;
use serde_json::{Value, json};

use crate::client::{Api, CONTACTS};

fn traced(n: usize) -> Value {
    json!({"objectWriteTraceId": format!("t{n}"), "properties": {"firstname": format!("Row{n}")}})
}

#[tokio::test]
async fn rows_come_in_another_order_and_carry_their_trace_ids() {
    let api = Api::unlimited();
    let inputs: Vec<Value> = (0..100).map(traced).collect();
    let reply = api.batch("create", inputs.into()).await;
    assert_eq!(reply.status, 201);
    let body = reply.json();
    assert_eq!(body["status"], "COMPLETE");
    let rows = body["results"].as_array().unwrap();
    let in_order =
        rows.iter().zip(0..).filter(|(row, n)| row["objectWriteTraceId"] == format!("t{n}").as_str()).count();
    assert!(in_order < 20, "{in_order} of 100 rows in their old places");
    for row in rows {
        let n = row["objectWriteTraceId"].as_str().unwrap().trim_start_matches('t').to_owned();
        assert_eq!(row["properties"]["firstname"], format!("Row{n}"), "a row is tied to its trace id");
    }
    let again = Api::unlimited();
    let same = again.batch("create", (0..100).map(traced).collect::<Vec<_>>().into()).await;
    assert_eq!(same.text, reply.text, "the same seed and requests make the same answer");
}

#[tokio::test]
async fn the_order_can_be_kept() {
    let api = Api::new(Settings { shuffle_batches: false, ..Settings::unlimited() });
    let reply = api.batch("create", (0..30).map(traced).collect::<Vec<_>>().into()).await;
    let ids = reply.ids();
    assert!(ids.is_sorted(), "{ids:?}");
}

#[tokio::test]
async fn with_trace_ids_the_answer_is_mixed() {
    let api = Api::unlimited();
    let ada = api.person("Ada");
    let inputs = json!([
        {"objectWriteTraceId": "good", "properties": {"firstname": "Ben"}},
        {"objectWriteTraceId": "unknown", "properties": {"firstname": "C", "nonsense": "x"}},
        {"objectWriteTraceId": "taken", "properties": {"email": "ada@example.com"}},
        {"objectWriteTraceId": "first", "properties": {"email": "new@example.com"}},
        {"objectWriteTraceId": "second", "properties": {"email": "NEW@example.com"}},
    ]);
    let reply = api.batch("create", inputs).await;
    assert_eq!(reply.status, 207);
    let body = reply.json();
    let done: BTreeSet<&str> =
        body["results"].as_array().unwrap().iter().map(|row| row["objectWriteTraceId"].as_str().unwrap()).collect();
    assert_eq!(done, ["first", "good"].into());
    assert_eq!(body["numErrors"], 3);
    let error = |trace: &str| {
        let errors = body["errors"].as_array().unwrap();
        errors.iter().find(|error| error["context"]["objectWriteTraceId"] == json!([trace])).unwrap().clone()
    };
    assert_eq!(error("unknown")["category"], "VALIDATION_ERROR");
    assert_eq!(error("unknown")["errors"][0]["code"], "PROPERTY_DOESNT_EXIST");
    assert_eq!(error("taken")["message"], format!("Contact already exists. Existing ID: {ada}"));
    assert_eq!(error("second")["category"], "CONFLICT");
    assert_eq!(api.hubspot.contact_count(), 3);
}

#[tokio::test]
async fn without_trace_ids_one_bad_row_refuses_all() {
    let api = Api::unlimited();
    api.person("Ada");
    for (bad, status) in [
        (json!({"properties": {"firstname": "C", "nonsense": "x"}}), 400),
        (json!({"properties": {"email": "ada@example.com"}}), 409),
        (json!({"properties": {"email": "ben@example.com"}}), 400),
        (json!({"objectWriteTraceId": "1", "properties": {"nonsense": "x"}}), 400),
    ] {
        let inputs = json!([{"properties": {"firstname": "Ben", "email": "ben@example.com"}}, bad]);
        let reply = api.batch("create", inputs).await;
        assert_eq!(reply.status, status, "{}", reply.text);
        assert_eq!(api.hubspot.contact_count(), 1);
    }
}

#[tokio::test]
async fn trace_ids_must_differ_and_batches_have_bounds() {
    let api = Api::unlimited();
    assert_eq!(api.batch("create", json!([traced(1), traced(1)])).await.status, 400);
    assert_eq!(api.batch("create", (0..101).map(traced).collect::<Vec<_>>().into()).await.status, 400);
    assert_eq!(api.batch("create", json!([])).await.status, 400);
    assert_eq!(api.hubspot.contact_count(), 0);
}

#[tokio::test]
async fn a_batch_read_tells_of_all_missing_ids_in_one_error() {
    let api = Api::unlimited();
    let ids = api.rows(3);
    let inputs = json!([{"id": ids[0].to_string()}, {"id": "5"}, {"id": ids[2].to_string()}, {"id": "6"}]);
    let reply = api.batch("read", inputs).await;
    assert_eq!(reply.status, 207);
    assert_eq!(reply.sorted_ids(), [ids[0], ids[2]]);
    let errors = &reply.json()["errors"];
    assert_eq!(errors.as_array().unwrap().len(), 1);
    assert_eq!(errors[0]["category"], "OBJECT_NOT_FOUND");
    assert_eq!(errors[0]["context"]["ids"], json!(["5", "6"]));
    let known = json!({"inputs": [{"id": "row1@example.com"}], "idProperty": "email", "properties": ["company"]});
    api.hubspot.edit_as_user(ids[0], [("email", "row1@example.com"), ("company", "Acme")]);
    let reply = api.post(&format!("{CONTACTS}/batch/read"), known).await;
    assert_eq!((reply.status, reply.ids()), (200, vec![ids[0]]));
    assert_eq!(reply.json()["results"][0]["properties"]["company"], "Acme");
}

#[tokio::test]
async fn a_batch_read_of_histories_takes_50() {
    let api = Api::unlimited();
    let ids: Vec<Value> = api.rows(51).iter().map(|id| json!({"id": id.to_string()})).collect();
    let body = |count: usize| json!({"inputs": ids[..count], "propertiesWithHistory": ["firstname"]});
    assert_eq!(api.post(&format!("{CONTACTS}/batch/read"), body(51)).await.status, 400);
    let read = api.post(&format!("{CONTACTS}/batch/read"), body(50)).await;
    assert_eq!(read.status, 200);
    assert!(read.json()["results"][0]["propertiesWithHistory"]["firstname"][0]["value"].is_string());
}
