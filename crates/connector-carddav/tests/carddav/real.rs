//! What only a real server shows: how it keeps cards, what its tokens are worth, who may come in.

use crate::common::{apply, card, cell, config, connector, create, delete, done, list, of, run, schema, update};
use connector::{Connector, ErrorKind, Feed, NoProgress, WriteResult};
use connector_carddav::{Auth, CarddavConnector, Config};
use model::{Field, Secret};
use testkit::dav::{BOOK_NAME, Dav, Kind, USER};

fn on_both(test: impl Fn(&Dav)) {
    for kind in Kind::ALL {
        if let Some(dav) = kind.start() {
            test(&dav);
        }
    }
}

const RICH: &str = "item1.TEL;TYPE=WORK:+14155550199\r\nitem1.X-ABLabel:Dog\r\nX-Unknown;FOO=bar:kept\r\n\
    NOTE:one\\, two\\nthree\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQ\r\n gFBQQEBQoHBwYIDAoMDAsK\r\n";

#[test]
fn an_edit_keeps_what_nobody_edited() {
    on_both(|dav| {
        let rich = card("Ann", "Bell", "+14155550101", RICH);
        dav.put("ann.vcf", &rich);
        let before = dav.card("ann.vcf").unwrap();
        let connector = of(dav);
        let record = list(&connector).remove(0);
        assert_eq!(record.rest.as_deref(), Some("+14155550199"));
        let (_, stored) = done(&apply(&connector, &[update(&record, &Field::Phone, "+14155550102")])[0]);
        assert_eq!(cell(&stored.unwrap(), &Field::Phone), "+14155550102");
        let after = dav.card("ann.vcf").unwrap();
        assert_eq!(after, before.replace("+14155550101", "+14155550102"), "{:?}", dav.kind());
        if dav.kind() == Kind::Xandikos {
            assert_eq!(before, rich, "byte for byte");
        }
    });
}

#[test]
fn cards_are_created_changed_and_deleted() {
    on_both(|dav| {
        let connector = of(dav);
        let results =
            apply(&connector, &[create("Ann", "+14155550101"), create("Björk \u{1f600};,\\", "+14155550102")]);
        assert!(
            results.iter().all(|result| matches!(result, WriteResult::Done { stored: Some(_), .. })),
            "{results:?}"
        );
        let mut records = list(&connector);
        records.sort_by_key(|record| cell(record, &Field::Phone).to_owned());
        assert_eq!(cell(&records[1], &Field::FirstName), "Björk \u{1f600};,\\");
        assert_eq!(done(&results[0]).0, records[0].id);
        apply(&connector, &[update(&records[0], &Field::Email, "a@example.com"), delete(&records[1])]);
        let left = list(&connector);
        assert_eq!(left.len(), 1);
        assert_eq!(cell(&left[0], &Field::Email), "a@example.com");
        assert_eq!(dav.names().len(), 1);
    });
}

/// Xandikos locks the whole book for each write and may answer 423 to all others.
#[test]
fn many_writes_at_once_come_through() {
    on_both(|dav| {
        let connector = of(dav);
        let creates: Vec<_> = (0..20).map(|at| create("Ann", &format!("+141555501{at:02}"))).collect();
        let results = apply(&connector, &creates);
        assert!(
            results.iter().all(|result| matches!(result, WriteResult::Done { .. })),
            "{:?} {results:?}",
            dav.kind()
        );
        assert_eq!(list(&connector).len(), 20);
    });
}

#[test]
fn a_feed_tells_what_changed() {
    on_both(|dav| {
        for at in 0..8 {
            dav.put(&format!("{at}.vcf"), &card("Ann", "Bell", &format!("+141555501{at:02}"), ""));
        }
        let first = of(dav);
        list(&first);
        let cursor = first.cursor().expect("both have a feed");
        let quiet = of(dav);
        let feed = run(quiet.changes(&cursor, &NoProgress)).unwrap();
        assert!(
            matches!(&feed, Feed::Changes { changed, gone, .. } if changed.is_empty() && gone.is_empty()),
            "{feed:?}"
        );
        dav.put("3.vcf", &card("Bea", "Bell", "+14155550103", ""));
        dav.put("9.vcf", &card("New", "Bell", "+14155550109", ""));
        dav.remove("4.vcf");
        let next = of(dav);
        let feed = run(next.changes(&quiet.cursor().unwrap(), &NoProgress)).unwrap();
        let Feed::Changes { changed, gone, .. } = feed else { panic!("{feed:?}") };
        let mut names: Vec<_> =
            changed.iter().map(|row| cell(&row.to_record(), &Field::FirstName).to_owned()).collect();
        names.sort();
        assert_eq!(names, ["Bea", "New"]);
        assert_eq!(gone, [format!("{}4.vcf", dav.book()).into()]);
        // A token of another server, or none that was ever given.
        for token in ["0000000000000000000000000000000000000000", "http://radicale.org/ns/sync/00", "nonsense"] {
            let foreign = format!("carddav/1\n{}\n8\n{token}", dav.book());
            let feed = run(of(dav).changes(&foreign, &NoProgress)).unwrap();
            assert!(matches!(feed, Feed::StartOver { .. }), "{:?} {token}: {feed:?}", dav.kind());
        }
    });
}

#[test]
fn a_card_that_does_not_parse_is_reported() {
    // Put there behind the server's back: it would not take it.
    let Some(dav) = Kind::Xandikos.start() else { return };
    let broken = "BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Bo\r\nN:Bo;;;;\r\nTEL;CELL:+14155550102\r\nEND:VCARD\r\n";
    dav.put("ann.vcf", &card("Ann", "Bell", "+14155550101", ""));
    dav.put("bo.vcf", broken);
    let listing = run(of(&dav).list(&NoProgress)).unwrap();
    assert!(listing.is_complete() && listing.table.len() == 2);
    assert!(listing.notes[0].contains("bo.vcf") && listing.notes[0].contains("2.1"), "{:?}", listing.notes);
}

#[test]
fn the_book_is_found_and_named() {
    on_both(|dav| {
        let identity = run(of(dav).identify()).unwrap();
        assert!(identity.fingerprint.ends_with(&dav.book()), "{identity:?}");
        let direct = run(connector(&format!("{}{}", dav.url().trim_end_matches('/'), dav.book())).identify()).unwrap();
        assert_eq!(direct.fingerprint, identity.fingerprint);
        if dav.kind() == Kind::Radicale {
            let named = Config { address_book: Some(BOOK_NAME.to_owned()), ..config(&dav.url()) };
            run(CarddavConnector::new(named, &schema()).unwrap().identify()).unwrap();
        }
    });
}

#[test]
fn a_wrong_password_is_told() {
    let Some(dav) = Kind::Radicale.start() else { return };
    let auth = Auth::Basic { user: USER.to_owned(), password: Secret::new("wrong") };
    let connector = CarddavConnector::new(Config { auth, ..config(&dav.url()) }, &schema()).unwrap();
    assert_eq!(run(connector.identify()).unwrap_err().kind, ErrorKind::Credentials);
}
