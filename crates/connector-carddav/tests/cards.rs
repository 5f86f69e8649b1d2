//! Cards as programs write them (`fixtures/vcards`): what is read out of each place, and that an edit of each place leaves
//! all other lines to the byte.
#![allow(clippy::unwrap_used)]

use connector_carddav::card::Card;
use connector_carddav::{Held, Name};

fn fixture(name: &str) -> String {
    let path = format!("{}/../../fixtures/vcards/{name}.vcf", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// Fixture, place, text; `None`: in an encoding that is not read.
const READ: &[(&str, &str, Option<&str>)] = &[
    ("apple", "tel", Some("+1 (415) 555-0101")),
    ("apple", "tel:work", Some("")),
    ("apple", "tel:fax", Some("+1 (415) 555-0109")),
    ("apple", "tel:applewatch", Some("+1 (415) 555-0108")),
    ("apple", "tel:home", Some("")),
    ("apple", "email", Some("ann@example.com")),
    ("apple", "email:home", Some("ann@home.example.org")),
    ("apple", "email:office", Some("ann@example.com")),
    ("apple", "n.given", Some("Ann")),
    ("apple", "n.prefix", Some("Dr.")),
    ("apple", "org", Some("Acme, Inc.")),
    ("apple", "org.unit", Some("")),
    ("apple", "adr:work.city", Some("San Francisco")),
    ("apple", "adr.street", Some("1 Main St\nFloor 2")),
    ("apple", "note", Some("Met at the fair; likes tea, not coffee")),
    ("nextcloud4", "tel", Some("+49-30-23125-101")),
    ("nextcloud4", "tel:home", Some("tel:+49-30-23125-102;ext=7")),
    ("nextcloud4", "email", Some("eins@example.org")),
    ("nextcloud4", "email:work", Some("zwei@example.org")),
    ("nextcloud4", "org.unit", Some("Einkauf")),
    ("nextcloud4", "categories", Some("Kunden,Berlin")),
    ("nextcloud4", "note", Some("Zeile eins\nZeile zwei mit einem ziemlich langen Text, der gefaltet wird")),
    ("google", "tel", Some("+14155550120")),
    ("google", "tel:cell", Some("+14155550120")),
    ("google", "tel:mobile", Some("+14155550120")),
    ("google", "tel:work", Some("")),
    ("google", "org", Some("Example Org")),
    ("google", "url", Some("https://example.org/zoe")),
    ("google", "x-phonetic-first-name", Some("Zo-ee")),
    ("company", "tel", Some("+14155550130")),
    ("company", "tel:pager", Some("+14155550131")),
    ("company", "n.given", Some("")),
    ("company", "note", None),
    ("odd", "tel", Some("+1 415 555 0141")),
    ("odd", "tel:cell", Some("+1 415 555 0140")),
    ("odd", "n.given", Some("lower")),
    ("odd", "n.suffix", Some("")),
    ("odd", "email", Some("")),
];

#[test]
fn every_place_is_read() {
    for (name, place, text) in READ {
        let held = place.parse::<Name>().unwrap().get(&Card::parse(&fixture(name)).unwrap());
        let expected = text.map_or(Held::Unreadable, |text| Held::Text(text.to_owned()));
        assert_eq!(held, expected, "{name} {place}");
    }
}

#[test]
fn an_edit_of_a_place_leaves_every_other_line() {
    for (name, place, text) in READ {
        if text.is_none() {
            continue;
        }
        let before = fixture(name);
        let place_name: Name = place.parse().unwrap();
        let mut card = Card::parse(&before).unwrap();
        assert_eq!(card.text(), before, "{name}");
        place_name.set(&mut card, "+1999;new, \\ text").unwrap();
        let again = Card::parse(&card.text()).unwrap();
        // A `tel:` address takes no blanks.
        let held = place_name.get(&again);
        let kept = ["+1999;new, \\ text", "+1999;new,-\\-text", "tel:+1999;new,-\\-text"];
        assert!(kept.iter().any(|text| held == Held::Text((*text).to_owned())), "{name} {place}: {held:?}");
        // Physical lines of the card before, less those of the one that was edited, are all there, in their order.
        let after = card.text();
        let mut rest = after.as_str();
        let mut missing = 0;
        for line in before.split_inclusive('\n') {
            match rest.find(line) {
                Some(at) => rest = &rest[at + line.len()..],
                None => missing += 1,
            }
        }
        let most = if *place == "note" { 2 } else { 1 };
        assert!(missing <= most, "{name} {place}: {missing} lines are gone from\n{after}");
        // And what was set is taken away again.
        place_name.set(&mut card, "").unwrap();
        assert_ne!(place_name.get(&card), held, "{name} {place}");
    }
}
