//! Properties of plans over one random world that is perturbed twice, once on each side. Small alphabets, so that
//! shared numbers, swaps, duplicates and re-used values are frequent. `PROPTEST_CASES` asks for more cases.

mod common;

use common::{C, J, World, lines, record};
use engine::settings::{Guard, GuardClass};
use model::{
    Action, ActionKind, BySide, Clearing, ConflictPolicy, Coverage, EditVsDelete, Field, LinkStatus, OwnedCell, Plan,
    Record, Side,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

const PHONES: [&str; 6] = ["+14155550101", "+14155550102", "(415) 555-0103", "+14155550103", "4.15556E+09", ""];
const FIRST: [&str; 5] = ["Ann", "Bob", "José", "Jose\u{301}", ""];
const EMAIL: [&str; 4] = ["", "a@x.com", "A@x.com", "?"];
const COMPANY: [&str; 5] = ["", "Acme", "Acme ", "Beta", "?"];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    Linked,
    Both,
    One(Side),
}

type Person = (Known, [usize; 4]);

#[derive(Debug, Clone, Copy)]
enum Touch {
    Set(usize, usize),
    Delete,
    Nothing,
}

fn cell(field: usize, value: usize) -> &'static str {
    match field {
        0 => FIRST[value % FIRST.len()],
        1 => PHONES[value % PHONES.len()],
        2 => EMAIL[value % EMAIL.len()],
        _ => COMPANY[value % COMPANY.len()],
    }
}

fn row(side: Side, at: usize, values: &[usize; 4]) -> Record {
    let letter = if side == J { "J" } else { "C" };
    let text = |field: usize| cell(field, values[field]);
    record(&format!("{letter}{at} | {} | | {} | {} | {}", text(0), text(1), text(2), text(3)))
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let known = prop_oneof![4 => Just(Known::Linked), 1 => Just(Known::Both), 1 => Just(Known::One(J)), 1 => Just(Known::One(C))];
    prop::collection::vec((known, prop::array::uniform4(0..30_usize)), 1..6)
}

fn touches() -> impl Strategy<Value = Vec<Touch>> {
    let touch = prop_oneof![
        3 => Just(Touch::Nothing),
        4 => (0..4_usize, 0..30_usize).prop_map(|(field, value)| Touch::Set(field, value)),
        1 => Just(Touch::Delete),
    ];
    prop::collection::vec(touch, 6)
}

/// One world: a linked contact always had a number, and agreed on what both sides said.
fn worlds() -> impl Strategy<Value = World> {
    (people(), touches(), touches(), any::<(bool, bool)>(), 0..3_u8).prop_map(
        |(people, justcall, crm, (clears, review), policy)| {
            let mut world = World::new().eager();
            world.settings.edit_vs_delete = if review { EditVsDelete::Review } else { EditVsDelete::EditWins };
            for field in &mut world.settings.policies {
                field.clearing = if clears { Clearing::Propagate } else { Clearing::Keep };
                field.conflict =
                    [ConflictPolicy::Review, ConflictPolicy::Justcall, ConflictPolicy::Crm][policy as usize];
            }
            let wide = Guard { floor: 1000, percent: 100.0 };
            let guards = &mut world.settings.guards;
            (guards.deletes, guards.clears, guards.phone_changes) = (wide, wide, wide);
            for (at, (known, mut values)) in people.into_iter().enumerate() {
                if known == Known::Linked {
                    values[1] %= 4;
                }
                let rows = BySide { justcall: row(J, at, &values), crm: row(C, at, &values) };
                if known == Known::Linked {
                    world.link(&rows.justcall, &rows.crm);
                }
                for (side, touch) in [(J, justcall[at]), (C, crm[at])] {
                    if known == Known::One(side.other()) {
                        continue;
                    }
                    match touch {
                        Touch::Delete => {}
                        Touch::Nothing => world.rows[side].push(rows[side].clone()),
                        Touch::Set(field, value) => {
                            let mut values = values;
                            values[field] = value;
                            world.rows[side].push(row(side, at, &values));
                        }
                    }
                }
            }
            world
        },
    )
}

/// The same world seen in a mirror.
fn mirrored(world: &World) -> World {
    let mut mirror = world.clone();
    let swap = |rows: &mut BySide<Vec<Record>>| std::mem::swap(&mut rows.justcall, &mut rows.crm);
    swap(&mut mirror.rows);
    for head in &mut mirror.heads {
        std::mem::swap(&mut head.ids.justcall, &mut head.ids.crm);
        std::mem::swap(&mut head.hashes.justcall, &mut head.hashes.crm);
    }
    for field in mirror.bases.iter_mut().flat_map(|base| &mut base.fields) {
        std::mem::swap(&mut field.cells.justcall, &mut field.cells.crm);
    }
    std::mem::swap(&mut mirror.capabilities.justcall, &mut mirror.capabilities.crm);
    for policy in &mut mirror.settings.policies {
        policy.conflict = match policy.conflict {
            ConflictPolicy::Justcall => ConflictPolicy::Crm,
            ConflictPolicy::Crm => ConflictPolicy::Justcall,
            other => other,
        };
    }
    mirror
}

/// The writes and counts of a plan, side by side.
fn shape(plan: &Plan, turn: bool) -> (Vec<String>, [model::SideSummary; 2], usize) {
    let side = |side: Side| if turn { side.other() } else { side };
    let mut writes: Vec<String> = plan
        .actions
        .iter()
        .filter(|action| action.kind.is_write())
        .map(|action| format!("{} {:?} {:?} {:?}", side(action.side), action.kind, action.record_id, action.changes))
        .collect();
    writes.sort();
    let summary = [plan.summary.side(side(J)), plan.summary.side(side(C))].map(|summary| *summary);
    (writes, summary, plan.conflicts.len())
}

/// Reads a row as it is now.
fn find<'a>(world: &'a World, side: Side, id: &model::RecordId) -> Option<&'a Record> {
    world.rows[side].iter().find(|row| row.id == *id)
}

fn check_delete(world: &World, action: &Action) {
    let link = action.link.expect("a delete without a link");
    let base = world.bases.iter().find(|base| base.link == link).expect("a delete without a base");
    let row = find(world, action.side, action.record_id.as_ref().expect("an id")).expect("a row");
    let other = action.other_id.as_ref().expect("the record that is gone");
    assert!(find(world, action.side.other(), other).is_none(), "its counterpart is there");
    for (id, field) in world.settings.schema.iter() {
        let (was, now) = (base.cell(action.side, id), row.cell(id.index()));
        let same =
            now == model::Cell::Unknown || common::normalizer_same(field, was, now) || was == model::Cell::Unknown;
        assert!(same, "deletes an edit of {field}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// L13, L8, L9: the same bytes from the same world, whatever the order of its listings and the names of its records.
    #[test]
    fn a_plan_is_a_function_of_the_world(world in worlds(), turn in 0..5_usize) {
        let plan = world.plan(); // lints: every record is accounted for
        let json = serde_json::to_string(&plan).expect("JSON");
        prop_assert_eq!(&serde_json::to_string(&world.plan()).expect("JSON"), &json);
        let mut shuffled = world.clone();
        for side in Side::BOTH {
            let rows = &mut shuffled.rows[side];
            rows.reverse();
            let turn = turn.min(rows.len());
            rows.rotate_left(turn);
        }
        prop_assert_eq!(&serde_json::to_string(&shuffled.plan()).expect("JSON"), &json);

        let rename = |id: &model::RecordId| {
            let (letter, number) = id.as_str().split_at(1);
            model::RecordId::from(format!("{letter}{}", 9 - number.parse::<u32>().expect("a number")))
        };
        let mut renamed = world.clone();
        for side in Side::BOTH {
            renamed.rows[side].iter_mut().for_each(|row| row.id = rename(&row.id));
            renamed.heads.iter_mut().for_each(|head| head.ids[side] = head.ids[side].as_ref().map(rename));
        }
        let mut other = renamed.plan();
        other.actions.iter_mut().for_each(|action| action.record_id = action.record_id.as_ref().map(rename));
        prop_assert_eq!(shape(&other, false), shape(&plan, false));
    }

    /// L6.
    #[test]
    fn the_sides_are_alike(world in worlds()) {
        prop_assert_eq!(shape(&mirrored(&world).plan(), true), shape(&world.plan(), false));
    }

    /// I2, I7, I8: deletions are proven and undo no edit, undecided records are left alone, writes are needed.
    #[test]
    fn writes_are_safe(world in worlds()) {
        let (plan, matching) = world.plan_from(&world.listings());
        for action in plan.actions.iter().filter(|action| action.kind.is_write()) {
            if action.kind == ActionKind::Delete {
                check_delete(&world, action);
            }
            for change in &action.changes {
                let before = model::Cell::from_text(change.before.as_deref().unwrap_or_default());
                let same = common::normalizer_same(&change.field, before, model::Cell::from_text(&change.after));
                prop_assert!(!same, "{change:?}");
            }
        }
        for group in &matching.groups {
            for side in Side::BOTH {
                for row in &group.rows[side] {
                    let id = &world.rows[side][*row as usize].id;
                    let touched = plan.actions.iter().find(|action| {
                        action.kind.is_write()
                            && (if action.side == side { &action.record_id } else { &action.other_id }).as_ref() == Some(id)
                    });
                    prop_assert!(touched.is_none(), "{touched:?}");
                }
            }
        }
    }

    /// I3: nothing is deleted or forgotten for lack of a record in a listing that is not complete, or is empty.
    #[test]
    fn no_deletion_from_a_partial_listing(world in worlds(), crm in any::<bool>(), empty in any::<bool>()) {
        let side = if crm { C } else { J };
        let mut world = world;
        if empty {
            world.rows[side].clear();
        } else {
            world.coverage[side] = Coverage::Partial { reason: "a page failed".into() };
        }
        let plan = world.plan();
        for action in &plan.actions {
            let from_it = action.kind == ActionKind::Delete && action.side == side.other();
            prop_assert!(!from_it && action.kind != ActionKind::Unlink, "{action:?}");
        }
    }

    /// I11: whatever the world, a guard's limit holds, and an approval is a ceiling.
    #[test]
    fn guards_hold(world in worlds(), limit in 0..3_u64, spent in 0..2_u64, approved in 0..3_u64) {
        let mut world = world;
        let tight = Guard { floor: limit, percent: 0.0 };
        let guards = &mut world.settings.guards;
        (guards.deletes, guards.phone_changes, guards.creates, guards.clears, guards.changed) =
            (tight, tight, tight, tight, tight);
        for class in GuardClass::ALL {
            world.state.window.insert(class, spent);
            world.approvals.insert(class, approved);
        }
        let plan = world.plan();
        let most = limit.saturating_sub(spent).max(approved);
        let count = |test: &dyn Fn(&Action) -> bool| plan.actions.iter().filter(|action| test(action)).count() as u64;
        let is_update = |action: &Action| action.kind == ActionKind::Update;
        prop_assert!(count(&|action| action.kind == ActionKind::Delete) <= most);
        let phones = count(&|action| is_update(action) && action.changes.iter().any(|change| change.field == Field::Phone));
        prop_assert!(phones <= most);
        if !world.heads.is_empty() {
            prop_assert!(count(&|action| action.kind == ActionKind::Create) <= most);
            prop_assert!(count(&is_update) <= most);
        }
    }

    /// L2, L3: left alone, the sides are equal after three rounds at most, and then nothing is planned any more.
    #[test]
    fn the_sides_converge(world in worlds()) {
        let mut world = world;
        let mut log = Vec::new();
        for round in 0.. {
            let plan = world.plan();
            log.push(lines(&plan));
            if !plan.has_writes() {
                world.land(&plan);
                break;
            }
            prop_assert!(round < 3, "{log:#?}");
            world.land(&plan);
            world.later(24);
        }
        let plan = world.plan();
        world.land(&plan);
        let plan = world.plan();
        prop_assert!(!plan.has_work(), "still at work: {:#?}\n{log:#?}", plan);
        let contested: BTreeSet<_> = plan.conflicts.iter().filter_map(|known| Some((known.link?, known.field.clone()))).collect();
        for head in world.heads.iter().filter(|head| head.status == LinkStatus::Active) {
            let rows = BySide::from_fn(|side| head.ids[side].as_ref().and_then(|id| find(&world, side, id)));
            let (Some(justcall), Some(crm)) = (rows.justcall, rows.crm) else { continue };
            for (id, field) in world.settings.schema.iter() {
                let (a, b) = (&justcall.cells[id.index()], &crm.cells[id.index()]);
                let both = matches!((a, b), (OwnedCell::Value(_), OwnedCell::Value(_)));
                let same = common::normalizer_same(field, a.as_cell(), b.as_cell());
                let spoiled = *field == Field::Phone && (common::key(a.as_cell().text()).is_none() || common::key(b.as_cell().text()).is_none());
                let open = contested.contains(&(head.id, Some(field.clone())));
                prop_assert!(!both || same || spoiled || open, "{field}: {a:?} / {b:?}\n{log:#?}");
            }
        }
    }
}

/// The generator makes worlds in which something happens.
#[test]
fn worlds_do_something() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut kinds = BTreeSet::new();
    for _ in 0..200 {
        let plan = worlds().new_tree(&mut runner).expect("a world").current().plan();
        kinds.extend(plan.actions.iter().map(|action| format!("{:?} {:?}", action.kind, action.reason)));
        kinds.extend(plan.conflicts.iter().map(|conflict| format!("{:?}", conflict.kind)));
    }
    assert!(kinds.len() >= 18, "{kinds:#?}");
}

proptest! {
    // Few: each makes phone parsers, which takes its time.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(8), ..ProptestConfig::default() })]

    /// Work that is split in two comes to the same plan, byte for byte.
    #[test]
    fn one_thread_and_two_make_the_same_plan(world in worlds()) {
        let plan = |least: usize| engine::threads::from(least, || serde_json::to_string(&world.plan()).expect("JSON"));
        prop_assert_eq!(plan(1), plan(usize::MAX));
    }
}
