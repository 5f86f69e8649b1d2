//! Bulk requests whose answers are lost, cut or refused (S37 to S40).

use crate::harness::{ALL, is_done, phone, plain, refusal, setup};
use connector::{Connector, ErrorKind, NoProgress, WriteResult};
use sandbox::{Action, Choices, Fault, On, Refusal, RequestKind};

#[tokio::test]
async fn a_lost_answer_makes_no_second_contact() {
    let table = [
        Action::CloseBeforeEffect,
        Action::CloseAfterEffect,
        Action::CutBody,
        Action::InvalidJson,
        Action::RefuseAfterEffect(Refusal::status(500)),
        Action::RefuseAfterEffect(Refusal::status(502).html()),
        Action::Refuse(Refusal::status(503)),
    ];
    for trouble in table {
        let setup = plain().await;
        setup.sandbox().add_fault(Fault::new(On::Bulk, trouble.clone()).times(1));
        let batch: Vec<_> = (0..20).map(|n| setup.new_person(n)).collect();
        let results = setup.apply(&batch).await;
        assert!(results.iter().all(is_done), "{trouble:?}: {results:?}");
        assert_eq!(setup.sandbox().contact_count(), 20, "{trouble:?}");
    }
}

#[tokio::test]
async fn an_answer_that_stays_lost_is_unknown_and_not_sent_for_ever() {
    let setup = plain().await;
    setup.sandbox().add_fault(Fault::new(On::Bulk, Action::CloseAfterEffect));
    let results = setup.apply(&[setup.new_person(1), setup.new_person(2)]).await;
    assert!(results.iter().all(|result| matches!(result, WriteResult::Unknown { .. })), "{results:?}");
    assert_eq!(setup.requests(RequestKind::Bulk), 3);
    assert_eq!(setup.sandbox().contact_count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_429_is_no_lost_answer() {
    let setup = plain().await;
    setup.sandbox().add_fault(Fault::new(On::Bulk, Action::Refuse(Refusal::status(429).retry_after(3))).times(6));
    let results = setup.apply(&[setup.new_person(1)]).await;
    assert!(is_done(&results[0]), "{results:?}");
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_stays_used_up_ends_the_run_and_nothing_is_unknown() {
    let setup = plain().await;
    setup.sandbox().add_fault(Fault::new(On::Bulk, Action::Refuse(Refusal::status(429).retry_after(7_200))));
    let error = setup.connector.apply(&[setup.new_person(1)], &NoProgress).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_halved() {
    let setup = setup(ALL, Choices { max_body_bytes: Some(2_000), ..Choices::default() }, |_| {}).await;
    let batch: Vec<_> = (0..200).map(|n| setup.new_person(n)).collect();
    let results = setup.apply(&batch).await;
    assert!(results.iter().all(is_done));
    assert_eq!(setup.sandbox().contact_count(), 200);
}

#[tokio::test]
async fn more_rows_than_a_request_takes_are_cut_up() {
    let setup = plain().await;
    let batch: Vec<_> = (0..5_001).map(|n| setup.new_person(n)).collect();
    let results = setup.apply(&batch).await;
    assert!(results.iter().all(is_done));
    assert_eq!(setup.connector.requests(), 2);
}

#[tokio::test]
async fn refused_credentials_before_anything_was_sent_end_the_run() {
    for (status, kind) in [(401, ErrorKind::Credentials), (403, ErrorKind::Forbidden)] {
        let setup = plain().await;
        setup.sandbox().add_fault(Fault::new(On::Bulk, Action::Refuse(Refusal::status(status))));
        let error = setup.connector.apply(&[setup.new_person(1)], &NoProgress).await.unwrap_err();
        assert_eq!(error.kind, kind);
    }
}

#[tokio::test]
async fn refused_credentials_later_leave_the_rest_for_the_next_run() {
    let setup = plain().await;
    setup.sandbox().add_fault(Fault::new(On::Bulk, Action::Refuse(Refusal::status(401))).skip_first(1));
    let batch: Vec<_> = (0..5_010).map(|n| setup.new_person(n)).collect();
    let results = setup.apply(&batch).await;
    assert!(results[..5_000].iter().all(is_done));
    assert!(
        results[5_000..]
            .iter()
            .all(|result| matches!(result, WriteResult::Stale { message } if message.contains("401")))
    );
}

#[tokio::test]
async fn rows_that_cannot_ride_are_not_sent() {
    let setup = plain().await;
    let results = setup
        .apply(&[
            setup.create(&[("phone", "4155551234"), ("first_name", "A")]),
            setup.create(&[("first_name", "A")]),
            setup.create(&[("phone", &phone(1)), ("first_name", "A")]),
            setup.create(&[("phone", &phone(1)), ("first_name", "B")]),
        ])
        .await;
    assert!(refusal(&results[0]).contains("E.164") && refusal(&results[1]).contains("E.164"));
    assert!(is_done(&results[2]));
    assert!(refusal(&results[3]).contains("same batch"));
    assert_eq!(setup.by_phone(1).first_name.as_deref(), Some("A"));
}

#[tokio::test]
async fn an_unreachable_server_ends_the_run_and_nothing_is_unknown() {
    let setup = plain().await;
    let write = setup.new_person(1);
    let connector = setup.connector;
    setup.running.shutdown().await;
    let error = connector.apply(&[write], &NoProgress).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
}
