//! Canonical form of free text: NFC, plain spaces, no invisible marks, trimmed. Case and inner spacing stay: changing
//! them is an edit.

use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Marks that a reader cannot see and that spreadsheets and phones sprinkle into text: direction marks, word joiners,
/// byte-order marks, soft hyphens, zero-width spaces. Joiners (U+200C, U+200D) stay: they shape Persian and emoji.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

fn plain(c: char) -> char {
    match c {
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{3000}' | '\u{2000}'..='\u{200a}' | '\u{1680}' | '\u{205f}' | '\t' => {
            ' '
        }
        other => other,
    }
}

/// The canonical form; borrowed where the text is canonical already.
pub fn canonical(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    if trimmed.bytes().all(|b| b.is_ascii() && b != b'\t' && b != b'\r') {
        return Cow::Borrowed(trimmed);
    }
    let dirty = trimmed.contains('\r') || trimmed.chars().any(|c| is_invisible(c) || plain(c) != c);
    if !dirty && is_nfc_quick(trimmed.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(trimmed);
    }
    let lines = trimmed.replace("\r\n", "\n").replace('\r', "\n");
    let clean: String = lines.chars().filter(|c| !is_invisible(*c)).map(plain).nfc().collect();
    Cow::Owned(clean.trim().to_owned())
}

/// What is left for deciding whether a replica only rewrote what it was sent: letters and digits, lower case.
pub fn skeleton(text: &str) -> String {
    canonical(text).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether `now` is what a replica made of `sent`: other case, trimmed, cut off, or formatted (S25).
pub fn is_rewriting(sent: &str, now: &str) -> bool {
    let (sent, now) = (skeleton(sent), skeleton(now));
    !now.is_empty() && sent.starts_with(&now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_alone_makes_no_difference() {
        // S27: NFC and NFD, no-break space, direction marks.
        assert_eq!(canonical("Jose\u{301} "), canonical("José"));
        assert_eq!(canonical("Acme\u{a0}Inc"), "Acme Inc");
        assert_eq!(canonical("\u{202a}Acme\u{202c}"), "Acme");
        assert_eq!(canonical("a\r\nb"), "a\nb");
    }

    #[test]
    fn meaning_stays() {
        assert_ne!(canonical("ACME"), canonical("Acme"));
        assert_eq!(canonical("👨\u{200d}👩"), "👨\u{200d}👩");
    }

    #[test]
    fn rewriting_is_told_from_an_edit() {
        assert!(is_rewriting("Acme Corporation", "ACME CORP"));
        assert!(is_rewriting(" Ann@X.com", "ann@x.com"));
        assert!(!is_rewriting("Acme", "Beta"));
        assert!(!is_rewriting("Acme", ""));
        assert!(!is_rewriting("Acme", "Acme Corp"));
    }
}
