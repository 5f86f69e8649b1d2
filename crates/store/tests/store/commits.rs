//! A commit is all or nothing, whatever fails in it (I14).

use crate::support::{Scratch, at, base, ids, intent, new_link, parking, run, same, schema, update_link};
use model::{Absence, BySide, ConflictId, LinkId, LinkStatus, Outcome, Rule, Side, Tombstone};
use store::{Error, StateChange, Store};

const SEEN: Absence =
    Absence { sightings: 1, first_at: jiff::Timestamp::UNIX_EPOCH, last_at: jiff::Timestamp::UNIX_EPOCH };

/// Everything a commit can reach.
fn everything(store: &Store) -> String {
    format!(
        "{:?}",
        (
            store.serial().unwrap(),
            store.facts().unwrap(),
            store.link_heads(&schema()).unwrap(),
            store.all_bases(&schema()).unwrap(),
            store.absences().unwrap(),
            store.tombstones().unwrap(),
            store.conflicts_since().unwrap(),
            store.parked().unwrap(),
            store.open_intents().unwrap(),
            store.journal(&store::JournalFilter::default()).unwrap(),
            store.guard_window(at(0)).unwrap(),
            store.verify_journal().unwrap(),
        )
    )
}

#[test]
fn a_failing_change_takes_all_others_back() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let links = store.commit(&[new_link("1", "1", "a"), new_link("2", "2", "b")]).unwrap();
    let [open] = store.append_intents(&run("r"), &[intent("+1", None)], at(0)).unwrap()[..] else { panic!() };
    let before = everything(&store);
    let nobody = LinkId(99);
    let failing = [
        StateChange::EndLink { id: nobody, tombstone: None },
        StateChange::SetStatus { id: nobody, status: LinkStatus::Dormant },
        StateChange::SetAbsence { link: nobody, side: Side::Crm, absence: Some(SEEN) },
        StateChange::Outcome { intent: 99, outcome: Outcome::Done { id: None }, at: at(1) },
        update_link(nobody, "8", "8", "x"),
        StateChange::NewLink { ids: ids("7", "7"), key: None, base: vec![same("x")], created_at: BySide::default() },
    ];
    for failure in failing {
        let changes = [
            new_link("3", "3", "c"),
            update_link(links[0], "1", "9", "z"),
            StateChange::EndLink { id: links[1], tombstone: None },
            StateChange::Outcome { intent: open, outcome: Outcome::Done { id: None }, at: at(1) },
            StateChange::Fact { key: "k".to_owned(), value: "v".to_owned() },
            StateChange::ConflictsSeen(vec![(ConflictId("x".to_owned()), BySide::default())], at(1)),
            StateChange::GuardUse { class: "deletes".to_owned(), count: 3, at: at(1) },
            failure.clone(),
        ];
        let error = store.commit(&changes).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{failure:?}: {error:?}");
        assert_eq!(everything(&store), before, "{failure:?}");
    }
}

#[test]
fn links_need_a_schema() {
    let scratch = Scratch::new();
    let mut store = Store::open(&scratch.path(), [0; 16]).unwrap();
    assert!(matches!(store.commit(&[new_link("1", "1", "a")]), Err(Error::Refused { .. })));
    assert_eq!(store.counts().unwrap().links, 0);
}

#[test]
fn records_may_change_hands_within_a_commit() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let links = store.commit(&[new_link("1", "1", "a"), new_link("2", "2", "b"), new_link("3", "3", "c")]).unwrap();
    store
        .commit(&[
            update_link(links[0], "2", "1", "a"),
            update_link(links[1], "3", "2", "b"),
            new_link("1", "3", "d"),
            StateChange::EndLink { id: links[2], tombstone: None },
        ])
        .unwrap();
    let held: Vec<_> = store.link_heads(&schema()).unwrap().into_iter().map(|head| head.ids).collect();
    assert_eq!(held, [ids("2", "1"), ids("3", "2"), ids("1", "3")]);
    assert_eq!(store.doubly_linked().unwrap(), []);
    store.commit(&[new_link("", "2", "e"), new_link("", "7", "f")]).unwrap();
    assert_eq!(store.doubly_linked().unwrap(), [(Side::Crm, "2".into())]);
}

#[test]
fn link_numbers_are_never_used_twice() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let [first] = store.commit(&[new_link("1", "1", "a")]).unwrap()[..] else { panic!() };
    store.commit(&[StateChange::EndLink { id: first, tombstone: None }]).unwrap();
    drop(store);
    let [second] = scratch.open().commit(&[new_link("1", "1", "a")]).unwrap()[..] else { panic!() };
    assert!(second > first);
}

#[test]
fn a_link_ends_with_its_base_and_absences() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let links = store.commit(&[new_link("1", "1", "a")]).unwrap();
    let absence = StateChange::SetAbsence { link: links[0], side: Side::Crm, absence: Some(SEEN) };
    store.commit(&[absence]).unwrap();
    assert_eq!(store.absences().unwrap(), [(links[0], Side::Crm, SEEN)]);
    let tombstone =
        Tombstone { key: model::PhoneKey::new("+14155551234", "12"), ids: ids("1", ""), at: at(9), rule: Rule::Scope };
    store.commit(&[StateChange::EndLink { id: links[0], tombstone: Some(tombstone.clone()) }]).unwrap();
    assert_eq!(store.tombstones().unwrap(), [tombstone]);
    assert_eq!((store.all_bases(&schema()).unwrap(), store.absences().unwrap()), (vec![], vec![]));
}

#[test]
fn the_serial_moves_with_links_alone() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let links = store.commit(&[new_link("1", "1", "a"), new_link("2", "2", "b")]).unwrap();
    assert_eq!(store.serial().unwrap(), 1, "once per commit");
    store
        .commit(&[
            StateChange::Fact { key: "k".to_owned(), value: "v".to_owned() },
            StateChange::ConflictsSeen(vec![], at(0)),
            StateChange::GuardUse { class: "deletes".to_owned(), count: 3, at: at(1) },
            StateChange::Unpark { side: Side::Crm, key: "17".to_owned() },
            parking(1, "no", 1),
        ])
        .unwrap();
    store.commit(&[]).unwrap();
    assert_eq!(store.serial().unwrap(), 1);
    store.commit(&[StateChange::SetAbsence { link: links[0], side: Side::Crm, absence: None }]).unwrap();
    store.commit(&[update_link(links[0], "1", "1", "z")]).unwrap();
    assert_eq!(store.serial().unwrap(), 3);
    assert_eq!(store.bases(&schema(), &links[..1]).unwrap()[0].fields, base("z"));
}
