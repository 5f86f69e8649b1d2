//! The part of a plan that touches the state alone: links, rebases, and what the listings showed.

use crate::ledger::{Entry, Ledger};
use crate::rows::Rows;
use model::{
    Action, ActionKind, Apart, BaseField, BySide, Cell, Field, FieldId, LinkStatus, Observation, PhoneKey, RecordId,
    RowRef, Rule, Side, Tombstone,
};
use store::StateChange;

/// Changes to commit, and the entries that the new links among them belong to.
#[derive(Default)]
pub(crate) struct StateWork {
    pub(crate) changes: Vec<StateChange>,
    pub(crate) new: Vec<(Entry, Option<(RecordId, RecordId)>)>,
}

/// One state-only action.
pub(crate) fn action(
    ledger: &mut Ledger<'_>,
    rows: &Rows<'_>,
    action: &Action,
    apart: &[Apart],
    now: jiff::Timestamp,
    work: &mut StateWork,
) {
    match (action.kind, action.link) {
        (ActionKind::Link, None) => new_link(ledger, rows, action, work),
        (ActionKind::Link, Some(id)) if action.reason == Rule::Scope => {
            work.changes.push(StateChange::SetStatus { id, status: LinkStatus::Active });
        }
        (ActionKind::Link | ActionKind::Rebase, Some(id)) => {
            let records = rows.of(action);
            let fields = fields_of(ledger, &action.agreed, false);
            let renewed = action.kind == ActionKind::Link;
            let unknown = ledger.schema.len();
            let key = agreed_key(ledger, records, &fields);
            let Some(entry) = ledger.entry(id) else { return };
            if renewed {
                entry.base = model::Base::unknown(id, unknown);
            }
            settle(entry, records, &fields);
            entry.key = key.or(entry.key);
            work.changes.push(entry.update());
        }
        (ActionKind::Unlink, Some(id)) if action.reason == Rule::Scope => {
            work.changes.push(StateChange::SetStatus { id, status: LinkStatus::Dormant });
        }
        (ActionKind::Unlink, link) if action.reason == Rule::Resolved => {
            // Together, or the next plan would match the two again.
            let Some(pair) = apart.iter().find(|pair| is_pair(pair, action)) else { return };
            work.changes.extend(link.map(|id| StateChange::EndLink { id, tombstone: None }));
            work.changes.push(StateChange::KeepApart(pair.clone()));
            work.changes.push(StateChange::DropResolution(pair.conflict.clone()));
            work.changes.push(StateChange::Withdraw);
        }
        (ActionKind::Unlink, Some(id)) => {
            let tombstone = Tombstone {
                key: action.phone.parse().ok(),
                ids: BySide { justcall: action.record_id.clone(), crm: action.other_id.clone() },
                at: now,
                rule: action.reason,
            };
            work.changes.push(StateChange::EndLink { id, tombstone: Some(tombstone) });
        }
        _ => {}
    }
}

fn is_pair(pair: &Apart, action: &Action) -> bool {
    action.record_id.as_ref() == Some(&pair.ids.justcall) && action.other_id.as_ref() == Some(&pair.ids.crm)
}

fn new_link(ledger: &Ledger<'_>, rows: &Rows<'_>, action: &Action, work: &mut StateWork) {
    let records = rows.of(action);
    let (Some(justcall), Some(crm)) = (records.justcall, records.crm) else { return };
    let mut entry = ledger.fresh(BySide::default());
    let phone = ledger.schema.phone().index();
    entry.key = ledger.key(crm.cell(phone)).or_else(|| ledger.key(justcall.cell(phone)));
    settle(&mut entry, records, &fields_of(ledger, &action.agreed, action.reason == Rule::R12));
    work.changes.push(entry.insert());
    work.new.push((entry, Some((RecordId::from(justcall.id()), RecordId::from(crm.id())))));
}

/// Field positions by name; none named means all where `all` says so.
fn fields_of(ledger: &Ledger<'_>, names: &[Field], all: bool) -> Vec<FieldId> {
    if names.is_empty() && all {
        return ledger.schema.iter().map(|(id, _)| id).collect();
    }
    names.iter().filter_map(|name| ledger.schema.position(name)).collect()
}

/// The number that both sides agree on now, where the phone is among the agreed fields.
fn agreed_key(ledger: &Ledger<'_>, records: BySide<Option<RowRef<'_>>>, fields: &[FieldId]) -> Option<PhoneKey> {
    let phone = ledger.schema.phone();
    let read = |row: Option<RowRef<'_>>| row.and_then(|row| ledger.key(row.cell(phone.index())));
    fields.contains(&phone).then(|| read(records.crm).or_else(|| read(records.justcall))).flatten()
}

/// The entry takes the records' own ids and, for the given fields, what both hold.
fn settle(entry: &mut Entry, records: BySide<Option<RowRef<'_>>>, fields: &[FieldId]) {
    for side in Side::BOTH {
        if let Some(row) = records[side] {
            if row.native_id() {
                entry.ids[side] = Some(RecordId::from(row.id()));
            }
            entry.created_at[side] = None;
        }
    }
    let (Some(justcall), Some(crm)) = (records.justcall, records.crm) else { return };
    // What was sent to somebody who had not shown up yet: now the listing tells.
    entry.base.fields.iter_mut().filter(|field| !field.is_known()).for_each(|field| *field = BaseField::default());
    for id in fields {
        let cells = BySide { justcall: justcall.cell(id.index()), crm: crm.cell(id.index()) };
        if cells.justcall != Cell::Unknown && cells.crm != Cell::Unknown {
            entry.agree(*id, cells);
        }
    }
}

/// Something that the listings showed.
pub(crate) fn observation(
    ledger: &mut Ledger<'_>,
    rows: &BySide<Option<RowRef<'_>>>,
    seen: &Observation,
    work: &mut StateWork,
) {
    match seen {
        Observation::Settled { link, fields, .. } => {
            let fields = fields_of(ledger, fields, false);
            let key = agreed_key(ledger, *rows, &fields);
            let Some(entry) = ledger.entry(*link) else { return };
            settle(entry, *rows, &fields);
            entry.key = key.or(entry.key);
            work.changes.push(entry.update());
        }
        Observation::Missing { link, side, absence } => {
            work.changes.push(StateChange::SetAbsence { link: *link, side: *side, absence: Some(*absence) });
        }
        Observation::Returned { link, side } => {
            work.changes.push(StateChange::SetAbsence { link: *link, side: *side, absence: None });
        }
        Observation::NeverSeen { link, .. } => {
            work.changes.push(StateChange::EndLink { id: *link, tombstone: None });
        }
    }
}
