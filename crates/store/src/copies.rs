//! What a replica with a feed of changes showed last, so that the next run need not read everybody. Asking for the
//! changes and merging them is `sync`'s.

use crate::codec;
use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::SideName;
use model::{OwnedCell, RecordId, Side, Table};
use rusqlite::{Connection, OptionalExtension};

/// The kept copy of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The replica's own word for how far it was read.
    pub cursor: String,
    /// Every record, by id.
    pub table: Table,
}

/// What one reading adds to the kept copy of a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyChange {
    /// Which.
    pub side: Side,
    /// Where the next run goes on.
    pub cursor: String,
    /// Which fields and columns the records were read with: a copy of another shape is void.
    pub shape: String,
    /// True where `records` is everything; else what stands here is changed and the rest stays.
    pub whole: bool,
    /// Records to keep.
    pub records: Table,
    /// Records to drop.
    pub gone: Vec<RecordId>,
}

impl Store {
    /// The copy of a side, where there is one of this shape; `width`: cells of a record.
    pub fn copy(&self, side: Side, shape: &str, width: usize) -> Result<Option<Copy>> {
        self.named(read(&self.connection, side, shape, width))
    }
}

fn read(connection: &Connection, side: Side, shape: &str, width: usize) -> Result<Option<Copy>, Fault> {
    let cursor: Option<String> = connection
        .query_row("SELECT cursor FROM copies WHERE side = ?1 AND shape = ?2", (SideName(side), shape), |row| {
            row.get(0)
        })
        .optional()?;
    let Some(cursor) = cursor else { return Ok(None) };
    let mut table = Table::new(width);
    let mut statement = connection.prepare("SELECT id, native, cells, rest FROM copied WHERE side = ?1 ORDER BY id")?;
    let mut rows = statement.query([SideName(side)])?;
    while let Some(row) = rows.next()? {
        let (id, native, packed): (String, bool, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let rest: Option<String> = row.get(3)?;
        let cells = codec::decode_cells(&packed, width)?;
        let pushed = table.push(&id, native, cells.iter().map(OwnedCell::as_cell), rest.as_deref());
        pushed.map_err(|full| Fault::refused(full.to_string()))?;
    }
    Ok(Some(Copy { cursor, table }))
}

pub(crate) fn keep(connection: &Connection, change: &CopyChange) -> Result<(), Fault> {
    let side = SideName(change.side);
    if change.whole {
        connection.execute("DELETE FROM copied WHERE side = ?1", [side])?;
    }
    connection
        .prepare_cached("INSERT INTO copies (side, cursor, shape) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET cursor = ?2, shape = ?3")?
        .execute((side, &change.cursor, &change.shape))?;
    let mut drop = connection.prepare_cached("DELETE FROM copied WHERE side = ?1 AND id = ?2")?;
    for id in &change.gone {
        drop.execute((side, id.as_str()))?;
    }
    let mut put = connection.prepare_cached(
        "INSERT INTO copied (side, id, native, cells, rest) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET native = ?3, cells = ?4, rest = ?5",
    )?;
    let mut packed = Vec::new();
    for row in change.records.iter() {
        packed.clear();
        codec::encode_cells(row.cells(change.records.width()), &mut packed);
        put.execute((side, row.id(), row.native_id(), packed.as_slice(), row.rest()))?;
    }
    Ok(())
}

/// Somebody was erased: the next run reads everybody anew.
pub(crate) fn drop_all(connection: &Connection) -> Result<(), Fault> {
    Ok(connection.execute_batch("DELETE FROM copied; DELETE FROM copies")?)
}
