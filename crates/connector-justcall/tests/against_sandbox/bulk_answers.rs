//! Every form of a bulk answer: each row's outcome is found, and every failed row is named (S41, S46).

use crate::harness::{ALL, is_done, phone, refusal, setup};
use connector::{Connector, WriteResult};
use sandbox::{Action, BadBulkRow, BulkFailures, BulkPlace, BulkRows, Choices, Fault, On, RequestKind};

const PLACES: [BulkPlace; 4] = [BulkPlace::Top, BulkPlace::Data, BulkPlace::Summary, BulkPlace::Nowhere];
const ROWS: [BulkRows; 2] = [BulkRows::Counts, BulkRows::Contacts];
const FAILURES: [BulkFailures; 4] =
    [BulkFailures::ByIndex, BulkFailures::ByPhone, BulkFailures::FailedList, BulkFailures::Unnamed];

fn shapes() -> impl Iterator<Item = Choices> {
    PLACES.into_iter().flat_map(|bulk_place| {
        ROWS.into_iter().flat_map(move |bulk_rows| {
            FAILURES.into_iter().flat_map(move |bulk_failures| {
                [BadBulkRow::FailsAlone, BadBulkRow::FailsAll].into_iter().map(move |bulk_bad_row| Choices {
                    bulk_place,
                    bulk_rows,
                    bulk_failures,
                    bulk_bad_row,
                    ..Choices::default()
                })
            })
        })
    })
}

fn reject(rows: &[usize]) -> Fault {
    let phones = rows.iter().map(|n| phone(*n)).collect();
    Fault::new(On::Write, Action::RejectPhones { phones, message: "a rule of the account".to_owned() })
}

#[tokio::test]
async fn rows_that_fail_are_told_from_rows_that_do_not() {
    for choices in shapes() {
        for bad in [vec![], vec![0], vec![11], vec![3, 4, 9], (0..12).collect()] {
            let setup = setup(ALL, choices.clone(), |_| {}).await;
            setup.sandbox().add_fault(reject(&bad));
            let batch: Vec<_> = (0..12).map(|n| setup.new_person(n)).collect();
            let results = setup.apply(&batch).await;
            for (n, result) in results.iter().enumerate() {
                let name = format!("{choices:?} {bad:?} row {n}: {result:?}");
                if bad.contains(&n) {
                    let not_there =
                        choices.bulk_place == BulkPlace::Nowhere || choices.bulk_failures == BulkFailures::Unnamed;
                    match result {
                        WriteResult::Refused { .. } => {}
                        // Not found by a search that may lag, and no number to check it by.
                        WriteResult::Unknown { .. } if not_there => {}
                        WriteResult::Stale { .. } if bad.len() == 12 => {}
                        _ => panic!("{name}"),
                    }
                } else {
                    assert!(is_done(result), "{name}");
                }
            }
            assert_eq!(setup.sandbox().contact_count(), 12 - bad.len(), "{choices:?} {bad:?}");
        }
    }
}

#[tokio::test]
async fn the_api_s_own_words_come_through() {
    for choices in shapes()
        .filter(|choices| choices.bulk_place != BulkPlace::Nowhere && choices.bulk_failures != BulkFailures::Unnamed)
    {
        let setup = setup(ALL, choices.clone(), |_| {}).await;
        setup.sandbox().add_fault(reject(&[5]));
        let batch: Vec<_> = (0..12).map(|n| setup.new_person(n)).collect();
        let results = setup.apply(&batch).await;
        assert!(refusal(&results[5]).contains("a rule of the account"), "{choices:?}: {:?}", results[5]);
    }
}

#[tokio::test]
async fn one_request_does_for_an_answer_that_tells_everything() {
    for bulk_rows in ROWS {
        let setup = setup(ALL, Choices { bulk_rows, ..Choices::default() }, |_| {}).await;
        let batch: Vec<_> = (0..500).map(|n| setup.new_person(n)).collect();
        let results = setup.apply(&batch).await;
        assert!(results.iter().all(is_done));
        assert_eq!(setup.connector.requests(), 1);
        let ids = results.iter().filter(|result| matches!(result, WriteResult::Done { id: Some(_), .. })).count();
        assert_eq!(ids, if bulk_rows == BulkRows::Contacts { 500 } else { 0 });
    }
}

#[tokio::test]
async fn failures_counted_and_not_named_are_searched_with_few_requests() {
    let choices = Choices { bulk_failures: BulkFailures::Unnamed, ..Choices::default() };
    let setup = setup(ALL, choices, |_| {}).await;
    setup.sandbox().add_fault(reject(&[777]));
    let batch: Vec<_> = (0..1_000).map(|n| setup.new_person(n)).collect();
    let results = setup.apply(&batch).await;
    let refused: Vec<usize> = (0..1_000).filter(|n| matches!(results[*n], WriteResult::Refused { .. })).collect();
    assert_eq!(refused, [777]);
    assert!(setup.connector.requests() < 40, "{}", setup.connector.requests());
}

#[tokio::test]
async fn an_index_that_could_count_from_0_or_1_is_looked_at_once() {
    let setup = setup(ALL, Choices::default(), |_| {}).await;
    setup.sandbox().add_fault(reject(&[5]));
    let batch: Vec<_> = (0..12).map(|n| setup.new_person(n)).collect();
    let results = setup.apply(&batch).await;
    assert!(matches!(results[5], WriteResult::Refused { .. }));
    assert_eq!(setup.requests(RequestKind::List), 2);
    assert!(setup.connector.learned().contains(&("bulk_index".into(), "0".into())));
    setup.apply(&batch).await;
    assert_eq!(setup.requests(RequestKind::List), 2, "remembered");
}

#[tokio::test]
async fn an_account_that_refuses_every_row_is_not_asked_about_each() {
    let choices = Choices { bulk_bad_row: BadBulkRow::FailsAll, ..Choices::default() };
    let setup = setup(ALL, choices, |_| {}).await;
    setup.sandbox().add_fault(reject(&(0..1_000).collect::<Vec<_>>()));
    let batch: Vec<_> = (0..1_000).map(|n| setup.new_person(n)).collect();
    let results = setup.apply(&batch).await;
    assert!(!results.iter().any(is_done));
    assert!(results.iter().any(|result| matches!(result, WriteResult::Stale { .. })));
    assert!(setup.connector.requests() < 40, "{}", setup.connector.requests());
}

#[tokio::test]
async fn many_rows_without_an_outcome_are_looked_up_by_one_listing() {
    let choices = Choices { bulk_place: BulkPlace::Nowhere, ..Choices::default() };
    let setup = setup(ALL, choices, |_| {}).await;
    setup.fill(150);
    setup.records().await;
    setup.sandbox().reset_counters();
    let batch: Vec<_> = (1_000..1_300).map(|n| setup.new_person(n)).collect();
    let results = setup.apply(&batch).await;
    assert!(results.iter().all(|result| matches!(result, WriteResult::Done { stored: Some(_), .. })));
    assert_eq!(setup.requests(RequestKind::List), 5, "450 contacts, not 300 lookups");
}
