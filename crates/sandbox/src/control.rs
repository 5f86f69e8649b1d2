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
//! | `state` | GET and PUT: contacts, next id and custom-field definitions, as in a file |
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
        .route("/_sandbox/state", get(save).put(load))
        .route("/_sandbox/{*unknown}", get(unknown).fallback(unknown))
        .layer(axum::extract::DefaultBodyLimit::disable())
}

/// Why a control call failed, for a person to read.
struct Failed(StatusCode, String);

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

fn invalid(error: impl std::error::Error) -> Failed {
    Failed(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
}

fn no_contact(id: u64) -> Failed {
    Failed(StatusCode::NOT_FOUND, format!("there is no contact {id}"))
}

async fn unknown() -> Failed {
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

async fn save(State(sandbox): Handle) -> Json<Snapshot> {
    Json(sandbox.snapshot())
}

async fn load(State(sandbox): Handle, Json(snapshot): Json<Snapshot>) -> Result<StatusCode, Failed> {
    sandbox.restore(snapshot).map_err(invalid)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A value with the given parts of its JSON in place of its own.
fn merged<T: Serialize + DeserializeOwned>(now: &T, given: Value) -> Result<T, Failed> {
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
