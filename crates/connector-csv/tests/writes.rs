//! What each write does, and when it is refused as stale (S34).
#![allow(clippy::unwrap_used)]

mod common;

use common::{Crm, block_on};
use connector::{Connector, Presence, WriteKind, WriteResult};
use connector_csv::{CsvConnector, Preset};
use model::Field::{FirstName, Phone};
use model::OwnedCell;
use std::sync::Arc;

const FILE: &str = "id,Name,Phone\n1,Ann,1\n2,Bob,2\n3,Cyd,3\n";

fn stale(results: &[WriteResult]) -> Vec<bool> {
    results.iter().map(|result| matches!(result, WriteResult::Stale { .. })).collect()
}

#[test]
fn a_batch_is_done_in_one_go_and_shows_the_records_as_they_are_now() {
    let crm = Crm::new(FILE);
    let writes = [
        crm.create(&[(FirstName, "Dee"), (Phone, "4")]),
        crm.delete("1"),
        crm.update("3", &[(FirstName, ""), (Phone, "33")]),
        crm.create(&[(Phone, "5")]),
    ];
    let done = crm.done(&writes);
    assert_eq!(crm.text(), "id,Name,Phone\n2,Bob,2\n3,,33\n4,Dee,4\n5,,5\n");
    let ids: Vec<_> = done.iter().map(|(id, _)| id.as_ref().unwrap().as_str()).collect();
    assert_eq!(ids, ["4", "1", "3", "5"]);
    let stored = done[2].1.as_ref().unwrap();
    assert_eq!(stored.cells, [OwnedCell::Cleared, OwnedCell::Value("33".into())]);
    assert_eq!(done[1].1, None);
}

#[test]
fn every_write_is_stale_after_the_file_changed() {
    let crm = Crm::new(FILE);
    let writes = [crm.update("1", &[(Phone, "9")]), crm.delete("2"), crm.create(&[(Phone, "9")])];
    let changed = FILE.replace("3,Cyd", "3,Sid");
    std::fs::write(&crm.path, &changed).unwrap();
    assert_eq!(stale(&crm.apply(&writes).unwrap()), [true; 3]);
    assert_eq!(crm.text(), changed);
    // A new listing is new ground.
    crm.list().unwrap();
    crm.done(&writes);
}

#[test]
fn a_look_at_single_records_does_not_make_an_old_listing_new() {
    let crm = Crm::new(FILE);
    let writes = [crm.update("1", &[(Phone, "9")])];
    std::fs::write(&crm.path, FILE.replace("3,Cyd", "3,Sid")).unwrap();
    crm.read(&["1"]);
    assert_eq!(stale(&crm.apply(&writes).unwrap()), [true]);
}

#[test]
fn a_saved_plan_skips_what_moved_and_does_the_rest() {
    let old = Crm::new(FILE);
    let writes = [
        old.update("1", &[(Phone, "11")]),
        old.update("2", &[(Phone, "22")]),
        old.delete("3"),
        old.create(&[(Phone, "4")]),
    ];
    let crm = Crm::new("id,Name,Phone\n1,Ann,1\n2,Rob,2\n4,Eve,0\n");
    let results = crm.apply(&writes).unwrap();
    assert_eq!(stale(&results), [false, true, true, false]);
    assert_eq!(results[1], WriteResult::Stale { message: "`Name` changed in crm.csv since it was read".into() });
    assert_eq!(results[2], WriteResult::Stale { message: "the row is no longer in crm.csv".into() });
    assert_eq!(crm.text(), "id,Name,Phone\n1,Ann,11\n2,Rob,2\n4,Eve,0\n5,,4\n");
}

#[test]
fn batches_follow_each_other() {
    let crm = Crm::new(FILE);
    let (first, second) = (crm.update("1", &[(Phone, "9")]), crm.update("2", &[(Phone, "8")]));
    crm.done(&[first]);
    crm.done(&[second]);
    assert_eq!(crm.text(), FILE.replace("Ann,1", "Ann,9").replace("Bob,2", "Bob,8"));
}

#[test]
fn nothing_to_change_writes_nothing() {
    #[derive(Debug)]
    struct Never;
    impl connector_csv::Disk for Never {
        fn write(&self, _: &mut std::fs::File, _: &[u8]) -> std::io::Result<()> {
            panic!("written")
        }
    }
    let crm = Crm::new(FILE).on_disk(Never);
    let done = crm.done(&[crm.update("1", &[(FirstName, "Ann")])]);
    assert_eq!(done[0].1, Some(crm.record("1")));
    assert_eq!(crm.apply(&[]).unwrap(), []);
}

#[test]
fn two_writes_to_one_record_in_a_batch_are_not_mixed() {
    let crm = Crm::new(FILE);
    let results = crm.apply(&[crm.update("1", &[(Phone, "9")]), crm.delete("1")]).unwrap();
    assert!(matches!(results[1], WriteResult::Refused { .. }));
    assert_eq!(crm.text(), FILE.replace("Ann,1", "Ann,9"));
    let mut nobody = crm.delete("2");
    nobody.current = None;
    assert!(matches!(crm.apply(&[nobody]).unwrap()[0], WriteResult::Refused { .. }));
}

#[test]
fn a_field_without_a_column_is_refused_in_an_update_and_left_out_of_a_new_row() {
    let crm = Crm::with("id,Phone\n1,1\n", |config| config.optional = vec![FirstName]);
    let results = crm.apply(&[crm.update("1", &[(FirstName, "Ann")])]).unwrap();
    assert!(matches!(&results[0], WriteResult::Refused { message } if message.contains("no column")));
    let done = crm.done(&[crm.create(&[(FirstName, "Ann"), (Phone, "2")])]);
    assert_eq!(done[0].1.as_ref().unwrap().cells[0], OwnedCell::Unknown);
    assert_eq!(crm.text(), "id,Phone\n1,1\n2,2\n");
}

#[test]
fn rows_without_an_id_are_named_by_line_and_can_be_written() {
    let crm = Crm::new("id,Name,Phone\n,\"A\nnn\",1\n2,Bob,2\n  ,Cyd,3\n");
    let listing = crm.list().unwrap();
    let ids: Vec<_> = listing.table.iter().map(|row| (row.id(), row.native_id())).collect();
    assert_eq!(ids, [("row:2", false), ("2", true), ("row:5", false)]);
    let done = crm.done(&[crm.delete("row:2"), crm.update("row:5", &[(Phone, "33")])]);
    assert_eq!(crm.text(), "id,Name,Phone\n2,Bob,2\n  ,Cyd,33\n");
    // The line is another one now, and no id to keep.
    let (id, stored) = &done[1];
    assert_eq!((id, stored.as_ref().unwrap().id.as_str()), (&None, "row:3"));
}

#[test]
fn a_row_that_moved_is_not_taken_for_the_one_that_was_there() {
    let old = Crm::new("id,Name,Phone\n,Ann,1\n,Bob,2\n");
    let delete = old.delete("row:2");
    let crm = Crm::new("id,Name,Phone\n,Bob,2\n,Ann,1\n");
    assert_eq!(stale(&crm.apply(&[delete]).unwrap()), [true]);
}

#[test]
fn ids_are_left_to_the_crm_that_gives_them() {
    for preset in [Preset::Hubspot, Preset::Google] {
        let crm = Crm::with(FILE, |config| config.preset = preset);
        let done = crm.done(&[crm.create(&[(Phone, "4")])]);
        assert_eq!(crm.text(), format!("{FILE},,4\n"));
        assert_eq!((&done[0].0, done[0].1.as_ref().unwrap().id.as_str()), (&None, "row:5"));
    }
}

#[test]
fn a_new_id_is_not_that_of_a_row_deleted_in_the_same_batch() {
    let crm = Crm::new(FILE);
    crm.done(&[crm.delete("3"), crm.create(&[(Phone, "4")])]);
    assert_eq!(crm.text(), "id,Name,Phone\n1,Ann,1\n2,Bob,2\n4,,4\n");
}

#[test]
fn ids_that_are_not_all_numbers_are_continued_by_our_own() {
    let crm = Crm::new("id,Name,Phone\nK-1,Ann,1\n7,Bob,2\n");
    crm.done(&[crm.create(&[(Phone, "3")]), crm.create(&[(Phone, "4")])]);
    assert_eq!(crm.text(), "id,Name,Phone\nK-1,Ann,1\n7,Bob,2\nt-1,,3\nt-2,,4\n");
}

#[test]
fn single_records_are_read_in_the_order_asked() {
    let crm = Crm::new("id,Name,Phone\n1,Ann,1\n,Bob,2\n");
    let found = crm.read(&["9", "row:3", "1", "row:9"]);
    assert_eq!(found[0], Presence::Gone);
    assert_eq!(found[1], Presence::Present(crm.record("row:3")));
    assert_eq!(found[2], Presence::Present(crm.record("1")));
    // Absence of a made-up id proves nothing.
    assert!(matches!(found[3], Presence::Unclear { .. }));
}

#[test]
fn the_file_says_who_it_is() {
    let crm = Crm::new(FILE);
    let identity = block_on(crm.connector.identify()).unwrap();
    assert_eq!((identity.fingerprint.as_str(), identity.title.as_str()), ("csv:crm.csv", "crm.csv"));
    assert_eq!(crm.connector.requests(), 0);
    let other = CsvConnector::new(common::config(&crm.path), Arc::clone(&crm.schema));
    assert_eq!(other.capabilities().batch, usize::MAX);
}

#[test]
fn writes_of_every_kind_have_a_result() {
    let crm = Crm::new(FILE);
    let kinds = [WriteKind::Create, WriteKind::Update, WriteKind::Delete];
    let writes = [crm.create(&[]), crm.update("1", &[]), crm.delete("2")];
    assert_eq!(writes.iter().map(|write| write.kind).collect::<Vec<_>>(), kinds);
    assert_eq!(crm.done(&writes).len(), 3);
}

#[test]
fn further_numbers_of_a_contact_stay_where_they_are_s28() {
    // One number is synced; the others survive every edit, in their order.
    let crm = Crm::new("id,Name,Mobile,Phone,Fax\n1,Ann,555-1,1,\"555-2\"\n");
    crm.done(&[crm.update("1", &[(Phone, "9")])]);
    assert_eq!(crm.text(), "id,Name,Mobile,Phone,Fax\n1,Ann,555-1,9,\"555-2\"\n");
}
