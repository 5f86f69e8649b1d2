//! Callers whom neither side knows, made into contacts where the configuration asks for it; never of somebody who is there.

mod common;

use common::{C, J, World, assert_plan, lines};
use engine::callers::{Caller, Callers};
use engine::planner::ParkedWrite;
use model::{ActionKind, Coverage, Field, HeldReason, Rule, Side, Tombstone, Via};

const NUMBER: u64 = 14_155_550_123;

fn called(number: u64, names: &[&str], calls: u64) -> Caller {
    Caller { number, names: names.iter().map(|name| (*name).to_owned()).collect(), calls, summary: None }
}

fn world() -> World {
    let mut world = World::new();
    world.settings.callers = Some(Callers { named_only: false, min_calls: 1, name: "Caller {number}".to_owned() });
    world.state.callers = vec![called(NUMBER, &[], 2)];
    world
}

const PLACEHOLDER: [&str; 2] = [
    "Caller Create justcall from - first_name=Caller last_name=+14155550123 phone=+14155550123",
    "Caller Create crm from - first_name=Caller last_name=+14155550123 phone=+14155550123",
];

#[test]
fn a_caller_becomes_a_contact_on_both_sides_and_only_where_asked_for() {
    assert_plan(&world(), &PLACEHOLDER);
    let mut off = world();
    off.settings.callers = None;
    assert_plan(&off, &[]);
    let mut one = world();
    one.settings.create_in.justcall = false;
    assert_plan(&one, &PLACEHOLDER[1..]);
    let mut cannot = world();
    cannot.capabilities.crm.create_via = Via::State;
    assert_plan(&cannot, &PLACEHOLDER[..1]);
    let mut first = world();
    first.state.first_sync = true;
    assert_plan(&first, &[]);
    let mut rarely = world();
    rarely.settings.callers.as_mut().expect("a wish").min_calls = 3;
    assert_plan(&rarely, &[]);
}

#[test]
fn a_name_that_the_calls_carry_is_taken_and_a_made_up_one_never() {
    for (names, expected) in [
        (&["Ada Byron King"][..], "first_name=Ada last_name=Byron King phone=+14155550123"),
        (&["New JustCall Contact", "Ada"], "first_name=Ada phone=+14155550123"),
        (
            &["New JustCall Contact", "+1 415-555-0123", " "],
            "first_name=Caller last_name=+14155550123 phone=+14155550123",
        ),
    ] {
        let mut world = world();
        world.state.callers = vec![called(NUMBER, names, 1)];
        assert_plan(
            &world,
            &[&format!("Caller Create justcall from - {expected}"), &format!("Caller Create crm from - {expected}")],
        );
    }
    let mut named = world();
    named.settings.callers.as_mut().expect("a wish").named_only = true;
    named.state.callers.push(called(NUMBER + 1, &["Ada King"], 1));
    let plan = named.plan();
    assert_eq!(plan.actions.iter().map(|action| &*action.phone).collect::<Vec<_>>(), ["+14155550124"; 2]);
}

#[test]
fn nobody_is_made_of_a_number_that_somebody_has_or_had() {
    let ann = ("J1 | Ann | Lee | +14155550123 | ann@x.com | Acme", "C1 | Ann | Lee | +14155550123 | ann@x.com | Acme");
    let mut worlds = vec![("linked", world().linked(&[ann]))];
    for (what, row) in [
        ("unlinked", "J1 | Ann |  | (415) 555-0123 |  | "),
        ("two in a cell", "J1 | Ann |  | 415-555-0199 / 415-555-0123 |  | "),
        ("with an extension", "J1 | Ann |  | +14155550123 x5 |  | "),
    ] {
        worlds.push((what, world().with(J, &[row])));
        worlds.push((what, world().with(C, &[row])));
    }
    worlds.push(("shared", world().with(C, &["C1 | Ann |  | +14155550123 |  | ", "C2 | Bob |  | +14155550123 |  | "])));
    let mut spare = world().with(C, &["C1 | Ann |  | +14155550199 |  | "]);
    spare.rows.crm[0].rest = Some("+1 415 555 0123".to_owned());
    worlds.push(("beside another", spare));
    let mut buried = world();
    let key = common::key("+14155550123");
    buried.state.tombstones.push(Tombstone { key, ids: model::BySide::default(), at: buried.now, rule: Rule::R5 });
    worlds.push(("deleted", buried));
    for (what, world) in worlds {
        let made: Vec<_> = world.plan().actions.into_iter().filter(|action| action.reason == Rule::Caller).collect();
        assert_eq!(made, [], "{what}");
    }
    // Whose number nobody can read may be the one of that name.
    let mut unreadable = world().with(C, &["C1 | Ada | King | 4.15556E+09 |  | "]);
    unreadable.state.callers = vec![called(NUMBER, &["ada king"], 1), called(NUMBER + 1, &["Bob Ray"], 1)];
    let made = unreadable.plan().actions;
    assert!(made.len() == 2 && made.iter().all(|action| action.phone == "+14155550124"), "{made:#?}");
}

#[test]
fn a_short_code_or_half_a_number_is_nobody() {
    for number in [911, 0, 1_415_555, 99_999_999_999_999] {
        let mut world = world();
        world.state.callers = vec![called(number, &["Ada"], 9)];
        assert_plan(&world, &[]);
    }
}

#[test]
fn a_side_that_was_not_seen_whole_holds_both_back() {
    for side in Side::BOTH {
        let mut world = world();
        world.coverage[side] = Coverage::Partial { reason: "page 2 failed".to_owned() };
        let plan = world.plan();
        assert_eq!(plan.actions, []);
        assert_eq!(plan.held.iter().map(|held| held.reason).collect::<Vec<_>>(), [HeldReason::PartialListing; 2]);
    }
}

#[test]
fn whom_the_guard_a_refusal_or_a_person_stops_is_not_made() {
    let mut guarded = world().crowd(20);
    guarded.state.callers = (0..30).map(|at| called(NUMBER + at, &[], 1)).collect();
    guarded.settings.guards.creates = engine::Guard { floor: 5, percent: 0.0 };
    let plan = guarded.plan();
    assert!(plan.actions.is_empty() && plan.held.iter().all(|held| held.reason == HeldReason::Guard), "{plan:#?}");
    assert_eq!(plan.held.len(), 60);

    let mut refused = world();
    let (source_id, source_hash) = engine::callers::parked_key(common::key("+14155550123").expect("a key"));
    let message = "no".to_owned();
    refused.state.parked = vec![ParkedWrite { side: J, source_id, source_hash, message, undone: false }];
    assert_plan(&refused, &PLACEHOLDER[1..]);

    let mut excluded = world();
    let action = excluded.plan().actions.remove(0);
    excluded.state.exclusions = vec![model::Exclusion::of(&action, "dana", excluded.now).expect("a write")];
    assert_plan(&excluded, &PLACEHOLDER[1..]);
    // Who calls again is the same caller.
    excluded.state.callers = vec![called(NUMBER, &["Ada King"], 7)];
    assert!(lines(&excluded.plan()).iter().all(|line| line.contains("Create crm")), "{:#?}", excluded.plan());
}

#[test]
fn who_was_just_made_is_not_made_again_by_the_ordinary_rule() {
    let mut fresh = World::new().with(C, &["C1 | Caller | +14155550123 | +14155550123 |  | "]);
    fresh.state.fresh_callers.insert((J, NUMBER));
    assert_plan(&fresh, &["skip crm C1: Lag"]);
    fresh.state.fresh_callers.clear();
    assert_eq!(fresh.plan().actions.iter().filter(|action| action.kind == ActionKind::Create).count(), 1);
}

#[test]
fn once_made_both_are_linked_and_a_real_name_replaces_the_placeholder() {
    let mut world = world();
    let plan = world.plan();
    world.land(&plan);
    world.state.callers.clear(); // made
    assert_plan(&world, &["R12 Link Jnew001~Cnew002"]);
    let plan = world.plan();
    world.land(&plan);
    assert_plan(&world, &[]);
    let id = world.rows.crm[0].id.clone();
    let mut world = world.edit(C, &format!("{id} | Ada | King | +14155550123 |  | "));
    world.later(1);
    let plan = world.plan();
    assert_eq!(plan.conflicts, []);
    let [action] = plan.actions.as_slice() else { panic!("{plan:#?}") };
    assert_eq!((action.side, action.kind), (J, ActionKind::Update));
    let changed: Vec<&Field> = action.changes.iter().map(|change| &change.field).collect();
    assert_eq!(changed, [&Field::FirstName, &Field::LastName]);
}
