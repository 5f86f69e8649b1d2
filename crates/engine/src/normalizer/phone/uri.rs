//! Rules 5 and 9: addresses that hold a number.
//!
//! `wa.me` digits are E.164. A `tel:` address with parameters must reach the parser whole, and the
//! parser must never see a context marker in another shape: it panics on one. Other schemes
//! (`sms:`, `callto:`) are labels in front and are cut as such.
use std::borrow::Cow;

use super::{damage, verdict::Rejection};

const CONTEXT: &str = ";phone-context=";

/// The number a `wa.me` link names, with the plus it leaves out.
pub(super) fn whatsapp(text: &str) -> Option<String> {
    let rest = strip_any(text, &["https://", "http://"]);
    let rest = strip_any(rest, &["www."]);
    let number = strip_prefix(rest, "wa.me/").or_else(|| {
        let query = strip_any(rest, &["api."]);
        let query = strip_prefix(query, "whatsapp.com/send")?;
        query.split(['?', '&']).find_map(|pair| strip_prefix(pair, "phone="))
    })?;
    let number = number.trim_start_matches('+');
    let end = number.find(['?', '&', '/', '#']).unwrap_or(number.len());
    damage::is_digits(&number[..end]).then(|| format!("+{}", &number[..end]))
}

/// A `tel:` address with parameters, in the spelling the parser knows.
pub(super) fn tel(text: &str) -> Option<Cow<'_, str>> {
    let rest = strip_prefix(text, "tel:")?;
    if !rest.contains(';') || rest.contains(' ') {
        return None;
    }
    if text.starts_with("tel:") {
        return Some(Cow::Borrowed(text));
    }
    Some(Cow::Owned(format!("tel:{rest}")))
}

/// rlibphonenumber 2.2.15 panics on `1;phone-context=+1;tel:2`: it slices from the first `tel:` to
/// the first context marker. Only one of each, in order, may pass.
pub(super) fn guard(text: &str) -> Result<(), Rejection> {
    let safe = !text.contains(CONTEXT)
        || (text.starts_with("tel:") && text.matches("tel:").count() == 1 && text.matches(CONTEXT).count() == 1);
    if safe { Ok(()) } else { Err(Rejection::BadContext) }
}

fn strip_any<'a>(text: &'a str, prefixes: &[&str]) -> &'a str {
    prefixes.iter().find_map(|prefix| strip_prefix(text, prefix)).unwrap_or(text)
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whatsapp_links() {
        for link in [
            "https://wa.me/15062345678",
            "wa.me/+15062345678?text=hi",
            "https://api.whatsapp.com/send?phone=15062345678&text=hi",
            "HTTPS://WWW.WA.ME/15062345678/",
        ] {
            assert_eq!(whatsapp(link).as_deref(), Some("+15062345678"), "{link}");
        }
        assert_eq!(whatsapp("https://wa.me/message/AB12"), None);
    }

    #[test]
    fn guards_the_parser() {
        assert!(guard("tel:212345678;phone-context=+41").is_ok());
        for text in [
            "1;phone-context=+1;tel:2",
            "tel:1;phone-context=+1;tel:2",
            "tel:1;phone-context=+1;phone-context=+2",
            "212345678;phone-context=+41",
        ] {
            assert_eq!(guard(text), Err(Rejection::BadContext), "{text}");
        }
    }
}
