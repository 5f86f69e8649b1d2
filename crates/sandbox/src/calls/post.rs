//! Sends one delivery over plain HTTP, since clients of a sandbox run on the same machine.
//!
//! It does not decide when, and does not repeat.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::outbox::Delivery;
use super::sign;

/// How long a client may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The status of the answer; 0 where there was none.
pub(crate) async fn post(delivery: &Delivery, secret: &str) -> u16 {
    tokio::time::timeout(PATIENCE, send(delivery, secret)).await.ok().flatten().unwrap_or(0)
}

async fn send(delivery: &Delivery, secret: &str) -> Option<u16> {
    let uri: Uri = delivery.url.parse().ok()?;
    let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http"))?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let socket = TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await.ok()?;
    let driving = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::post(path)
        .header(header::HOST, authority.as_str())
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-justcall-signature", sign(secret, &delivery.url, &delivery.event, &delivery.timestamp))
        .header("x-justcall-signature-version", "v1")
        .header("x-justcall-request-timestamp", &delivery.timestamp)
        .body(Body::from(delivery.body.to_string()))
        .ok()?;
    let status = sender.send_request(request).await.ok().map(|response| response.status().as_u16());
    driving.abort();
    status
}
