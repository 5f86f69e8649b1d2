//! `POST …/batch/update`. Records that are not there make the answer mixed; a bad value refuses all rows, unless the
//! account answers row by row (a setting) and every row has a trace id.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::batch::{self, find, is_traced};
use super::batch_answer::BatchAnswer;
use super::given::{Given, checked};
use super::writer::Writer;
use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::record::{Changes, Record};
use crate::hubspot::route::ObjectKind;
use crate::hubspot::show::Wanted;
use crate::hubspot::world::World;

#[derive(Deserialize)]
struct Body {
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    id: String,
    properties: Given,
    #[serde(default)]
    id_property: Option<String>,
    #[serde(default)]
    object_write_trace_id: Option<String>,
}

pub(super) fn answer(world: &mut World, call: &Call, kind: ObjectKind) -> Result<Answer, ApiError> {
    let body: Body = call.json()?;
    batch::check_size(body.inputs.len(), batch::MOST)?;
    refuse_duplicates(&body.inputs)?;
    let traced = is_traced(body.inputs.iter().map(|input| input.object_write_trace_id.as_deref()))?;
    if !(traced && world.settings.multi_status_updates) {
        for input in &body.inputs {
            input.checked(world, kind)?;
        }
    }
    let mut answer = BatchAnswer::new(world, call, kind);
    let mut writer = Writer::new(world, call, kind);
    for (input, row) in body.inputs.iter().zip(1..) {
        let trace = input.object_write_trace_id.as_deref();
        let checked = match call.firing.fails(row) {
            Some(message) => Err(ApiError::invalid(message)),
            None => input.checked(writer.world, kind),
        };
        let done = checked.and_then(|(record, changes)| match record {
            None => Ok(None),
            Some(record) => {
                let wanted = Wanted::written(changes.keys().map(|name| &**name), kind);
                writer.update(&record, changes).map(|updated| Some(wanted.show(&updated)))
            }
        });
        match done {
            Err(error) => answer.refused(&error, Some(&input.id), trace),
            Ok(None) => answer.not_found(&input.id, trace),
            Ok(Some(shown)) => answer.done(shown, trace),
        }
    }
    Ok(answer.into_answer(200))
}

impl Input {
    /// The record, if it is there, and what to change about it.
    fn checked(&self, world: &World, kind: ObjectKind) -> Result<(Option<Arc<Record>>, Changes), ApiError> {
        let collection = world.collection(kind);
        let record = find(collection, &self.id, self.id_property.as_deref())?;
        let changes = checked(&self.properties, collection, world.settings.portal_id)?;
        if let Some(record) = &record
            && let Some((property, value, holder)) = collection.conflict(&changes, Some(record.id))
        {
            return Err(ApiError::taken(property, value, Some(record.id), holder));
        }
        Ok((record, changes))
    }
}

fn refuse_duplicates(inputs: &[Input]) -> Result<(), ApiError> {
    let mut seen = BTreeSet::new();
    let twice: BTreeSet<&String> = inputs.iter().map(|input| &input.id).filter(|id| !seen.insert(*id)).collect();
    let twice: Vec<String> = twice.into_iter().cloned().collect();
    if twice.is_empty() { Ok(()) } else { Err(ApiError::duplicate_ids(&twice)) }
}
