//! Carries out state changes: one transaction, all or nothing (I14). What the changes should be is `sync`'s.

use crate::change::StateChange;
use crate::error::{Fault, Result};
use crate::links::{BATCH, LinkRow, LinkWriter};
use crate::open::Store;
use crate::schemas::CurrentSchema;
use crate::{
    absences, apart, approvals, callers, conflicts, copies, decisions, exclusions, facts, guards, journal, links,
    number_fields, parked, resolutions, schemas, standing_rules, state, tombstones,
};
use model::LinkId;
use model::mutant::{self, Mutant};
use rusqlite::Connection;

impl Store {
    /// Makes all changes durable, or none. Answers with the new links in the order of their changes.
    pub fn commit(&mut self, changes: &[StateChange]) -> Result<Vec<LinkId>> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let schema = self.schema.clone();
        self.write(|transaction| carry_out(transaction, schema.as_ref(), changes))
    }
}

fn carry_out(
    connection: &Connection,
    schema: Option<&CurrentSchema>,
    changes: &[StateChange],
) -> Result<Vec<LinkId>, Fault> {
    let mut links = LinkWriter::new(connection, schema)?;
    let mut journal = journal::Writer::new(connection)?;
    let new = |change: &StateChange| matches!(change, StateChange::NewLink { .. });
    for group in changes.chunk_by(|one, next| new(one) && new(next)) {
        for changes in group.chunks(BATCH) {
            links.insert(&changes.iter().filter_map(new_row).collect::<Vec<_>>())?;
        }
        for change in group.iter().filter(|change| !new(change)) {
            change_existing(connection, &mut links, &mut journal, change)?;
        }
    }
    journal.finish()?;
    let new = links.finish()?;
    if changes.iter().any(StateChange::moves_serial) {
        state::set_serial(connection, state::serial(connection)? + 1)?;
    }
    Ok(new)
}

fn new_row(change: &StateChange) -> Option<LinkRow<'_>> {
    match change {
        StateChange::NewLink { ids, key, base, created_at } => Some(LinkRow { ids, key: *key, base, created_at }),
        _ => None,
    }
}

fn change_existing(
    connection: &Connection,
    links: &mut LinkWriter<'_>,
    journal: &mut journal::Writer<'_>,
    change: &StateChange,
) -> Result<(), Fault> {
    match change {
        StateChange::NewLink { .. } => Ok(()), // inserted in groups
        StateChange::UpdateLink { id, ids, key, fields, created_at } => {
            links.update(*id, &LinkRow { ids, key: *key, base: fields, created_at })
        }
        StateChange::SetStatus { id, status } => links.set_status(*id, *status),
        StateChange::EndLink { id, tombstone } => {
            links::end(connection, *id)?;
            tombstone
                .as_ref()
                .filter(|_| !mutant::is(Mutant::NoTombstone))
                .map_or(Ok(()), |tombstone| tombstones::insert(connection, tombstone))
        }
        StateChange::SetAbsence { link, side, absence } => absences::set(connection, *link, *side, *absence),
        StateChange::Outcome { intent, outcome, at } => journal.outcome(*intent, outcome, *at),
        StateChange::Park(parking) => parked::park(connection, parking),
        StateChange::Unpark { side, key } => parked::unpark(connection, *side, key),
        StateChange::NumberFields(known) => number_fields::set(connection, known),
        StateChange::ParkedAs { side, key, row_hash } => parked::stays_as(connection, *side, key, *row_hash),
        StateChange::ConflictsSeen(open, at) => conflicts::seen(connection, open, *at),
        StateChange::Fact { key, value } => facts::set(connection, key, value),
        StateChange::MoveId { link, side, id } => links::move_id(connection, *link, *side, id),
        StateChange::KeepCopy(change) => copies::keep(connection, change),
        StateChange::GuardUse { class, count, at } => guards::count(connection, class, *count, *at),
        StateChange::CallerMade { number, side, at } => callers::add(connection, *number, *side, *at),
        decided => decide(connection, decided),
    }
}

/// What people decided, and what became of it.
fn decide(connection: &Connection, change: &StateChange) -> Result<(), Fault> {
    match change {
        StateChange::Resolve(resolution) => resolutions::add(connection, resolution),
        StateChange::DropResolution(conflict) => resolutions::remove(connection, conflict).map(drop),
        StateChange::KeepApart(pair) => apart::add(connection, pair),
        StateChange::DropApart(ids) => apart::remove(connection, ids),
        StateChange::RetireField(field) => schemas::retire(connection, field),
        StateChange::SetRule(rule) => standing_rules::set(connection, rule),
        StateChange::DropRule(field, kind) => standing_rules::remove(connection, field, *kind),
        StateChange::Exclude(exclusion) => exclusions::add(connection, exclusion),
        StateChange::Include(action) => exclusions::remove(connection, action),
        StateChange::Approve(approval) => approvals::set(connection, approval),
        StateChange::DropApproval(class) => approvals::remove(connection, class),
        StateChange::Remember(decision) => decisions::add(connection, decision),
        // Not a decision: carried out above. Or `Withdraw`: the serial moves, and that is all.
        _ => Ok(()),
    }
}
