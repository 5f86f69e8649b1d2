//! The page behind a link: who would be called and from where, and a button. Looking dials nobody, so that whoever
//! previews a link dials nobody either; the button dials once. Nothing of it needs JavaScript.

use crate::app::{App, Ring};
use crate::link::{BadLink, Link};
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use base64::Engine as _;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// More than the one field of our form.
const LARGEST: usize = 1024;

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:10vh auto;padding:0 1rem;\
color:#1a1a1a;background:#fff}h1{font-size:1.5rem}dt{color:#555}dd{margin:0 0 .75rem;font-size:1.15rem}\
button{font:inherit;padding:.6rem 2rem;border:0;border-radius:.3rem;background:#0b5fa5;color:#fff;cursor:pointer}\
button:focus-visible{outline:3px solid #111;outline-offset:2px}.bad{border-left:.3rem solid #a40000;padding-left:1rem}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}dt{color:#bbb}}";

/// Who would be called.
pub(crate) async fn look(State(app): State<Arc<App>>, uri: Uri) -> Response<Body> {
    let link = match read(&app, &uri) {
        Ok(link) => link,
        Err(bad) => return refuse(&app, bad),
    };
    let drawn = tokio::task::spawn_blocking(move || {
        if app.desk.is_used(&link) {
            return used();
        }
        answer(StatusCode::OK, "Call", &confirm(&link, app.desk.name(&link.to).as_deref()))
    });
    drawn.await.unwrap_or_else(|_| broken())
}

/// Dials.
pub(crate) async fn dial(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap, body: Body) -> Response<Body> {
    let link = match read(&app, &uri) {
        Ok(link) => link,
        Err(bad) => return refuse(&app, bad),
    };
    // Only our own form asks for a call: a stranger's page that came by a link cannot press the button.
    let from_us = match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => is_own_origin(&headers),
    };
    let said = to_bytes(body, LARGEST).await.ok().and_then(|form| {
        let mut fields = form_urlencoded::parse(&form).filter(|(name, _)| name == "confirm");
        fields.next().map(|(_, value)| value.into_owned())
    });
    let anyway = said.as_deref() == Some("anyway");
    if !from_us || !(anyway || said.as_deref() == Some("yes")) {
        app.meters.refused("form");
        return says(StatusCode::FORBIDDEN, "Nothing was dialled", "This was not sent by the button of the page.");
    }
    // To its end also where the browser goes away: a call under way must be noted.
    let dialled = tokio::task::spawn_blocking(move || {
        let ring = app.desk.dial(&link, anyway);
        app.meters.dialled(match &ring {
            Ring::Rings { .. } => "rings",
            Ring::Used => "used",
            Ring::Recent { .. } => "recent",
            Ring::NotMade { .. } => "not_made",
            Ring::Unknown { .. } => "unknown",
        });
        rang(&link, &ring)
    });
    dialled.await.unwrap_or_else(|_| broken())
}

/// For browsers that do not say where a request comes from in better words. Our page gives no referrer, so that its own
/// origin is `null`.
fn is_own_origin(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let Some(origin) = text(header::ORIGIN).filter(|origin| *origin != "null") else { return true };
    let own = text(header::HOST).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, host)| host.eq_ignore_ascii_case(own))
}

fn read(app: &App, uri: &Uri) -> Result<Link, BadLink> {
    Link::read(uri.query().unwrap_or_default(), &app.options.keys.links, (app.clock)())
}

fn refuse(app: &App, bad: BadLink) -> Response<Body> {
    match bad {
        BadLink::Forged => {
            app.meters.refused("link");
            let why = "It was not made by this tieline, or was changed on its way. Ask for a new one.";
            says(StatusCode::FORBIDDEN, "This link does not work", why)
        }
        BadLink::Expired => {
            app.meters.refused("expired");
            says(StatusCode::GONE, "This link is too old", "Ask for a new one. Nothing was dialled.")
        }
    }
}

fn confirm(link: &Link, name: Option<&str>) -> Markup {
    html! {
        h1 { "Call " (name.unwrap_or(&link.to)) "?" }
        dl {
            dt { "To" }
            dd { (link.to) @if name.is_none() { " (no contact that tieline knows)" } }
            dt { "From" }
            dd { (link.from) @if let Some(agent) = &link.agent { ", agent " (agent) } }
            @if let Some(caller) = &link.caller_id { dt { "They see" } dd { (caller) } }
        }
        p { "JustCall rings you first, and then them. This link dials once." }
        form method="post" {
            input type="hidden" name="confirm" value="yes";
            button type="submit" { "Call" }
        }
    }
}

fn rang(link: &Link, ring: &Ring) -> Response<Body> {
    match ring {
        Ring::Rings { call_id } => {
            let body = html! {
                h1 { "It rings" }
                p role="status" { "JustCall calls you from " (link.from) " and then " (link.to) ". You can close this page." }
                p { "Call " code { (call_id) } }
            };
            answer(StatusCode::OK, "It rings", &body)
        }
        Ring::Used => used(),
        Ring::Recent { message } => {
            let body = html! {
                h1 { "Call " (link.to) " anyway?" }
                div.bad role="alert" { p { "Nothing was dialled now: " (message) } }
                form method="post" {
                    input type="hidden" name="confirm" value="anyway";
                    button type="submit" { "Call anyway" }
                }
            };
            answer(StatusCode::CONFLICT, "Call anyway?", &body)
        }
        Ring::NotMade { message, hint } => {
            let body = html! {
                h1 { "Nothing was dialled" }
                div.bad role="alert" { p { (message) } p { "What to do: " (hint) } }
            };
            answer(StatusCode::CONFLICT, "Nothing was dialled", &body)
        }
        Ring::Unknown { message } => {
            let body = html! {
                h1 { "It is not known whether it rings" }
                div.bad role="alert" { p { (message) } }
                p { "Look at your phone before you dial by hand: nothing is dialled a second time by this link." }
            };
            answer(StatusCode::ACCEPTED, "Not known", &body)
        }
    }
}

fn used() -> Response<Body> {
    says(
        StatusCode::GONE,
        "This link was used",
        "Each dials once. Nothing was dialled now; ask for a new one to call again.",
    )
}

fn broken() -> Response<Body> {
    says(StatusCode::INTERNAL_SERVER_ERROR, "This page failed", "Please report it.")
}

fn says(status: StatusCode, title: &str, text: &str) -> Response<Body> {
    answer(status, title, &html! { h1 { (title) } p { (text) } })
}

fn answer(status: StatusCode, title: &str, body: &Markup) -> Response<Body> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · tieline" }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    let style = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The address dials: it goes to nobody else.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, page.0).into_response()
}
