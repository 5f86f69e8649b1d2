//! Canonical form of an e-mail address: free text's, in lower case. No validity check: a strange address is kept.

use std::borrow::Cow;

/// The canonical form.
pub fn canonical(text: &str) -> Cow<'_, str> {
    let text = super::text::canonical(text);
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix("mailto:").unwrap_or(text)),
        owned @ Cow::Owned(_) => owned,
    };
    if text.chars().any(char::is_uppercase) { Cow::Owned(text.to_lowercase()) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_makes_no_difference() {
        assert_eq!(canonical(" Ann@Example.COM "), "ann@example.com");
        assert_eq!(canonical("mailto:ann@example.com"), "ann@example.com");
    }
}
