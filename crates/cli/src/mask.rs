//! Diagnostics without personal data: phones and e-mails are masked on their way to standard error, unless asked for
//! twice (`-v -v`). Reports and `--json` are data and pass unmasked; so do errors, which must name the contact.

use std::io::{self, Write};

/// Standard error, masked.
pub(crate) struct Masked;

impl Write for Masked {
    // One call is one line: the subscriber formats an event as a whole.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(mask(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// The text with `+1415•••9876` and `k•••@•••` in place of phones and e-mails.
pub(crate) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let starts_word = !before.is_some_and(char::is_alphanumeric);
        let found = token(rest).or_else(|| email(rest)).filter(|_| starts_word).or_else(|| phone(rest, starts_word));
        let (shown, taken) = found.unwrap_or_else(|| (first.to_string(), first.len_utf8()));
        masked.push_str(&shown);
        before = rest[..taken].chars().next_back();
        rest = &rest[taken..];
    }
    masked
}

/// An access token of HubSpot's at the beginning, masked, and its length.
fn token(text: &str) -> Option<(String, usize)> {
    let rest = text.strip_prefix("pat-")?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
    (end >= 8).then(|| ("pat-•••".to_owned(), 4 + end))
}

/// An e-mail address at the beginning, masked, and its length.
fn email(text: &str) -> Option<(String, usize)> {
    let is_part = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    // In an address of an address book the sign is escaped: `/dav/kim%40example.com/`.
    let name = text.find("%40").unwrap_or(text.len());
    let at = text[..name].find(|c| !is_part(c)).unwrap_or(name);
    let sign = ["@", "%40"].into_iter().find(|sign| text[at..].starts_with(sign)).filter(|_| at > 0)?;
    let domain = &text[at + sign.len()..];
    let end = domain.find(|c: char| !(c.is_alphanumeric() || ".-".contains(c))).unwrap_or(domain.len());
    let first = text.chars().next()?;
    (end > 0).then(|| (format!("{first}•••@•••"), at + sign.len() + end))
}

/// A phone number at the beginning: a `+` and 7 digits or more, or 10 to 15 digits, with the usual separators.
fn phone(text: &str, starts_word: bool) -> Option<(String, usize)> {
    let plus = text.starts_with('+');
    let mut digits = String::new();
    let mut group = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => {
                digits.push(c);
                group += 1;
                end = at + 1;
            }
            '+' if at == 0 => {}
            '(' | ')' | ' ' | '-' => group = 0,
            // `415.555.0123`, but not `1.2345678901 s`
            '.' if group >= 3 => group = 0,
            _ => break,
        }
    }
    let is_phone = if plus { digits.len() >= 7 } else { starts_word && (10..=15).contains(&digits.len()) };
    let follows_word = text[end..].chars().next().is_some_and(char::is_alphanumeric);
    if !is_phone || (!plus && follows_word) || !text.starts_with(|c: char| c == '+' || c == '(' || c.is_ascii_digit()) {
        return None;
    }
    let kept = if digits.len() >= 10 { 4 } else { 2 };
    let sign = if plus { "+" } else { "" };
    Some((format!("{sign}{}•••{}", &digits[..kept], &digits[digits.len() - kept..]), end))
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn phones_and_e_mails_are_masked() {
        for (text, masked) in [
            ("phone=+14155559876 sent", "phone=+1415•••9876 sent"),
            ("(415) 555-9876!", "4155•••9876!"),
            ("415.555.9876", "4155•••9876"),
            ("+1 415 555 9876", "+1415•••9876"),
            ("+4930123", "+49•••23"),
            ("kim.lee+x@mail.example.com: no", "k•••@•••: no"),
            ("<kim@example.com>", "<k•••@•••>"),
            ("/dav/kim%40example.com/book/", "/dav/k•••@•••/book/"),
            ("Bearer pat-na1-4f1d09c2-77aa.", "Bearer pat-•••."),
            ("\u{1b}[0m+14155559876", "\u{1b}[0m+1415•••9876"),
        ] {
            assert_eq!(mask(text), masked);
        }
    }

    #[test]
    fn the_rest_stays() {
        for text in [
            "2026-11-21T15:24:18.123456Z  INFO again wait=1.2345678901s",
            "127.0.0.1:4010 /v2/contacts/98765432",
            "p0123456789ab is no number, nor is ü@",
            "",
        ] {
            assert_eq!(mask(text), text);
        }
    }
}
