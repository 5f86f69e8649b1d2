//! A side that tells what changed may tell it late. Before anything is decided about contacts that will probably be
//! written there, their records are read themselves: an edit that the feed does not show yet is not overwritten.
//!
//! Where a side does not lag, or was listed as a whole, there is nothing to read.

use crate::env::reading;
use crate::error::{Error, Result};
use crate::numbers;
use crate::session::Session;
use connector::Presence;
use engine::survey::survey;
use model::numbers::own_id;
use model::{BySide, LinkHead, Listing, Record, RecordId, RowHash, Side, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Puts what the records themselves show in the place of what was remembered of them.
pub(crate) async fn read_afresh(
    session: &Session<'_>,
    listings: &mut BySide<Listing>,
    heads: &[LinkHead],
) -> Result<()> {
    for side in Side::BOTH {
        let capabilities = session.connectors[side].capabilities();
        if !session.is_fed(side) || capabilities.read_lag_seconds == 0 {
            continue;
        }
        let wanted = in_question(session, listings, heads, side);
        if wanted.is_empty() {
            continue;
        }
        let answers = session.connectors[side].read(&wanted, &reading(side, session.events)).await;
        let answers = answers.map_err(Error::replica(side))?;
        let mut shown: BTreeMap<RecordId, Record> = BTreeMap::new();
        for (id, answer) in wanted.into_iter().zip(answers) {
            // Of whoever is said to be gone although the side has told nothing of that, the side has not made up its mind:
            // what was remembered stays, and the next reading says more (S1).
            if let Presence::Present(record) = answer {
                shown.insert(id, record);
            }
        }
        listings[side].table = replaced(&listings[side].table, &shown)?;
        numbers::choose(session, listings, heads)?;
    }
    Ok(())
}

/// Linked records whose partner changed or is missing, or to which something was sent: as far as anybody can say before
/// deciding, those that this run writes to.
fn in_question(session: &Session<'_>, listings: &BySide<Listing>, heads: &[LinkHead], side: Side) -> Vec<RecordId> {
    let tables = BySide { justcall: &listings.justcall.table, crm: &listings.crm.table };
    let seen = survey(&session.settings.schema, tables, heads);
    let hash = |side: Side, row: u32| -> RowHash { seen.hashes[side][row as usize] };
    let mut wanted: Vec<RecordId> = Vec::new();
    for joined in seen.joined.iter().filter(|joined| joined.rows[side].is_some()) {
        let head = &heads[joined.head];
        let partner = joined.rows[side.other()];
        let moved = partner.is_none_or(|row| hash(side.other(), row) != head.hashes[side.other()]);
        if moved || head.unconfirmed[side] {
            // Of a contact with several numbers, as a whole.
            wanted.extend(head.ids[side].as_ref().map(|id| RecordId::from(own_id(id.as_str()))));
        }
    }
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

fn replaced(table: &Table, shown: &BTreeMap<RecordId, Record>) -> Result<Table> {
    let mut new = Table::new(table.width());
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for row in table.iter() {
        let own = own_id(row.id());
        match shown.get(&RecordId::from(own)) {
            None => new.push_row(row)?,
            // Once, in the place of all of a contact's records.
            Some(record) if done.insert(own) => new.push_record(record)?,
            Some(_) => {}
        }
    }
    Ok(new)
}
