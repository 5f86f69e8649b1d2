//! Faults: before the effect, after it, in the rows, and on the wire.

use sandbox::hubspot::{Action, Fault, ObjectKind, On, Policy, Refusal};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Api, CONTACTS};

#[tokio::test]
async fn a_refusal_comes_instead_of_the_effect_or_after_it() {
    let api = Api::unlimited();
    api.hubspot.add_fault(Fault::new(On::Create, Action::Refuse(Refusal::status(500))).times(1));
    assert_eq!(api.create(json!({"firstname": "Ada"})).await.status, 500);
    assert_eq!(api.hubspot.contact_count(), 0);
    api.hubspot.clear_faults();
    api.hubspot.add_fault(Fault::new(On::Write, Action::RefuseAfterEffect(Refusal::status(502).html())));
    let reply = api.create(json!({"firstname": "Ada"})).await;
    assert_eq!(reply.status, 502);
    assert!(reply.text.starts_with("<html>"));
    assert_eq!(api.hubspot.contact_count(), 1);
    assert_eq!(api.get(CONTACTS).await.status, 200, "no write");
}

#[tokio::test]
async fn a_429_names_any_limit() {
    let api = Api::unlimited();
    for (policy, name) in
        [(Policy::Daily, "DAILY"), (Policy::Secondly, "SECONDLY"), (Policy::TenSecondlyRolling, "TEN_SECONDLY_ROLLING")]
    {
        api.hubspot.clear_faults();
        api.hubspot.add_fault(Fault::new(On::Any, Action::Refuse(Refusal::limited(policy))));
        let reply = api.get(CONTACTS).await;
        assert_eq!((reply.status, &reply.json()["policyName"]), (429, &json!(name)));
    }
    assert!(api.hubspot.counters().limited.is_empty(), "a fault is no limit");
}

#[tokio::test]
async fn every_nth_write_is_dropped_without_a_word() {
    let api = Api::unlimited();
    let ids = api.rows(4);
    api.hubspot.add_fault(Fault::new(On::Write, Action::DropWrites { every: 2 }));
    let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id.to_string(), "properties": {"city": "Bern"}})).collect();
    let reply = api.batch("update", rows.into()).await;
    assert_eq!((reply.status, reply.ids().len()), (200, 4));
    assert!(reply.json()["results"].as_array().unwrap().iter().all(|row| row["properties"]["city"] == "Bern"));
    let cities: Vec<String> = api.hubspot.contacts().iter().map(|contact| contact.get("city").to_owned()).collect();
    assert_eq!(cities, ["Bern", "", "Bern", ""]);
    let new =
        api.batch("create", json!([{"properties": {"firstname": "A"}}, {"properties": {"firstname": "B"}}])).await;
    assert_eq!((new.status, new.ids().len(), api.hubspot.contact_count()), (201, 2, 5));
    let gone: Vec<Value> = ids.iter().map(|id| json!({"id": id.to_string()})).collect();
    assert_eq!(api.batch("archive", gone.into()).await.status, 204);
    assert_eq!(api.hubspot.archived_contacts().len(), 2);
    assert_eq!(api.hubspot.counters().written(), 5);
}

#[tokio::test]
async fn rows_can_fail_by_the_accounts_own_rules() {
    let api = Api::unlimited();
    let ids = api.rows(4);
    let message = "This record is locked".to_owned();
    api.hubspot.add_fault(Fault::new(On::BatchUpdate, Action::FailRows { every: 3, message }));
    let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id.to_string(), "properties": {"city": "Bern"}})).collect();
    let reply = api.batch("update", rows.into()).await;
    assert_eq!((reply.status, reply.sorted_ids()), (207, vec![ids[0], ids[1], ids[3]]));
    assert_eq!(reply.json()["errors"][0]["message"], "This record is locked");
    assert_eq!(reply.json()["errors"][0]["context"]["ids"], json!([ids[2].to_string()]));
    assert_eq!(api.hubspot.contact(ids[2]).unwrap().get("city"), "");
}

#[tokio::test]
async fn a_list_can_lose_rows_and_a_fault_can_look_at_one_type() {
    let api = Api::unlimited();
    let ids = api.rows(3);
    api.hubspot.add_fault(Fault::new(On::List, Action::TruncateList { rows: 1 }).object(ObjectKind::Contacts));
    let page = api.get(&format!("{CONTACTS}?limit=2")).await;
    assert_eq!((page.ids(), page.after()), (vec![ids[0]], Some(ids[1].to_string())));
    api.hubspot.clear_faults();
    api.hubspot.add_fault(Fault::new(On::Any, Action::Refuse(Refusal::status(500))).object(ObjectKind::Calls));
    assert_eq!(api.get(CONTACTS).await.status, 200);
    assert_eq!(api.get("/crm/v3/objects/calls").await.status, 500);
}

#[tokio::test]
async fn faults_count_what_they_name() {
    let api = Api::unlimited();
    let refuse = Action::Refuse(Refusal::status(503));
    api.hubspot.add_fault(Fault::new(On::List, refuse).skip_first(1).every(2).times(2));
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(api.get(CONTACTS).await.status);
        api.search(json!({})).await;
    }
    assert_eq!(statuses, [200, 503, 200, 503, 200, 200]);
}

#[tokio::test]
async fn half_of_a_body_can_pass_for_all_of_it() {
    let api = Api::unlimited();
    api.hubspot.add_fault(Fault::new(On::Any, Action::InvalidJson));
    let reply = api.create(json!({"firstname": "Ada"})).await;
    assert_eq!((reply.status, reply.json()), (201, json!(null)));
    assert_eq!(api.hubspot.contact_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_delay_waits_before_or_after_the_effect() {
    let api = Api::unlimited();
    api.hubspot.add_fault(Fault::new(On::Any, Action::Delay { ms: 2_000 }));
    api.hubspot.add_fault(Fault::new(On::Any, Action::DelayAnswer { ms: 3_000 }));
    let before = tokio::time::Instant::now();
    assert_eq!(api.get(CONTACTS).await.status, 200);
    assert_eq!(before.elapsed().as_millis(), 5_000);
}

/// Everything that comes back for a create on a socket.
async fn on_the_wire(api: &Api) -> String {
    let running = api.hubspot.start(0).await.unwrap();
    let mut socket = TcpStream::connect(running.addr()).await.unwrap();
    let body = r#"{"properties":{"firstname":"Ada"}}"#;
    let token = api.hubspot.settings().token;
    let request = format!(
        "POST {CONTACTS} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\ncontent-length: \
         {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset is one of the ways in which a connection ends.
    let _ = socket.read_to_end(&mut answer).await;
    running.shutdown().await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn connections_close_before_and_after_the_effect_and_inside_the_body() {
    for (action, contacts) in [(Action::CloseBeforeEffect, 0), (Action::CloseAfterEffect, 1)] {
        let api = Api::unlimited();
        api.hubspot.add_fault(Fault::new(On::Any, action));
        assert_eq!(on_the_wire(&api).await, "");
        assert_eq!(api.hubspot.contact_count(), contacts);
        assert_eq!(api.hubspot.log()[0].status, None);
    }
    let api = Api::unlimited();
    api.hubspot.add_fault(Fault::new(On::Any, Action::CutBody));
    let answer = on_the_wire(&api).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 201"), "{head}");
    assert!(body.starts_with('{') && !body.ends_with('}'), "{body}");
}
