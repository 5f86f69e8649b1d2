//! When everybody is quiet and everything works again: both sides come together (L2), a contact of one side is on both,
//! a deletion ended on both, and the next run has nothing to do and changes nothing (L3). And, while nothing went wrong at
//! all: exactly those fields are conflicts that both sides edited differently.

use super::words;
use crate::checks::Checks;
use crate::truth::{Known, Truth, plain};
use crate::world::World;
use engine::settings::Settings;
use model::{ConflictKind, EditVsDelete, Field, FieldId, Plan, Side};
use std::collections::{BTreeMap, BTreeSet};
use testkit::replica::Contact;

/// Fields of persons on which both sides last agreed, as a run without any fault left them.
pub(crate) type Agreed = BTreeMap<(String, usize), String>;

/// Records that wait for somebody or take no part, as the plan shows them, by person; and single fields that do.
struct Waiting {
    people: BTreeSet<String>,
    fields: BTreeSet<(String, Field)>,
}

fn waiting(world: &World, truth: &Truth, plan: &Plan) -> Waiting {
    let contacts = model::BySide::from_fn(|side: Side| world.replicas[side].contacts());
    let person = |side: Side, id: &str| {
        let of = |contacts: &[Contact]| {
            let row = id.strip_prefix("row:").and_then(|row| row.parse::<usize>().ok());
            let at = row.and_then(|row| contacts.get(row.checked_sub(2)?)).map(|contact| contact.place);
            Truth::place_of(contacts, id).or(at)
        };
        let known = truth.records[side].get(&of(&contacts[side])?)?;
        Some(truth.name_of(&known.person))
    };
    let mut waiting = Waiting { people: BTreeSet::new(), fields: BTreeSet::new() };
    for held in &plan.held {
        let ids = [(held.side, &held.record_id), (held.side.other(), &held.other_id)];
        waiting.people.extend(ids.into_iter().filter_map(|(side, id)| person(side, id.as_ref()?.as_str())));
    }
    for skipped in &plan.skipped {
        let Some(person) = person(skipped.side, skipped.record_id.as_str()) else { continue };
        // Single fields that did not land hold up nothing else.
        match skipped.detail.strip_prefix(engine::NOT_SENT_AGAIN).and_then(|text| text.split(" was ").next()) {
            Some(fields) => {
                let fields = fields.split(", ").filter_map(|name| name.parse::<Field>().ok());
                waiting.fields.extend(fields.map(|field| (person.clone(), field)));
            }
            None => drop(waiting.people.insert(person)),
        }
    }
    for conflict in &plan.conflicts {
        let ids = [(Side::Justcall, &conflict.justcall_id), (Side::Crm, &conflict.crm_id)];
        let mut people: Vec<String> = ids.into_iter().filter_map(|(side, id)| person(side, id.as_ref()?)).collect();
        people.extend(conflict.records.iter().filter_map(|record| person(record.side, &record.id)));
        match &conflict.field {
            // Set to and fro too often (S44): that is asked whoever edited it.
            Some(_) if conflict.detail.contains("flips to and fro") => waiting.people.extend(people),
            Some(field) => waiting.fields.extend(people.into_iter().map(|person| (person, field.clone()))),
            None => waiting.people.extend(people),
        }
    }
    waiting
}

/// Both sides have come together, but for what waits.
pub(crate) fn together(world: &World, truth: &Truth, plan: &Plan, checks: &mut Checks) {
    let waiting = waiting(world, truth, plan);
    let settings = &world.settings;
    for person in truth.people().into_iter().filter(|person| !waiting.people.contains(person)) {
        let live = model::BySide::from_fn(|side: Side| truth.live(side, &person).map(|(_, known)| known).next());
        // Made twice where nobody could know of the first one (I5 says when that is so).
        if Side::BOTH.into_iter().any(|side| truth.live(side, &person).count() > 1) {
            continue;
        }
        match (live.justcall, live.crm) {
            (Some(left), Some(right)) => {
                for at in 0..truth.fields.len() {
                    let field = &truth.fields[at];
                    if !waiting.fields.contains(&(person.clone(), field.clone())) {
                        equal(world, truth, (at, field), (left, right), checks);
                    }
                }
            }
            (Some(known), None) | (None, Some(known)) => {
                let side = if live.justcall.is_some() { Side::Justcall } else { Side::Crm };
                checks.that("A1", false, || format!("{} is only in {side}, and nothing says why", words(known)));
            }
            (None, None) => {}
        }
        checks.that("A1", true, String::new);
    }
    for ((person, side), gone) in &truth.gone {
        let back = truth.live(*side, person).next().is_some();
        let Some((_, there)) = truth.live(side.other(), person).next().filter(|_| !back) else {
            checks.that("A3", true, String::new);
            continue;
        };
        let waits = waiting.people.contains(&truth.name_of(person));
        checks.that("A3", waits || !settings.delete_in[side.other()], || {
            format!("{} was deleted in {side} on {} and stayed in {}", words(there), gone.at, side.other())
        });
    }
}

fn equal(
    world: &World,
    truth: &Truth,
    (at, field): (usize, &Field),
    (left, right): (&Known, &Known),
    checks: &mut Checks,
) {
    let settings = &world.settings;
    let policy = settings.policy(FieldId(u16::try_from(at).unwrap()));
    let (a, b) = (plain(field, &left.cells[at]), plain(field, &right.cells[at]));
    let blank = a.is_empty() || b.is_empty();
    let strict = policy == model::FieldPolicy { clearing: policy.clearing, ..Default::default() };
    let decided = truth.decided.contains(&truth.name_of(&left.person));
    // What cannot be read stays where it is, and the plan says so in one place or another.
    let damaged = *field == Field::Phone && (a.len() != 11 || b.len() != 11);
    let may_differ = damaged || (blank && policy.clearing == model::Clearing::Keep) || !strict || decided;
    checks.that("L2", a == b || may_differ, || {
        format!("{field} differs and nothing says why: {} and {}", words(left), words(right))
    });
}

/// A run that neither writes nor changes what is remembered.
pub(crate) fn still(world: &World, checks: &mut Checks) {
    let remembered = || {
        let store = world.store();
        let schema = &world.settings.schema;
        (
            store.all_bases(schema).unwrap(),
            store.link_heads(schema).unwrap(),
            store.absences().unwrap(),
            store.tombstones().unwrap(),
            store.parked().unwrap(),
            store.facts().unwrap(),
        )
    };
    let deeds = || (world.replicas.justcall.deeds(), world.replicas.crm.deeds());
    let (before, done) = (remembered(), deeds());
    let told = match world.run() {
        Ok(told) => told,
        Err(error) => return checks.that("L2", false, || format!("a quiet run fails: {error}")),
    };
    checks.that("L3", !told.plan.has_work() && deeds() == done, || {
        format!("a run after the last one has work: {:?} {:?}", told.plan.actions, told.plan.observations)
    });
    checks.that("L3", remembered() == before, || "a run without work changed the state".to_owned());
    let open = world.store().open_intents().unwrap().len();
    checks.that("L11", open == 0, || format!("{open} writes are not settled"));
}

/// While nothing ever went wrong: the conflicts are the fields that both sides edited, to different texts.
pub(crate) fn double_edits(world: &World, truth: &Truth, plan: &Plan, agreed: &Agreed, checks: &mut Checks) {
    let mut wanted = BTreeSet::new();
    let mut unclear = BTreeSet::new();
    let Waiting { people: mut skip, fields: found } = waiting(world, truth, plan);
    for person in truth.people().difference(&skip.clone()).cloned() {
        let live = model::BySide::from_fn(|side: Side| truth.live(side, &person).collect::<Vec<_>>());
        let ([left], [right]) = (live.justcall.as_slice(), live.crm.as_slice()) else {
            skip.insert(person);
            continue;
        };
        if Side::BOTH.into_iter().any(|side| truth.gone.contains_key(&(person.clone(), side))) {
            skip.insert(person); // made again: a new beginning (R14)
            continue;
        }
        for at in (0..truth.fields.len()).filter(|at| *at != truth.person) {
            let settings = &world.settings;
            let id = FieldId(u16::try_from(at).unwrap());
            let field = &truth.fields[at];
            let policy = settings.policy(id);
            let (a, b) = (plain(field, &left.1.cells[at]), plain(field, &right.1.cells[at]));
            let blank = a.is_empty() || b.is_empty();
            let contested = match agreed.get(&(person.clone(), at)) {
                Some(base) => a != *base && b != *base && (!blank || policy.clearing == model::Clearing::Propagate),
                None => !blank,
            };
            if !is_strict(settings, id) {
                continue;
            }
            if left.1.looks_unwritten(at, field) || right.1.looks_unwritten(at, field) {
                unclear.insert((person.clone(), field.clone()));
                continue;
            }
            if a != b && contested {
                wanted.insert((person.clone(), field.clone()));
            }
        }
    }
    let strict = |field: &Field| world.settings.schema.position(field).is_some_and(|id| is_strict(&world.settings, id));
    let found: BTreeSet<_> =
        found.into_iter().filter(|(person, field)| !skip.contains(person) && strict(field)).collect();
    let found: BTreeSet<_> = found.difference(&unclear).cloned().collect();
    let kinds = plan.conflicts.iter().filter(|conflict| conflict.kind == ConflictKind::EditedAndDeleted).count();
    checks.that("A2", kinds == 0 || world.settings.edit_vs_delete == EditVsDelete::Review, || {
        "a conflict of policy".to_owned()
    });
    checks.that("A2", found == wanted, || format!("conflicts {found:?}, edited on both sides {wanted:?}"));
}

/// Whether no choice of the user names a winner, or forbids a way.
fn is_strict(settings: &Settings, id: FieldId) -> bool {
    let policy = settings.policy(id);
    policy.direction == model::Direction::Both
        && policy.write == model::WritePolicy::Always
        && settings.winner(id).is_none()
}

/// What both sides agree on after a run in which nothing went wrong.
pub(crate) fn agree(world: &World, truth: &Truth, plan: &Plan, agreed: &mut Agreed) {
    let waiting = waiting(world, truth, plan).people;
    for person in truth.people().difference(&waiting) {
        let live = model::BySide::from_fn(|side: Side| truth.live(side, person).map(|(_, known)| known).next());
        let (Some(left), Some(right)) = (live.justcall, live.crm) else {
            agreed.retain(|(known, _), _| known != person);
            continue;
        };
        for (at, field) in truth.fields.iter().enumerate() {
            let (a, b) = (plain(field, &left.cells[at]), plain(field, &right.cells[at]));
            if a == b {
                agreed.insert((person.clone(), at), a);
            }
        }
    }
}
