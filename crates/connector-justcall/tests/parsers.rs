//! Parsers on any bytes: an error, never a panic; and on every form of a bulk summary that the documents leave open.
#![allow(clippy::unwrap_used)]

use connector_justcall::convert::Converter;
use connector_justcall::dialect::V2;
use connector_justcall::requests::{account, bulk, calls, create, delete, event, get, list, make_call, update};
use model::{Field, Schema};
use proptest::prelude::*;
use serde_json::{Value, json};

fn converter() -> Converter {
    let schema = Schema::new([Field::FirstName, Field::Email, Field::Custom("tier".into())]);
    Converter::new(&V2, &schema, &[]).unwrap()
}

fn parse_with_all(status: u16, body: &[u8]) {
    let converter = converter();
    let _ = account::parse(&V2, status, body);
    let _ = list::parse(&V2, &converter, status, body);
    let _ = get::parse(&V2, &converter, status, body);
    let _ = create::parse(&V2, &converter, status, body);
    let _ = update::parse(&V2, &converter, status, body);
    let _ = delete::parse(&V2, status, body);
    let _ = calls::parse(&V2, status, body);
    let _ = make_call::parse(&V2, status, body);
    let _ = event::parse(body);
    let _ = bulk::parse(&V2, &converter, status, body);
}

/// JSON of the words that answers are made of.
fn json_soup() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![Just("success"), Just("failed"), Just("created"), Just("+14155551234"), Just("")]
            .prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "status",
        "data",
        "summary",
        "created",
        "updated",
        "failed",
        "errors",
        "id",
        "phone",
        "index",
        "message",
        "count",
        "total_pages",
        "custom_fields",
        "account_id",
        "contact",
        "call_id",
        "started_at",
        "tags",
        "event",
        "0",
    ]);
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(key.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_no_panic(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        parse_with_all(status, &body);
    }

    #[test]
    fn any_json_is_no_panic(status in prop_oneof![Just(200_u16), 100_u16..600], body in json_soup()) {
        parse_with_all(status, body.to_string().as_bytes());
    }

    #[test]
    fn a_cut_answer_is_never_a_shorter_list(cut in 0_usize..200) {
        let body = br#"{"status":"success","count":2,"data":[{"id":1,"phone":"+1"},{"id":2,"phone":"+2"}],"page":1,"total_pages":1}"#;
        if cut < body.len() {
            prop_assert!(list::parse(&V2, &converter(), 200, &body[..cut]).is_err());
        }
    }
}

#[test]
fn a_summary_is_found_wherever_it_stands() {
    let created = [json!(2), json!("2"), json!([{"id": 1, "phone": "+1"}, {"id": 2, "phone": "+2"}])];
    for created in created {
        let figures =
            json!({"created": created, "updated": 1, "failed": 1, "errors": [{"index": 3, "message": "bad"}]});
        let mut top = figures.clone();
        top["status"] = "success".into();
        let bodies = [
            top,
            json!({"status": "success", "data": figures}),
            json!({"status": "success", "summary": figures}),
            json!({"status": "success", "data": {"summary": figures}}),
        ];
        for body in bodies {
            let summary = bulk::parse(&V2, &converter(), 200, body.to_string().as_bytes()).unwrap();
            assert!(summary.accounts_for(4), "{body}");
            assert_eq!((summary.unnamed(), summary.failures[0].index), (0, Some(3)), "{body}");
        }
    }
}

#[test]
fn failures_are_named_in_many_ways() {
    // how failures are written, named by index, named by phone, message
    let table = [
        (json!({"failed": 1, "errors": [{"index": 3, "error": "bad"}]}), Some(3), None, "bad"),
        (json!({"failed": [{"row": 3, "message": "bad"}]}), Some(3), None, "bad"),
        (json!({"failed": [{"phone": "+14155551234", "reason": "bad"}]}), None, Some("+14155551234"), "bad"),
        (
            json!({"failed": [{"contact": {"phone": "+14155551234"}, "message": "bad"}]}),
            None,
            Some("+14155551234"),
            "bad",
        ),
        (json!({"failed": 1, "errors": {"3": "bad"}}), Some(3), None, "bad"),
        (json!({"failed": 1, "errors": {"+14155551234": ["bad"]}}), None, Some("+14155551234"), r#"["bad"]"#),
        (json!({"failed": 1, "errors": {"+14155551234": {"message": "bad"}}}), None, Some("+14155551234"), "bad"),
    ];
    for (mut body, index, phone, message) in table {
        body["created"] = 3.into();
        let summary = bulk::parse(&V2, &converter(), 200, body.to_string().as_bytes()).unwrap();
        let failure = &summary.failures[0];
        assert_eq!(
            (failure.index, failure.phone.as_deref(), failure.message.as_str()),
            (index, phone, message),
            "{body}"
        );
        assert!(summary.accounts_for(4), "{body}");
    }
}

#[test]
fn one_entry_per_row_is_a_summary_too() {
    let body = json!({"status": "success", "results": [
        {"status": "created", "id": 7, "phone": "+14155550001"},
        {"status": "failed", "error": "bad"},
        {"status": "updated", "contact": {"id": 9, "phone": "+14155550003"}},
    ]});
    let summary = bulk::parse(&V2, &converter(), 207, body.to_string().as_bytes()).unwrap();
    assert!(summary.accounts_for(3));
    assert_eq!((summary.failures[0].index, summary.failures[0].message.as_str()), (Some(1), "bad"));
    assert_eq!(summary.written.iter().map(|written| written.id.as_str()).collect::<Vec<_>>(), ["7", "9"]);
}

#[test]
fn failures_that_name_no_row_stay_unnamed() {
    for body in [json!({"created": 3, "failed": 1}), json!({"created": 3, "failed": ["bad phone"]})] {
        let summary = bulk::parse(&V2, &converter(), 200, body.to_string().as_bytes()).unwrap();
        assert_eq!(summary.unnamed(), 1, "{body}");
    }
}

#[test]
fn a_200_that_is_no_success_is_a_refusal() {
    let body = br#"{"status":"error","message":"No such thing"}"#;
    let error = get::parse(&V2, &converter(), 200, body).unwrap_err();
    assert_eq!(error.to_string(), "200: No such thing");
    let summary = bulk::parse(&V2, &converter(), 200, body).unwrap();
    assert_eq!(summary.complaint.as_deref(), Some("No such thing"));
}
