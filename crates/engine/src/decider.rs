//! A link with a missing record: is it deleted, and what follows (R5 to R9)? Absence alone is never a deletion.

use crate::conflicts::{self, Subject};
use crate::creator;
use crate::draft::{Draft, Fate, World, action};
use crate::normalizer::{Canon, name};
use jiff::{SignedDuration, Timestamp};
use model::{
    Absence, ActionKind, Base, BySide, Cell, Choice, ConflictKind, EditVsDelete, Evidence, Field, Held, HeldReason,
    LinkHead, Observation, Rule, Side, SkipReason, Via,
};

/// A link whose record on `missing` was not listed.
struct Case<'a> {
    head: &'a LinkHead,
    missing: Side,
    row: u32,
}

impl Case<'_> {
    const fn present(&self) -> Side {
        self.missing.other()
    }

    fn rows(&self) -> BySide<Option<u32>> {
        BySide::from_fn(|side| (side != self.missing).then_some(self.row))
    }

    const fn rule(&self, edited: bool) -> Rule {
        match (self.missing, edited) {
            (Side::Justcall, false) => Rule::R5,
            (Side::Crm, false) => Rule::R6,
            (Side::Crm, true) => Rule::R7,
            (Side::Justcall, true) => Rule::R8,
        }
    }
}

/// One record is missing.
pub(crate) fn one_missing(world: &World<'_>, draft: &mut Draft, at: usize, missing: Side, row: u32) {
    let case = Case { head: &world.heads[world.matching.survey.joined[at].head], missing, row };
    draft.fate(case.present(), row, Fate::Unchanged);
    if case.head.ids[missing].is_none() && never_seen(world, draft, &case) {
        return;
    }
    if let Some((reason, detail)) = doubt(world, &case) {
        hold(world, draft, &case, ActionKind::Delete, reason, None, detail);
        return;
    }
    let base = world.base(case.head);
    if is_edited(world, &case, &base) {
        edited_and_deleted(world, draft, &case);
        return;
    }
    delete_when_due(world, draft, &case, false);
}

/// Both records are missing (R9). Forgetting is no write, but it needs the same proof: S4 loses state otherwise.
pub(crate) fn both_missing(world: &World<'_>, draft: &mut Draft, at: usize) {
    let head = &world.heads[world.matching.survey.joined[at].head];
    let proven = Side::BOTH.into_iter().all(|side| is_proven(world, head, side));
    if !proven || world.state.deletes_forbidden.is_some() {
        return;
    }
    let mut action = action(world, Side::Justcall, ActionKind::Unlink, BySide::default(), Rule::R9);
    action.record_id.clone_from(&head.ids.justcall);
    action.other_id.clone_from(&head.ids.crm);
    action.phone = world.phone(head.key, BySide::default());
    action.link = Some(head.id);
    draft.actions.push(action);
}

/// A record that we created and that no listing has shown yet: it may lag (S8), or it never arrived (S37).
fn never_seen(world: &World<'_>, draft: &mut Draft, case: &Case<'_>) -> bool {
    let Some(created_at) = case.head.created_at[case.missing] else { return false };
    let lag = i64::from(world.capabilities[case.missing].read_lag_seconds);
    let settles_at = created_at.checked_add(SignedDuration::from_secs(lag)).unwrap_or(Timestamp::MAX);
    if world.seen_at(case.missing) <= settles_at || !world.listings[case.missing].is_complete() {
        draft.skip(world, case.present(), case.row, SkipReason::Lag, SkipReason::Lag.words().to_owned());
    } else {
        draft.observations.push(Observation::NeverSeen { link: case.head.id, side: case.missing });
        creator::create_again(world, draft, case.missing, case.row, None, Rule::R10, "the first attempt never arrived");
    }
    true
}

fn is_proven(world: &World<'_>, head: &LinkHead, side: Side) -> bool {
    let known = head.ids[side].as_ref();
    let asked = known.is_some_and(|id| world.state.gone[side].contains(id));
    let by_listing = world.capabilities[side].absence_proof == model::AbsenceProof::Listing || known.is_none();
    world.listings[side].is_complete() && (asked || by_listing)
}

/// Why nothing may follow from the absence, if so.
fn doubt(world: &World<'_>, case: &Case<'_>) -> Option<(HeldReason, String)> {
    let missing = case.missing.title();
    if let model::Coverage::Partial { reason } = &world.listings[case.missing].coverage {
        return Some((HeldReason::PartialListing, format!("{missing} was not read completely: {reason}")));
    }
    if !is_proven(world, case.head, case.missing) {
        return Some((HeldReason::Unproven, format!("{missing} did not confirm that the contact is gone")));
    }
    let schema = &world.settings.schema;
    let person = crate::identity::Identity::of(world.normalizer, schema, world.row(case.present(), case.row));
    let lookalike = |other: &crate::identity::Identity| other.is_empty() || person.is_empty() || person.agrees(other);
    if world.matching.unreadable[case.missing].iter().any(lookalike) {
        let detail = format!("a record with an unreadable phone in {missing} may be this contact");
        return Some((HeldReason::UnreadableCounterpart, detail));
    }
    None
}

/// Whether the present record differs in meaning from what both sides agreed on.
fn is_edited(world: &World<'_>, case: &Case<'_>, base: &Base) -> bool {
    let side = case.present();
    let row = world.row(side, case.row);
    world.settings.schema.iter().any(|(id, field)| {
        let (was, now) = (base.cell(side, id), row.cell(id.index()));
        let known = now != Cell::Unknown && base.fields[id.index()].is_known();
        known && !world.normalizer.same(field, was, now) && !(base.fields[id.index()].sent[side] && rewritten(was, now))
    })
}

fn rewritten(was: Cell<'_>, now: Cell<'_>) -> bool {
    crate::normalizer::text::is_rewriting(was.text(), now.text())
}

/// R7, R8: the edit wins, unless a person is to decide.
fn edited_and_deleted(world: &World<'_>, draft: &mut Draft, case: &Case<'_>) {
    let rule = case.rule(true);
    if world.settings.edit_vs_delete == EditVsDelete::EditWins {
        let note = format!("deleted in {}, edited since: created again", case.missing.title());
        creator::create_again(world, draft, case.missing, case.row, Some(case.head), rule, &note);
        return;
    }
    let name = Some(world.name(case.rows()));
    let subject = Subject {
        kind: ConflictKind::EditedAndDeleted,
        link: Some(case.head.id),
        rows: case.rows(),
        phone: world.phone(case.head.key, case.rows()),
        field: None,
        base: None,
        values: BySide::from_fn(|side| if side == case.missing { None } else { name.clone() }),
    };
    let mut conflict = conflicts::build(world, subject);
    conflict.detail = format!("edited in {}, deleted in {}", case.present().title(), case.missing.title());
    match conflicts::answer(world, &conflict) {
        Some(Choice::Take(side)) if *side == case.missing => delete_when_due(world, draft, case, true),
        Some(Choice::Take(_)) => {
            creator::create_again(world, draft, case.missing, case.row, Some(case.head), Rule::Resolved, "kept by a person");
        }
        _ => {
            draft.fate(case.present(), case.row, Fate::Conflict);
            draft.conflicts.push(conflict);
        }
    }
}

/// R5, R6: proven gone and unchanged here. Waits for its sightings, then becomes a deletion.
fn delete_when_due(world: &World<'_>, draft: &mut Draft, case: &Case<'_>, decided: bool) {
    let absence = sighting(world, draft, case);
    let hold_for = |draft: &mut Draft, reason: HeldReason, until: Option<Timestamp>, detail: String| {
        hold(world, draft, case, ActionKind::Delete, reason, until, detail);
    };
    if !world.settings.delete_in[case.present()] {
        let detail = format!("[deletes] to_{} = \"never\"", case.present());
        return hold_for(draft, HeldReason::Policy, None, detail);
    }
    if let Some(why) = &world.state.deletes_forbidden {
        return hold_for(draft, HeldReason::ConfigChanged, None, why.clone());
    }
    if absence.sightings < world.settings.sightings && !decided {
        let left = i64::from(world.settings.sightings - absence.sightings);
        let wait = SignedDuration::from_hours(left * i64::from(world.settings.min_hours));
        let until = absence.last_at.checked_add(wait).ok();
        let detail = format!(
            "missing from {} since {}, seen {} of {} times",
            case.missing.title(),
            absence.first_at,
            absence.sightings,
            world.settings.sightings
        );
        return hold_for(draft, HeldReason::AwaitingSighting, until, detail);
    }
    let mut action = action(
        world,
        case.present(),
        ActionKind::Delete,
        case.rows(),
        if decided { Rule::Resolved } else { case.rule(false) },
    );
    action.other_id.clone_from(&case.head.ids[case.missing]);
    action.phone = world.phone(case.head.key, case.rows());
    action.via = world.capabilities[case.present()].delete_via;
    action.link = Some(case.head.id);
    action.evidence = Some(Evidence {
        sightings: absence.sightings,
        first_at: absence.first_at,
        last_at: absence.last_at,
        proof: match world.capabilities[case.missing].absence_proof {
            model::AbsenceProof::Probe => "404".to_owned(),
            model::AbsenceProof::Listing => "whole_file".to_owned(),
        },
        target_equals_base: world.hash(case.present(), case.row),
    });
    if action.via == Via::State {
        return;
    }
    draft.fate(case.present(), case.row, Fate::Delete);
    draft.actions.push(action);
}

/// Counts this observation where it is far enough from the last one that counted.
fn sighting(world: &World<'_>, draft: &mut Draft, case: &Case<'_>) -> Absence {
    let now = world.seen_at(case.missing);
    let known = world.state.absences.get(&(case.head.id, case.missing)).copied();
    let gap = SignedDuration::from_hours(i64::from(world.settings.min_hours));
    let absence = match known {
        None => Absence { sightings: 1, first_at: now, last_at: now },
        Some(known) if now.duration_since(known.last_at) >= gap && now > known.last_at => {
            Absence { sightings: known.sightings + 1, first_at: known.first_at, last_at: now }
        }
        Some(known) => known,
    };
    if known != Some(absence) {
        draft.observations.push(Observation::Missing { link: case.head.id, side: case.missing, absence });
    }
    absence
}

fn hold(
    world: &World<'_>,
    draft: &mut Draft,
    case: &Case<'_>,
    kind: ActionKind,
    reason: HeldReason,
    until: Option<Timestamp>,
    detail: String,
) {
    draft.fate(case.present(), case.row, Fate::Held);
    draft.held.push(Held {
        side: case.present(),
        kind,
        record_id: world.record_id(case.present(), Some(case.row)),
        phone: world.phone(case.head.key, case.rows()),
        reason,
        until,
        other_id: case.head.ids[case.missing].clone(),
        name: world.name(case.rows()),
        detail,
        class: None,
        link: Some(case.head.id),
    });
}

/// The values of a row that a new record on the other side is made of.
pub(crate) fn copy_of(world: &World<'_>, source: Side, row: u32) -> Vec<model::Change> {
    let schema = &world.settings.schema;
    let row = world.row(source, row);
    let text = |field: &Field| schema.position(field).map_or("", |id| row.cell(id.index()).text());
    let made_up = name::is_placeholder(text(&Field::FirstName), text(&Field::LastName));
    let mut changes = Vec::new();
    for (id, field) in schema.iter() {
        let policy = world.settings.policy(id);
        let writable = policy.direction.allows(source.other()) && policy.write != model::WritePolicy::Never;
        let nameless = made_up && matches!(field, Field::FirstName | Field::LastName);
        let needed = *field == Field::Phone;
        if (!writable && !needed) || nameless {
            continue;
        }
        let after = match world.normalizer.canon(field, row.cell(id.index())) {
            Canon::Blank | Canon::Unknown | Canon::Unreadable => continue,
            Canon::Phone(key) => key.e164(),
            Canon::Text(_) => row.cell(id.index()).text().to_owned(),
        };
        changes.push(model::Change { field: field.clone(), before: None, after });
    }
    changes
}
