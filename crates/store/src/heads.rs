//! Reading the narrow part of every link, once per run. Bases are read only where hashes differ (`bases`).

use crate::error::{Fault, Result};
use crate::open::{self, Store};
use crate::packed_head::PackedHead;
use crate::state;
use crate::values::key_from_columns;
use model::{BySide, LinkHead, LinkId, RecordId, RowHash, Schema};
use rusqlite::{Connection, Row};
use std::ops::RangeInclusive;
use std::thread;

/// In place of hashes that were computed over other fields or for another normaliser: matches no listed row, so that
/// the base itself is compared (S26).
pub const STALE_HASH: RowHash = RowHash(u64::MAX);

/// Room for more links is not made ahead, whatever a damaged state says of their number.
const MOST_ROOM: usize = 1 << 23;

impl Store {
    /// Every link, by number. Hashes are [`STALE_HASH`] unless the link was written under `schema` and the normaliser
    /// version given to [`Store::set_schema`].
    pub fn link_heads(&self, schema: &Schema) -> Result<Vec<LinkHead>> {
        self.named(self.read_heads(self.schema_id(schema)))
    }

    fn read_heads(&self, schema: Option<i64>) -> Result<Vec<LinkHead>, Fault> {
        let (own, path, file) = (&self.connection, self.path(), self.file());
        // Each by itself is looked up; both in one question would read every link.
        let end = |which: &str| -> Result<Option<i64>, Fault> {
            Ok(own.query_row(&format!("SELECT {which}(id) FROM links"), [], |row| row.get(0))?)
        };
        let (first, last) = (end("min")?, end("max")?);
        let (first, last) = (first.unwrap_or(0), last.unwrap_or(0));
        let all = i64::MIN..=i64::MAX;
        if last.saturating_sub(first) < WORTH_TWO {
            return Ok(read(own, schema, all, usize::try_from(last).unwrap_or(0))?.0);
        }
        let middle = i64::midpoint(first, last);
        let room = usize::try_from(last.saturating_sub(middle)).unwrap_or(0);
        let (lower, upper) = thread::scope(|scope| {
            let upper = scope.spawn(move || read(&open::reader(path, file)?, schema, middle + 1..=i64::MAX, room));
            let lower = read(own, schema, i64::MIN..=middle, 2 * room);
            (lower, upper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let ((mut heads, serial), (rest, other_serial)) = (lower?, upper?);
        if serial != other_serial {
            // Links came or went in between: both halves as of one moment, then.
            return Ok(read(own, schema, all, 2 * room)?.0);
        }
        heads.extend(rest);
        Ok(heads)
    }
}

/// From so many links on, two threads are done earlier than one.
const WORTH_TWO: i64 = 20_000;

/// The links of these numbers, and the state's serial at that moment.
fn read(
    connection: &Connection,
    schema: Option<i64>,
    ids: RangeInclusive<i64>,
    room: usize,
) -> Result<(Vec<LinkHead>, u64), Fault> {
    let reading = connection.unchecked_transaction()?;
    // At most so many, without counting them: room that is not needed is never touched.
    let room = room.min(MOST_ROOM);
    let mut heads = Vec::new();
    let _ = heads.try_reserve(room); // a matter of speed alone
    let mut statement = connection.prepare_cached(
        "SELECT id, flags, justcall_id, crm_id, key_number, head FROM links WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
    )?;
    let mut rows = statement.query((ids.start(), ids.end()))?;
    while let Some(row) = rows.next()? {
        heads.push(head(row, schema)?);
    }
    let serial = state::serial(connection)?;
    drop(rows);
    drop(statement);
    reading.commit()?;
    Ok((heads, serial))
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
