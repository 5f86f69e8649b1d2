//! What only a socket shows: closed connections, cut bodies, start and stop.

use std::net::{IpAddr, Ipv4Addr};

use sandbox::{Action, Fault, NewContact, On, Running, Sandbox, Settings, StartError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn start() -> Running {
    Sandbox::new(Settings::unlimited()).start(0).await.unwrap()
}

/// Sends one request and reads until the server closes.
async fn talk(running: &Running, request: &str, body: &str) -> String {
    let mut socket = TcpStream::connect(running.addr()).await.unwrap();
    let authorization = running.sandbox().settings().authorization();
    let length = body.len();
    let text = format!(
        "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {authorization}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A closed connection may show as a reset; what had arrived before counts.
    let _ = socket.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn it_serves_on_the_local_machine_only_and_stops() {
    let running = start().await;
    assert_eq!(running.addr().ip(), IpAddr::V4(Ipv4Addr::LOCALHOST));
    assert_eq!(running.base_url(), format!("http://127.0.0.1:{}", running.addr().port()));
    assert!(talk(&running, "GET /v2/contacts", "").await.starts_with("HTTP/1.1 200"));

    let taken = Sandbox::new(Settings::default()).start(running.addr().port()).await;
    assert!(matches!(taken, Err(StartError::Listen { .. })));

    let (addr, sandbox) = (running.addr(), running.sandbox().clone());
    running.shutdown().await;
    assert!(TcpStream::connect(addr).await.is_err());
    sandbox.start(addr.port()).await.unwrap();
}

#[tokio::test]
async fn a_connection_closes_before_or_after_the_effect() {
    for (action, contacts) in [(Action::CloseBeforeEffect, 0), (Action::CloseAfterEffect, 1)] {
        let running = start().await;
        running.sandbox().add_fault(Fault::new(On::Create, action.clone()).times(1));
        let answer = talk(&running, "POST /v2/contacts", r#"{"phone":"+41791234567"}"#).await;
        assert_eq!(answer, "", "{action:?}");
        assert_eq!(running.sandbox().contact_count(), contacts, "{action:?}");
        assert_eq!(running.sandbox().log()[0].status, None);
        let again = talk(&running, "POST /v2/contacts", r#"{"phone":"+41791234567"}"#).await;
        assert!(again.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_body_can_end_early() {
    let running = start().await;
    running.sandbox().insert(NewContact::named("Anna", "Ritter", "+41791234567"));
    let whole = talk(&running, "GET /v2/contacts/1", "").await;
    running.sandbox().add_fault(Fault::new(On::Get, Action::CutBody));
    let cut = talk(&running, "GET /v2/contacts/1", "").await;

    let split = |answer: &str| {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        (announced.parse::<usize>().unwrap(), body.to_owned())
    };
    let (whole_length, whole_body) = split(&whole);
    assert_eq!(whole_length, whole_body.len());
    let (announced, half) = split(&cut);
    assert_eq!(announced, whole_length, "it promises all of it");
    assert_eq!(half, whole_body[..whole_length / 2], "and sends half");
}
