//! DELETE: any 2xx and a 404 are done; a missing permission stops deleting, not the run.

use crate::harness::{ALL, delete, is_done, plain, refusal, setup};
use connector::WriteResult;
use model::Via;
use sandbox::{Action, Choices, DeleteAnswer, Fault, On, Refusal, RequestKind};

#[tokio::test]
async fn any_answer_of_success_is_done() {
    for delete_answer in [DeleteAnswer::Body, DeleteAnswer::NoContent, DeleteAnswer::EmptyBody] {
        let setup = setup(ALL, Choices { delete_answer, ..Choices::default() }, |_| {}).await;
        setup.fill(5);
        let records = setup.records().await;
        let batch: Vec<_> = records[..3].iter().map(delete).collect();
        assert!(setup.apply(&batch).await.iter().all(is_done));
        assert_eq!(setup.sandbox().contact_count(), 2);
        assert!(setup.apply(&batch).await.iter().all(is_done), "a 404 is done, too");
    }
}

#[tokio::test]
async fn a_lost_answer_is_sent_again() {
    for trouble in [Action::CloseAfterEffect, Action::RefuseAfterEffect(Refusal::status(500))] {
        let setup = plain().await;
        setup.fill(1);
        let records = setup.records().await;
        setup.sandbox().add_fault(Fault::new(On::Delete, trouble).times(1));
        assert!(is_done(&setup.apply(&[delete(&records[0])]).await[0]));
        assert_eq!(setup.sandbox().contact_count(), 0);
    }
}

#[tokio::test]
async fn a_missing_permission_names_itself_and_stops_only_deleting() {
    let setup = plain().await;
    setup.fill(60);
    let records = setup.records().await;
    setup.sandbox().add_fault(Fault::new(On::Delete, Action::Refuse(Refusal::status(403))));
    let mut batch: Vec<_> = records[1..].iter().map(delete).collect();
    batch.push(setup.update(Via::Put, &records[0], &[("company", "Beta")]));
    let results = setup.apply(&batch).await;
    assert!(results[..59].iter().all(|result| refusal(result).contains("may not delete")));
    assert!(is_done(&results[59]));
    assert_eq!(setup.sandbox().contact_count(), 60);
    assert!(setup.requests(RequestKind::Delete) <= 20, "{}", setup.requests(RequestKind::Delete));
}

#[tokio::test]
async fn a_proxy_s_404_is_no_deletion() {
    let setup = plain().await;
    setup.fill(1);
    let records = setup.records().await;
    setup.sandbox().add_fault(Fault::new(On::Delete, Action::Refuse(Refusal::status(404).html())));
    let results = setup.apply(&[delete(&records[0])]).await;
    assert!(matches!(results[0], WriteResult::Refused { .. }), "{results:?}");
}
