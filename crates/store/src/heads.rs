//! Reading the narrow part of every link, once per run. Bases are read only where hashes differ (`bases`).

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::packed_head::PackedHead;
use crate::values::key_from_columns;
use model::{BySide, LinkHead, LinkId, RecordId, RowHash, Schema};
use rusqlite::{Connection, Row};

/// In place of hashes that were computed over other fields or for another normaliser: matches no listed row, so that
/// the base itself is compared (S26).
pub const STALE_HASH: RowHash = RowHash(u64::MAX);

/// Room for more links is not made ahead, whatever a damaged state says of their number.
const MOST_ROOM: usize = 1 << 23;

impl Store {
    /// Every link, by number. Hashes are [`STALE_HASH`] unless the link was written under `schema` and the normaliser
    /// version given to [`Store::set_schema`].
    pub fn link_heads(&self, schema: &Schema) -> Result<Vec<LinkHead>> {
        self.named(read(&self.connection, self.schema_id(schema)))
    }
}

fn read(connection: &Connection, schema: Option<i64>) -> Result<Vec<LinkHead>, Fault> {
    // At most so many, without counting them: room that is not needed is never touched.
    let last: Option<i64> = connection.query_row("SELECT max(id) FROM links", [], |row| row.get(0))?;
    let room = usize::try_from(last.unwrap_or(0)).unwrap_or(0).min(MOST_ROOM);
    let mut heads = Vec::new();
    let _ = heads.try_reserve(room); // a matter of speed alone
    let mut statement =
        connection.prepare_cached("SELECT id, flags, justcall_id, crm_id, key_number, head FROM links ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        heads.push(head(row, schema)?);
    }
    Ok(heads)
}

fn head(row: &Row<'_>, schema: Option<i64>) -> Result<LinkHead, Fault> {
    let packed = PackedHead::decode(row.get(1)?, row.get_ref(5)?.as_blob().map_err(rusqlite::Error::from)?)?;
    let id = |column: usize| -> Result<Option<RecordId>, Fault> {
        let text = row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?;
        Ok(text.map(RecordId::from))
    };
    let fresh = schema == Some(packed.schema);
    Ok(LinkHead {
        id: LinkId(row.get(0)?),
        status: packed.status,
        ids: BySide { justcall: id(2)?, crm: id(3)? },
        key: key_from_columns(row.get(4)?, packed.extension.cast_signed()),
        hashes: if fresh { packed.hashes } else { BySide { justcall: STALE_HASH, crm: STALE_HASH } },
        unconfirmed: packed.unconfirmed,
        created_at: packed.created_at.map(|at| at.map(Box::new)),
    })
}
