//! The state takes at most 400 bytes a contact of average length.

use crate::support::{Scratch, schema};
use model::{BaseField, BySide, Cell, Field, PhoneKey, RecordId, Schema};
use store::StateChange;

const CONTACTS: usize = 20_000;

/// Eight fields, about 90 characters a contact; the two sides write the phone differently.
fn contact(number: usize) -> StateChange {
    let digits = format!("{:07}", number * 7);
    let texts = [
        "Christopher".to_owned(),
        format!("Montgomery{}", number % 100),
        format!("+1415{digits}"),
        format!("christopher.m{number}@example.com"),
        "Stark Industries".to_owned(),
        "Springfield".to_owned(),
        "customer".to_owned(),
        "gold".to_owned(),
    ];
    let mut base: Vec<_> = texts
        .iter()
        .map(|text| {
            let cell = Cell::from_text(text).to_owned();
            BaseField { cells: BySide { justcall: cell.clone(), crm: cell }, sent: BySide::default() }
        })
        .collect();
    base[2].cells.crm = Cell::from_text(&format!("(415) {}-{}", &digits[..3], &digits[3..])).to_owned();
    StateChange::NewLink {
        ids: BySide {
            justcall: Some(RecordId::from((90_000_000 + number * 13).to_string())),
            crm: Some(RecordId::from(format!("0035g{number:013}"))), // as long as Salesforce's
        },
        key: PhoneKey::new(&format!("+1415{digits}"), ""),
        base,
        created_at: BySide::default(),
    }
}

#[test]
fn at_most_400_bytes_a_contact() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let custom = |key: &str| Field::Custom(key.into());
    let named = [Field::FirstName, Field::LastName, Field::Email, Field::Company];
    let eight = Schema::new(named.into_iter().chain(["city", "stage", "tier"].map(custom)));
    assert_eq!((eight.len(), schema().len()), (8, 3));
    store.set_schema(&eight, "v1").unwrap();
    let contacts: Vec<_> = (0..CONTACTS).map(contact).collect();
    store.commit(&contacts).unwrap();
    drop(store);
    let bytes = std::fs::metadata(scratch.path()).unwrap().len();
    let each = bytes / CONTACTS as u64;
    assert!((100..=400).contains(&each), "{each} bytes a contact");
}
