//! Canonical form of a name, and the names that phone systems invent for callers they do not know: those count as no
//! name, and never overwrite a real one.

use super::text;
use std::borrow::Cow;

const PLACEHOLDERS: [&str; 6] = [
    "new justcall contact",
    "justcall contact",
    "aircall new contact",
    "new aircall contact",
    "new ringover contact",
    "unknown caller",
];

/// What may stand before a number in a name that somebody's system made of it.
const BEFORE_A_NUMBER: [&str; 9] =
    ["caller", "unknown", "unknown caller", "call from", "anrufer", "unbekannt", "appelant", "llamada de", "chiamante"];

/// The canonical form.
pub fn canonical(text: &str) -> Cow<'_, str> {
    text::canonical(text)
}

/// Whether a whole name (first and last) is one that a phone system made up.
pub fn is_placeholder(first: &str, last: &str) -> bool {
    if [first, last].into_iter().all(is_plain) {
        return false;
    }
    let full = full_name(first, last);
    let folded = full.to_lowercase();
    if PLACEHOLDERS.contains(&folded.as_str()) {
        return true;
    }
    is_number(&folded)
        || BEFORE_A_NUMBER.iter().any(|word| folded.strip_prefix(word).is_some_and(|rest| is_number(rest.trim())))
}

/// Whether no made-up name has such a part, as nearly every name shows at a glance: they all have digits, or one of two
/// words.
fn is_plain(part: &str) -> bool {
    let has = |word: &str| part.as_bytes().windows(word.len()).any(|at| at.eq_ignore_ascii_case(word.as_bytes()));
    part.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_digit()) && !has("contact") && !has("caller")
}

/// First and last name together, canonical, as people read it.
pub fn full_name(first: &str, last: &str) -> String {
    let (first, last) = (canonical(first), canonical(last));
    match (first.is_empty(), last.is_empty()) {
        (false, false) => format!("{first} {last}"),
        _ => format!("{first}{last}"),
    }
}

/// A name that is nothing but a phone number.
fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= 7 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '-' | '.' | ' ' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_names_are_known() {
        for (first, last) in [
            ("New JustCall Contact", ""),
            ("New", "JustCall Contact"),
            ("Caller", "+15551234567"),
            ("Caller +15551234567", ""),
            ("+1 (415) 555-1234", ""),
        ] {
            assert!(is_placeholder(first, last), "{first} {last}");
        }
        assert!(PLACEHOLDERS.into_iter().all(|name| !is_plain(name) && is_placeholder(name, "")));
        for (first, last) in [("Ann", "Lee"), ("Caller", ""), ("Agent", "007"), ("", ""), ("Contact", "Lens")] {
            assert!(!is_placeholder(first, last), "{first} {last}");
        }
    }
}
