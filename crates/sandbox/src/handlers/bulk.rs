//! `POST /v2/contacts/bulk`: up to 5,000 contacts, matched to existing ones by phone (documented).
//!
//! What its answer looks like is `bulk_answer`'s business.

use serde_json::Value;

use super::bulk_answer::{Outcome, summary};
use crate::answers::{Answer, ApiError};
use crate::call::Call;
use crate::change::Change;
use crate::choices::{BadBulkRow, TooManyRows};
use crate::contact::Field;
use crate::save::Writer;
use crate::validation;
use crate::world::World;

const MOST_ROWS: usize = 5_000;

pub(super) fn answer(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let choices = world.settings.choices.clone();
    let body = validation::object(&call.body)?;
    let Some(Value::Array(rows)) = body.get("contacts") else {
        return Err(ApiError::bad_request("The contacts field is required and must be an array"));
    };
    if rows.len() > MOST_ROWS {
        let status = if choices.bulk_too_many_rows == TooManyRows::TooLarge { 413 } else { 422 };
        return Err(ApiError::new(status, format!("The contacts field must not have more than {MOST_ROWS} items")));
    }

    let mut writer = Writer::new(world, call);
    let changes: Vec<Result<Change, ApiError>> = rows.iter().map(|row| read(&writer, row)).collect();
    if choices.bulk_bad_row == BadBulkRow::FailsAll {
        refuse_all_for_one(&changes)?;
    }
    let outcomes = changes.into_iter().map(|change| match change {
        Ok(change) => write(&mut writer, &change, choices.bulk_omitted),
        Err(error) => Outcome::Failed(error),
    });
    let outcomes: Vec<Outcome> = outcomes.collect();
    Ok(summary(rows, &outcomes, &choices))
}

/// Reads and checks one row.
fn read(writer: &Writer, row: &Value) -> Result<Change, ApiError> {
    let row = row.as_object().ok_or_else(|| ApiError::invalid("A contact must be an object"))?;
    let mut change = validation::change(row)?;
    validation::require(&change, &[Field::Phone])?;
    writer.prepare(&mut change)?;
    Ok(change)
}

/// Writes one row. A phone that an earlier row of the same call made is updated by this one.
fn write(writer: &mut Writer, change: &Change, omitted: crate::choices::BulkOmitted) -> Outcome {
    match change.phone().and_then(|phone| writer.find(phone)) {
        Some(before) => Outcome::Updated(writer.update(&before, change, omitted)),
        None => Outcome::Created(writer.create(change)),
    }
}

fn refuse_all_for_one(changes: &[Result<Change, ApiError>]) -> Result<(), ApiError> {
    let bad = changes.iter().enumerate().find_map(|(index, change)| Some((index, change.as_ref().err()?)));
    match bad {
        Some((index, error)) => Err(ApiError::invalid(format!("contacts.{index}: {}", error.message))),
        None => Ok(()),
    }
}
