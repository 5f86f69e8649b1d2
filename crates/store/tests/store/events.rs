//! Events: many in one transaction, each with its fate, hints that a complete listing drops, tickets that work once.

use crate::support::{ENTROPY, Scratch, at, base, ids};
use model::{BySide, Call, PhoneKey};
use store::{CallRow, EventRow, Fate, StateChange};

fn call(id: &str, status: &str, number: Option<u64>) -> EventRow {
    let call = Call { call_id: id.to_owned(), status: status.to_owned(), ..Call::default() };
    EventRow::Call(Box::new(CallRow { call, number }))
}

fn contact(id: &str) -> EventRow {
    EventRow::Contact(id.into())
}

#[test]
fn each_event_of_a_batch_has_its_own_fate() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let key = PhoneKey::new("+14155551234", "").unwrap();
    store.erase(key, &[], ENTROPY, at(0)).unwrap();
    let batch = [
        call("c1", "completed", None),
        contact("98"),
        call("c1", "ringing", None),
        call("c2", "ringing", Some(14_155_551_234)),
        call("c1", "completed", Some(1)),
        contact("98"),
    ];
    let fates = store.put_events(&batch).unwrap();
    assert_eq!(fates, [Fate::New, Fate::New, Fate::Same, Fate::KeptOut, Fate::Changed, Fate::Same]);
    assert_eq!((store.call_count().unwrap(), store.contact_hints().unwrap()), (1, 1));
    assert_eq!(store.call("c1").unwrap().unwrap().call.status, "completed");
}

#[test]
fn a_complete_listing_drops_what_was_told_before_it_began() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    assert_eq!(store.last_contact_hint().unwrap(), None);
    store.put_events(&[contact("1"), contact("2")]).unwrap();
    let began = store.last_contact_hint().unwrap().unwrap();
    // Told once more while the listing ran: it may have been read too early.
    store.put_events(&[contact("2"), contact("3")]).unwrap();
    store.drop_contact_hints(began).unwrap();
    assert_eq!(store.contact_hints().unwrap(), 2);
    let last = store.last_contact_hint().unwrap().unwrap();
    store.drop_contact_hints(last).unwrap();
    assert_eq!(store.contact_hints().unwrap(), 0);
    // Numbers are not given twice.
    store.put_events(&[contact("4")]).unwrap();
    assert_ne!(store.last_contact_hint().unwrap(), Some(last));
}

#[test]
fn a_hint_of_a_forgotten_person_goes_s48() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let key = PhoneKey::new("+14155551234", "").unwrap();
    let link =
        StateChange::NewLink { ids: ids("98", "17"), key: Some(key), base: base("x"), created_at: BySide::default() };
    store.commit(&[link]).unwrap();
    store.put_events(&[contact("98"), contact("99")]).unwrap();
    store.erase(key, &[], ENTROPY, at(2)).unwrap();
    assert_eq!(store.contact_hints().unwrap(), 1);
}

#[test]
fn a_ticket_works_once_also_after_a_restart() {
    let scratch = Scratch::new();
    assert!(scratch.open().use_ticket("t1", at(100), at(0)).unwrap());
    let mut store = scratch.open();
    assert!(store.is_ticket_used("t1").unwrap() && !store.is_ticket_used("t2").unwrap());
    assert!(!store.use_ticket("t1", at(100), at(100)).unwrap());
    assert!(store.use_ticket("t2", at(100), at(0)).unwrap());
    store.return_ticket("t2").unwrap();
    assert!(store.use_ticket("t2", at(100), at(0)).unwrap());
}
