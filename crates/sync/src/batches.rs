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

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AbsenceProof, ActionId, BySide, RecordId, Rule};

    fn action(at: u32, kind: ActionKind, via: Via) -> Action {
        Action {
            side: Side::Crm,
            kind,
            record_id: Some(RecordId::from(at.to_string())),
            other_id: None,
            phone: format!("+1415555{at:04}"),
            reason: Rule::R2,
            via,
            changes: Vec::new(),
            name: String::new(),
            note: String::new(),
            link: None,
            expect: BySide::default(),
            evidence: None,
            agreed: Vec::new(),
            cycle: None,
            id: ActionId::default(),
        }
    }

    fn can(batch: usize, unique_phones: bool) -> Capabilities {
        Capabilities {
            create_via: Via::Api,
            update_via: Via::Api,
            phone_update_via: Via::Api,
            delete_via: Via::Api,
            batch,
            concurrency: 1,
            absence_proof: AbsenceProof::Probe,
            phone_required: false,
            unique_phones,
            bulk_by_phone: false,
            field_times: false,
            read_batch: 1,
            change_feed: false,
            read_lag_seconds: 0,
        }
    }

    /// Sizes and kinds of the batches.
    fn cut(actions: &[Action], capabilities: &Capabilities) -> Vec<(usize, ActionKind, bool)> {
        let cut = batches(actions, Side::Crm, capabilities);
        let ids = |actions: &mut dyn Iterator<Item = &Action>| {
            actions.map(|action| action.record_id.clone()).collect::<Vec<_>>()
        };
        let writes = &mut actions.iter().filter(|action| action.side == Side::Crm && action.kind.is_write());
        assert_eq!(
            ids(&mut cut.iter().flat_map(|batch| batch.actions.iter().copied())),
            ids(writes),
            "every write, once, in the plan's order"
        );
        cut.iter().map(|batch| (batch.actions.len(), batch.actions[0].kind, batch.is_circle)).collect()
    }

    fn many(kinds: &[(u32, ActionKind)], via: Via) -> Vec<Action> {
        let kinds = kinds.iter().flat_map(|(count, kind)| (0..*count).map(|_| *kind));
        kinds.zip(0..).map(|(kind, at)| action(at, kind, via)).collect()
    }

    use ActionKind::{Create, Delete, Update};

    #[test]
    fn a_native_batch_holds_one_kind_and_is_as_full_as_it_can_be() {
        let actions = many(&[(250, Update), (101, Create), (3, Delete)], Via::Api);
        assert_eq!(
            cut(&actions, &can(100, false)),
            [(100, Update), (100, Update), (50, Update), (100, Create), (1, Create), (3, Delete)]
                .map(|(count, kind)| (count, kind, false))
        );
        for batch in batches(&actions, Side::Crm, &can(100, false)) {
            let kind = batch.actions[0].kind;
            assert!(batch.actions.iter().all(|action| action.kind == kind));
        }
    }

    #[test]
    fn a_file_takes_all_kinds_at_once_and_single_requests_go_by_fifty() {
        let kinds = [(60, Update), (2, Create), (1, Delete)];
        assert_eq!(cut(&many(&kinds, Via::File), &can(usize::MAX, false)), [(63, Update, false)]);
        assert_eq!(cut(&many(&kinds, Via::Put), &can(100, false)), [(50, Update, false), (13, Update, false)]);
    }

    #[test]
    fn what_travels_otherwise_or_belongs_to_a_circle_stands_apart() {
        let mut actions = many(&[(6, Update)], Via::Api);
        actions[2].via = Via::Put;
        actions[3].cycle = Some(1);
        actions[4].cycle = Some(1);
        let sizes = |unique: bool| {
            cut(&actions, &can(100, unique)).into_iter().map(|(count, _, circle)| (count, circle)).collect::<Vec<_>>()
        };
        assert_eq!(sizes(true), [(2, false), (1, false), (2, true), (1, false)]);
        // Where two records may hold a number, it moves as it likes.
        assert_eq!(sizes(false), [(2, false), (1, false), (3, false)]);
    }

    #[test]
    fn the_other_side_and_the_state_are_not_sent() {
        let mut actions = many(&[(3, Update)], Via::Api);
        actions[0].side = Side::Justcall;
        actions[1].kind = ActionKind::Rebase;
        assert_eq!(cut(&actions, &can(100, false)), [(1, Update, false)]);
    }
}
