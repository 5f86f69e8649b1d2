//! Rule 8: numbers spelled on the keypad, `1-800-FLOWERS`.
//!
//! Decides only whether letters may be digits at all; the caller takes the result only where it is
//! valid and in a range that is sold by its letters. Notes and labels are not handled here.

/// Letters typed or scanned in place of digits: a run of these alone spells nothing.
const CONFUSED: &str = "OoIlSsBZzQ";

/// The digits a spelled number stands for.
pub(super) fn spelled(text: &str) -> Option<Spelled> {
    let text = without_remark(text);
    if !text.is_ascii() || !runs(text).all(is_word) {
        return None;
    }
    let letters = |run: &str| run.bytes().filter(u8::is_ascii_alphabetic).count();
    // Words joined by marks are one run: `MIX-A-LOT`.
    let long = |run: &str| letters(run) >= 3 && run.contains(is_clear);
    if !text.split(|c: char| c.is_ascii_digit()).any(long) {
        return None;
    }
    let ends_with_letter = text.trim_end().ends_with(|c: char| c.is_ascii_alphabetic());
    Some(Spelled { digits: text.chars().map(key).collect(), letters_last: ends_with_letter })
}

/// A text with its letters turned into digits.
pub(super) struct Spelled {
    pub(super) digits: String,
    /// Whether nothing follows the letters. Digits behind them are safe only where every number
    /// has one length, as in North America.
    pub(super) letters_last: bool,
}

/// `1-800-FLOWERS (free)`: a remark in parentheses is not part of the word.
fn without_remark(text: &str) -> &str {
    let Some((number, remark)) = text.trim_end().rsplit_once(" (") else {
        return text;
    };
    let is_remark = remark.ends_with(')') && !remark.bytes().any(|b| b.is_ascii_digit());
    if is_remark { number } else { text }
}

fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphabetic()).filter(|run| !run.is_empty())
}

/// One case throughout, or a capital in front.
fn is_word(run: &str) -> bool {
    let tail = run.get(1..).unwrap_or_default();
    let upper = run.bytes().all(|b| b.is_ascii_uppercase());
    upper || tail.bytes().all(|b| b.is_ascii_lowercase())
}

fn is_clear(c: char) -> bool {
    c.is_ascii_alphabetic() && !CONFUSED.contains(c)
}

fn key(c: char) -> char {
    match c.to_ascii_uppercase() {
        'A'..='C' => '2',
        'D'..='F' => '3',
        'G'..='I' => '4',
        'J'..='L' => '5',
        'M'..='O' => '6',
        'P'..='S' => '7',
        'T'..='V' => '8',
        'W'..='Z' => '9',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_words() {
        for (text, digits) in [
            ("1-800-FLOWERS", "1-800-3569377"),
            ("1 800 Flowers", "1 800 3569377"),
            ("1-900-MIX-A-LOT", "1-900-649-2-568"),
            ("1-800-4MY-DEAL", "1-800-469-3325"),
            ("0800 SKY TV (free)", "0800 759 88"),
        ] {
            assert_eq!(spelled(text).map(|s| s.digits).as_deref(), Some(digits));
        }
    }

    #[test]
    fn does_not_read_typing_errors() {
        for text in ["98349l5lO2", "47495OO92", "203312c3456", "415OOO1234", "2ll234567"] {
            assert!(spelled(text).is_none(), "{text}");
        }
    }
}
