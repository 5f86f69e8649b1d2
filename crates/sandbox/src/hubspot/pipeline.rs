//! The way of an API request: token, scopes, limits, faults before the effect, the effect, faults after it, headers.
//!
//! The lock on the world is never held while waiting.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, header};

use super::call::Call;
use super::errors::ApiError;
use super::faults::{Action, Refusal};
use super::handle::HubSpot;
use super::handlers;
use super::limits::Policy;
use super::query::Query;
use super::route::{RequestKind, Route};
use crate::answers::{Answer, AnswerBody};
use crate::closing::{CloseConnection, CutBody};
use crate::log::LogEntry;

/// What memory one request body may take, in bytes.
const MOST_BODY_BYTES: usize = 64 * 1024 * 1024;

/// Answers one request of a client.
pub(crate) async fn serve(State(hubspot): State<HubSpot>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST_BODY_BYTES).await else {
        return ApiError::with_status(413, "The request body is too large").answer(0).into_response();
    };
    let route = Route::of(&parts.method, parts.uri.path());
    let (kind, number) = (route.kind(), log(&hubspot, &parts, &route, body.len()));
    let outcome = match admit(&hubspot, &parts, route, body, number) {
        Err(error) => Outcome::Answer(error.answer(number)),
        Ok(call) => carry_out(&hubspot, &call).await,
    };
    finish(&hubspot, kind, number, outcome)
}

/// How a request ends.
enum Outcome {
    Answer(Answer),
    /// The connection closes in the middle of the body.
    CutBody(Answer),
    /// Half of the body travels as if it were all of it.
    HalfBody(Answer),
    /// The connection closes without an answer.
    Closed,
}

fn log(hubspot: &HubSpot, parts: &Parts, route: &Route, body_bytes: usize) -> u64 {
    let kind = route.kind();
    let at = hubspot.now();
    let mut world = hubspot.world();
    *world.counters.requests.entry(kind).or_default() += 1;
    world.log.add(LogEntry {
        number: 0,
        at,
        kind,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body_bytes,
        status: None,
    })
}

/// Checks token, scopes and limits, and finds the faults that hit the request.
fn admit(hubspot: &HubSpot, parts: &Parts, route: Route, body: Bytes, number: u64) -> Result<Call, ApiError> {
    let now = hubspot.now();
    let mut world = hubspot.world();
    let world = &mut *world;
    let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given.and_then(|given| given.strip_prefix("Bearer ")) != Some(world.settings.token.as_str()) {
        return Err(ApiError::unauthenticated());
    }
    let needed = route.scopes();
    if !needed.is_empty() && !needed.iter().any(|scope| world.settings.scopes.contains(*scope)) {
        return Err(ApiError::missing_scopes(needed));
    }
    if let Err(policy) = world.limits.enter(now, &world.settings, route.kind() == RequestKind::Search) {
        *world.counters.limited.entry(policy).or_default() += 1;
        return Err(ApiError::limited(policy));
    }
    let firing = world.faults.fire(&route);
    Ok(Call { route, query: Query::of(&parts.uri), body, firing, now, number })
}

/// Carries out a call, with the faults that hit it.
async fn carry_out(hubspot: &HubSpot, call: &Call) -> Outcome {
    let firing = &call.firing;
    wait(firing.first(|action| if let Action::Delay { ms } = action { Some(*ms) } else { None })).await;
    if firing.has(&Action::CloseBeforeEffect) {
        return Outcome::Closed;
    }
    if let Some(refusal) =
        firing.first(|action| if let Action::Refuse(refusal) = action { Some(refusal) } else { None })
    {
        return Outcome::Answer(refused(refusal, call.number));
    }
    let answer = handlers::answer(&mut hubspot.world(), call).unwrap_or_else(|error| error.answer(call.number));
    wait(firing.first(|action| if let Action::DelayAnswer { ms } = action { Some(*ms) } else { None })).await;
    if firing.has(&Action::CloseAfterEffect) {
        return Outcome::Closed;
    }
    let refusal =
        firing.first(|action| if let Action::RefuseAfterEffect(refusal) = action { Some(refusal) } else { None });
    if let Some(refusal) = refusal {
        return Outcome::Answer(refused(refusal, call.number));
    }
    if firing.has(&Action::CutBody) {
        return Outcome::CutBody(answer);
    }
    if firing.has(&Action::InvalidJson) {
        return Outcome::HalfBody(answer);
    }
    Outcome::Answer(answer)
}

async fn wait(ms: Option<u64>) {
    if let Some(ms) = ms {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

fn refused(refusal: &Refusal, number: u64) -> Answer {
    let error = match (&refusal.message, refusal.policy) {
        (None, Some(policy)) => ApiError::limited(policy),
        (None, None) if refusal.status == 429 => ApiError::limited(Policy::TenSecondlyRolling),
        (None, None) if refusal.status == 401 => ApiError::unauthenticated(),
        (None, None) => ApiError::with_status(refusal.status, "internal error"),
        (Some(message), _) => ApiError::with_status(refusal.status, message.as_str()),
    };
    let mut answer = error.answer(number);
    if refusal.html {
        let status = refusal.status;
        answer.body = AnswerBody::Html(format!("<html><body><h1>{status}</h1><hr>cloudflare</body></html>\n"));
    }
    answer.retry_after = refusal.retry_after;
    answer
}

/// Turns an outcome into a response with the documented headers, and logs it.
fn finish(hubspot: &HubSpot, kind: RequestKind, number: u64, outcome: Outcome) -> Response<Body> {
    let mut response = match outcome {
        Outcome::Answer(answer) => answer.into_response(),
        Outcome::CutBody(answer) => answer.into_response_with(|bytes| Body::new(CutBody::of(&bytes))),
        Outcome::HalfBody(answer) => answer.into_response_with(|bytes| Body::from(bytes.slice(..bytes.len() / 2))),
        Outcome::Closed => {
            let mut response = Answer::empty(500).into_response();
            response.extensions_mut().insert(CloseConnection);
            return response;
        }
    };
    let now = hubspot.now();
    let mut world = hubspot.world();
    let world = &mut *world;
    world.log.answered(number, response.status().as_u16());
    if world.settings.rate_limit_headers && kind != RequestKind::Search && response.status() != 401 {
        let settings = &world.settings;
        let left_today = settings.day_limit().saturating_sub(world.limits.used_today(now, settings));
        let burst_left = world.limits.burst_left(now, settings);
        add_limits(response.headers_mut(), settings.burst_limit(), burst_left, settings.day_limit(), left_today);
    }
    response
}

fn add_limits(headers: &mut HeaderMap, burst: usize, burst_left: usize, day: u64, left_today: u64) {
    headers.insert("x-hubspot-ratelimit-interval-milliseconds", HeaderValue::from_static("10000"));
    headers.insert("x-hubspot-ratelimit-max", HeaderValue::from(burst));
    headers.insert("x-hubspot-ratelimit-remaining", HeaderValue::from(burst_left));
    headers.insert("x-hubspot-ratelimit-daily", HeaderValue::from(day));
    headers.insert("x-hubspot-ratelimit-daily-remaining", HeaderValue::from(left_today));
}
