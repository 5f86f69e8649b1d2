//! The journal: intents stay open until they end, and no entry can be changed unseen.

use crate::support::{Scratch, at, intent, new_link, run};
use model::{LinkId, Outcome, RecordId};
use store::{Error, JournalFilter, StateChange, Store};

fn end(intent: i64, outcome: Outcome, second: i64) -> StateChange {
    StateChange::Outcome { intent, outcome, at: at(second) }
}

fn done() -> Outcome {
    Outcome::Done { id: Some(RecordId::from("5")) }
}

fn unknown() -> Outcome {
    Outcome::Unknown { message: "timeout".to_owned() }
}

fn numbers(store: &Store, filter: &JournalFilter) -> Vec<i64> {
    store.journal(filter).unwrap().iter().map(|entry| entry.seq).collect()
}

#[test]
fn an_intent_is_open_until_it_ends() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let intents = [intent("+1", Some(4)), intent("+2", None)];
    let seqs = store.append_intents(&run("r1"), &intents, at(0)).unwrap();
    drop(store);
    let mut store = scratch.open();
    let open: Vec<_> = seqs.iter().copied().zip(intents.clone()).map(|(n, i)| (n, run("r1"), i)).collect();
    assert_eq!(store.open_intents().unwrap(), open);
    store.commit(&[end(seqs[0], done(), 1), end(seqs[1], unknown(), 1)]).unwrap();
    assert_eq!(store.open_intents().unwrap(), open[1..], "a lost answer is no end");
    let refused = Outcome::Refused { message: "no".to_owned() };
    store.commit(&[end(seqs[1], refused.clone(), 2)]).unwrap();
    assert_eq!(store.open_intents().unwrap(), []);
    let outcomes: Vec<_> = store.journal(&JournalFilter::default()).unwrap().into_iter().map(|e| e.outcome).collect();
    assert_eq!(outcomes, [Some((at(1), done())), Some((at(2), refused))]);
    assert!(matches!(store.commit(&[end(seqs[0], done(), 3)]), Err(Error::Refused { .. })), "ended already");
}

#[test]
fn entries_are_found_by_run_contact_and_link() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let first = store.append_intents(&run("r1"), &[intent("+1", Some(4)), intent("+2", Some(5))], at(0)).unwrap();
    // The contact of link 4 has a new number by now.
    let second = store.append_intents(&run("r2"), &[intent("+9", Some(4)), intent("+2", None)], at(1)).unwrap();
    let by_run = JournalFilter { run: Some(run("r2")), ..JournalFilter::default() };
    assert_eq!(numbers(&store, &by_run), second);
    let by_phone = |phone: &str| JournalFilter { phone: Some(phone.to_owned()), ..JournalFilter::default() };
    assert_eq!(numbers(&store, &by_phone("+9")), [first[0], second[0]]);
    assert_eq!(numbers(&store, &by_phone("+2")), [first[1], second[1]]);
    assert_eq!(numbers(&store, &by_phone("+3")), [0; 0]);
    let by_link = JournalFilter { link: Some(LinkId(5)), ..by_phone("+2") };
    assert_eq!(numbers(&store, &by_link), [first[1]]);
}

/// Three intents and two outcomes, chained.
fn chained() -> Scratch {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let seqs = store.append_intents(&run("r1"), &[intent("+1", Some(4)), intent("+2", None)], at(0)).unwrap();
    store.commit(&[end(seqs[0], done(), 1), new_link("1", "1", "a"), end(seqs[1], unknown(), 1)]).unwrap();
    store.append_intents(&run("r2"), &[intent("+3", None)], at(2)).unwrap();
    let check = store.verify_journal().unwrap();
    assert_eq!((check.entries, check.broken), (5, None));
    scratch
}

#[test]
fn an_edited_entry_shows() {
    let edits = [
        ("UPDATE journal SET body = replace(body, 'Acme', 'Evil') WHERE seq = 2", 2),
        ("UPDATE journal SET body = NULL WHERE seq = 2", 2),
        ("UPDATE journal SET phone = '+8' WHERE seq = 1", 1),
        ("UPDATE journal SET link = 5 WHERE seq = 1", 1),
        ("UPDATE journal SET at = at + 1 WHERE seq = 4", 4),
        ("UPDATE journal SET run = 'r9' WHERE seq = 3", 3),
        ("UPDATE journal SET intent = 2 WHERE seq = 3", 3),
        ("UPDATE journal SET kind = 'outcome' WHERE seq = 2", 2),
        ("UPDATE journal SET chain = zeroblob(32) WHERE seq = 1", 1),
        ("UPDATE journal SET chain = x'00' WHERE seq = 1", 1),
        ("UPDATE journal SET digest = zeroblob(32) WHERE seq = 4", 4),
        ("UPDATE journal SET digest = zeroblob(32), body = NULL WHERE seq = 4", 4),
        ("DELETE FROM journal WHERE seq = 3", 4),
        ("DELETE FROM open_intents; DELETE FROM journal WHERE seq = 5", 5),
        (
            "INSERT INTO journal SELECT 6, kind, run, at, intent, phone, link, body, digest, chain FROM journal WHERE seq = 5",
            6,
        ),
        ("UPDATE state SET journal_entries = 4", 4),
    ];
    for (edit, seq) in edits {
        let scratch = chained();
        scratch.meddle(edit);
        let broken = scratch.open().verify_journal().unwrap().broken;
        assert_eq!(broken.map(|broken| broken.seq), Some(seq), "{edit}");
    }
}

/// S48: what is personal can go, and the chain still verifies.
#[test]
fn an_erased_entry_keeps_the_chain() {
    let scratch = chained();
    let store = scratch.open();
    let before = store.journal(&JournalFilter::default()).unwrap();
    drop(store);
    let body = |seq: usize| serde_json::to_string(before[seq].intent.as_ref().unwrap()).unwrap();
    let digest = support_digest("+2", 0, &body(1));
    scratch.meddle(&format!(
        "UPDATE journal SET phone = NULL, link = NULL, body = NULL, digest = x'{digest}' WHERE seq = 2"
    ));
    let store = scratch.open();
    assert_eq!(store.verify_journal().unwrap().broken, None);
    let entries = store.journal(&JournalFilter::default()).unwrap();
    assert_eq!(entries[1].intent, None);
    assert_eq!(entries[0], before[0]);
}

/// The digest as docs/state.md describes it.
fn support_digest(phone: &str, link: i64, body: &str) -> String {
    use sha2::{Digest, Sha256};
    let mut bytes = (phone.len() as u64).to_be_bytes().to_vec();
    bytes.extend(phone.as_bytes());
    bytes.extend(link.to_be_bytes());
    bytes.extend((body.len() as u64).to_be_bytes());
    bytes.extend(body.as_bytes());
    Sha256::digest(&bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
