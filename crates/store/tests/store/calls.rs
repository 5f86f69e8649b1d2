//! Calls: taken in once whatever comes when, what they come to, days that were read, erasing, and calls asked for.

use crate::support::{ENTROPY, Scratch, at, base, ids};
use jiff::Timestamp;
use model::{BySide, Call, CallDirection, CallSummary, PhoneKey, Side};
use store::{CallFilter, CallRow, CallSource, CallsTaken, DialOutcome, StateChange, Store};

const ANNA: u64 = 14_155_551_234;
const BEN: u64 = 14_155_559_999;

fn call(id: &str, status: &str) -> Call {
    Call {
        call_id: id.to_owned(),
        direction: Some(CallDirection::Inbound),
        from: format!("+{ANNA}"),
        to: "+14155550190".to_owned(),
        agent_id: Some("7".to_owned()),
        agent_name: Some("Dana".to_owned()),
        status: status.to_owned(),
        duration: Some(60),
        started_at: Some(at(0)),
        ended_at: Some(at(60)),
        ..Call::default()
    }
}

fn row(call: Call) -> CallRow {
    CallRow { call, number: Some(ANNA) }
}

fn put(store: &mut Store, call: Call, source: CallSource) -> CallsTaken {
    store.put_calls(&[row(call)], source).unwrap()
}

fn event(id: &str, status: &str, duration: u64) -> Call {
    Call { call_id: id.to_owned(), status: status.to_owned(), duration: Some(duration), ..Call::default() }
}

fn listed(store: &Store, filter: &CallFilter) -> Vec<String> {
    let mut found = Vec::new();
    let mut show = |row: CallRow| {
        found.push(row.call.call_id);
        true
    };
    store.each_call(filter, true, &mut show).unwrap();
    found
}

#[test]
fn the_same_again_changes_nothing_and_late_notes_do() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let first = Call { tags: vec!["vip".to_owned()], notes: Some("a\nb".to_owned()), ..call("c1", "completed") };
    assert_eq!(put(&mut store, first.clone(), CallSource::Log).new, 1);
    assert_eq!(put(&mut store, first.clone(), CallSource::Log).same, 1);
    assert_eq!(store.call("c1").unwrap(), Some(row(first.clone())));
    let late = Call { disposition: Some("Callback".to_owned()), notes: None, ..first };
    assert_eq!(put(&mut store, late.clone(), CallSource::Log).changed, 1);
    // What the log does not show any more is gone.
    assert_eq!(store.call("c1").unwrap(), Some(row(late)));
    assert_eq!(store.call_count().unwrap(), 1);
}

#[test]
fn stages_come_in_any_order_and_never_go_back() {
    let stages = [event("c1", "ringing", 0), event("c1", "in-progress", 0), event("c1", "completed", 61)];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let scratch = Scratch::new();
        let mut store = scratch.open();
        for at in order.into_iter().chain(order) {
            put(&mut store, stages[at].clone(), CallSource::Event);
        }
        let end = store.call("c1").unwrap().unwrap().call;
        assert_eq!((end.status.as_str(), end.duration), ("completed", Some(61)), "{order:?}");
    }
}

#[test]
fn an_event_adds_to_a_call_and_takes_nothing_from_it() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    // Of a call that nobody knows: kept as far as it goes, until the log shows the rest.
    let unknown = CallRow { call: event("c1", "in-progress", 0), number: None };
    assert_eq!(store.put_calls(&[unknown], CallSource::Event).unwrap().new, 1);
    let whole = Call { notes: Some("n".to_owned()), ..call("c1", "completed") };
    put(&mut store, whole.clone(), CallSource::Log);
    for late in [event("c1", "ringing", 0), event("c1", "failed", 0), event("c1", "", 0)] {
        assert_eq!(put(&mut store, late, CallSource::Event).same, 1);
    }
    // Nor does one that says something else of a call that has ended: it may be forged, and the log has the last word.
    let forged = Call {
        notes: Some("forged".to_owned()),
        agent_name: Some("Mallory".to_owned()),
        duration: Some(99_999),
        ..event("c1", "completed", 99_999)
    };
    assert_eq!(put(&mut store, forged, CallSource::Event).same, 1);
    assert_eq!(store.call("c1").unwrap(), Some(row(whole)));
    // A log that lags behind a callback does not take the end back.
    put(&mut store, event("c2", "completed", 9), CallSource::Event);
    put(&mut store, Call { duration: Some(0), ended_at: None, ..call("c2", "ringing") }, CallSource::Log);
    let lagging = store.call("c2").unwrap().unwrap().call;
    assert_eq!((lagging.status.as_str(), lagging.duration, lagging.from), ("completed", Some(9), format!("+{ANNA}")));
}

#[test]
fn each_filter_selects_and_all_combine() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let outbound = Call { direction: Some(CallDirection::Outbound), started_at: Some(at(10)), ..call("c2", "busy") };
    let noted = Call { notes: Some("100% Sure_ly".to_owned()), started_at: Some(at(20)), ..call("c3", "completed") };
    let tagged =
        Call { tags: vec!["VIP".to_owned()], agent_name: None, agent_id: Some("8".to_owned()), ..call("c4", "missed") };
    for call in [call("c1", "completed"), outbound, noted] {
        put(&mut store, call, CallSource::Log);
    }
    store.put_calls(&[CallRow { call: tagged, number: Some(BEN) }], CallSource::Log).unwrap();
    let of = |change: &dyn Fn(&mut CallFilter)| {
        let mut filter = CallFilter::default();
        change(&mut filter);
        listed(&store, &filter).join(" ")
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(of(&|_| {}), "c3 c2 c4 c1");
    assert_eq!(of(&|filter| filter.since = Some(at(10))), "c3 c2");
    assert_eq!(of(&|filter| filter.before = Some(at(10))), "c4 c1");
    assert_eq!(of(&|filter| filter.direction = Some(CallDirection::Outbound)), "c2");
    assert_eq!(of(&|filter| filter.agent = some("8")), "c4");
    assert_eq!(of(&|filter| filter.agent = some("dan")), "c3 c2 c1");
    assert_eq!(of(&|filter| filter.numbers = Some(vec![BEN])), "c4");
    assert_eq!(of(&|filter| filter.numbers = Some(Vec::new())), "");
    assert_eq!(of(&|filter| filter.status = some("busy")), "c2");
    assert_eq!(of(&|filter| filter.text = some("vip")), "c4");
    assert_eq!(of(&|filter| filter.text = some("0% sure_")), "c3");
    assert_eq!(of(&|filter| filter.text = some("1_0")), "");
    assert_eq!(of(&|filter| (filter.since, filter.agent) = (Some(at(10)), some("dana"))), "c3 c2");
}

#[test]
fn what_calls_come_to_does_not_depend_on_their_order() {
    let one = |id: &str, second: i64, status: &str, change: &dyn Fn(&mut Call)| {
        let mut call = Call { started_at: Some(at(second)), duration: Some(0), ..call(id, status) };
        change(&mut call);
        call
    };
    let calls = [
        one("c1", 0, "missed", &|_| {}),
        one("c2", 10, "completed", &|call| (call.duration, call.notes) = (Some(61), Some("note".to_owned()))),
        one("c3", 20, "missed", &|call| call.disposition = Some("Callback".to_owned())),
        one("c4", 30, "voicemail", &|call| call.agent_name = None),
        one("c5", 40, "busy", &|call| call.direction = Some(CallDirection::Outbound)),
        one("c6", 50, "ringing", &|_| {}),
    ];
    let wanted = CallSummary {
        last_at: Some(at(40)),
        last_direction: Some(CallDirection::Outbound),
        last_status: "busy".to_owned(),
        last_disposition: "Callback".to_owned(),
        last_agent: "Dana".to_owned(),
        last_note: "note".to_owned(),
        count: 5,
        count_30d: 3,
        talk_seconds: 61,
        missed_since_contact: 2,
    };
    for turn in 0..calls.len() {
        let scratch = Scratch::new();
        let mut store = scratch.open();
        let mut turned = calls.to_vec();
        turned.rotate_left(turn);
        for call in turned {
            put(&mut store, call, CallSource::Log);
        }
        let found = store.call_summaries(at(15)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[&ANNA], wanted, "turned by {turn}");
    }
}

#[test]
fn a_window_and_its_days_are_kept_together() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    assert_eq!(store.last_call_day().unwrap(), None);
    store.put_call_window(&[row(call("c1", "completed"))], (10, 12), true, at(1)).unwrap();
    store.put_call_window(&[], (12, 13), true, at(3)).unwrap();
    // Something was missing: what was read whole before stays so, the rest is due.
    store.put_call_window(&[], (13, 14), false, at(4)).unwrap();
    assert_eq!(store.unread_call_days().unwrap(), [14]);
    store.put_call_window(&[], (14, 14), true, at(3)).unwrap();
    assert_eq!(store.unread_call_days().unwrap(), [0; 0]);
    let days: Vec<(i64, Timestamp)> = store.call_days(11, 20).unwrap().into_iter().collect();
    assert_eq!(days, [(11, at(1)), (12, at(3)), (13, at(3)), (14, at(3))]);
    assert_eq!(store.last_call_day().unwrap(), Some(14));
    assert_eq!(store.calls_sync_began().unwrap(), None);
    for (whole, synced) in [(false, None), (true, Some(at(6)))] {
        store.begin_calls_sync(at(5)).unwrap();
        assert_eq!(store.calls_sync_began().unwrap(), Some(at(5)));
        store.end_calls_sync(at(6), whole).unwrap();
        assert_eq!((store.calls_sync_began().unwrap(), store.calls_synced().unwrap()), (None, synced));
    }
}

#[test]
fn owners_are_the_links_of_a_number() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let link = |justcall: &str, crm: &str, phone: &str| StateChange::NewLink {
        ids: ids(justcall, crm),
        key: PhoneKey::new(phone, ""),
        base: base("x"),
        created_at: BySide::default(),
    };
    let changes = [link("1", "a", "+14155551234"), link("2", "b", "+14155551234"), link("3", "", "+14155559999")];
    store.commit(&changes).unwrap();
    let owners = store.owners().unwrap();
    assert_eq!((owners[&ANNA].len(), owners[&BEN].len()), (2, 1));
    assert_eq!(owners[&BEN][0].ids, ids("3", ""));
}

#[test]
fn a_forgotten_person_s_calls_go_and_do_not_come_back_s48() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    put(&mut store, call("c1", "completed"), CallSource::Log);
    let noted = Call { notes: Some("ask at (415) 555-1234".to_owned()), from: format!("+{BEN}"), ..call("c2", "busy") };
    store.put_calls(&[CallRow { call: noted, number: Some(BEN) }], CallSource::Log).unwrap();
    let unread = Call { from: "0014155551234".to_owned(), ..call("c3", "missed") };
    store.put_calls(&[CallRow { call: unread, number: None }], CallSource::Log).unwrap();
    store.begin_dial("+14155550190", &format!("+{ANNA}"), at(0)).unwrap();
    let key = PhoneKey::new("+14155551234", "").unwrap();
    assert_eq!(store.erase(key, &[], ENTROPY, at(9)).unwrap().calls, 3);
    assert_eq!(listed(&store, &CallFilter::default()), ["c2"]);
    assert_eq!(store.call("c2").unwrap().unwrap().call.notes, None);
    assert!(store.dials().unwrap().is_empty());
    assert_eq!(put(&mut store, call("c1", "completed"), CallSource::Log).kept_out, 1);
    assert_eq!(store.call_count().unwrap(), 1);
}

#[test]
fn a_call_asked_for_is_open_until_its_end_is_known() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let ends = [Some(DialOutcome::Started), Some(DialOutcome::Refused), Some(DialOutcome::NotMade), None];
    for (n, end) in ends.into_iter().enumerate() {
        let id = store.begin_dial("+1", "+2", at(0)).unwrap();
        assert_eq!(store.open_dials().unwrap().len(), 1);
        store.end_dial(id, end, Some("c1").filter(|_| n == 0), "words").unwrap();
        assert_eq!(store.open_dials().unwrap().len(), usize::from(end.is_none()));
        assert_eq!(store.dials().unwrap()[n].outcome, end);
    }
}

#[test]
fn a_state_of_an_earlier_version_gets_the_tables() {
    let scratch = Scratch::of_version(4);
    assert_eq!(scratch.open().call_count().unwrap(), 0);
}

/// A sum that nobody can have talked is large, and no panic in the middle of the night.
#[test]
fn sums_of_talk_end_somewhere() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    for id in ["c1", "c2", "c3"] {
        put(&mut store, Call { duration: Some(u64::MAX >> 1), ..call(id, "completed") }, CallSource::Log);
    }
    let found = store.call_summaries(at(0)).unwrap();
    assert_eq!(found.values().map(|summary| summary.count).collect::<Vec<_>>(), [3]);
}

#[test]
fn callers_are_counted_named_and_made_once() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let inbound = |id: &str, name: Option<&str>, second: i64| {
        let call = Call {
            direction: Some(CallDirection::Inbound),
            to: "+14155550190".to_owned(),
            started_at: Timestamp::from_second(second).ok(),
            contact_name: name.map(str::to_owned),
            ..call(id, "missed")
        };
        CallRow { call, number: Some(14_155_550_171) }
    };
    let dialled = Call { direction: Some(CallDirection::Outbound), ..call("9", "completed") };
    let rows = [
        inbound("1", Some("Ada"), 10),
        inbound("2", Some("Ada King"), 20),
        inbound("3", None, 30),
        CallRow { call: dialled, number: Some(14_155_550_172) },
    ];
    store.put_calls(&rows, CallSource::Log).unwrap();
    let found = store.callers(3).unwrap();
    assert_eq!(found.len(), 1, "who was only dialled is no caller: {found:?}");
    assert_eq!((found[0].calls, found[0].names.join("; ").as_str()), (3, "Ada King; Ada"));
    assert!(store.callers(4).unwrap().is_empty());
    assert!(store.call_lines().unwrap().contains("+14155550190"));
    let made = |second| StateChange::CallerMade {
        number: 14_155_550_171,
        side: Side::Crm,
        at: Timestamp::from_second(second).unwrap(),
    };
    let before = store.serial().unwrap();
    store.commit(&[made(1)]).unwrap();
    store.commit(&[made(2)]).unwrap();
    assert_ne!(store.serial().unwrap(), before, "a plan that was made before is void");
    let known = store.made_callers().unwrap();
    assert_eq!((known.len(), known[0].number, known[0].at.as_second()), (1, 14_155_550_171, 2));
    store.erase(PhoneKey::from_parts(14_155_550_171, 0), &[], [1; 16], known[0].at).unwrap();
    assert!(store.made_callers().unwrap().is_empty());
}
