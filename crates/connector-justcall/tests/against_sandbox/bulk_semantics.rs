//! What bulk does to fields that a row leaves out: found out once, on a contact that is put back.

use crate::harness::{ALL, Setup, contact, is_done, setup, stored, value};
use connector::Connector;
use connector_justcall::BulkUpdates;
use model::{Record, Via};
use sandbox::{Action, BulkOmitted, BulkRows, Choices, Fault, NewContact, On, Refusal, RequestKind};
use serde_json::json;
use std::collections::BTreeMap;

/// Only two of five fields are synced: the others must survive all the same (I8).
const SOME: &[&str] = &["first_name", "phone"];

fn rich(n: usize) -> NewContact {
    let custom_fields = BTreeMap::from([("tier".to_owned(), json!("gold")), ("seats".to_owned(), json!(n))]);
    NewContact { custom_fields, ..contact(n) }
}

async fn ready(fields: &[&str], bulk_omitted: BulkOmitted, mode: BulkUpdates) -> (Setup, Vec<Record>) {
    let choices = Choices { bulk_omitted, ..Choices::default() };
    let setup = setup(fields, choices, |config| config.bulk_updates = mode).await;
    setup.sandbox().insert_all((0..10).map(rich));
    let records = setup.records().await;
    setup.sandbox().reset_counters();
    (setup, records)
}

fn assert_only_first_names_changed(setup: &Setup) {
    for n in 0..10 {
        let (now, expected) = (setup.by_phone(n), rich(n));
        assert_eq!(now.first_name.as_deref(), Some("New"), "{n}");
        assert_eq!((now.last_name, now.email, now.company), (expected.last_name, expected.email, expected.company));
        assert_eq!(now.custom_fields, expected.custom_fields, "{n}");
    }
}

fn learned(setup: &Setup) -> Option<String> {
    setup.connector.learned().into_iter().find(|(name, _)| name == "bulk_updates").map(|(_, value)| value)
}

#[tokio::test]
async fn whatever_bulk_does_other_fields_survive() {
    // server, configured, learned, bulk requests, PUTs
    let table = [
        (BulkOmitted::Keep, BulkUpdates::Auto, Some("merge"), 2, 0),
        (BulkOmitted::Clear, BulkUpdates::Auto, Some("whole"), 2, 1),
        (BulkOmitted::Keep, BulkUpdates::Merge, None, 1, 0),
        (BulkOmitted::Clear, BulkUpdates::Whole, None, 1, 0),
        (BulkOmitted::Clear, BulkUpdates::Never, None, 0, 10),
    ];
    for fields in [ALL, SOME] {
        for (server, mode, expected, bulk, puts) in table {
            let (setup, records) = ready(fields, server, mode).await;
            let batch: Vec<_> =
                records.iter().map(|record| setup.update(Via::Bulk, record, &[("first_name", "New")])).collect();
            let results = setup.apply(&batch).await;
            assert!(results.iter().all(is_done), "{results:?}");
            assert_only_first_names_changed(&setup);
            assert_eq!(learned(&setup).as_deref(), expected, "{server:?} {mode:?}");
            assert_eq!(setup.requests(RequestKind::Bulk), bulk, "{server:?} {mode:?}");
            assert_eq!(setup.requests(RequestKind::Update), puts, "{server:?} {mode:?}");
        }
    }
}

#[tokio::test]
async fn what_was_learned_is_not_learned_again() {
    for (server, known) in [(BulkOmitted::Keep, "merge"), (BulkOmitted::Clear, "whole")] {
        let choices = Choices { bulk_omitted: server, ..Choices::default() };
        let setup = setup(ALL, choices, |config| {
            config.learned = vec![("bulk_updates".to_owned(), known.to_owned())];
        })
        .await;
        setup.sandbox().insert_all((0..10).map(rich));
        let records = setup.records().await;
        setup.sandbox().reset_counters();
        let batch: Vec<_> =
            records.iter().map(|record| setup.update(Via::Bulk, record, &[("first_name", "New")])).collect();
        assert!(setup.apply(&batch).await.iter().all(is_done));
        assert_only_first_names_changed(&setup);
        assert_eq!(setup.sandbox().counters().requests.values().sum::<u64>(), 1, "{known}");
    }
}

#[tokio::test]
async fn the_contact_of_the_trial_is_put_back_also_when_it_cannot_be_read() {
    let (setup, records) = ready(ALL, BulkOmitted::Clear, BulkUpdates::Auto).await;
    setup.sandbox().add_fault(Fault::new(On::Get, Action::Refuse(Refusal::status(500))));
    let batch: Vec<_> =
        records.iter().map(|record| setup.update(Via::Bulk, record, &[("first_name", "New")])).collect();
    assert!(setup.apply(&batch).await.iter().all(is_done));
    assert_only_first_names_changed(&setup);
    assert_eq!(learned(&setup), None, "nothing was seen");
}

#[tokio::test]
async fn a_contact_that_cannot_be_put_back_is_reported() {
    let (setup, records) = ready(ALL, BulkOmitted::Clear, BulkUpdates::Auto).await;
    setup.sandbox().add_fault(Fault::new(On::Update, Action::Refuse(Refusal::status(500))));
    let results = setup.apply(&[setup.update(Via::Bulk, &records[0], &[("first_name", "New")])]).await;
    let connector::WriteResult::Unknown { message } = &results[0] else { panic!("{results:?}") };
    assert!(message.contains("last_name") && message.contains("custom.tier"), "{message}");
}

#[tokio::test]
async fn a_record_that_is_not_known_whole_never_goes_whole() {
    let choices = Choices { bulk_omitted: BulkOmitted::Clear, ..Choices::default() };
    let setup = setup(ALL, choices, |_| {}).await;
    setup.sandbox().insert_all((0..10).map(rich));
    setup.sandbox().add_fault(Fault::new(On::List, Action::OmitCustomFields));
    let records = setup.records().await;
    let batch: Vec<_> =
        records.iter().map(|record| setup.update(Via::Bulk, record, &[("first_name", "New")])).collect();
    assert!(setup.apply(&batch).await.iter().all(is_done));
    assert_only_first_names_changed(&setup);
    assert_eq!(setup.requests(RequestKind::Bulk), 0);
}

#[tokio::test]
async fn creates_and_updates_ride_together() {
    let choices = Choices { bulk_rows: BulkRows::Contacts, ..Choices::default() };
    let setup = setup(ALL, choices, |config| config.bulk_updates = BulkUpdates::Merge).await;
    setup.sandbox().insert_all((0..2).map(rich));
    let records = setup.records().await;
    setup.sandbox().reset_counters();
    let results =
        setup.apply(&[setup.update(Via::Bulk, &records[0], &[("company", "Beta")]), setup.new_person(7)]).await;
    assert_eq!(setup.requests(RequestKind::Bulk), 1);
    assert_eq!(setup.cell(stored(&results[0]), "company"), value("Beta"));
    assert_eq!(stored(&results[1]).id.as_str(), setup.by_phone(7).id.to_string());
}
