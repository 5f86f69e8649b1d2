//! The small tables: binding, facts, resolutions, conflicts, parked records, counts.

use crate::support::{Scratch, at, intent, new_link, parking, run};
use model::{BySide, Choice, ConflictId, LinkStatus, Resolution, RowHash, Side, Sighting};
use store::{Counts, Error, StateChange, Store, StoredBinding};

#[test]
fn a_state_belongs_to_one_account_and_crm() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    assert_eq!(store.binding().unwrap(), None);
    store.bind("acc", "crm").unwrap();
    store.bind("acc", "crm").unwrap();
    for (account, crm, what) in [("other", "crm", "JustCall account"), ("acc", "other", "CRM")] {
        let error = store.bind(account, crm).unwrap_err();
        assert!(matches!(&error, Error::Bound { what: found, .. } if *found == what), "{error:?}");
    }
    let bound = StoredBinding { account: "acc".to_owned(), crm: "crm".to_owned() };
    assert_eq!(store.binding().unwrap(), Some(bound));
}

#[test]
fn facts_are_replaced() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    store.set_fact("b", "1").unwrap();
    store.set_fact("a", "2").unwrap();
    store.commit(&[StateChange::Fact { key: "b".to_owned(), value: "3".to_owned() }]).unwrap();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(store.facts().unwrap(), [pair("a", "2"), pair("b", "3")]);
}

fn resolution(conflict: &str, choice: Choice) -> Resolution {
    let conflict = ConflictId(conflict.to_owned());
    let (justcall, crm) = (Some("Acme".to_owned()), None);
    Resolution { conflict, choice, justcall, crm, made_at: at(3), made_by: "ann".to_owned() }
}

#[test]
fn resolutions_come_back_and_can_be_taken_back() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    store.add_resolution(&resolution("b", Choice::Take(Side::Crm))).unwrap();
    store.add_resolution(&resolution("a", Choice::Take(Side::Justcall))).unwrap();
    store.add_resolution(&resolution("b", Choice::Value("Zoë's".to_owned()))).unwrap();
    let wanted = [resolution("a", Choice::Take(Side::Justcall)), resolution("b", Choice::Value("Zoë's".to_owned()))];
    assert_eq!(store.resolutions().unwrap(), wanted);
    assert!(store.remove_resolution(&ConflictId("a".to_owned())).unwrap());
    assert!(!store.remove_resolution(&ConflictId("a".to_owned())).unwrap());
    store.commit(&[StateChange::DropResolution(ConflictId("b".to_owned()))]).unwrap();
    assert_eq!(store.resolutions().unwrap(), []);
}

#[test]
fn conflicts_keep_the_time_they_were_first_seen() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let id = |name: &str| ConflictId(name.to_owned());
    let open = |names: &[&str]| names.iter().map(|name| (id(name), BySide::default())).collect::<Vec<_>>();
    store.commit(&[StateChange::ConflictsSeen(open(&["a", "b"]), at(1))]).unwrap();
    store.commit(&[StateChange::ConflictsSeen(open(&["c", "b"]), at(2))]).unwrap();
    assert_eq!(store.conflicts_since().unwrap(), [(id("b"), at(1)), (id("c"), at(2))]);
    store.commit(&[StateChange::ConflictsSeen(open(&["a"]), at(3))]).unwrap();
    assert_eq!(store.conflicts_since().unwrap(), [(id("a"), at(3))], "back is new");
    let seen = Sighting { value: Some("Acme".to_owned()), shown_by: at(3), other_at: None, read_at: at(2) };
    let seen = BySide { justcall: None, crm: Some(seen) };
    store
        .commit(&[StateChange::ConflictsSeen(vec![(id("a"), seen.clone()), (id("b"), BySide::default())], at(4))])
        .unwrap();
    assert_eq!(store.sightings().unwrap(), [(id("a"), seen)]);
    assert_eq!(store.conflicts_since().unwrap()[0], (id("a"), at(3)), "it keeps its day");
}

#[test]
fn parking_counts_attempts() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    store.commit(&[parking(1, "no", 1)]).unwrap();
    store.commit(&[parking(u64::MAX, "still no", 2)]).unwrap();
    let [parked] = &store.parked().unwrap()[..] else { panic!() };
    assert_eq!((parked.row_hash, parked.message.as_str()), (RowHash(u64::MAX), "still no"));
    assert_eq!((parked.side, parked.key.as_str(), parked.at, parked.attempts), (Side::Crm, "17", at(2), 2));
    store.commit(&[StateChange::Unpark { side: Side::Justcall, key: "17".to_owned() }]).unwrap();
    assert_eq!(store.counts().unwrap().parked, 1, "of the other side");
    store.commit(&[StateChange::Unpark { side: Side::Crm, key: "17".to_owned() }]).unwrap();
    assert_eq!(store.counts().unwrap().parked, 0);
}

#[test]
fn counts_add_up() {
    let scratch = Scratch::new();
    let mut store: Store = scratch.open();
    assert_eq!(store.counts().unwrap(), Counts::default());
    let links = store.commit(&[new_link("1", "1", "a"), new_link("", "2", "b"), new_link("3", "3", "c")]).unwrap();
    store.commit(&[StateChange::SetStatus { id: links[2], status: LinkStatus::Dormant }]).unwrap();
    store.append_intents(&run("r"), &[intent("+1", None)], at(0)).unwrap();
    let counts = store.counts().unwrap();
    assert_eq!((counts.links, counts.pending, counts.dormant, counts.open_intents), (3, 1, 1, 1));
}
