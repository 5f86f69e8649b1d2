//! Records of which nothing can be read: nobody who may be one of them is created beside them. What was made out of such a
//! record stands in its lines.

mod common;

use common::{J, World, assert_plan, record};

const ANN: &str = "J1 | Ann | Bell | +14155550101 | a@x.com | Acme";

/// Ann in `JustCall`, and a record of the CRM that cannot be read.
fn beside(lines: &str) -> World {
    let mut world = World::new().with(J, &[ANN]);
    let mut faceless = record("C1 | ? | ? | ? | ? | ?");
    faceless.rest = Some(lines.to_owned());
    world.rows.crm.push(faceless);
    world
}

#[test]
fn nobody_is_created_who_may_be_a_record_that_cannot_be_read_i5() {
    for lines in [
        "(415) 555-0101",
        "Someone else\n+1 650 253 0000\n+14155550101",
        "Bell Ann",
        "ANN BELL, Acme\nask for her number",
        "A@x.com",
        "",
        " \n",
    ] {
        let plan = assert_plan(&beside(lines), &["skip crm C1: NoPhone", "skip justcall J1: UnreadableCounterpart"]);
        assert!(plan.skipped.iter().any(|skipped| skipped.detail.contains("C1")), "{plan:#?}");
    }
}

#[test]
fn who_is_plainly_somebody_else_is_created() {
    for lines in ["+1 650 253 0000", "Bell Ann\n+1 650 253 0000", "Bob Ray\nb@x.com", "Ann Wood"] {
        assert_plan(
            &beside(lines),
            &[
                "skip crm C1: NoPhone",
                "R10 Create crm from J1 first_name=Ann last_name=Bell phone=+14155550101 email=a@x.com company=Acme",
            ],
        );
    }
}
