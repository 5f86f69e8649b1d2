//! What the calls about many records have in common: their size, and how a row names its record.

use std::sync::Arc;

use crate::hubspot::collection::Collection;
use crate::hubspot::errors::ApiError;
use crate::hubspot::record::Record;

/// Rows of one request (documented).
pub(super) const MOST: usize = 100;

pub(super) fn check_size(rows: usize, most: usize) -> Result<(), ApiError> {
    match rows {
        0 => Err(ApiError::invalid("Invalid input: inputs must not be empty")),
        rows if rows > most => {
            let message = format!("The maximum number of inputs supported in a batch request is {most}, not {rows}");
            Err(ApiError::invalid(message))
        }
        _ => Ok(()),
    }
}

/// The live record that an id names, by a unique property if one is given.
pub(super) fn find(
    collection: &Collection,
    id: &str,
    id_property: Option<&str>,
) -> Result<Option<Arc<Record>>, ApiError> {
    let Some(property) = id_property.filter(|property| *property != "hs_object_id") else {
        return Ok(id.parse().ok().and_then(|id| collection.follow(id)).cloned());
    };
    let unique = collection.definition(property).filter(|(_, property)| property.unique);
    let (name, _) = unique.ok_or_else(|| ApiError::invalid(format!("{property} is not a unique property")))?;
    let value = if property == "email" { id.to_lowercase() } else { id.to_owned() };
    let holder = collection.holder(name, &value);
    Ok(holder.and_then(|id| collection.follow(id)).cloned())
}

/// The trace ids of a batch, if all rows have one: only then is the answer mixed. They must differ.
pub(super) fn is_traced<'a>(traces: impl Iterator<Item = Option<&'a str>>) -> Result<bool, ApiError> {
    let mut seen = std::collections::BTreeSet::new();
    let mut all = true;
    for trace in traces {
        match trace {
            None => all = false,
            Some(trace) if !seen.insert(trace) => {
                return Err(ApiError::invalid(format!("Duplicate objectWriteTraceId found in batch input: {trace}")));
            }
            Some(_) => {}
        }
    }
    Ok(all)
}
