//! Who may ask: the right host, a session, for anything that changes also the right origin and the form's own key. What
//! everything that leaves says about caching, framing and scripts.

use crate::app::{App, Desk};
use crate::ask::{Ask, Pairs, Reply};
use crate::keys::{Purpose, is_same};
use crate::layout;
use crate::name;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use std::sync::Arc;

/// More than a form of ours with a full page of ticks; far less than would hurt.
const LARGEST: usize = 256 * 1024;

/// How far somebody has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Knows nothing.
    Stranger,
    /// Came with the token; still owes the password.
    AtTheDoor,
    /// May see and do everything.
    Inside,
}

/// Around everything, also what is not found.
pub(crate) async fn everything(State(app): State<Arc<Desk>>, request: Request, next: Next) -> Response<Body> {
    let mut response = if !host_is_ours(&app, request.headers(), request.uri()) {
        plain(StatusCode::MISDIRECTED_REQUEST, "This address is not served here.")
    } else if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        plain(StatusCode::METHOD_NOT_ALLOWED, "GET and POST only.")
    } else if *request.method() == Method::POST && !comes_from_us(&app, request.headers()) {
        plain(StatusCode::FORBIDDEN, "This form was not sent from this page.")
    } else {
        next.run(request).await
    };
    guard(&app, response.headers_mut());
    response
}

fn guard(app: &Desk, headers: &mut HeaderMap) {
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set("content-security-policy", &app.policy);
    set("x-frame-options", "DENY");
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "no-referrer");
    set("cache-control", "no-store");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
}

pub(crate) fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// A name that somebody points at this machine (DNS rebinding) is not ours; an address of the machine itself is.
fn host_is_ours(app: &Desk, headers: &HeaderMap, uri: &Uri) -> bool {
    let mut given = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (given.next(), given.next()) else { return false };
    let named = |host: &str| app.options.reach.serves(host);
    host.to_str().is_ok_and(named) && uri.authority().is_none_or(|authority| named(authority.as_str()))
}

/// Browsers say where a form comes from. One that says nothing is no browser of today, and is refused too.
fn comes_from_us(app: &Desk, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin") {
        return false;
    }
    match text("origin") {
        // Our own policy of sending no referrer makes browsers write this.
        Some("null") | None => site.is_some(),
        Some(origin) => origin.strip_prefix("http://").is_some_and(|host| {
            app.options.reach.serves(host)
                && headers.get(header::HOST).is_some_and(|own| own.as_bytes() == host.as_bytes())
        }),
    }
}

/// Values of a cookie.
fn cookies<'h>(headers: &'h HeaderMap, name: &'h str) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value)
}

/// Who asks: as they named themselves, else whom the command named.
fn by(app: &Desk, headers: &HeaderMap) -> String {
    let cookie = name::cookie(app);
    let named = cookies(headers, &cookie).next().map(name::read).filter(|name| !name.is_empty());
    named.unwrap_or_else(|| app.options.by.clone())
}

/// How far the sender of these headers has come.
pub(crate) fn standing(app: &Desk, headers: &HeaderMap) -> Standing {
    session(app, headers).0
}

/// The same, with the key that the forms of this session have; strangers have none.
pub(crate) fn session(app: &Desk, headers: &HeaderMap) -> (Standing, String) {
    let name = app.cookie_name();
    for (purpose, standing) in [(Purpose::Inside, Standing::Inside), (Purpose::Door, Standing::AtTheDoor)] {
        if let Some(number) = cookies(headers, &name).find_map(|value| app.keys.number(purpose, value)) {
            return (standing, app.keys.csrf(purpose, number));
        }
    }
    (Standing::Stranger, String::new())
}

/// What a handler of a page is: it reads, or it carries out what a form asks for.
pub(crate) type View = fn(&Arc<App>, &Ask) -> Reply;

/// For those inside: looks at something.
pub(crate) async fn look(app: Arc<Desk>, headers: HeaderMap, uri: Uri, name: String, view: View) -> Response<Body> {
    if let Some(refusal) = refuse(&app, &headers, &uri) {
        return refusal;
    }
    let query = Pairs::parse(uri.query().unwrap_or_default().as_bytes());
    let by = by(&app, &headers);
    answer(app, &headers, Ask { name, query, form: Pairs::default(), by }, view).await
}

/// For those inside: carries out what a form of ours asks for.
pub(crate) async fn act(app: Arc<Desk>, headers: HeaderMap, uri: Uri, body: Body, view: View) -> Response<Body> {
    if let Some(refusal) = refuse(&app, &headers, &uri) {
        return refusal;
    }
    match form(&app, &headers, body).await {
        Ok(form) => {
            let query = Pairs::parse(uri.query().unwrap_or_default().as_bytes());
            let by = by(&app, &headers);
            answer(app, &headers, Ask { name: String::new(), query, form, by }, view).await
        }
        Err(refusal) => refusal,
    }
}

/// A form of ours, or why it is none.
pub(crate) async fn form(app: &Desk, headers: &HeaderMap, body: Body) -> Result<Pairs, Response<Body>> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Forms only."));
    }
    let bytes: Bytes = tokio::time::timeout(app.options.patience, to_bytes(body, LARGEST))
        .await
        .map_err(|_| plain(StatusCode::REQUEST_TIMEOUT, "The rest of this form did not come."))?
        .map_err(|_| plain(StatusCode::PAYLOAD_TOO_LARGE, "This form is larger than any of this page."))?;
    let form = Pairs::parse(&bytes);
    let (standing, key) = session(app, headers);
    if standing != Standing::Stranger && is_same(form.raw("csrf"), &key) {
        Ok(form)
    } else {
        Err(plain(
            StatusCode::FORBIDDEN,
            "This form was not made by this page for this browser, or by an earlier start of it. Reload the page and try again.",
        ))
    }
}

fn refuse(app: &Desk, headers: &HeaderMap, uri: &Uri) -> Option<Response<Body>> {
    match standing(app, headers) {
        Standing::Inside => None,
        Standing::AtTheDoor => Some(Reply::Go("password".to_owned()).into_response(&app.keys.place)),
        Standing::Stranger => {
            let page = layout::stranger(uri.path());
            Some(Reply::Page(StatusCode::FORBIDDEN, page).into_response(&app.keys.place))
        }
    }
}

/// Views read files and may take their time: they run beside the server.
async fn answer(app: Arc<Desk>, headers: &HeaderMap, ask: Ask, view: View) -> Response<Body> {
    let place = app.keys.place.clone();
    let (_, key) = session(&app, headers);
    let app = Arc::new(App::new(app, key));
    match tokio::task::spawn_blocking(move || view(&app, &ask)).await {
        Ok(reply) => reply.into_response(&place),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "This page failed. Please report it."),
    }
}
