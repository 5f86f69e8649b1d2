//! Writes against servers that ignore conditions, rewrite cards, keep silent or lose answers.

use crate::common::{Fake, apply, cell, create, delete, done, list, run, update};
use connector::{Connector, NoProgress, Presence, WriteResult};
use model::{Field, Record};
use testkit::web::{Answer, Reply};

const RICH: &str = "BEGIN:VCARD\nVERSION:3.0\nPRODID:-//x\nitem2.X-Odd;p=\"a:b\":un\n touched\nFN:Ann Bell\nN:Bell;Ann;;;\n\
    TEL;TYPE=WORK:+14155550100\nitem1.TEL;type=pref:+1 415-555-0101\nitem1.X-ABLabel:Dog\n\
    PHOTO;ENCODING=b;TYPE=JPEG:AAAA\n  BBBB\nEND:VCARD\n";

fn rich() -> Fake {
    Fake::with(&[("a.vcf", RICH.to_owned())])
}

fn only(connector: &dyn Connector) -> Record {
    let mut records = list(connector);
    assert_eq!(records.len(), 1);
    records.remove(0)
}

#[test]
fn an_edit_leaves_every_other_byte() {
    let fake = rich();
    let connector = fake.connector();
    let (_, stored) = done(&apply(&connector, &[update(&only(&connector), &Field::Phone, "+14155550199")])[0]);
    assert_eq!(cell(&stored.unwrap(), &Field::Phone), "+14155550199");
    assert_eq!(fake.text("a.vcf"), RICH.replace("+1 415-555-0101", "+14155550199"));
    let puts: Vec<_> = fake.server.seen().into_iter().filter(|request| request.method == "PUT").collect();
    assert_eq!(puts.len(), 1);
    assert_eq!(puts[0].header("if-match"), Some("\"1\""));
    assert_eq!(puts[0].header("content-type"), Some("text/vcard; charset=utf-8"));
}

#[test]
fn the_name_that_is_shown_follows() {
    let fake = rich();
    let connector = fake.connector();
    apply(&connector, &[update(&only(&connector), &Field::FirstName, "Anna")]);
    assert_eq!(fake.text("a.vcf"), RICH.replace("FN:Ann Bell", "FN:Anna Bell").replace("N:Bell;Ann;", "N:Bell;Anna;"));
}

#[test]
fn what_moved_is_stale_whether_the_server_minds_or_not() {
    for ignores in [false, true] {
        let fake = rich();
        fake.state().ignores_conditions = ignores;
        let connector = fake.connector();
        let seen = only(&connector);
        fake.state().put("a.vcf", &RICH.replace("Bell;Ann", "Bell;Bea"));
        let results = apply(&connector, &[update(&seen, &Field::FirstName, "Anna"), delete(&seen)]);
        assert!(results.iter().all(|result| matches!(result, WriteResult::Stale { .. })), "{results:?}");
        assert_eq!(fake.server.count("PUT") + fake.server.count("DELETE"), 0);
        fake.state().cards.clear();
        let results = apply(&connector, &[update(&seen, &Field::FirstName, "Anna")]);
        assert!(matches!(results[0], WriteResult::Stale { .. }), "{results:?}");
    }
}

#[test]
fn what_moves_between_look_and_write_is_stale() {
    let fake = rich();
    let connector = fake.connector();
    let seen = only(&connector);
    fake.state().meanwhile = Some(Box::new(|request, cards| {
        if request.method == "PUT" {
            cards.insert("a.vcf".to_owned(), (77, RICH.replace("PRODID:-//x", "PRODID:-//y")));
        }
    }));
    let results = apply(&connector, &[update(&seen, &Field::FirstName, "Anna")]);
    assert!(matches!(results[0], WriteResult::Stale { .. }), "{results:?}");
    assert!(fake.text("a.vcf").contains("Bell;Ann;"));
}

#[test]
fn a_server_that_rewrites_cards_is_looked_at() {
    fn sorted(text: &str) -> String {
        let body = text.replace("\r\n", "\n").replace("\n ", "");
        let mut lines: Vec<&str> = body.lines().filter(|line| !line.contains(":VCARD")).collect();
        lines.sort_unstable();
        format!("BEGIN:VCARD\r\n{}\r\nREV:20260101T000000Z\r\nEND:VCARD\r\n", lines.join("\r\n").to_uppercase())
    }
    for is_silent in [false, true] {
        let fake = rich();
        fake.state().rewrite = Some(sorted);
        fake.state().is_silent = is_silent;
        let connector = fake.connector();
        let (id, stored) = done(&apply(&connector, &[update(&only(&connector), &Field::FirstName, "Anna")])[0]);
        assert_eq!(cell(&stored.unwrap(), &Field::FirstName), "ANNA", "what it holds, not what was sent");
        assert_eq!(id.as_str(), "/b/a.vcf");
    }
}

#[test]
fn a_write_whose_answer_is_lost_is_sent_again_on_its_condition_and_looked_at() {
    for (method, writes) in [("PUT", 0), ("DELETE", 1)] {
        let fake = rich();
        let connector = fake.connector();
        let seen = only(&connector);
        // It lands, and the connection breaks; the second sending meets its own work.
        let state = std::sync::Arc::clone(&fake.state);
        let mut lost = 0;
        let instead = move |request: &testkit::web::Request| {
            (request.method == method && lost == 0).then(|| {
                lost += 1;
                Reply::Nothing
            })
        };
        let _ = state;
        fake.state().instead = Some(Box::new(instead));
        fake.state().meanwhile = Some(Box::new(move |request, cards| {
            if request.method == "PUT" {
                cards.insert("a.vcf".to_owned(), (9, request.text()));
            } else if request.method == "DELETE" {
                cards.clear();
            }
        }));
        let write = if writes == 0 { update(&seen, &Field::FirstName, "Anna") } else { delete(&seen) };
        let results = apply(&connector, &[write]);
        assert!(matches!(results[0], WriteResult::Done { .. }), "{method}: {results:?}");
        assert_eq!(fake.server.count(method), 2);
    }
}

#[test]
fn a_write_that_nobody_knows_the_end_of_is_unknown() {
    let fake = rich();
    let connector = fake.connector();
    let seen = only(&connector);
    let is_write = |request: &testkit::web::Request| matches!(request.method.as_str(), "PUT" | "DELETE");
    fake.state().instead = Some(Box::new(move |request| is_write(request).then_some(Reply::Nothing)));
    for write in [update(&seen, &Field::FirstName, "Anna"), delete(&seen), create("Bo", "+14155550102")] {
        let results = apply(&connector, std::slice::from_ref(&write));
        assert!(matches!(results[0], WriteResult::Unknown { .. }), "{results:?}");
    }
    assert_eq!(fake.text("a.vcf"), RICH);
}

#[test]
fn a_lost_create_is_found_again() {
    let fake = Fake::new();
    let connector = fake.connector();
    // The server takes it, and nothing that follows gets through.
    fake.state().meanwhile = Some(Box::new(|request, cards| {
        if request.method == "PUT" {
            cards.insert(request.path.trim_start_matches("/b/").to_owned(), (1, request.text()));
        }
    }));
    let mut is_down = false;
    fake.state().instead = Some(Box::new(move |request| {
        is_down |= request.method == "PUT";
        is_down.then_some(Reply::Nothing)
    }));
    let write = create("Bo", "+14155550102");
    assert!(matches!(apply(&connector, std::slice::from_ref(&write))[0], WriteResult::Unknown { .. }));
    fake.state().instead = None;
    fake.state().meanwhile = None;
    let Presence::Present(found) = run(connector.look_up(&write, &NoProgress)).unwrap() else { panic!("not found") };
    assert_eq!(found.id, list(&connector)[0].id);
    assert_eq!(cell(&found, &Field::Phone), "+14155550102");
    assert_eq!(fake.state().cards.len(), 1);
}

#[test]
fn a_new_card_never_overwrites_another() {
    let fake = Fake::new();
    let connector = fake.connector();
    let results = apply(&connector, &[create("Bo", "+14155550102"), create("Cy", "+14155550103")]);
    let ids: Vec<_> = results.iter().map(|result| done(result).0).collect();
    assert_ne!(ids[0], ids[1]);
    let puts: Vec<_> = fake.server.seen().into_iter().filter(|request| request.method == "PUT").collect();
    assert!(puts.iter().all(|put| put.header("if-none-match") == Some("*") && put.header("if-match").is_none()));
    assert!(puts[0].text().contains("\r\nUID:00000000-0000-4000-8000-"), "{}", puts[0].text());
}

#[test]
fn every_way_of_saying_deleted_counts() {
    for status in [200, 204, 404, 410] {
        let fake = rich();
        fake.state().delete_status = status;
        let connector = fake.connector();
        let results = apply(&connector, &[delete(&only(&connector))]);
        assert!(matches!(results[0], WriteResult::Done { .. }), "{status}: {results:?}");
    }
    // One that only says so is not believed.
    let fake = rich();
    let connector = fake.connector();
    let seen = only(&connector);
    fake.state().instead =
        Some(Box::new(|request| (request.method == "DELETE").then(|| Reply::Whole(Answer::new(204, "")))));
    let results = apply(&connector, &[delete(&seen)]);
    assert!(matches!(results[0], WriteResult::Unknown { .. }), "{results:?}");
}

#[test]
fn refusals_are_told_in_the_servers_words() {
    let fake = rich();
    let connector = fake.connector();
    let seen = only(&connector);
    let error = "<d:error xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><c:no-uid-conflict/></d:error>";
    fake.state().instead =
        Some(Box::new(move |request| (request.method == "PUT").then(|| Reply::Whole(Answer::new(409, error)))));
    let results = apply(&connector, &[update(&seen, &Field::FirstName, "Anna")]);
    assert!(
        matches!(&results[0], WriteResult::Refused { message } if message.contains("no-uid-conflict")),
        "{results:?}"
    );
    // A 412 may mean the card itself as well: that is no change by somebody else, and would be none the next time.
    let error = "<d:error xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><c:valid-address-data>not a card\
                 </c:valid-address-data></d:error>";
    fake.state().instead =
        Some(Box::new(move |request| (request.method == "PUT").then(|| Reply::Whole(Answer::new(412, error)))));
    let results = apply(&connector, &[update(&seen, &Field::FirstName, "Anna")]);
    let is_told = |message: &str| message.contains("valid-address-data") && message.contains("not a card");
    assert!(matches!(&results[0], WriteResult::Refused { message } if is_told(message)), "{results:?}");
    // What names the header, as some do, speaks of the condition.
    let error = "<d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\"><s:header>If-Match</s:header></d:error>";
    fake.state().instead =
        Some(Box::new(move |request| (request.method == "PUT").then(|| Reply::Whole(Answer::new(412, error)))));
    let results = apply(&connector, &[update(&seen, &Field::FirstName, "Anna")]);
    assert!(matches!(&results[0], WriteResult::Stale { .. }), "{results:?}");
    // Without the right to write the run ends, and nothing was sent.
    fake.state().instead = Some(Box::new(|request| {
        let error = "<d:error xmlns:d=\"DAV:\"><d:need-privileges/></d:error>";
        (request.method == "PUT").then(|| Reply::Whole(Answer::new(403, error)))
    }));
    let error = run(connector.apply(&[update(&seen, &Field::FirstName, "Anna")], &NoProgress)).unwrap_err();
    assert_eq!(error.kind, connector::ErrorKind::Forbidden);
    assert!(error.hint.as_ref().unwrap().contains("right to edit"), "{error:?}");
}

/// One that locks the whole book for each write: the others are turned away.
#[test]
fn a_server_that_takes_one_write_at_a_time_gets_one_at_a_time() {
    let fake = Fake::new();
    let connector = fake.connector();
    let mut turned_away = false;
    fake.state().instead = Some(Box::new(move |request| {
        let first = request.method == "PUT" && !turned_away;
        turned_away |= first;
        first.then(|| Reply::Whole(Answer::new(423, "")))
    }));
    let results = apply(&connector, &[create("Bo", "+14155550102"), create("Cy", "+14155550103")]);
    assert!(results.iter().all(|result| matches!(result, WriteResult::Done { .. })), "{results:?}");
    assert!(connector.learned().iter().any(|(name, _)| name == "carddav.one_by_one"), "{:?}", connector.learned());
    // Somebody else's lock does not go away: the server's no.
    fake.state().instead =
        Some(Box::new(|request| (request.method == "PUT").then(|| Reply::Whole(Answer::new(423, "")))));
    let results = apply(&connector, &[create("Di", "+14155550104")]);
    assert!(matches!(&results[0], WriteResult::Refused { message } if message.contains("423")), "{results:?}");
    assert_eq!(fake.state().cards.len(), 2);
}

#[test]
fn a_batch_is_looked_at_in_one_request() {
    let fake = Fake::new();
    let connector = fake.connector();
    let creates: Vec<_> = (0..50).map(|at| create("Bo", &format!("+1415555{at:04}"))).collect();
    let before = connector.requests();
    apply(&connector, &creates);
    let forecast = connector.forecast(&connector::Workload { bulk_creates: 50, ..Default::default() });
    // And one to find the book, which a run has done before it writes.
    assert_eq!(connector.requests() - before, forecast.requests + 1);
    let records = list(&connector);
    let before = connector.requests();
    let updates: Vec<_> = records.iter().map(|record| update(record, &Field::Email, "x@example.com")).collect();
    apply(&connector, &updates);
    let forecast = connector.forecast(&connector::Workload { single_updates: 50, ..Default::default() });
    assert_eq!(connector.requests() - before, forecast.requests);
    let records = list(&connector);
    let before = connector.requests();
    apply(&connector, &records.iter().map(delete).collect::<Vec<_>>());
    let forecast = connector.forecast(&connector::Workload { deletes: 50, ..Default::default() });
    assert_eq!(connector.requests() - before, forecast.requests);
    assert!(fake.state().cards.is_empty());
}
