//! `POST …/batch/create`. With a trace id in every row the answer is mixed; without, one bad row refuses all.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::batch::{self, is_traced};
use super::batch_answer::BatchAnswer;
use super::create::New;
use super::writer::Writer;
use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::record::Changes;
use crate::hubspot::route::ObjectKind;
use crate::hubspot::show::Wanted;
use crate::hubspot::world::World;

#[derive(Deserialize)]
struct Body {
    inputs: Vec<New>,
}

pub(super) fn answer(world: &mut World, call: &Call, kind: ObjectKind) -> Result<Answer, ApiError> {
    let body: Body = call.json()?;
    batch::check_size(body.inputs.len(), batch::MOST)?;
    if !is_traced(body.inputs.iter().map(|new| new.object_write_trace_id.as_deref()))? {
        check_all(world, kind, &body.inputs)?;
    }
    let mut answer = BatchAnswer::new(world, call, kind);
    let mut writer = Writer::new(world, call, kind);
    for (new, row) in body.inputs.iter().zip(1..) {
        let trace = new.object_write_trace_id.as_deref();
        let checked = match call.firing.fails(row) {
            Some(message) => Err(ApiError::invalid(message)),
            None => new.checked(writer.world, kind),
        };
        match checked {
            Err(error) => answer.refused(&error, None, trace),
            Ok((changes, contacts)) => {
                let wanted = Wanted::written(changes.keys().map(|name| &**name), kind);
                let made = writer.create(changes, contacts);
                answer.done(wanted.show(&made), trace);
            }
        }
    }
    Ok(answer.into_answer(201))
}

/// Refuses the whole batch if one row is bad, or if two rows have the same unique value.
fn check_all(world: &World, kind: ObjectKind, inputs: &[New]) -> Result<(), ApiError> {
    let mut seen = BTreeSet::new();
    for new in inputs {
        let (changes, _) = new.checked(world, kind)?;
        for value in unique_values(world, kind, &changes) {
            if !seen.insert(value.clone()) {
                return Err(ApiError::invalid(format!("Duplicate {} found in batch input: {}", value.0, value.1)));
            }
        }
    }
    Ok(())
}

fn unique_values(world: &World, kind: ObjectKind, changes: &Changes) -> Vec<(String, String)> {
    let is_unique = |name: &str| world.collection(kind).definition(name).is_some_and(|(_, property)| property.unique);
    let given = changes.iter().filter(|(name, value)| !value.is_empty() && is_unique(name));
    given.map(|(name, value)| (name.to_string(), value.clone())).collect()
}
