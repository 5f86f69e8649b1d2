//! A contact or call as tests, people and files see it: without the history of its values.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::Record;

/// A contact or call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Its record id.
    #[serde(default)]
    pub id: u64,
    /// Its values, without those that are empty or computed.
    pub properties: BTreeMap<String, String>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// When it was archived, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// Ids of the records that were merged into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<u64>,
    /// Ids of the contacts that a call belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<u64>,
}

impl Object {
    /// A value; empty if it has none.
    pub fn get(&self, property: &str) -> &str {
        self.properties.get(property).map_or("", String::as_str)
    }
}

impl From<&Record> for Object {
    fn from(record: &Record) -> Self {
        let stored = record.values.keys().filter_map(|name| Some((name.to_string(), record.stored(name)?.to_owned())));
        Self {
            id: record.id,
            properties: stored.collect(),
            created_at: Some(record.created_at),
            updated_at: Some(record.updated_at),
            archived_at: record.archived_at,
            merged: record.merged.clone(),
            contacts: record.contacts.clone(),
        }
    }
}
