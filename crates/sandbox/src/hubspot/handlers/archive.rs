//! `DELETE /crm/v3/objects/…/{id}` and `POST …/batch/archive`. What is not there is archived already: 204 all the same.

use serde::Deserialize;

use super::batch;
use super::writer::Writer;
use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::route::ObjectKind;
use crate::hubspot::world::World;

pub(super) fn one(world: &mut World, call: &Call, kind: ObjectKind, id: &str) -> Result<Answer, ApiError> {
    let id = id.parse().map_err(|_| ApiError::no_object(id))?;
    Writer::new(world, call, kind).archive(id);
    Ok(Answer::empty(204))
}

#[derive(Deserialize)]
struct Body {
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
struct Input {
    id: String,
}

pub(super) fn batch(world: &mut World, call: &Call, kind: ObjectKind) -> Result<Answer, ApiError> {
    let body: Body = call.json()?;
    batch::check_size(body.inputs.len(), batch::MOST)?;
    let mut writer = Writer::new(world, call, kind);
    for id in body.inputs.iter().filter_map(|input| input.id.parse().ok()) {
        writer.archive(id);
    }
    Ok(Answer::empty(204))
}
