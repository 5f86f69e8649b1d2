//! `conflict = "newest"` (S32): the later of two edits wins where the times leave no doubt, and a person decides where they
//! do.

mod common;

use common::{C, J, World, assert_plan, lines};
use jiff::{SignedDuration, Timestamp};
use model::{Author, BySide, ConflictPolicy, Field, FieldPolicy, RecordId, Side, Sighting, Stamp, Version};

const DAY: &str = "2026-01-09T12:00:00Z";

fn at(minutes: i64) -> Timestamp {
    DAY.parse::<Timestamp>().expect("a time") + SignedDuration::from_mins(minutes)
}

fn version(value: &str, minutes: i64, by: Author) -> Version {
    Version { value: value.to_owned(), stamp: Stamp { at: at(minutes), by, name: String::new() } }
}

/// Old on both sides, then Beta in `JustCall` and Gamma in the CRM.
fn contested() -> World {
    let row = |id: &str, company: &str| format!("{id} | Ann | Lee | +14155550101 | ann@x.com | {company}");
    let newest = FieldPolicy { conflict: ConflictPolicy::Newest, ..FieldPolicy::default() };
    World::new()
        .linked(&[(&row("J1", "Old"), &row("C1", "Old"))])
        .set(|settings| settings.policies = vec![newest; 5])
        .edit(J, &row("J1", "Beta"))
        .edit(C, &row("C1", "Gamma"))
}

fn told(mut world: World, side: Side, versions: Vec<Version>) -> World {
    let id = RecordId::from(if side == J { "J1" } else { "C1" });
    world.state.histories.insert((side, id, Field::Company), versions);
    world
}

const OPEN: &str = "conflict BothEdited company: Beta / Gamma";
const BETA: &str = "R4 Update C1 company=Beta";
const GAMMA: &str = "R4 Update J1 company=Gamma";

#[test]
fn the_later_edit_wins_where_both_sides_tell() {
    use Author::{Person, Program, Tieline};
    let table = [
        (vec![version("Beta", 60, Person)], vec![version("Gamma", 0, Person)], BETA),
        (vec![version("Beta", 0, Person)], vec![version("Gamma", 60, Program)], GAMMA),
        // The clocks may differ by that much; and equal times say nothing.
        (vec![version("Beta", 5, Person)], vec![version("Gamma", 0, Person)], OPEN),
        (vec![version("Beta", 0, Person)], vec![version("Gamma", 0, Person)], OPEN),
        // A change of form is none: it says Gamma since the first hour.
        (
            vec![version("Beta", 60, Person)],
            vec![version(" Gamma ", 90, Program), version("Gamma", 0, Person), version("Old", -99, Person)],
            BETA,
        ),
        // What we wrote is nobody's edit; nor is a value known that has changed since it was listed.
        (vec![version("Beta", 60, Person)], vec![version("Gamma", 0, Tieline)], OPEN),
        (vec![version("Beta", 60, Person)], vec![version("Delta", 90, Person), version("Gamma", 0, Person)], OPEN),
        // A clock that is ahead of ours.
        (vec![version("Beta", 60, Person)], vec![version("Gamma", 9_000, Person)], OPEN),
        (vec![version("Beta", 60, Person)], vec![], OPEN),
    ];
    for (at, (justcall, crm, expected)) in table.into_iter().enumerate() {
        println!("{at}");
        let world = told(told(contested(), J, justcall), C, crm);
        assert_plan(&world, &[expected]);
    }
}

#[test]
fn the_plan_says_why_and_a_conflict_who() {
    let world = told(told(contested(), J, vec![version("Beta", 60, Author::Person)]), C, Vec::new());
    let conflict = &world.plan().conflicts[0];
    assert_eq!(conflict.set.justcall.as_ref().map(|stamp| (stamp.at, stamp.by)), Some((at(60), Author::Person)));
    assert_eq!(conflict.set.crm, None);
    let world = told(world, C, vec![version("Gamma", 0, Author::Program)]);
    let plan = world.plan();
    let note = &plan.actions[0].note;
    assert!(note.contains("2026-01-09T13:00:00Z by a person") && note.contains("by a program"), "{note}");
}

fn seen(value: &str, shown_by: i64, read_at: i64) -> Sighting {
    Sighting { value: Some(value.to_owned()), shown_by: at(shown_by), other_at: None, read_at: at(read_at) }
}

/// Only the CRM tells times; what earlier runs saw is all that is known of `JustCall`.
#[test]
fn what_earlier_runs_saw_stands_in_for_a_side_that_tells_nothing() {
    let crm = |minutes: i64| vec![version("Gamma", minutes, Author::Person)];
    let table = [
        // Beta was there; Gamma came later.
        (Some(seen("Beta", 0, -5)), crm(60), GAMMA),
        // It may have come before.
        (Some(seen("Beta", 0, -5)), crm(3), OPEN),
        (Some(seen("Beta", 0, -5)), crm(-60), OPEN),
        // JustCall said something else until after Gamma was set.
        (Some(seen("Alpha", 60, 55)), crm(0), BETA),
        (Some(seen("Alpha", 60, 55)), crm(57), OPEN),
        // JustCall's listing may be a minute late.
        (Some(seen("Alpha", 60, 5)), crm(-1), OPEN),
        (None, crm(0), OPEN),
    ];
    for (at, (justcall, crm, expected)) in table.into_iter().enumerate() {
        println!("{at}");
        let mut world = told(contested(), C, crm);
        let id = world.plan().conflicts[0].id.clone();
        world.state.sightings.insert(id, BySide { justcall, crm: None });
        assert_plan(&world, &[expected]);
    }
}

#[test]
fn other_policies_do_not_ask_for_times() {
    let world = contested().set(|settings| settings.policies = vec![FieldPolicy::default(); 5]);
    let world = told(world, J, vec![version("Beta", 60, Author::Person)]);
    let world = told(world, C, vec![version("Gamma", 0, Author::Person)]);
    assert_eq!(lines(&world.plan()), [OPEN]);
}
