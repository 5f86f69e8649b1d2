//! Empties fields: by null, by an empty text, or not at all, whichever the account turns out to take.
//!
//! Found out on the first field that is to be emptied, and remembered. It does *not* decide that a field should be.

use crate::client::{CallError, Client};
use crate::draft::{self, ClearForm, Set};
use crate::learned::Clearing;
use connector::Progress;
use model::{Cell, FieldId, Record};

/// The form to try first; none where nothing works.
pub(crate) fn first_form(client: &Client) -> Option<ClearForm> {
    match client.learned.clearing() {
        None => Some(ClearForm::Null),
        Some(Clearing::By(form)) => Some(form),
        Some(Clearing::Impossible) => None,
    }
}

/// The fields that were to be emptied and are not.
pub(crate) fn resisting(set: &Set, record: &Record) -> Vec<(FieldId, String)> {
    let full = |field: &FieldId| matches!(record.cell(field.index()), Cell::Value(_));
    set.iter().filter(|(field, text)| text.is_empty() && full(field)).cloned().collect()
}

/// Takes note of what the record shows after a try, and tries the other form where that one did nothing. Gives the
/// record as it is then.
pub(crate) async fn follow_up(
    client: &Client,
    set: &Set,
    tried: ClearForm,
    record: Record,
    progress: &dyn Progress,
) -> Result<Record, CallError> {
    if !set.iter().any(|(_, text)| text.is_empty()) {
        return Ok(record);
    }
    let left = resisting(set, &record);
    if left.is_empty() {
        client.learned.learn_clearing(Clearing::By(tried));
        return Ok(record);
    }
    if client.learned.clearing().is_some() || tried == ClearForm::Empty {
        return Ok(record); // what works elsewhere does not work for this field
    }
    let body = draft::partial(&client.converter, Some(&record), &left, ClearForm::Empty);
    match client.put(record.id.as_str(), &body, progress).await {
        Ok(_) | Err(CallError::Api(_)) => {}
        Err(error) => return Err(error),
    }
    let now = client.get(record.id.as_str(), progress).await?;
    let works = resisting(&left, &now).is_empty();
    client.learned.learn_clearing(if works { Clearing::By(ClearForm::Empty) } else { Clearing::Impossible });
    Ok(now)
}
