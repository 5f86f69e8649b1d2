//! Lists that are whole, and lists that lie (S1 to S7).

use crate::harness::{ALL, Setup, plain, setup, with_settings};
use connector::{Connector, ErrorKind, NoProgress};
use model::{Coverage, Listing, OwnedCell};
use sandbox::{Action, Choices, EmptyFields, Fault, ListOrder, On, PageBeyondEnd, Refusal, RequestKind, Settings};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

async fn list(setup: &Setup) -> Listing {
    setup.connector.list(&NoProgress).await.unwrap()
}

fn ids(listing: &Listing) -> BTreeSet<String> {
    let ids: BTreeSet<String> = listing.table.iter().map(|row| row.id().to_owned()).collect();
    assert_eq!(ids.len(), listing.table.len(), "an id came twice");
    ids
}

fn reason(listing: &Listing) -> &str {
    match &listing.coverage {
        Coverage::Partial { reason } => reason,
        Coverage::Complete => panic!("complete"),
    }
}

#[tokio::test]
async fn a_list_at_rest_is_complete_in_as_few_requests_as_it_has_pages() {
    for (count, pages) in [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3)] {
        let setup = plain().await;
        setup.fill(count);
        let listing = list(&setup).await;
        assert!(listing.is_complete());
        assert_eq!(listing.table.len(), count);
        assert_eq!(setup.connector.requests(), pages, "{count}");
        assert!(listing.notes.is_empty());
    }
}

#[tokio::test]
async fn rows_come_in_the_order_of_the_pages() {
    let setup = plain().await;
    setup.fill(1_000);
    // Page 2 answers last.
    setup.sandbox().add_fault(Fault::new(On::List, Action::Delay { ms: 30 }).page(2));
    let listing = list(&setup).await;
    let ids: Vec<u64> = listing.table.iter().map(|row| row.id().parse().unwrap()).collect();
    assert!(ids.is_sorted());
}

#[tokio::test]
async fn a_list_that_moved_once_is_walked_again() {
    for drift in [Action::Drift { delete: 1, insert: 0 }, Action::Drift { delete: 0, insert: 1 }] {
        for list_order in [ListOrder::OldestFirst, ListOrder::NewestFirst] {
            let setup = setup(ALL, Choices { list_order, ..Choices::default() }, |_| {}).await;
            setup.fill(250);
            setup.sandbox().add_fault(Fault::new(On::List, drift.clone()).page(1).times(1));
            let listing = list(&setup).await;
            assert!(listing.is_complete(), "{drift:?} {list_order:?}: {:?}", listing.coverage);
            assert_eq!(ids(&listing).len(), setup.sandbox().contact_count());
            assert_eq!(setup.requests(RequestKind::List), 6, "{drift:?} {list_order:?}");
        }
    }
}

#[tokio::test]
async fn a_list_that_never_rests_is_partial_and_has_what_any_walk_saw() {
    let setup = plain().await;
    setup.fill(250);
    setup.sandbox().add_fault(Fault::new(On::List, Action::Drift { delete: 1, insert: 0 }).page(1));
    let listing = list(&setup).await;
    assert!(!reason(&listing).is_empty());
    let seen = ids(&listing);
    assert_eq!(seen.len(), 250, "the first walk saw all but what drifted, later ones the rest");
}

#[tokio::test]
async fn an_unstable_order_is_never_complete_with_rows_missing() {
    for seed in 0..5 {
        let setup = plain().await;
        setup.fill(300);
        setup.sandbox().add_fault(Fault::new(On::List, Action::UnstableOrder { seed }));
        let listing = list(&setup).await;
        assert!(!listing.is_complete() || listing.table.len() == 300);
        ids(&listing);
        assert_eq!(setup.requests(RequestKind::List), 9, "three walks");
    }
}

#[tokio::test]
async fn rows_that_the_count_tells_of_and_no_page_shows_make_it_partial() {
    let setup = plain().await;
    setup.fill(250);
    setup.sandbox().add_fault(Fault::new(On::List, Action::TruncateList { rows: 120, honest_count: false }));
    let listing = list(&setup).await;
    assert!(reason(&listing).contains("250"), "{}", reason(&listing));
    assert_eq!(listing.table.len(), 120);
}

#[tokio::test]
async fn a_page_beyond_the_end_is_the_end_only_if_the_numbers_agree() {
    for page_beyond_end in [PageBeyondEnd::Empty, PageBeyondEnd::NotFound] {
        let setup = setup(ALL, Choices { page_beyond_end, ..Choices::default() }, |_| {}).await;
        setup.fill(201);
        setup.sandbox().add_fault(Fault::new(On::List, Action::Drift { delete: 1, insert: 0 }).page(1).times(1));
        let listing = list(&setup).await;
        assert!(listing.is_complete(), "{:?}", listing.coverage);
        assert_eq!(listing.table.len(), 200);
    }
}

#[tokio::test]
async fn passing_trouble_on_a_page_costs_only_time() {
    let table = [
        Action::Refuse(Refusal::status(502).html()),
        Action::Refuse(Refusal::status(500)),
        Action::Refuse(Refusal::status(503)),
        Action::CloseBeforeEffect,
        Action::CutBody,
        Action::InvalidJson,
    ];
    for trouble in table {
        let setup = plain().await;
        setup.fill(250);
        setup.sandbox().add_fault(Fault::new(On::List, trouble.clone()).page(2).times(1));
        assert!(list(&setup).await.is_complete(), "{trouble:?}");
    }
}

#[tokio::test]
async fn a_page_that_stays_broken_makes_it_partial_and_the_others_are_kept() {
    for trouble in [Action::Refuse(Refusal::status(502).html()), Action::CloseBeforeEffect, Action::CutBody] {
        let setup = plain().await;
        setup.fill(350);
        setup.sandbox().add_fault(Fault::new(On::List, trouble.clone()).page(2));
        let listing = list(&setup).await;
        assert!(reason(&listing).contains("page 2"), "{trouble:?}: {}", reason(&listing));
        assert_eq!(listing.table.len(), 250, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_begun_or_read_is_an_error() {
    let table = [
        (Fault::new(On::List, Action::Refuse(Refusal::status(500))), ErrorKind::Server),
        (Fault::new(On::List, Action::CloseBeforeEffect), ErrorKind::Unreachable),
        (Fault::new(On::List, Action::InvalidJson), ErrorKind::Protocol),
        (Fault::new(On::List, Action::Refuse(Refusal::status(401))).page(2), ErrorKind::Credentials),
        (Fault::new(On::List, Action::Refuse(Refusal::status(403))).page(2), ErrorKind::Forbidden),
        (Fault::new(On::List, Action::Refuse(Refusal::status(302))), ErrorKind::Config),
    ];
    for (fault, kind) in table {
        let setup = plain().await;
        setup.fill(150);
        setup.sandbox().add_fault(fault.clone());
        let error = setup.connector.list(&NoProgress).await.unwrap_err();
        assert_eq!(error.kind, kind, "{fault:?}");
    }
}

#[tokio::test]
async fn what_the_list_leaves_out_is_unknown() {
    let setup = setup(
        &["phone", "email", "custom.tier"],
        Choices { empty_fields: EmptyFields::Absent, ..Choices::default() },
        |_| {},
    )
    .await;
    setup.sandbox().insert(sandbox::NewContact::named("A", "B", "+14155550001"));
    setup.sandbox().add_fault(Fault::new(On::List, Action::OmitCustomFields));
    let record = list(&setup).await.table.row(0).to_record();
    assert_eq!(setup.cell(&record, "email"), OwnedCell::Unknown);
    assert_eq!(setup.cell(&record, "custom.tier"), OwnedCell::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_429_is_waited_out_as_told() {
    for (refusal, seconds) in [(Refusal::status(429).retry_after(20), 20..21), (Refusal::status(429), 0..63)] {
        let setup = plain().await;
        setup.fill(250);
        setup.sandbox().add_fault(Fault::new(On::List, Action::Refuse(refusal)).page(2).times(1));
        let start = Instant::now();
        assert!(list(&setup).await.is_complete());
        assert!(seconds.contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_stays_used_up_ends_with_a_message_and_when_to_come_again() {
    let setup = plain().await;
    setup.fill(10);
    setup.sandbox().add_fault(Fault::new(On::List, Action::Refuse(Refusal::status(429).retry_after(7_200))));
    let start = Instant::now();
    let error = setup.connector.list(&NoProgress).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert!(error.message.contains("7200 s"), "{}", error.message);
    assert!(start.elapsed() < Duration::from_secs(60), "it did not wait for what is too long");
}

/// L14, at the wire: the server's own limiter never has to refuse. The sandbox's clock stands still, so its whole
/// life is one minute, and a request over the quota would show.
#[tokio::test(start_paused = true)]
async fn the_quota_of_a_minute_is_never_exceeded() {
    let clock = std::sync::Arc::new(sandbox::ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
    let sandbox = sandbox::Sandbox::with_clock(Settings::default(), clock);
    sandbox.insert_all((0..9_000).map(crate::harness::contact));
    let running = sandbox.start(0).await.unwrap();
    let config = connector_justcall::Config {
        requests_per_minute: None,
        concurrency: None,
        reserve: 0.1,
        plan: Some(connector_justcall::Plan::Pro),
        ..crate::harness::config(&running)
    };
    let connector = connector_justcall::JustcallConnector::new(&config, &crate::harness::schema(ALL)).unwrap();
    let start = Instant::now();
    assert!(connector.list(&NoProgress).await.unwrap().is_complete());
    assert_eq!(running.sandbox().counters().limited, 0);
    assert!(start.elapsed().as_secs() >= 45, "90 pages at 108 a minute: {:?}", start.elapsed());
}

#[tokio::test]
async fn many_pages_at_once_stay_within_the_concurrency() {
    let settings = Settings { concurrency: Some(3), ..Settings::unlimited() };
    let setup = with_settings(ALL, settings, |config| config.concurrency = Some(3)).await;
    setup.fill(2_000);
    assert!(list(&setup).await.is_complete());
    assert_eq!(setup.sandbox().counters().limited, 0);
}
