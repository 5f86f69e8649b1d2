//! Feeds of changes: what a token brings, and all the ways in which servers say that they do not know it.

use crate::common::{BOOK, Fake, card, cell, multistatus, response, run};
use connector::{Connector, Feed, NoProgress};
use model::Field;
use testkit::web::{Answer, Reply, Request};

fn fake() -> Fake {
    let fake = Fake::new();
    for at in 0..10 {
        fake.state().put(&format!("{at}.vcf"), &card("Ann", "Bell", &format!("+141555500{at:02}"), ""));
    }
    fake
}

/// A cursor of a full listing.
fn cursor(fake: &Fake) -> String {
    let connector = fake.connector();
    run(connector.list(&NoProgress)).unwrap();
    connector.cursor().unwrap()
}

fn is_feed(request: &Request) -> bool {
    request.method == "REPORT" && request.text().contains("sync-collection")
}

fn says(fake: &Fake, mut answers: Vec<Answer>) {
    answers.reverse();
    fake.state().instead =
        Some(Box::new(move |request| is_feed(request).then(|| answers.pop().map(Reply::Whole)).flatten()));
}

fn changed(name: &str) -> String {
    response(&format!("{BOOK}{name}"), "<d:getetag>\"9\"</d:getetag>")
}

fn gone(name: &str) -> String {
    format!("<d:response><d:href>{BOOK}{name}</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>")
}

fn token(text: &str) -> String {
    format!("<d:sync-token>{text}</d:sync-token>")
}

fn feed(fake: &Fake, cursor: &str) -> (Feed, Option<String>) {
    let connector = fake.connector();
    let feed = run(connector.changes(cursor, &NoProgress)).unwrap();
    (feed, connector.cursor())
}

#[test]
fn changes_are_told_with_whole_records() {
    let fake = fake();
    let cursor = cursor(&fake);
    says(&fake, vec![multistatus(&format!("{}{}{}", changed("3.vcf"), gone("4.vcf"), token("t2")))]);
    let (feed, next) = feed(&fake, &cursor);
    let Feed::Changes { changed, gone, .. } = feed else { panic!("{feed:?}") };
    assert_eq!(gone, ["/b/4.vcf".into()]);
    assert_eq!(changed.len(), 1);
    assert_eq!(cell(&changed.row(0).to_record(), &Field::Phone), "+14155550003");
    assert!(next.unwrap().contains("t2"));
    assert!(fake.server.seen().iter().all(|request| !request.text().contains("nresults")));
}

#[test]
fn a_feed_in_pieces_is_put_together() {
    let fake = fake();
    let cursor = cursor(&fake);
    let cut = format!(
        "<d:response><d:href>{BOOK}</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
    );
    says(
        &fake,
        vec![
            multistatus(&format!("{}{cut}{}", changed("1.vcf"), token("t2"))),
            multistatus(&format!("{}{}", changed("2.vcf"), token("t3"))),
        ],
    );
    let (feed, next) = feed(&fake, &cursor);
    assert!(matches!(&feed, Feed::Changes { changed, .. } if changed.len() == 2), "{feed:?}");
    assert!(next.unwrap().contains("t3"));
}

#[test]
fn a_token_that_is_not_known_any_more_starts_over() {
    let fake = fake();
    let cursor = cursor(&fake);
    let error = "<d:error xmlns:d=\"DAV:\"><d:valid-sync-token/></d:error>";
    for status in [400, 403, 409, 410, 412, 500] {
        says(&fake, vec![Answer::new(status, error)]);
        let before = fake.server.seen().len();
        let (feed, next) = feed(&fake, &cursor);
        assert!(matches!(feed, Feed::StartOver { .. }), "{status}: {feed:?}");
        assert_eq!(next, None, "{status}");
        // One to find the book, and the question: a 500 is an answer, and not asked for again.
        assert_eq!(fake.server.seen().len() - before, 2, "{status}");
    }
}

#[test]
fn a_full_answer_is_no_list_of_changes() {
    let fake = fake();
    let cursor = cursor(&fake);
    // Six were deleted, and the token lost: the server shows what is left, and no word of the six.
    fake.state().cards.retain(|name, _| name.as_str() < "5.vcf");
    let left: String = (0..5).map(|at| changed(&format!("{at}.vcf"))).collect();
    says(&fake, vec![multistatus(&format!("{left}{}", token("t2")))]);
    let (feed, next) = feed(&fake, &cursor);
    assert!(matches!(feed, Feed::StartOver { .. }), "{feed:?}");
    assert_eq!(next, None);
}

#[test]
fn changes_that_do_not_say_what_became_of_a_card_start_over() {
    let fake = fake();
    let cursor = cursor(&fake);
    let odd =
        format!("<d:response><d:href>{BOOK}1.vcf</d:href><d:status>HTTP/1.1 403 Forbidden</d:status></d:response>");
    let endless =
        format!("<d:response><d:href>{BOOK}</d:href><d:status>HTTP/1.1 507 No</d:status></d:response>{}", token("t1"));
    for answer in [multistatus(&format!("{odd}{}", token("t2"))), multistatus(&changed("1.vcf")), multistatus(&endless)]
    {
        says(&fake, vec![answer]);
        assert!(matches!(feed(&fake, &cursor).0, Feed::StartOver { .. }));
    }
}

#[test]
fn a_cursor_of_something_else_starts_over() {
    let fake = fake();
    for cursor in ["hubspot 17", "carddav/1\n/other/\n10\nt1"] {
        assert!(matches!(feed(&fake, cursor).0, Feed::StartOver { .. }));
    }
    assert!(!fake.server.seen().iter().any(is_feed));
}

#[test]
fn a_changed_card_that_is_gone_by_now_is_gone() {
    let fake = fake();
    let cursor = cursor(&fake);
    says(&fake, vec![multistatus(&format!("{}{}", changed("3.vcf"), token("t2")))]);
    fake.state().cards.remove("3.vcf");
    let (feed, _) = feed(&fake, &cursor);
    assert!(matches!(&feed, Feed::Changes { gone, .. } if *gone == ["/b/3.vcf".into()]), "{feed:?}");
}
