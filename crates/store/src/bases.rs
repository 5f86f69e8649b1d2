//! Reading bases: what each side held when both last agreed, in the order of the schema that is asked for.
//!
//! Each row is checked against the hashes in its link's head: a flipped byte that `SQLite` cannot see is damage, not
//! an edit on both sides.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::packed_head::PackedHead;
use crate::schemas::{Mapping, mappings};
use crate::{codec, links};
use model::{Base, LinkId, Schema};
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::HashMap;

const SELECT: &str = "SELECT id, flags, head, base FROM links";

impl Store {
    /// The bases of `ids`, in their order (fastest when sorted). An id without a link is an error.
    pub fn bases(&self, schema: &Schema, ids: &[LinkId]) -> Result<Vec<Base>> {
        self.named(read_some(&self.connection, schema, ids))
    }

    /// Every base, by link.
    pub fn all_bases(&self, schema: &Schema) -> Result<Vec<Base>> {
        self.named(read_all(&self.connection, schema))
    }
}

fn read_some(connection: &Connection, schema: &Schema, ids: &[LinkId]) -> Result<Vec<Base>, Fault> {
    // One transaction for all: each by itself would lock the file anew.
    let reading = connection.unchecked_transaction()?;
    let mappings = mappings(connection, schema)?;
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    let mut bases = Vec::with_capacity(ids.len());
    for id in ids {
        let base = statement.query_row([id.0], |row| Ok(base(row, &mappings))).optional()?;
        bases.push(base.ok_or_else(|| Fault::refused(format!("there is no link {}", id.0)))??);
    }
    drop(statement);
    reading.commit()?;
    Ok(bases)
}

fn read_all(connection: &Connection, schema: &Schema) -> Result<Vec<Base>, Fault> {
    let mappings = mappings(connection, schema)?;
    let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY id"))?;
    let mut rows = statement.query([])?;
    let mut bases = Vec::new();
    while let Some(row) = rows.next()? {
        bases.push(base(row, &mappings)?);
    }
    Ok(bases)
}

fn base(row: &Row<'_>, mappings: &HashMap<i64, Mapping>) -> Result<Base, Fault> {
    let link = LinkId(row.get(0)?);
    let blob = |column: usize| Ok::<_, Fault>(row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from)?);
    let head = PackedHead::decode(row.get(1)?, blob(2)?)?;
    let mapping = mappings
        .get(&head.schema)
        .ok_or_else(|| Fault::corrupt(format!("link {} has the unknown schema {}", link.0, head.schema)))?;
    let fields = codec::decode(blob(3)?, mapping.stored)?;
    if links::hashes(&fields) != head.hashes {
        return Err(Fault::corrupt(format!("the base of link {} is not what was written", link.0)));
    }
    Ok(Base { link, fields: mapping.apply(fields) })
}
