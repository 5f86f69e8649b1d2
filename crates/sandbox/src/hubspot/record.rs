//! One contact or call: its values with their past, and when it was made, changed and archived.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::phones;
use super::standard::CALCULATED_PHONE;
use super::values::shown;

/// Values to write, by property; an empty one clears.
pub(crate) type Changes = BTreeMap<Arc<str>, String>;

/// How many older values of a property are kept (documented for contacts).
const KEPT_PAST: usize = 45;

/// A record of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) id: u64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) archived_at: Option<Timestamp>,
    pub(crate) values: BTreeMap<Arc<str>, Kept>,
    /// Ids of the records that were merged into it.
    pub(crate) merged: Vec<u64>,
    /// Ids of the contacts that a call belongs to.
    pub(crate) contacts: Vec<u64>,
}

/// A value and what it was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) now: Version,
    /// Newest first.
    pub(crate) past: Vec<Version>,
}

/// What a property was set to, when and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) value: String,
    pub(crate) at: Timestamp,
    pub(crate) source: Source,
}

/// Who set a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The private app with this number, through the API.
    App(u64),
    /// The user with this number, in the CRM's pages.
    User(u64),
    /// A merge of two records.
    Merge,
}

impl Record {
    pub(crate) const fn new(id: u64, now: Timestamp) -> Self {
        Self {
            id,
            created_at: now,
            updated_at: now,
            archived_at: None,
            values: BTreeMap::new(),
            merged: Vec::new(),
            contacts: Vec::new(),
        }
    }

    /// Sets values; the record counts as modified also where they were the same.
    pub(crate) fn set(&mut self, changes: Changes, now: Timestamp, source: Source) {
        self.updated_at = now;
        for (name, value) in changes {
            let version = Version { value, at: now, source };
            match self.values.get_mut(&name) {
                Some(kept) if kept.now.value == version.value => {}
                Some(kept) => {
                    kept.past.insert(0, std::mem::replace(&mut kept.now, version));
                    kept.past.truncate(KEPT_PAST);
                }
                None if version.value.is_empty() => {}
                None => {
                    self.values.insert(name, Kept { now: version, past: Vec::new() });
                }
            }
        }
    }

    /// A value that was set and not cleared.
    pub(crate) fn stored(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|kept| kept.now.value.as_str()).filter(|value| !value.is_empty())
    }

    /// A value as the API shows it, also of properties that the account computes.
    pub(crate) fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "hs_object_id" => Some(self.id.to_string().into()),
            "createdate" | "hs_createdate" => Some(shown(self.created_at).into()),
            "lastmodifieddate" | "hs_lastmodifieddate" => Some(shown(self.updated_at).into()),
            "hs_merged_object_ids" => (!self.merged.is_empty()).then(|| joined(&self.merged).into()),
            CALCULATED_PHONE => self.stored("phone").and_then(phones::calculated).map(Cow::from),
            _ => self.stored(name).map(Cow::from),
        }
    }

    /// The history of a value, newest first.
    pub(crate) fn history(&self, name: &str) -> Vec<Value> {
        let kept = self.values.get(name);
        let versions = kept.into_iter().flat_map(|kept| std::iter::once(&kept.now).chain(&kept.past));
        versions.map(Version::to_json).collect()
    }
}

impl Version {
    fn to_json(&self) -> Value {
        let mut json = json!({"value": self.value, "timestamp": shown(self.at)});
        match self.source {
            Source::App(id) => {
                json["sourceType"] = "INTEGRATION".into();
                json["sourceId"] = id.to_string().into();
            }
            Source::User(id) => {
                json["sourceType"] = "CRM_UI".into();
                json["sourceId"] = format!("userId:{id}").into();
                json["updatedByUserId"] = id.into();
            }
            Source::Merge => json["sourceType"] = "MERGE_OBJECTS".into(),
        }
        json
    }
}

fn joined(ids: &[u64]) -> String {
    ids.iter().map(u64::to_string).collect::<Vec<_>>().join(";")
}
