//! Which property is which field, and a contact's JSON to a record, without loss.
//!
//! A property that the answer leaves out is unknown, null and "" are cleared. It does *not* trim, parse or compare values.

use crate::config::Config;
use crate::dialect::Dialect;
use crate::requests::Contact;
use connector::{Error, ErrorKind};
use model::{Field, FieldId, OwnedCell, Record, RecordId, Schema, Side, numbers};
use serde_json::Value;

/// The properties of one schema.
#[derive(Debug)]
pub struct Columns {
    /// Property per field, then per scope column.
    names: Vec<String>,
    fields: Vec<Field>,
    /// Position of the phone, and further properties with numbers, in order of preference after its own.
    phone: usize,
    numbers: Vec<String>,
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
        let numbers = config.numbers.clone();
        for (at, name) in numbers.iter().enumerate() {
            if names.contains(name) || numbers[..at].contains(name) {
                let message = format!("fields.phone: HubSpot's property `{name}` is mapped twice");
                return Err(Error::new(ErrorKind::Config, message).hint("each number needs a property of its own"));
            }
        }
        names.extend(schema.scope_columns(Side::Crm).iter().cloned());
        let mut wanted = names.clone();
        wanted.extend(numbers.iter().cloned());
        wanted.extend([dialect.modified, dialect.merged].map(str::to_owned));
        wanted.sort();
        wanted.dedup();
        Ok(Self { names, fields, phone: schema.phone().index(), numbers, wanted })
    }

    /// The property of a field.
    pub fn name(&self, field: FieldId) -> &str {
        self.names.get(field.index()).map_or("", String::as_str)
    }

    /// The property that a field is written to: of several for numbers, the one that shows the synced number.
    pub fn place(&self, field: FieldId, current: Option<&Record>) -> &str {
        let synced = current.filter(|_| field.index() == self.phone && !self.numbers.is_empty());
        let place = synced.and_then(|record| {
            let text = record.cell(self.phone).text();
            let shown = numbers::numbers(record.rest.as_deref()).find(|number| number.text == text)?;
            self.phones().find(|name| shown.field.as_deref() == Some(*name))
        });
        place.unwrap_or_else(|| self.name(field))
    }

    /// The fields with their properties.
    pub fn fields(&self) -> impl Iterator<Item = (&Field, &str)> {
        let further = self.numbers.iter().map(|name| (&Field::Phone, name.as_str()));
        self.fields.iter().zip(self.names.iter().map(String::as_str)).chain(further)
    }

    /// Properties with numbers, in order of preference.
    fn phones(&self) -> impl Iterator<Item = &str> {
        [&self.names[self.phone]].into_iter().chain(&self.numbers).map(String::as_str)
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
        let read = |name: &str| contact.properties.get(name).map_or(OwnedCell::Unknown, cell);
        let cells = self.names.iter().map(|name| read(name)).collect();
        let mut record = Record { id: RecordId::from(contact.id.as_str()), native_id: true, cells, rest: None };
        self.show_numbers(&mut record, read);
        record
    }

    /// All numbers of a contact, and in the phone's cell the first of them; which one is synced is the engine's to say.
    fn show_numbers(&self, record: &mut Record, read: impl Fn(&str) -> OwnedCell) {
        if self.numbers.is_empty() {
            return;
        }
        let shown: Vec<(&str, OwnedCell)> = self.phones().map(|name| (name, read(name))).collect();
        let mut rest = String::new();
        for (name, cell) in shown.iter().filter(|(_, cell)| !cell.as_cell().text().is_empty()) {
            numbers::add(&mut rest, name, cell.as_cell().text());
        }
        let first = shown.iter().find(|(_, cell)| matches!(cell, OwnedCell::Value(_)));
        let unknown = shown.iter().find(|(_, cell)| *cell == OwnedCell::Unknown);
        record.cells[self.phone] = first.or(unknown).map_or(OwnedCell::Cleared, |(_, cell)| cell.clone());
        record.rest = Some(rest);
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
        // What the answer leaves out of the other numbers is as it was.
        let before = |name: &str| {
            let lines = current.and_then(|current| current.rest.as_deref());
            let known = numbers::numbers(lines).find(|number| number.field.as_deref() == Some(name));
            known.map(|number| OwnedCell::from(Some(number.text.into_owned())))
        };
        self.show_numbers(&mut record, |name| match contact.properties.get(name) {
            Some(value) => cell(value),
            None if current.is_some() => before(name).unwrap_or(OwnedCell::Cleared),
            None => OwnedCell::Unknown,
        });
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

    fn two_numbers() -> Columns {
        let properties = vec![(Field::Phone, "mobilephone".into())];
        columns(&Config { properties, numbers: vec!["phone".into()], ..Config::new("t") }).unwrap()
    }

    #[test]
    fn all_numbers_are_shown_and_the_first_stands_in_the_cell() {
        let columns = two_numbers();
        let read = |json: &str| columns.record(&serde_json::from_str(json).unwrap());
        let both = read(r#"{"id":"1","properties":{"mobilephone":"+1","phone":"+2"}}"#);
        assert_eq!((both.cell(columns.phone).text(), both.rest.as_deref()), ("+1", Some("mobilephone\t+1\nphone\t+2")));
        let second = read(r#"{"id":"1","properties":{"mobilephone":null,"phone":"+2"}}"#);
        assert_eq!((second.cell(columns.phone).text(), second.rest.as_deref()), ("+2", Some("phone\t+2")));
        let none = read(r#"{"id":"1","properties":{"mobilephone":null,"phone":""}}"#);
        assert_eq!(none.cells[columns.phone], OwnedCell::Cleared);
        assert_eq!(read(r#"{"id":"1","properties":{"phone":null}}"#).cells[columns.phone], OwnedCell::Unknown);
        assert!(columns.wanted().contains(&"phone".to_owned()));
    }

    #[test]
    fn a_number_is_written_where_the_synced_one_stands() {
        let columns = two_numbers();
        let phone = FieldId(u16::try_from(columns.phone).unwrap());
        let mut current: Record = columns
            .record(&serde_json::from_str(r#"{"id":"1","properties":{"mobilephone":"+1","phone":"+2"}}"#).unwrap());
        assert_eq!(columns.place(phone, Some(&current)), "mobilephone");
        current.cells[columns.phone] = OwnedCell::Value("+2".into());
        assert_eq!(columns.place(phone, Some(&current)), "phone");
        assert_eq!(columns.place(phone, None), "mobilephone");
        let answer: Contact = serde_json::from_str(r#"{"id":"1","properties":{"phone":"+3"}}"#).unwrap();
        let stored = columns.stored(&answer, Some(&current), &[(phone, "+3".to_owned())]);
        assert_eq!(stored.rest.as_deref(), Some("mobilephone\t+1\nphone\t+3"));
    }

    #[test]
    fn two_fields_in_one_property_are_refused() {
        let config = Config { properties: vec![(Field::Custom("tier".into()), "email".into())], ..Config::new("t") };
        let error = columns(&config).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(error.message.contains("`email`"), "{error}");
    }
}
