//! The kept copy of a side: what is read back, and what makes it void.

use crate::support::Scratch;
use model::{Cell, RecordId, Side, Table};
use store::{CopyChange, StateChange};

fn table(rows: &[(&str, Cell<'_>)]) -> Table {
    let mut table = Table::new(2);
    for (id, cell) in rows {
        table.push(id, true, [*cell, Cell::Unknown], (*id == "b").then_some("+14155550109")).unwrap();
    }
    table
}

fn change(whole: bool, cursor: &str, records: Table, gone: &[&str]) -> StateChange {
    let gone = gone.iter().map(|id| RecordId::from(*id)).collect();
    let (cursor, shape) = (cursor.to_owned(), "fields".to_owned());
    StateChange::KeepCopy(CopyChange { side: Side::Crm, cursor, shape, whole, records, gone })
}

#[test]
fn changes_are_added_to_what_was_kept() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    assert_eq!(store.copy(Side::Crm, "fields", 2).unwrap(), None);
    let first = table(&[("c", Cell::Cleared), ("a", Cell::Value("Ann")), ("b", Cell::Value("Bob"))]);
    store.commit(&[change(true, "1", first, &[])]).unwrap();
    store.commit(&[change(false, "2", table(&[("a", Cell::Value("Anna")), ("d", Cell::Unknown)]), &["c"])]).unwrap();
    let kept = store.copy(Side::Crm, "fields", 2).unwrap().unwrap();
    assert_eq!(kept.cursor, "2");
    assert_eq!(kept.table, table(&[("a", Cell::Value("Anna")), ("b", Cell::Value("Bob")), ("d", Cell::Unknown)]));
    store.commit(&[change(true, "3", table(&[("e", Cell::Cleared)]), &[])]).unwrap();
    assert_eq!(store.copy(Side::Crm, "fields", 2).unwrap().unwrap().table, table(&[("e", Cell::Cleared)]));
}

#[test]
fn a_copy_belongs_to_its_side_and_shape() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    store.commit(&[change(true, "1", table(&[("a", Cell::Value("Ann"))]), &[])]).unwrap();
    assert_eq!(store.copy(Side::Justcall, "fields", 2).unwrap(), None);
    assert_eq!(store.copy(Side::Crm, "other fields", 2).unwrap(), None);
    assert!(store.copy(Side::Crm, "fields", 3).is_err(), "damage is said, not guessed over");
}
