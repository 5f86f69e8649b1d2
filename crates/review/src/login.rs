//! The door: the address that was printed, and the password where one is asked for.

use crate::app::App;
use crate::ask::{Pairs, Reply};
use crate::gate::{self, Standing};
use crate::keys::is_same;
use crate::layout;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use maud::html;
use std::sync::Arc;
use std::time::Instant;

/// The address that was printed. The token becomes a cookie and leaves the address, so that neither history nor
/// bookmarks keep it.
pub(crate) async fn enter(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response<Body> {
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
        (_, None) => go(&app, "overview", Some(&app.keys.session)),
        (_, Some(_)) => go(&app, "password", Some(&app.keys.door)),
    }
}

fn stranger(app: &App, path: &str) -> Response<Body> {
    Reply::Page(StatusCode::FORBIDDEN, layout::stranger(path)).into_response(&app.keys.place)
}

fn go(app: &App, path: &str, cookie: Option<&str>) -> Response<Body> {
    let reply = match cookie {
        Some(value) => Reply::Remember(path.to_owned(), app.cookie_name(), value.to_owned()),
        None => Reply::Go(path.to_owned()),
    };
    reply.into_response(&app.keys.place)
}

/// Asks for the password.
pub(crate) async fn ask(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response<Body> {
    match gate::standing(&app, &headers) {
        Standing::Inside => go(&app, "overview", None),
        Standing::AtTheDoor => page(&app, StatusCode::OK, None),
        Standing::Stranger => stranger(&app, uri.path()),
    }
}

fn page(app: &App, status: StatusCode, wrong: Option<&str>) -> Response<Body> {
    let body = html! {
        h1 { "Password" }
        @if let Some(wrong) = wrong { p.notice.bad role="alert" { (wrong) } }
        form method="post" action={ "/" (app.keys.place) "/password" } {
            (app.csrf())
            label { "Password " input type="password" name="password" autocomplete="current-password" required autofocus; }
            " " button type="submit" { "Open" }
        }
        p { "It was set by whoever started this page. This connection is not encrypted by tieline." }
    };
    Reply::Page(status, layout::bare("Password", &body)).into_response(&app.keys.place)
}

/// Looks at the password, not more than a few times a minute.
pub(crate) async fn answer(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri, body: Body) -> Response<Body> {
    match gate::standing(&app, &headers) {
        Standing::Inside => return go(&app, "overview", None),
        Standing::Stranger => return stranger(&app, uri.path()),
        Standing::AtTheDoor => {}
    }
    let form = match gate::form(&app, &headers, body).await {
        Ok(form) => form,
        Err(refusal) => return refusal,
    };
    let Ok(mut tries) = app.tries.lock() else {
        return gate::plain(StatusCode::INTERNAL_SERVER_ERROR, "This page failed. Please start it again.");
    };
    if !tries.may_try(Instant::now()) {
        drop(tries);
        return page(&app, StatusCode::TOO_MANY_REQUESTS, Some("Too many wrong passwords: wait a minute."));
    }
    if app.password.as_ref().is_some_and(|password| is_same(form.raw("password"), password)) {
        return go(&app, "overview", Some(&app.keys.session));
    }
    tries.wrong(Instant::now());
    drop(tries);
    page(&app, StatusCode::FORBIDDEN, Some("This is not the password."))
}
