//! `POST /crm/v3/objects/contacts/batch/{read,create,update,archive}`: up to 100 rows. Answers may be mixed (207), their
//! rows in any order.

use super::{Contact, Repeat, Request, named, success};
use crate::dialect::Dialect;
use crate::error::{ApiError, Words};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The answer to a batch.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Batch {
    /// Rows that were done.
    pub results: Vec<Contact>,
    /// What was refused; one of them may be about several rows.
    pub errors: Vec<Words>,
}

/// A row to create or update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whom to update; none to create.
    pub id: Option<String>,
    /// Names the row in the answer.
    pub trace: String,
    /// Property and value; "" clears.
    pub properties: Vec<(String, String)>,
}

/// Asks for these contacts.
pub fn prepare_read(dialect: &Dialect, ids: &[&str], properties: &[String], archived: bool) -> Request {
    let inputs: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    let body = json!({"properties": properties, "inputs": inputs});
    let mut request = Request::post(dialect.contacts_call("batch/read"), &body, Repeat::Freely);
    if archived {
        request.query.push(("archived", "true".to_owned()));
    }
    request
}

/// Makes these contacts.
pub fn prepare_create(dialect: &Dialect, rows: &[Row]) -> Request {
    Request::post(dialect.contacts_call("batch/create"), &inputs(rows), Repeat::Never)
}

/// Changes these contacts.
pub fn prepare_update(dialect: &Dialect, rows: &[Row]) -> Request {
    Request::post(dialect.contacts_call("batch/update"), &inputs(rows), Repeat::Bounded)
}

/// Archives these contacts.
pub fn prepare_archive(dialect: &Dialect, ids: &[&str]) -> Request {
    let inputs: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    Request::post(dialect.contacts_call("batch/archive"), &json!({"inputs": inputs}), Repeat::Bounded)
}

/// The rows as a body has them.
pub(super) fn inputs(rows: &[Row]) -> Value {
    let input = |row: &Row| {
        let properties: Map<String, Value> =
            row.properties.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let mut input = json!({"objectWriteTraceId": row.trace, "properties": properties});
        if let Some(id) = &row.id {
            input["id"] = id.as_str().into();
        }
        input
    };
    json!({"inputs": rows.iter().map(input).collect::<Vec<_>>()})
}

/// Reads the answer; that of an archiving is empty.
pub fn parse(status: u16, body: &[u8]) -> Result<Batch, ApiError> {
    if status == 204 || ((200..300).contains(&status) && body.is_empty()) {
        return Ok(Batch::default());
    }
    let batch: Batch = success(status, body)?;
    named(&batch.results)?;
    Ok(batch)
}
