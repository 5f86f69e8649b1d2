//! Call activities and the contacts they belong to.

use serde_json::{Value, json};

use crate::client::{Api, id};

const CALLS: &str = "/crm/v3/objects/calls";

fn call(contact: u64, association: u64) -> Value {
    json!({
        "properties": {
            "hs_timestamp": "2026-02-28T09:00:00Z", "hs_call_title": "JustCall", "hs_call_duration": "65000",
            "hs_call_direction": "INBOUND", "hs_call_status": "COMPLETED", "hs_call_from_number": "+14155550101",
        },
        "associations": [{
            "to": {"id": contact.to_string()},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": association}],
        }],
    })
}

#[tokio::test]
async fn a_call_belongs_to_its_contact() {
    let api = Api::unlimited();
    let ada = api.person("Ada");
    let made = api.post(CALLS, call(ada, 194)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["properties"]["hs_timestamp"], "2026-02-28T09:00:00.000Z");
    let [held] = api.hubspot.calls().try_into().unwrap();
    assert_eq!((held.id, held.contacts.as_slice()), (id(&made.json()), [ada].as_slice()));
    assert_eq!(held.get("hs_call_duration"), "65000");
    let read = api.get(&format!("{CALLS}/{}?properties=hs_call_title", held.id)).await.json();
    assert_eq!(read["properties"]["hs_call_title"], "JustCall");
    assert!(read["properties"]["hs_lastmodifieddate"].is_string());
}

#[tokio::test]
async fn bad_calls_are_refused() {
    let api = Api::unlimited();
    let ada = api.person("Ada");
    for (change, status) in [
        (json!({"hs_call_direction": "SIDEWAYS"}), 400),
        (json!({"hs_timestamp": ""}), 400),
        (json!({"hs_call_duration": "long"}), 400),
        (json!({"nonsense": "x"}), 400),
        (json!({"hs_call_body": "note"}), 201),
    ] {
        let mut body = call(ada, 194);
        for (name, value) in change.as_object().unwrap() {
            body["properties"][name] = value.clone();
        }
        assert_eq!(api.post(CALLS, body).await.status, status, "{change}");
    }
    assert_eq!(api.post(CALLS, call(5, 194)).await.status, 400, "no such contact");
    assert_eq!(api.post(CALLS, call(ada, 3)).await.status, 400, "no association of calls and contacts");
}

#[tokio::test]
async fn a_batch_of_calls_is_mixed_with_trace_ids() {
    let api = Api::unlimited();
    let ada = api.person("Ada");
    let mut inputs = vec![call(ada, 194), call(5, 194), call(ada, 194)];
    inputs.iter_mut().zip(1..).for_each(|(call, n)| call["objectWriteTraceId"] = n.to_string().into());
    let reply = api.post(&format!("{CALLS}/batch/create"), json!({ "inputs": inputs })).await;
    assert_eq!(reply.status, 207);
    assert_eq!(api.hubspot.calls().len(), 2);
    assert_eq!(reply.json()["errors"][0]["context"]["objectWriteTraceId"], json!(["2"]));
    assert_eq!(api.get("/crm/v3/properties/calls").await.status, 200);
}

#[tokio::test]
async fn a_call_follows_its_contact_through_a_merge() {
    let api = Api::unlimited();
    let (ada, ben) = (api.person("Ada"), api.person("Ben"));
    api.post(CALLS, call(ada, 194)).await;
    let merged = api.hubspot.merge(ada, ben).unwrap();
    api.post(CALLS, call(ben, 194)).await;
    for call in api.hubspot.calls() {
        assert_eq!(call.contacts, [merged.id]);
    }
}
