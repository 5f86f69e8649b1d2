//! Two records that a person keeps apart: their link ends, nothing is written, and nothing brings them together again.

mod common;

use common::{C, J, World, assert_plan, lines};
use model::{Choice, Conflict, Resolution};

const ANN_J: &str = "J1 | Ann | Lee | +14155550101 | ann@x.com | Acme";
const ANN_C: &str = "C1 | Ann | Lee | +14155550101 | ann@x.com | Acme";

fn keep_apart(conflict: &Conflict) -> Resolution {
    Resolution {
        conflict: conflict.id.clone(),
        choice: Choice::KeepApart,
        justcall: conflict.justcall.clone(),
        crm: conflict.crm.clone(),
        made_at: conflict.since,
        made_by: "ann".into(),
    }
}

/// Edited on both sides, and kept apart since; `crm`: how the CRM's record reads.
fn contested(crm: &str) -> World {
    let mut world = World::new()
        .linked(&[(ANN_J, ANN_C)])
        .eager()
        .edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | Beta")
        .edit(C, crm);
    let conflict = world.plan().conflicts.remove(0);
    world.state.resolutions.push(keep_apart(&conflict));
    world
}

const APART: [&str; 2] = ["skip crm C1: LeftAlone", "skip justcall J1: LeftAlone"];

fn parted() -> World {
    let mut world = contested("C1 | Ann | Lee | +14155550101 | ann@x.com | Gamma");
    let plan = assert_plan(&world, &["Resolved Unlink J1~C1", APART[0], APART[1]]);
    assert!(!plan.has_writes());
    assert_eq!(plan.decided.len(), 1, "the plan says which answer it carries out");
    world.land(&plan);
    world
}

#[test]
fn neither_matched_nor_deleted_nor_doubled() {
    let world = parted();
    assert!(world.heads.is_empty());
    let plan = assert_plan(&world, &APART);
    assert!(!plan.has_work(), "{plan:#?}");
    // Equal in everything, they still are two.
    let world = world.edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Beta");
    assert!(!assert_plan(&world, &APART).has_work());
}

#[test]
fn two_that_no_link_ever_joined() {
    let mut world = World::new().with(J, &[ANN_J]).with(C, &["C1 | Ann | Lee | +14155550101 | ann@x.com | Beta"]);
    let conflict = world.plan().conflicts.remove(0);
    world.state.resolutions.push(keep_apart(&conflict));
    let plan = assert_plan(&world, &["Resolved Unlink J1~C1", APART[0], APART[1]]);
    world.land(&plan);
    assert!(!assert_plan(&world, &APART).has_work());
}

#[test]
fn an_answer_to_other_values_parts_nobody() {
    let world = contested("C1 | Ann | Lee | +14155550101 | ann@x.com | Gamma");
    let world = world.edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Delta");
    assert_plan(&world, &["conflict BothEdited company: Beta / Delta"]);
}

#[test]
fn once_their_numbers_differ_each_is_a_contact_of_its_own() {
    let world = parted().edit(C, "C1 | Anna | Li | +14155550109 | anna@x.com | Gamma");
    let ann = "R10 Create crm from J1 first_name=Ann last_name=Lee phone=+14155550101 email=ann@x.com company=Beta";
    let found = lines(&world.plan());
    assert!(found.len() == 2 && found.contains(&ann.to_owned()), "{found:?}");
    assert!(found.iter().any(|line| line.starts_with("R11 Create justcall from C1 first_name=Anna")), "{found:?}");
    // One of them deleted: the other was never its copy.
    assert_plan(&parted().drop(C, "C1"), &[ann]);
    let ann =
        "R11 Create justcall from C1 first_name=Ann last_name=Lee phone=+14155550101 email=ann@x.com company=Gamma";
    assert_plan(&parted().drop(J, "J1"), &[ann]);
    // Half seen, nobody is made.
    assert!(!parted().drop(C, "C1").partial(C).plan().has_writes());
}

#[test]
fn the_right_partner_is_found_and_the_wrong_one_never_takes_its_place_s14() {
    let mut world = parted().with(C, &["C9 | Ann | Lee | +14155550101 | ann@x.com | Beta"]);
    let found = lines(&world.plan());
    assert!(found.contains(&"R12 Link J1~C9".to_owned()), "{found:?}");
    world.land(&world.plan());
    // Its record is gone: the contact is not back as the one that it is not.
    let found = lines(&world.clone().drop(C, "C9").plan());
    assert_eq!(found, ["conflict SharedPhone contact: - / Ann Lee", "held Delete justcall J1: Unproven"]);
}

#[test]
fn a_record_without_an_id_cannot_be_remembered() {
    let mut world = World::new().with(J, &[ANN_J]).with(C, &["C1 | Ann | Lee | +14155550101 | ann@x.com | Beta"]);
    world.rows.crm[0].native_id = false;
    let conflict = world.plan().conflicts.remove(0);
    world.state.resolutions.push(keep_apart(&conflict));
    let plan = world.plan();
    assert!(plan.conflicts[0].detail.contains("no id of its own"), "{plan:#?}");
    assert!(plan.decided.is_empty() && !plan.has_writes());
}

/// Deleted here and edited there, and the number is somebody else's by now: that can be left alone as well.
#[test]
fn a_contact_that_cannot_be_made_again_can_be_left_alone_i6() {
    for choice in [Choice::Skip, Choice::KeepApart] {
        let bob = ["J2 | Bob | Zed | +14155550102 | |", "C2 | Bob | Zed | +14155550102 | |"];
        let mut world = World::new()
            .linked(&[(ANN_J, ANN_C), (bob[0], bob[1])])
            .eager()
            .drop(J, "J1")
            .edit(C, "C1 | Ann | Lee | +14155550101 | ann@x.com | Beta")
            .edit(J, "J2 | Bob | Zed | +14155550101 | |");
        let plan = world.plan();
        let conflict = &plan.conflicts[0];
        assert!(conflict.detail.contains("created again in JustCall"), "{plan:#?}");
        world.state.resolutions.push(Resolution { choice, ..keep_apart(conflict) });
        let found = lines(&world.plan());
        assert!(found.contains(&"skip crm C1: LeftAlone".to_owned()), "{found:?}");
        assert!(!found.iter().any(|line| line.contains("conflict") || line.contains("Create")), "{found:?}");
    }
}
