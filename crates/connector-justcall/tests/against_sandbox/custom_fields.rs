//! Custom fields: sent whole, and those that the account does not have are told and cost nothing else.

use crate::harness::{Setup, contact, is_done, phone, refusal, setup, stored, value};
use connector::Connector;
use connector_justcall::BulkUpdates;
use model::{OwnedCell, Record, Via};
use sandbox::{Choices, CustomFieldsUpdate, NewContact, RequestKind, UndefinedCustomField, UpdateAnswer};
use serde_json::json;
use std::collections::BTreeMap;

const FIELDS: &[&str] = &["first_name", "phone", "email", "company", "custom.tier", "custom.seats"];
const UNDEFINED: [UndefinedCustomField; 3] =
    [UndefinedCustomField::Unprocessable, UndefinedCustomField::BadRequest, UndefinedCustomField::Drop];

fn custom() -> BTreeMap<String, serde_json::Value> {
    BTreeMap::from([
        ("tier".to_owned(), json!("gold")),
        ("seats".to_owned(), json!(5)),
        ("other".to_owned(), json!([1, 2.5])),
    ])
}

async fn ready(choices: Choices, mode: BulkUpdates) -> (Setup, Record) {
    let setup = setup(FIELDS, choices, |config| config.bulk_updates = mode).await;
    setup.sandbox().insert(NewContact { custom_fields: custom(), ..contact(0) });
    let record = setup.records().await.remove(0);
    (setup, record)
}

#[tokio::test]
async fn the_whole_object_goes_and_types_stay() {
    for custom_fields_update in [CustomFieldsUpdate::Merge, CustomFieldsUpdate::Replace] {
        for via in [Via::Put, Via::Bulk] {
            for update_answer in [UpdateAnswer::Contact, UpdateAnswer::StatusOnly] {
                let choices = Choices { custom_fields_update, update_answer, ..Choices::default() };
                let (setup, record) = ready(choices, BulkUpdates::Merge).await;
                let results = setup.apply(&[setup.update(via, &record, &[("custom.seats", "7")])]).await;
                assert_eq!(setup.cell(stored(&results[0]), "custom.seats"), value("7"));
                let mut expected = custom();
                expected.insert("seats".to_owned(), json!(7));
                assert_eq!(setup.by_phone(0).custom_fields, expected, "{custom_fields_update:?} {via:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_field_seen_kept_is_not_looked_at_again() {
    let (setup, record) = ready(Choices::default(), BulkUpdates::Merge).await;
    let write = setup.update(Via::Bulk, &record, &[("custom.tier", "blue")]);
    setup.apply(std::slice::from_ref(&write)).await;
    assert_eq!(setup.requests(RequestKind::Get), 1);
    setup.apply(&[write]).await;
    assert_eq!(setup.requests(RequestKind::Get), 1);
    assert!(setup.connector.learned().contains(&("custom.tier".into(), "kept".into())));
}

#[tokio::test]
async fn custom_fields_that_were_not_read_are_read_before_they_are_written() {
    let (setup, mut record) =
        ready(Choices { custom_fields_update: CustomFieldsUpdate::Replace, ..Choices::default() }, BulkUpdates::Merge)
            .await;
    record.rest = None;
    let results = setup.apply(&[setup.update(Via::Bulk, &record, &[("custom.tier", "blue")])]).await;
    assert!(is_done(&results[0]));
    assert_eq!(setup.by_phone(0).custom_fields["other"], json!([1, 2.5]));
}

#[tokio::test]
async fn an_undefined_field_costs_only_itself() {
    for undefined_custom_field in UNDEFINED {
        for via in [Via::Put, Via::Bulk] {
            let choices = Choices { undefined_custom_field, ..Choices::default() };
            let setup = setup(FIELDS, choices, |config| config.bulk_updates = BulkUpdates::Merge).await;
            setup.sandbox().insert_all((0..3).map(contact));
            let records = setup.records().await;
            let batch = [
                setup.update(via, &records[0], &[("company", "Beta"), ("custom.tier", "gold")]),
                setup.update(via, &records[1], &[("custom.tier", "gold")]),
                setup.update(via, &records[2], &[("company", "Beta")]),
            ];
            let results = setup.apply(&batch).await;
            let name = format!("{undefined_custom_field:?} {via:?}: {results:?}");
            assert_eq!(setup.cell(stored(&results[0]), "company"), value("Beta"), "{name}");
            assert_eq!(setup.cell(stored(&results[0]), "custom.tier"), OwnedCell::Cleared, "{name}");
            match &results[1] {
                // The read-back shows that it is not there.
                connector::WriteResult::Done { stored: Some(record), .. } => {
                    assert_eq!(setup.cell(record, "custom.tier"), OwnedCell::Cleared, "{name}");
                }
                result => assert!(refusal(result).contains("tier"), "{name}"),
            }
            assert!(is_done(&results[2]), "{name}");
            assert_eq!(setup.by_phone(2).company.as_deref(), Some("Beta"));
        }
    }
}

#[tokio::test]
async fn new_contacts_come_without_an_undefined_field() {
    for undefined_custom_field in UNDEFINED {
        for bulk_bad_row in [sandbox::BadBulkRow::FailsAlone, sandbox::BadBulkRow::FailsAll] {
            let choices = Choices { undefined_custom_field, bulk_bad_row, ..Choices::default() };
            let setup = setup(FIELDS, choices, |_| {}).await;
            setup.sandbox().define_custom_field("seats");
            let batch: Vec<_> = (0..30)
                .map(|n| {
                    let values = [("phone", phone(n)), ("first_name", "A".into()), ("custom.tier", "gold".into())];
                    setup.create(&values.each_ref().map(|(field, text)| (*field, text.as_str())))
                })
                .collect();
            let results = setup.apply(&batch).await;
            for result in &results {
                let record = stored(result);
                assert_eq!(setup.cell(record, "custom.tier"), OwnedCell::Cleared, "{undefined_custom_field:?}");
                assert_eq!(setup.cell(record, "first_name"), value("A"), "{undefined_custom_field:?}");
            }
            assert_eq!(setup.sandbox().contact_count(), 30);
        }
    }
}
