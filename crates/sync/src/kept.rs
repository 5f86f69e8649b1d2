//! Listings of a side that can tell what changed: the kept copy with those changes, or everything where there is no copy,
//! another set of fields, or a replica that cannot say. Both come out the same, row for row.

use crate::error::{Error, Result};
use crate::memory::Memory;
use crate::session::Session;
use connector::{Feed, Progress};
use model::{Coverage, Listing, RowRef, Side, Table};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Copy, CopyChange};

/// Reads a side. What is to be kept of it is committed when the run ends.
pub(crate) async fn list(
    session: &Session<'_>,
    side: Side,
    memory: Option<&Arc<Memory>>,
    progress: &dyn Progress,
) -> Result<Listing> {
    let connector = &session.connectors[side];
    if !connector.capabilities().change_feed {
        let listing = match memory {
            Some(memory) => connector.list_against(Memory::half(memory, side), progress).await,
            None => connector.list(progress).await,
        };
        return listing.map_err(Error::replica(side));
    }
    let width = session.settings.schema.width(side);
    let mut why = None;
    if let Some(copy) = session.store.copy(side, &session.scope, width)? {
        match connector.changes(&copy.cursor, progress).await.map_err(Error::replica(side))? {
            Feed::Changes { changed, mut gone, notes } => {
                // Whoever lives on under another id is among the changes as that.
                gone.extend(connector.successors().into_iter().map(|successor| successor.old));
                let (table, records) = merged(&copy, &changed, &gone)?;
                if table.is_empty() {
                    // The first contacts of a side may be too new for its changes: only a list can say that nobody is there.
                    return read_anew(session, side, None, progress).await;
                }
                let cursor = connector.cursor().unwrap_or(copy.cursor);
                keep(session, CopyChange { side, cursor, shape: session.scope.clone(), whole: false, records, gone });
                return Ok(Listing { table, coverage: Coverage::Complete, read_at: session.env.now(), notes });
            }
            Feed::StartOver { reason } => why = Some(reason),
        }
    }
    read_anew(session, side, why, progress).await
}

/// Reads everybody, and keeps that.
async fn read_anew(session: &Session<'_>, side: Side, why: Option<String>, progress: &dyn Progress) -> Result<Listing> {
    let connector = &session.connectors[side];
    let width = session.settings.schema.width(side);
    let mut listing = connector.list(progress).await.map_err(Error::replica(side))?;
    listing.notes.extend(why.map(|why| format!("everybody is read anew: {why}")));
    let by_id: BTreeMap<&str, RowRef<'_>> = listing.table.iter().map(|row| (row.id(), row)).collect();
    // Two rows of one id are somebody else's finding: the copy would hide one.
    if by_id.len() == listing.table.len() {
        listing.table = table_of(width, by_id.into_values())?;
        if let Some(cursor) = connector.cursor().filter(|_| listing.is_complete()) {
            let (shape, records) = (session.scope.clone(), listing.table.clone());
            keep(session, CopyChange { side, cursor, shape, whole: true, records, gone: Vec::new() });
        }
    }
    Ok(listing)
}

fn keep(session: &Session<'_>, change: CopyChange) {
    session.copies.borrow_mut().push(change);
}

fn table_of<'a>(width: usize, rows: impl Iterator<Item = RowRef<'a>>) -> Result<Table> {
    let mut table = Table::new(width);
    for row in rows {
        table.push(row.id(), row.native_id(), row.cells(width), row.rest())?;
    }
    Ok(table)
}

/// The copy with the changes in it, and those changes that are some.
fn merged(copy: &Copy, changed: &Table, gone: &[model::RecordId]) -> Result<(Table, Table)> {
    let width = copy.table.width();
    let mut rows: BTreeMap<&str, RowRef<'_>> = copy.table.iter().map(|row| (row.id(), row)).collect();
    let mut news = BTreeMap::new();
    for id in gone {
        rows.remove(id.as_str());
    }
    for row in changed.iter() {
        let known = rows.insert(row.id(), row);
        if known.is_none_or(|known| known.to_record() != row.to_record()) {
            news.insert(row.id(), row);
        }
    }
    Ok((table_of(width, rows.into_values())?, table_of(width, news.into_values())?))
}
