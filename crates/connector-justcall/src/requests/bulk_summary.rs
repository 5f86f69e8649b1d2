//! The summary of a bulk request, in every form that the documents leave open.
//!
//! Counts or lists for created, updated and failed; at top level, under `data`, under `summary`; failures by index or
//! by phone; or one entry per row. What cannot be read is left out, never guessed: the caller looks it up. It does
//! *not* know which rows were sent.

use crate::convert::Converter;
use crate::dialect::Dialect;
use crate::json::{self, Object};
use model::Record;
use serde_json::value::RawValue;

/// What an answer says about a bulk request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// How many rows made a contact.
    pub created: Option<u64>,
    /// How many rows changed a contact.
    pub updated: Option<u64>,
    /// How many rows failed.
    pub failed: Option<u64>,
    /// Rows that failed, as far as named.
    pub failures: Vec<Failure>,
    /// Contacts that were written, as far as shown.
    pub written: Vec<Written>,
    /// The answer's `status`, where it is not success.
    pub complaint: Option<String>,
}

/// A row that failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// Its position in the request, as the answer counts.
    pub index: Option<u64>,
    /// Its phone.
    pub phone: Option<String>,
    /// Why.
    pub message: String,
}

/// A contact that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its phone.
    pub phone: Option<String>,
    /// Its id.
    pub id: String,
    /// What the answer shows of it.
    pub record: Option<Record>,
}

impl Summary {
    /// Failures that are counted but not named.
    pub fn unnamed(&self) -> u64 {
        self.failed.unwrap_or(0).saturating_sub(self.failures.len() as u64)
    }

    /// Whether the numbers account for this many rows, each exactly once.
    pub fn accounts_for(&self, rows: usize) -> bool {
        if self.created.is_none() && self.updated.is_none() {
            return false;
        }
        let failed = self.failed.unwrap_or(0).max(self.failures.len() as u64);
        let sum = [self.created.unwrap_or(0), self.updated.unwrap_or(0), failed]
            .iter()
            .try_fold(0_u64, |sum, n| sum.checked_add(*n));
        sum == Some(rows as u64)
    }
}

fn under<'a>(object: &Object<'a>, name: &str) -> Option<&'a RawValue> {
    object.get(name).copied()
}

/// Reads an answer; an empty summary where there is nothing to read.
pub fn read(dialect: &Dialect, converter: &Converter, body: &[u8]) -> Summary {
    let Ok(top) = json::object(body) else { return Summary::default() };
    let data = under(&top, "data");
    let places: Vec<Object<'_>> = [
        Some(top.clone()),
        data.and_then(json::as_object),
        under(&top, "summary").and_then(json::as_object),
        data.and_then(json::as_object).and_then(|data| under(&data, "summary")).and_then(json::as_object),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut summary = Reader { converter, summary: Summary::default(), places }.read(&top);
    let status = top.get("status").and_then(|raw| json::string(raw));
    if !dialect.says_success(status.as_deref()) {
        let words = dialect.error_words(body).map(|(message, _)| message).unwrap_or_default();
        summary.complaint = Some(if words.is_empty() { status.unwrap_or_default() } else { words });
    }
    summary
}

struct Reader<'a> {
    converter: &'a Converter,
    summary: Summary,
    places: Vec<Object<'a>>,
}

impl<'a> Reader<'a> {
    fn read(mut self, top: &Object<'a>) -> Summary {
        self.summary.created = self.worked(&["created", "created_count"]);
        self.summary.updated = self.worked(&["updated", "updated_count"]);
        self.failures();
        if self.summary == Summary::default() {
            for name in ["data", "results", "contacts"] {
                if let Some(rows) = top.get(name).and_then(|raw| json::as_list(raw)).filter(|rows| !rows.is_empty()) {
                    self.per_row(&rows);
                    break;
                }
            }
        }
        self.summary
    }

    fn find(&self, names: &[&str]) -> Option<&'a RawValue> {
        names.iter().find_map(|name| self.places.iter().find_map(|place| place.get(*name).copied()))
    }

    /// A count, or a list of what was written.
    fn worked(&mut self, names: &[&str]) -> Option<u64> {
        let raw = self.find(names)?;
        if let Some(count) = json::number(raw) {
            return Some(count);
        }
        let rows = json::as_list(raw)?;
        for row in &rows {
            let written = json::as_object(row).and_then(|contact| self.written(&contact));
            self.summary.written.extend(written);
        }
        Some(rows.len() as u64)
    }

    fn written(&self, contact: &Object<'_>) -> Option<Written> {
        let id = contact.get(self.converter.dialect().id).and_then(|raw| json::id(raw))?;
        let phone = phone_in(self.converter, contact);
        Some(Written { phone, id, record: self.converter.record(contact).ok() })
    }

    fn failures(&mut self) {
        for names in [["failed", "failed_count"], ["errors", "failures"]] {
            let Some(raw) = self.find(&names) else { continue };
            if let Some(count) = json::number(raw) {
                self.summary.failed = Some(count);
            } else if let Some(rows) = json::as_list(raw) {
                let counted = rows.len() as u64;
                self.summary.failed = Some(self.summary.failed.unwrap_or(0).max(counted));
                let failures: Vec<_> = rows.iter().filter_map(|row| failure(self.converter, row)).collect();
                self.name(failures);
            } else if let Some(rows) = json::as_object(raw) {
                // Keyed by index or by phone.
                let failures: Vec<_> = rows.iter().filter_map(|(key, raw)| keyed(key, raw)).collect();
                self.summary.failed = Some(self.summary.failed.unwrap_or(0).max(rows.len() as u64));
                self.name(failures);
            }
        }
    }

    /// Two lists of failures name the same rows: the longer one is kept.
    fn name(&mut self, failures: Vec<Failure>) {
        if failures.len() > self.summary.failures.len() {
            self.summary.failures = failures;
        }
    }

    /// One entry per row, each with its own status. Entries that do not say how they ended are left out.
    fn per_row(&mut self, rows: &[&RawValue]) {
        let (mut created, mut updated, mut failed) = (0, 0, 0);
        for (index, row) in rows.iter().enumerate() {
            let Some(object) = json::as_object(row) else { continue };
            let status = ["status", "result", "action"].iter().find_map(|name| json::string(object.get(*name)?));
            match status.as_deref().map(str::to_lowercase).as_deref() {
                Some("created" | "create") => created += 1,
                Some("updated" | "update" | "success" | "ok") => updated += 1,
                Some("failed" | "error" | "fail") => {
                    failed += 1;
                    let by_position = || Failure { index: Some(index as u64), phone: None, message: why(&object) };
                    self.summary.failures.push(failure(self.converter, row).unwrap_or_else(by_position));
                    continue;
                }
                _ => continue,
            }
            let nested = ["contact", "data"].iter().find_map(|name| json::as_object(object.get(*name)?));
            let written = self.written(nested.as_ref().unwrap_or(&object));
            self.summary.written.extend(written);
        }
        if created + updated + failed > 0 {
            (self.summary.created, self.summary.updated, self.summary.failed) =
                (Some(created), Some(updated), Some(failed));
        }
    }
}

fn phone_in(converter: &Converter, object: &Object<'_>) -> Option<String> {
    object.get(converter.dialect().phone).and_then(|raw| json::words(raw))
}

/// A failure, where the entry names a row. Bare words name none.
fn failure(converter: &Converter, raw: &RawValue) -> Option<Failure> {
    let object = json::as_object(raw)?;
    let index = ["index", "row", "position"].iter().find_map(|name| json::number(object.get(*name)?));
    let nested = ["contact", "data", "input"].iter().find_map(|name| json::as_object(object.get(*name)?));
    let phone = phone_in(converter, &object).or_else(|| phone_in(converter, nested.as_ref()?));
    if index.is_none() && phone.is_none() {
        return None;
    }
    Some(Failure { index, phone, message: why(&object) })
}

fn why(object: &Object<'_>) -> String {
    let names = ["message", "error", "reason", "errors", "error_code"];
    names.iter().find_map(|name| json::words(object.get(*name)?)).unwrap_or_default()
}

fn keyed(key: &str, raw: &RawValue) -> Option<Failure> {
    let nested = json::as_object(raw).and_then(|object| json::words(object.get("message")?));
    let message = nested.or_else(|| json::words(raw)).unwrap_or_default();
    // Fifteen digits are the longest phone, four the longest index.
    match key.parse() {
        Ok(index) if key.len() <= 4 => Some(Failure { index: Some(index), phone: None, message }),
        _ if key.bytes().filter(u8::is_ascii_digit).count() >= 5 => {
            Some(Failure { index: None, phone: Some(key.to_owned()), message })
        }
        _ => None,
    }
}
