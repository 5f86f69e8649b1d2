//! Phases 8 and 9 for one write: what its outcome makes of the state and of the report. Pure bookkeeping.

use crate::ledger::{Entry, Landed, Ledger};
use connector::WriteResult;
use engine::settings::GuardClass;
use jiff::Timestamp;
use model::mutant::{self, Mutant};
use model::{
    Action, ActionKind, BySide, Cell, Change, FailedWrite, Field, Outcome, PhoneKey, Record, RecordId, RowHash, RowRef,
    Rule, RunId, Side, StaleRecord, Tombstone, Via,
};
use std::collections::BTreeMap;
use store::{Parking, StateChange};

/// What a batch's outcomes add up to.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) changes: Vec<StateChange>,
    pub(crate) new: Vec<Entry>,
    pub(crate) failed: Vec<FailedWrite>,
    pub(crate) stale: Vec<StaleRecord>,
    pub(crate) landed: Vec<(Side, ActionKind)>,
    /// What landed, as the guards count it.
    pub(crate) used: BTreeMap<GuardClass, u64>,
}

/// One write and what it was made from.
pub(crate) struct Written<'a> {
    pub(crate) action: &'a Action,
    pub(crate) intent: i64,
    /// The record on the other side, where the values came from.
    pub(crate) source: Option<RowRef<'a>>,
    pub(crate) now: Timestamp,
    pub(crate) run: &'a RunId,
}

/// Takes one outcome into the tally.
pub(crate) fn record(ledger: &mut Ledger<'_>, written: &Written<'_>, result: WriteResult, tally: &mut Tally) {
    let action = written.action;
    let outcome = match result {
        WriteResult::Done { id, stored } => {
            let outcome = Outcome::Done { id: id.clone() };
            match action.kind {
                ActionKind::Create => created(ledger, written, id, stored.as_ref(), tally),
                ActionKind::Delete => deleted(ledger, written, tally),
                _ => updated(ledger, written, stored.as_ref(), tally),
            }
            outcome
        }
        WriteResult::Refused { message } => {
            fail(action, &message, false, tally);
            park(written, &message, tally);
            Outcome::Refused { message }
        }
        WriteResult::Unknown { .. } if mutant::is(Mutant::LostIsDone) => {
            return record(ledger, written, WriteResult::Done { id: None, stored: None }, tally);
        }
        WriteResult::Unknown { message } => {
            fail(action, &message, true, tally);
            Outcome::Unknown { message }
        }
        WriteResult::Stale { message } => {
            tally.stale.push(stale(action, &message));
            Outcome::Stale { message }
        }
    };
    if !mutant::is(Mutant::OutcomeMissing) {
        tally.changes.push(StateChange::Outcome { intent: written.intent, outcome, at: written.now });
    }
}

pub(crate) fn stale(action: &Action, message: &str) -> StaleRecord {
    StaleRecord {
        side: action.side,
        phone: action.phone.clone(),
        record_id: action.record_id.clone(),
        detail: message.to_owned(),
    }
}

fn fail(action: &Action, message: &str, unknown: bool, tally: &mut Tally) {
    tally.failed.push(FailedWrite {
        side: action.side,
        phone: action.phone.clone(),
        error: message.to_owned(),
        record_id: action.record_id.clone(),
        unknown,
    });
}

/// Not tried again until the record that it comes from changes (S41). A refused deletion is: roles change.
fn park(written: &Written<'_>, message: &str, tally: &mut Tally) {
    let action = written.action;
    // What an undo could not put back follows from no record: the next undo tries again.
    let is_tried_again =
        mutant::is(Mutant::RefusedForgotten) || action.kind == ActionKind::Delete || action.reason == Rule::Undo;
    let key = match (&action.other_id, action.expect[action.side.other()], PhoneKey::new(&action.phone, "")) {
        (Some(id), Some(row_hash), _) => Some((id.as_str().to_owned(), row_hash)),
        // It comes from no record: it waits until a person has it tried again.
        (None, _, Some(key)) if action.reason == Rule::Caller => Some(engine::callers::parked_key(key)),
        _ => None,
    };
    if let (Some((key, row_hash)), false) = (key, is_tried_again) {
        tally.changes.push(StateChange::Park(Parking {
            side: action.side,
            key,
            row_hash,
            message: message.to_owned(),
            at: written.now,
            phone: action.phone.clone(),
            undone: false,
        }));
    }
}

/// An undo took a contact off one side, and `source` is the record that it came from. The next plan would create it
/// there again at once: it waits for a change, or for a person (`tieline retry`).
pub(crate) fn taken_off(
    side: Side,
    source: (&RecordId, RowHash),
    phone: &str,
    run: &RunId,
    at: Timestamp,
) -> StateChange {
    StateChange::Park(Parking {
        side,
        key: source.0.as_str().to_owned(),
        row_hash: source.1,
        message: format!("taken off {} by the undo {run}", side.title()),
        at,
        phone: phone.to_owned(),
        undone: true,
    })
}

fn stored_cell(stored: Option<&Record>, index: usize) -> Option<Cell<'_>> {
    stored.map(|record| record.cell(index))
}

fn updated(ledger: &mut Ledger<'_>, written: &Written<'_>, stored: Option<&Record>, tally: &mut Tally) {
    let action = written.action;
    let is_undo = action.reason == Rule::Undo;
    let Some((link, mut entry)) = ledger.link_of(action).and_then(|link| Some((link, ledger.entry(link)?.clone())))
    else {
        if is_undo {
            finish(written, &[], tally); // nobody's partner any more: it is put back all the same
        }
        return;
    };
    let mut missed = Vec::new();
    for change in &action.changes {
        let Some(id) = ledger.schema.position(&change.field) else { continue };
        let other_now = written.source.map_or(Cell::Unknown, |row| row.cell(id.index()));
        let stored = stored_cell(stored, id.index());
        if let Landed::No { holds } = ledger.landed(&mut entry, action.side, (id, change), stored, other_now) {
            missed.push(did_not_land(change, &holds));
        } else if is_undo {
            let shown = stored.filter(|cell| *cell != Cell::Unknown);
            let now = shown.unwrap_or(Cell::from_text(&change.after));
            entry.restored(action.side, (id, &change.field), now, ledger.normalizer);
            let base = &mut entry.base.fields[id.index()];
            base.sent[action.side] = base.is_known() && shown.is_none();
        }
    }
    if !mutant::is(Mutant::BaseForgotten) {
        tally.changes.push(entry.update());
    }
    if let Some(known) = ledger.entry(link) {
        *known = entry;
    }
    finish(written, &missed, tally);
}

fn did_not_land(change: &Change, holds: &str) -> String {
    format!("{} was acknowledged but did not land: sent `{}`, it holds `{holds}`", change.field, change.after)
}

/// Counts the write, or says which fields were acknowledged and ignored (S33).
fn finish(written: &Written<'_>, missed: &[String], tally: &mut Tally) {
    if missed.is_empty() {
        landed(written.action, tally);
        return;
    }
    let message = missed.join("; ");
    fail(written.action, &message, false, tally);
    park(written, &message, tally);
}

fn created(
    ledger: &mut Ledger<'_>,
    written: &Written<'_>,
    id: Option<RecordId>,
    stored: Option<&Record>,
    tally: &mut Tally,
) {
    let action = written.action;
    let side = action.side;
    if let Some(id) =
        id.as_ref().filter(|id| !mutant::is(Mutant::SomebodyElse) && ledger.is_anothers(side, id, action.link))
    {
        // A replica that finds contacts by number took it for one that somebody else is linked to (I6).
        fail(action, &format!("it was taken for {id}, which is another contact"), false, tally);
        return;
    }
    let is_undo = action.reason == Rule::Undo;
    if action.reason == Rule::Caller {
        // Nobody's partner yet: the next plan meets it like any record. But never a second one.
        tally.changes.extend(made_caller(ledger, side, &action.phone, written.now));
        return finish(written, &[], tally);
    }
    if is_undo && written.source.is_none() {
        return finish(written, &[], tally); // back, and nobody's partner yet: the next plan meets it like any record
    }
    let existing = action.link.and_then(|link| ledger.entry(link).map(|entry| entry.clone()));
    let mut entry = existing.clone().unwrap_or_else(|| ledger.fresh(BySide::default()));
    let own_id = written.source.filter(|row| row.native_id()).map(|row| RecordId::from(row.id()));
    entry.ids[side.other()] = own_id;
    entry.created_at = BySide::default();
    // A file that was read back shows it from now on; an answer does not say what a listing will show (S8).
    let is_shown = stored.is_some() && action.via == Via::File;
    entry.created_at[side] = (!is_shown).then_some(written.now);
    entry.ids[side] = id;
    entry.base.fields.fill(model::BaseField::default());
    let mut missed = Vec::new();
    for (field_id, field) in ledger.schema.iter() {
        let source = written.source.map_or(Cell::Unknown, |row| row.cell(field_id.index()));
        let stored = stored_cell(stored, field_id.index());
        let sent = action.changes.iter().find(|change| change.field == *field);
        match sent {
            Some(change) => {
                let landed = ledger.landed(&mut entry, side, (field_id, change), stored, source);
                if let Landed::No { holds } = landed {
                    missed.push(did_not_land(change, &holds));
                }
            }
            // Not sent: the new record has nothing there, whatever the source holds.
            // An undo brings back what was there, so that the other side's further values can still travel (R13).
            None if source == Cell::Unknown || (is_undo && source != Cell::Cleared) => {}
            None => {
                let mut cells = BySide { justcall: source, crm: source };
                cells[side] = Cell::Cleared;
                entry.agree(field_id, cells);
                entry.base.fields[field_id.index()].sent[side] = true;
            }
        }
    }
    if existing.is_some() {
        tally.changes.push(entry.update());
        if let Some(link) = action.link
            && let Some(known) = ledger.entry(link)
        {
            known.clone_from(&entry);
        }
        for side in Side::BOTH {
            tally.changes.push(StateChange::SetAbsence { link: entry.base.link, side, absence: None });
        }
    } else {
        tally.changes.push(entry.insert());
        tally.new.push(entry);
    }
    if let (true, Some(key)) = (is_undo, &action.other_id) {
        tally.changes.push(StateChange::Unpark { side, key: key.as_str().to_owned() });
    }
    finish(written, &missed, tally);
}

/// A caller became a contact.
pub(crate) fn made_caller(ledger: &Ledger<'_>, side: Side, phone: &str, at: Timestamp) -> Option<StateChange> {
    let key = ledger.key(Cell::from_text(phone))?;
    Some(StateChange::CallerMade { number: key.number(), side, at })
}

fn deleted(ledger: &mut Ledger<'_>, written: &Written<'_>, tally: &mut Tally) {
    let action = written.action;
    if let Some(id) = action.link {
        let key = ledger.entry(id).and_then(|entry| entry.key);
        let mut ids = BySide { justcall: action.record_id.clone(), crm: action.other_id.clone() };
        if action.side == Side::Crm {
            std::mem::swap(&mut ids.justcall, &mut ids.crm);
        }
        if action.reason == Rule::Undo {
            ids[action.side.other()] = None; // that record stays
        }
        let tombstone = Tombstone { key, ids, at: written.now, rule: action.reason };
        tally.changes.push(StateChange::EndLink { id, tombstone: Some(tombstone) });
        if let (Side::Crm, true, Some(record)) = (action.side, action.reason != Rule::Undo, &action.record_id) {
            // The contact went, and with it every number of it.
            for head in ledger.of_contact(record).into_iter().filter(|head| head.id != id) {
                let tombstone =
                    Tombstone { key: head.key, ids: head.ids.clone(), at: written.now, rule: action.reason };
                tally.changes.push(StateChange::EndLink { id: head.id, tombstone: Some(tombstone) });
            }
        }
    }
    let source = action.other_id.as_ref().zip(action.expect[action.side.other()]);
    if let (Rule::Undo, Some(source)) = (action.reason, source) {
        tally.changes.push(taken_off(action.side, source, &action.phone, written.run, written.now));
    }
    landed(action, tally);
}

fn landed(action: &Action, tally: &mut Tally) {
    tally.landed.push((action.side, action.kind));
    for (class, by) in uses(action.kind, &action.changes) {
        *tally.used.entry(class).or_default() += by;
    }
}

/// What one landed write uses up of which guard.
pub(crate) fn uses(kind: ActionKind, changes: &[Change]) -> Vec<(GuardClass, u64)> {
    let of = |wanted: fn(&Change) -> bool| changes.iter().filter(|change| wanted(change)).count() as u64;
    let all = match kind {
        ActionKind::Create => vec![(GuardClass::Creates, 1)],
        ActionKind::Delete => vec![(GuardClass::Deletes, 1)],
        _ => vec![
            (GuardClass::Changed, 1),
            (GuardClass::PhoneChanges, of(|change| change.field == Field::Phone)),
            (GuardClass::Clears, of(|change| change.after.is_empty())),
        ],
    };
    all.into_iter().filter(|(_, by)| *by > 0).collect()
}

/// What a record must hold for its action to be safe: nothing has moved since the plan.
pub(crate) fn moved(action: &Action, records: BySide<Option<RowHash>>) -> Option<String> {
    for side in Side::BOTH {
        match (action.expect[side], records[side]) {
            (Some(expected), Some(found)) if expected != found => {
                return Some(format!("the {} record changed after the plan was made", side.title()));
            }
            (Some(_), None) => return Some(format!("the {} record is gone", side.title())),
            _ => {}
        }
    }
    None
}
