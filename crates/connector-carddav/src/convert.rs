//! A card to a record and back, by the mapping. Nothing is lost: a card keeps what no field shows.

use crate::card::{Card, NewCard, make};
use crate::names::{self, Held, Name};
use connector::{Error, ErrorKind};
use model::{Field, FieldId, OwnedCell, Record, RecordId, Schema, Side};

/// Which field is which place in a card.
#[derive(Debug)]
pub(crate) struct Converter {
    /// One per schema field, then one per scope column.
    places: Vec<Option<Name>>,
    fields: Vec<Field>,
    phone: usize,
}

impl Converter {
    pub(crate) fn new(schema: &Schema, mapping: &[(Field, String)]) -> Result<Self, Error> {
        let bad = |name: &str, why: &str| {
            Error::new(ErrorKind::Config, format!("{name}: {why}")).hint(
            "names are tel, tel:cell, email, fn, n.given, n.family, org, title, note or x-anything; docs/connectors/carddav.md lists them",
        )
        };
        let mut places = Vec::new();
        for field in schema.fields() {
            let place = mapping.iter().find(|(known, _)| known == field).map(|(_, name)| name.parse::<Name>());
            let place = place.transpose().map_err(|error| bad(&field.to_string(), &error.to_string()))?;
            if place.as_ref().is_some_and(|place| !place.is_writable()) {
                return Err(bad(&field.to_string(), "the server's own properties cannot be fields"));
            }
            places.push(place);
        }
        for column in schema.scope_columns(Side::Crm) {
            places.push(Some(column.parse::<Name>().map_err(|error| bad("[scope]", &error.to_string()))?));
        }
        Ok(Self { places, fields: schema.fields().to_vec(), phone: schema.phone().index() })
    }

    /// Cells in one record.
    pub(crate) fn width(&self) -> usize {
        self.places.len()
    }

    /// The fields and where they are.
    pub(crate) fn mapping(&self) -> impl Iterator<Item = (&Field, Option<&Name>)> {
        self.fields.iter().zip(self.places.iter().map(Option::as_ref))
    }

    pub(crate) fn record(&self, id: &str, card: &Card) -> Record {
        let cell = |place: &Option<Name>| match place.as_ref().map(|place| place.get(card)) {
            Some(Held::Text(text)) => OwnedCell::from(Some(text)),
            Some(Held::Unreadable) | None => OwnedCell::Unknown,
        };
        let numbers = names::other_numbers(card, self.places[self.phone].as_ref());
        let numbers: Vec<String> = numbers.into_iter().map(|number| number.replace(['\r', '\n', '\t'], " ")).collect();
        Record {
            id: RecordId::from(id),
            native_id: true,
            cells: self.places.iter().map(cell).collect(),
            rest: (!numbers.is_empty()).then(|| numbers.join("\n")),
        }
    }

    /// A card that exists and says nothing: of it nothing is known, and nothing follows from it.
    pub(crate) fn unreadable(&self, id: &str) -> Record {
        Record { id: RecordId::from(id), native_id: true, cells: vec![OwnedCell::Unknown; self.width()], rest: None }
    }

    /// What of a record differs from what was last read, if anything.
    pub(crate) fn moved(&self, seen: &Record, now: &Record) -> Option<String> {
        let differs =
            |at: &usize| seen.cells.get(*at).is_some_and(|cell| *cell != OwnedCell::Unknown && *cell != now.cells[*at]);
        (0..self.fields.len()).find(differs).map(|at| format!("{} changed after it was read", self.fields[at]))
    }

    /// The card with the fields set; why not, where it cannot hold them.
    pub(crate) fn patched(&self, card: &Card, set: &[(FieldId, String)]) -> Result<Card, String> {
        let mut patched = card.clone();
        for (field, text) in set {
            let Some(place) = &self.places[field.index()] else {
                return Err(format!("no place in a card is mapped to {}", self.fields[field.index()]));
            };
            place.set(&mut patched, text).map_err(|why| format!("{}: {why}", self.fields[field.index()]))?;
        }
        let full = Name::plain("FN");
        let is_given = |(field, text): &(FieldId, String)| {
            self.places[field.index()].as_ref() == Some(&full) && !text.trim().is_empty()
        };
        if !set.iter().any(is_given) {
            names::name_again(&mut patched, card);
        }
        // What is written must read back as what was meant, and as a card.
        let again = Card::parse(&patched.text()).map_err(|error| format!("it would be no card any more: {error}"))?;
        let record = self.record("", &again);
        let lost = set.iter().find(|(field, text)| cell_text(&record, *field) != as_read(text));
        match lost {
            Some((field, _)) if self.places[field.index()].as_ref() != Some(&full) => {
                Err(format!("a card cannot hold this value of {}", self.fields[field.index()]))
            }
            _ => Ok(patched),
        }
    }

    /// A card for a new contact.
    pub(crate) fn made(&self, new: NewCard<'_>, set: &[(FieldId, String)]) -> Result<Card, String> {
        let set: Vec<_> = set.iter().filter(|(_, text)| !text.is_empty()).cloned().collect();
        let mut card = self.patched(&make(new), &set)?;
        names::complete(&mut card);
        Ok(card)
    }
}

fn cell_text(record: &Record, field: FieldId) -> &str {
    record.cell(field.index()).text()
}

/// Checks the names of a mapping, and those of the scope.
pub fn check_fields(schema: &Schema, mapping: &[(Field, String)]) -> Result<(), Error> {
    Converter::new(schema, mapping).map(drop)
}

/// Whether a record holds what was to be written.
pub(crate) fn holds(record: &Record, set: &[(FieldId, String)]) -> bool {
    set.iter().all(|(field, text)| cell_text(record, *field) == as_read(text))
}

/// A text after a way through a card.
fn as_read(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::card::Version;

    fn converter(mapping: &[(Field, &str)]) -> Converter {
        let schema = Schema::new(mapping.iter().map(|(field, _)| field.clone()));
        let mapping: Vec<_> = mapping.iter().map(|(field, name)| (field.clone(), (*name).to_owned())).collect();
        Converter::new(&schema, &mapping).unwrap()
    }

    #[test]
    fn a_new_card_has_what_every_card_must_have() {
        let mapping = [(Field::FirstName, "n.given"), (Field::Phone, "tel:cell"), (Field::Email, "email")];
        let set = |values: &[(u16, &str)]| {
            values.iter().map(|(at, text)| (FieldId(*at), (*text).to_owned())).collect::<Vec<_>>()
        };
        let new = NewCard { version: Version::V3, uid: "u" };
        let full = converter(&mapping).made(new, &set(&[(0, "Ann"), (1, "+1"), (2, "")])).unwrap();
        assert_eq!(
            full.text(),
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nN:;Ann;;;\r\nTEL;TYPE=CELL:+1\r\nFN:Ann\r\nEND:VCARD\r\n"
        );
        let bare = converter(&mapping).made(NewCard { version: Version::V4, uid: "u" }, &set(&[(1, "+1")])).unwrap();
        assert!(bare.text().contains("UID:urn:uuid:u\r\nTEL;TYPE=cell:+1\r\nFN:+1\r\n"), "{}", bare.text());
        let bare = converter(&mapping).made(new, &set(&[(1, "+1")])).unwrap();
        assert!(bare.text().contains("FN:+1\r\n") && bare.text().contains("\r\nN:"), "{}", bare.text());
    }

    #[test]
    fn a_mapping_to_nowhere_is_an_error() {
        let schema = Schema::new([Field::Email]);
        for (name, why) in [("n", "has parts"), ("uid", "own properties")] {
            let error = Converter::new(&schema, &[(Field::Email, name.to_owned())]).unwrap_err();
            assert!(error.message.contains(why), "{}", error.message);
        }
    }
}
