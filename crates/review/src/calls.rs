//! A contact's calls, and calling them: a page that says whom and from where, and a button that dials once. How a call is
//! made, and that a lost answer is never dialled again, is the command's.

use crate::app::{App, broken};
use crate::ask::{Ask, Reply, query};
use crate::jobs::{Rung, Trouble};
use crate::layout;
use axum::http::StatusCode;
use maud::{Markup, html};
use model::{Call, PhoneKey};
use report::text::safe;
use report::words;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use store::{CallFilter, Store};

/// Calls that are shown.
const SHOWN: usize = 20;
/// Confirm pages that may be open; the oldest is void then.
const OPEN: usize = 1_000;

/// Confirm pages that were shown and not used: each dials once.
#[derive(Debug, Default)]
pub(crate) struct Confirms(Mutex<(u64, BTreeMap<u64, String>)>);

impl Confirms {
    /// `to`: the number that the page shows.
    fn issue(&self, to: &str) -> Result<u64, Trouble> {
        let mut guard = self.0.lock().map_err(|_| broken())?;
        let (last, open) = &mut *guard;
        *last += 1;
        open.insert(*last, to.to_owned());
        if open.len() > OPEN {
            open.pop_first();
        }
        Ok(*last)
    }

    /// It was not used after all: nothing was dialled.
    fn give_back(&self, number: u64, to: &str) -> Result<(), Trouble> {
        self.0.lock().map_err(|_| broken())?.1.insert(number, to.to_owned());
        Ok(())
    }

    /// Once for each, and for the number that was shown alone.
    fn take(&self, number: u64, to: &str) -> Result<bool, Trouble> {
        Ok(self.0.lock().map_err(|_| broken())?.1.remove(&number).is_some_and(|shown| shown == to))
    }
}

/// The calls of the contact with this number, the latest first, and the way to call them.
pub(crate) fn section(app: &App, store: &Store, phone: &str) -> Result<Markup, Trouble> {
    let Some(key) = key(phone) else { return Ok(html! {}) };
    let filter = CallFilter { numbers: Some(vec![key.number()]), ..CallFilter::default() };
    let made: BTreeSet<String> = store.dials()?.into_iter().filter_map(|dial| dial.call_id).collect();
    let (mut calls, mut timed, mut undated) = (Vec::new(), Vec::new(), Vec::new());
    store.each_call(&filter, true, &mut |row| {
        // One that was just made has no time until the call log shows it: it is the latest. Of another nobody knows.
        let list = match (row.call.started_at, made.contains(&row.call.call_id)) {
            (Some(_), _) => &mut timed,
            (None, true) => &mut calls,
            (None, false) => &mut undated,
        };
        if list.len() <= SHOWN {
            list.push(row.call);
        }
        true
    })?;
    calls.append(&mut timed);
    calls.append(&mut undated);
    let more = calls.len() > SHOWN;
    calls.truncate(SHOWN);
    Ok(html! {
        h3.group { "Calls" }
        @if app.jobs.calls_from().is_some() {
            form method="get" action=(app.path("contact/call")) {
                input type="hidden" name="phone" value=(phone);
                button type="submit" { "Call" }
            }
        }
        @if calls.is_empty() { p { "No call with this number is known." } }
        @else { ol.rows { @for call in &calls { li { (line(app, call)) } } } }
        @if more { p { "Earlier ones: " code { "tieline calls list --number " (key.e164()) } } }
    })
}

fn key(phone: &str) -> Option<PhoneKey> {
    phone.parse().ok()
}

fn line(app: &App, call: &Call) -> Markup {
    let agent = call.agent_name.clone().or_else(|| call.agent_id.as_ref().map(|id| format!("agent {id}")));
    html! {
        @match call.started_at {
            Some(at) => (words::time(at, &app.options.zone)),
            None => "not in the call log yet",
        }
        ", " @if let Some(direction) = call.direction { (direction.name()) ", " }
        strong { (safe(&call.status)) }
        @if let Some(seconds) = call.duration.filter(|seconds| *seconds > 0) { ", " (words::duration(seconds as f64)) " of talk" }
        @if let Some(agent) = &agent { ", " (safe(agent)) }
        @if let Some(disposition) = &call.disposition { ": " (safe(disposition)) }
        @if let Some(notes) = &call.notes { span.detail { " " (safe(notes)) } }
    }
}

/// Whom, and from where.
pub(crate) fn confirm_page(app: &Arc<App>, ask: &Ask) -> Reply {
    match confirm(app, ask.query.text("phone")) {
        Ok(body) => Reply::page(layout::page(app, "contact", "Call", &body)),
        Err(trouble) => failed(app, StatusCode::CONFLICT, &trouble),
    }
}

fn confirm(app: &App, phone: &str) -> Result<Markup, Trouble> {
    let phone = app.jobs.phone(phone).map_err(Trouble::new)?;
    let from = app.jobs.calls_from().ok_or_else(|| Trouble {
        message: "no number to call from".to_owned(),
        hint: Some("name one of the account's with `[calls] from` in the configuration".to_owned()),
    })?;
    let to = key(&phone).ok_or_else(|| Trouble::new("this is no number that can be called"))?.e164();
    let name = app.jobs.name(&to);
    let number = app.confirms.issue(&to)?;
    Ok(html! {
        h1 { "Call " (name.as_deref().map_or_else(|| safe(&to), safe)) "?" }
        p { "To " strong { (to) } @if name.is_none() { ", no contact that tieline knows" } ", from " strong { (from) } ". JustCall rings you first, and then them." }
        form method="post" action=(app.path("contact/call")) {
            (app.csrf())
            input type="hidden" name="phone" value=(phone);
            input type="hidden" name="confirm" value=(number);
            button.main type="submit" { "Call" }
            " " a href=(back(app, &phone)) { "Not now" }
        }
    })
}

fn back(app: &App, phone: &str) -> String {
    format!("{}?{}", app.path("contact"), query([("phone", phone.to_owned())]))
}

/// Dials.
pub(crate) fn dial(app: &Arc<App>, ask: &Ask) -> Reply {
    match rung(app, ask) {
        Ok(Rung::Rings { call_id }) => {
            let body = html! {
                h1 { "It rings" }
                p role="status" { "JustCall calls you, and then " (safe(ask.form.text("phone"))) ". Call " code { (safe(&call_id)) } }
                p { a href=(back(app, ask.form.text("phone"))) { "Back to the contact" } }
            };
            Reply::page(layout::page(app, "contact", "It rings", &body))
        }
        Ok(Rung::Recent(trouble)) => again(app, ask, &trouble, "Call anyway"),
        Ok(Rung::NotMade(trouble)) => again(app, ask, &trouble, "Try again"),
        Err(trouble) => failed(app, StatusCode::CONFLICT, &trouble),
        Ok(Rung::Unknown(trouble)) => failed(app, StatusCode::ACCEPTED, &trouble),
    }
}

fn rung(app: &App, ask: &Ask) -> Result<Rung, Trouble> {
    let phone = app.jobs.phone(ask.form.text("phone")).map_err(Trouble::new)?;
    let to = key(&phone).ok_or_else(|| Trouble::new("this is no number that can be called"))?.e164();
    // Before anything is sent: a form that is sent twice dials once.
    let confirm = ask.form.number("confirm").unwrap_or_default();
    if !app.confirms.take(confirm, &to)? {
        return Err(Trouble {
            message: "nothing was dialled: this button was pressed before".to_owned(),
            hint: Some("look at your phone; to call again, open the contact's page".to_owned()),
        });
    }
    let rung = app.jobs.dial(&to, ask.form.text("anyway") == "yes");
    if matches!(rung, Rung::NotMade(_) | Rung::Recent(_)) {
        app.confirms.give_back(confirm, &to)?;
    }
    Ok(rung)
}

/// Nothing was dialled, and the same button may be pressed once more.
fn again(app: &App, ask: &Ask, trouble: &Trouble, button: &str) -> Reply {
    let phone = ask.form.text("phone");
    let body = html! {
        h1 { @if button == "Call anyway" { "Call anyway?" } @else { "Nothing was dialled" } }
        (layout::trouble(trouble))
        form method="post" action=(app.path("contact/call")) {
            (app.csrf())
            input type="hidden" name="phone" value=(phone);
            input type="hidden" name="confirm" value=(ask.form.text("confirm"));
            @if button == "Call anyway" { input type="hidden" name="anyway" value="yes"; }
            button type="submit" { (button) }
            " " a href=(back(app, phone)) { "Not now" }
        }
    };
    Reply::Page(StatusCode::CONFLICT, layout::page(app, "contact", "Call", &body))
}

fn failed(app: &App, status: StatusCode, trouble: &Trouble) -> Reply {
    let body = html! { h1 { "Call" } (layout::trouble(trouble)) };
    Reply::Page(status, layout::page(app, "contact", "Call", &body))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_confirm_page_dials_once() {
        let confirms = Confirms::default();
        let ann = "+14155550101";
        let (one, two, three) =
            (confirms.issue(ann).unwrap(), confirms.issue(ann).unwrap(), confirms.issue(ann).unwrap());
        let take = |number: u64, to: &str| confirms.take(number, to).unwrap();
        assert!(take(one, ann) && !take(one, ann) && !take(0, ann));
        assert!(!take(three, "+14155550102"), "nobody but who was shown is called");
        for _ in 0..OPEN {
            confirms.issue(ann).unwrap();
        }
        assert!(!take(two, ann), "too many are open: the oldest is void");
    }
}
