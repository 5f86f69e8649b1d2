//! `/_sandbox/…`: looks inside an account in another process, and acts as a user of the CRM.
//!
//! | path | methods |
//! |---|---|
//! | `settings` | GET; PUT changes what is given |
//! | `faults` | GET; PUT replaces all; POST adds one; DELETE clears |
//! | `log`, `counters` | GET |
//! | `counters/reset` | POST empties the log too |
//! | `contacts` | GET; POST adds one or a list, each an object of properties |
//! | `contacts/people` | POST adds made-up ones: `{"count": 1000, "seed": 1}` |
//! | `contacts/archived` | GET |
//! | `contacts/{id}` | GET; PUT sets properties as a user does in the pages; DELETE archives |
//! | `contacts/{id}/restore` | POST |
//! | `contacts/{id}/reformat` | POST saves it in the pages: numbers get their form |
//! | `contacts/{id}/merge/{other}` | POST merges the other one into it: a new contact |
//! | `calls` | GET |
//! | `properties` | GET; POST defines one for contacts |
//! | `properties/{name}` | DELETE |
//! | `quota` | PUT leaves so many requests for today: `{"left": 10}` |
//! | `state` | GET and PUT: contacts, calls, properties and merges, as in a file |
//!
//! These calls need no token and are not limited, faulted, logged or counted. None of them touches the disk.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use super::LogEntry;
use super::counters::Counters;
use super::faults::Fault;
use super::handle::HubSpot;
use super::object::Object;
use super::property::Property;
use super::route::ObjectKind;
use super::settings::Settings;
use super::snapshot::Snapshot;
use crate::control::{Failed, invalid, merged, no_contact, unknown};

type Handle = State<HubSpot>;
type Properties = BTreeMap<String, String>;

pub(crate) fn router() -> Router<HubSpot> {
    Router::new()
        .route("/_sandbox/settings", get(settings).put(change_settings))
        .route("/_sandbox/faults", get(faults).put(replace_faults).post(add_fault).delete(clear_faults))
        .route("/_sandbox/log", get(log))
        .route("/_sandbox/counters", get(counters))
        .route("/_sandbox/counters/reset", post(reset_counters))
        .route("/_sandbox/contacts", get(contacts).post(insert))
        .route("/_sandbox/contacts/people", post(insert_people))
        .route("/_sandbox/contacts/archived", get(archived))
        .route("/_sandbox/contacts/{id}", get(contact).put(edit).delete(archive))
        .route("/_sandbox/contacts/{id}/restore", post(restore))
        .route("/_sandbox/contacts/{id}/reformat", post(reformat))
        .route("/_sandbox/contacts/{id}/merge/{other}", post(merge))
        .route("/_sandbox/calls", get(calls))
        .route("/_sandbox/properties", get(properties).post(define))
        .route("/_sandbox/properties/{name}", delete(undefine))
        .route("/_sandbox/quota", put(leave_today))
        .route("/_sandbox/state", get(save).put(load))
        .route("/_sandbox/{*unknown}", get(unknown).fallback(unknown))
        .layer(axum::extract::DefaultBodyLimit::disable())
}

async fn settings(State(hubspot): Handle) -> Json<Settings> {
    Json(hubspot.settings())
}

/// Changes the settings that are given; the others stay.
async fn change_settings(State(hubspot): Handle, Json(given): Json<Value>) -> Result<Json<Settings>, Failed> {
    let settings: Settings = merged(&hubspot.settings(), given)?;
    hubspot.change_settings(|now| *now = settings.clone());
    Ok(Json(settings))
}

async fn faults(State(hubspot): Handle) -> Json<Vec<Fault>> {
    Json(hubspot.faults())
}

/// Switches these faults on and all others off.
async fn replace_faults(State(hubspot): Handle, Json(faults): Json<Vec<Fault>>) -> Json<Vec<Fault>> {
    hubspot.clear_faults();
    for fault in faults {
        hubspot.add_fault(fault);
    }
    Json(hubspot.faults())
}

async fn add_fault(State(hubspot): Handle, Json(fault): Json<Fault>) -> Json<Vec<Fault>> {
    hubspot.add_fault(fault);
    Json(hubspot.faults())
}

async fn clear_faults(State(hubspot): Handle) -> StatusCode {
    hubspot.clear_faults();
    StatusCode::NO_CONTENT
}

async fn log(State(hubspot): Handle) -> Json<Vec<LogEntry>> {
    Json(hubspot.log())
}

async fn counters(State(hubspot): Handle) -> Json<Counters> {
    Json(hubspot.counters())
}

async fn reset_counters(State(hubspot): Handle) -> StatusCode {
    hubspot.reset_counters();
    StatusCode::NO_CONTENT
}

async fn contacts(State(hubspot): Handle) -> Json<Vec<Object>> {
    Json(hubspot.contacts())
}

async fn archived(State(hubspot): Handle) -> Json<Vec<Object>> {
    Json(hubspot.archived_contacts())
}

async fn contact(State(hubspot): Handle, Path(id): Path<u64>) -> Result<Json<Object>, Failed> {
    found(id, hubspot.contact(id))
}

/// One new contact, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum New {
    One(Properties),
    Several(Vec<Properties>),
}

async fn insert(State(hubspot): Handle, Json(new): Json<New>) -> (StatusCode, Json<Vec<Object>>) {
    let new = match new {
        New::One(one) => vec![one],
        New::Several(several) => several,
    };
    let made = new.into_iter().map(|properties| hubspot.insert(properties)).collect();
    (StatusCode::CREATED, Json(made))
}

#[derive(Deserialize)]
struct People {
    count: usize,
    #[serde(default)]
    seed: u64,
}

async fn insert_people(State(hubspot): Handle, Json(people): Json<People>) -> StatusCode {
    hubspot.insert_people(people.count, people.seed);
    StatusCode::CREATED
}

async fn edit(
    State(hubspot): Handle,
    Path(id): Path<u64>,
    Json(given): Json<Properties>,
) -> Result<Json<Object>, Failed> {
    found(id, hubspot.edit_as_user(id, given))
}

async fn archive(State(hubspot): Handle, Path(id): Path<u64>) -> Result<Json<Object>, Failed> {
    found(id, hubspot.archive(id))
}

async fn restore(State(hubspot): Handle, Path(id): Path<u64>) -> Result<Json<Object>, Failed> {
    found(id, hubspot.restore(id))
}

async fn reformat(State(hubspot): Handle, Path(id): Path<u64>) -> Result<Json<Object>, Failed> {
    found(id, hubspot.reformat_phones(id))
}

async fn merge(State(hubspot): Handle, Path((id, other)): Path<(u64, u64)>) -> Result<Json<Object>, Failed> {
    found(id, hubspot.merge(id, other))
}

async fn calls(State(hubspot): Handle) -> Json<Vec<Object>> {
    Json(hubspot.calls())
}

async fn properties(State(hubspot): Handle) -> Json<Vec<Property>> {
    Json(hubspot.properties(ObjectKind::Contacts))
}

async fn define(State(hubspot): Handle, Json(property): Json<Property>) -> (StatusCode, Json<Property>) {
    hubspot.define(ObjectKind::Contacts, property.clone());
    (StatusCode::CREATED, Json(property))
}

async fn undefine(State(hubspot): Handle, Path(name): Path<String>) -> Result<Json<Property>, Failed> {
    let gone = hubspot.undefine(ObjectKind::Contacts, &name);
    gone.map(Json).ok_or_else(|| Failed(StatusCode::NOT_FOUND, format!("there is no property {name}")))
}

#[derive(Deserialize)]
struct Quota {
    left: u64,
}

async fn leave_today(State(hubspot): Handle, Json(quota): Json<Quota>) -> StatusCode {
    hubspot.leave_today(quota.left);
    StatusCode::NO_CONTENT
}

async fn save(State(hubspot): Handle) -> Json<Snapshot> {
    Json(hubspot.snapshot())
}

async fn load(State(hubspot): Handle, Json(snapshot): Json<Snapshot>) -> Result<StatusCode, Failed> {
    hubspot.restore_snapshot(snapshot).map_err(invalid)?;
    Ok(StatusCode::NO_CONTENT)
}

fn found(id: u64, object: Option<Object>) -> Result<Json<Object>, Failed> {
    object.map(Json).ok_or_else(|| no_contact(id))
}
