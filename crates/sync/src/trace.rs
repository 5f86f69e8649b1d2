//! Traces contested values: when each was set and by whom, where a side can tell; and what earlier runs saw of them. Both
//! are input of the engine, which decides what is the newer value.
//!
//! Only contested records are asked for, so it costs a request where there is something to decide, and else none.

use crate::env::{Event, reading};
use crate::error::Result;
use crate::session::Session;
use connector::Workload;
use engine::normalizer::Normalizer;
use jiff::Timestamp;
use model::numbers::own_id;
use model::{
    BySide, Cell, Conflict, ConflictId, ConflictKind, ConflictPolicy, Field, FieldId, Plan, RecordId, Side, Sighting,
    Sightings, Version,
};
use std::collections::{BTreeMap, BTreeSet};

/// Contested contacts that are asked for where nothing but the report depends on it.
const SHOWN: usize = 500;

/// Per side, record and field what it was set to, newest first.
pub(crate) type Histories = BTreeMap<(Side, RecordId, Field), Vec<Version>>;

/// What the sides tell of the values that the plan leaves to a person.
pub(crate) async fn trace(session: &Session<'_>, plan: &Plan) -> Histories {
    let mut found = Histories::new();
    for side in Side::BOTH {
        let connector = &session.connectors[side];
        if !connector.capabilities().field_times {
            continue;
        }
        let (ids, fields) = contested(session, plan, side);
        if ids.is_empty() {
            continue;
        }
        let cost = connector.forecast(&Workload { histories: ids.len() as u64, ..Workload::default() });
        let planned = plan.cost[side].requests;
        if connector.quota().is_some_and(|quota| cost.requests + planned > quota.left) {
            session.events.event(Event::Note("who set which value was not asked for: the quota is needed for writing"));
            continue;
        }
        let names: Vec<Field> = fields.iter().map(|id| session.settings.schema.fields()[id.index()].clone()).collect();
        // A further number's link names the record with it.
        let own: Vec<RecordId> = ids.iter().map(|id| RecordId::from(own_id(id.as_str()))).collect();
        match connector.field_history(&own, &fields, &reading(side, session.events)).await {
            Ok(histories) => {
                for (id, history) in ids.into_iter().zip(histories) {
                    for (field, versions) in names.iter().zip(history).filter(|(_, versions)| !versions.is_empty()) {
                        found.insert((side, id.clone(), field.clone()), versions);
                    }
                }
            }
            // Nobody is worse off than without it: a person decides, and the report says less.
            Err(error) => {
                let note = format!("{} does not tell who set which value: {error}", side.title());
                session.events.event(Event::Note(&note));
            }
        }
    }
    found
}

/// Whom to ask for, those first on whom a decision depends, and for which fields.
fn contested(session: &Session<'_>, plan: &Plan, side: Side) -> (Vec<RecordId>, Vec<FieldId>) {
    let (mut needed, mut shown, mut fields) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for conflict in plan.conflicts.iter().filter(|conflict| is_about_values(conflict)) {
        let id = BySide { justcall: &conflict.justcall_id, crm: &conflict.crm_id }[side];
        let field = conflict.field.as_ref().and_then(|field| session.settings.schema.position(field));
        let (Some(id), Some(field)) = (id, field) else { continue };
        fields.insert(field);
        let ids = if is_by_time(session, conflict) { &mut needed } else { &mut shown };
        ids.insert(RecordId::from(id.as_str()));
    }
    let more: Vec<RecordId> = shown.into_iter().filter(|id| !needed.contains(id)).take(SHOWN).collect();
    (needed.into_iter().chain(more).collect(), fields.into_iter().collect())
}

fn is_about_values(conflict: &Conflict) -> bool {
    matches!(conflict.kind, ConflictKind::BothEdited | ConflictKind::NoBase)
}

fn is_by_time(session: &Session<'_>, conflict: &Conflict) -> bool {
    let field = conflict.field.as_ref().and_then(|field| session.settings.schema.position(field));
    field.is_some_and(|field| session.settings.policy(field).conflict == ConflictPolicy::Newest)
}

/// What was seen of the values of each conflict, this plan included: kept where `newest` decides, and nowhere else.
/// `read_at`: when the sides were read for it; none where another reading stands behind the plan.
pub(crate) fn sightings(
    session: &Session<'_>,
    plan: &Plan,
    read_at: Option<BySide<Timestamp>>,
    now: Timestamp,
) -> Result<Vec<(ConflictId, Sightings)>> {
    let known: BTreeMap<ConflictId, Sightings> = session.store.sightings()?.into_iter().collect();
    let seen = |conflict: &Conflict| {
        let before = known.get(&conflict.id).cloned().unwrap_or_default();
        let (Some(field), true) = (&conflict.field, is_about_values(conflict) && is_by_time(session, conflict)) else {
            return BySide::default();
        };
        let Some(read_at) = read_at else { return before };
        BySide::from_fn(|side| {
            let now =
                Sighting { value: conflict.value(side).clone(), shown_by: now, other_at: None, read_at: read_at[side] };
            Some(after(&session.normalizer, field, before[side].clone(), now))
        })
    };
    Ok(plan.conflicts.iter().map(|conflict| (conflict.id.clone(), seen(conflict))).collect())
}

/// What is known of a value after another look at it.
fn after(normalizer: &Normalizer, field: &Field, before: Option<Sighting>, now: Sighting) -> Sighting {
    fn cell(sighting: &Sighting) -> Cell<'_> {
        sighting.value.as_deref().map_or(Cell::Unknown, Cell::from_text)
    }
    match before {
        None => now,
        Some(before) if normalizer.same(field, cell(&before), cell(&now)) => {
            Sighting { shown_by: before.shown_by, other_at: before.other_at, ..now }
        }
        Some(before) => Sighting { other_at: Some(before.read_at), ..now },
    }
}
