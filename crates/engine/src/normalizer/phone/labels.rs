//! Rule 7: words around a number.
//!
//! Finds where the number begins and ends, and whether the words around it may be cut. It does not
//! know whether the rest is a number: a note is cut only where the caller finds the rest valid.
use super::verdict::Rejection;

/// Words in front that say the digits are no phone number.
const NOT_A_PHONE: [&str; 26] = [
    "apt",
    "apartment",
    "flat",
    "room",
    "suite",
    "unit",
    "box",
    "id",
    "ssn",
    "order",
    "invoice",
    "ref",
    "reference",
    "account",
    "acct",
    "customer",
    "ticket",
    "vat",
    "tax",
    "iban",
    "case",
    "zip",
    "postcode",
    "passport",
    "serial",
    "sku",
];

/// What the phone library reads as "extension". Other languages' words are notes with digits.
const EXTENSION: [&str; 12] = [
    "x",
    "xt",
    "xtn",
    "ext",
    "extn",
    "extensio",
    "extension",
    "extensi\u{f3}",
    "extensi\u{f3}n",
    "\u{434}\u{43e}\u{431}",
    "anexo",
    "int",
];

/// Labels that are written without a gap: `Tel0301234`.
const GLUED: [&str; 17] = [
    "tel",
    "tele",
    "telephone",
    "telefon",
    "phone",
    "ph",
    "mob",
    "mobile",
    "cell",
    "fax",
    "t",
    "m",
    "p",
    "h",
    "w",
    "c",
    "f",
];

/// The text from its first digit or plus on.
pub(super) fn without_label(text: &str) -> Result<&str, Rejection> {
    let start = text
        .find(|c: char| c.is_ascii_digit() || c == '+')
        .filter(|at| text[*at..].bytes().any(|b| b.is_ascii_digit()))
        .ok_or(Rejection::NoDigits)?;
    let label = &text[..start];
    if label.is_empty() {
        return Ok(text);
    }
    if label.ends_with(['*', '#']) && !text[start..].starts_with('+') {
        return Err(Rejection::ServiceCode);
    }
    let mut words = label.split(|c: char| !c.is_alphabetic());
    if words.any(|word| is_one_of(word, &NOT_A_PHONE)) {
        return Err(Rejection::IdLike);
    }
    let glued = label.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    if !glued.is_empty() && !text[start..].starts_with('+') && !is_one_of(glued, &GLUED) {
        return Err(Rejection::Letters);
    }
    Ok(&text[start..])
}

/// Number and note: the text up to its last digit, and what follows if that has letters.
pub(super) fn split_note(text: &str) -> (&str, &str) {
    let end = text.rfind(|c: char| c.is_ascii_digit()).map_or(text.len(), |at| at + 1);
    let (number, note) = text.split_at(end);
    if note.contains(char::is_alphabetic) { (number, note) } else { (text, "") }
}

/// Whether a note may be cut. A letter or two touching the digits may be a mistyped digit.
pub(super) fn may_cut(note: &str) -> bool {
    let end = note.find(|c: char| !c.is_alphabetic()).unwrap_or(note.len());
    let glued = &note[..end];
    glued.is_empty() || glued.chars().count() > 2 || is_one_of(glued, &GLUED)
}

/// Brazil writes the place of the carrier's code as `xx`: `(0xx11) 99876-5432`.
pub(super) fn without_carrier_place(text: &str) -> Option<String> {
    let rest = text.strip_prefix("0xx").or_else(|| text.strip_prefix("0XX"))?;
    rest.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("0{rest}"))
}

/// Whether the first letters in the number say "extension", and digits alone follow.
pub(super) fn has_extension(number: &str) -> bool {
    let Some(start) = number.find(char::is_alphabetic) else {
        return false;
    };
    let (label, rest) = split_word(&number[start..]);
    let rest = rest.trim_start_matches([' ', '.', ':', ',', '-', '=']);
    is_one_of(label, &EXTENSION) && super::damage::is_digits(rest)
}

/// The word a text begins with, and the rest.
pub(super) fn split_word(text: &str) -> (&str, &str) {
    let is_letter = |c: char| c.is_alphabetic() || c == '\u{301}';
    text.split_at(text.find(|c| !is_letter(c)).unwrap_or(text.len()))
}

/// Whether this word means "extension".
pub(super) fn is_extension(word: &str) -> bool {
    is_one_of(word, &EXTENSION)
}

fn is_one_of(word: &str, list: &[&str]) -> bool {
    let mut lower = word.chars().flat_map(char::to_lowercase).filter(|c| *c != '\u{301}');
    if word.is_empty() || word.len() > 32 {
        return false;
    }
    let word: String = lower.by_ref().collect();
    list.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_labels() {
        for (text, want) in [
            ("Tel: 030 1", Ok("030 1")),
            ("(home) 012", Ok("012")),
            ("\u{1f4de}175", Ok("175")),
            ("* 06 69", Ok("06 69")),
            ("Tel030", Ok("030")),
            ("Tel+49", Ok("+49")),
            ("*21*030", Err(Rejection::ServiceCode)),
            ("lO234567", Err(Rejection::Letters)),
            ("Bob2 415", Err(Rejection::Letters)),
            ("Apt 5: 415", Err(Rejection::IdLike)),
            ("n/a", Err(Rejection::NoDigits)),
        ] {
            assert_eq!(without_label(text), want, "{text}");
        }
    }

    #[test]
    fn splits_notes() {
        assert_eq!(split_note("030 1 (home)"), ("030 1", " (home)"));
        assert_eq!(split_note("030 1)"), ("030 1)", ""));
        assert!(may_cut(" h") && may_cut("w") && may_cut(" - old"));
        assert!(!may_cut("O") && !may_cut("l"));
    }

    #[test]
    fn knows_extensions() {
        for text in ["030 1 x12", "030 1, ext. 17", "1 EXT:12", "1 \u{434}\u{43e}\u{431}. 12"] {
            assert!(has_extension(text), "{text}");
        }
        for text in ["030 1 Durchwahl 12", "030 1", "1 ext 12 13", "1 (after 6"] {
            assert!(!has_extension(text), "{text}");
        }
    }
}
