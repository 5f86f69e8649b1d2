//! What people decide beside single conflicts: standing rules, and actions that they take out of the plan.

mod common;

use common::{C, J, World, assert_plan, lines};
use model::{
    Action, ActionKind, Choice, ConflictId, ConflictKind, Direction, Exclusion, Field, FieldPolicy, Plan, Resolution,
    Side, SkipReason, StandingRule, WritePolicy,
};
use proptest::prelude::*;

const ANN_J: &str = "J1 | Ann | Lee | +14155550101 | ann@x.com | Acme";
const ANN_C: &str = "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | Acme";
const BOB_J: &str = "J2 | Bob | Ray | +14155550102 | bob@x.com | Acme";
const BOB_C: &str = "C2 | Bob | Ray | +14155550102 | bob@x.com | Acme";

/// Two linked contacts whose companies were edited on both sides.
fn contested() -> World {
    World::new()
        .linked(&[(ANN_J, ANN_C), (BOB_J, BOB_C)])
        .edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | Beta")
        .edit(C, "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | Gamma")
        .edit(J, "J2 | Bob | Ray | +14155550102 | bob@x.com | Delta")
        .edit(C, "C2 | Bob | Ray | +14155550102 | bob@x.com | Omega")
}

fn rule(field: Field, kind: ConflictKind, take: Side) -> StandingRule {
    let made_at = "2026-01-09T12:00:00Z".parse().expect("a time");
    StandingRule { field, kind, take, conflict: ConflictId("c1".into()), made_at, made_by: "Sam".into() }
}

fn ruled(mut world: World, take: Side) -> World {
    world.state.rules = vec![rule(Field::Company, ConflictKind::BothEdited, take)];
    world
}

#[test]
fn a_rule_answers_all_conflicts_of_its_field_and_kind() {
    let plan = assert_plan(&ruled(contested(), C), &["R4 Update J1 company=Gamma", "R4 Update J2 company=Omega"]);
    for action in &plan.actions {
        assert_eq!(action.note, "company: CRM wins by the standing rule company.both_edited (Sam, 2026-01-09)");
    }
    assert_plan(&ruled(contested(), J), &["R4 Update C1 company=Beta", "R4 Update C2 company=Delta"]);
}

#[test]
fn a_rule_is_for_no_other_field_and_no_other_kind() {
    let mut world = contested()
        .edit(J, "J1 | Ann | Lee | +14155550101 | ann@y.com | Acme")
        .edit(C, "C1 | Ann | Lee | (415) 555-0101 | ann@z.com | Acme");
    let open = ["conflict BothEdited email: ann@y.com / ann@z.com", "conflict BothEdited company: Delta / Omega"];
    world.state.rules = vec![rule(Field::Company, ConflictKind::NoBase, C)];
    assert_plan(&world, &open);
    world.state.rules = vec![rule(Field::Company, ConflictKind::BothEdited, C)];
    assert_plan(&world, &[open[0], "R4 Update J2 company=Omega"]);
    // Never agreed: another question.
    let strangers = World::new()
        .with(J, &["J1 | Ann | Lee | +14155550101 | ann@x.com | Beta"])
        .with(C, &["C1 | Ann | Lee | +14155550101 | ann@x.com | Gamma"]);
    let mut world = ruled(strangers, C);
    assert_plan(&world, &["R13 Link J1~C1", "conflict NoBase company: Beta / Gamma"]);
    world.state.rules = vec![rule(Field::Company, ConflictKind::NoBase, C)];
    assert_plan(&world, &["R13 Link J1~C1", "R13 Update J1 company=Gamma"]);
}

#[test]
fn an_answer_to_one_conflict_beats_the_rule() {
    let mut world = contested();
    let conflict = world.plan().conflicts[0].clone();
    assert!(conflict.for_all, "{conflict:?}");
    world.state.resolutions = vec![Resolution {
        conflict: conflict.id.clone(),
        choice: Choice::Take(J),
        justcall: conflict.justcall.clone(),
        crm: conflict.crm.clone(),
        made_at: world.now,
        made_by: "Ann".into(),
    }];
    assert_plan(&ruled(world.clone(), C), &["Resolved Update C1 company=Beta", "R4 Update J2 company=Omega"]);
    world.state.resolutions[0].choice = Choice::Skip;
    assert_plan(&ruled(world, C), &["R4 Update J2 company=Omega"]);
}

#[test]
fn a_number_is_never_ruled_upon_s20() {
    let mut world = World::new()
        .linked(&[(ANN_J, ANN_C)])
        .edit(J, "J1 | Ann | Lee | +14155550103 | ann@x.com | Acme")
        .edit(C, "C1 | Ann | Lee | (415) 555-0104 | ann@x.com | Acme");
    world.state.rules = vec![rule(Field::Phone, ConflictKind::BothEdited, C)];
    let plan = assert_plan(&world, &["conflict BothEdited phone: +14155550103 / (415) 555-0104"]);
    assert!(!plan.conflicts[0].for_all);
}

#[test]
fn an_empty_value_does_not_win_by_a_rule_and_says_why() {
    let world = World::new()
        .linked(&[(ANN_J, ANN_C)])
        .edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | Beta")
        .edit(C, "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | ")
        .set(|settings| {
            for policy in &mut settings.policies {
                policy.clearing = model::Clearing::Propagate;
            }
        });
    let plan = assert_plan(&ruled(world.clone(), C), &["conflict BothEdited company: Beta / "]);
    assert_eq!(plan.conflicts[0].detail, "the standing rule company.both_edited takes CRM, which has nothing to write");
    assert_plan(&ruled(world, J), &["R4 Update C1 company=Beta"]);
}

#[test]
fn a_rule_writes_nowhere_that_policy_does_not() {
    for policy in [
        FieldPolicy { write: WritePolicy::IfEmpty, ..FieldPolicy::default() },
        FieldPolicy { write: WritePolicy::Never, ..FieldPolicy::default() },
        FieldPolicy { direction: Direction::ToCrm, ..FieldPolicy::default() },
    ] {
        let world = contested().set(|settings| settings.policies = vec![policy; settings.schema.len()]);
        assert_eq!(lines(&world.plan()), lines(&ruled(world, C).plan()), "{policy:?}");
    }
}

#[test]
fn a_field_that_flips_to_and_fro_is_decided_by_itself_s44() {
    let mut world = ruled(contested(), C);
    world.state.frozen.insert((world.heads[0].id, Field::Company), C);
    let plan = assert_plan(&world, &["conflict BothEdited company: Beta / Gamma", "R4 Update J2 company=Omega"]);
    assert!(!plan.conflicts[0].for_all && plan.conflicts[0].detail.contains("to and fro"), "{plan:#?}");
}

/// Takes the actions out that a test names by their place in the plan.
fn without(mut world: World, pick: impl Fn(&Action) -> bool) -> World {
    let now = world.now;
    let plan = world.plan();
    let chosen = plan.actions.iter().filter(|action| pick(action));
    world.state.exclusions.extend(chosen.filter_map(|action| Exclusion::of(action, "Sam", now)));
    assert!(!world.state.exclusions.is_empty(), "{plan:#?}");
    world
}

fn edited() -> World {
    World::new()
        .linked(&[(ANN_J, ANN_C), (BOB_J, BOB_C)])
        .edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | Beta")
        .edit(J, "J2 | Bob | Ray | +14155550102 | bob@x.com | Delta")
}

#[test]
fn an_excluded_update_waits_until_its_values_change() {
    let world = without(edited(), |action| action.phone.ends_with("0101"));
    let plan = assert_plan(&world, &["skip crm C1: Excluded", "R2 Update C2 company=Delta"]);
    assert_eq!((plan.summary.crm.skipped, plan.summary.crm.update), (1, 1));
    assert!(plan.skipped[0].detail.starts_with("update in CRM (company) excluded by Sam on 2026-01-10 (a"));
    // The same change again: still out. Another value: planned, and said.
    assert_plan(&world, &["skip crm C1: Excluded", "R2 Update C2 company=Delta"]);
    let world = world.edit(J, "J1 | Ann | Lee | +14155550101 | ann@x.com | Gamma");
    let plan = assert_plan(&world, &["R2 Update C1 company=Gamma", "R2 Update C2 company=Delta"]);
    assert!(plan.actions[0].note.contains("excluded by Sam on 2026-01-10, and changed since"), "{plan:#?}");
    assert_eq!(plan.alarms.len(), 1);
    assert!(plan.alarms[0].detail.contains(&plan.actions[0].id.to_string()), "{plan:#?}");
}

#[test]
fn an_excluded_creation_leaves_its_source_alone() {
    let world = World::new().with(J, &[ANN_J]).with(C, &[BOB_C]);
    let world = without(world, |action| action.side == C);
    let plan = assert_plan(
        &world,
        &[
            "skip justcall J1: Excluded",
            "R11 Create justcall from C2 first_name=Bob last_name=Ray phone=+14155550102 email=bob@x.com company=Acme",
        ],
    );
    assert_eq!((plan.summary.crm.create, plan.summary.justcall.skipped), (0, 1));
}

#[test]
fn a_kept_record_is_not_deleted_however_its_deletion_waits_s13() {
    let world = World::new().linked(&[(ANN_J, ANN_C), (BOB_J, BOB_C)]).drop(J, "J1");
    // Not due yet: the deletion is only held, and can be refused already.
    let plan = assert_plan(&world, &["held Delete crm C1: AwaitingSighting"]);
    let kept = Exclusion::of_held(&plan.held[0], "Sam", world.now).expect("a deletion");
    let mut early = world.clone();
    early.state.exclusions.push(kept.clone());
    assert_plan(&early, &["skip crm C1: Excluded"]);
    // Due: it is the same deletion.
    let mut due = world.eager();
    assert_plan(&due, &["R5 Delete C1"]);
    assert_eq!(due.plan().actions[0].id, kept.action);
    due.state.exclusions.push(kept);
    let plan = assert_plan(&due, &["skip crm C1: Excluded"]);
    assert_eq!((plan.summary.crm.skipped, plan.summary.crm.delete), (1, 0));
}

#[test]
fn what_was_excluded_counts_for_no_guard_s16() {
    let gone: Vec<String> = (0..6).map(|at| format!("J9{at:05}")).collect();
    let mut world = World::new().crowd(20).eager();
    world.rows.justcall.retain(|row| !gone.contains(&row.id.as_str().to_owned()));
    let withheld = world.plan();
    assert_eq!(withheld.held.len(), 6, "one more than pass");
    world.state.exclusions.extend(Exclusion::of_held(&withheld.held[0], "Sam", world.now));
    let plan = world.plan();
    let deleted = plan.actions.iter().filter(|action| action.kind == ActionKind::Delete).count();
    assert_eq!((deleted, plan.held.len(), plan.skipped.len()), (5, 0, 1), "{plan:#?}");
}

#[test]
fn an_action_that_a_guard_has_cut_down_is_excluded_as_a_whole() {
    let mut world = World::new().linked(&[(ANN_J, ANN_C)]).set(|settings| {
        settings.guards.clears = engine::settings::Guard { floor: 0, percent: 0.0 };
        for policy in &mut settings.policies {
            policy.clearing = model::Clearing::Propagate;
        }
    });
    world = world.edit(J, "J1 | Ann | Lee | +14155550101 |  | Beta");
    assert_plan(&world, &["R2 Update C1 company=Beta", "held Update crm C1: Guard"]);
    assert_plan(&without(world, |_| true), &["skip crm C1: Excluded"]);
}

#[test]
fn numbers_that_are_handed_on_stay_together_s21() {
    let swap = World::new()
        .linked(&[(ANN_J, ANN_C), (BOB_J, BOB_C)])
        .edit(C, "C1 | Ann | Lee | (415) 555-0102 | ann@x.com | Acme")
        .edit(C, "C2 | Bob | Ray | (415) 555-0101 | bob@x.com | Acme");
    assert_eq!(swap.plan().actions.len(), 2);
    let world = without(swap, |action| action.record_id.as_ref().is_some_and(|id| id.as_str() == "J1"));
    assert_plan(&world, &["skip justcall J1: Excluded", "skip justcall J2: Excluded"]);
    // Ann's old number goes to Bob: while she keeps it he does not get it, and his other change waits with it.
    let chain = World::new()
        .linked(&[(ANN_J, ANN_C), (BOB_J, BOB_C)])
        .edit(C, "C1 | Ann | Lee | (415) 555-0103 | ann@x.com | Acme")
        .edit(C, "C2 | Bob | Ray | (415) 555-0101 | bob@x.com | Acme")
        .edit(J, "J2 | Bob | Ray | +14155550102 | bob@x.com | Delta");
    let world = without(chain.clone(), |action| action.record_id.as_ref().is_some_and(|id| id.as_str() == "J1"));
    assert_plan(&world, &["skip justcall J1: Excluded", "skip justcall J2: Excluded", "skip crm C2: Excluded"]);
    // The other way round nothing stands in the way.
    let world = without(chain, |action| action.record_id.as_ref().is_some_and(|id| id.as_str() == "J2"));
    assert_plan(&world, &["skip justcall J2: Excluded", "skip crm C2: Excluded", "R3 Update J1 phone=+14155550103"]);
}

fn companies(plan: &Plan) -> Vec<String> {
    plan.conflicts.iter().filter(|known| known.field == Some(Field::Company)).map(|known| known.phone.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A rule changes what is written to the contacts whose conflicts it answers, and to nobody else (L10).
    #[test]
    fn a_rule_touches_no_contact_without_its_conflict_l10(
        edits in prop::collection::vec((0..3_usize, 0..3_usize, 0..3_usize, 0..3_usize), 1..8),
        take in prop::sample::select(vec![J, C]),
    ) {
        let mut world = World::new();
        let company = ["Acme", "Beta", "Gamma"];
        let email = ["a@x.com", "b@x.com", "c@x.com"];
        for (at, (j, c, k, m)) in edits.into_iter().enumerate() {
            let row = |id: &str, mail: usize, firm: usize| {
                format!("{id}{at} | P{at} | Q | +1415555{:04} | {} | {}", 200 + at, email[mail], company[firm])
            };
            world = world.linked(&[(&row("J", 0, 0), &row("C", 0, 0))]);
            world = world.edit(J, &row("J", k, j)).edit(C, &row("C", m, c));
        }
        let before = world.plan();
        let after = ruled(world, take).plan();
        let asked = companies(&before);
        prop_assert!(companies(&after).is_empty());
        let others = |plan: &Plan| -> Vec<Action> {
            plan.actions.iter().filter(|action| !asked.contains(&action.phone)).cloned().collect()
        };
        prop_assert_eq!(others(&before), others(&after));
        let emails = |plan: &Plan| -> Vec<(Side, String, String)> {
            let changes = plan.actions.iter().flat_map(|action| {
                let own = action.changes.iter().filter(|change| change.field == Field::Email);
                own.map(|change| (action.side, action.phone.clone(), change.after.clone()))
            });
            let mut all: Vec<_> = changes.collect();
            all.sort();
            all
        };
        prop_assert_eq!(emails(&before), emails(&after), "the contact's other fields go on as they did");
    }

    /// What is left out changes nothing else, and the plan still accounts for every record.
    #[test]
    fn an_exclusion_touches_no_other_contact(
        edits in prop::collection::vec(0..3_usize, 2..8), out in prop::sample::subsequence((0..8_usize).collect::<Vec<_>>(), 0..8),
    ) {
        let mut world = World::new();
        for (at, firm) in edits.iter().enumerate() {
            let row = |id: &str, firm: usize| {
                let company = ["Acme", "Beta", "Gamma"][firm];
                format!("{id}{at} | P{at} | Q | +1415555{:04} | p{at}@x.com | {company}", 200 + at)
            };
            world = world.linked(&[(&row("J", 0), &row("C", 0))]).edit(J, &row("J", *firm));
        }
        let before = world.plan();
        for at in out {
            world.state.exclusions.extend(before.actions.get(at).and_then(|action| Exclusion::of(action, "Sam", world.now)));
        }
        let after = world.plan(); // linted
        let excluded: Vec<_> = world.state.exclusions.iter().map(|known| known.action.clone()).collect();
        let left: Vec<_> = before.actions.iter().filter(|action| !excluded.contains(&action.id)).cloned().collect();
        prop_assert_eq!(&after.actions, &left);
        let skipped = after.skipped.iter().filter(|skipped| skipped.reason == SkipReason::Excluded).count();
        prop_assert_eq!(skipped, excluded.len());
    }
}
