//! Reading JSON without changing it: values stay the bytes they came as until someone asks for their text.
//!
//! It does *not* know what a contact is.

use model::OwnedCell;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// An object whose values are untouched. Of a key that occurs twice, the last value.
pub type Object<'a> = BTreeMap<String, &'a RawValue>;

/// An [`Object`] that owns its values: what is sent.
pub type Body = BTreeMap<String, Box<RawValue>>;

/// Reads an object.
pub fn object(bytes: &[u8]) -> Result<Object<'_>, serde_json::Error> {
    serde_json::from_slice(bytes)
}

/// Reads a value as an object. An empty list counts as an empty one: some servers write it so.
pub fn as_object(raw: &RawValue) -> Option<Object<'_>> {
    serde_json::from_str(raw.get()).ok().or_else(|| as_list(raw).filter(Vec::is_empty).map(|_| Object::new()))
}

/// Reads a value as a list.
pub fn as_list(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// A text.
pub fn string(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

/// A whole number, also where it is written as text.
pub fn number(raw: &RawValue) -> Option<u64> {
    serde_json::from_str(raw.get()).ok().or_else(|| string(raw)?.trim().parse().ok())
}

/// An id: a whole number, or a text that is not empty.
pub fn id(raw: &RawValue) -> Option<String> {
    let text = raw.get();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    string(raw).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Whether it is null.
pub fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}

/// Words for people: a text as it is, anything else but null as JSON.
pub fn words(raw: &RawValue) -> Option<String> {
    if is_null(raw) {
        return None;
    }
    string(raw).or_else(|| Some(raw.get().to_owned())).filter(|text| !text.is_empty())
}

/// The cell that a value stands for. Text that cannot be decoded is unknown: it is never overwritten.
pub fn cell(raw: &RawValue) -> OwnedCell {
    match raw.get().as_bytes().first() {
        Some(b'n') => OwnedCell::Cleared,
        Some(b'"') => string(raw).map_or(OwnedCell::Unknown, |text| OwnedCell::from(Some(text))),
        _ => OwnedCell::Value(raw.get().into()),
    }
}

/// A text as JSON.
pub fn text(text: &str) -> Box<RawValue> {
    // A string always serialises; null is what could be sent if that ever changed.
    serde_json::value::to_raw_value(text).unwrap_or_else(|_| null())
}

/// Null.
pub fn null() -> Box<RawValue> {
    RawValue::NULL.to_owned()
}

/// A text in the JSON type that the value had before: a number stays a number where the new text is one.
pub fn typed(text: &str, before: Option<&RawValue>) -> Box<RawValue> {
    let kind = |json: &str| {
        json.as_bytes().first().map(|byte| match byte {
            b'-' | b'0'..=b'9' => 0,
            b't' | b'f' => 1,
            b'{' => 2,
            b'[' => 3,
            _ => 4,
        })
    };
    let same = before.and_then(|before| kind(before.get())).filter(|kind| *kind < 4) == kind(text);
    if same && let Ok(raw) = RawValue::from_string(text.to_owned()) {
        return raw;
    }
    self::text(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn cells_of_values() {
        let value = |text: &str| OwnedCell::Value(text.into());
        let table = [
            ("null", OwnedCell::Cleared),
            (r#""""#, OwnedCell::Cleared),
            (r#"" a ""#, value(" a ")),
            (r#""\u00e9""#, value("é")),
            (r#""\ud800""#, OwnedCell::Unknown),
            ("1.10", value("1.10")),
            ("12345678901234567890123", value("12345678901234567890123")),
            ("true", value("true")),
            (r#"{"a":1}"#, value(r#"{"a":1}"#)),
        ];
        for (json, cell) in table {
            assert_eq!(super::cell(&raw(json)), cell, "{json}");
        }
    }

    #[test]
    fn a_value_keeps_its_type_where_the_text_allows_it() {
        let table = [
            ("5", Some("7"), "5"),
            ("5", Some("\"7\""), "\"5\""),
            ("five", Some("7"), "\"five\""),
            ("5 apples", Some("7"), "\"5 apples\""),
            ("true", Some("false"), "true"),
            ("yes", Some("false"), "\"yes\""),
            ("5", None, "\"5\""),
            ("5", Some("null"), "\"5\""),
        ];
        for (text, before, sent) in table {
            let before = before.map(raw);
            assert_eq!(typed(text, before.as_deref()).get(), sent, "{text} {before:?}");
        }
    }

    #[test]
    fn ids_are_whole_numbers_or_texts() {
        assert_eq!(id(&raw("17")), Some("17".into()));
        assert_eq!(id(&raw("\"c_9\"")), Some("c_9".into()));
        for none in ["null", "\"\"", "1.5", "-3", "{}", "true"] {
            assert_eq!(id(&raw(none)), None, "{none}");
        }
    }
}
