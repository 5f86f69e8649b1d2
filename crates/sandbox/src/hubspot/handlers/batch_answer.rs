//! The answer of a batch: rows that were done, rows that were not, in any order.

use serde_json::{Map, Value, json};

use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::route::ObjectKind;
use crate::hubspot::values::shown;
use crate::hubspot::world::World;
use crate::mix::scramble;

/// An answer that grows row by row.
pub(super) struct BatchAnswer {
    results: Vec<Value>,
    errors: Vec<Value>,
    /// Ids and trace ids of the rows whose record is not there.
    missing: Vec<(String, Option<String>)>,
    kind: ObjectKind,
    at: String,
    /// What the order follows from; `None` keeps that of the request.
    shuffle: Option<u64>,
}

impl BatchAnswer {
    pub(super) fn new(world: &World, call: &Call, kind: ObjectKind) -> Self {
        let salt = scramble(world.settings.seed ^ scramble(call.number));
        Self {
            results: Vec::new(),
            errors: Vec::new(),
            missing: Vec::new(),
            kind,
            at: shown(call.now),
            shuffle: world.settings.shuffle_batches.then_some(salt),
        }
    }

    /// A row that was done.
    pub(super) fn done(&mut self, mut row: Value, trace: Option<&str>) {
        if let Some(trace) = trace {
            row["objectWriteTraceId"] = trace.into();
        }
        self.results.push(row);
    }

    /// A row whose record is not there.
    pub(super) fn not_found(&mut self, id: &str, trace: Option<&str>) {
        self.missing.push((id.to_owned(), trace.map(str::to_owned)));
    }

    /// A row that was refused.
    pub(super) fn refused(&mut self, error: &ApiError, id: Option<&str>, trace: Option<&str>) {
        let mut context = Map::new();
        if let Some(id) = id {
            context.insert("ids".to_owned(), json!([id]));
        }
        if let Some(trace) = trace {
            context.insert("objectWriteTraceId".to_owned(), json!([trace]));
        }
        self.errors.push(error.row(&context));
    }

    /// The whole answer, with this status if there was no error.
    pub(super) fn into_answer(mut self, status: u16) -> Answer {
        if !self.missing.is_empty() {
            self.tell_missing();
        }
        if let Some(salt) = self.shuffle {
            shuffle(&mut self.results, salt);
            shuffle(&mut self.errors, scramble(salt));
        }
        let mut body = json!({"status": "COMPLETE", "startedAt": self.at, "completedAt": self.at});
        body["results"] = self.results.into();
        let failed = !self.errors.is_empty();
        if failed {
            body["numErrors"] = self.errors.len().into();
            body["errors"] = self.errors.into();
        }
        Answer { status: if failed { 207 } else { status }, ..Answer::json(body) }
    }

    /// One error tells of all records that are not there, as in the real service.
    fn tell_missing(&mut self) {
        let ids: Vec<&String> = self.missing.iter().map(|(id, _)| id).collect();
        let traces: Vec<&String> = self.missing.iter().filter_map(|(_, trace)| trace.as_ref()).collect();
        let mut context = Map::new();
        context.insert("ids".to_owned(), json!(ids));
        if !traces.is_empty() {
            context.insert("objectWriteTraceId".to_owned(), json!(traces));
        }
        self.errors.push(ApiError::no_objects(self.kind).row(&context));
    }
}

fn shuffle(rows: &mut [Value], salt: u64) {
    let mut keyed: Vec<(u64, Value)> =
        rows.iter_mut().zip(0..).map(|(row, at)| (scramble(salt ^ scramble(at)), row.take())).collect();
    keyed.sort_by_key(|(key, _)| *key);
    for (row, (_, value)) in rows.iter_mut().zip(keyed) {
        *row = value;
    }
}
