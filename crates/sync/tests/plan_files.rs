//! Plan files from strangers: any bytes, any JSON and any mutation of a real plan is an error or that very plan, never
//! a panic and never another plan.
#![allow(clippy::unwrap_used)]

use model::{BySide, PLAN_FORMAT, Plan};
use proptest::prelude::*;
use serde_json::{Value, json};
use sync::{plan_from_json, plan_to_json};

/// A plan with one of everything that the format has, sealed by the digest that its error names.
fn valid() -> Vec<u8> {
    let side = json!({"create": 0, "update": 1, "delete": 0, "unchanged": 2, "held": 0, "skipped": 0});
    let body = json!({
        "format": PLAN_FORMAT, "id": "", "created_at": "2026-11-21T00:00:00Z", "state_serial": 12,
        "summary": {"justcall": side, "crm": side, "conflicts": 1},
        "actions": [{"side": "crm", "kind": "update", "record_id": "17", "other_id": "98", "phone": "+14155559876",
            "reason": "R2", "via": "file", "changes": [{"field": "company", "before": "A", "after": "B"}],
            "expect": {"justcall": "00000000000000ff", "crm": null}, "link": 3}],
        "conflicts": [], "skipped": [{"side": "crm", "record_id": "9", "reason": "no_phone", "detail": ""}],
        "held": [{"side": "crm", "kind": "delete", "record_id": "17", "phone": "+1", "reason": "guard", "until": null}],
        "cost": {"justcall": {"requests": 7, "seconds": 7.0}, "crm": {"requests": 0, "seconds": 0.0}}, "alarms": [],
    });
    let mut plan: Plan = serde_json::from_value(body).unwrap();
    assert_eq!(plan.listed, BySide::default());
    let digest = sha2_of(&plan);
    plan.id.0 = digest;
    plan_to_json(&plan).unwrap()
}

/// The name of a plan is a digest of its content without a name (docs/plan-format.md).
fn sha2_of(plan: &Plan) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(serde_json::to_vec(plan).unwrap());
    format!("p{}", digest[..10].iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn any_json() -> impl Strategy<Value = Value> {
    const KEYS: &[&str] =
        &["format", "id", "actions", "summary", "held", "side", "kind", "reason", "cost", "listed", "alarms"];
    const WORDS: &[&str] =
        &["tieline-plan/1", "crm", "update", "R2", "file", "guard", "+14155559876", "2026-11-21T00:00:00Z", ""];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(prop::sample::select(KEYS).prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Every place of a document, as a pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| places(value, &format!("{at}/{key}"), found)),
        Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{i}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_valid_plan_is_valid() {
    plan_from_json(&valid()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(plan_from_json(&bytes).is_err());
    }

    #[test]
    fn any_json_is_an_error(mut value in any_json(), named in any::<bool>()) {
        if named && let Some(map) = value.as_object_mut() {
            map.insert("format".to_owned(), PLAN_FORMAT.into());
        }
        prop_assert!(plan_from_json(value.to_string().as_bytes()).is_err());
    }

    #[test]
    fn a_plan_with_another_value_anywhere_is_an_error(at in any::<prop::sample::Index>(), value in any_json()) {
        let plan: Value = serde_json::from_slice(&valid()).unwrap();
        let mut found = Vec::new();
        places(&plan, "", &mut found);
        let mut edited = plan.clone();
        *edited.pointer_mut(&found[at.index(found.len())]).unwrap() = value;
        // What reads back as the same plan is the same plan: a null for what may be left out.
        if let Ok(read) = plan_from_json(edited.to_string().as_bytes()) {
            prop_assert_eq!(plan_to_json(&read).unwrap(), valid());
        }
    }

    #[test]
    fn a_plan_with_bytes_changed_is_an_error_or_the_same(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = valid();
        let at = at.index(bytes.len() - 1);
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        if let Ok(read) = plan_from_json(&bytes) {
            prop_assert_eq!(plan_to_json(&read).unwrap(), valid());
        }
    }
}
