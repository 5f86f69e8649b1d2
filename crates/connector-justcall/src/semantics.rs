//! Finds out, once per account and on one real contact, whether bulk keeps the fields that a row leaves out.
//!
//! The contact is one that is to be updated anyway. If its other fields are gone afterwards, they are put back at once.
//! It does *not* choose anything where the contact could not be put back whole.

use crate::client::{CallError, Client};
use crate::convert::{ApiName, Rest};
use crate::draft::{self, ClearForm};
use crate::json;
use crate::landed::landed;
use crate::rows::Row;
use crate::verdict::judge;
use connector::{Error, Progress, WriteResult};
use model::{Cell, OwnedCell, Record};

/// How the trial ended.
pub(crate) enum Trial {
    /// The write is done, or its outcome is not known.
    Ended(WriteResult),
    /// The write was not carried out: it goes on with the others.
    Open,
    /// The run ends.
    Stop(Error),
}

/// The row to try it on: one whose contact is known whole and has something to lose.
pub(crate) fn candidate(client: &Client, rows: &[Row<'_>]) -> Option<usize> {
    rows.iter().position(|row| {
        let Some(current) = &row.write.current else { return false };
        let plain = row.write.set.iter().all(|(field, _)| client.converter.custom_key(*field).is_none());
        plain && client.converter.is_whole(current) && !others(client, row, current).is_empty()
    })
}

/// Names of the fields that hold something and that the row leaves out.
fn others(client: &Client, row: &Row<'_>, record: &Record) -> Vec<String> {
    let converter = &client.converter;
    let rest = Rest::of(record, client.dialect);
    let synced = converter.fields().filter_map(|(field, name)| match name {
        ApiName::Plain(name) if field != converter.phone() && !row.write.set.iter().any(|(set, _)| *set == field) => {
            record.cell(field.index()).value().map(|_| name.clone())
        }
        _ => None,
    });
    let unsynced = rest.plain.iter().filter(|(_, raw)| matches!(json::cell(raw), OwnedCell::Value(_)));
    let mut names: Vec<String> = synced.chain(unsynced.map(|(name, _)| name.clone())).collect();
    let has_value = |raw: &serde_json::value::RawValue| matches!(json::cell(raw), OwnedCell::Value(_));
    let custom = rest.custom.iter().flatten().filter(|(_, raw)| has_value(raw));
    names.extend(custom.map(|(key, _)| format!("custom.{key}")));
    names
}

/// Sends one row with only what changes, reads the contact back, and puts back what is gone.
pub(crate) async fn learn(client: &Client, row: &Row<'_>, progress: &dyn Progress) -> Trial {
    let Some(current) = &row.write.current else { return Trial::Open };
    let id = current.id.as_str();
    let partial = draft::partial(&client.converter, Some(current), &row.write.set, ClearForm::Null);
    let body = draft::with_phone(&client.converter, partial, row.phone);
    match client.bulk(&[body], progress).await {
        Ok(summary) if !judge(&summary, &[row.phone], 0).failed.is_empty() => return Trial::Open,
        Ok(_) => {}
        Err(error) => {
            return match error.stop() {
                Ok(stop) => Trial::Stop(stop),
                Err(CallError::Api(_)) => Trial::Open,
                Err(lost) => restore(client, row, current, lost.to_string(), progress).await,
            };
        }
    }
    let now = match client.get(id, progress).await {
        Ok(record) => record,
        Err(error) if error.is_gone() => {
            return Trial::Ended(WriteResult::Stale { message: "it is no longer in JustCall".to_owned() });
        }
        Err(error) => return restore(client, row, current, error.to_string(), progress).await,
    };
    let left = others(client, row, &now);
    let gone: Vec<String> = others(client, row, current).into_iter().filter(|name| !left.contains(name)).collect();
    if !gone.is_empty() {
        client.learned.learn_bulk(false);
        let why = format!("the bulk update emptied {}, and they could not be put back", gone.join(", "));
        return restore(client, row, current, why, progress).await;
    }
    if !landed(&client.converter, row.write, &now) || is_untouched(row, current, &now) {
        return Trial::Open; // nothing was written, so nothing was learned
    }
    client.learned.learn_bulk(true);
    Trial::Ended(WriteResult::Done { id: Some(now.id.clone()), stored: Some(now) })
}

/// Whether all fields that were to change still hold what they held.
fn is_untouched(row: &Row<'_>, before: &Record, now: &Record) -> bool {
    row.write.set.iter().all(|(field, _)| {
        let cell = now.cell(field.index());
        cell != Cell::Unknown && cell == before.cell(field.index())
    })
}

/// Writes the whole contact by PUT: right whatever bulk did. `why` is told where that fails, too.
async fn restore(client: &Client, row: &Row<'_>, current: &Record, why: String, progress: &dyn Progress) -> Trial {
    let id = current.id.as_str();
    let whole = draft::whole(&client.converter, current, &row.write.set);
    let written = match client.put(id, &whole, progress).await {
        Ok(stored) => stored,
        Err(error) => {
            tracing::warn!(id, "a contact could not be put back after a bulk update");
            return Trial::Ended(WriteResult::Unknown { message: format!("{why} ({error})") });
        }
    };
    let stored = match client.get(id, progress).await {
        Ok(record) => Some(record),
        Err(_) => written,
    };
    Trial::Ended(WriteResult::Done { id: Some(current.id.clone()), stored })
}
