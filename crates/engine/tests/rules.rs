//! The merge rules as data: what both sides hold, and the whole plan that follows. One line per rule and side.

mod common;

use common::{C, J, World, assert_plan};
use model::{Clearing, ConflictPolicy, Direction, EditVsDelete, FieldPolicy, Side, Tombstone, WritePolicy};

const ANN_J: &str = "J1 | Ann | Lee | +14155550101 | ann@x.com | Acme";
const ANN_C: &str = "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | Acme";

fn ann() -> World {
    World::new().linked(&[(ANN_J, ANN_C)])
}

/// Columns: rule, `JustCall`'s row now ("-": deleted), the CRM's, the plan. Both sides agreed on [`ANN_J`], [`ANN_C`].
const LINKED: &[(&str, &str, &str, &[&str])] = &[
    ("R1 nothing", ANN_J, ANN_C, &[]),
    ("R2 edit", "J1 | Anna | Lee | +14155550101 | ann@x.com | Acme", ANN_C, &["R2 Update C1 first_name=Anna"]),
    ("R3 edit", ANN_J, "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | Beta", &["R3 Update J1 company=Beta"]),
    (
        "R2 phone, in E.164 (S19)",
        "J1 | Ann | Lee | 415-555-0102 | ann@x.com | Acme",
        ANN_C,
        &["R2 Update C1 phone=+14155550102"],
    ),
    ("R3 phone", ANN_J, "C1 | Ann | Lee | (415) 555-0102 | ann@x.com | Acme", &["R3 Update J1 phone=+14155550102"]),
    (
        "R4 same edit (S30)",
        "J1 | Ann | Lee | +14155550101 | ann@x.com | Beta",
        "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | Beta ",
        &["R4 Rebase J1~C1"],
    ),
    (
        "R4 disjoint edits (S31)",
        "J1 | Anna | Lee | +14155550101 | ann@x.com | Acme",
        "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | Beta",
        &["R4 Update C1 first_name=Anna", "R4 Update J1 company=Beta"],
    ),
    (
        "R4 both differ",
        "J1 | Ann | Lee | +14155550101 | ann@x.com | Beta",
        "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | Gamma",
        &["conflict BothEdited company: Beta / Gamma"],
    ),
    (
        "R4 one field differs, another proceeds",
        "J1 | Anna | Lee | +14155550101 | ann@x.com | Beta",
        "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | Gamma",
        &["R4 Update C1 first_name=Anna", "conflict BothEdited company: Beta / Gamma"],
    ),
    (
        "R4 both phones (S20)",
        "J1 | Ann | Lee | +14155550102 | ann@y.com | Acme",
        "C1 | Ann | Lee | (415) 555-0103 | ann@x.com | Acme",
        &["R4 Update C1 email=ann@y.com", "conflict BothEdited phone: +14155550102 / (415) 555-0103"],
    ),
    ("R5", "-", ANN_C, &["R5 Delete C1"]),
    ("R6", ANN_J, "-", &["R6 Delete J1"]),
    (
        "R7",
        "J1 | Ann | Lee | +14155550101 | ann@x.com | Beta",
        "-",
        &["R7 Create crm from J1 first_name=Ann last_name=Lee phone=+14155550101 email=ann@x.com company=Beta"],
    ),
    (
        "R8",
        "-",
        "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | Beta",
        &["R8 Create justcall from C1 first_name=Ann last_name=Lee phone=+14155550101 email=ann@x.com company=Beta"],
    ),
    ("R9", "-", "-", &["R9 Unlink J1~C1"]),
    // Forms alone (S24, S27): nothing is written.
    ("form of the phone", ANN_J, "C1 | Ann | Lee | +1 415 555 0101 | ann@x.com | Acme", &[]),
    ("form of the rest", "J1 | Ann |  Lee | +14155550101 | ANN@x.com | Acme\u{a0}", ANN_C, &[]),
    // Clearing stays where it is unless the field says otherwise (S29).
    ("cleared", "J1 | Ann | Lee | +14155550101 |  | Acme", ANN_C, &[]),
    (
        "cleared on both sides",
        "J1 | Ann | Lee | +14155550101 |  | Acme",
        "C1 | Ann | Lee | (415) 555-0101 |  | Acme",
        &["R4 Rebase J1~C1"],
    ),
    ("unknown", "J1 | Ann | Lee | +14155550101 | ? | ?", ANN_C, &[]),
    (
        "unknown is never overwritten",
        "J1 | Ann | Lee | +14155550101 | ? | Acme",
        "C1 | Ann | Lee | (415) 555-0101 | b@x.com | Acme",
        &[],
    ),
    (
        "cleared here, edited there",
        "J1 | Ann | Lee | +14155550101 |  | Acme",
        "C1 | Ann | Lee | (415) 555-0101 | b@x.com | Acme",
        &["R4 Update J1 email=b@x.com"],
    ),
    // Names that a phone system made up are no names.
    ("made-up name", "J1 | New | JustCall Contact | +14155550101 | ann@x.com | Acme", ANN_C, &[]),
    (
        "made-up name against an edit",
        "J1 | Caller | +14155550101 | +14155550101 | ann@x.com | Acme",
        "C1 | Anna | Lee | (415) 555-0101 | ann@x.com | Acme",
        &["R4 Update J1 first_name=Anna last_name=Lee"],
    ),
    // Phones that cannot be read never propagate, are reported, and are nobody's guess.
    ("destroyed phone", ANN_J, "C1 | Ann | Lee | 4.15556E+09 | ann@x.com | Acme", &["skip crm C1: DestroyedPhone"]),
    ("cleared phone", "J1 | Ann | Lee |  | ann@x.com | Acme", ANN_C, &["skip justcall J1: NoPhone"]),
    (
        "two phones in a cell",
        ANN_J,
        "C1 | Ann | Lee | 4155550101 / 4155550102 | ann@x.com | Acme",
        &["skip crm C1: SuspectPhone"],
    ),
    (
        "destroyed phone and an edit",
        ANN_J,
        "C1 | Ann | Lee | 4.15556E+09 | ann@x.com | Beta",
        &["R3 Update J1 company=Beta", "skip crm C1: DestroyedPhone"],
    ),
    (
        "destroyed phone against a new one",
        "J1 | Ann | Lee | +14155550102 | ann@x.com | Acme",
        "C1 | Ann | Lee | 4.15556E+09 | ann@x.com | Acme",
        &["conflict BothEdited phone: +14155550102 / 4.15556E+09"],
    ),
];

#[test]
fn linked_records() {
    for (name, justcall, crm, expected) in LINKED {
        println!("{name}");
        // A second contact keeps the listings from being empty.
        let mut world = ann().crowd(1).eager();
        for (side, row, id) in [(J, justcall, "J1"), (C, crm, "C1")] {
            world = if *row == "-" { world.drop(side, id) } else { world.edit(side, row) };
        }
        assert_plan(&world, expected);
    }
}

/// Columns: rule, `JustCall`'s row ("-": none), the CRM's, the plan. Never linked.
const UNLINKED: &[(&str, &str, &str, &[&str])] = &[
    (
        "R10",
        "J1 | Ann |  | 4155550101 |  | Acme",
        "-",
        &["R10 Create crm from J1 first_name=Ann phone=+14155550101 company=Acme"],
    ),
    (
        "R11",
        "-",
        "C1 | Ann |  | 4155550101 | ? | Acme",
        &["R11 Create justcall from C1 first_name=Ann phone=+14155550101 company=Acme"],
    ),
    (
        "R10 without a made-up name",
        "J1 | New JustCall Contact |  | +14155550101 |  | ",
        "-",
        &["R10 Create crm from J1 phone=+14155550101"],
    ),
    ("R12", ANN_J, ANN_C, &["R12 Link J1~C1"]),
    (
        "R13 blanks",
        "J1 | Ann | Lee | +14155550101 |  | ",
        "C1 |  |  | +14155550101 | ann@x.com | ",
        &["R13 Link J1~C1", "R13 Update C1 first_name=Ann last_name=Lee", "R13 Update J1 email=ann@x.com"],
    ),
    (
        "R13 differs",
        "J1 | Ann | Lee | +14155550101 | ann@x.com | Acme",
        "C1 | Ann | Lee | +14155550101 | ann@x.com | Beta",
        &["R13 Link J1~C1", "conflict NoBase company: Acme / Beta"],
    ),
    (
        "R13 unknown stays unknown",
        "J1 | Ann | Lee | +14155550101 | ? | Acme",
        "C1 | Ann | Lee | +14155550101 | ann@x.com | Acme",
        &["R12 Link J1~C1"],
    ),
    (
        "R13 a made-up name goes as a whole",
        "J1 | New | JustCall Contact | +14155550101 |  | ",
        "C1 | Ann |  | +14155550101 |  | ",
        &["R13 Link J1~C1", "R13 Update J1 first_name=Ann last_name="],
    ),
    ("unreadable", "J1 | Ann | Lee | 4.15556E+09 |  | ", "-", &["skip justcall J1: DestroyedPhone"]),
    ("no phone", "-", "C1 | Ann | Lee |  | ann@x.com | ", &["skip crm C1: NoPhone"]),
];

#[test]
fn unlinked_records() {
    for (name, justcall, crm, expected) in UNLINKED {
        println!("{name}");
        let mut world = World::new();
        for (side, row) in [(J, justcall), (C, crm)] {
            if *row != "-" {
                world = world.with(side, &[row]);
            }
        }
        assert_plan(&world, expected);
    }
}

/// R14: back after a deletion that was carried out.
#[test]
fn r14_says_that_the_contact_was_deleted_before() {
    for (side, id, line) in [(J, "J7", "R14 Create crm from J7"), (C, "C7", "R14 Create justcall from C7")] {
        let mut world = World::new().with(side, &[&format!("{id} | Ann | Lee | +14155550101 | | ")]);
        world.state.tombstones.push(Tombstone {
            key: common::key("+14155550101"),
            ids: model::BySide { justcall: Some("J1".into()), crm: Some("C1".into()) },
            at: "2026-01-01T00:00:00Z".parse().expect("a time"),
            rule: model::Rule::R5,
        });
        let plan = assert_plan(&world, &[&format!("{line} first_name=Ann last_name=Lee phone=+14155550101")]);
        assert!(plan.actions[0].note.contains("2026-01-01"), "{}", plan.actions[0].note);
    }
}

fn policy(change: impl FnOnce(&mut FieldPolicy)) -> FieldPolicy {
    let mut policy = FieldPolicy::default();
    change(&mut policy);
    policy
}

/// Columns: policy of `company`, base, `JustCall`'s value, the CRM's, the plan without conflicts' values.
#[test]
fn policies_of_a_field() {
    let both = FieldPolicy::default();
    let to_crm = policy(|p| p.direction = Direction::ToCrm);
    let to_justcall = policy(|p| p.direction = Direction::ToJustcall);
    let justcall = policy(|p| p.conflict = ConflictPolicy::Justcall);
    let crm = policy(|p| p.conflict = ConflictPolicy::Crm);
    let newest = policy(|p| p.conflict = ConflictPolicy::Newest);
    let if_empty = policy(|p| p.write = WritePolicy::IfEmpty);
    let never = policy(|p| p.write = WritePolicy::Never);
    let clear = policy(|p| p.clearing = Clearing::Propagate);
    let cases: &[(&str, FieldPolicy, [&str; 3], &[&str])] = &[
        ("one way, the owner edits", to_crm, ["A", "B", "A"], &["R2 Update C1 company=B"]),
        ("one way, the other edits: stays there", to_crm, ["A", "A", "B"], &[]),
        ("one way, both edit: the owner wins", to_crm, ["A", "B", "C"], &["R4 Update C1 company=B"]),
        ("one way, mirror", to_justcall, ["A", "B", "C"], &["R4 Update J1 company=C"]),
        ("one way, mirror, the other edits", to_justcall, ["A", "B", "A"], &[]),
        ("JustCall wins", justcall, ["A", "B", "C"], &["R4 Update C1 company=B"]),
        ("the CRM wins", crm, ["A", "B", "C"], &["R4 Update J1 company=C"]),
        ("a winner loses against a single edit", crm, ["A", "B", "A"], &["R2 Update C1 company=B"]),
        ("newest without trusted times (S32)", newest, ["A", "B", "C"], &["conflict BothEdited company: B / C"]),
        ("review", both, ["A", "B", "C"], &["conflict BothEdited company: B / C"]),
        ("if empty, it is not", if_empty, ["A", "B", "A"], &[]),
        ("if empty, it is", if_empty, ["", "B", ""], &["R2 Update C1 company=B"]),
        ("if empty, both differ: no answer could be written", if_empty, ["A", "B", "C"], &[]),
        ("never", never, ["A", "B", "A"], &[]),
        ("never, both differ", never, ["A", "B", "C"], &[]),
        ("clear", clear, ["A", "", "A"], &["R2 Update C1 company="]),
        ("clear, mirror", clear, ["A", "A", ""], &["R3 Update J1 company="]),
        ("clear against an edit", clear, ["A", "", "B"], &["conflict BothEdited company:  / B"]),
        ("clear against the unseen", clear, ["A", "", "?"], &[]),
        ("no clear", both, ["A", "", "A"], &[]),
    ];
    for (name, policy, [base, justcall, crm], expected) in cases {
        println!("{name}");
        let row = |id: &str, company: &str| format!("{id} | Ann | Lee | +14155550101 | ann@x.com | {company}");
        let mut world = World::new()
            .linked(&[(&row("J1", base), &row("C1", base))])
            .edit(J, &row("J1", justcall))
            .edit(C, &row("C1", crm));
        let company = world.settings.schema.position(&model::Field::Company).expect("a field");
        world.settings.policies[company.index()] = *policy;
        assert_plan(&world, expected);
    }
}

/// R13 with a policy: the winner's value, or nothing where policy forbids the write.
#[test]
fn r13_and_policy() {
    let cases: &[(FieldPolicy, [&str; 2], &[&str])] = &[
        (policy(|p| p.conflict = ConflictPolicy::Crm), ["A", "B"], &["R13 Link J1~C1", "R13 Update J1 company=B"]),
        (policy(|p| p.conflict = ConflictPolicy::Justcall), ["A", "B"], &["R13 Link J1~C1", "R13 Update C1 company=A"]),
        (policy(|p| p.conflict = ConflictPolicy::Crm), ["A", ""], &["R13 Link J1~C1", "R13 Update C1 company=A"]),
        (policy(|p| p.direction = Direction::ToCrm), ["", "B"], &["R12 Link J1~C1"]),
        (policy(|p| p.direction = Direction::ToCrm), ["A", "B"], &["R13 Link J1~C1", "R13 Update C1 company=A"]),
        (policy(|p| p.write = WritePolicy::Never), ["A", "B"], &["R12 Link J1~C1"]),
        (policy(|p| p.write = WritePolicy::IfEmpty), ["A", ""], &["R13 Link J1~C1", "R13 Update C1 company=A"]),
    ];
    for (policy, [justcall, crm], expected) in cases {
        let row = |id: &str, company: &str| format!("{id} | Ann | Lee | +14155550101 | ann@x.com | {company}");
        let mut world = World::new().with(J, &[&row("J1", justcall)]).with(C, &[&row("C1", crm)]);
        let company = world.settings.schema.position(&model::Field::Company).expect("a field");
        world.settings.policies[company.index()] = *policy;
        assert_plan(&world, expected);
        let plan = world.plan();
        let agrees = plan.actions[0].agreed.contains(&model::Field::Company);
        assert!(!agrees && !plan.actions[0].agreed.is_empty(), "the base must not claim a company: {plan:#?}");
    }
}

/// R7, R8 with `edit_vs_delete = "review"`, on both sides.
#[test]
fn edit_against_delete_may_be_reviewed() {
    for (side, gone, id, row) in
        [(J, C, "C1", ANN_J.replace("Acme", "Beta")), (C, J, "J1", ANN_C.replace("Acme", "Beta"))]
    {
        let mut world = ann().crowd(1).eager().drop(gone, id).edit(side, &row);
        world.settings.edit_vs_delete = EditVsDelete::Review;
        let told = if side == J { "Ann Lee (company: Beta) / -" } else { "- / Ann Lee (company: Beta)" };
        assert_plan(&world, &[&format!("conflict EditedAndDeleted contact: {told}")]);
    }
}

/// `create_in` and `[deletes]` are kept on both sides (I16).
#[test]
fn sides_that_must_not_be_written() {
    for side in Side::BOTH {
        let (row, id) = if side == J { (ANN_C, "C1") } else { (ANN_J, "J1") };
        let mut world = World::new().with(side.other(), &[row]);
        world.settings.create_in[side] = false;
        assert_plan(&world, &[&format!("skip {} {id}: CreateNotAllowed", side.other())]);

        let (gone, kept) = if side == J { ("C1", "J1") } else { ("J1", "C1") };
        let mut world = ann().crowd(1).eager().drop(side.other(), gone);
        world.settings.delete_in[side] = false;
        assert_plan(&world, &[&format!("held Delete {side} {kept}: Policy")]);
        // R7, R8: the edit may not bring the contact back where nothing is created.
        let edited = if side == J { ANN_C } else { ANN_J }.replace("Acme", "Beta");
        let mut world = ann().crowd(1).eager().drop(side, kept).edit(side.other(), &edited);
        world.settings.create_in[side] = false;
        assert_plan(&world, &[&format!("skip {} {gone}: CreateNotAllowed", side.other())]);
    }
}
