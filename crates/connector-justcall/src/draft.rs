//! What is sent: a record and its changes to the JSON of a request, without touching what does not change.
//!
//! Custom fields always go as the whole object, as it was read plus the change, since a server may replace it. It does
//! *not* decide which form to send.

use crate::convert::{ApiName, Converter, Rest};
use crate::json::{self, Body};
use model::{FieldId, Record};
use serde_json::value::RawValue;

/// How a field is cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClearForm {
    /// By null.
    Null,
    /// By the empty text.
    Empty,
}

impl ClearForm {
    fn json(self) -> Box<RawValue> {
        match self {
            Self::Null => json::null(),
            Self::Empty => json::text(""),
        }
    }
}

/// The fields to set, "" to clear.
pub type Set = [(FieldId, String)];

/// Only the changed fields.
pub fn partial(converter: &Converter, current: Option<&Record>, set: &Set, clear: ClearForm) -> Body {
    let mut body = Body::new();
    let rest = current.map(|record| Rest::of(record, converter.dialect())).unwrap_or_default();
    let mut custom = None;
    for (field, text) in set {
        match converter.name(*field) {
            None | Some(ApiName::Computed(_)) => {}
            Some(ApiName::Plain(name)) => {
                body.insert(name.clone(), if text.is_empty() { clear.json() } else { json::text(text) });
            }
            Some(ApiName::Custom(key)) => {
                let object = custom.get_or_insert_with(|| rest.custom.clone().unwrap_or_default());
                let raw =
                    if text.is_empty() { clear.json() } else { json::typed(text, object.get(key).map(|raw| &**raw)) };
                object.insert(key.clone(), raw);
            }
        }
    }
    if let Some(raw) = custom.and_then(|custom| serde_json::value::to_raw_value(&custom).ok()) {
        body.insert(converter.dialect().custom_fields.to_owned(), raw);
    }
    body
}

/// The whole contact: all that is known of it, with the changed fields. Empty fields are left out.
pub fn whole(converter: &Converter, current: &Record, set: &Set) -> Body {
    let dialect = converter.dialect();
    let rest = Rest::of(current, dialect);
    let mut body: Body = rest.plain.into_iter().filter(|(_, raw)| !json::is_null(raw)).collect();
    if let Some(raw) = rest.custom.and_then(|custom| serde_json::value::to_raw_value(&custom).ok()) {
        body.insert(dialect.custom_fields.to_owned(), raw);
    }
    for (field, name) in converter.fields() {
        if let (ApiName::Plain(name), Some(text)) = (name, current.cell(field.index()).value()) {
            body.insert(name.clone(), json::text(text));
        }
    }
    body.extend(partial(converter, Some(current), set, ClearForm::Null));
    body
}

/// Adds the phone by which bulk finds the contact, exactly as it is stored.
pub fn with_phone(converter: &Converter, mut body: Body, phone: &str) -> Body {
    body.insert(converter.dialect().phone.to_owned(), json::text(phone));
    body
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::dialect::V2;
    use model::{Field, Schema};

    fn setup() -> (Converter, Schema, Record) {
        let fields = [Field::FirstName, Field::Company, Field::Custom("tier".into()), Field::Custom("seats".into())];
        let schema = Schema::new(fields);
        let converter = Converter::new(&V2, &schema, &[]).unwrap();
        let json = r#"{"id":1,"first_name":"Anna","last_name":"Ritter","phone":"+14155551234","email":null,"company":"Acme",
            "custom_fields":{"tier":"gold","seats":5,"other":[1, 2.50]}}"#;
        let record = converter.record(&json::object(json.as_bytes()).unwrap()).unwrap();
        (converter, schema, record)
    }

    fn shown(body: &Body) -> String {
        serde_json::to_string(body).unwrap()
    }

    #[test]
    fn a_partial_body_has_only_what_changed() {
        let (converter, schema, record) = setup();
        let company = schema.position(&Field::Company).unwrap();
        let set = [(company, "Beta".to_owned())];
        assert_eq!(shown(&partial(&converter, Some(&record), &set, ClearForm::Null)), r#"{"company":"Beta"}"#);
        let set = [(company, String::new())];
        assert_eq!(shown(&partial(&converter, Some(&record), &set, ClearForm::Null)), r#"{"company":null}"#);
        assert_eq!(shown(&partial(&converter, Some(&record), &set, ClearForm::Empty)), r#"{"company":""}"#);
    }

    #[test]
    fn custom_fields_go_whole_and_what_did_not_change_stays_byte_for_byte() {
        let (converter, schema, record) = setup();
        let seats = schema.position(&Field::Custom("seats".into())).unwrap();
        let body = partial(&converter, Some(&record), &[(seats, "7".to_owned())], ClearForm::Null);
        assert_eq!(shown(&body), r#"{"custom_fields":{"other":[1, 2.50],"seats":7,"tier":"gold"}}"#);
    }

    #[test]
    fn a_whole_body_has_everything_known() {
        let (converter, schema, record) = setup();
        let first = schema.position(&Field::FirstName).unwrap();
        let body = whole(&converter, &record, &[(first, "Anne".to_owned())]);
        assert_eq!(
            shown(&body),
            r#"{"company":"Acme","custom_fields":{"other":[1, 2.50],"seats":5,"tier":"gold"},"first_name":"Anne","last_name":"Ritter","phone":"+14155551234"}"#
        );
    }
}
