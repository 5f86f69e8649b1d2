//! A contact that only one side seems to have is not created where a record that takes no part may be its counterpart.

mod common;

use common::{C, J, World, assert_plan};
use engine::Scope;

const ANN_J: &str = "J1 | Ann | Lee | +14155550101 | ann@x.com | Acme";

#[test]
fn a_counterpart_with_an_unreadable_phone_is_not_doubled() {
    let damaged = "C1 | Ann | Lee | 4.15556E+09 | ann@x.com | Acme";
    let world = World::new().with(J, &[ANN_J]).with(C, &[damaged]);
    assert_plan(&world, &["skip justcall J1: UnreadableCounterpart", "skip crm C1: DestroyedPhone"]);
    // Somebody else's damaged phone holds nobody back.
    let other = "C1 | Bob | Ray | 4.15556E+09 | bob@x.com | Acme";
    let world = World::new().with(J, &[ANN_J]).with(C, &[other]);
    let plan = world.plan();
    assert_eq!(plan.summary.crm.create, 1, "{plan:#?}");
}

#[test]
fn s9_a_counterpart_outside_the_scope_is_not_doubled() {
    let outside = "C1 | Ann | Lee | (415) 555-0101 | ann@x.com | Other";
    let scope = |settings: &mut engine::Settings| {
        settings.scope.crm = Scope { conditions: vec![(4, vec!["Acme".to_owned()])] };
    };
    let company = World::new().with(J, &[ANN_J]).with(C, &[outside]).set(|settings| {
        // Which cell holds the company depends on the schema's order.
        scope(settings);
        let at = settings.schema.position(&model::Field::Company).expect("the schema has it").index();
        settings.scope.crm.conditions[0].0 = at;
    });
    let plan = company.plan();
    assert_eq!((plan.summary.crm.create, plan.summary.justcall.create), (0, 0), "{plan:#?}");
    assert_eq!((plan.summary.crm.skipped, plan.summary.justcall.skipped), (1, 1), "{plan:#?}");
}
