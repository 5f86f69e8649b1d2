//! Who decides: everybody on the page may give their own name, which their browser keeps. It is what is remembered with a
//! decision, not a proof of anything.

use crate::app::{App, Desk};
use crate::ask::{Ask, Reply};
use crate::layout;
use maud::{Markup, html};
use std::sync::Arc;

/// Longest name of somebody who decides.
const LONGEST: usize = 100;

/// The cookie's name.
pub(crate) fn cookie(app: &Desk) -> String {
    format!("{}_name", app.cookie_name())
}

/// A name from its cookie.
pub(crate) fn read(value: &str) -> String {
    let pairs = form_urlencoded::parse(value.as_bytes());
    pairs.map(|(name, _)| clean(&name)).next().unwrap_or_default()
}

fn clean(name: &str) -> String {
    name.trim().chars().filter(|sign| !sign.is_control()).take(LONGEST).collect()
}

/// Whom decisions name, with the way to change it.
pub(crate) fn line(app: &App, ask: &Ask) -> Markup {
    html! {
        p.as { "You decide as " strong { (report::text::safe(&ask.by)) } ". " a href=(app.path("name")) { "Change the name" } }
    }
}

/// Asks for the name.
pub(crate) fn page(app: &Arc<App>, ask: &Ask) -> Reply {
    let body = html! {
        h1 { "Your name" }
        p { "It is remembered with what you decide. This browser keeps it until it is closed." }
        form.filter method="post" action=(app.path("name")) {
            (app.csrf())
            label { "Name" input type="text" name="by" value=(ask.by) autocomplete="name" maxlength=(LONGEST) required; }
            button type="submit" { "Keep it" }
        }
    };
    Reply::page(layout::page(app, "", "Your name", &body))
}

/// Keeps it.
pub(crate) fn keep(app: &Arc<App>, ask: &Ask) -> Reply {
    let name = clean(ask.form.text("by"));
    let value = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    Reply::Remember("conflicts".to_owned(), cookie(app), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_survives_its_cookie() {
        for name in ["Imani", "Zoë & Söhne; the=best", "山田 太郎", ""] {
            let value: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
            assert!(value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';'), "{value}");
            assert_eq!(read(&value), name);
        }
        assert_eq!(clean(" a\u{0}\r\nb "), "ab");
        assert_eq!(clean(&"x".repeat(500)).len(), LONGEST);
    }
}
