//! Takes what is posted: the right address, not too much, whole in time, truly an event, and on the disk before the 200.
//! Whatever else is answered, JustCall brings it again.

use crate::app::{App, Door, NotTaken, Posted};
use crate::inbox::NotKept;
use crate::keys::is_same;
use crate::meters::word;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;
use store::Store;

/// An answer that is none of 200, with its word for the metrics.
struct Refusal(StatusCode, &'static str, String);

impl Refusal {
    fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self(status, reason, message.into())
    }
}

/// One event.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    Path((place, door)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    match try_take(&app, (&place, &door), &method, &headers, body).await {
        Ok((event, outcome)) => {
            app.meters.event(&event, outcome, (app.clock)());
            json_answer(StatusCode::OK, &json!({"status": "success", "outcome": outcome}))
        }
        Err(Refusal(status, reason, message)) => {
            app.meters.refused(reason);
            tracing::debug!("refused with {status}: {message}");
            let mut response = json_answer(status, &json!({"status": "error", "message": message}));
            if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
                response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
            }
            response
        }
    }
}

async fn try_take(
    app: &App,
    (place, door): (&str, &str),
    method: &Method,
    headers: &HeaderMap,
    body: Body,
) -> Result<(String, &'static str), Refusal> {
    let door = [Door::Webhook, Door::Callback].into_iter().find(|known| known.name() == door);
    // Compared also where the rest is wrong: one answer, and one time that it takes.
    let known = is_same(place, &app.options.keys.place);
    let Some(door) = door.filter(|_| known) else {
        return Err(Refusal::new(StatusCode::NOT_FOUND, "path", "nothing is here"));
    };
    if method != Method::POST {
        return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method", "events come by POST"));
    }
    let body = read(app, headers, body).await?;
    let told = app.desk.read(&Posted { door, headers, body: &body }).map_err(not_taken)?;
    // Not sooner: what is refused must use up nothing of what the account may send.
    if !app.pace.admits(Instant::now()) {
        return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate", "too many events at once; send it again"));
    }
    let Some(row) = told.row else { return Ok((told.event, "ignored")) };
    match app.inbox.keep(row).await {
        Ok(fate) => Ok((told.event, word(fate))),
        Err(NotKept::Full) => {
            Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "full", "too many events wait; send it again"))
        }
        Err(NotKept::Failed) => {
            Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "state", "it could not be kept; send it again"))
        }
    }
}

fn not_taken(reason: NotTaken) -> Refusal {
    match reason {
        NotTaken::Unreadable(why) => Refusal::new(StatusCode::BAD_REQUEST, "body", why),
        NotTaken::WrongDoor(why) => Refusal::new(StatusCode::BAD_REQUEST, "address", why),
        NotTaken::Forged(why) => Refusal::new(StatusCode::UNAUTHORIZED, "signature", why),
        NotTaken::Replayed(why) => Refusal::new(StatusCode::UNAUTHORIZED, "replay", why),
    }
}

async fn read(app: &App, headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let limits = app.options.limits;
    let large = || {
        let kib = limits.body >> 10;
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "size", format!("an event has at most {kib} KiB"))
    };
    let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|told| told > limits.body) {
        return Err(large());
    }
    match tokio::time::timeout(limits.patience, to_bytes(body, limits.body)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if error.to_string().contains("length limit") => Err(large()),
        Ok(Err(_)) => Err(Refusal::new(StatusCode::BAD_REQUEST, "broken", "the request broke off")),
        Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "slow", "the request did not come whole in time")),
    }
}

fn json_answer(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

/// Whether events can be kept.
pub(crate) async fn health(State(app): State<Arc<App>>) -> Response<Body> {
    let trouble = if !app.inbox.is_open() {
        "nobody writes: start it again\n"
    } else if app.meters.is_failing() {
        "the last events could not be kept: look at the disk and at who uses the state\n"
    } else {
        return (StatusCode::OK, "ok\n").into_response();
    };
    (StatusCode::SERVICE_UNAVAILABLE, trouble).into_response()
}

/// Counters, for Prometheus.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response<Body> {
    let state = app.options.state.clone();
    let look = move || {
        let store = Store::open_again(&state).ok()?;
        Some((store.call_count().ok()?, store.contact_hints().ok()?))
    };
    let stored = tokio::task::spawn_blocking(look).await.ok().flatten();
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (StatusCode::OK, kind, app.meters.text(stored, app.inbox.waiting())).into_response()
}
