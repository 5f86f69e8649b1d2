//! The account in a file.

use sandbox::{NewContact, PersistenceError, Sandbox, Settings};
use serde_json::json;

use crate::client::{Api, phone};

#[tokio::test]
async fn what_is_saved_comes_back_and_ids_are_not_reused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.json");
    let api = Api::unlimited().with_rows(3);
    let custom_fields = [("segment".to_owned(), json!({"tier": 1}))].into();
    api.sandbox.insert(NewContact { custom_fields, ..NewContact::named("Anna", "Ritter", "+41791234567") });
    api.sandbox.define_custom_field("shoe");
    api.sandbox.delete(4).unwrap();
    api.sandbox.save(&path).unwrap();

    let loaded = Api::unlimited();
    loaded.sandbox.load(&path).unwrap();
    assert_eq!(loaded.sandbox.contacts(), api.sandbox.contacts());
    assert_eq!(loaded.sandbox.snapshot(), api.sandbox.snapshot());
    assert_eq!(loaded.get("/v2/contacts").await.ids(), [1, 2, 3]);
    let given = json!({"phone": phone(9), "custom_fields": {"segment": "A", "shoe": "B"}});
    let made = loaded.post("/v2/contacts", given).await;
    assert_eq!((made.status, made.json()["data"]["id"].clone()), (200, 5.into()));
}

#[tokio::test]
async fn a_hand_written_file_may_leave_out_what_the_server_sets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.json");
    let text = r#"{"contacts": [{"phone": "+41", "first_name": "A"}, {"phone": "+42", "id": 1}, {"phone": "+43", "custom_fields": {"x": 1}}]}"#;
    std::fs::write(&path, text).unwrap();
    let api = Api::unlimited();
    api.sandbox.load(&path).unwrap();
    let rows: Vec<(u64, String)> = api.sandbox.contacts().into_iter().map(|c| (c.id, c.phone)).collect();
    assert_eq!(rows, [(1, "+42".to_owned()), (2, "+41".to_owned()), (3, "+43".to_owned())]);
    assert_eq!(api.sandbox.contact(2).unwrap().created_at.to_string(), "2026-03-01T12:00:00Z");
    assert!(api.sandbox.snapshot().custom_fields.contains("x"));
}

#[test]
fn bad_files_are_named_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.json");
    let sandbox = Sandbox::new(Settings::default());
    sandbox.insert(NewContact::named("Anna", "Ritter", "+41791234567"));
    let before = sandbox.snapshot();
    assert!(matches!(sandbox.load(&path), Err(PersistenceError::Read(..))));
    std::fs::write(&path, "{\"contacts\": [").unwrap();
    assert!(matches!(sandbox.load(&path), Err(PersistenceError::Parse(..))));
    std::fs::write(&path, r#"{"contacts": [{"id": 3, "phone": "+41"}, {"id": 3, "phone": "+42"}]}"#).unwrap();
    assert!(matches!(sandbox.load(&path), Err(PersistenceError::DuplicateId(3))));
    assert_eq!(sandbox.snapshot(), before);
    let nowhere = folder.path().join("missing").join("contacts.json");
    assert!(matches!(sandbox.save(&nowhere), Err(PersistenceError::Write(..))));
}

#[test]
fn a_save_leaves_nothing_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.json");
    let sandbox = Sandbox::new(Settings::default());
    sandbox.save(&path).unwrap();
    sandbox.insert(NewContact::named("Anna", "Ritter", "+41791234567"));
    sandbox.save(&path).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(std::fs::read_to_string(&path).unwrap().contains("Anna"));
}
