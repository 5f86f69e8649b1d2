//! A contact's JSON to a record, without loss.
//!
//! A missing key is unknown, null and "" are cleared. A custom field that is missing in a `custom_fields` object that is
//! there has no value: accounts show only those that have one. Where the object itself is missing or null, all custom
//! fields are unknown (some lists leave it out). It does *not* trim, parse or compare values.

use crate::dialect::Dialect;
use crate::error::ApiError;
use crate::json::{self, Body, Object};
use connector::{Error, ErrorKind};
use model::{Cell, Field, FieldId, OwnedCell, Record, RecordId, Schema, Side};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// What the API calls a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApiName {
    /// A field of the contact itself.
    Plain(String),
    /// A key of its custom fields.
    Custom(String),
    /// Nothing that the API has: tieline computes it, and never sends it.
    Computed(String),
}

impl ApiName {
    /// From `company` or `custom.<key>`.
    pub fn new(name: &str) -> Self {
        match name.strip_prefix("custom.").filter(|key| !key.is_empty()) {
            Some(key) => Self::Custom(key.to_owned()),
            None => Self::Plain(name.to_owned()),
        }
    }
}

impl fmt::Display for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(name) | Self::Computed(name) => f.write_str(name),
            Self::Custom(key) => write!(f, "custom.{key}"),
        }
    }
}

/// Converts contacts for one schema.
#[derive(Debug)]
pub struct Converter {
    dialect: &'static Dialect,
    fields: Vec<ApiName>,
    scope: Vec<ApiName>,
    phone: FieldId,
}

/// What a record carries beside its cells: everything else that a whole contact consists of.
#[derive(Debug, Default)]
pub struct Rest {
    /// Fields that are not synced.
    pub plain: Body,
    /// The whole object of custom fields; none where the answer left it out.
    pub custom: Option<Body>,
}

impl Rest {
    /// From [`Record::rest`].
    pub fn of(record: &Record, dialect: &Dialect) -> Self {
        let Some(text) = record.rest.as_deref() else { return Self::default() };
        let Ok(mut plain) = serde_json::from_str::<Body>(text) else { return Self::default() };
        let custom = plain.remove(dialect.custom_fields);
        Self { plain, custom: custom.and_then(|raw| json::as_object(&raw).map(owned)) }
    }
}

fn owned(object: Object<'_>) -> Body {
    object.into_iter().map(|(key, raw)| (key, raw.to_owned())).collect()
}

impl Converter {
    /// For this schema, with names that differ from the canonical ones.
    pub fn new(dialect: &'static Dialect, schema: &Schema, names: &[(Field, String)]) -> Result<Self, Error> {
        let fields: Vec<ApiName> = schema
            .fields()
            .iter()
            .map(|field| match names.iter().find(|(named, _)| named == field) {
                _ if field.is_computed() => ApiName::Computed(field.to_string()),
                Some((_, name)) => ApiName::new(name),
                None => ApiName::new(&field.to_string()),
            })
            .collect();
        let phone = schema.phone();
        let known = format!("JustCall's fields are {}; others are called custom.<key>", dialect.fields.join(", "));
        let config = |message: String| Err(Error::new(ErrorKind::Config, message).hint(known.as_str()));
        let is_unknown = |name: &ApiName| match name {
            ApiName::Plain(name) => !dialect.fields.contains(&name.as_str()),
            ApiName::Custom(_) | ApiName::Computed(_) => false,
        };
        if fields[phone.index()] != ApiName::Plain(dialect.phone.to_owned()) {
            return config(format!("the phone can only be kept in JustCall's field `{}`", dialect.phone));
        }
        for (index, name) in fields.iter().enumerate() {
            if is_unknown(name) {
                return config(format!("fields.{}: JustCall has no field `{name}`", schema.fields()[index]));
            }
            if let Some(first) = fields[..index].iter().position(|other| other == name) {
                let (first, second) = (&schema.fields()[first], &schema.fields()[index]);
                return config(format!("{first} and {second} are both kept in JustCall's field `{name}`"));
            }
        }
        let scope: Vec<ApiName> = schema.scope_columns(Side::Justcall).iter().map(|name| ApiName::new(name)).collect();
        // A condition on a field that no contact shows would exclude nobody, in silence.
        if let Some(name) = scope.iter().find(|name| is_unknown(name)) {
            return config(format!("scope.justcall: JustCall has no field `{name}`"));
        }
        Ok(Self { dialect, fields, scope, phone })
    }

    /// The API's name of a field.
    pub fn name(&self, field: FieldId) -> Option<&ApiName> {
        self.fields.get(field.index())
    }

    /// The name of a field for people.
    pub fn label(&self, field: FieldId) -> String {
        match self.name(field) {
            Some(name) => name.to_string(),
            None => format!("field {}", field.0),
        }
    }

    /// Every synced field with its position.
    pub fn fields(&self) -> impl Iterator<Item = (FieldId, &ApiName)> {
        self.fields.iter().enumerate().filter_map(|(i, name)| Some((FieldId(u16::try_from(i).ok()?), name)))
    }

    /// The key, where a field is a custom one.
    pub fn custom_key(&self, field: FieldId) -> Option<&str> {
        match self.name(field) {
            Some(ApiName::Custom(key)) => Some(key),
            _ => None,
        }
    }

    /// Where the phone stands.
    pub const fn phone(&self) -> FieldId {
        self.phone
    }

    /// Cells in a row.
    pub fn width(&self) -> usize {
        self.fields.len() + self.scope.len()
    }

    /// The dialect.
    pub const fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    /// Reads a contact.
    ///
    /// # Errors
    /// Only where it has no id.
    pub fn record(&self, contact: &Object<'_>) -> Result<Record, ApiError> {
        let id = contact.get(self.dialect.id).and_then(|raw| json::id(raw));
        let id = id.ok_or_else(|| ApiError::unreadable("a contact without id"))?;
        let custom_raw = contact.get(self.dialect.custom_fields).copied();
        let custom = custom_raw.and_then(json::as_object);
        let cell = |name: &ApiName| match name {
            ApiName::Plain(name) => contact.get(name).map_or(OwnedCell::Unknown, |raw| json::cell(raw)),
            ApiName::Custom(key) => match &custom {
                None => OwnedCell::Unknown,
                Some(custom) => custom.get(key).map_or(OwnedCell::Cleared, |raw| json::cell(raw)),
            },
            ApiName::Computed(_) => OwnedCell::Unknown,
        };
        let cells = self.fields.iter().chain(&self.scope).map(cell).collect();
        let rest = self.rest(contact, custom_raw.filter(|_| custom.is_some()));
        Ok(Record { id: RecordId::from(id), native_id: true, cells, rest })
    }

    /// The fields that are not synced and the whole object of custom fields, as they came.
    fn rest(&self, contact: &Object<'_>, custom: Option<&RawValue>) -> Option<String> {
        let unsynced =
            |name: &&str| !self.fields.iter().any(|field| matches!(field, ApiName::Plain(own) if own == name));
        let plain = self.dialect.fields.iter().copied().filter(unsynced);
        let mut rest: BTreeMap<&str, &RawValue> =
            plain.filter_map(|name| contact.get(name).map(|raw| (name, *raw))).collect();
        rest.extend(custom.map(|raw| (self.dialect.custom_fields, raw)));
        if rest.is_empty() { None } else { serde_json::to_string(&rest).ok() }
    }

    /// The text of a record's phone.
    pub fn phone_of<'a>(&self, record: &'a Record) -> &'a str {
        record.cell(self.phone.index()).text()
    }

    /// Whether a record says everything that a whole contact consists of, so that it can be written as one.
    pub fn is_whole(&self, record: &Record) -> bool {
        let rest = Rest::of(record, self.dialect);
        rest.custom.is_some()
            && self.dialect.fields.iter().all(|name| {
                let synced = self.fields.iter().position(|field| matches!(field, ApiName::Plain(own) if own == name));
                match synced {
                    Some(index) => record.cell(index) != Cell::Unknown,
                    None => rest.plain.contains_key(*name),
                }
            })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::dialect::V2;
    use model::BySide;

    fn converter(fields: &[&str], scope: &[&str]) -> Converter {
        let scope = BySide { justcall: scope.iter().map(|name| (*name).to_owned()).collect(), crm: Vec::new() };
        let schema = Schema::new(fields.iter().map(|name| name.parse().unwrap())).with_scope_columns(scope);
        Converter::new(&V2, &schema, &[]).unwrap()
    }

    fn read(converter: &Converter, json: &str) -> Result<Record, ApiError> {
        converter.record(&json::object(json.as_bytes()).unwrap())
    }

    fn value(text: &str) -> OwnedCell {
        OwnedCell::Value(text.into())
    }

    #[test]
    fn missing_is_unknown_and_null_is_cleared() {
        let converter = converter(&["first_name", "email", "company", "custom.tier"], &["last_name", "custom.region"]);
        let json = r#"{"id":98765,"first_name":" Anna ","phone":"+14155551234","email":null,
            "last_name":"Ritter","custom_fields":{"tier":"gold","n":1.10}}"#;
        let record = read(&converter, json).unwrap();
        assert_eq!(record.id.as_str(), "98765");
        assert_eq!(
            record.cells,
            [
                value(" Anna "),
                value("+14155551234"),
                OwnedCell::Cleared,
                OwnedCell::Unknown,
                value("gold"),
                value("Ritter"),
                OwnedCell::Cleared,
            ]
        );
        assert_eq!(record.rest.unwrap(), r#"{"custom_fields":{"tier":"gold","n":1.10},"last_name":"Ritter"}"#);
    }

    #[test]
    fn custom_fields_left_out_are_unknown_and_an_empty_object_is_none() {
        let converter = converter(&["custom.tier"], &[]);
        for (custom, cell) in [
            ("", OwnedCell::Unknown),
            (r#","custom_fields":null"#, OwnedCell::Unknown),
            (r#","custom_fields":{}"#, OwnedCell::Cleared),
            (r#","custom_fields":[]"#, OwnedCell::Cleared),
            (r#","custom_fields":{"tier":null}"#, OwnedCell::Cleared),
            (r#","custom_fields":{"tier":7}"#, value("7")),
        ] {
            let record = read(&converter, &format!(r#"{{"id":1,"phone":"+1"{custom}}}"#)).unwrap();
            assert_eq!(record.cells[1], cell, "{custom}");
        }
    }

    #[test]
    fn no_id_is_an_error() {
        let converter = converter(&["email"], &[]);
        assert!(read(&converter, r#"{"phone":"+1"}"#).is_err());
        assert!(read(&converter, r#"{"id":null,"phone":"+1"}"#).is_err());
    }

    #[test]
    fn only_a_record_that_says_everything_is_whole() {
        let converter = converter(&["first_name", "phone"], &[]);
        let whole =
            r#"{"id":1,"first_name":"A","last_name":"B","phone":"+1","email":null,"company":"C","custom_fields":{}}"#;
        assert!(converter.is_whole(&read(&converter, whole).unwrap()));
        for missing in [r#""first_name":"A","#, r#""company":"C","#, r#","custom_fields":{}"#] {
            let record = read(&converter, &whole.replace(missing, "")).unwrap();
            assert!(!converter.is_whole(&record), "{missing}");
        }
    }

    #[test]
    fn mappings_that_cannot_work_are_refused() {
        let schema = Schema::new([Field::Company, Field::Custom("b".into())]);
        for (field, name) in
            [(Field::Phone, "custom.phone"), (Field::Company, "employer"), (Field::Company, "custom.b")]
        {
            let error = Converter::new(&V2, &schema, &[(field, name.to_owned())]).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Config, "{name}");
        }
        let renamed = Converter::new(&V2, &schema, &[(Field::Company, "custom.firm".to_owned())]).unwrap();
        assert_eq!(renamed.name(FieldId(1)), Some(&ApiName::Custom("firm".into())));
    }
}
