//! Reads a contact from a request body and refuses what the documents refuse.
//!
//! It does not look at stored contacts: whether a phone is taken is asked where it is written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::answers::ApiError;
use crate::change::{Change, Given};
use crate::choices::UndefinedCustomField;
use crate::contact::Field;

/// Whether a text is an E.164 number: `+`, then 2 to 15 digits that do not begin with 0.
pub(crate) fn is_e164(phone: &str) -> bool {
    let Some(digits) = phone.strip_prefix('+') else {
        return false;
    };
    (2..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Parses a request body as a JSON object.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ApiError::bad_request("The request body must be a JSON object")),
        Err(error) => Err(ApiError::bad_request(format!("The request body is not valid JSON: {error}"))),
    }
}

/// Reads the fields a contact object names. Unknown keys, and keys only the server sets, are ignored.
pub(crate) fn change(contact: &Map<String, Value>) -> Result<Change, ApiError> {
    let mut change = Change::default();
    for field in Field::ALL {
        let Some(value) = contact.get(field.name()) else {
            continue;
        };
        let given = match value {
            Value::Null => Given::Null,
            Value::String(text) if text.is_empty() => Given::Empty,
            Value::String(text) => Given::Text(text.clone()),
            _ => {
                return Err(ApiError::invalid(format!("The {} field must be a string", field.name())));
            }
        };
        change.fields.insert(field, given);
    }
    match change.fields.get(&Field::Phone) {
        None => {}
        Some(Given::Text(phone)) if is_e164(phone) => {}
        Some(_) => {
            return Err(ApiError::invalid("The phone field must be a valid E.164 number"));
        }
    }
    change.custom_fields = match contact.get("custom_fields") {
        None | Some(Value::Null) => None,
        Some(Value::Object(fields)) => Some(fields.clone().into_iter().collect()),
        Some(_) => {
            return Err(ApiError::invalid("The custom_fields field must be an object"));
        }
    };
    Ok(change)
}

/// Refuses a write that does not give every one of `required`.
pub(crate) fn require(change: &Change, required: &[Field]) -> Result<(), ApiError> {
    match required.iter().find(|field| !matches!(change.fields.get(field), Some(Given::Text(_)))) {
        Some(missing) => Err(ApiError::bad_request(format!("The {} field is required", missing.name()))),
        None => Ok(()),
    }
}

/// Refuses or drops custom fields that are not defined in the account.
pub(crate) fn settle_custom_fields(
    change: &mut Change,
    defined: &BTreeSet<String>,
    choice: UndefinedCustomField,
) -> Result<(), ApiError> {
    let Some(given) = &mut change.custom_fields else {
        return Ok(());
    };
    let unknown = given.keys().find(|key| !defined.contains(*key));
    let Some(unknown) = unknown else {
        return Ok(());
    };
    let message = format!("The custom field {unknown} is not defined in this account");
    match choice {
        UndefinedCustomField::Unprocessable => Err(ApiError::invalid(message)),
        UndefinedCustomField::BadRequest => Err(ApiError::bad_request(message)),
        UndefinedCustomField::Drop => {
            let known: BTreeMap<String, Value> =
                std::mem::take(given).into_iter().filter(|(key, _)| defined.contains(key)).collect();
            *given = known;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn e164_is_a_plus_and_up_to_fifteen_digits() {
        let table = [
            ("+41791234567", true),
            ("+12", true),
            ("+123456789012345", true),
            ("+1234567890123456", false),
            ("+1", false),
            ("+0123456", false),
            ("41791234567", false),
            (" 41791234567", false),
            ("+4179 1234567", false),
            ("+", false),
            ("", false),
        ];
        for (phone, valid) in table {
            assert_eq!(is_e164(phone), valid, "{phone:?}");
        }
    }

    fn read(contact: &Value) -> Result<Change, ApiError> {
        change(contact.as_object().unwrap())
    }

    #[test]
    fn null_empty_text_and_absence_stay_apart() {
        let change = read(&json!({"first_name": null, "last_name": "", "company": "Acme"})).unwrap();
        assert_eq!(change.fields.get(&Field::FirstName), Some(&Given::Null));
        assert_eq!(change.fields.get(&Field::LastName), Some(&Given::Empty));
        assert_eq!(change.fields.get(&Field::Company), Some(&Given::Text("Acme".to_owned())));
        assert_eq!(change.fields.get(&Field::Email), None);
    }

    #[test]
    fn a_bad_phone_or_a_wrong_type_is_invalid() {
        for contact in [
            json!({"phone": "0791234567"}),
            json!({"phone": null}),
            json!({"phone": ""}),
            json!({"phone": 41_791_234_567_u64}),
            json!({"first_name": 5}),
            json!({"custom_fields": "segment"}),
        ] {
            assert_eq!(read(&contact).unwrap_err().status, 422, "{contact}");
        }
    }

    #[test]
    fn a_missing_required_field_is_a_bad_request() {
        let change = read(&json!({"phone": "+41791234567", "first_name": ""})).unwrap();
        assert_eq!(require(&change, &[Field::Phone]), Ok(()));
        assert_eq!(require(&change, &[Field::Phone, Field::FirstName]).unwrap_err().status, 400);
    }

    #[test]
    fn undefined_custom_fields_follow_the_choice() {
        let defined = BTreeSet::from(["segment".to_owned()]);
        let given = read(&json!({"custom_fields": {"segment": "a", "shoe": "b"}})).unwrap();
        for (choice, status) in [(UndefinedCustomField::Unprocessable, 422), (UndefinedCustomField::BadRequest, 400)] {
            let refused = settle_custom_fields(&mut given.clone(), &defined, choice);
            assert_eq!(refused.unwrap_err().status, status);
        }
        let mut dropped = given;
        settle_custom_fields(&mut dropped, &defined, UndefinedCustomField::Drop).unwrap();
        assert_eq!(dropped.custom_fields.unwrap().into_keys().collect::<Vec<_>>(), ["segment"]);
    }
}
