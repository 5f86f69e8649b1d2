//! Which fields a base row holds, and in which order: recorded once, so that a base outlives changes of the
//! configuration. Fields are mapped by name; one that a base never had is unknown there.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{from_json, to_json};
use model::{BaseField, Field, Schema};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;

/// The schema that commits are written under.
#[derive(Debug, Clone)]
pub(crate) struct CurrentSchema {
    pub(crate) id: i64,
    pub(crate) fields: Vec<Field>,
}

impl Store {
    /// Says which schema and which version of the normaliser this run works with. Needed before a commit with links,
    /// and for hashes to match; links stored under another one read as [`crate::STALE_HASH`] (S26).
    pub fn set_schema(&mut self, schema: &Schema, normalizer_version: &str) -> Result<()> {
        let fields = schema.fields().to_vec();
        let json = to_json(&fields);
        let json = self.named(json)?;
        let known = self.named(find(&self.connection, &json, normalizer_version))?;
        let id = match known {
            Some(id) => id, // a quiet night writes nothing
            None => self.write(|transaction| {
                transaction.execute(
                    "INSERT OR IGNORE INTO schemas (fields, normalizer) VALUES (?1, ?2)",
                    (&json, normalizer_version),
                )?;
                find(transaction, &json, normalizer_version)?.ok_or_else(|| Fault::refused("the schema was not kept"))
            })?,
        };
        self.schema = Some(CurrentSchema { id, fields });
        Ok(())
    }

    /// Every field that a base was ever kept of, in the order in which they came.
    pub fn known_fields(&self) -> Result<Vec<Field>> {
        self.named(known_fields(&self.connection))
    }

    /// The id under which hashes are comparable with `schema`'s.
    pub(crate) fn schema_id(&self, schema: &Schema) -> Option<i64> {
        self.schema.as_ref().filter(|current| current.fields == schema.fields()).map(|current| current.id)
    }
}

/// Renames a field in every schema that was ever used: bases of it read as unknown from then on, and nothing is rewritten.
pub(crate) fn retire(connection: &Connection, field: &Field) -> Result<(), Fault> {
    let serial = crate::state::serial(connection)?;
    let mut statement = connection.prepare("SELECT id, fields FROM schemas")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    for (id, json) in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        let mut fields: Vec<Field> = from_json(&json, || format!("schema {id}"))?;
        if let Some(retired) = fields.iter_mut().find(|known| *known == field) {
            *retired = Field::Custom(format!("{field} until {serial}").into());
            connection.execute("UPDATE schemas SET fields = ?1 WHERE id = ?2", (to_json(&fields)?, id))?;
        }
    }
    Ok(())
}

fn known_fields(connection: &Connection) -> Result<Vec<Field>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id, fields FROM schemas ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut known: Vec<Field> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, json): (i64, String) = (row.get(0)?, row.get(1)?);
        let fields: Vec<Field> = from_json(&json, || format!("schema {id}"))?;
        known.extend(fields.into_iter().filter(|field| !known.contains(field)).collect::<Vec<_>>());
    }
    Ok(known)
}

fn find(connection: &Connection, fields: &str, normalizer: &str) -> Result<Option<i64>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id FROM schemas WHERE fields = ?1 AND normalizer = ?2")?;
    Ok(statement.query_row((fields, normalizer), |row| row.get(0)).optional()?)
}

/// How rows of one stored schema become rows of the wanted one.
#[derive(Debug)]
pub(crate) struct Mapping {
    /// Fields in a stored row.
    pub(crate) stored: usize,
    /// Per wanted field, its place in the stored row; none if the two schemas are the same.
    places: Option<Vec<Option<usize>>>,
}

impl Mapping {
    pub(crate) fn apply(&self, mut row: Vec<BaseField>) -> Vec<BaseField> {
        let Some(places) = &self.places else {
            return row;
        };
        let take = |place: &Option<usize>| place.and_then(|at| row.get_mut(at)).map(std::mem::take).unwrap_or_default();
        places.iter().map(take).collect()
    }
}

/// A mapping to `wanted` from every schema that was ever used.
pub(crate) fn mappings(connection: &Connection, wanted: &Schema) -> Result<HashMap<i64, Mapping>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id, fields FROM schemas")?;
    let mut rows = statement.query([])?;
    let mut mappings = HashMap::new();
    while let Some(row) = rows.next()? {
        let (id, json): (i64, String) = (row.get(0)?, row.get(1)?);
        let stored: Vec<Field> = from_json(&json, || format!("schema {id}"))?;
        let place = |field: &Field| stored.iter().position(|other| other == field);
        let places = (stored != wanted.fields()).then(|| wanted.fields().iter().map(place).collect());
        mappings.insert(id, Mapping { stored: stored.len(), places });
    }
    Ok(mappings)
}
