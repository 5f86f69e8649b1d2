//! `batch/update` and `batch/archive`.

use sandbox::hubspot::Settings;
use serde_json::{Value, json};

use crate::client::{Api, CONTACTS};

fn row(id: u64, properties: Value) -> Value {
    let mut row = json!({"id": id.to_string()});
    row["properties"] = properties;
    row
}

#[tokio::test]
async fn ids_that_are_gone_make_the_answer_mixed() {
    let api = Api::unlimited();
    let ids = api.rows(2);
    api.hubspot.archive(ids[1]);
    let inputs = json!([row(ids[0], json!({"company": "A"})), row(ids[1], json!({"company": "B"})), row(5, json!({}))]);
    let reply = api.batch("update", inputs).await;
    assert_eq!(reply.status, 207);
    assert_eq!(reply.ids(), [ids[0]]);
    assert_eq!(reply.json()["errors"][0]["context"]["ids"], json!([ids[1].to_string(), "5"]));
    assert_eq!(api.hubspot.contact(ids[0]).unwrap().get("company"), "A");
}

#[tokio::test]
async fn a_bad_value_refuses_all_rows_unless_the_account_answers_row_by_row() {
    let api = Api::unlimited();
    let ids = api.rows(2);
    let inputs = |trace: bool| {
        let mut rows = vec![row(ids[0], json!({"company": "A"})), row(ids[1], json!({"lifecyclestage": "bogus"}))];
        if trace {
            rows.iter_mut().zip(1..).for_each(|(row, n)| row["objectWriteTraceId"] = n.to_string().into());
        }
        Value::from(rows)
    };
    assert_eq!(api.batch("update", inputs(true)).await.status, 400);
    assert_eq!(api.hubspot.contact(ids[0]).unwrap().get("company"), "");
    api.hubspot.change_settings(|settings| settings.multi_status_updates = true);
    assert_eq!(api.batch("update", inputs(false)).await.status, 400, "only with trace ids");
    let mixed = api.batch("update", inputs(true)).await;
    assert_eq!(mixed.status, 207);
    assert_eq!(mixed.json()["errors"][0]["context"]["objectWriteTraceId"], json!(["2"]));
    assert_eq!(mixed.json()["errors"][0]["context"]["ids"], json!([ids[1].to_string()]));
    assert_eq!(mixed.json()["results"][0]["objectWriteTraceId"], "1");
}

#[tokio::test]
async fn the_same_id_twice_refuses_all() {
    let api = Api::unlimited();
    let ids = api.rows(1);
    let inputs = json!([row(ids[0], json!({"company": "A"})), row(ids[0], json!({"city": "B"}))]);
    let reply = api.batch("update", inputs).await;
    assert_eq!(reply.status, 400);
    let message = format!("Duplicate IDs found in batch input: [{}]. IDs must be unique", ids[0]);
    assert_eq!(reply.json()["message"], message);
}

#[tokio::test]
async fn rows_can_be_named_by_address() {
    let api = Api::new(Settings::unlimited());
    let ada = api.person("Ada");
    let inputs = json!([{"id": "ada@example.com", "idProperty": "email", "properties": {"company": "A"}}]);
    assert_eq!(api.batch("update", inputs).await.ids(), [ada]);
}

#[tokio::test]
async fn a_batch_archive_takes_what_is_there() {
    let api = Api::unlimited();
    let ids = api.rows(3);
    let inputs = json!([{"id": ids[0].to_string()}, {"id": ids[2].to_string()}, {"id": "5"}]);
    let reply = api.batch("archive", inputs).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    assert_eq!(api.get(CONTACTS).await.ids(), [ids[1]]);
    assert_eq!(api.get(&format!("{CONTACTS}?archived=true")).await.ids(), [ids[0], ids[2]]);
}
