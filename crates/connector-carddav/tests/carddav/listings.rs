//! Listings: whole or partial, never short; cards that cannot be read are there all the same.

use crate::common::{Fake, apply, card, cell, delete, is_blank, list, multistatus, run, update};
use connector::{Connector, ErrorKind, Feed, NoProgress, Presence, WriteResult};
use model::{Field, Record, RecordId};
use testkit::web::{Answer, Reply};

const BROKEN: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bo\r\nthis line is none\r\nEND:VCARD\r\n";

fn three() -> Fake {
    Fake::with(&[
        ("a.vcf", card("Ann", "Bell", "+14155550101", "TEL;TYPE=FAX:+14155550109\r\n")),
        ("b.vcf", card("Bo", "Cho", "+14155550102", "")),
        ("c.vcf", card("Cy", "Dee", "+14155550103", "")),
    ])
}

#[test]
fn a_listing_has_everybody_and_their_other_numbers() {
    let fake = three();
    let records = list(&fake.connector());
    assert_eq!(
        records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(),
        ["/b/a.vcf", "/b/b.vcf", "/b/c.vcf"]
    );
    assert_eq!(records[0].rest.as_deref(), Some("+14155550109"));
    assert_eq!(records[1].rest, None);
    // One to find the book, one for its members, one for all the cards.
    assert_eq!(fake.server.seen().len(), 3);
}

#[test]
fn cards_that_a_multiget_leaves_out_are_asked_for() {
    let fake = three();
    fake.state().hidden = vec!["b.vcf".to_owned()];
    let connector = fake.connector();
    assert_eq!(list(&connector).len(), 3);
    assert_eq!(fake.server.count("GET"), 1);
    // The same for single records; one that is really gone is known by the server's own 404.
    fake.state().hidden.push("gone.vcf".to_owned());
    let ids = ["/b/gone.vcf", "/b/b.vcf", "/elsewhere/x.vcf"].map(RecordId::from);
    let read = run(connector.read(&ids, &NoProgress)).unwrap();
    assert!(matches!(&read[..], [Presence::Gone, Presence::Present(_), Presence::Unclear { .. }]), "{read:?}");
}

#[test]
fn a_card_that_no_one_gets_to_see_makes_the_listing_partial() {
    let fake = three();
    fake.state().hidden = vec!["b.vcf".to_owned()];
    fake.state().instead =
        Some(Box::new(|request| (request.method == "GET").then(|| Reply::Whole(Answer::new(403, "")))));
    let connector = fake.connector();
    let listing = run(connector.list(&NoProgress)).unwrap();
    assert!(!listing.is_complete(), "{:?}", listing.coverage);
    assert_eq!(connector.cursor(), None, "what was not seen whole is no ground for changes");
    let read = run(connector.read(&["/b/b.vcf".into()], &NoProgress)).unwrap();
    assert!(matches!(read[0], Presence::Unclear { .. }), "{read:?}");
}

#[test]
fn a_card_that_does_not_parse_is_there_and_left_alone() {
    let fake = three();
    fake.state().put("b.vcf", BROKEN);
    let connector = fake.connector();
    let listing = run(connector.list(&NoProgress)).unwrap();
    assert!(listing.is_complete());
    let [note] = &listing.notes[..] else { panic!("{:?}", listing.notes) };
    assert!(note.contains("/b/b.vcf") && note.contains("line 4 has no colon"), "{note}");
    let records: Vec<Record> = listing.table.iter().map(model::RowRef::to_record).collect();
    assert!(is_blank(&records[1]) && !is_blank(&records[0]));
    let read = run(connector.read(&[records[1].id.clone()], &NoProgress)).unwrap();
    assert!(matches!(&read[0], Presence::Present(record) if is_blank(record)), "{read:?}");
    // Whoever wants to write there is refused, and the bytes stay.
    let results = apply(&connector, &[update(&records[1], &Field::FirstName, "Bob"), delete(&records[1])]);
    assert!(results.iter().all(|result| matches!(result, WriteResult::Refused { .. })), "{results:?}");
    assert_eq!(fake.text("b.vcf"), BROKEN);
    // It is named again where only changes are read, and not any more once it is mended.
    let feed = |cursor: &str, fake: &Fake, answer: &'static str| {
        let answer = multistatus(answer);
        fake.state().instead = Some(Box::new(move |request| {
            request.text().contains("sync-collection").then(|| Reply::Whole(answer.clone()))
        }));
        let connector = fake.connector();
        let Feed::Changes { notes, .. } = run(connector.changes(cursor, &NoProgress)).unwrap() else { panic!() };
        (notes, connector.cursor().unwrap())
    };
    let (notes, cursor) = feed(&connector.cursor().unwrap(), &fake, "<d:sync-token>t2</d:sync-token>");
    assert_eq!(notes, listing.notes);
    fake.state().put("b.vcf", &card("Bo", "Cho", "+14155550102", ""));
    let changed = "<d:response><d:href>/b/b.vcf</d:href><d:propstat><d:prop/></d:propstat></d:response>\
        <d:sync-token>t3</d:sync-token>";
    assert!(feed(&cursor, &fake, changed).0.is_empty());
}

#[test]
fn one_answer_that_is_no_xml_spoils_no_other_card() {
    let fake = three();
    fake.state().instead = Some(Box::new(|request| {
        let spoiled = request.method == "REPORT" && request.text().contains("b.vcf");
        spoiled.then(|| Reply::Whole(Answer::new(207, "<d:multistatus xmlns:d=\"DAV:\">\u{b}</d:multistatus>")))
    }));
    let records = list(&fake.connector());
    assert_eq!(records.iter().map(|record| cell(record, &Field::FirstName)).collect::<Vec<_>>(), ["Ann", "Bo", "Cy"]);
}

#[test]
fn lists_of_contacts_are_no_contacts() {
    let fake = three();
    let group = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:All\r\nN:All;;;;\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nEND:VCARD\r\n";
    fake.state().put("g.vcf", group);
    assert_eq!(list(&fake.connector()).len(), 3);
}

#[test]
fn a_book_that_is_gone_is_an_error_and_no_empty_listing() {
    let fake = three();
    let connector = fake.connector();
    list(&connector);
    for status in [404, 410] {
        fake.state().instead = Some(Box::new(move |_| Some(Reply::Whole(Answer::new(status, "")))));
        let error = run(connector.list(&NoProgress)).unwrap_err();
        assert!(error.kind == ErrorKind::Config && error.message.contains("is gone"), "{error:?}");
    }
    let error = run(fake.connector().identify()).unwrap_err();
    assert!(error.message.contains("not there"), "{error:?}");
}

#[test]
fn trouble_on_the_way_is_waited_out() {
    let fake = three();
    let mut left = 2;
    fake.state().instead = Some(Box::new(move |request| {
        (request.method == "REPORT" && left > 0).then(|| {
            left -= 1;
            if left == 1 { Reply::Cut(Answer::new(207, "<x/>")) } else { Reply::Whole(Answer::new(503, "")) }
        })
    }));
    assert_eq!(list(&fake.connector()).len(), 3);
}

#[test]
fn half_an_answer_is_asked_for_again() {
    let fake = three();
    let mut left = 1;
    fake.state().instead = Some(Box::new(move |request| {
        (request.header("depth") == Some("1") && request.method == "PROPFIND" && left > 0).then(|| {
            left -= 1;
            Reply::Whole(Answer::new(207, "<d:multistatus xmlns:d=\"DAV:\"><d:response>"))
        })
    }));
    assert_eq!(list(&fake.connector()).len(), 3);
}

#[test]
fn many_cards_come_a_hundred_at_a_time() {
    let fake = Fake::new();
    for at in 0..250 {
        fake.state().put(&format!("{at}.vcf"), &card("Ann", "Bell", &format!("+1415555{at:04}"), ""));
    }
    assert_eq!(list(&fake.connector()).len(), 250);
    assert_eq!(fake.server.count("REPORT"), 3);
}
