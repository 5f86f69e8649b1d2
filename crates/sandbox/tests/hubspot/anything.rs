//! Whatever is sent is answered, with a status below 500, and never a panic; whatever a file holds is an error or an
//! account.

use axum::http::Method;
use proptest::prelude::*;
use sandbox::hubspot::{HubSpot, Settings, Snapshot};
use serde_json::Value;

use crate::client::{Api, CONTACTS};

const KEYS: &[&str] = &[
    "properties",
    "inputs",
    "id",
    "idProperty",
    "objectWriteTraceId",
    "associations",
    "to",
    "types",
    "filterGroups",
    "filters",
    "propertyName",
    "operator",
    "value",
    "values",
    "highValue",
    "sorts",
    "direction",
    "limit",
    "after",
    "query",
    "email",
    "firstname",
    "phone",
    "lifecyclestage",
    "createdate",
    "primaryObjectId",
    "objectIdToMerge",
    "propertiesWithHistory",
    "contacts",
    "calls",
    "next_id",
    "merged_into",
    "created_at",
    "archived_at",
    "merged",
    "name",
    "type",
    "options",
];
const WORDS: &[&str] = &[
    "",
    "30000000001",
    "1",
    "18446744073709551615",
    "-1",
    "email",
    "firstname",
    "EQ",
    "GTE",
    "BETWEEN",
    "ASCENDING",
    "ada@example.com",
    "lastmodifieddate",
    "2026-03-01T12:00:00Z",
    "-009999-01-01T00:00:00Z",
    "9223372036854775807",
    "enumeration",
    "lead",
    "+14155550101",
    "é;%",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(prop::sample::select(KEYS).prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Bodies that have at least the keys of some call.
fn any_body() -> impl Strategy<Value = Value> {
    (any_json(), any_json(), any_json()).prop_map(|(properties, inputs, filters)| {
        serde_json::json!({
            "properties": properties, "inputs": [inputs, {"id": "30000000001", "properties": properties}],
            "filterGroups": [{"filters": [filters]}],
        })
    })
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

proptest! {
    #[test]
    fn every_body_has_an_answer(body in prop_oneof![any_json(), any_body()]) {
        let api = Api::unlimited();
        let id = api.person("Ada");
        for (method, path) in [
            (Method::POST, CONTACTS.to_owned()),
            (Method::PATCH, format!("{CONTACTS}/{id}")),
            (Method::POST, format!("{CONTACTS}/search")),
            (Method::POST, format!("{CONTACTS}/merge")),
            (Method::POST, format!("{CONTACTS}/batch/read")),
            (Method::POST, format!("{CONTACTS}/batch/create")),
            (Method::POST, format!("{CONTACTS}/batch/update")),
            (Method::POST, format!("{CONTACTS}/batch/archive")),
            (Method::POST, "/crm/v3/objects/calls".to_owned()),
        ] {
            let reply = run(api.send(method, &path, &body.to_string()));
            prop_assert!(reply.status < 500, "{path}: {}", reply.text);
        }
    }

    #[test]
    fn every_path_has_an_answer(path in "/(crm/v3/(objects|properties)/)?[a-z0-9%/.@-]{0,24}(\\?[a-z=&%0-9,]{0,24})?") {
        let api = Api::unlimited();
        for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
            let reply = run(api.send(method, &path, "{}"));
            prop_assert!(reply.status < 500, "{}", reply.text);
        }
    }

    #[test]
    fn a_file_is_an_error_or_an_account(state in any_json()) {
        if let Ok(snapshot) = serde_json::from_value::<Snapshot>(state) {
            let hubspot = HubSpot::new(Settings::default());
            if hubspot.restore_snapshot(snapshot).is_ok() {
                let kept = hubspot.snapshot();
                let again = HubSpot::new(Settings::default());
                again.restore_snapshot(kept.clone()).unwrap();
                prop_assert_eq!(again.snapshot(), kept);
            }
        }
    }
}
