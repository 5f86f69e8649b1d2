//! Rule 3: what spreadsheets do to numbers.
//!
//! Scientific notation is refused always, also where it looks lossless: nobody can tell. A float's
//! tail, a number format's commas, quotes and formula marks hold no information and go. Does not
//! restore dropped zeros or plus signs.
use std::borrow::Cow;

/// Whether a spreadsheet wrote this in scientific notation: `4.15556E+09`, `3,2e12`, `3E+9`.
pub(super) fn is_scientific(text: &str) -> bool {
    let text = text.trim_start_matches(['+', '-', '=', '"', '\'']);
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let mantissa = mantissa.trim_end();
    let exponent = exponent.trim_matches([' ', '"', '\'']);
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, part) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    is_digits(whole) && is_digits(part) && is_digits(exponent) && exponent.len() <= 3
}

/// Takes away quotes, formula marks, a float's tail and a number format's grouping.
pub(super) fn repair(text: &str) -> Cow<'_, str> {
    let text = without_tail(unquote(text));
    if is_grouped(text) {
        return Cow::Owned(text.replace(',', ""));
    }
    Cow::Borrowed(text)
}

/// `="+4670…"`, `"+4670…"`, `'+4670…`: how a cell is forced to stay text.
fn unquote(text: &str) -> &str {
    let text = text.strip_prefix('=').unwrap_or(text);
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let text = quoted.unwrap_or(text);
    text.strip_prefix('\'').unwrap_or(text).trim()
}

/// `4155551234.0`, `…,00`: the column was read as floats.
fn without_tail(text: &str) -> &str {
    let Some((number, tail)) = text.rsplit_once(['.', ',']) else {
        return text;
    };
    let digits = number.trim_start_matches(['+', '-']);
    if matches!(tail, "0" | "00") && (is_digits(digits) || is_grouped(digits)) { number } else { text }
}

/// `1,234,567`: one to three digits, then threes. One comma alone may be anything.
fn is_grouped(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    is_digits(first)
        && first.len() <= 3
        && text.bytes().filter(|b| *b == b',').count() >= 2
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_scientific_notation() {
        for text in ["1.6E+10", "2,0155E+09", "+3.90E+11", "3E9", "3.2e+12", "\"1E+9\""] {
            assert!(is_scientific(text), "{text}");
        }
        for text in ["0800 REVERSE", "12e", "e12", "1.2.3E4", "+4155551234"] {
            assert!(!is_scientific(text), "{text}");
        }
    }

    #[test]
    fn repairs_only_what_holds_no_information() {
        for (text, want) in [
            ("4155551234.0", "4155551234"),
            ("4740612345,00", "4740612345"),
            ("8,123,456,789", "8123456789"),
            ("8,123,456,789.00", "8123456789"),
            ("=\"+4670\"", "+4670"),
            ("'06 12", "06 12"),
            ("050,234,5678", "050,234,5678"),
            ("07400,123456", "07400,123456"),
            ("21.23.45.00", "21.23.45.00"),
        ] {
            assert_eq!(repair(text), want);
        }
    }
}
