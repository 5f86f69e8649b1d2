//! The door: the address that was printed, and the password where one is asked for.

use crate::app::{self, Desk};
use crate::ask::{Pairs, Reply};
use crate::gate::{self, Standing};
use crate::keys::{Purpose, is_same};
use crate::layout;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use maud::html;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

/// The address that was printed. The token becomes a cookie and leaves the address, so that neither history nor
/// bookmarks keep it.
pub(crate) async fn enter(State(app): State<Arc<Desk>>, headers: HeaderMap, uri: Uri) -> Response<Body> {
    let query = Pairs::parse(uri.query().unwrap_or_default().as_bytes());
    let token = query.raw("token");
    let standing = gate::standing(&app, &headers);
    if token.is_empty() {
        return match standing {
            Standing::Inside => go(&app, "overview", None),
            Standing::AtTheDoor => go(&app, "password", None),
            Standing::Stranger => stranger(&app, uri.path()),
        };
    }
    if !is_same(token, &app.keys.token) {
        return gate::plain(
            StatusCode::FORBIDDEN,
            "This address is not valid: open the one that tieline review printed.",
        );
    }
    match (standing, &app.password) {
        (Standing::Inside, _) => go(&app, "overview", None),
        (_, None) => go(&app, "overview", Some(Purpose::Inside)),
        (_, Some(_)) => go(&app, "password", Some(Purpose::Door)),
    }
}

fn stranger(app: &Desk, path: &str) -> Response<Body> {
    Reply::Page(StatusCode::FORBIDDEN, layout::stranger(path)).into_response(&app.keys.place)
}

fn go(app: &Desk, path: &str, cookie: Option<Purpose>) -> Response<Body> {
    let reply = match cookie {
        Some(purpose) => Reply::Remember(path.to_owned(), app.cookie_name(), app.new_session(purpose)),
        None => Reply::Go(path.to_owned()),
    };
    reply.into_response(&app.keys.place)
}

/// Asks for the password.
pub(crate) async fn ask(State(app): State<Arc<Desk>>, headers: HeaderMap, uri: Uri) -> Response<Body> {
    match gate::standing(&app, &headers) {
        Standing::Inside => go(&app, "overview", None),
        Standing::AtTheDoor => page(&app, &headers, StatusCode::OK, None),
        Standing::Stranger => stranger(&app, uri.path()),
    }
}

fn page(app: &Desk, headers: &HeaderMap, status: StatusCode, wrong: Option<&str>) -> Response<Body> {
    let body = html! {
        h1 { "Password" }
        @if let Some(wrong) = wrong { p.notice.bad role="alert" { (wrong) } }
        form method="post" action={ "/" (app.keys.place) "/password" } {
            (app::csrf(&gate::session(app, headers).1))
            label { "Password " input type="password" name="password" autocomplete="current-password" required autofocus; }
            " " button type="submit" { "Open" }
        }
        p { "It was set by whoever started this page. This connection is not encrypted by tieline." }
    };
    Reply::Page(status, layout::bare("Password", &body)).into_response(&app.keys.place)
}

/// Looks at the password, not more than a few times a minute.
pub(crate) async fn answer(State(app): State<Arc<Desk>>, headers: HeaderMap, uri: Uri, body: Body) -> Response<Body> {
    match gate::standing(&app, &headers) {
        Standing::Inside => return go(&app, "overview", None),
        Standing::Stranger => return stranger(&app, uri.path()),
        Standing::AtTheDoor => {}
    }
    let form = match gate::form(&app, &headers, body).await {
        Ok(form) => form,
        Err(refusal) => return refusal,
    };
    // Counted before it is looked at, and looked at while nobody waits for it.
    let now = Instant::now();
    let tries = || app.tries.lock().unwrap_or_else(PoisonError::into_inner);
    if !tries().may_try(now) {
        return page(&app, &headers, StatusCode::TOO_MANY_REQUESTS, Some("Too many wrong passwords: wait a minute."));
    }
    if app.password.as_ref().is_some_and(|password| is_same(form.raw("password"), password)) {
        tries().right(now);
        return go(&app, "overview", Some(Purpose::Inside));
    }
    page(&app, &headers, StatusCode::FORBIDDEN, Some("This is not the password."))
}
