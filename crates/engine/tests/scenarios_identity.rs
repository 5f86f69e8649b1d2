//! The scenarios about who is who: phones that change, swap and are shared, new ids, forms, and records without ids.

mod common;

use common::{C, J, World, assert_plan, lines};
use engine::settings::{Guard, GuardClass};
use model::{Action, BySide, Choice, Field, Resolution, RowHash, Side, Via};

const ANN_J: &str = "J1 | Ann | Lee | +14155550101 | ann@x.com | Acme";
const ANN_C: &str = "C1 | Ann | Lee | +14155550101 | ann@x.com | Acme";
const BOB_J: &str = "J2 | Bob | Ray | +14155550102 | bob@x.com | Acme";
const BOB_C: &str = "C2 | Bob | Ray | +14155550102 | bob@x.com | Acme";

fn two() -> World {
    World::new().linked(&[(ANN_J, ANN_C), (BOB_J, BOB_C)])
}

#[test]
fn s14_back_under_a_new_id() {
    for (side, new, line) in [
        (J, "J9 | Ann | Lee | +14155550101 | ann@x.com | Acme", "R14 Link J9~C1"),
        (C, "C9 | Ann | Lee | +14155550101 | ann@x.com | Acme", "R14 Link J1~C9"),
    ] {
        let old = if side == J { "J1" } else { "C1" };
        let mut world = two().eager().drop(side, old).with(side, &[new]);
        let plan = assert_plan(&world, &[line]);
        assert!(plan.actions[0].note.contains(old), "history keeps both ids: {}", plan.actions[0].note);
        world.land(&plan);
        let plan = assert_plan(&world, &[]);
        assert!(!plan.has_work(), "{plan:#?}");
        // An edit after that is an edit, not a difference without a base.
        let edited = new.replace("Acme", "Beta");
        let expected = if side == J { "R2 Update C1 company=Beta" } else { "R3 Update J1 company=Beta" };
        assert_plan(&world.edit(side, &edited), &[expected]);
    }
}

#[test]
fn s14_what_was_cleared_stays_cleared() {
    let world = two().eager().drop(J, "J1").with(J, &["J9 | Ann | Lee | +14155550101 | ann@x.com | Acme"]);
    let mut world = world.edit(C, "C1 | Ann | Lee | +14155550101 |  | Acme");
    let plan = assert_plan(&world, &["R14 Link J9~C1"]);
    world.land(&plan);
    assert_plan(&world, &[]);
}

#[test]
fn s14_a_new_id_with_other_values_is_a_conflict_and_stays_one() {
    let mut world = two().eager().drop(J, "J1").with(J, &["J9 | Ann | Lee | +14155550101 | ann@x.com | Beta"]);
    let expected = ["R14 Link J9~C1", "conflict NoBase company: Beta / Acme"];
    let plan = assert_plan(&world, &expected);
    world.land(&plan);
    assert_plan(&world, &expected[1..]);
}

#[test]
fn s14_while_the_old_id_may_live_nothing_is_adopted_and_nothing_deleted() {
    let mut world = two().eager().drop(J, "J1").with(J, &["J9 | Ann | Lee | +14155550101 | ann@x.com | Acme"]);
    world.hidden.insert((J, "J1".into()));
    let plan = world.plan();
    assert!(!plan.has_writes() && plan.conflicts.len() == 1, "{:?}", lines(&plan));
}

#[test]
fn s14_several_candidates_are_a_question() {
    let world =
        two().eager().drop(J, "J1").with(J, &["J8 | Zoe | | +14155550101 | | ", "J9 | Eve | | +14155550101 | | "]);
    let plan = assert_plan(&world, &["conflict AmbiguousMatch contact: Zoe, Eve / Ann Lee"]);
    assert_eq!((plan.summary.justcall.conflict, plan.summary.crm.conflict), (2, 1));
    // A name decides it.
    let world = two()
        .eager()
        .drop(J, "J1")
        .with(J, &["J8 | Ann | Lee | +14155550101 | | Acme", "J9 | Eve | | +14155550101 | | "]);
    let found = lines(&world.plan());
    assert!(found.contains(&"R14 Link J8~C1".to_owned()), "{found:?}");
    assert!(found.iter().any(|line| line.starts_with("conflict SharedPhone contact: Eve")), "{found:?}");
}

#[test]
fn a_deletion_waits_while_somebody_with_the_same_number_is_undecided() {
    // Ann's family line: her record is gone, a stranger's with her number is there.
    let world = World::new()
        .crowd(1)
        .linked(&[("J1 | Ann | Lee | +14155550101;ext=5 | | ", "C1 | Ann | Lee | +14155550101;ext=5 | | ")])
        .eager()
        .drop(J, "J1")
        .with(J, &["J9 | Zoe | | +14155550101;ext=6 | | "]);
    let plan = world.plan();
    assert!(!plan.has_writes(), "{:?}", lines(&plan));
}

#[test]
fn s20_both_phones_changed_is_a_conflict_with_an_id_that_lasts() {
    let mut world = World::new().with(J, &[ANN_J]).with(C, &["C1 | Ann | Lee | +14155550101 | ann@x.com | Beta"]);
    let plan = assert_plan(&world, &["R13 Link J1~C1", "conflict NoBase company: Acme / Beta"]);
    let first = plan.conflicts[0].clone();
    world.land(&plan);
    let again = world.plan().conflicts.remove(0);
    assert_eq!(again.id, first.id, "an answer given between two runs must not be lost");
    world.state.resolutions.push(answer(&first, Choice::Take(C)));
    let plan = assert_plan(&world, &["Resolved Update J1 company=Beta"]);
    world.land(&plan);
    world.land(&world.plan());
    assert_plan(&world, &[]);
}

fn answer(conflict: &model::Conflict, choice: Choice) -> Resolution {
    Resolution {
        conflict: conflict.id.clone(),
        choice,
        justcall: conflict.justcall.clone(),
        crm: conflict.crm.clone(),
        made_at: conflict.since,
        made_by: "ann".into(),
    }
}

#[test]
fn answers() {
    let world = two()
        .edit(J, "J1 | Ann | Lee | +14155550103 | ann@x.com | Acme")
        .edit(C, "C1 | Ann | Lee | +14155550104 | ann@x.com | Acme");
    let conflict = world.plan().conflicts.remove(0);
    let with = |choice: Choice| {
        let mut world = world.clone();
        world.state.resolutions.push(answer(&conflict, choice));
        world
    };
    assert_plan(&with(Choice::Take(J)), &["Resolved Update C1 phone=+14155550103"]);
    assert_plan(&with(Choice::Take(C)), &["Resolved Update J1 phone=+14155550104"]);
    // A value of one's own is written in E.164, on both sides.
    let own = with(Choice::Value("(415) 555-0105".into()));
    assert_plan(&own, &["Resolved Update C1 phone=+14155550105", "Resolved Update J1 phone=+14155550105"]);
    // A contact is never left without a number, whoever asks for it.
    for text in ["", "4.15556E+09"] {
        let plan = with(Choice::Value(text.into())).plan();
        assert!(plan.actions.is_empty() && plan.conflicts[0].detail.contains("no phone number"), "{plan:#?}");
    }
    // An answer to other values is void.
    let moved = with(Choice::Take(J)).edit(C, "C1 | Ann | Lee | +14155550106 | ann@x.com | Acme");
    assert_eq!(moved.plan().conflicts.len(), 1);
}

#[test]
fn an_answer_that_policy_cannot_write_is_an_agreement_to_differ() {
    let world = two()
        .edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | ")
        .edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Beta");
    let mut world = world.set(|settings| {
        settings.policies[4].direction = model::Direction::ToCrm;
        settings.policies[4].clearing = model::Clearing::Propagate;
    });
    let conflict = world.plan().conflicts.remove(0);
    world.state.resolutions.push(answer(&conflict, Choice::Take(C)));
    let plan = assert_plan(&world, &["Resolved Rebase J1~C1"]);
    world.land(&plan);
    assert_plan(&world, &[]);
}

fn is_cycle(action: &Action) -> bool {
    action.cycle.is_some()
}

#[test]
fn s21_a_swap_is_two_updates_in_one_circle() {
    let world = two()
        .edit(C, "C1 | Ann | Lee | +14155550102 | ann@x.com | Acme")
        .edit(C, "C2 | Bob | Ray | +14155550101 | bob@x.com | Acme");
    let plan = assert_plan(&world, &["R3 Update J1 phone=+14155550102", "R3 Update J2 phone=+14155550101"]);
    assert!(plan.actions.iter().all(is_cycle) && plan.actions[0].cycle == plan.actions[1].cycle);
    assert!(plan.actions.iter().all(|action| action.via == Via::Put), "a changed phone never rides bulk");
    // Half a swap would put one number on two contacts: approval of one lets none through.
    let mut world = world;
    world.settings.guards.phone_changes = Guard { floor: 0, percent: 0.0 };
    world.approvals.insert(GuardClass::PhoneChanges, 1);
    let plan = world.plan();
    assert_eq!((plan.summary.justcall.update, plan.summary.justcall.held), (0, 2), "{:?}", lines(&plan));
    world.approvals.insert(GuardClass::PhoneChanges, 2);
    assert_eq!(world.plan().summary.justcall.update, 2);
}

#[test]
fn s21_numbers_are_freed_before_they_are_taken() {
    let rows = |side: &str, numbers: [u32; 4]| {
        numbers
            .iter()
            .zip(1..)
            .map(|(number, at)| format!("{side}{at} | P{at} | | +1415555010{number} | | "))
            .collect::<Vec<_>>()
    };
    let (justcall, crm) = (rows("J", [1, 2, 3, 4]), rows("C", [1, 2, 3, 4]));
    let pairs: Vec<(&str, &str)> = justcall.iter().zip(&crm).map(|(j, c)| (j.as_str(), c.as_str())).collect();
    // 1 takes 2's, 2 takes 3's, 3 takes 4's, 4 gets a new one; then a circle of three and one that stays.
    for (numbers, order, circle) in
        [([2, 3, 4, 5], ["J4", "J3", "J2", "J1"].as_slice(), false), ([2, 3, 1, 4], &["J3", "J2", "J1"], true)]
    {
        let mut world = World::new().linked(&pairs);
        for row in rows("C", numbers) {
            world = world.edit(C, &row);
        }
        let plan = world.plan();
        let found: Vec<&str> =
            plan.actions.iter().filter_map(|action| action.record_id.as_ref()).map(model::RecordId::as_str).collect();
        assert_eq!(found, order);
        assert!(plan.actions.iter().all(|action| is_cycle(action) == circle), "{plan:#?}");
    }
    // A new extension or form of one's own number is no circle.
    let world = two().edit(C, "C1 | Ann | Lee | +14155550101;ext=7 | ann@x.com | Acme");
    assert!(!world.plan().actions.iter().any(is_cycle));
}

#[test]
fn s22_duplicates_are_a_question_and_others_proceed() {
    let world = World::new()
        .with(J, &["J1 | Zoe | | +14155550101 | | ", BOB_J])
        .with(C, &["C1 | Ann | | +14155550101 | | ", "C3 | Eve | | +14155550101 | | ", BOB_C]);
    let plan = assert_plan(&world, &["R12 Link J2~C2", "conflict AmbiguousMatch contact: Zoe / Ann, Eve"]);
    assert_eq!(plan.conflicts[0].records.len(), 3);
    // The same question whatever the order, and whoever joins.
    let mut shuffled = world.clone();
    shuffled.rows.crm.reverse();
    assert_eq!(shuffled.plan().conflicts, plan.conflicts);
    // A newcomer with the number of a linked contact is not created, not linked, and harms nobody.
    let world = two().with(C, &["C9 | Zoe | | +14155550101 | | "]);
    assert_plan(&world, &["conflict SharedPhone contact: - / Zoe"]);
}

#[test]
fn s23_a_shared_line_needs_a_second_factor() {
    let world = World::new()
        .with(J, &["J1 | Ann | Lee | +14155550101 | fam@x.com | ", "J2 | Bob | Lee | +14155550101 | fam@x.com | "])
        .with(C, &["C2 | BOB | LEE | +14155550101 | fam@x.com | ", "C1 | Ann | Lee | +14155550101 | fam@x.com | "]);
    let plan = world.plan();
    let found = lines(&plan);
    assert!(found.contains(&"R12 Link J1~C1".to_owned()), "{found:?}");
    assert!(found.contains(&"R13 Link J2~C2".to_owned()), "{found:?}");
    // The address alone leaves a doubt where names differ.
    let world = World::new()
        .with(J, &["J1 | Ann | Lee | +14155550101 | fam@x.com | "])
        .with(C, &["C2 | Bob | Lee | +14155550101 | fam@x.com | ", "C3 | Eve | Lee | +14155550101 | | "]);
    assert!(!world.plan().has_work(), "{:?}", lines(&world.plan()));
    // And a namesake who is linked already.
    let world = World::new().linked(&[(ANN_J, ANN_C)]).with(J, &["J2 | Ann | Lee | +14155550101 | | "]);
    let world = world.with(C, &["C2 | Ann | Lee | +14155550101 | | "]);
    assert!(!world.plan().has_work());
    // Two of one name as well.
    let world = World::new()
        .with(J, &["J1 | Ann | Lee | +14155550101 | | "])
        .with(C, &["C2 | Ann | Lee | +14155550101 | | ", "C3 | Ann | Lee | +14155550101 | | "]);
    assert!(!world.plan().has_work());
}

#[test]
fn s23_a_shared_number_never_rides_bulk() {
    let world = World::new()
        .linked(&[(ANN_J, ANN_C)])
        .linked(&[("J2 | Bob | Lee | +14155550101 | | ", "C2 | Bob | Lee | +14155550101 | | ")]);
    let shared = world.edit(C, "C1 | Anna | Lee | +14155550101 | ann@x.com | Acme");
    assert_eq!(shared.plan().actions[0].via, Via::Put);
    let alone = two().edit(C, "C1 | Anna | Lee | +14155550101 | ann@x.com | Acme");
    assert_eq!(alone.plan().actions[0].via, Via::Bulk);
    // Nor where a record that takes no part has it: bulk would find that one (I15).
    let mut outside = alone.with(J, &["J7 | Out | | +14155550101 | | "]);
    outside.settings.scope.justcall.conditions = vec![(0, vec!["Ann".into(), "Bob".into()])];
    let plan = outside.plan();
    assert_eq!(plan.actions.iter().map(|action| action.via).collect::<Vec<_>>(), [Via::Put], "{:?}", lines(&plan));
}

#[test]
fn s24_one_number_in_many_forms() {
    let world = World::new()
        .with(J, &["J1 | A | | +41446681800 | | ", "J2 | B | | +14155550102 | | "])
        .with(C, &["C1 | A | | 011 41 44 668 18 00 | | ", "C2 | B | | 1 (415) 555.0102 | | "]);
    assert_plan(&world, &["R12 Link J1~C1", "R12 Link J2~C2"]);
}

#[test]
fn s24_extensions() {
    // A side without a place for extensions: a name ties them, then they are equal.
    let mut world =
        World::new().with(J, &["J1 | A | | +14155550101 | | "]).with(C, &["C1 | A | | +14155550101 x5 | | "]);
    let plan = assert_plan(&world, &["R12 Link J1~C1"]);
    world.land(&plan);
    assert_plan(&world, &[]);
    let changed = world.clone().edit(C, "C1 | A | | +14155550101 x6 | | ");
    assert!(!changed.plan().has_writes());
    // One that cannot travel is not written, and the number without it is no news.
    let world = World::new().linked(&[("J1 | A | | +14155550101 x5 | | ", "C1 | A | | +14155550101 x5 | | ")]);
    assert_plan(&world.edit(C, "C1 | A | | +14155550101 x6 | | "), &["R4 Rebase J1~C1"]);
    // Two lines behind one number are two people.
    let world =
        World::new().with(J, &["J1 | A | | +14155550101 x5 | | "]).with(C, &["C1 | A | | +14155550101 x6 | | "]);
    assert_plan(&world, &["conflict AmbiguousMatch contact: A / A"]);
}

#[test]
fn s24_an_unverified_number_needs_a_second_factor() {
    let weak = |id: &str, name: &str| format!("{id} | {name} | | +12225550101 | | ");
    let pair = |a: &str, b: &str| World::new().with(J, &[&weak("J1", a)]).with(C, &[&weak("C1", b)]);
    assert_plan(&pair("Ann", "Ann"), &["R12 Link J1~C1"]);
    assert_plan(&pair("Ann", "Bob"), &["conflict AmbiguousMatch contact: Ann / Bob"]);
    // Nor does it prove that a contact is back under a new id.
    let world = World::new().crowd(1).linked(&[(&weak("J1", "Ann"), &weak("C1", "Ann"))]).eager().drop(J, "J1");
    assert_plan(&world.clone().with(J, &[&weak("J9", "Ann")]), &["R14 Link J9~C1"]);
    assert_plan(&world.with(J, &[&weak("J9", "Zoe")]), &["conflict AmbiguousMatch contact: Zoe / Ann"]);
}

#[test]
fn s25_what_the_replica_makes_of_our_write_is_no_edit() {
    let mut world = two().edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Acme Corporation of America");
    world.land(&world.plan());
    // Cut off, trimmed and in capitals.
    let mut world = world.edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | ACME CORP");
    let plan = assert_plan(&world, &[]);
    assert_eq!(plan.observations.len(), 1);
    world.land(&plan);
    assert!(!world.plan().has_work());
    // Once seen, the next change is an edit.
    let world = world.edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | ACME");
    assert_plan(&world, &["R2 Update C1 company=ACME"]);
    // A write that was read back as sent is confirmed once.
    let mut world = two().edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Beta");
    world.land(&world.plan());
    assert!(world.heads[0].unconfirmed.justcall);
    let plan = assert_plan(&world, &[]);
    world.land(&plan);
    assert!(!world.heads[0].unconfirmed.justcall && !world.plan().has_work());
    // And an edit over an unconfirmed write is an edit.
    let world = two().edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Beta");
    let mut world = world;
    world.land(&world.plan());
    assert_plan(&world.edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | Gamma"), &["R2 Update C1 company=Gamma"]);
}

#[test]
fn s26_stale_hashes_plan_nothing() {
    let mut world = two();
    for head in &mut world.heads {
        head.hashes = BySide { justcall: RowHash(u64::MAX), crm: RowHash(u64::MAX) };
    }
    assert!(!world.plan().has_work());
}

#[test]
fn s27_unicode_forms_are_one() {
    let world = World::new()
        .with(J, &["J1 | Jose\u{301} | \u{200f}Lee | +14155550101 | | A\u{a0}B"])
        .with(C, &["C1 | José | Lee | +14155550101 | | A B"]);
    assert_plan(&world, &["R12 Link J1~C1"]);
}

#[test]
fn s36_s47_a_link_stands_on_its_own_base() {
    // The same person twice in the CRM, linked to two JustCall contacts: an edit of one is no edit of the other.
    let world = World::new().linked(&[(ANN_J, ANN_C)]).linked(&[(
        "J2 | Ann | Lee | +14155550101 | ann@x.com | Acme",
        "C2 | Ann | Lee | +14155550101 | ann@x.com | Acme",
    )]);
    let world = world.edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Beta");
    assert_plan(&world, &["R3 Update J1 company=Beta"]);
}

/// Rows without ids of their own are found by number in every run, wherever they stand.
#[test]
fn records_without_ids() {
    let mut world = World::new().with(J, &[ANN_J, BOB_J]).with(
        C,
        &["~1 | Ann | Lee | +14155550101 | ann@x.com | Acme", "~2 | Bob | Ray | +14155550102 | bob@x.com | Acme"],
    );
    world.land(&world.plan());
    assert!(world.heads.iter().all(|head| head.ids.crm.is_none()));
    assert!(!world.plan().has_work());
    world.rows.crm =
        ["~1 | Bob | Ray | +14155550102 | bob@x.com | Beta", "~2 | Ann | Lee | +14155550101 | ann@x.com | Acme"]
            .map(common::record)
            .to_vec();
    let plan = assert_plan(&world, &["R3 Update J2 company=Beta"]);
    world.land(&plan);
    world.land(&world.plan());
    assert_plan(&world, &[]);
    // A row that goes is a deletion like any other, and one whose phone cannot be read is not gone.
    let gone = world.clone().eager().drop(C, "2");
    assert_plan(&gone, &["R6 Delete J1"]);
    let spoiled = world.eager().edit(C, "~2 | Ann | Lee | 4.15556E+09 | ann@x.com | Acme");
    assert_plan(&spoiled, &["held Delete justcall J1: UnreadableCounterpart", "skip crm 2: DestroyedPhone"]);
}

/// An id that becomes known is learned even in a run in which a field is contested, and the contest stays one.
#[test]
fn learning_an_id_settles_nothing_else() {
    let mut world = two()
        .edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | Beta")
        .edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Gamma");
    world.heads[0].ids.justcall = None;
    let expected = ["conflict BothEdited company: Beta / Gamma"];
    let plan = assert_plan(&world, &expected);
    world.land(&plan);
    assert_eq!(world.heads[0].ids.justcall, Some("J1".into()));
    assert_plan(&world, &expected);
}

#[test]
fn a_pending_id_is_learned_by_number_and_its_base_is_asked_for() {
    let mut world = two();
    world.heads[0].ids.justcall = None;
    world.heads[0].created_at.justcall = Some(Box::new(world.now));
    let (plan, matching) = world.plan_from(&world.listings());
    assert_eq!(matching.survey.needs_base(&world.heads), [world.heads[0].id]);
    world.land(&plan);
    assert_eq!(world.heads[0].ids.justcall, Some("J1".into()));
    assert_eq!(world.heads[0].created_at, BySide::default());
    assert!(!world.plan().has_work());
}

#[test]
fn fields_that_nobody_maps_are_not_touched() {
    let world = two().edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Beta");
    for action in world.plan().actions {
        assert_eq!(action.changes.iter().map(|change| &change.field).collect::<Vec<_>>(), [&Field::Company]);
        assert_eq!(action.changes[0].before.as_deref(), Some("Acme"));
        assert!(Side::BOTH.into_iter().all(|side| action.expect[side].is_some()));
    }
}

/// Somebody gave a contact another number before the first listing that would have told its id.
fn created_and_renumbered(email: &str) -> World {
    let crm = format!("C1 | Ann | Lee | +14155550101 | {email} | Acme");
    let mut world =
        World::new().with(J, &[&format!("J1 | Ann | Lee | +14155550101 | {email} | Acme")]).with(C, &[&crm]);
    let (justcall, crm) = (world.rows.justcall[0].clone(), world.rows.crm[0].clone());
    world.link(&justcall, &crm);
    world.heads[0].ids.justcall = None;
    world.heads[0].created_at.justcall = Some(Box::new(world.now));
    world.later(1);
    world.drop(J, "J1").with(J, &[&format!("J7 | Ann | Lee | +14155550199 | {email} | Acme")])
}

#[test]
fn a_created_contact_that_has_the_same_new_number_on_both_sides_is_nobody_new_i5() {
    // The answer to the question of the story below.
    let mut world = created_and_renumbered("").edit(C, "C1 | Ann | Lee | +14155550199 |  | Acme");
    let plan = world.plan();
    assert!(!plan.has_writes() && plan.conflicts.is_empty(), "{:?}", lines(&plan));
    world.land(&plan);
    assert_eq!(world.heads[0].ids.justcall, Some("J7".into()));
    assert_plan(&world, &[]);
}

#[test]
fn whoever_is_only_like_a_created_contact_is_asked_about_and_not_doubled_i5() {
    // Nothing but the name says so; or everything but the number does: a record that was there before may look the same.
    let alike = created_and_renumbered("");
    let same = created_and_renumbered("ann@x.com");
    // Somebody has edited the contact as well.
    let edited = created_and_renumbered("ann@x.com").edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Beta");
    // Two could be it.
    let two = created_and_renumbered("ann@x.com").with(J, &["J8 | Ann | Lee | +14155550198 | ann@x.com | Acme"]);
    for world in [alike, same, edited, two] {
        let plan = world.plan();
        assert!(plan.actions.is_empty(), "{:?}", lines(&plan));
        assert_eq!(plan.conflicts.len(), 1, "{:?}", lines(&plan));
        assert!(plan.conflicts[0].detail.contains("+14155550101"), "{}", plan.conflicts[0].detail);
    }
    // Somebody else is somebody else, and what never arrived is sent again (S37).
    let other = created_and_renumbered("ann@x.com").edit(J, "J7 | Bob | Roe | +14155550199 | bob@x.com | Acme");
    assert_eq!(other.plan().actions.len(), 2, "{:?}", lines(&other.plan()));
}
