//! PUT: believed as far as it can be seen. Clearing, changed phones, ignored fields (S21, S25, S33).

use crate::harness::{ALL, Setup, is_done, phone, plain, refusal, setup, stored, value};
use connector::{Connector, WriteResult};
use model::{OwnedCell, Record, Via};
use sandbox::{
    Action, Choices, Clearing, EmptyFields, ExistingPhone, Fault, On, Refusal, RequestKind, Rewrite, UpdateAnswer,
};

const ANSWERS: [UpdateAnswer; 2] = [UpdateAnswer::Contact, UpdateAnswer::StatusOnly];

async fn ready(choices: Choices) -> (Setup, Vec<Record>) {
    let setup = setup(ALL, choices, |_| {}).await;
    setup.fill(3);
    let records = setup.records().await;
    setup.sandbox().reset_counters();
    (setup, records)
}

#[tokio::test]
async fn an_update_is_one_request_and_touches_nothing_else() {
    for update_answer in ANSWERS {
        let (setup, records) = ready(Choices { update_answer, ..Choices::default() }).await;
        let results = setup.apply(&[setup.update(Via::Put, &records[1], &[("company", "Beta")])]).await;
        assert!(is_done(&results[0]));
        let now = setup.by_phone(1);
        assert_eq!((now.company.as_deref(), now.email.as_deref()), (Some("Beta"), Some("p1@example.com")));
        assert_eq!(setup.sandbox().counters().requests.values().sum::<u64>(), 1);
    }
}

#[tokio::test]
async fn a_rewritten_value_is_shown_as_stored() {
    let (setup, records) = ready(Choices::default()).await;
    setup.sandbox().add_fault(Fault::new(On::Update, Action::Rewrite(vec![Rewrite::Trim, Rewrite::Truncate(4)])));
    let results = setup.apply(&[setup.update(Via::Put, &records[0], &[("company", " Betamax ")])]).await;
    assert_eq!(setup.cell(stored(&results[0]), "company"), value("Beta"));
}

#[tokio::test]
async fn a_success_that_changed_nothing_is_a_refusal() {
    let (setup, records) = ready(Choices::default()).await;
    setup.sandbox().add_fault(Fault::new(On::Update, Action::IgnoreField("company".to_owned())));
    let both = setup.update(Via::Put, &records[1], &[("company", "Beta"), ("email", "new@x.ch")]);
    let results = setup.apply(&[setup.update(Via::Put, &records[0], &[("company", "Beta")]), both]).await;
    assert!(refusal(&results[0]).contains("company"), "{results:?}");
    assert_eq!(setup.cell(stored(&results[1]), "company"), value("Acme"));
    assert_eq!(setup.cell(stored(&results[1]), "email"), value("new@x.ch"));
}

#[tokio::test]
async fn clearing_is_found_out_and_remembered() {
    // the server, what is learned
    let table = [
        (Clearing::Both, "null"),
        (Clearing::Null, "null"),
        (Clearing::Empty, "empty"),
        (Clearing::Never, "impossible"),
    ];
    for (clearing, learned) in table {
        for update_answer in ANSWERS {
            for empty_fields in [EmptyFields::Null, EmptyFields::EmptyText] {
                let (setup, records) =
                    ready(Choices { clearing, update_answer, empty_fields, ..Choices::default() }).await;
                let batch: Vec<_> =
                    records.iter().map(|record| setup.update(Via::Bulk, record, &[("email", "")])).collect();
                let first = setup.apply(&batch[..1]).await;
                assert!(setup.connector.learned().contains(&("clear".into(), learned.into())), "{clearing:?}");
                let puts = setup.requests(RequestKind::Update);
                let rest = setup.apply(&batch[1..]).await;
                for (n, result) in first.iter().chain(&rest).enumerate() {
                    if clearing == Clearing::Never {
                        assert!(refusal(result).contains("email"), "{result:?}");
                    } else {
                        assert_eq!(setup.cell(stored(result), "email"), OwnedCell::Cleared);
                        assert_eq!(setup.by_phone(n).email, None);
                    }
                    assert_eq!(setup.by_phone(n).company.as_deref(), Some("Acme"));
                }
                let more = if clearing == Clearing::Never { 0 } else { 2 };
                assert_eq!(setup.requests(RequestKind::Update), puts + more, "{clearing:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_field_that_cannot_be_cleared_keeps_the_others_from_nothing() {
    let (setup, records) = ready(Choices { clearing: Clearing::Never, ..Choices::default() }).await;
    for record in &records[..2] {
        let write = setup.update(Via::Put, record, &[("email", ""), ("company", "Beta")]);
        let results = setup.apply(&[write]).await;
        assert_eq!(setup.cell(stored(&results[0]), "company"), value("Beta"));
        assert_ne!(setup.cell(stored(&results[0]), "email"), OwnedCell::Cleared, "the truth is shown");
    }
}

#[tokio::test]
async fn a_phone_is_never_cleared() {
    let (setup, records) = ready(Choices::default()).await;
    let results = setup.apply(&[setup.update(Via::Put, &records[0], &[("phone", "")])]).await;
    assert!(refusal(&results[0]).contains("must have a phone"));
    assert_eq!(setup.connector.requests(), 1, "only the listing");
}

#[tokio::test]
async fn numbers_are_handed_around_in_the_order_given() {
    let choices = Choices { update_to_existing_phone: ExistingPhone::Conflict, ..Choices::default() };
    let (setup, records) = ready(choices).await;
    let results = setup
        .apply(&[
            setup.update(Via::Put, &records[0], &[("phone", &phone(99))]),
            setup.update(Via::Put, &records[1], &[("phone", &phone(0))]),
            setup.update(Via::Put, &records[0], &[("phone", &phone(1))]),
        ])
        .await;
    assert!(results.iter().all(is_done), "{results:?}");
    assert_eq!(setup.by_phone(0).first_name.as_deref(), Some("First1"));
    assert_eq!(setup.by_phone(1).first_name.as_deref(), Some("First0"));
}

#[tokio::test]
async fn a_changed_phone_never_rides_bulk() {
    let (setup, records) = ready(Choices::default()).await;
    let results = setup.apply(&[setup.update(Via::Bulk, &records[0], &[("phone", &phone(50))])]).await;
    assert!(is_done(&results[0]));
    assert_eq!(setup.sandbox().contact_count(), 3);
    assert_eq!(setup.requests(RequestKind::Bulk), 0);
}

#[tokio::test]
async fn a_number_without_plus_goes_by_put_and_stays_as_it_is() {
    let setup = plain().await;
    setup.sandbox().insert(sandbox::NewContact::named("A", "B", "14155550000"));
    let record = setup.records().await.remove(0);
    let results = setup.apply(&[setup.update(Via::Bulk, &record, &[("company", "Beta")])]).await;
    assert!(is_done(&results[0]));
    assert_eq!(setup.sandbox().contacts()[0].phone, "14155550000");
    assert_eq!(setup.requests(RequestKind::Bulk), 0);
}

#[tokio::test]
async fn refusals_concern_one_record_and_keep_the_api_s_words() {
    let (setup, records) = ready(Choices::default()).await;
    let fault = Action::RejectPhones { phones: vec![phone(90)], message: "Not This One".to_owned() };
    setup.sandbox().add_fault(Fault::new(On::Update, fault));
    setup.sandbox().delete(records[2].id.as_str().parse().unwrap());
    let results = setup
        .apply(&[
            setup.update(Via::Put, &records[0], &[("phone", &phone(90))]),
            setup.update(Via::Put, &records[1], &[("company", "Beta")]),
            setup.update(Via::Put, &records[2], &[("company", "Beta")]),
        ])
        .await;
    assert!(refusal(&results[0]).contains("Not This One"));
    assert!(is_done(&results[1]));
    assert!(matches!(results[2], WriteResult::Stale { .. }), "gone: {:?}", results[2]);
}

#[tokio::test]
async fn a_lost_answer_is_sent_again_and_then_unknown() {
    for (times, done) in [(2, true), (1_000, false)] {
        let (setup, records) = ready(Choices::default()).await;
        setup.sandbox().add_fault(Fault::new(On::Update, Action::CloseAfterEffect).times(times));
        let results = setup.apply(&[setup.update(Via::Put, &records[0], &[("company", "Beta")])]).await;
        assert_eq!(is_done(&results[0]), done);
        assert_eq!(matches!(results[0], WriteResult::Unknown { .. }), !done);
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_left_alone_after_a_few_writes() {
    let setup = plain().await;
    setup.fill(50);
    let records = setup.records().await;
    setup.sandbox().reset_counters();
    setup.sandbox().add_fault(Fault::new(On::Update, Action::Refuse(Refusal::status(500))));
    let batch: Vec<_> = records.iter().map(|record| setup.update(Via::Put, record, &[("company", "Beta")])).collect();
    let results = setup.apply(&batch).await;
    assert!(results.iter().any(|result| matches!(result, WriteResult::Stale { .. })));
    assert!(!results.iter().any(is_done));
    assert!(setup.requests(RequestKind::Update) < 60);
}

#[tokio::test]
async fn refused_credentials_in_the_middle_leave_the_rest_unsent() {
    let (setup, records) = ready(Choices::default()).await;
    setup.sandbox().add_fault(Fault::new(On::Update, Action::Refuse(Refusal::status(401))).skip_first(1));
    let batch: Vec<_> = records
        .iter()
        .enumerate()
        .map(|(n, record)| setup.update(Via::Put, record, &[("phone", &phone(60 + n))]))
        .collect();
    let results = setup.apply(&batch).await;
    assert!(is_done(&results[0]));
    assert!(
        results[1..].iter().all(|result| matches!(result, WriteResult::Stale { message } if message.contains("401")))
    );
    assert_eq!(setup.requests(RequestKind::Update), 2);
}
