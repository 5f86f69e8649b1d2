//! Writes that go one by one: PUT and DELETE.
//!
//! A 200 is believed as far as the contact in it, or a read-back, shows the change. It does *not* order writes.

use crate::clearing::{first_form, follow_up};
use crate::client::{CallError, Client};
use crate::convert::Rest;
use crate::custom::{not_kept, note_undefined};
use crate::draft::{self, ClearForm};
use crate::landed::{covers, unchanged};
use crate::rows::{custom_keys, sendable};
use connector::{Error, Progress, Write, WriteResult};
use model::{FieldId, Record};
use std::sync::atomic::Ordering;

fn refused(message: impl Into<String>) -> WriteResult {
    WriteResult::Refused { message: message.into() }
}

fn gone() -> WriteResult {
    WriteResult::Stale { message: "it is no longer in JustCall".to_owned() }
}

/// Updates one contact.
///
/// # Errors
/// What ends the run; nothing was written then.
pub(crate) async fn put(client: &Client, write: &Write, progress: &dyn Progress) -> Result<WriteResult, Error> {
    let Some(current) = &write.current else { return Ok(refused("an update of no record")) };
    let set = match settable(client, write) {
        Ok(set) => set,
        Err(message) => return Ok(refused(message)),
    };
    let touches_custom = set.iter().any(|(field, _)| client.converter.custom_key(*field).is_some());
    let fresh = if touches_custom && Rest::of(current, client.dialect).custom.is_none() {
        match client.get(current.id.as_str(), progress).await {
            Ok(record) => Some(record),
            Err(error) => return ended(error),
        }
    } else {
        None
    };
    let put = Put { client, write, current: fresh.as_ref().unwrap_or(current), progress };
    put.send(set).await
}

/// The fields to send; why not, where there are none.
fn settable(client: &Client, write: &Write) -> Result<Vec<(FieldId, String)>, String> {
    let phone = client.converter.phone();
    if write.set.iter().any(|(field, text)| *field == phone && text.is_empty()) {
        return Err("a contact in JustCall must have a phone".to_owned());
    }
    let mut set = sendable(client, write, false);
    if set.is_empty() {
        let missing = custom_keys(&client.converter, write).next();
        return Err(missing.map_or_else(|| "nothing to write".to_owned(), |(_, key)| not_kept(key)));
    }
    if first_form(client).is_none() {
        let clears: Vec<_> =
            set.iter().filter(|(_, text)| text.is_empty()).map(|(f, _)| client.converter.label(*f)).collect();
        set.retain(|(_, text)| !text.is_empty());
        if set.is_empty() {
            return Err(format!(
                "JustCall cannot empty {} (neither null nor an empty text does it)",
                clears.join(", ")
            ));
        }
    }
    Ok(set)
}

/// What a failed call means for the write.
fn ended(error: CallError) -> Result<WriteResult, Error> {
    if error.is_gone() {
        return Ok(gone());
    }
    match error.stop() {
        Ok(stop) => Err(stop),
        Err(CallError::Api(error)) => Ok(refused(error.to_string())),
        Err(lost) => Ok(WriteResult::Unknown { message: lost.to_string() }),
    }
}

struct Put<'a> {
    client: &'a Client,
    write: &'a Write,
    current: &'a Record,
    progress: &'a dyn Progress,
}

impl Put<'_> {
    async fn send(&self, mut set: Vec<(FieldId, String)>) -> Result<WriteResult, Error> {
        let form = first_form(self.client).unwrap_or(ClearForm::Null);
        let id = self.current.id.as_str();
        let answer = loop {
            let body = draft::partial(&self.client.converter, Some(self.current), &set, form);
            match self.client.put(id, &body, self.progress).await {
                Ok(stored) => break stored,
                Err(CallError::Api(error)) if error.stops().is_none() && !error.is_gone() => {
                    match self.without_custom(&set, &error.to_string()) {
                        Some(fewer) => set = fewer,
                        None => return self.refused(&set, form, &error.to_string()).await,
                    }
                }
                Err(error) => return ended(error),
            }
        };
        match self.look(&set, answer).await {
            Ok(Some(record)) => match follow_up(self.client, &set, form, record, self.progress).await {
                Ok(record) => Ok(self.judge(record)),
                Err(error) => Ok(unseen(&error)),
            },
            Ok(None) => Ok(WriteResult::Done { id: Some(self.current.id.clone()), stored: None }),
            Err(error) if error.is_gone() => Ok(gone()),
            Err(error) => Ok(unseen(&error)),
        }
    }

    /// A refusal. Where null was refused for a field to be emptied, the empty text may not be.
    async fn refused(&self, set: &[(FieldId, String)], form: ClearForm, message: &str) -> Result<WriteResult, Error> {
        let clears = set.iter().any(|(_, text)| text.is_empty());
        if !clears || form == ClearForm::Empty || self.client.learned.clearing().is_some() {
            return Ok(refused(message));
        }
        let body = draft::partial(&self.client.converter, Some(self.current), set, ClearForm::Empty);
        match self.client.put(self.current.id.as_str(), &body, self.progress).await {
            Ok(_) => {}
            Err(CallError::Api(error)) if error.stops().is_none() => return Ok(refused(message)),
            Err(error) => return ended(error),
        }
        match self.client.get(self.current.id.as_str(), self.progress).await {
            Ok(record) => match follow_up(self.client, set, ClearForm::Empty, record, self.progress).await {
                Ok(record) => Ok(self.judge(record)),
                Err(error) => Ok(unseen(&error)),
            },
            Err(error) => Ok(unseen(&error)),
        }
    }

    /// The fields without custom ones, where those may be why the others were refused.
    fn without_custom(&self, set: &[(FieldId, String)], message: &str) -> Option<Vec<(FieldId, String)>> {
        let converter = &self.client.converter;
        let (custom, plain): (Vec<_>, Vec<_>) =
            set.iter().cloned().partition(|(field, _)| converter.custom_key(*field).is_some());
        let keys: Vec<&str> = custom.iter().filter_map(|(field, _)| converter.custom_key(*field)).collect();
        note_undefined(self.client, &keys, message);
        (!custom.is_empty() && !plain.is_empty()).then_some(plain)
    }

    /// The contact as it is now: from the answer, or read back where something may not have been taken.
    async fn look(&self, set: &[(FieldId, String)], answer: Option<Record>) -> Result<Option<Record>, CallError> {
        let learned = &self.client.learned;
        let clears = set.iter().any(|(_, text)| text.is_empty());
        let unseen_key = custom_keys(&self.client.converter, self.write).any(|(_, key)| !learned.keeps(key));
        let doubtful = set.len() < self.write.set.len() || clears || unseen_key;
        let complete = answer.filter(|record| covers(self.write, record));
        if doubtful && (complete.is_none() || (clears && learned.clearing().is_none()) || unseen_key) {
            return self.client.get(self.current.id.as_str(), self.progress).await.map(Some);
        }
        Ok(complete)
    }

    /// What the contact, as it is now, says about the write.
    fn judge(&self, record: Record) -> WriteResult {
        let converter = &self.client.converter;
        for (field, key) in custom_keys(converter, self.write) {
            if record.cell(field.index()).value().is_some() {
                if !self.client.learned.keeps(key) {
                    self.client.learned.learn_kept(key);
                }
            } else if !self.client.learned.lacks(key) {
                self.client.learned.learn_missing(key);
            }
        }
        let same = unchanged(self.write, &record);
        if same.len() == self.write.set.len() {
            let names: Vec<String> = same.iter().map(|field| converter.label(*field)).collect();
            let missing = custom_keys(converter, self.write).find(|(_, key)| self.client.learned.lacks(key));
            return match missing {
                Some((_, key)) if same.len() == 1 => refused(not_kept(key)),
                _ => refused(format!("JustCall answered success and did not change {}", names.join(", "))),
            };
        }
        WriteResult::Done { id: Some(record.id.clone()), stored: Some(record) }
    }
}

/// Written, but what became of it could not be read.
fn unseen(error: &CallError) -> WriteResult {
    WriteResult::Unknown { message: format!("written, but not read back: {error}") }
}

/// Deletes one contact.
///
/// # Errors
/// What ends the run; nothing was deleted then.
pub(crate) async fn delete(client: &Client, write: &Write, progress: &dyn Progress) -> Result<WriteResult, Error> {
    let forbidden = || refused("403: this JustCall API key may not delete contacts; ask an admin for that permission");
    let Some(current) = &write.current else { return Ok(refused("a deletion of no record")) };
    if client.delete_forbidden.load(Ordering::Relaxed) {
        return Ok(forbidden());
    }
    match client.delete(current.id.as_str(), progress).await {
        Ok(()) => Ok(WriteResult::Done { id: Some(current.id.clone()), stored: None }),
        Err(error) if error.status() == Some(403) => {
            client.delete_forbidden.store(true, Ordering::Relaxed);
            Ok(forbidden())
        }
        Err(error) => ended(error),
    }
}
