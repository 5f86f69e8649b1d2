//! Writing links: head and base together, so that they cannot disagree. Reading is `heads`' and `bases`'.

use crate::codec;
use crate::error::Fault;
use crate::packed_head::{DORMANT, PackedHead};
use crate::schemas::CurrentSchema;
use crate::values::key_columns;
use jiff::Timestamp;
use model::{BaseField, BySide, LinkId, LinkStatus, PhoneKey, RecordId, RowHash, Side};
use rusqlite::{CachedStatement, Connection, ToSql};

/// Everything about a link but its status.
pub(crate) struct LinkRow<'a> {
    pub(crate) ids: &'a BySide<Option<RecordId>>,
    pub(crate) key: Option<PhoneKey>,
    pub(crate) base: &'a [BaseField],
    pub(crate) created_at: &'a BySide<Option<Timestamp>>,
}

/// New links per statement: a fifth faster than one by one.
pub(crate) const BATCH: usize = 16;

/// Parameters of a link, in the order in which `bind` gives them.
const PARAMETERS: usize = 7;

/// Writes the links of one transaction.
pub(crate) struct LinkWriter<'c> {
    connection: &'c Connection,
    schema: Option<&'c CurrentSchema>,
    insert: CachedStatement<'c>,
    insert_batch: CachedStatement<'c>,
    update: CachedStatement<'c>,
    next: i64,
    new: Vec<LinkId>,
    packed: Packed,
}

/// Room for what is packed, used again and again.
#[derive(Default)]
struct Packed {
    head: Vec<u8>,
    base: Vec<u8>,
}

impl<'c> LinkWriter<'c> {
    pub(crate) fn new(connection: &'c Connection, schema: Option<&'c CurrentSchema>) -> Result<Self, Fault> {
        Ok(Self {
            connection,
            schema,
            insert: connection.prepare_cached(&insert_sql(1))?,
            insert_batch: connection.prepare_cached(&insert_sql(BATCH))?,
            update: connection.prepare_cached(
                "UPDATE links SET flags = flags & 1 | ?2, justcall_id = ?3, crm_id = ?4, key_number = ?5, head = ?6, base = ?7
                 WHERE id = ?1",
            )?,
            next: connection.query_row("SELECT next_link FROM state", [], |row| row.get(0))?,
            new: Vec::new(),
            packed: Packed::default(),
        })
    }

    /// Fastest for exactly [`BATCH`] rows.
    pub(crate) fn insert(&mut self, rows: &[LinkRow<'_>]) -> Result<(), Fault> {
        let whole = rows.len() == BATCH;
        let statement = if whole { &mut self.insert_batch } else { &mut self.insert };
        for (place, row) in rows.iter().enumerate() {
            let first = if whole { place * PARAMETERS } else { 0 };
            bind(statement, first, &mut self.packed, self.schema, self.next, row)?;
            if !whole || place + 1 == BATCH {
                statement.raw_execute()?;
            }
            self.new.push(LinkId(self.next));
            self.next += 1;
        }
        Ok(())
    }

    pub(crate) fn update(&mut self, id: LinkId, row: &LinkRow<'_>) -> Result<(), Fault> {
        bind(&mut self.update, 0, &mut self.packed, self.schema, id.0, row)?;
        expect_one(self.update.raw_execute()?, id)
    }

    pub(crate) fn set_status(&mut self, id: LinkId, status: LinkStatus) -> Result<(), Fault> {
        let mut statement = self.connection.prepare_cached("UPDATE links SET flags = flags & ~1 | ?2 WHERE id = ?1")?;
        expect_one(statement.execute((id.0, if status == LinkStatus::Dormant { DORMANT } else { 0 }))?, id)
    }

    /// The new links, in order.
    pub(crate) fn finish(self) -> Result<Vec<LinkId>, Fault> {
        if !self.new.is_empty() {
            self.connection.execute("UPDATE state SET next_link = ?1", [self.next])?;
        }
        Ok(self.new)
    }
}

fn insert_sql(rows: usize) -> String {
    let rows = vec!["(?, ?, ?, ?, ?, ?, ?)"; rows].join(", ");
    format!("INSERT INTO links (id, flags, justcall_id, crm_id, key_number, head, base) VALUES {rows}")
}

/// Gives a statement the parameters of one link, behind `first` others.
fn bind(
    statement: &mut CachedStatement<'_>,
    first: usize,
    packed: &mut Packed,
    schema: Option<&CurrentSchema>,
    id: i64,
    row: &LinkRow<'_>,
) -> Result<(), Fault> {
    let schema = schema.ok_or_else(|| Fault::refused("links cannot be written before `set_schema`"))?;
    if row.base.len() != schema.fields.len() {
        let (found, wanted) = (row.base.len(), schema.fields.len());
        return Err(Fault::refused(format!("a base of {found} fields under a schema of {wanted}")));
    }
    let (number, extension) = key_columns(row.key);
    let head = PackedHead {
        schema: schema.id,
        status: LinkStatus::Active,
        unconfirmed: BySide::from_fn(|side| row.base.iter().any(|field| field.sent[side])),
        hashes: hashes(row.base),
        extension: extension.cast_unsigned(),
        created_at: *row.created_at,
    };
    packed.head.clear();
    let flags = head.encode(&mut packed.head);
    packed.base.clear();
    codec::encode(row.base, &mut packed.base);
    let parameters: [&dyn ToSql; PARAMETERS] = [
        &id,
        &flags,
        &row.ids.justcall.as_ref().map(RecordId::as_str),
        &row.ids.crm.as_ref().map(RecordId::as_str),
        &number,
        &packed.head,
        &packed.base,
    ];
    for (index, parameter) in (first + 1..).zip(parameters) {
        statement.raw_bind_parameter(index, parameter)?;
    }
    Ok(())
}

/// As [`model::Base::hashes`], without building a base.
pub(crate) fn hashes(base: &[BaseField]) -> BySide<RowHash> {
    BySide::from_fn(|side| RowHash::of(base.iter().map(|field| field.cells[side].as_cell())))
}

/// A record has another id.
pub(crate) fn move_id(connection: &Connection, link: LinkId, side: Side, id: &RecordId) -> Result<(), Fault> {
    let sql = match side {
        Side::Justcall => "UPDATE links SET justcall_id = ?2 WHERE id = ?1",
        Side::Crm => "UPDATE links SET crm_id = ?2 WHERE id = ?1",
    };
    connection.prepare_cached(sql)?.execute((link.0, id.as_str()))?;
    Ok(())
}

/// Ends a link; base and absences go with it.
pub(crate) fn end(connection: &Connection, id: LinkId) -> Result<(), Fault> {
    expect_one(connection.prepare_cached("DELETE FROM links WHERE id = ?1")?.execute([id.0])?, id)
}

fn expect_one(changed: usize, id: LinkId) -> Result<(), Fault> {
    if changed == 1 { Ok(()) } else { Err(Fault::refused(format!("there is no link {}", id.0))) }
}
