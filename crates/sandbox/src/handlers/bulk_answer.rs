//! The summary of a bulk call, in each of the shapes the documents leave open.
//!
//! Documented is only that there is a summary of created, updated and failed.

use serde_json::{Map, Value, json};

use crate::answers::{Answer, ApiError, error_code};
use crate::choices::{BulkFailures, BulkPlace, BulkRows, Choices};
use crate::contact::Contact;

/// What became of one row.
#[derive(Debug)]
pub(super) enum Outcome {
    Created(Contact),
    Updated(Contact),
    Failed(ApiError),
}

/// The answer for `rows`, given what became of each.
pub(super) fn summary(rows: &[Value], outcomes: &[Outcome], choices: &Choices) -> Answer {
    let mut figures = Map::new();
    let created =
        outcomes.iter().filter_map(|outcome| if let Outcome::Created(row) = outcome { Some(row) } else { None });
    let updated =
        outcomes.iter().filter_map(|outcome| if let Outcome::Updated(row) = outcome { Some(row) } else { None });
    figures.insert("created".to_owned(), worked(created, choices));
    figures.insert("updated".to_owned(), worked(updated, choices));
    add_failures(&mut figures, rows, outcomes, choices.bulk_failures);

    let mut body = Map::from_iter([("status".to_owned(), Value::from("success"))]);
    match choices.bulk_place {
        BulkPlace::Top => body.extend(figures),
        BulkPlace::Data => {
            body.insert("data".to_owned(), figures.into());
        }
        BulkPlace::Summary => {
            body.insert("summary".to_owned(), figures.into());
        }
        BulkPlace::Nowhere => {
            body.insert("message".to_owned(), "Contacts processed".into());
        }
    }
    Answer::json(body.into())
}

fn worked<'a>(contacts: impl Iterator<Item = &'a Contact>, choices: &Choices) -> Value {
    match choices.bulk_rows {
        BulkRows::Counts => contacts.count().into(),
        BulkRows::Contacts => contacts.map(|contact| Value::Object(contact.to_json(choices.empty_fields))).collect(),
    }
}

fn add_failures(figures: &mut Map<String, Value>, rows: &[Value], outcomes: &[Outcome], shape: BulkFailures) {
    let failed = outcomes.iter().enumerate().filter_map(|(index, outcome)| match outcome {
        Outcome::Failed(error) => Some((index, &rows[index]["phone"], error)),
        Outcome::Created(_) | Outcome::Updated(_) => None,
    });
    let named: Vec<Value> = failed
        .map(|(index, phone, error)| {
            let (message, code) = (&error.message, error_code(error.status));
            match shape {
                BulkFailures::ByIndex => {
                    json!({"index": index, "message": message, "error_code": code})
                }
                BulkFailures::ByPhone => {
                    json!({"phone": phone, "message": message, "error_code": code})
                }
                BulkFailures::FailedList | BulkFailures::Unnamed => {
                    json!({"index": index, "phone": phone, "message": message, "error_code": code})
                }
            }
        })
        .collect();
    let failed = match shape {
        BulkFailures::FailedList => Value::from(named),
        BulkFailures::Unnamed => named.len().into(),
        BulkFailures::ByIndex | BulkFailures::ByPhone => {
            let count = named.len().into();
            figures.insert("errors".to_owned(), named.into());
            count
        }
    };
    figures.insert("failed".to_owned(), failed);
}
