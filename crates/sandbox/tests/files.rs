//! A sandbox's file from anybody's hand: any bytes and any JSON is an error or an account, never a panic.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use sandbox::{Sandbox, Settings, Snapshot};
use serde_json::Value;

fn any_json() -> impl Strategy<Value = Value> {
    const KEYS: &[&str] = &[
        "next_id",
        "custom_fields",
        "contacts",
        "id",
        "first_name",
        "last_name",
        "phone",
        "email",
        "company",
        "created_at",
        "updated_at",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop_oneof![Just("+14155551234"), Just(""), Just("2026-11-21 10:00:00"), Just("tier")].prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(prop::sample::select(KEYS).prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn load(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.json");
    std::fs::write(&path, bytes).unwrap();
    let account = Sandbox::new(Settings::unlimited());
    if let Ok(snapshot) = Snapshot::load(&path)
        && account.restore(snapshot).is_ok()
    {
        // What it took in it gives out, and takes in again.
        account.restore(account.snapshot()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        load(&bytes);
    }

    #[test]
    fn any_json_is_no_panic(value in any_json()) {
        load(value.to_string().as_bytes());
    }

    #[test]
    fn any_contacts_are_no_panic(contacts in prop::collection::vec(any_json(), 0..4), next_id in any::<u64>()) {
        load(serde_json::json!({"contacts": contacts, "next_id": next_id}).to_string().as_bytes());
    }
}
