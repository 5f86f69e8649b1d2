//! Rule 1: what the writer could not see goes; digits, dashes and spaces of any script become ASCII.
//!
//! Does not decide whether the text is a number, and does not touch letters or other marks: an odd
//! character that carries meaning (a bullet, a keycap) must still be there to be refused.
use std::borrow::Cow;

use super::verdict::Rejection;

/// No phone cell is longer; the parser's cost must not depend on a pasted document.
const MAX_CHARS: usize = 250;

/// Trims, drops format characters and maps look-alikes to ASCII. A line break inside stays as one
/// `\n`, because it may stand between two numbers.
pub(super) fn clean(raw: &str) -> Result<Cow<'_, str>, Rejection> {
    if raw.len() > MAX_CHARS && raw.chars().nth(MAX_CHARS).is_some() {
        return Err(Rejection::TooLong);
    }
    let trimmed = raw.trim_matches(|c| is_space(c) || is_line_break(c) || is_format(c));
    if trimmed.is_empty() {
        return Err(Rejection::Empty);
    }
    if trimmed.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return Ok(Cow::Borrowed(trimmed));
    }
    let mut text = String::with_capacity(trimmed.len());
    for c in trimmed.chars() {
        if is_line_break(c) {
            if !text.ends_with('\n') {
                text.push('\n');
            }
        } else if is_space(c) {
            text.push(' ');
        } else if c.is_control() {
            return Err(Rejection::ControlCharacter);
        } else if !is_format(c) {
            text.push(to_ascii(c));
        }
    }
    Ok(Cow::Owned(text))
}

/// Invisible marks: zero-width, direction, joiners, byte order, soft hyphen.
const fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

const fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_space(c: char) -> bool {
    c == '\t' || (c.is_whitespace() && !c.is_control() && !is_line_break(c))
}

fn to_ascii(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        _ => digit(c).map_or(c, char::from),
    }
}

/// The decimal digits of every script come in runs of ten; these are the zeros (Unicode 16, `Nd`).
const ZEROS: [u32; 70] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0,
    0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50,
    0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce, 0x1e140, 0x1e2f0,
    0x1e4f0, 0x1e5f1, 0x1e950,
];

fn digit(c: char) -> Option<u8> {
    let code = u32::from(c);
    if code < ZEROS[0] {
        return None;
    }
    if let 0x1d7ce..=0x1d7ff = code {
        // Five mathematical alphabets lie side by side.
        return u8::try_from((code - 0x1d7ce) % 10).ok().map(|d| b'0' + d);
    }
    let zero = ZEROS[ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?];
    u8::try_from(code - zero).ok().filter(|d| *d < 10).map(|d| b'0' + d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_what_looks_like_ascii() {
        for (raw, text) in [
            ("\u{202a}+45 32\u{202c}", "+45 32"),
            ("\u{ff0b}\u{ff14}\u{ff15}", "+45"),
            ("+\u{664}\u{665}", "+45"),
            ("\u{1d7d8}\u{1d7e2}", "00"),
            ("1\u{2007}2\u{30fc}3", "1 2-3"),
            ("1\r\n2", "1\n2"),
            (" 1\t2\n", "1 2"),
        ] {
            assert_eq!(clean(raw).as_deref(), Ok(text), "{raw:?}");
        }
    }

    #[test]
    fn refuses_control_characters_and_documents() {
        assert_eq!(clean("1\u{7}2"), Err(Rejection::ControlCharacter));
        assert_eq!(clean(" \u{feff}\n"), Err(Rejection::Empty));
        assert_eq!(clean(&"1".repeat(251)), Err(Rejection::TooLong));
        assert!(clean(&"\u{664}".repeat(250)).is_ok());
    }

    #[test]
    fn zeros_are_sorted_for_the_search() {
        assert!(ZEROS.is_sorted());
    }
}
