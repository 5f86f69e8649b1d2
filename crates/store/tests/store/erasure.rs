//! Erasing a person (S48) and old history; and the audit, which must see what no constraint sees.

use crate::support::{Scratch, at, ids, intent, run};
use model::{
    BaseField, BySide, Cell, Choice, ConflictId, LinkId, Outcome, PhoneKey, PlanId, RecordId, Resolution, RunReport,
    Side,
};
use store::{JournalFilter, StateChange, Store};

const NUMBER: &str = "+14155551234";

fn key() -> PhoneKey {
    PhoneKey::new(NUMBER, "").unwrap()
}

fn texts(texts: [&str; 3]) -> Vec<BaseField> {
    let same = |text: &str| BySide::from_fn(|_| Cell::from_text(text).to_owned());
    texts.map(|text| BaseField { cells: same(text), sent: BySide::default() }).to_vec()
}

/// Two people with a link and a settled write each, in one finished run.
fn two(scratch: &Scratch) -> Store {
    let mut store = scratch.open();
    let link = |justcall: &str, number: &str, name: &str| StateChange::NewLink {
        ids: ids(justcall, &format!("c{justcall}")),
        key: PhoneKey::new(number, ""),
        base: texts([name, number, "mail@example.com"]),
        created_at: BySide::default(),
    };
    store.commit(&[link("501", NUMBER, "Goneaway"), link("502", "+14155559999", "Stays")]).unwrap();
    let serial = store.serial().unwrap();
    store.consume_plan(&PlanId("p1".to_owned()), &run("r1"), serial, at(0)).unwrap();
    let mut other = intent("+14155559999", Some(2));
    other.record_id = Some(RecordId::from("c502"));
    other.other_id = Some(RecordId::from("502"));
    let writes = [intent(NUMBER, Some(1)), other];
    let seqs = store.append_intents(&run("r1"), &writes, at(1)).unwrap();
    let end = |seq: &i64| StateChange::Outcome {
        intent: *seq,
        outcome: Outcome::Done { id: Some(RecordId::from("17")) },
        at: at(2),
    };
    store.commit(&seqs.iter().map(end).collect::<Vec<_>>()).unwrap();
    store.finish_run(&run("r1"), at(3), "applied", &report()).unwrap();
    store
}

fn report() -> Vec<u8> {
    let applied = r#"{"create":0,"update":0,"delete":0}"#;
    let crm = r#"{"create":0,"update":2,"delete":0}"#;
    let json = format!(
        r#"{{"format":"tieline-run/1","run":"r1","outcome":"applied","applied":{{"justcall":{applied},"crm":{crm}}},
        "stale":[],"failed":[{{"side":"crm","phone":"{NUMBER}","error":"no"}},{{"side":"crm","phone":"+14155559999",
        "error":"no"}}],"held":[],"conflicts":[],"alarms":[],"requests":{{"justcall":0,"crm":0}},"seconds":1.0}}"#
    );
    serde_json::from_str::<RunReport>(&json).unwrap();
    json.into_bytes()
}

#[test]
fn nothing_of_the_person_is_left_and_everything_of_the_others_s48() {
    let scratch = Scratch::new();
    let mut store = two(&scratch);
    let mut records = model::Table::new(1);
    records.push("c501", true, [model::Cell::Value("Goneaway")], Some(NUMBER)).unwrap();
    let (side, cursor, shape) = (model::Side::Crm, "c1".to_owned(), "all".to_owned());
    let copy = store::CopyChange { side, cursor, shape, whole: true, records, gone: Vec::new() };
    store.commit(&[StateChange::KeepCopy(copy)]).unwrap();
    let erased = store.erase(key(), &[], [7; 16], at(9)).unwrap();
    assert_eq!((erased.links, erased.journal, erased.reports), (1, 2, 1));
    assert_eq!(store.copy(side, "all", 1).unwrap(), None, "who is in a kept copy, only a new listing says");
    let entries = store.journal(&JournalFilter::default()).unwrap();
    assert_eq!((entries[0].intent.is_none(), entries[1].intent.is_some()), (true, true));
    assert_eq!(store.verify_journal().unwrap().broken, None);
    assert_eq!(store.audit().unwrap(), []);
    // Also while the state is open: neither the file nor its log has a copy.
    for file in std::fs::read_dir(scratch.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for text in [&NUMBER[1..], "Goneaway"] {
            assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text}");
        }
    }
    let stays = store.link_heads(&crate::support::schema()).unwrap();
    assert_eq!(stays.iter().map(|head| head.id).collect::<Vec<_>>(), [LinkId(2)]);
}

#[test]
fn the_number_is_known_again_but_not_kept_s48() {
    let scratch = Scratch::new();
    let mut store = two(&scratch);
    assert!(!store.forgotten().unwrap().contains(key()));
    store.erase(key(), &[], [7; 16], at(9)).unwrap();
    drop(store);
    let mut store = scratch.open();
    let forgotten = store.forgotten().unwrap();
    assert!(forgotten.contains(key()) && !forgotten.contains(PhoneKey::new(NUMBER, "5").unwrap()));
    assert!(store.readmit(key()).unwrap() && !store.readmit(key()).unwrap());
    assert!(store.forgotten().unwrap().is_empty());
}

#[test]
fn what_was_typed_otherwise_goes_too_s48() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let mut typed = intent("+14155550000", None);
    typed.changes[0].before = Some("(415) 555-1234".to_owned());
    let other = intent("+14155550000", None);
    store.append_intents(&run("r1"), &[typed, other], at(0)).unwrap();
    assert_eq!(store.erase(key(), &[], [7; 16], at(1)).unwrap().journal, 1);
}

#[test]
fn old_history_is_emptied_and_the_chain_holds() {
    let scratch = Scratch::new();
    let mut store = two(&scratch);
    let open = store.append_intents(&run("r1"), &[intent("+14155550000", None)], at(4)).unwrap();
    assert_eq!(store.retain_since(at(0)).unwrap(), 0);
    assert_eq!(store.retain_since(at(10)).unwrap(), 4, "what is open stays");
    assert_eq!(store.retain_since(at(10)).unwrap(), 0);
    assert_eq!(store.open_intents().unwrap()[0].0, open[0]);
    assert_eq!(store.verify_journal().unwrap().broken, None);
    assert_eq!(store.run(&run("r1")).unwrap().unwrap().report, None);
    assert_eq!(store.link_heads(&crate::support::schema()).unwrap().len(), 2);
}

#[test]
fn the_audit_sees_what_contradicts_itself() {
    let flaws = [
        ("UPDATE state SET next_link = 2", "link"),
        ("UPDATE links SET flags = flags | (77 << 8) WHERE id = 1", "link"),
        ("INSERT INTO open_intents VALUES (3)", "open write"),
        ("DELETE FROM journal WHERE seq = 4", "journal"),
        ("UPDATE journal SET intent = 3 WHERE seq = 4", "journal"),
        ("INSERT INTO runs (id, plan, started_at) VALUES ('r2', 'p1', 0)", "plan"),
        ("UPDATE plans SET consumed_by = 'r9'", "plan"),
        ("UPDATE runs SET report = CAST(replace(CAST(report AS TEXT), '\"update\":2', '\"update\":3') AS BLOB)", "run"),
    ];
    let scratch = Scratch::new();
    assert_eq!(two(&scratch).audit().unwrap(), []);
    for (edit, check) in flaws {
        let scratch = Scratch::new();
        drop(two(&scratch));
        scratch.meddle(&format!("PRAGMA foreign_keys = off; {edit}"));
        let found = scratch.open().audit().unwrap();
        assert!(found.iter().any(|flaw| flaw.check == check), "{edit}: {found:?}");
    }
}

/// What was overwritten long ago is in no row any more, but in pages that nobody cleaned.
#[test]
fn old_values_in_free_pages_go_too_s48() {
    let old = "Formerly".repeat(40);
    let is_kept = |scratch: &Scratch| {
        let bytes = std::fs::read(scratch.path()).unwrap();
        bytes.windows(16).any(|window| window == b"FormerlyFormerly")
    };
    let scratch = Scratch::new();
    let mut store = two(&scratch);
    for name in [&old, "Now"] {
        store
            .commit(&[StateChange::UpdateLink {
                id: LinkId(1),
                ids: ids("501", "c501"),
                key: Some(key()),
                fields: texts([name, NUMBER, ""]),
                created_at: BySide::default(),
            }])
            .unwrap();
        drop(store); // what was in the log is in the file then
        store = scratch.open();
    }
    assert!(is_kept(&scratch), "the file is clean by itself: the test would show nothing");
    store.erase(key(), &[], [7; 16], at(9)).unwrap();
    assert!(!is_kept(&scratch));
}

/// A decision that is kept may hold nothing but values: who it is about, the caller derives (S48).
#[test]
fn decisions_go_by_the_ids_of_their_conflicts_s48() {
    let scratch = Scratch::new();
    let mut store = two(&scratch);
    for conflict in ["c1", "c2"] {
        store
            .add_resolution(&Resolution {
                conflict: ConflictId(conflict.to_owned()),
                choice: Choice::Take(Side::Crm),
                justcall: Some("Acme".to_owned()),
                crm: None,
                made_at: at(3),
                made_by: "ann".to_owned(),
            })
            .unwrap();
    }
    let erased = store.erase(key(), &[ConflictId("c1".to_owned())], [7; 16], at(9)).unwrap();
    assert_eq!((erased.conflicts, store.resolutions().unwrap()[0].conflict.0.as_str()), (1, "c2"));
}
