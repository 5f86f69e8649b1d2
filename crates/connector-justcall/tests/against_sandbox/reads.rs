//! Single reads: only the API's own 404 is evidence.

use crate::harness::{plain, value};
use connector::{Connector, ErrorKind, NoProgress, Presence};
use model::RecordId;
use sandbox::{Action, Fault, On, Refusal};

#[tokio::test]
async fn present_gone_or_unclear_in_the_order_asked() {
    let setup = plain().await;
    setup.fill(3);
    let ids: Vec<RecordId> = setup.records().await.into_iter().map(|record| record.id).collect();
    setup.sandbox().delete(ids[1].as_str().parse().unwrap());
    let forbidden = Fault::new(On::Get, Action::Refuse(Refusal::status(403))).id(ids[2].as_str().parse().unwrap());
    setup.sandbox().add_fault(forbidden);
    let found = setup.connector.read(&ids, &NoProgress).await.unwrap();
    assert!(matches!(&found[0], Presence::Present(record) if setup.cell(record, "first_name") == value("First0")));
    assert_eq!(found[1], Presence::Gone);
    assert!(matches!(&found[2], Presence::Unclear { message } if message.contains("403")));
}

#[tokio::test]
async fn a_proxy_s_404_proves_nothing() {
    let setup = plain().await;
    setup.fill(1);
    let ids = [setup.records().await.remove(0).id];
    setup.sandbox().add_fault(Fault::new(On::Get, Action::Refuse(Refusal::status(404).html())));
    let found = setup.connector.read(&ids, &NoProgress).await.unwrap();
    assert!(matches!(found[0], Presence::Unclear { .. }), "{found:?}");
}

#[tokio::test]
async fn a_server_that_is_down_is_not_asked_for_every_record() {
    let setup = plain().await;
    let ids: Vec<RecordId> = (1..200).map(|id: u32| RecordId::from(id.to_string())).collect();
    setup.sandbox().add_fault(Fault::new(On::Get, Action::Refuse(Refusal::status(500))));
    let found = setup.connector.read(&ids, &NoProgress).await.unwrap();
    assert!(found.iter().all(|presence| matches!(presence, Presence::Unclear { .. })));
    assert!(setup.connector.requests() < 100, "{}", setup.connector.requests());
}

#[tokio::test]
async fn refused_credentials_end_it() {
    let setup = plain().await;
    setup.sandbox().add_fault(Fault::new(On::Get, Action::Refuse(Refusal::status(401))));
    let error = setup.connector.read(&[RecordId::from("1")], &NoProgress).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials);
}
