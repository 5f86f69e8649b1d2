//! The call log and dialling against the sandbox: windows, pages, what goes wrong, and that nothing is dialled twice.

use crate::harness::{Setup, phone, plain, with_settings};
use connector::calls::{CallCoverage, CallLog, CallQuery, CallWindow, Dial, Dialled};
use connector::{Connector, ErrorKind, NoProgress};
use connector_justcall::dialect::V2;
use connector_justcall::requests::{calls, event};
use model::CallDirection;
use sandbox::{Action, CallHistory, Fault, On, Refusal, RequestKind, Settings};

fn query(first: &str, last: &str) -> CallQuery {
    CallQuery { first: first.parse().unwrap(), last: last.parse().unwrap(), number: None }
}

fn history(setup: &Setup, calls: usize) {
    let until = Some("2026-03-01T00:00:00Z".parse().unwrap());
    setup.sandbox().make_history(&CallHistory { calls, days: 10, until, ..CallHistory::default() });
}

async fn read(setup: &Setup, query: &CallQuery, most: Option<u64>) -> CallWindow {
    log(setup).calls(query, most, &NoProgress).await.unwrap()
}

fn log(setup: &Setup) -> &dyn CallLog {
    setup.connector.call_log().unwrap()
}

fn dial() -> Dial {
    Dial { from: "+14155550190".to_owned(), to: phone(1), ..Dial::default() }
}

#[tokio::test]
async fn a_window_comes_whole_with_every_field() {
    let setup = plain().await;
    setup.fill(20);
    history(&setup, 950);
    let window = read(&setup, &query("2026-01-01", "2026-03-01"), None).await;
    assert_eq!((window.calls.len(), window.count, &window.coverage), (950, Some(950), &CallCoverage::Complete));
    assert_eq!(setup.requests(RequestKind::Calls), 10);
    // What the seam gives out is what the account holds, field for field.
    let mut read: Vec<_> = window.calls.iter().map(|call| serde_json::to_value(call).unwrap()).collect();
    read.sort_by_key(|call| call["call_id"].to_string());
    let mut held: Vec<_> = setup.sandbox().calls().iter().map(|call| serde_json::to_value(call).unwrap()).collect();
    held.sort_by_key(|call| call["call_id"].to_string());
    assert_eq!(read, held);
    let day = self::read(&setup, &query("2026-02-25", "2026-02-25"), None).await;
    assert!((80..110).contains(&day.calls.len()), "{}", day.calls.len());
    let of = &window.calls[0];
    let number = of.customer().unwrap().to_owned();
    let theirs = CallQuery { number: Some(number.clone()), ..query("2026-01-01", "2026-03-01") };
    let one = self::read(&setup, &theirs, None).await;
    assert!(one.calls.iter().all(|call| call.customer() == Some(number.as_str())));
}

#[tokio::test]
async fn a_window_that_is_too_large_costs_one_request() {
    let setup = plain().await;
    history(&setup, 950);
    let window = read(&setup, &query("2026-01-01", "2026-03-01"), Some(500)).await;
    assert_eq!((window.coverage, window.count), (CallCoverage::TooMany, Some(950)));
    assert_eq!(setup.requests(RequestKind::Calls), 1);
}

#[tokio::test]
async fn what_is_missing_is_said_and_a_moment_s_trouble_is_not() {
    let setup = plain().await;
    history(&setup, 300);
    let all = query("2026-01-01", "2026-03-01");
    // Once: another walk sees all.
    setup.sandbox().add_fault(Fault::new(On::Calls, Action::TruncateList { rows: 120, honest_count: false }).times(3));
    assert_eq!(read(&setup, &all, None).await.coverage, CallCoverage::Complete);
    // Each time.
    setup.sandbox().clear_faults();
    setup.sandbox().add_fault(Fault::new(On::Calls, Action::TruncateList { rows: 120, honest_count: false }));
    let short = read(&setup, &all, None).await;
    assert_eq!(short.calls.len(), 120);
    assert!(matches!(&short.coverage, CallCoverage::Partial(why) if why.contains("300")), "{:?}", short.coverage);
    // A page that cannot be read.
    setup.sandbox().clear_faults();
    setup.sandbox().add_fault(Fault::new(On::Calls, Action::Refuse(Refusal::status(422))).page(2));
    let short = read(&setup, &all, None).await;
    assert!(matches!(&short.coverage, CallCoverage::Partial(why) if why.contains("page 2")), "{:?}", short.coverage);
    // Nothing at all.
    setup.sandbox().clear_faults();
    setup.sandbox().add_fault(Fault::new(On::Calls, Action::Refuse(Refusal::status(401))));
    let error = log(&setup).calls(&all, None, &NoProgress).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials);
}

#[tokio::test]
async fn the_call_log_shares_the_account_s_pace() {
    let settings = Settings { requests_per_minute: Some(600), ..Settings::default() };
    let setup = with_settings(&["phone"], settings, |config| config.requests_per_minute = Some(600)).await;
    history(&setup, 500);
    read(&setup, &query("2026-01-01", "2026-03-01"), None).await;
    assert_eq!(setup.connector.requests(), 5);
    assert_eq!(setup.sandbox().counters().limited, 0);
}

#[tokio::test]
async fn a_call_starts_and_each_documented_error_is_told_apart() {
    let setup = plain().await;
    let Dialled::Started(call) = log(&setup).dial(&dial(), &NoProgress).await.unwrap() else { panic!("not started") };
    assert_eq!((call.status.as_str(), call.direction), ("ringing", Some(CallDirection::Outbound)));
    assert_eq!(setup.sandbox().calls()[0].call_id, call.call_id);
    for (dial, wanted) in [
        (Dial { from: String::new(), ..dial() }, 400),
        (Dial { agent_id: Some("99".to_owned()), ..dial() }, 400),
        (Dial { from: phone(7), ..dial() }, 404),
    ] {
        match log(&setup).dial(&dial, &NoProgress).await.unwrap() {
            Dialled::Refused { status, message } => assert!(status == wanted && !message.is_empty(), "{message}"),
            other => panic!("{other:?}"),
        }
    }
    for (status, kind) in [(401, ErrorKind::Credentials), (403, ErrorKind::Forbidden), (429, ErrorKind::RateLimited)] {
        setup.sandbox().clear_faults();
        setup.sandbox().add_fault(Fault::new(On::MakeCall, Action::Refuse(Refusal::status(status))));
        assert_eq!(log(&setup).dial(&dial(), &NoProgress).await.unwrap_err().kind, kind);
    }
    assert_eq!(setup.sandbox().call_count(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_is_sent_once() {
    let setup = plain().await;
    for (n, action) in [
        Action::CloseAfterEffect,
        Action::CloseBeforeEffect,
        Action::RefuseAfterEffect(Refusal::status(500)),
        Action::CutBody,
        Action::InvalidJson,
    ]
    .into_iter()
    .enumerate()
    {
        setup.sandbox().clear_faults();
        setup.sandbox().add_fault(Fault::new(On::MakeCall, action.clone()));
        let end = log(&setup).dial(&dial(), &NoProgress).await.unwrap();
        assert!(matches!(end, Dialled::Unknown { .. }), "{action:?}: {end:?}");
        assert_eq!(setup.requests(RequestKind::MakeCall), n as u64 + 1, "{action:?}");
    }
    assert_eq!(setup.sandbox().call_count(), 4);
}

#[tokio::test]
async fn a_dry_run_cannot_dial() {
    let setup = plain().await;
    let dry = connector::ReadOnly(Box::new(setup.connector) as Box<dyn Connector>);
    assert!(dry.call_log().is_none());
}

#[test]
fn a_call_is_read_leniently() {
    let body = br#"{"status":"success","count":3,"data":[
        {"call_id":"call_1","direction":"Inbound","from":"+1","to":"+2","agent_id":null,"status":"Completed","duration":"61.5",
         "notes":"  ","tags":["a",null," "],"started_at":"2026-02-01 10:00:00","ended_at":"later","surprise":{"x":1}},
        {"call_id":7,"direction":"sideways","agent_id":"x9","status":"busy","voicemail":1,"tags":null},
        {"from":"+1"}]}"#;
    let page = calls::parse(&V2, 200, body).unwrap();
    assert_eq!((page.calls.len(), page.nameless, page.count), (2, 1, Some(3)));
    let one = &page.calls[0];
    assert_eq!((one.direction, one.duration, &one.notes), (Some(CallDirection::Inbound), Some(61), &None));
    assert_eq!((one.tags.as_slice(), one.ended_at), (["a".to_owned()].as_slice(), None));
    assert_eq!(one.started_at.unwrap().to_string(), "2026-02-01T10:00:00Z");
    let two = &page.calls[1];
    assert_eq!((two.call_id.as_str(), two.direction, two.agent_id.as_deref()), ("7", None, Some("x9")));
    assert!(two.voicemail && two.customer().is_none());
}

#[test]
fn callbacks_and_webhooks_are_read_and_nonsense_is_refused() {
    let status = |body: &str| match event::parse(body.as_bytes()) {
        Ok(event::CallEvent::Call { call, .. }) => call.status,
        Ok(event::CallEvent::Contact { id, event }) => format!("{event} {id}"),
        Ok(event::CallEvent::Other { event }) => event,
        Err(no) => format!("no: {}", no.0),
    };
    let table = [
        (r#"{"call_id":"c","status":"in-progress","duration":0,"timestamp":"2026-02-01T10:00:00Z"}"#, "in-progress"),
        (r#"{"event":"call.completed","data":{"call_id":"c","status":"completed"}}"#, "completed"),
        (r#"{"event":"call.missed","data":{"call_id":"c"}}"#, "missed"),
        (r#"{"event":"contact.created","data":{"id":1}}"#, "contact.created 1"),
        (r#"{"event":"contact.created","data":{"id":"c_9","first_name":null}}"#, "contact.created c_9"),
        (r#"{"event":"contact.created","data":{"id":null}}"#, "no: an event of a contact without `id`"),
        (r#"{"event":"sms.received","data":{"id":1}}"#, "sms.received"),
        (r#"{"event":"call.missed","data":{}}"#, "no: an event of a call without `call_id`"),
        ("[]", "no: no JSON object"),
        ("{}", "no: neither `call_id` nor `event`"),
    ];
    for (body, wanted) in table {
        assert_eq!(status(body), wanted, "{body}");
    }
}
