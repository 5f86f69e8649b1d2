//! `GET /crm/v3/objects/…/{id}` and `POST …/batch/read`. The id of a record that was merged into another finds that one.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::batch::{self, find};
use super::batch_answer::BatchAnswer;
use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::record::Record;
use crate::hubspot::route::ObjectKind;
use crate::hubspot::show::Wanted;
use crate::hubspot::world::World;

/// Rows of a batch that shows histories.
const MOST_WITH_HISTORY: usize = 50;

pub(super) fn one(world: &World, call: &Call, kind: ObjectKind, id: &str) -> Result<Answer, ApiError> {
    let wanted = Wanted::of_query(&call.query, world.collection(kind));
    let record = looked_up(world, call, kind, id, call.query.get("idProperty"))?;
    let record = record.ok_or_else(|| ApiError::no_object(id))?;
    Ok(Answer::json(wanted.show(&record)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    inputs: Vec<Input>,
    #[serde(default)]
    properties: Vec<String>,
    #[serde(default)]
    properties_with_history: Vec<String>,
    #[serde(default)]
    id_property: Option<String>,
}

#[derive(Deserialize)]
struct Input {
    id: String,
}

pub(super) fn batch(world: &World, call: &Call, kind: ObjectKind) -> Result<Answer, ApiError> {
    let body: Body = call.json()?;
    let wanted = Wanted::new(&body.properties, &body.properties_with_history, world.collection(kind));
    batch::check_size(body.inputs.len(), if wanted.has_history() { MOST_WITH_HISTORY } else { batch::MOST })?;
    let mut answer = BatchAnswer::new(world, call, kind);
    let mut seen = BTreeSet::new();
    for input in &body.inputs {
        match looked_up(world, call, kind, &input.id, body.id_property.as_deref())? {
            None => answer.not_found(&input.id, None),
            // Two ids of one record get one row.
            Some(record) => {
                if seen.insert(record.id) {
                    answer.done(wanted.show(&record), None);
                }
            }
        }
    }
    Ok(answer.into_answer(200))
}

fn looked_up(
    world: &World,
    call: &Call,
    kind: ObjectKind,
    id: &str,
    id_property: Option<&str>,
) -> Result<Option<Arc<Record>>, ApiError> {
    if call.query.flag("archived") {
        let found = id.parse().ok().and_then(|id| world.collection(kind).recoverable(id, call.now));
        return Ok(found.cloned());
    }
    find(world.collection(kind), id, id_property)
}
