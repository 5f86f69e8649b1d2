//! Nothing of the page is reachable without its keys, from another page, or under another name; and looking changes
//! nothing.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use common::{Desk, HOST, PASSWORD, conflict, cookie, csrf, key, text};
use model::Choice;

/// Everything that can be looked at.
const PAGES: [&str; 11] =
    ["overview", "conflicts", "held", "plan", "apply", "apply/p1", "work", "contact", "quality", "runs", "runs/r1"];
/// Everything that changes something.
const FORMS: [&str; 14] = [
    "name",
    "conflicts/decide",
    "conflicts/undo",
    "conflicts/reopen",
    "conflicts/rule",
    "conflicts/rule/remove",
    "held/approve",
    "held/revoke",
    "held/keep",
    "plan/exclude",
    "plan/include",
    "apply/plan",
    "apply/run",
    "quality/look",
];

/// Nothing was stored, nothing was asked of the command.
fn untouched(desk: &Desk) {
    assert_eq!(desk.decided(), []);
    assert_eq!(*desk.command.asked.lock().unwrap(), Vec::<String>::new());
    assert_eq!(desk.store().decisions(None, 10).unwrap(), []);
}

fn decide_all() -> String {
    format!("scope=ids&id={}&choice=crm", key(&conflict(1)))
}

#[tokio::test]
async fn without_the_token_nothing_is_shown() {
    let mut desk = Desk::closed(vec![conflict(1)], None);
    for cookie in ["", "tieline_4000=", "tieline_4000=05050505050505050505050505050505", "tieline_4000=x; y"] {
        desk.cookie = cookie.to_owned();
        for page in PAGES.iter().chain(&["password", ""]) {
            let answer = desk.get(&desk.path(page)).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{page}");
            assert!(!text(answer).await.contains("Person"), "{page}");
        }
        for form in FORMS {
            assert_eq!(desk.post(form, &decide_all()).await.status(), StatusCode::FORBIDDEN, "{form}");
        }
    }
    for path in ["/", "/favicon.ico", "/overview", "/010101010102/overview", "//", "/%2e%2e/"] {
        assert_eq!(desk.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    untouched(&desk);
}

#[tokio::test]
async fn a_wrong_token_opens_nothing() {
    let desk = Desk::closed(vec![conflict(1)], None);
    let short = &desk.keys.token[..31];
    for token in ["x", short, &format!("{}0", desk.keys.token), &"0".repeat(32)] {
        let answer = desk.get(&desk.path(&format!("?token={token}"))).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert!(!answer.headers().contains_key(header::SET_COOKIE));
    }
}

#[tokio::test]
async fn the_token_becomes_a_cookie_and_leaves_the_address() {
    let desk = Desk::closed(vec![conflict(1)], None);
    let answer = desk.get(&desk.path(&format!("?token={}", desk.keys.token))).await;
    let to = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
    assert_eq!((answer.status(), to), (StatusCode::SEE_OTHER, desk.path("overview")));
    let cookie = cookie(&answer);
    assert!(!cookie.contains(&desk.keys.token), "the cookie is another secret");
}

#[tokio::test]
async fn another_name_of_this_machine_is_refused() {
    let desk = Desk::open(vec![conflict(1)]).await;
    for host in ["evil.example:4000", "evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.2:4000", "0.0.0.0:4000", ""]
    {
        let request =
            Request::get(desk.path("conflicts")).header(header::HOST, host).header(header::COOKIE, &desk.cookie);
        let answer = desk.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    // Without one, with two, and with one that the address itself contradicts.
    let none = Request::get(desk.path("conflicts")).header(header::COOKIE, &desk.cookie);
    let two = Request::get(desk.path("conflicts")).header(header::HOST, HOST).header(header::HOST, "evil.example:4000");
    let other = Request::get(format!("http://evil.example:4000{}", desk.path("conflicts"))).header(header::HOST, HOST);
    for request in [none, two, other] {
        let answer = desk.send(request.header(header::COOKIE, &desk.cookie).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
    }
}

#[tokio::test]
async fn forms_of_other_pages_are_refused() {
    let desk = Desk::open(vec![conflict(1)]).await;
    for form in FORMS {
        for (origin, site) in [
            (Some("http://evil.example"), Some("cross-site")),
            (Some("http://127.0.0.1:4001"), Some("same-site")),
            (Some("http://localhost:4000"), None), // ours, but not where this page was opened
            (Some("https://127.0.0.1:4000"), None),
            (Some("null"), None),
            (Some("null"), Some("cross-site")),
            (None, Some("cross-site")),
            (None, Some("none")),
            (None, None),
        ] {
            let mut request = desk.form(form, &decide_all());
            request.headers_mut().remove(header::ORIGIN);
            request.headers_mut().remove("sec-fetch-site");
            if let Some(origin) = origin {
                request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
            }
            if let Some(site) = site {
                request.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
            }
            assert_eq!(desk.send(request).await.status(), StatusCode::FORBIDDEN, "{form} {origin:?} {site:?}");
        }
    }
    untouched(&desk);
    // What browsers send since we ask them to send no referrer.
    let mut request = desk.form("conflicts/decide", &decide_all());
    request.headers_mut().insert(header::ORIGIN, "null".parse().unwrap());
    assert_eq!(desk.send(request).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(desk.decided().len(), 1);
}

#[tokio::test]
async fn forms_without_the_key_of_the_page_are_refused() {
    let desk = Desk::open(vec![conflict(1)]).await;
    for form in FORMS {
        for csrf in ["csrf=", "csrf=x", &format!("csrf={}", desk.keys.token), &format!("csrf={}", &desk.csrf[..31])] {
            let answer = desk.post(form, &format!("{}&{csrf}", decide_all())).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{form} {csrf}");
        }
    }
    untouched(&desk);
}

#[tokio::test]
async fn only_forms_of_a_usual_size_are_read() {
    let desk = Desk::open(vec![conflict(1)]).await;
    let large = format!("{}&more={}", decide_all(), "x".repeat(300 * 1024));
    assert_eq!(desk.post("conflicts/decide", &large).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x"] {
        let mut request = desk.form("conflicts/decide", &decide_all());
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
        assert_eq!(desk.send(request).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    untouched(&desk);
}

#[tokio::test]
async fn looking_changes_nothing_and_other_methods_do_not_exist() {
    let desk = Desk::open(vec![conflict(1)]).await;
    for form in FORMS {
        let answer = desk.get(&desk.path(&format!("{form}?{}&csrf={}", decide_all(), desk.csrf))).await;
        // `apply/plan` looks like a plan of that name, of which there is none.
        assert_ne!(answer.status(), StatusCode::SEE_OTHER, "{form}");
    }
    for page in PAGES {
        let answer = desk.get(&desk.path(&format!("{page}?{}&csrf={}", decide_all(), desk.csrf))).await;
        assert!(answer.status() != StatusCode::INTERNAL_SERVER_ERROR, "{page}");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
        let mut request = desk.form("conflicts/decide", &decide_all());
        *request.method_mut() = method;
        let answer = desk.send(request).await;
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }
    for page in PAGES {
        let answer = desk.post(page, &decide_all()).await;
        assert!(matches!(answer.status(), StatusCode::METHOD_NOT_ALLOWED), "{page}: {}", answer.status());
    }
    untouched(&desk);
}

#[tokio::test]
async fn every_answer_says_that_nothing_else_may_use_it() {
    let desk = Desk::open(vec![conflict(1)]).await;
    for path in [desk.path("conflicts"), desk.path("nothing"), "/".to_owned(), desk.path("?token=x")] {
        let answer = desk.get(&path).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(header(name), value, "{path}");
        }
        assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }
}

#[tokio::test]
async fn a_password_is_owed_beside_the_token_and_not_guessed() {
    let mut desk = Desk::closed(vec![conflict(1)], Some(PASSWORD));
    let entered = desk.get(&desk.path(&format!("?token={}", desk.keys.token))).await;
    desk.cookie = cookie(&entered);
    for page in PAGES {
        let answer = desk.get(&desk.path(page)).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{page}");
        assert_eq!(answer.headers()[header::LOCATION].to_str().unwrap(), desk.path("password"));
    }
    let page = text(desk.get(&desk.path("password")).await).await;
    desk.csrf = csrf(&page);
    for form in FORMS {
        desk.post(form, &decide_all()).await;
    }
    untouched(&desk);
    for _ in 0..5 {
        assert_eq!(desk.post("password", "password=wrong").await.status(), StatusCode::FORBIDDEN);
    }
    // Now also the right one has to wait.
    let right = format!("password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(desk.post("password", &right).await.status(), StatusCode::TOO_MANY_REQUESTS);

    let mut desk = Desk::closed(vec![conflict(1)], Some(PASSWORD));
    let entered = desk.get(&desk.path(&format!("?token={}", desk.keys.token))).await;
    desk.cookie = cookie(&entered);
    let page = text(desk.get(&desk.path("password")).await).await;
    desk.csrf = csrf(&page);
    desk.cookie = cookie(&desk.post("password", &right).await);
    assert!(desk.page("conflicts").await.contains("Person 1"));
    assert_eq!(desk.post("conflicts/decide", &decide_all()).await.status(), StatusCode::FORBIDDEN, "the door's key");
    desk.csrf = csrf(&desk.page("conflicts").await);
    desk.post("conflicts/decide", &decide_all()).await;
    assert_eq!(desk.decided(), [(conflict(1).id.0, Choice::Take(model::Side::Crm))]);
}

/// Two browsers of one start: neither's cookie nor the key of its forms is the other's.
#[tokio::test]
async fn every_browser_has_keys_of_its_own() {
    let mut desk = Desk::open(vec![conflict(1)]).await;
    let (cookie_of_one, key_of_one) = (desk.cookie.clone(), desk.csrf.clone());
    desk.cookie = String::new();
    desk.cookie = cookie(&desk.get(&desk.path(&format!("?token={}", desk.keys.token))).await);
    assert_ne!(desk.cookie, cookie_of_one);
    let refused = desk.post("conflicts/decide", &format!("{}&csrf={key_of_one}", decide_all())).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    untouched(&desk);
    let own = csrf(&desk.page("apply").await);
    assert_ne!(own, key_of_one);
    desk.post("conflicts/decide", &format!("{}&csrf={own}", decide_all())).await;
    assert_eq!(desk.decided().len(), 1);
}

/// A connection that says nothing, or never finishes what it says, is closed; one that is used is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn silent_connections_are_closed() {
    use std::io::{Read as _, Write as _};
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("tieline.db");
    drop(store::Store::open(&state, [7; 16]).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (desk, options) = common::served(state, address);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(review::serve(listener, options, desk.0, None, desk.1, async { drop(stopped.await) }));
    let hello = format!("GET / HTTP/1.1\r\nHost: {address}\r\n");
    for said in ["", hello.as_str(), &format!("{hello}\r\n")] {
        let said_bytes = said.as_bytes().to_vec();
        let listening = tokio::task::spawn_blocking(move || {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
            stream.write_all(&said_bytes).unwrap();
            let mut heard = Vec::new();
            stream.read_to_end(&mut heard).expect("the page ends the connection");
            heard
        });
        let heard = listening.await.unwrap();
        let whole = said.ends_with("\r\n\r\n");
        assert_eq!(String::from_utf8(heard).unwrap().starts_with("HTTP/1.1 404"), whole, "{said:?}");
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}
