//! Which property is which field, and a contact's JSON to a record, without loss.
//!
//! A property that the answer leaves out is unknown, null and "" are cleared. It does *not* trim, parse or compare values.

use crate::config::Config;
use crate::dialect::Dialect;
use crate::requests::Contact;
use connector::{Error, ErrorKind};
use model::{Field, FieldId, OwnedCell, Record, RecordId, Schema, Side};
use serde_json::Value;

/// The properties of one schema.
#[derive(Debug)]
pub struct Columns {
    /// Property per field, then per scope column.
    names: Vec<String>,
    fields: Vec<Field>,
    /// Everything that is asked for.
    wanted: Vec<String>,
}

/// The fields that every account has, and their usual properties.
pub const PRESET: [(Field, &str); 5] = [
    (Field::FirstName, "firstname"),
    (Field::LastName, "lastname"),
    (Field::Phone, "phone"),
    (Field::Email, "email"),
    (Field::Company, "company"),
];

/// The property that usually holds a field.
pub fn usual(field: &Field) -> Option<&str> {
    Some(match field {
        Field::FirstName => "firstname",
        Field::LastName => "lastname",
        Field::Phone => "phone",
        Field::Email => "email",
        Field::Company => "company",
        Field::Custom(key) => key,
        Field::Call(_) => return None,
    })
}

impl Columns {
    /// For this schema.
    ///
    /// # Errors
    /// A field without a property, or two fields in one.
    pub fn new(dialect: &Dialect, schema: &Schema, config: &Config) -> Result<Self, Error> {
        let fields = schema.fields().to_vec();
        let mut names: Vec<String> = Vec::new();
        for field in &fields {
            let given = config.properties.iter().find(|(named, _)| named == field).map(|(_, name)| name.as_str());
            let name = given.or_else(|| usual(field)).ok_or_else(|| {
                Error::new(ErrorKind::Config, format!("fields.{field}: no HubSpot property is named for it"))
                    .hint("name the property by its internal name, as Settings, Properties shows it")
            })?;
            if let Some(first) = names.iter().position(|other| other == name) {
                let message = format!("{} and {field} are both kept in HubSpot's property `{name}`", fields[first]);
                return Err(Error::new(ErrorKind::Config, message).hint("each field needs a property of its own"));
            }
            names.push(name.to_owned());
        }
        names.extend(schema.scope_columns(Side::Crm).iter().cloned());
        let mut wanted = names.clone();
        wanted.extend([dialect.modified, dialect.merged].map(str::to_owned));
        wanted.sort();
        wanted.dedup();
        Ok(Self { names, fields, wanted })
    }

    /// The property of a field.
    pub fn name(&self, field: FieldId) -> &str {
        self.names.get(field.index()).map_or("", String::as_str)
    }

    /// The fields with their properties.
    pub fn fields(&self) -> impl Iterator<Item = (&Field, &str)> {
        self.fields.iter().zip(self.names.iter().map(String::as_str))
    }

    /// Properties that only the scope needs.
    pub fn scope(&self) -> impl Iterator<Item = &str> {
        self.names[self.fields.len()..].iter().map(String::as_str)
    }

    /// Everything that is asked for.
    pub fn wanted(&self) -> &[String] {
        &self.wanted
    }

    /// Cells in a row.
    pub const fn width(&self) -> usize {
        self.names.len()
    }

    /// Reads a contact.
    pub fn record(&self, contact: &Contact) -> Record {
        let cells = self.names.iter().map(|name| contact.properties.get(name).map_or(OwnedCell::Unknown, cell));
        Record { id: RecordId::from(contact.id.as_str()), native_id: true, cells: cells.collect(), rest: None }
    }

    /// The record as an answer to a write shows it: only what was written, mostly. What else it held, it still does.
    pub(crate) fn stored(&self, contact: &Contact, current: Option<&Record>, set: &[(FieldId, String)]) -> Record {
        let mut record = self.record(contact);
        for (at, cell) in record.cells.iter_mut().enumerate() {
            let was_set = set.iter().any(|(field, _)| field.index() == at);
            if *cell == OwnedCell::Unknown
                && !was_set
                && let Some(known) = current.and_then(|current| current.cells.get(at))
            {
                known.clone_into(cell);
            }
        }
        record
    }
}

fn cell(value: &Value) -> OwnedCell {
    match value {
        Value::Null => OwnedCell::Cleared,
        Value::String(text) => OwnedCell::from(Some(text.clone())),
        // Values are texts by contract; what is none keeps its JSON.
        other => OwnedCell::Value(other.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::dialect::V3;
    use model::BySide;

    fn columns(config: &Config) -> Result<Columns, Error> {
        let scope = BySide { justcall: Vec::new(), crm: vec!["lifecyclestage".to_owned()] };
        let fields = [Field::FirstName, Field::Email, Field::Custom("tier".into())];
        Columns::new(&V3, &Schema::new(fields).with_scope_columns(scope), config)
    }

    #[test]
    fn left_out_is_unknown_and_null_is_cleared() {
        let columns = columns(&Config::new("t")).unwrap();
        let contact: Contact = serde_json::from_str(
            r#"{"id":"51","properties":{"firstname":" Ann ","phone":null,"email":"","lifecyclestage":"lead"}}"#,
        )
        .unwrap();
        let value = |text: &str| OwnedCell::Value(text.into());
        let record = columns.record(&contact);
        assert_eq!(record.id.as_str(), "51");
        assert_eq!(
            record.cells,
            [value(" Ann "), OwnedCell::Cleared, OwnedCell::Cleared, OwnedCell::Unknown, value("lead")]
        );
        assert!(columns.wanted().contains(&"hs_merged_object_ids".to_owned()));
    }

    #[test]
    fn an_answer_to_a_write_shows_what_was_written_and_the_rest_is_as_before() {
        let columns = columns(&Config::new("t")).unwrap();
        let value = |text: &str| OwnedCell::Value(text.into());
        let current = Record {
            id: RecordId::from("51"),
            native_id: true,
            cells: vec![value("Ann"), value("+1"), value("a@example.com"), value("gold"), value("lead")],
            rest: None,
        };
        let answer: Contact = serde_json::from_str(r#"{"id":"51","properties":{"firstname":"Anna"}}"#).unwrap();
        let set = [(FieldId(0), "Anna".to_owned()), (FieldId(2), "b@example.com".to_owned())];
        let stored = columns.stored(&answer, Some(&current), &set);
        assert_eq!(stored.cells, [value("Anna"), value("+1"), OwnedCell::Unknown, value("gold"), value("lead")]);
    }

    #[test]
    fn two_fields_in_one_property_are_refused() {
        let config = Config { properties: vec![(Field::Custom("tier".into()), "email".into())], ..Config::new("t") };
        let error = columns(&config).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(error.message.contains("`email`"), "{error}");
    }
}
