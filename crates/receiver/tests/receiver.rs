//! The receiver without a network: what is taken, what is refused and why, what the page of a link says and does.
#![allow(clippy::unwrap_used)]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::Timestamp;
use model::{Call, Secret};
use receiver::{Desk, Door, Keys, Limits, Link, NotTaken, Options, Posted, Receiver, Ring, Told};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{CallRow, EventRow, Store};
use tempfile::TempDir;
use tower::ServiceExt;

const TO: &str = "+14155550123";

fn now() -> Timestamp {
    "2026-07-01T12:00:00Z".parse().unwrap()
}

/// Takes a body for the call's id; notes what it dials.
#[derive(Default)]
struct Fake {
    dialled: Mutex<Vec<Link>>,
    ring: Mutex<Option<Ring>>,
    anyway: Mutex<Vec<bool>>,
}

impl Desk for Fake {
    fn read(&self, posted: &Posted<'_>) -> Result<Told, NotTaken> {
        let text = std::str::from_utf8(posted.body).unwrap();
        let event = if posted.door == Door::Callback { "callback" } else { "call.completed" }.to_owned();
        match text {
            "unreadable" => Err(NotTaken::Unreadable("no JSON object".to_owned())),
            "forged" => Err(NotTaken::Forged("no signature".to_owned())),
            "old" => Err(NotTaken::Replayed("too long ago".to_owned())),
            "sms" => Ok(Told { event: "sms.received".to_owned(), row: None }),
            "contact" => Ok(Told { event: "contact.created".to_owned(), row: Some(EventRow::Contact("98".into())) }),
            id => {
                let call = Call { call_id: id.to_owned(), status: "completed".to_owned(), ..Call::default() };
                Ok(Told { event, row: Some(EventRow::Call(Box::new(CallRow { call, number: None }))) })
            }
        }
    }

    fn name(&self, number: &str) -> Option<String> {
        (number == TO).then(|| "Ada <b>Lovelace</b>".to_owned())
    }

    fn is_used(&self, link: &Link) -> bool {
        self.dialled.lock().unwrap().contains(link)
    }

    fn dial(&self, link: &Link, anyway: bool) -> Ring {
        self.anyway.lock().unwrap().push(anyway);
        if self.is_used(link) {
            return Ring::Used;
        }
        self.dialled.lock().unwrap().push(link.clone());
        self.ring.lock().unwrap().clone().unwrap_or(Ring::Rings { call_id: "call_1".to_owned() })
    }
}

struct Server {
    receiver: Receiver,
    router: Router,
    desk: Arc<Fake>,
    keys: Keys,
    folder: TempDir,
}

impl Server {
    fn open() -> Self {
        Self::with(Limits {
            body: 2048,
            per_second: 1_000,
            patience: Duration::from_millis(200),
            drain: Duration::from_secs(1),
        })
    }

    fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("tieline.db");
        let store = Store::open(&state, [7; 16]).unwrap();
        let (desk, keys) = (Arc::new(Fake::default()), Keys::new([1; 16], [2; 32]));
        let options = Options { state, limits, keys: keys.clone() };
        let receiver = Receiver::open(store, options, desk.clone(), Arc::new(now)).unwrap();
        Self { router: receiver.router(), receiver, desk, keys, folder }
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        assert!(!text.contains(self.keys.place.reveal()) && !text.contains(self.keys.links.reveal()), "{text}");
        (parts.status, parts.headers, text)
    }

    async fn post(&self, path: &str, body: impl Into<Body>) -> (u16, String) {
        let (status, _, text) = self.send(Request::post(path).body(body.into()).unwrap()).await;
        (status.as_u16(), text)
    }

    async fn get(&self, path: &str) -> (u16, HeaderMap, String) {
        let (status, headers, text) = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        (status.as_u16(), headers, text)
    }

    fn path(&self, door: &str) -> String {
        format!("/{}/{door}", self.keys.place.reveal())
    }

    /// Through another connection, as a run would look.
    fn stored(&self) -> (u64, u64) {
        let store = Store::open_again(&self.folder.path().join("tieline.db")).unwrap();
        (store.call_count().unwrap(), store.contact_hints().unwrap())
    }

    fn link(&self, until: &str) -> String {
        let until = until.parse().unwrap();
        let link = Link {
            to: TO.to_owned(),
            from: "+14155550190".to_owned(),
            agent: None,
            caller_id: None,
            until,
            id: "one".to_owned(),
        };
        format!("/call?{}", link.query(&self.keys.links))
    }

    async fn press(&self, path: &str, body: &str, site: Option<&str>) -> (u16, String) {
        let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        let (status, _, text) = self.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        (status.as_u16(), text)
    }
}

#[tokio::test]
async fn an_event_is_on_the_disk_when_it_is_answered_and_counts_once() {
    let server = Server::open();
    let path = server.path("webhook");
    for (body, outcome, stored) in
        [("c1", "new", (1, 0)), ("c1", "same", (1, 0)), ("sms", "ignored", (1, 0)), ("contact", "new", (1, 1))]
    {
        let (status, text) = server.post(&path, body).await;
        assert_eq!(status, 200, "{text}");
        assert!(text.contains(outcome), "{text}");
        assert_eq!(server.stored(), stored, "{body}");
    }
    let (_, _, metrics) = server.get("/metrics").await;
    for line in [
        "tieline_events_total{kind=\"call.completed\",outcome=\"new\"} 1",
        "tieline_events_total{kind=\"other\",outcome=\"ignored\"} 1",
        "tieline_events_total{kind=\"contact.created\",outcome=\"new\"} 1",
        "tieline_stored_calls 1",
        "tieline_contact_hints 1",
        "tieline_last_event_timestamp_seconds 1782907200",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}: {metrics}");
    }
    let (health, _, text) = server.get("/healthz").await;
    assert_eq!((health, text.as_str()), (200, "ok\n"));
}

#[tokio::test]
async fn each_refusal_says_why_and_keeps_nothing() {
    let server = Server::open();
    let (webhook, callback) = (server.path("webhook"), server.path("callback"));
    let wrong = format!("/{}/webhook", "0".repeat(32));
    let other = server.path("elsewhere");
    for (path, body, status, reason) in [
        (webhook.as_str(), "unreadable", 400, "body"),
        (&callback, "unreadable", 400, "body"),
        (&webhook, "forged", 401, "signature"),
        (&webhook, "old", 401, "replay"),
        (&wrong, "c1", 404, "path"),
        (&other, "c1", 404, "path"),
        (&webhook, &"x".repeat(2049), 413, "size"),
    ] {
        let (given, text) = server.post(path, body.to_owned()).await;
        assert_eq!(given, status, "{path} {text}");
        assert!(text.contains("\"status\":\"error\""), "{text}");
        let (_, _, metrics) = server.get("/metrics").await;
        assert!(metrics.contains(&format!("tieline_refused_total{{reason=\"{reason}\"}}")), "{reason}: {metrics}");
    }
    assert_eq!(server.get(&webhook).await.0, 405);
    assert_eq!(server.post("/", "c1").await.0, 404);
    assert_eq!(server.stored(), (0, 0));
}

#[tokio::test]
async fn a_body_without_a_length_or_an_end_is_limited_too() {
    let server = Server::open();
    let path = server.path("webhook");
    let pieces = (0..100).map(|_| Ok::<_, std::io::Error>("x".repeat(100)));
    let long = Body::from_stream(Pieces(pieces.collect::<Vec<_>>().into_iter()));
    assert_eq!(server.post(&path, long).await.0, 413);
    assert_eq!(server.post(&path, Body::from_stream(Silence)).await.0, 408);
    assert_eq!(server.stored(), (0, 0));
}

/// A body in pieces.
struct Pieces(std::vec::IntoIter<Result<String, std::io::Error>>);

/// A body that never comes.
struct Silence;

mod streams {
    use super::{Pieces, Silence};
    use axum::body::Bytes;
    use futures_core::Stream;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    impl Stream for Pieces {
        type Item = Result<String, std::io::Error>;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.next())
        }
    }

    impl Stream for Silence {
        type Item = Result<Bytes, std::io::Error>;
        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Pending
        }
    }
}

#[tokio::test]
async fn beyond_the_rate_events_come_again_and_strangers_use_none_of_it_up() {
    let server = Server::with(Limits {
        body: 2048,
        per_second: 1,
        patience: Duration::from_secs(1),
        drain: Duration::from_secs(1),
    });
    for _ in 0..100 {
        assert_eq!(server.post(&format!("/{}/webhook", "0".repeat(32)), "c").await.0, 404);
        // Nor does a signature that is none.
        assert_eq!(server.post(&server.path("webhook"), "forged").await.0, 401);
    }
    let mut answers = Vec::new();
    for number in 0..12 {
        answers.push(server.post(&server.path("webhook"), format!("c{number}")).await.0);
    }
    assert!(answers[..10].iter().all(|status| *status == 200), "{answers:?}");
    assert!(answers.contains(&429), "{answers:?}");
    let taken = answers.iter().filter(|status| **status == 200).count() as u64;
    assert_eq!(server.stored().0, taken);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_share_transactions_and_all_are_kept_when_it_closes() {
    let server = Server::open();
    let path = server.path("callback");
    let posts = (0..500).map(|number| {
        let (router, path) = (server.router.clone(), path.clone());
        tokio::spawn(async move {
            let request = Request::post(path).body(Body::from(format!("c{number}"))).unwrap();
            router.oneshot(request).await.unwrap().status()
        })
    });
    for post in posts.collect::<Vec<_>>() {
        assert_eq!(post.await.unwrap(), StatusCode::OK);
    }
    let (_, _, metrics) = server.get("/metrics").await;
    let commits = metrics.lines().find_map(|line| line.strip_prefix("tieline_commits_total ")).unwrap();
    assert!(commits.parse::<u64>().unwrap() < 500, "one transaction each: {commits}");
    let (folder, receiver) = (server.folder, server.receiver);
    receiver.close().await;
    let store = Store::open_existing(&folder.path().join("tieline.db")).unwrap();
    assert_eq!(store.call_count().unwrap(), 500);
}

#[tokio::test]
async fn a_state_that_was_put_in_its_place_is_the_one_that_is_written() {
    let server = Server::open();
    let path = server.path("webhook");
    assert_eq!(server.post(&path, "c1").await.0, 200);
    let state = server.folder.path().join("tieline.db");
    for suffix in ["", "-wal", "-shm"] {
        let old = server.folder.path().join(format!("tieline.db{suffix}"));
        std::fs::rename(&old, server.folder.path().join(format!("old.db{suffix}"))).unwrap();
    }
    let (status, text) = server.post(&path, "c2").await;
    assert_eq!(status, 503, "{text}");
    assert_eq!(server.get("/healthz").await.0, 503);
    assert!(!state.exists(), "a new one would hide that the old one is gone (S43)");
    drop(Store::open(&state, [8; 16]).unwrap());
    assert_eq!(server.post(&path, "c2").await.0, 200);
    assert_eq!((server.stored().0, server.get("/healthz").await.0), (1, 200));
}

#[tokio::test]
async fn after_its_end_nothing_is_taken_and_health_says_so() {
    let Server { receiver, router, keys, folder, .. } = Server::open();
    receiver.close().await;
    let path = format!("/{}/webhook", keys.place.reveal());
    let post = router.clone().oneshot(Request::post(path).body(Body::from("c1")).unwrap()).await.unwrap();
    assert_eq!(post.status(), StatusCode::SERVICE_UNAVAILABLE);
    let health = router.oneshot(Request::get("/healthz").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(health.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(Store::open_again(&folder.path().join("tieline.db")).unwrap().call_count().unwrap(), 0);
}

#[tokio::test]
async fn looking_at_a_link_dials_nobody_and_its_button_dials_once() {
    let server = Server::open();
    let link = server.link("2026-07-01T13:00:00Z");
    for _ in 0..2 {
        let (status, headers, page) = server.get(&link).await;
        assert_eq!(status, 200);
        assert!(page.contains("Ada &lt;b&gt;Lovelace&lt;/b&gt;") && page.contains(TO), "{page}");
        assert!(!page.contains("sig="), "the address is not in the page: {page}");
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(headers[name], value);
        }
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    }
    for (body, site) in [("", None), ("confirm=no", None), ("confirm=yes", Some("cross-site"))] {
        assert_eq!(server.press(&link, body, site).await.0, 403, "{body}");
    }
    assert!(server.desk.dialled.lock().unwrap().is_empty());
    // A browser that only says so in `Origin`.
    let elsewhere = Request::post(&link).header("host", "crm.example").header("origin", "https://evil.example");
    assert_eq!(server.send(elsewhere.body(Body::from("confirm=yes")).unwrap()).await.0, 403);
    let (status, page) = server.press(&link, "confirm=yes", Some("same-origin")).await;
    assert_eq!((status, page.contains("It rings")), (200, true), "{page}");
    assert_eq!(server.press(&link, "confirm=yes", None).await.0, 410);
    assert_eq!(server.get(&link).await.0, 410);
    assert_eq!(server.desk.dialled.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_that_is_old_changed_or_of_another_key_dials_nobody() {
    let server = Server::open();
    let old = server.link("2026-07-01T11:59:59Z");
    let good = server.link("2026-07-01T13:00:00Z");
    let forged = Link::read(good.trim_start_matches("/call?"), &server.keys.links, now())
        .unwrap()
        .query(&Secret::new("another key"));
    for (path, status) in [
        (old, 410),
        (good.replace("0123", "0124"), 403),
        (format!("/call?{forged}"), 403),
        ("/call".to_owned(), 403),
        ("/call?to=%2B14155550123".to_owned(), 403),
    ] {
        assert_eq!(server.get(&path).await.0, status, "{path}");
        assert_eq!(server.press(&path, "confirm=yes", None).await.0, status, "{path}");
    }
    assert!(server.desk.dialled.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_call_that_was_not_made_and_one_that_nobody_knows_of_read_differently() {
    for (ring, status, words) in [
        (Ring::Unknown { message: "the answer was lost".to_owned() }, 202, "not known whether"),
        (Ring::NotMade { message: "429 <b>".to_owned(), hint: "try later".to_owned() }, 409, "Nothing was dialled"),
    ] {
        let server = Server::open();
        *server.desk.ring.lock().unwrap() = Some(ring);
        let (given, page) = server.press(&server.link("2026-07-01T13:00:00Z"), "confirm=yes", None).await;
        assert_eq!(given, status);
        assert!(page.contains(words) && !page.contains("<b>"), "{page}");
    }
}

/// A request that has begun and does not go on is closed, and nobody waits for it, nor for one that says nothing, when the
/// server ends; what was asked before is answered.
#[tokio::test]
async fn whoever_does_not_go_on_is_not_waited_for() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let long = Duration::from_secs(60);
    let limits = |patience, drain| Limits { body: 2048, per_second: 1_000, patience, drain };
    let begin = b"POST /x/webhook HTTP/1.1\r\nhost: localhost\r\ncontent-le";
    for patience in [Duration::from_millis(200), long] {
        let server = Server::with(limits(patience, long));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(server.receiver.serve(listener, async move { drop(stopped.await) }));
        let mut silent = tokio::net::TcpStream::connect(address).await.unwrap();
        let mut half = tokio::net::TcpStream::connect(address).await.unwrap();
        half.write_all(begin).await.unwrap();
        let mut said = Vec::new();
        if patience < long {
            let ended = tokio::time::timeout(Duration::from_secs(10), half.read_to_end(&mut said)).await;
            assert!(ended.is_ok(), "a request that does not go on keeps its place");
        }
        let mut asks = tokio::net::TcpStream::connect(address).await.unwrap();
        asks.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut answer = [0; 15];
        asks.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        stop.send(()).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(10), serving).await;
        assert!(ended.is_ok(), "its end waits for somebody who says nothing");
        let _ = tokio::time::timeout(Duration::from_secs(10), silent.read_to_end(&mut said)).await.unwrap();
    }
}

#[tokio::test]
async fn who_was_called_a_moment_ago_is_called_again_only_by_another_press() {
    let server = Server::open();
    let link = server.link("2026-07-01T13:00:00Z");
    let message = "+14155550123 was called 3 s ago".to_owned();
    *server.desk.ring.lock().unwrap() = Some(Ring::Recent { message });
    let (status, page) = server.press(&link, "confirm=yes", Some("same-origin")).await;
    assert_eq!(status, 409);
    assert!(page.contains("anyway?") && page.contains("value=\"anyway\"") && page.contains("3 s ago"), "{page}");
    *server.desk.ring.lock().unwrap() = None;
    server.desk.dialled.lock().unwrap().clear();
    assert_eq!(server.press(&link, "confirm=anyway", Some("cross-site")).await.0, 403);
    assert_eq!(server.press(&link, "confirm=anyway", Some("same-origin")).await.0, 200);
    assert_eq!(*server.desk.anyway.lock().unwrap(), [false, true]);
}
