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

/// Whether `now` is what a replica may have made of `sent`: other case, trimmed, formatted, or cut off (S25).
pub fn is_rewriting(sent: &str, now: &str) -> bool {
    is_reform(sent, now) || is_shortened(sent, now)
}

/// Whether only case, blanks and signs differ.
pub fn is_reform(sent: &str, now: &str) -> bool {
    skeleton(sent) == skeleton(now)
}

/// Whether `now` is a mere beginning of `sent`: cut off by a replica, or shortened by a person.
pub fn is_shortened(sent: &str, now: &str) -> bool {
    let (long, short) = (skeleton(sent), skeleton(now));
    !short.is_empty() && short.len() < long.len() && long.starts_with(&short)
}

/// Lengths at which programs cut texts off.
const LIMITS: [usize; 20] = [20, 24, 25, 30, 32, 35, 40, 45, 50, 60, 64, 80, 100, 120, 128, 150, 160, 200, 250, 255];

/// Whether a text was shortened in a way in which programs do it: in the middle of a word, or exactly at a usual limit.
pub fn looks_cut_off(sent: &str, now: &str) -> bool {
    let (sent, now) = (canonical(sent).to_lowercase(), canonical(now).to_lowercase());
    let Some(rest) = sent.strip_prefix(&now).filter(|rest| !rest.is_empty()) else { return false };
    let in_a_word = rest.starts_with(char::is_alphanumeric) && now.ends_with(char::is_alphanumeric);
    let (length, blanks) = (now.chars().count(), rest.chars().take_while(|c| c.is_whitespace()).count());
    in_a_word || LIMITS.iter().any(|limit| (length..=length + blanks).contains(limit))
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
        assert!(is_reform(" Ann@X.com", "ann@x.com"));
        assert!(!is_rewriting("Acme", "Beta"));
        assert!(!is_rewriting("Acme", ""));
        assert!(!is_rewriting("Acme", "Acme Corp"));
        assert!(!is_shortened("Acme", "ACME"));
    }

    #[test]
    fn programs_cut_in_words_and_at_limits() {
        assert!(looks_cut_off("Acme Corporation", "ACME CORP"));
        assert!(looks_cut_off("The Acme Works of North America", "The Acme Works of North"), "24 with its blank");
        assert!(!looks_cut_off("Nordlys Holding International", "Nordlys Holding"));
        assert!(!looks_cut_off("Acme", "Acme"));
    }
}
