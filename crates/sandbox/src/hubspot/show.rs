//! How records travel: only the properties that were asked for, and null for those that are not set.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::collection::Collection;
use super::query::Query;
use super::record::Record;
use super::route::ObjectKind;
use super::standard::CONTACT_DEFAULTS;
use super::values::shown;

/// What a client wants to see of each record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    properties: Vec<String>,
    history: Vec<String>,
}

impl Wanted {
    /// What these lists name; what does not exist is left out without a word (as in the real service).
    pub(crate) fn new(properties: &[String], history: &[String], collection: &Collection) -> Self {
        let existing = |names: &[String]| -> Vec<String> {
            let distinct: BTreeSet<&String> =
                names.iter().filter(|name| collection.definition(name.as_str()).is_some()).collect();
            distinct.into_iter().cloned().collect()
        };
        let mut wanted = existing(properties);
        if properties.is_empty() && collection.kind == ObjectKind::Contacts {
            wanted = CONTACT_DEFAULTS.map(str::to_owned).into();
        }
        wanted.extend(always(collection.kind).map(str::to_owned));
        wanted.sort();
        wanted.dedup();
        Self { properties: wanted, history: existing(history) }
    }

    pub(crate) fn of_query(query: &Query, collection: &Collection) -> Self {
        Self::new(&query.list("properties"), &query.list("propertiesWithHistory"), collection)
    }

    /// What the answer to a write shows: what was written.
    pub(crate) fn written<'a>(names: impl IntoIterator<Item = &'a str>, kind: ObjectKind) -> Self {
        let mut properties: Vec<String> = names.into_iter().map(str::to_owned).collect();
        properties.extend(always(kind).map(str::to_owned));
        properties.sort();
        properties.dedup();
        Self { properties, history: Vec::new() }
    }

    pub(crate) fn has_history(&self) -> bool {
        !self.history.is_empty()
    }

    /// A record as JSON.
    pub(crate) fn show(&self, record: &Record) -> Value {
        let value = |name: &String| (name.clone(), record.value(name).map_or(Value::Null, Value::from));
        let properties: Map<String, Value> = self.properties.iter().map(value).collect();
        let mut json = json!({
            "id": record.id.to_string(),
            "createdAt": shown(record.created_at),
            "updatedAt": shown(record.updated_at),
            "archived": record.archived_at.is_some(),
        });
        json["properties"] = properties.into();
        if let Some(at) = record.archived_at {
            json["archivedAt"] = shown(at).into();
        }
        if self.has_history() {
            let history = self.history.iter().map(|name| (name.clone(), record.history(name).into()));
            json["propertiesWithHistory"] = Value::Object(history.collect());
        }
        json
    }
}

/// What every answer shows.
fn always(kind: ObjectKind) -> impl Iterator<Item = &'static str> {
    let names: [&'static str; 3] = match kind {
        ObjectKind::Contacts => ["hs_object_id", "createdate", "lastmodifieddate"],
        ObjectKind::Calls => ["hs_object_id", "hs_createdate", "hs_lastmodifieddate"],
    };
    names.into_iter()
}
