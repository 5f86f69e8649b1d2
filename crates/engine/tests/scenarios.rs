//! The scenarios of real synchronisers that a plan alone decides, each by its number: listings that lie, deletions and
//! guards. Identity is in `scenarios_identity.rs`.

mod common;

use common::{C, J, World, assert_plan, lines};
use engine::settings::{Guard, GuardClass, Scope};
use model::{ActionKind, AlarmKind, HeldReason, LinkStatus, Observation, Rule, Side, SkipReason, Tombstone};

const ANN_J: &str = "J1 | Ann | Lee | +14155550101 | ann@x.com | Acme";
const ANN_C: &str = "C1 | Ann | Lee | +14155550101 | ann@x.com | Acme";
const BOB_J: &str = "J2 | Bob | Ray | +14155550102 | bob@x.com | Acme";
const BOB_C: &str = "C2 | Bob | Ray | +14155550102 | bob@x.com | Acme";

fn two() -> World {
    World::new().linked(&[(ANN_J, ANN_C), (BOB_J, BOB_C)])
}

#[test]
fn s1_a_row_that_slipped_through_paging_is_not_deleted() {
    let mut world = two().eager().drop(J, "J1");
    world.hidden.insert((J, "J1".into()));
    assert_plan(&world, &["held Delete crm C1: Unproven"]);
}

#[test]
fn s2_a_row_listed_twice_counts_once() {
    let world =
        two().with(J, &["J1 | Ann | Leeds | +14155550101 | ann@x.com | Acme", "J3 | Eve | | +14155550103 | | "]);
    let world = world.with(J, &["J3 | Eve | | +14155550103 | | "]);
    assert_plan(
        &world,
        &[
            "R10 Create crm from J3 first_name=Eve phone=+14155550103",
            "skip justcall J1: DuplicateId",
            "skip justcall J3: DuplicateId",
        ],
    );
}

#[test]
fn a_row_number_is_not_mistaken_for_an_id() {
    let world = World::new().linked(&[("J1 | Ann | | +14155550101 | | ", "7 | Ann | | +14155550101 | | ")]);
    let mut world = world.with(C, &["~7 | Eve | | +14155550103 | | "]);
    world.rows.crm.reverse();
    assert_plan(&world, &["R11 Create justcall from 7 first_name=Eve phone=+14155550103"]);
    world.rows.crm.retain(|row| !row.native_id);
    assert_eq!(lines(&world.plan())[1], "held Delete justcall J1: AwaitingSighting");
}

#[test]
fn s3_an_empty_listing_deletes_nothing() {
    for side in Side::BOTH {
        let mut world = two().eager().with(side.other(), &["X9 | Eve | | +14155550109 | | "]);
        world.rows[side].clear();
        let plan = world.plan();
        // Nor is anybody created there, who may be there already.
        assert_eq!(plan.actions, [], "{plan:#?}");
        assert_eq!(plan.held.iter().filter(|held| held.reason == HeldReason::PartialListing).count(), 3, "{plan:#?}");
        assert!(plan.alarms.iter().any(|alarm| alarm.kind == AlarmKind::EmptyListing && alarm.side == Some(side)));
        assert!(!plan.observations.iter().any(|seen| matches!(seen, Observation::Missing { .. })), "no sighting");
    }
}

#[test]
fn s4_both_sides_empty_keeps_the_state() {
    let mut world = two().eager();
    world.rows.justcall.clear();
    world.rows.crm.clear();
    let plan = assert_plan(&world, &[]);
    assert!(!plan.has_work(), "{plan:#?}");
    assert_eq!(plan.alarms.len(), 2);
}

#[test]
fn s5_s6_a_partial_listing_deletes_nothing() {
    for side in Side::BOTH {
        let gone = if side == J { "J1" } else { "C1" };
        let world =
            two().eager().drop(side, gone).partial(side).with(side.other(), &["X9 | Eve | | +14155550109 | | "]);
        let plan = world.plan();
        assert_eq!(plan.held.len(), 2, "{:?}", lines(&plan));
        assert!(plan.held.iter().all(|held| held.reason == HeldReason::PartialListing));
        assert_eq!(plan.actions, [], "{:?}", lines(&plan));
        // What is in the listing goes on: edits, and contacts that only the partial side has.
        let edit =
            if side == J { "C2 | Bob | Ray | +14155550102 | | Beta" } else { "J2 | Bob | Ray | +14155550102 | | Beta" };
        let busy = two()
            .eager()
            .drop(side, gone)
            .partial(side)
            .edit(side.other(), edit)
            .with(side, &["X8 | Zoe | | +14155550108 | | "]);
        let plan = busy.plan();
        assert_eq!(plan.actions.len(), 2, "{:?}", lines(&plan));
        assert!(plan.alarms.iter().any(|alarm| alarm.kind == AlarmKind::PartialListing));
    }
}

#[test]
fn s8_our_own_young_write_is_present_by_presumption() {
    let mut world = two().drop(J, "J1");
    world.heads[0].ids.justcall = None;
    world.heads[0].created_at.justcall = Some(Box::new("2026-01-10T01:59:30Z".parse().expect("a time")));
    assert_plan(&world, &["skip crm C1: Lag"]);
    // And it does not look deleted on both sides once the CRM's is.
    assert_plan(&world.clone().drop(C, "C1"), &[]);
    // Past the lag a complete listing would show it: it never arrived (S37). A partial one proves nothing.
    world.later(1);
    assert_plan(&world.clone().partial(J), &["skip crm C1: Lag"]);
    let plan = assert_plan(
        &world,
        &["R11 Create justcall from C1 first_name=Ann last_name=Lee phone=+14155550101 email=ann@x.com company=Acme"],
    );
    assert!(matches!(plan.observations[..], [Observation::NeverSeen { .. }]), "{plan:#?}");
    // With an id that was learned, the same holds.
    world.heads[0].ids.justcall = Some("J1".into());
    world.heads[0].created_at.justcall = Some(Box::new(world.now));
    assert_plan(&world.eager(), &["skip crm C1: Lag"]);
}

#[test]
fn s8_our_own_deletion_may_still_be_listed() {
    let mut world = World::new().with(J, &[ANN_J]);
    world.state.tombstones.push(Tombstone {
        key: common::key("+14155550101"),
        ids: model::BySide { justcall: Some("J1".into()), crm: Some("C1".into()) },
        at: world.now,
        rule: Rule::R6,
    });
    assert_plan(&world, &["skip justcall J1: Lag"]);
    world.later(1);
    assert_eq!(world.plan().actions[0].reason, Rule::R14);
}

fn scoped(mut world: World, stages: [&str; 2]) -> World {
    let column = world.settings.schema.len();
    world.settings.scope.crm = Scope { conditions: vec![(column, vec!["lead".into()])] };
    for (row, stage) in world.rows.crm.iter_mut().zip(stages) {
        row.cells.push(model::Cell::from_text(stage).to_owned());
    }
    world
}

#[test]
fn s9_leaving_the_scope_unlinks_and_returning_links_again() {
    let mut world = scoped(two(), ["junk", "lead"]);
    let plan = assert_plan(&world, &["Scope Unlink J1~C1", "skip crm C1: Filtered", "skip justcall J1: Filtered"]);
    world.land(&plan);
    assert_eq!(world.heads[0].status, LinkStatus::Dormant);
    assert_plan(&world, &["skip crm C1: Filtered", "skip justcall J1: Filtered"]);
    // Nothing that goes missing out of scope is a deletion.
    assert_plan(&world.clone().eager().drop(J, "J1"), &["skip crm C1: Filtered"]);
    // Back in scope: the same link, and what was edited meanwhile is carried over.
    let mut world = scoped(world, ["", ""]).edit(J, "J1 | Anna | Lee | +14155550101 | ann@x.com | Acme");
    for row in &mut world.rows.crm {
        row.cells.truncate(5);
        row.cells.push(model::OwnedCell::Value("lead".into()));
    }
    let plan = assert_plan(&world, &["Scope Link J1~C1", "R2 Update C1 first_name=Anna"]);
    world.land(&plan);
    assert_plan(&world, &[]);
}

#[test]
fn s9_a_missing_partner_of_a_record_out_of_scope_is_not_a_deletion() {
    let world = scoped(two(), ["junk", "lead"]).eager().drop(J, "J1");
    assert_plan(&world, &["Scope Unlink -~C1", "skip crm C1: Filtered"]);
}

#[test]
fn s10_no_deletions_while_the_scope_changes() {
    let mut world = two().eager().drop(J, "J1");
    world.state.deletes_forbidden = Some("the scope changed".into());
    assert_plan(&world, &["held Delete crm C1: ConfigChanged"]);
    assert_plan(&world.drop(C, "C1"), &[]);
}

#[test]
fn s11_deleted_on_both_sides_is_forgotten_without_a_call() {
    let mut world = two().drop(J, "J1").drop(C, "C1");
    let plan = assert_plan(&world, &["R9 Unlink J1~C1"]);
    world.land(&plan);
    assert_plan(&world, &[]);
}

#[test]
fn s12_edit_against_delete_ends() {
    let mut world = two().eager().drop(J, "J1").edit(C, "C1 | Ann | Lee | +14155550101 | ann@y.com | Acme");
    let plan = world.plan();
    assert_eq!(plan.actions[0].reason, Rule::R8);
    assert!(plan.actions[0].note.contains("deleted in JustCall"));
    world.land(&plan);
    assert!(!world.plan().has_writes());
    world.land(&world.plan());
    assert_plan(&world, &[]);
}

#[test]
fn s12_an_answer_covers_the_edits_that_were_shown_and_no_others() {
    let world = two().eager().drop(J, "J1").edit(C, "C1 | Ann | Lee | +14155550101 | ann@y.com | Acme");
    let mut world = world.set(|settings| settings.edit_vs_delete = model::EditVsDelete::Review);
    let conflict = world.plan().conflicts.remove(0);
    world.state.resolutions.push(answer(&conflict, model::Choice::Take(J)));
    assert_plan(&world, &["Resolved Delete C1"]);
    let world = world.edit(C, "C1 | Ann | Lee | +14155550101 | ann@y.com | Beta");
    assert_eq!(world.plan().conflicts.len(), 1, "edited again: asked again");
    let mut world = two().eager().drop(J, "J1").edit(C, "C1 | Ann | Lee | +14155550101 | ann@y.com | Acme");
    world.settings.edit_vs_delete = model::EditVsDelete::Review;
    world.state.resolutions.push(answer(&conflict, model::Choice::Take(C)));
    assert_eq!(world.plan().actions[0].kind, ActionKind::Create);
}

fn answer(conflict: &model::Conflict, choice: model::Choice) -> model::Resolution {
    model::Resolution {
        conflict: conflict.id.clone(),
        choice,
        justcall: conflict.justcall.clone(),
        crm: conflict.crm.clone(),
        made_at: conflict.since,
        made_by: "ann".into(),
    }
}

#[test]
fn a_field_that_never_agreed_is_no_reason_to_delete_it() {
    // The companies were a conflict from the first sync on; deleting one record must not take the other value along.
    let mut world = two().eager().edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Beta").drop(J, "J1");
    world.bases[0].fields[4] = model::BaseField::default();
    world.heads[0].hashes = world.bases[0].hashes();
    assert_eq!(world.plan().actions[0].reason, Rule::R8);
}

#[test]
fn s13_two_sightings_far_enough_apart() {
    let mut world = two().drop(J, "J1");
    let plan = assert_plan(&world, &["held Delete crm C1: AwaitingSighting"]);
    assert_eq!(plan.held[0].until, Some("2026-01-10T22:00:00Z".parse().expect("a time")));
    world.land(&plan);
    world.later(19);
    let plan = assert_plan(&world, &["held Delete crm C1: AwaitingSighting"]);
    assert!(plan.observations.is_empty(), "too early to count");
    assert_eq!(plan.held[0].until, Some("2026-01-10T22:00:00Z".parse().expect("a time")));
    world.land(&plan);
    world.later(1);
    let plan = assert_plan(&world, &["R5 Delete C1"]);
    let evidence = plan.actions[0].evidence.clone().expect("evidence");
    assert_eq!((evidence.sightings, evidence.proof.as_str()), (2, "404"));
    assert_eq!(plan.actions[0].expect.crm, Some(evidence.target_equals_base));
    world.land(&plan);
    assert_plan(&world, &[]);
}

#[test]
fn s13_one_sighting_deletes_in_the_run_that_sees_it() {
    assert_plan(&two().eager().drop(J, "J1"), &["R5 Delete C1"]);
    let plan = assert_plan(&two().eager().drop(C, "C1"), &["R6 Delete J1"]);
    assert_eq!(plan.actions[0].evidence.as_ref().map(|evidence| evidence.proof.as_str()), Some("whole_file"));
}

#[test]
fn s15_reappearing_cancels_and_the_count_starts_anew() {
    let start = two();
    let mut world = start.clone().drop(J, "J1");
    world.land(&world.plan());
    // Back on its side, but its partner is missing now: the old sighting is void all the same.
    world.later(24);
    let mut back = world.clone().with(J, &[ANN_J]).drop(C, "C1");
    let plan = assert_plan(&back, &["held Delete justcall J1: AwaitingSighting"]);
    assert!(plan.observations.iter().any(|seen| matches!(seen, Observation::Returned { side: Side::Justcall, .. })));
    back.land(&plan);
    let mut back = back.with(C, &[ANN_C]);
    back.land(&back.plan());
    assert!(back.state.absences.is_empty());
    back.later(24);
    assert_plan(&back.drop(J, "J1"), &["held Delete crm C1: AwaitingSighting"]);
}

fn crowd_without(gone: usize) -> World {
    let mut world = World::new().crowd(100).eager();
    world.rows.justcall.drain(..gone);
    world
}

#[test]
fn s16_a_mass_deletion_waits_and_approval_is_a_ceiling() {
    assert_eq!(crowd_without(5).plan().summary.crm.delete, 5, "the floor passes");
    let mut world = crowd_without(40).edit(J, "J900099 | Pat | Q | +16502530099 | p99@x.com | Acme");
    let plan = world.plan();
    assert_eq!((plan.summary.crm.delete, plan.summary.crm.held, plan.summary.crm.update), (0, 40, 1));
    let alarm = plan.alarms.iter().find(|alarm| alarm.kind == AlarmKind::Guard).expect("an alarm");
    assert_eq!((alarm.count, alarm.limit), (40, 5));
    for (approved, deleted) in [(39, 39), (40, 40), (1000, 40)] {
        world.approvals.insert(GuardClass::Deletes, approved);
        let plan = world.plan();
        assert_eq!((plan.summary.crm.delete, plan.summary.crm.held), (deleted, 40 - deleted));
    }
    // What to approve says what is left, and what an approval for the same run must name.
    world.approvals.insert(GuardClass::Deletes, 10);
    let said = world.plan().alarms.remove(0).detail;
    let expected = "10 approved: the other 30 are withheld; --approve deletes=40 lets all of them through, or deletes=30 \
                    once those 10 are applied";
    assert!(said.ends_with(expected), "{said}");
    world.approvals.insert(GuardClass::Deletes, 40);
    assert!(world.plan().alarms.is_empty());
}

#[test]
fn s17_a_few_at_a_time_trip_the_weekly_window() {
    let mut world = crowd_without(4);
    world.state.window.insert(GuardClass::Deletes, 1);
    assert_eq!(world.plan().summary.crm.delete, 4);
    world.state.window.insert(GuardClass::Deletes, 2);
    assert_eq!(world.plan().summary.crm.delete, 0);
}

#[test]
fn guards_of_the_other_classes_withhold_their_class_alone() {
    let tight = Guard { floor: 1, percent: 0.0 };
    let edit = |world: World, at: usize, row: &str| {
        world.edit(J, &row.replace('@', &format!("{at:05}")).replace('#', &format!("{at:04}")))
    };
    // Cleared fields: other changes of the same record pass.
    let mut world = World::new().crowd(10);
    for at in 0..3 {
        world = edit(world, at, "J9@ | Zoe | Q | +1650253# | | Acme");
    }
    let email = world.settings.schema.position(&model::Field::Email).expect("a field").index();
    world.settings.policies[email].clearing = model::Clearing::Propagate;
    world.settings.guards.clears = tight;
    let plan = world.plan();
    assert_eq!((plan.summary.crm.update, plan.held.len()), (3, 3), "{:?}", lines(&plan));
    assert!(plan.actions.iter().all(|action| action.changes.len() == 1));

    // Phones: the contact waits as a whole, on both sides (I6).
    let mut world = World::new().crowd(10);
    for at in 0..3 {
        world = edit(world, at, "J9@ | P | Q | +1650254# | | Acme");
        world = world.edit(C, &format!("C9{at:05} | P{at} | Q | +1650253{at:04} | p{at}@x.com | Beta"));
    }
    world.settings.guards.phone_changes = tight;
    let plan = world.plan();
    assert_eq!((plan.summary.crm.held, plan.summary.justcall.held), (3, 3), "{:?}", lines(&plan));
    assert!(!plan.has_writes());

    // Creates: not on the first sync. "Everything changed": likewise.
    let news = ["C1 | A | | +14155550101 | | ", "C2 | B | | +14155550102 | | "];
    let mut world = World::new().with(C, &news);
    world.settings.guards.creates = tight;
    world.settings.guards.changed = tight;
    assert_eq!(world.plan().summary.justcall.create, 2);
    let mut world = World::new().crowd(10).with(C, &news);
    world.settings.guards.creates = tight;
    let plan = world.plan();
    assert_eq!((plan.summary.justcall.create, plan.summary.justcall.held), (0, 2));
    let mut world = World::new().crowd(10);
    for at in 0..3 {
        world = edit(world, at, "J9@ | Zoe | Q | +1650253# | p@x.com | Acme");
    }
    world.settings.guards.changed = tight;
    assert_eq!((world.plan().summary.crm.update, world.plan().summary.crm.held), (0, 3));
}

#[test]
fn s41_a_refused_write_is_not_tried_again_until_its_source_changes() {
    let mut world =
        two().edit(C, "C1 | Anna | Lee | +14155550101 | ann@x.com | Acme").with(C, &["C3 | Eve | | +14155550103 | | "]);
    let listings = world.listings();
    for row in [0, 2] {
        let row = listings.crm.table.row(row);
        world.state.parked.push(engine::planner::ParkedWrite {
            side: J,
            source_id: row.id().into(),
            source_hash: row.hash(5),
            message: "validation rule".into(),
            undone: false,
        });
    }
    let plan = assert_plan(&world, &["skip justcall J1: Parked", "skip crm C3: Parked"]);
    assert!(plan.skipped[0].detail.contains("validation rule"));
    assert_eq!((plan.summary.justcall.skipped, plan.summary.crm.skipped, plan.summary.crm.unchanged), (1, 1, 2));
    // The other direction of the same contact still goes, and a new edit is tried.
    let both = world.clone().edit(J, "J1 | Ann | Lee | +14155550101 | ann@y.com | Acme");
    assert_plan(&both, &["R4 Update C1 email=ann@y.com", "skip justcall J1: Parked", "skip crm C3: Parked"]);
    let world = world.edit(C, "C1 | Annie | Lee | +14155550101 | ann@x.com | Acme");
    assert_plan(&world, &["R3 Update J1 first_name=Annie", "skip crm C3: Parked"]);
}

#[test]
fn s43_a_lost_state_links_equals_and_deletes_nothing() {
    let world =
        World::new().with(J, &[ANN_J, BOB_J]).with(C, &[ANN_C, "C2 | Bob | Ray | +14155550102 | bob@x.com | Beta"]);
    assert_plan(&world, &["R12 Link J1~C1", "R13 Link J2~C2", "conflict NoBase company: Acme / Beta"]);
}

#[test]
fn unreadable_rows_keep_their_possible_counterpart() {
    let world = two().eager().drop(C, "C1").with(C, &["C9 | Ann | Lee | 4.15556E+09 | | "]);
    assert_plan(&world, &["held Delete justcall J1: UnreadableCounterpart", "skip crm C9: DestroyedPhone"]);
    // Somebody else's unreadable row leaves no doubt.
    let world = two().eager().drop(C, "C1").with(C, &["C9 | Zoe | Zed | 4.15556E+09 | | "]);
    assert_plan(&world, &["R6 Delete J1", "skip crm C9: DestroyedPhone"]);
}

#[test]
fn r7_without_a_readable_phone_creates_nothing() {
    let world = two().eager().drop(J, "J1").edit(C, "C1 | Ann | Lee | 4.15556E+09 | ann@x.com | Acme");
    let plan = assert_plan(&world, &["skip crm C1: DestroyedPhone"]);
    assert_eq!(plan.skipped[0].reason, SkipReason::DestroyedPhone);
}

#[test]
fn s3_a_side_that_is_meant_to_be_empty_does_not_wait_for_ever() {
    let mut world = two().eager().with(J, &["X9 | Eve | | +14155550109 | | "]);
    world.rows.crm.clear();
    world.approvals.insert(GuardClass::Deletes, 1);
    assert_eq!(world.plan().actions, [], "fewer than are linked");
    world.approvals.insert(GuardClass::Deletes, 2);
    let plan = world.plan();
    let kinds: Vec<_> = plan.actions.iter().map(|action| action.kind).collect();
    assert_eq!(kinds, [ActionKind::Create, ActionKind::Delete, ActionKind::Delete], "{plan:#?}");
}

/// Whoever is erased takes every decision along, also where nothing but its conflict's id says whom it is about (S48).
#[test]
fn s48_conflicts_of_a_contact_are_known_by_its_records_and_number() {
    let fields = [model::Field::FirstName, model::Field::Phone, model::Field::Company];
    let key = |phone: &str| model::PhoneKey::new(phone, "").expect("a number");
    let world = two().edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | One");
    let plan = world.edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Two").plan();
    let known = engine::ids_about(&[(J, "J1".into())], key("+14155550101"), &fields);
    assert!(known.contains(&plan.conflicts[0].id));
    let others = engine::ids_about(&[(J, "J2".into()), (C, "C2".into())], key("+14155550102"), &fields);
    assert!(!others.contains(&plan.conflicts[0].id));
    let plan = two().with(C, &["C8 | Ida | | +14155550177 | | ", "C9 | Mia | | +14155550177 | | "]).plan();
    assert!(engine::ids_about(&[], key("+14155550177"), &[]).contains(&plan.conflicts[0].id));
}
