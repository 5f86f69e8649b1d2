//! A card to a record and back, by the mapping. Nothing is lost: a card keeps what no field shows.

use crate::card::{Card, NewCard, make};
use crate::names::{self, Held, Name};
use connector::{Error, ErrorKind};
use model::{Field, FieldId, OwnedCell, Record, RecordId, Schema, Side, numbers};

/// Which field is which place in a card.
#[derive(Debug)]
pub(crate) struct Converter {
    /// One per schema field, then one per scope column.
    places: Vec<Option<Name>>,
    fields: Vec<Field>,
    phone: usize,
    /// Places of a contact's numbers, by name, in order of preference, where several are named.
    numbers: Vec<(String, Name)>,
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
        let named = mapping.iter().filter(|(field, _)| *field == Field::Phone).map(|(_, name)| name);
        let numbers = named.map(|name| {
            let place = name.parse::<Name>().map_err(|error| bad("phone", &error.to_string()))?;
            if place.is_writable() {
                Ok((name.clone(), place))
            } else {
                Err(bad("phone", "nothing can be written there"))
            }
        });
        let numbers = numbers.collect::<Result<Vec<_>, Error>>()?;
        let numbers = if numbers.len() > 1 { numbers } else { Vec::new() };
        apart(schema.fields(), &places, &numbers)?;
        Ok(Self { places, fields: schema.fields().to_vec(), phone: schema.phone().index(), numbers })
    }

    /// Cells in one record.
    pub(crate) fn width(&self) -> usize {
        self.places.len()
    }

    /// The fields and where they are, in words.
    pub(crate) fn mapping(&self) -> impl Iterator<Item = (&Field, String)> {
        let place = |at: usize| match &self.places[at] {
            Some(_) if at == self.phone && !self.numbers.is_empty() => {
                self.numbers.iter().map(|(_, place)| place.to_string()).collect::<Vec<_>>().join(", ")
            }
            Some(place) => place.to_string(),
            None => "no place".to_owned(),
        };
        self.fields.iter().enumerate().map(move |(at, field)| (field, place(at)))
    }

    /// What a card holds at a place. A text that stands in for a name is none (FN must not be empty).
    fn held(&self, place: &Name, card: &Card) -> OwnedCell {
        match place.get(card) {
            Held::Text(text) if place.is_full() && names::is_placeholder(card, &text, self.has_company()) => {
                OwnedCell::Cleared
            }
            Held::Text(text) => OwnedCell::from(Some(text)),
            Held::Unreadable => OwnedCell::Unknown,
        }
    }

    fn has_company(&self) -> bool {
        self.fields.iter().zip(&self.places).any(|(_, place)| place.as_ref().is_some_and(Name::is_company))
    }

    pub(crate) fn record(&self, id: &str, card: &Card) -> Record {
        let cell = |place: &Option<Name>| place.as_ref().map_or(OwnedCell::Unknown, |place| self.held(place, card));
        let mut cells: Vec<OwnedCell> = self.places.iter().map(cell).collect();
        let mut rest = String::new();
        let shown = self.shown(card);
        for (name, text) in &shown {
            numbers::add(&mut rest, name, text);
        }
        if let Some((_, first)) = shown.first() {
            cells[self.phone] = OwnedCell::from(Some(first.clone()));
        }
        let others = names::other_numbers(card, self.places[self.phone].as_ref());
        for other in others.iter().filter(|other| !shown.iter().any(|(_, text)| text == *other)) {
            numbers::add_other(&mut rest, &other.replace(['\r', '\n'], " "));
        }
        Record { id: RecordId::from(id), native_id: true, cells, rest: (!rest.is_empty()).then_some(rest) }
    }

    /// The numbers of the named places, where several are named.
    fn shown(&self, card: &Card) -> Vec<(&str, String)> {
        let shown = self.numbers.iter().filter_map(|(name, place)| match place.get(card) {
            Held::Text(text) if !text.is_empty() => Some((name.as_str(), text)),
            _ => None,
        });
        shown.collect()
    }

    /// Where a field of this card is written to: of several places for numbers, the one that shows the synced number.
    fn place(&self, field: FieldId, card: &Card, synced: &str) -> Option<&Name> {
        let own = self.places[field.index()].as_ref();
        if field.index() != self.phone {
            return own;
        }
        let shows = |place: &Name| place.get(card) == Held::Text(synced.to_owned());
        self.numbers.iter().map(|(_, place)| place).find(|place| shows(place)).or(own)
    }

    /// A card that exists and cannot be read: of its fields nothing is known, and nothing follows from it, but that whoever
    /// it may be about is not made a second time.
    pub(crate) fn unreadable(&self, id: &str, hints: String) -> Record {
        let cells = vec![OwnedCell::Unknown; self.width()];
        Record { id: RecordId::from(id), native_id: true, cells, rest: Some(hints) }
    }

    /// What of a record differs from what was last read, if anything.
    pub(crate) fn moved(&self, seen: &Record, now: &Record) -> Option<String> {
        let same = |at: usize, cell: &OwnedCell| *cell == now.cells[at] || (at == self.phone && has_number(now, cell));
        let differs =
            |at: &usize| seen.cells.get(*at).is_some_and(|cell| *cell != OwnedCell::Unknown && !same(*at, cell));
        (0..self.fields.len()).find(differs).map(|at| format!("{} changed after it was read", self.fields[at]))
    }

    /// The card with the fields set; why not, where it cannot hold them. `synced`: the record as it was planned with.
    pub(crate) fn patched(
        &self,
        card: &Card,
        set: &[(FieldId, String)],
        synced: Option<&Record>,
    ) -> Result<Card, String> {
        let mut patched = card.clone();
        let phone = synced.map_or("", |record| record.cell(self.phone).text());
        for (field, text) in set {
            let Some(place) = self.place(*field, card, phone) else {
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
        let lost = set.iter().find(|(field, text)| !self.shows(&record, *field, text));
        match lost {
            Some((field, _)) if self.places[field.index()].as_ref() != Some(&full) => {
                Err(format!("a card cannot hold this value of {}", self.fields[field.index()]))
            }
            _ => Ok(patched),
        }
    }

    /// Whether a record shows what was to be written.
    fn shows(&self, record: &Record, field: FieldId, text: &str) -> bool {
        let text = as_read(text);
        let is_beside = || field.index() == self.phone && has_number(record, &OwnedCell::from(Some(text.clone())));
        // A number that was taken away leaves the next one in the cell.
        let is_gone = text.is_empty() && field.index() == self.phone && !self.numbers.is_empty();
        record.cell(field.index()).text() == text || is_beside() || is_gone
    }

    /// Whether a record holds what was to be written.
    pub(crate) fn holds(&self, record: &Record, set: &[(FieldId, String)]) -> bool {
        set.iter().all(|(field, text)| self.shows(record, *field, text))
    }

    /// A card for a new contact.
    pub(crate) fn made(&self, new: NewCard<'_>, set: &[(FieldId, String)]) -> Result<Card, String> {
        let set: Vec<_> = set.iter().filter(|(_, text)| !text.is_empty()).cloned().collect();
        let mut card = self.patched(&make(new), &set, None)?;
        let is_full = |field: &FieldId| self.places[field.index()].as_ref().is_some_and(Name::is_full);
        let full = set.iter().find(|(field, _)| is_full(field)).map(|(_, text)| text.as_str());
        let reads_parts = self.places.iter().flatten().any(Name::is_of_name);
        names::complete(&mut card, full.filter(|_| !reads_parts));
        Ok(card)
    }
}

/// Two fields in one place would overwrite each other.
fn apart(fields: &[Field], places: &[Option<Name>], numbers: &[(String, Name)]) -> Result<(), Error> {
    let own = fields.iter().zip(places).filter_map(|(field, place)| Some((field, place.as_ref()?)));
    // The first of several numbers is the phone's own place.
    let further = numbers.iter().skip(1).map(|(_, place)| (&Field::Phone, place));
    let all: Vec<(&Field, &Name)> = own.chain(further).collect();
    for (at, (field, place)) in all.iter().enumerate() {
        if let Some((first, _)) = all[..at].iter().find(|(_, other)| place.is_same(other)) {
            let message = if first == field {
                format!("{field}: the place `{place}` is named twice")
            } else {
                format!("{first} and {field} are both kept in the place `{place}` of a card")
            };
            return Err(Error::new(ErrorKind::Config, message).hint("each field needs a place of its own"));
        }
    }
    Ok(())
}

/// Whether one of a record's named numbers is this one.
fn has_number(record: &Record, cell: &OwnedCell) -> bool {
    let text = cell.as_cell().text();
    numbers::numbers(record.rest.as_deref()).any(|number| number.field.is_some() && number.text == text)
}

/// Checks the names of a mapping, and those of the scope.
pub fn check_fields(schema: &Schema, mapping: &[(Field, String)]) -> Result<(), Error> {
    Converter::new(schema, mapping).map(drop)
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
        assert!(bare.text().contains("FN:+1\r\n") && bare.text().contains("\r\nN:;;;;\r\n"), "{}", bare.text());
    }

    #[test]
    fn what_stands_in_for_a_name_is_never_read_as_one() {
        let new = NewCard { version: Version::V3, uid: "u" };
        let set = [(FieldId(1), "+1".to_owned())];
        for name in ["n.family", "n.given", "fn"] {
            let converter = converter(&[(Field::LastName, name), (Field::Phone, "tel"), (Field::Company, "org")]);
            let card = converter.made(new, &set).unwrap();
            let record = converter.record("a", &card);
            assert_eq!(record.cell(0).text(), "", "{name}: {}", card.text());
            assert!(card.text().contains("FN:+1\r\n"), "{}", card.text());
        }
        // A name that was given as a whole is one, also in N, where nobody reads that.
        let full = converter(&[(Field::LastName, "fn"), (Field::Phone, "tel")]);
        let card = full.made(new, &[(FieldId(0), "Ann Bell".to_owned()), (FieldId(1), "+1".to_owned())]).unwrap();
        assert!(card.text().contains("FN:Ann Bell\r\n") && card.text().contains("N:Ann Bell;;;;\r\n"));
        assert_eq!(full.record("a", &card).cell(0).text(), "Ann Bell");
        // A company's card shows the company: that is a name where no field holds the company.
        let card = Card::parse("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Acme\r\nORG:Acme\r\nTEL:+1\r\nEND:VCARD\r\n").unwrap();
        assert_eq!(full.record("a", &card).cell(0).text(), "Acme");
    }

    #[test]
    fn two_fields_in_one_place_are_refused() {
        for (fields, why) in [
            (vec![(Field::Company, "email"), (Field::Email, "email")], "`email`"),
            (vec![(Field::Phone, "tel:cell"), (Field::Custom("m".into()), "tel:mobile")], "`tel:mobile`"),
            (vec![(Field::Phone, "tel:cell"), (Field::Phone, "tel:cell")], "twice"),
            (vec![(Field::Phone, "tel"), (Field::Phone, "tel:x"), (Field::Custom("m".into()), "tel:x")], "`tel:x`"),
            (vec![(Field::Company, "org"), (Field::Custom("m".into()), "org.name")], "`org`"),
        ] {
            let schema = Schema::new(fields.iter().map(|(field, _)| field.clone()));
            let fields: Vec<_> = fields.into_iter().map(|(field, name)| (field, name.to_owned())).collect();
            let error = Converter::new(&schema, &fields).unwrap_err();
            assert!(error.kind == ErrorKind::Config && error.message.contains(why), "{}", error.message);
        }
        converter(&[(Field::Email, "email"), (Field::Custom("second".into()), "email:work")]);
    }

    #[test]
    fn all_places_of_a_number_are_told() {
        let converter = converter(&[(Field::Phone, "tel:cell"), (Field::Phone, "tel:work"), (Field::Email, "email")]);
        let told: Vec<_> = converter.mapping().map(|(field, place)| format!("{field} {place}")).collect();
        assert!(told.contains(&"phone tel:cell, tel:work".to_owned()), "{told:?}");
    }

    #[test]
    fn a_number_is_written_where_the_synced_one_stands() {
        let converter = converter(&[(Field::Phone, "tel:cell"), (Field::Phone, "tel:work")]);
        let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:Ann\r\nN:;Ann;;;\r\nTEL;TYPE=WORK:+2\r\nTEL;TYPE=HOME:+3\r\n\
                    TEL;TYPE=CELL:+1\r\nEND:VCARD\r\n";
        let card = Card::parse(text).unwrap();
        let mut record = converter.record("a", &card);
        assert_eq!(record.cell(converter.phone).text(), "+1");
        assert_eq!(record.rest.as_deref(), Some("tel:cell\t+1\ntel:work\t+2\n+3"));
        // The engine chose the second one.
        record.cells[converter.phone] = OwnedCell::Value("+2".into());
        let phone = FieldId(u16::try_from(converter.phone).unwrap());
        let set = [(phone, "+9".to_owned())];
        assert_eq!(converter.moved(&record, &converter.record("a", &card)), None);
        let patched = converter.patched(&card, &set, Some(&record)).unwrap();
        assert_eq!(patched.text(), text.replace("+2", "+9"));
        assert!(converter.holds(&converter.record("a", &patched), &set));
        assert!(converter.moved(&record, &converter.record("a", &patched)).is_some(), "somebody changed the number");
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
