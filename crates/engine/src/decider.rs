//! A link with a missing record: is it deleted, and what follows (R5 to R9)? Absence alone is never a deletion.

mod contact;

use crate::conflicts::{self, Subject};
use crate::creator::{self, Birth};
use crate::differ::{Edit, Known, Standing, edit};
use crate::draft::{Draft, Fate, World, action};
use crate::identity::{Identity, names};
use crate::normalizer::{Canon, name};
use jiff::{SignedDuration, Timestamp};
use model::mutant::{self, Mutant};
use model::numbers::{is_further, own_id};
use model::{
    Absence, ActionKind, Base, BySide, Cell, Choice, ConflictKind, EditVsDelete, Evidence, Field, FieldId, Held,
    HeldReason, LinkHead, Observation, RecordId, Rule, Side, SkipReason, Via, WritePolicy,
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
    if is_fresh(world, case.head, missing) {
        draft.skip(world, case.present(), row, SkipReason::Lag, SkipReason::Lag.words().to_owned());
        return;
    }
    // Our own create that no listing ever showed: its id was not told, or the side knows of no deletion either.
    let is_known = case.head.ids[missing].as_ref().is_some_and(|id| !world.state.never[missing].contains(id));
    let pending = case.head.created_at[missing].is_some() && !is_known;
    match doubt(world, &case) {
        Some((_, detail)) if pending => return draft.skip(world, case.present(), row, SkipReason::Lag, detail),
        Some((reason, detail)) => return hold(world, draft, &case, reason, None, detail),
        None if pending => return never_seen(world, draft, &case),
        None => {}
    }
    let base = world.base(case.head);
    if let Some(detail) = unshown(world, &case, base).filter(|_| !mutant::is(Mutant::DeleteUnshown)) {
        return hold(world, draft, &case, HeldReason::Unproven, None, detail);
    }
    if let Some(detail) = contact::remains(world, &case) {
        return hold(world, draft, &case, HeldReason::OtherNumbers, None, detail);
    }
    let edits = edits(world, &case, base);
    if edits.is_empty() || mutant::is(Mutant::DeleteEdited) {
        delete_when_due(world, draft, &case, false);
    } else {
        edited_and_deleted(world, draft, &case, &edits);
    }
}

/// Both records are missing (R9). Forgetting is no write, but it needs the same proof: S4 loses state otherwise.
pub(crate) fn both_missing(world: &World<'_>, draft: &mut Draft, at: usize) {
    let head = &world.heads[world.matching.survey.joined[at].head];
    let proven = |side| is_proven(world, head, side) && !is_fresh(world, head, side);
    if !Side::BOTH.into_iter().all(proven) || world.state.deletes_forbidden.is_some() || world.state.old_state > 0 {
        return;
    }
    let mut action = action(world, Side::Justcall, ActionKind::Unlink, BySide::default(), Rule::R9);
    action.record_id.clone_from(&head.ids.justcall);
    action.other_id.clone_from(&head.ids.crm);
    action.phone = world.phone(head.key, BySide::default());
    action.link = Some(head.id);
    draft.actions.push(action);
}

/// Our own create, so young that a listing need not show it yet: present by presumption (S8).
fn is_fresh(world: &World<'_>, head: &LinkHead, side: Side) -> bool {
    let Some(created_at) = head.created_at[side].as_deref() else { return false };
    let lag = i64::from(world.capabilities[side].read_lag_seconds);
    let settles_at = created_at.checked_add(SignedDuration::from_secs(lag)).unwrap_or(Timestamp::MAX);
    world.seen_at(side) <= settles_at
}

/// A record that we created and that a complete listing past the lag does not show: it never arrived (S37).
fn never_seen(world: &World<'_>, draft: &mut Draft, case: &Case<'_>) {
    let note = "the first attempt never arrived";
    let rule = if case.present() == Side::Justcall { Rule::R10 } else { Rule::R11 };
    let birth = Birth { target: case.missing, row: case.row, head: None, rule, note };
    if creator::create_again(world, draft, &birth) {
        draft.observations.push(Observation::NeverSeen { link: case.head.id, side: case.missing });
    }
}

fn is_proven(world: &World<'_>, head: &LinkHead, side: Side) -> bool {
    let known = head.ids[side].as_ref();
    let asked = known.is_some_and(|id| world.state.gone[side].contains(id));
    let by_listing = world.capabilities[side].absence_proof == model::AbsenceProof::Listing || known.is_none();
    world.incomplete(side).is_none() && (asked || by_listing || mutant::is(Mutant::Unproven))
}

/// Why nothing may follow from the absence, if so.
fn doubt(world: &World<'_>, case: &Case<'_>) -> Option<(HeldReason, String)> {
    let missing = case.missing.title();
    if let Some(detail) = world.incomplete(case.missing) {
        return Some((HeldReason::PartialListing, detail));
    }
    if !is_proven(world, case.head, case.missing) {
        return Some((HeldReason::Unproven, format!("{missing} did not confirm that the contact is gone")));
    }
    let schema = &world.settings.schema;
    let strangers = &world.matching.unreadable[case.missing];
    let person = Identity::of(world.normalizer, schema, world.row(case.present(), case.row));
    // Who was renamed here since is still called there what both last agreed on.
    let base = world.base(case.head);
    let known = || Identity::from_cells(world.normalizer, schema, |id| base.cell(case.missing, id).text());
    let may_be = strangers.may_be(&person)
        || (!strangers.is_empty() && strangers.resemble(&known()))
        || (case.head.ids[case.missing].is_none() && world.may_be_stray(case.missing, base));
    if may_be && !mutant::is(Mutant::DeleteLookalike) {
        let detail = format!("a record with an unreadable phone in {missing} may be this contact");
        return Some((HeldReason::UnreadableCounterpart, detail));
    }
    if let Some(survivor) = case.head.key.and_then(|key| world.survivor(case.missing, key)) {
        let detail = format!(
            "its number is among those of record {survivor} in {missing}: if the two were merged, decide in {} what \
             becomes of this one",
            case.present().title()
        );
        return Some((HeldReason::Unproven, detail));
    }
    if world.matching.is_contested(case.present(), case.row) {
        let detail = "several contacts have this number, and which of them is gone is not clear".to_owned();
        return Some((HeldReason::Unproven, detail));
    }
    None
}

/// A field that this listing does not show although the side has shown it before, or a question about it is open: whether
/// the record still is what both agreed on cannot be known (I2).
fn unshown(world: &World<'_>, case: &Case<'_>, base: &Base) -> Option<String> {
    let side = case.present();
    let row = world.row(side, case.row);
    let is_open = |(_, field): &(FieldId, &Field)| {
        [ConflictKind::NoBase, ConflictKind::BothEdited].into_iter().any(|kind| {
            let subject = Subject {
                kind,
                link: Some(case.head),
                group: None,
                rows: case.rows(),
                phone: world.phone(case.head.key, case.rows()),
                field: Some(*field),
                base: None,
                values: BySide::default(),
            };
            world.state.since.contains_key(&conflicts::build(world, subject).id)
        })
    };
    let mut unknown = world.settings.schema.iter().filter(|(id, _)| row.cell(id.index()) == Cell::Unknown);
    let unshown = unknown.find(|field| base.cell(side, field.0) != Cell::Unknown || is_open(field))?;
    Some(format!("{} does not show its {} in this run", side.title(), unshown.1))
}

/// What the present record holds beyond what both sides agreed on: `field: value`. Such a record is not what was
/// deleted on the other side.
fn edits(world: &World<'_>, case: &Case<'_>, base: &Base) -> Vec<String> {
    let side = case.present();
    let row = world.row(side, case.row);
    let schema = &world.settings.schema;
    let (first, last) = names(schema, row);
    let made_up = name::is_placeholder(first, last);
    let differs = |(id, field): &(FieldId, &Field)| {
        let (known, now) = (&base.fields[id.index()], row.cell(id.index()));
        if known.is_known() {
            let standing = if known.sent[side] { Standing::Sent } else { Standing::ReadBack };
            let base = Known { cell: base.cell(side, *id), standing };
            let edit = edit(world.normalizer, field, base, now, made_up);
            return !edit.is_quiet() && edit != Edit::Unknown;
        }
        // Never agreed: a value that was meant to travel has not, so nobody can have deleted it.
        let policy = world.settings.policy(*id);
        let travels = policy.direction.allows(case.missing) && policy.write != WritePolicy::Never;
        travels
            && !mutant::is(Mutant::DeleteNeverAgreed)
            && !matches!(world.normalizer.canon(field, now), Canon::Blank | Canon::Unknown)
    };
    let edited = schema.iter().filter(differs);
    edited.map(|(id, field)| format!("{field}: {}", row.cell(id.index()).text())).collect()
}

/// R7, R8: the edit wins, unless a person is to decide.
fn edited_and_deleted(world: &World<'_>, draft: &mut Draft, case: &Case<'_>, edits: &[String]) {
    let rule = case.rule(true);
    // Of a contact with several numbers, each would be made again as a contact of its own: a person says which.
    let is_one = case.missing == Side::Justcall || !world.has_linked_siblings(case.head);
    if world.settings.edit_vs_delete == EditVsDelete::EditWins && is_one {
        let note = format!("deleted in {}, edited since: created again", case.missing.title());
        let birth = Birth { target: case.missing, row: case.row, head: Some(case.head), rule, note: &note };
        creator::create_again(world, draft, &birth);
        return;
    }
    // The edits are part of the value: an answer is void once there are others.
    let value = Some(format!("{} ({})", world.name(case.rows()), edits.join(", ")));
    let subject = Subject {
        kind: ConflictKind::EditedAndDeleted,
        link: Some(case.head),
        group: None,
        rows: case.rows(),
        phone: world.phone(case.head.key, case.rows()),
        field: None,
        base: None,
        values: BySide::from_fn(|side| if side == case.missing { None } else { value.clone() }),
    };
    let mut conflict = conflicts::build(world, subject);
    conflict.detail = format!("edited in {}, deleted in {}", case.present().title(), case.missing.title());
    let answer = conflicts::answer(world, &conflict);
    if answer.is_some() {
        draft.decided.push(conflict.clone());
    }
    match answer {
        Some(Choice::Take(side)) if *side == case.missing => delete_when_due(world, draft, case, true),
        Some(Choice::Take(_)) => {
            let (rule, note) = (Rule::Resolved, "kept by a person");
            let birth = Birth { target: case.missing, row: case.row, head: Some(case.head), rule, note };
            creator::create_again(world, draft, &birth);
        }
        Some(Choice::Skip | Choice::KeepApart) => {
            let reason = SkipReason::LeftAlone;
            draft.skip(world, case.present(), case.row, reason, reason.words().to_owned());
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
        hold(world, draft, case, reason, until, detail);
    };
    if !world.settings.delete_in[case.present()] && !mutant::is(Mutant::DeletePolicy) {
        let detail = format!("[deletes] to_{} = \"never\"", case.present());
        return hold_for(draft, HeldReason::Policy, None, detail);
    }
    if world.capabilities[case.present()].delete_via == Via::State {
        let detail = format!("{} cannot delete contacts", case.present().title());
        return hold_for(draft, HeldReason::Policy, None, detail);
    }
    if let Some(why) = world.state.deletes_forbidden.as_ref().filter(|_| !mutant::is(Mutant::ScopeChange)) {
        return hold_for(draft, HeldReason::ConfigChanged, None, why.clone());
    }
    if world.state.old_state > 0 {
        return hold_for(draft, HeldReason::OldState, None, HeldReason::OldState.words().to_owned());
    }
    if absence.sightings < world.settings.sightings && !decided && !mutant::is(Mutant::OneSighting) {
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
    match contact::goes(world, case) {
        contact::Goes::Alone => {}
        contact::Goes::With(detail) => {
            return draft.skip(world, case.present(), case.row, SkipReason::SameContact, detail);
        }
        contact::Goes::NotYet(detail) => return hold_for(draft, HeldReason::OtherNumbers, None, detail),
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
    if let Some(own) = case.head.ids[case.missing].as_ref().map(RecordId::as_str).filter(|id| is_further(id)) {
        action.note = format!("was a further number of {} in the CRM", own_id(own));
    }
    draft.fate(case.present(), case.row, Fate::Delete);
    draft.actions.push(action);
}

/// Counts this observation where it is far enough from the last one that counted.
fn sighting(world: &World<'_>, draft: &mut Draft, case: &Case<'_>) -> Absence {
    let known = world.state.absences.get(&(case.head.id, case.missing)).copied();
    let absence = counted(world, case);
    if known != Some(absence) {
        draft.observations.push(Observation::Missing { link: case.head.id, side: case.missing, absence });
    }
    absence
}

fn counted(world: &World<'_>, case: &Case<'_>) -> Absence {
    let now = world.seen_at(case.missing);
    let known = world.state.absences.get(&(case.head.id, case.missing)).copied();
    let gap = SignedDuration::from_hours(i64::from(world.settings.min_hours));
    match known {
        None => Absence { sightings: 1, first_at: now, last_at: now },
        // With no gap asked for, every run is an observation of its own, also two within one second.
        // Once there are enough, more say nothing: what is held for another reason must not move the state (L3).
        Some(known)
            if known.sightings < world.settings.sightings
                && (now.duration_since(known.last_at) >= gap || mutant::is(Mutant::NoGap)) =>
        {
            Absence { sightings: known.sightings + 1, first_at: known.first_at, last_at: now }
        }
        Some(known) => known,
    }
}

fn hold(
    world: &World<'_>,
    draft: &mut Draft,
    case: &Case<'_>,
    reason: HeldReason,
    until: Option<Timestamp>,
    detail: String,
) {
    draft.fate(case.present(), case.row, Fate::Held);
    draft.held.push(Held {
        side: case.present(),
        kind: ActionKind::Delete,
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
