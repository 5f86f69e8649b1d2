//! `/_sandbox/…`: looks inside a sandbox in another process and changes how it behaves.
//!
//! | path | methods |
//! |---|---|
//! | `settings` | GET; PUT changes what is given |
//! | `faults` | GET; PUT replaces all; POST adds one; DELETE clears |
//! | `log`, `counters` | GET |
//! | `counters/reset` | POST empties the log too |
//! | `contacts` | GET; POST |
//! | `contacts/{id}` | GET; PUT changes what is given; DELETE |
//! | `calls` | GET; POST |
//! | `calls/{id}` | GET; PUT changes what is given; DELETE |
//! | `calls/generate` | POST adds a made-up history |
//! | `deliveries` | GET: callbacks and webhooks, sent or waiting; POST sends what is due |
//! | `state` | GET and PUT: contacts, next id, custom-field definitions and calls, as in a file |
//!
//! These calls need no credentials and are not limited, faulted, logged or counted. None of them touches the disk.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::calls::{CallHistory, Delivery, PhoneCall};
use crate::contact::{Contact, NewContact};
use crate::faults::Fault;
use crate::log::{Counters, LogEntry};
use crate::persistence::Snapshot;
use crate::sandbox::Sandbox;
use crate::settings::Settings;

type Handle = State<Sandbox>;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/_sandbox/settings", get(settings).put(change_settings))
        .route("/_sandbox/faults", get(faults).put(replace_faults).post(add_fault).delete(clear_faults))
        .route("/_sandbox/log", get(log))
        .route("/_sandbox/counters", get(counters))
        .route("/_sandbox/counters/reset", post(reset_counters))
        .route("/_sandbox/contacts", get(contacts).post(insert))
        .route("/_sandbox/contacts/{id}", get(contact).put(edit).delete(delete))
        .route("/_sandbox/calls", get(calls).post(add_call))
        .route("/_sandbox/calls/generate", post(make_history))
        .route("/_sandbox/calls/{id}", get(call).put(edit_call).delete(delete_call))
        .route("/_sandbox/deliveries", get(deliveries).post(deliver))
        .route("/_sandbox/state", get(save).put(load))
        .route("/_sandbox/{*unknown}", get(unknown).fallback(unknown))
        .layer(axum::extract::DefaultBodyLimit::disable())
}

/// Why a control call failed, for a person to read.
pub(crate) struct Failed(pub(crate) StatusCode, pub(crate) String);

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

pub(crate) fn invalid(error: impl std::error::Error) -> Failed {
    Failed(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
}

pub(crate) fn no_contact(id: u64) -> Failed {
    Failed(StatusCode::NOT_FOUND, format!("there is no contact {id}"))
}

pub(crate) async fn unknown() -> Failed {
    Failed(StatusCode::NOT_FOUND, "there is no such control call".to_owned())
}

async fn settings(State(sandbox): Handle) -> Json<Settings> {
    Json(sandbox.settings())
}

/// Changes the settings that are given; the others stay.
async fn change_settings(State(sandbox): Handle, Json(given): Json<Value>) -> Result<Json<Settings>, Failed> {
    let settings: Settings = merged(&sandbox.settings(), given)?;
    sandbox.change_settings(|now| *now = settings.clone());
    Ok(Json(settings))
}

async fn faults(State(sandbox): Handle) -> Json<Vec<Fault>> {
    Json(sandbox.faults())
}

/// Switches these faults on and all others off.
async fn replace_faults(State(sandbox): Handle, Json(faults): Json<Vec<Fault>>) -> Json<Vec<Fault>> {
    sandbox.clear_faults();
    for fault in faults {
        sandbox.add_fault(fault);
    }
    Json(sandbox.faults())
}

async fn add_fault(State(sandbox): Handle, Json(fault): Json<Fault>) -> Json<Vec<Fault>> {
    sandbox.add_fault(fault);
    Json(sandbox.faults())
}

async fn clear_faults(State(sandbox): Handle) -> StatusCode {
    sandbox.clear_faults();
    StatusCode::NO_CONTENT
}

async fn log(State(sandbox): Handle) -> Json<Vec<LogEntry>> {
    Json(sandbox.log())
}

async fn counters(State(sandbox): Handle) -> Json<Counters> {
    Json(sandbox.counters())
}

async fn reset_counters(State(sandbox): Handle) -> StatusCode {
    sandbox.reset_counters();
    StatusCode::NO_CONTENT
}

async fn contacts(State(sandbox): Handle) -> Json<Vec<Contact>> {
    Json(sandbox.contacts())
}

async fn contact(State(sandbox): Handle, Path(id): Path<u64>) -> Result<Json<Contact>, Failed> {
    sandbox.contact(id).map(Json).ok_or_else(|| no_contact(id))
}

async fn insert(State(sandbox): Handle, Json(new): Json<NewContact>) -> (StatusCode, Json<Contact>) {
    (StatusCode::CREATED, Json(sandbox.insert(new)))
}

/// Changes the fields that are given; the others stay.
async fn edit(State(sandbox): Handle, Path(id): Path<u64>, Json(given): Json<Value>) -> Result<Json<Contact>, Failed> {
    let before = sandbox.contact(id).ok_or_else(|| no_contact(id))?;
    let after: Contact = merged(&before, given)?;
    sandbox.edit(id, |contact| *contact = after).map(Json).ok_or_else(|| no_contact(id))
}

async fn delete(State(sandbox): Handle, Path(id): Path<u64>) -> Result<Json<Contact>, Failed> {
    sandbox.delete(id).map(Json).ok_or_else(|| no_contact(id))
}

fn no_call(id: &str) -> Failed {
    Failed(StatusCode::NOT_FOUND, format!("there is no call {id}"))
}

async fn calls(State(sandbox): Handle) -> Json<Vec<PhoneCall>> {
    Json(sandbox.calls())
}

async fn call(State(sandbox): Handle, Path(id): Path<String>) -> Result<Json<PhoneCall>, Failed> {
    sandbox.call(&id).map(Json).ok_or_else(|| no_call(&id))
}

/// Adds a call; what is left out is as in a plain call of now.
async fn add_call(State(sandbox): Handle, Json(given): Json<Value>) -> Result<(StatusCode, Json<PhoneCall>), Failed> {
    let now = crate::world::whole_second(sandbox.now());
    let plain = json!({
        "call_id": "", "direction": "inbound", "from": "", "to": "", "status": "completed",
        "started_at": now, "ended_at": now,
    });
    let call: PhoneCall = merged(&plain, given)?;
    Ok((StatusCode::CREATED, Json(sandbox.add_call(call))))
}

/// Changes what is given; notes, dispositions and recordings come late.
async fn edit_call(
    State(sandbox): Handle,
    Path(id): Path<String>,
    Json(given): Json<Value>,
) -> Result<Json<PhoneCall>, Failed> {
    let before = sandbox.call(&id).ok_or_else(|| no_call(&id))?;
    let after: PhoneCall = merged(&before, given)?;
    sandbox.edit_call(&id, |call| *call = after).map(Json).ok_or_else(|| no_call(&id))
}

async fn delete_call(State(sandbox): Handle, Path(id): Path<String>) -> Result<Json<PhoneCall>, Failed> {
    sandbox.delete_call(&id).map(Json).ok_or_else(|| no_call(&id))
}

async fn make_history(State(sandbox): Handle, Json(history): Json<CallHistory>) -> Json<Value> {
    sandbox.make_history(&history);
    Json(json!({"calls": sandbox.call_count()}))
}

async fn deliveries(State(sandbox): Handle) -> Json<Vec<Delivery>> {
    Json(sandbox.deliveries())
}

async fn deliver(State(sandbox): Handle) -> Json<Value> {
    Json(json!({"tried": sandbox.deliver_due().await}))
}

async fn save(State(sandbox): Handle) -> Json<Snapshot> {
    Json(sandbox.snapshot())
}

async fn load(State(sandbox): Handle, Json(snapshot): Json<Snapshot>) -> Result<StatusCode, Failed> {
    sandbox.restore(snapshot).map_err(invalid)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A value with the given parts of its JSON in place of its own.
pub(crate) fn merged<T: DeserializeOwned>(now: &impl Serialize, given: Value) -> Result<T, Failed> {
    let mut json = serde_json::to_value(now).map_err(invalid)?;
    merge(&mut json, given);
    serde_json::from_value(json).map_err(invalid)
}

fn merge(into: &mut Value, given: Value) {
    match (into, given) {
        (Value::Object(into), Value::Object(given)) => {
            for (key, value) in given {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, given) => *into = given,
    }
}
