//! Writing links: head and base together, so that they cannot disagree. Reading is `heads`' and `bases`'.

use crate::codec;
use crate::error::Fault;
use crate::schemas::CurrentSchema;
use crate::values::{At, key_columns};
use jiff::Timestamp;
use model::{BaseField, BySide, LinkId, LinkStatus, PhoneKey, RecordId, RowHash};
use rusqlite::{CachedStatement, Connection};

/// Bits of `links.unconfirmed`.
pub(crate) const UNCONFIRMED: BySide<i64> = BySide {
    justcall: 1,
    crm: 2,
};

/// Everything about a link but its status.
pub(crate) struct LinkRow<'a> {
    pub(crate) ids: &'a BySide<Option<RecordId>>,
    pub(crate) key: Option<PhoneKey>,
    pub(crate) base: &'a [BaseField],
    pub(crate) created_at: &'a BySide<Option<Timestamp>>,
}

/// Writes the links of one transaction.
pub(crate) struct LinkWriter<'c> {
    connection: &'c Connection,
    schema: Option<&'c CurrentSchema>,
    insert: CachedStatement<'c>,
    insert_base: CachedStatement<'c>,
    update: CachedStatement<'c>,
    update_base: CachedStatement<'c>,
    next: i64,
    new: Vec<LinkId>,
    packed: Vec<u8>,
}

impl<'c> LinkWriter<'c> {
    pub(crate) fn new(
        connection: &'c Connection,
        schema: Option<&'c CurrentSchema>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            connection,
            schema,
            insert: connection.prepare_cached(
                "INSERT INTO links (id, status, schema_id, unconfirmed, justcall_id, crm_id, key_number, key_extension,
                     justcall_hash, crm_hash, justcall_created_at, crm_created_at)
                 VALUES (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?,
            insert_base: connection.prepare_cached("INSERT INTO bases (link, fields) VALUES (?1, ?2)")?,
            update: connection.prepare_cached(
                "UPDATE links SET schema_id = ?2, unconfirmed = ?3, justcall_id = ?4, crm_id = ?5, key_number = ?6,
                     key_extension = ?7, justcall_hash = ?8, crm_hash = ?9, justcall_created_at = ?10,
                     crm_created_at = ?11
                 WHERE id = ?1",
            )?,
            update_base: connection.prepare_cached("UPDATE bases SET fields = ?2 WHERE link = ?1")?,
            next: connection.query_row("SELECT next_link FROM state", [], |row| row.get(0))?,
            new: Vec::new(),
            packed: Vec::new(),
        })
    }

    pub(crate) fn insert(&mut self, row: &LinkRow<'_>) -> Result<(), Fault> {
        let id = self.next;
        write_head(&mut self.insert, self.schema, id, row)?;
        self.packed.clear();
        codec::encode(row.base, &mut self.packed);
        self.insert_base.execute((id, &self.packed))?;
        self.next += 1;
        self.new.push(LinkId(id));
        Ok(())
    }

    pub(crate) fn update(&mut self, id: LinkId, row: &LinkRow<'_>) -> Result<(), Fault> {
        let changed = write_head(&mut self.update, self.schema, id.0, row)?;
        expect_one(changed, id)?;
        self.packed.clear();
        codec::encode(row.base, &mut self.packed);
        if self.update_base.execute((id.0, &self.packed))? != 1 {
            return Err(Fault::corrupt(format!("link {} has no base", id.0)));
        }
        Ok(())
    }

    pub(crate) fn set_status(&mut self, id: LinkId, status: LinkStatus) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached("UPDATE links SET status = ?2 WHERE id = ?1")?;
        expect_one(statement.execute((id.0, status_column(status)))?, id)
    }

    /// The new links, in order.
    pub(crate) fn finish(self) -> Result<Vec<LinkId>, Fault> {
        if !self.new.is_empty() {
            self.connection
                .execute("UPDATE state SET next_link = ?1", [self.next])?;
        }
        Ok(self.new)
    }
}

/// Binds the columns that `insert` and `update` share.
fn write_head(
    statement: &mut CachedStatement<'_>,
    schema: Option<&CurrentSchema>,
    id: i64,
    row: &LinkRow<'_>,
) -> Result<usize, Fault> {
    let schema =
        schema.ok_or_else(|| Fault::refused("links cannot be written before `set_schema`"))?;
    if row.base.len() != schema.fields.len() {
        let (found, wanted) = (row.base.len(), schema.fields.len());
        return Err(Fault::refused(format!(
            "a base of {found} fields under a schema of {wanted}"
        )));
    }
    let hashes = hashes(row.base);
    let (number, extension) = key_columns(row.key);
    let changed = statement.execute((
        id,
        schema.id,
        unconfirmed(row.base),
        row.ids.justcall.as_ref().map(RecordId::as_str),
        row.ids.crm.as_ref().map(RecordId::as_str),
        number,
        extension,
        hashes.justcall.0.cast_signed(),
        hashes.crm.0.cast_signed(),
        row.created_at.justcall.map(At),
        row.created_at.crm.map(At),
    ));
    changed.map_err(|error| match error.sqlite_error() {
        Some(cause) if cause.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE => {
            Fault::refused(format!(
                "link {id} would take a record that another link holds ({})",
                names(row.ids)
            ))
        }
        _ => error.into(),
    })
}

fn names(ids: &BySide<Option<RecordId>>) -> String {
    let name =
        |(side, id): (model::Side, &Option<RecordId>)| id.as_ref().map(|id| format!("{side} {id}"));
    ids.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}

/// As [`model::Base::hashes`], without building a base.
pub(crate) fn hashes(base: &[BaseField]) -> BySide<RowHash> {
    BySide::from_fn(|side| RowHash::of(base.iter().map(|field| field.cells[side].as_cell())))
}

fn unconfirmed(base: &[BaseField]) -> i64 {
    let bit = |(side, bit): (model::Side, &i64)| {
        if base.iter().any(|field| field.sent[side]) {
            *bit
        } else {
            0
        }
    };
    UNCONFIRMED.iter().map(bit).sum()
}

const fn status_column(status: LinkStatus) -> i64 {
    match status {
        LinkStatus::Active => 0,
        LinkStatus::Dormant => 1,
    }
}

/// The reverse of [`status_column`].
pub(crate) fn status_from_column(status: i64) -> Result<LinkStatus, Fault> {
    match status {
        0 => Ok(LinkStatus::Active),
        1 => Ok(LinkStatus::Dormant),
        _ => Err(Fault::corrupt(format!(
            "a link has the unknown status {status}"
        ))),
    }
}

/// Ends a link; base and absences go with it.
pub(crate) fn end(connection: &Connection, id: LinkId) -> Result<(), Fault> {
    expect_one(
        connection
            .prepare_cached("DELETE FROM links WHERE id = ?1")?
            .execute([id.0])?,
        id,
    )
}

/// Takes both ids off a link that is about to end.
pub(crate) fn release_ids(connection: &Connection, id: LinkId) -> Result<(), Fault> {
    connection
        .prepare_cached("UPDATE links SET justcall_id = NULL, crm_id = NULL WHERE id = ?1")?
        .execute([id.0])?;
    Ok(())
}

/// Takes both ids off a link that is about to get others.
pub(crate) fn release_changed_ids(
    connection: &Connection,
    id: LinkId,
    ids: &BySide<Option<RecordId>>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "UPDATE links SET justcall_id = NULL, crm_id = NULL
         WHERE id = ?1 AND (justcall_id IS NOT ?2 OR crm_id IS NOT ?3)",
    )?;
    statement.execute((
        id.0,
        ids.justcall.as_ref().map(RecordId::as_str),
        ids.crm.as_ref().map(RecordId::as_str),
    ))?;
    Ok(())
}

fn expect_one(changed: usize, id: LinkId) -> Result<(), Fault> {
    if changed == 1 {
        Ok(())
    } else {
        Err(Fault::refused(format!("there is no link {}", id.0)))
    }
}
