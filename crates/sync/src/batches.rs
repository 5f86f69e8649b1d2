//! Cuts a plan's writes into batches in the order of the plan: what travels together, up to what goes out at once. A
//! native batch is of one kind, since no request creates and updates: so each is as full as it can be.

use connector::{Write, WriteKind};
use model::{Action, ActionKind, Capabilities, Change, RowRef, Schema, Side, Via};
use store::Intent;

/// How many single requests are journalled together. Small enough that a crash leaves few of them in doubt.
const SINGLES: usize = 50;

/// Writes that go out together.
pub(crate) struct Batch<'p> {
    pub(crate) side: Side,
    pub(crate) actions: Vec<&'p Action>,
    /// It hands numbers around, where that takes several steps.
    pub(crate) is_circle: bool,
}

/// All batches of one side.
pub(crate) fn batches<'p>(actions: &'p [Action], side: Side, capabilities: &Capabilities) -> Vec<Batch<'p>> {
    let mut batches: Vec<Batch<'p>> = Vec::new();
    for action in actions.iter().filter(|action| action.side == side && action.kind.is_write()) {
        let most = match action.via {
            Via::Bulk | Via::File | Via::Api => capabilities.batch,
            Via::Put | Via::Delete | Via::State => SINGLES,
        };
        let fits = |batch: &Batch<'_>| {
            let first = batch.actions[0];
            first.via == action.via
                && (action.via != Via::Api || first.kind == action.kind)
                && circle(first, capabilities) == circle(action, capabilities)
                && batch.actions.len() < most
        };
        if let Some(batch) = batches.last_mut().filter(|batch| fits(batch)) {
            batch.actions.push(action);
        } else {
            let is_circle = circle(action, capabilities).is_some();
            batches.push(Batch { side, actions: vec![action], is_circle });
        }
    }
    batches
}

/// The circle that an action belongs to. Where two records may hold a number, numbers move as they like.
fn circle(action: &Action, capabilities: &Capabilities) -> Option<u32> {
    action.cycle.filter(|_| capabilities.unique_phones)
}

/// The write that an action asks for.
pub(crate) fn write(schema: &Schema, action: &Action, current: Option<RowRef<'_>>) -> Write {
    Write {
        kind: match action.kind {
            ActionKind::Create => WriteKind::Create,
            ActionKind::Delete => WriteKind::Delete,
            _ => WriteKind::Update,
        },
        via: action.via,
        current: current.map(RowRef::to_record),
        set: action
            .changes
            .iter()
            .filter_map(|change| Some((schema.position(&change.field)?, change.after.clone())))
            .collect(),
    }
}

/// What the journal keeps of it before it goes out.
pub(crate) fn intent(schema: &Schema, action: &Action, own: Option<RowRef<'_>>, other: Option<RowRef<'_>>) -> Intent {
    Intent {
        side: action.side,
        kind: action.kind,
        via: action.via,
        link: action.link,
        record_id: action.record_id.clone(),
        other_id: action.other_id.clone(),
        phone: action.phone.clone(),
        name: action.name.clone(),
        reason: action.reason,
        note: action.note.clone(),
        changes: match own {
            Some(record) if action.kind == ActionKind::Delete => kept(schema, record),
            _ => action.changes.clone(),
        },
        before: own.map(RowRef::to_record),
        other: other.map(RowRef::to_record),
    }
}

/// Everything that goes with a record, by name: fields may come and go before somebody wants it back.
fn kept(schema: &Schema, record: RowRef<'_>) -> Vec<Change> {
    let fields = schema.iter().filter_map(|(id, field)| Some((field, record.cell(id.index()).value()?)));
    fields
        .map(|(field, text)| Change { field: field.clone(), before: Some(text.to_owned()), after: String::new() })
        .collect()
}
