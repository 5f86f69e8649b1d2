//! The way of an API request: credentials, limits, faults before the effect, the effect, faults after it, headers.
//!
//! The lock on the world is never held while waiting.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response, header};

use crate::answers::{Answer, AnswerBody, ApiError};
use crate::call::Call;
use crate::closing::{CloseConnection, CutBody};
use crate::faults::{Action, Refusal};
use crate::handlers;
use crate::limiter::Refused;
use crate::log::LogEntry;
use crate::route::Route;
use crate::sandbox::Sandbox;
use crate::world::World;

/// What memory one request body may take, in bytes. The documents give no limit; `max_body_bytes` is the one to test.
const MOST_BODY_BYTES: usize = 256 * 1024 * 1024;

/// Answers one request to `/v2/…`.
pub(crate) async fn serve(State(sandbox): State<Sandbox>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST_BODY_BYTES).await else {
        return Answer::from(ApiError::new(413, "The request body is too large")).into_response();
    };
    let number = log(&sandbox, &parts, body.len());
    let outcome = match admit(&sandbox, &parts, body, number) {
        Err(error) => Outcome::Answer(error.into()),
        Ok(call) => {
            let _place = Place { sandbox: &sandbox };
            carry_out(&sandbox, &call).await
        }
    };
    finish(&sandbox, number, outcome)
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

/// A place under the concurrency limit, given back also when the client hangs up.
struct Place<'a> {
    sandbox: &'a Sandbox,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.sandbox.world().limiter.leave();
    }
}

fn log(sandbox: &Sandbox, parts: &Parts, body_bytes: usize) -> u64 {
    let kind = Route::of(&parts.method, parts.uri.path()).kind();
    let at = sandbox.now();
    let mut world = sandbox.world();
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

/// Checks credentials and limits, and finds the faults that hit the request.
fn admit(sandbox: &Sandbox, parts: &Parts, body: Bytes, number: u64) -> Result<Call, ApiError> {
    let now = sandbox.now();
    let route = Route::of(&parts.method, parts.uri.path());
    let query = Query::<BTreeMap<String, String>>::try_from_uri(&parts.uri);

    let mut world = sandbox.world();
    let given = parts.headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    if given != Some(world.settings.authorization().as_bytes()) {
        return Err(ApiError::new(401, "Invalid API key or secret"));
    }
    let (limit, concurrency) = (world.settings.request_limit(), world.settings.concurrency_limit());
    if let Err(refused) = world.limiter.enter(now.as_millisecond(), limit, concurrency) {
        world.counters.limited += 1;
        return Err(over_limit(refused, world.settings.retry_after_header));
    }
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let firing = world.faults.fire(route, handlers::asked_page(&query));
    Ok(Call { route, query, body, firing, now, number })
}

fn over_limit(refused: Refused, with_retry_after: bool) -> ApiError {
    let (message, seconds) = match refused {
        Refused::Rate { retry_after } => ("Rate limit exceeded. Please retry later.", retry_after),
        Refused::Concurrency => ("Too many concurrent connections", 1),
    };
    ApiError { retry_after: with_retry_after.then_some(seconds), ..ApiError::new(429, message) }
}

/// Carries out a call, with the faults that hit it.
async fn carry_out(sandbox: &Sandbox, call: &Call) -> Outcome {
    wait(call.firing.delay()).await;
    if call.firing.has(&Action::CloseBeforeEffect) {
        return Outcome::Closed;
    }
    if let Some(refusal) = call.firing.refusal() {
        return Outcome::Answer(refused(refusal));
    }
    let answer = effect(&mut sandbox.world(), call);
    sandbox.wake();
    wait(call.firing.answer_delay()).await;
    if call.firing.has(&Action::CloseAfterEffect) {
        return Outcome::Closed;
    }
    if let Some(refusal) = call.firing.refusal_after_effect() {
        return Outcome::Answer(refused(refusal));
    }
    if call.firing.has(&Action::CutBody) {
        return Outcome::CutBody(answer);
    }
    if call.firing.has(&Action::InvalidJson) {
        return Outcome::HalfBody(answer);
    }
    Outcome::Answer(answer)
}

async fn wait(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

fn effect(world: &mut World, call: &Call) -> Answer {
    if call.route.kind().writes() {
        world.counters.mutating_calls += 1;
    }
    world.advance(call.now);
    let answer = handlers::answer(world, call).unwrap_or_else(Answer::from);
    for action in &call.firing.actions {
        if let Action::Drift { delete, insert } = action {
            world.drift(*delete, *insert, call.now);
        }
    }
    answer
}

fn refused(refusal: &Refusal) -> Answer {
    let message = refusal.message.clone().unwrap_or_else(|| usual_message(refusal.status).to_owned());
    let mut answer = Answer::from(ApiError::new(refusal.status, message));
    if refusal.html {
        let status = refusal.status;
        answer.body = AnswerBody::Html(format!("<html><body><h1>{status}</h1><hr>nginx</body></html>\n"));
    }
    answer.retry_after = refusal.retry_after;
    answer
}

fn usual_message(status: u16) -> &'static str {
    match status {
        401 => "Invalid API key or secret",
        403 => "Your plan or role does not include this feature",
        404 => "The requested resource does not exist",
        429 => "Rate limit exceeded. Please retry later.",
        503 => "Service under maintenance",
        _ => "Something went wrong",
    }
}

/// Turns an outcome into a response with the documented headers, and logs it.
fn finish(sandbox: &Sandbox, number: u64, outcome: Outcome) -> Response<Body> {
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
    let now_ms = sandbox.now().as_millisecond();
    let mut world = sandbox.world();
    world.log.answered(number, response.status().as_u16());
    if world.settings.rate_limit_headers {
        let limit = world.settings.request_limit();
        let quota = world.limiter.quota(now_ms, limit);
        let headers = response.headers_mut();
        headers.insert("x-ratelimit-limit", HeaderValue::from(quota.limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(quota.remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(quota.reset));
    }
    response
}
