//! Rule 4 and the fillers: texts made of digits that are no phone number.
//!
//! Works on shape alone. A shape that people also write numbers in (four pairs with dots, a date
//! with a two-digit year) is left to the parser.
use super::{damage, verdict::Rejection};

/// The reason to refuse the text before any reading, if there is one.
pub(super) fn refuse(text: &str) -> Option<Rejection> {
    if damage::is_scientific(text) {
        return Some(Rejection::Scientific);
    }
    if text.contains(['@', '$', '\u{20ac}', '\u{a3}']) {
        return Some(Rejection::IdLike);
    }
    if is_masked(text) {
        return Some(Rejection::Masked);
    }
    if is_date(text) {
        return Some(Rejection::DateLike);
    }
    if is_ip_address(text) {
        return Some(Rejection::IpAddress);
    }
    if groups(text, '-').is_some_and(|g| lengths(&g) == [3, 2, 4]) {
        return Some(Rejection::IdLike);
    }
    None
}

/// `1234567890` and the like, typed to get past a form. Only the bare national text: behind a
/// country code the same digits can be somebody's number.
pub(super) fn is_filler(text: &str) -> bool {
    if text.contains('+') || text.bytes().any(|b| b.is_ascii_alphabetic()) {
        return false;
    }
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
    matches!(digits.as_slice(), b"1234567" | b"12345678" | b"123456789" | b"1234567890" | b"0123456789")
}

/// Eight equal digits at the end, in a number nobody assigned.
pub(super) fn is_repeated(e164: &str) -> bool {
    let tail = e164.as_bytes().rchunks(8).next().unwrap_or_default();
    tail.len() == 8 && tail.iter().all(|b| *b == tail[0])
}

/// `415-XXX-1234`, `*** 1234`. Brazil writes the carrier's place as `0xx`, which is not a mask.
fn is_masked(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_mask = |b: u8| matches!(b, b'x' | b'X' | b'*' | b'#');
    (1..bytes.len()).any(|at| {
        let (left, right) = (bytes[at - 1], bytes[at]);
        if !is_mask(left) || !is_mask(right) || !left.eq_ignore_ascii_case(&right) {
            return false;
        }
        let before = at.checked_sub(2).map_or(b' ', |i| bytes[i]);
        let after = bytes.get(at + 1).copied().unwrap_or(b' ');
        let in_word = |b: u8| b.is_ascii_alphabetic() && !is_mask(b);
        let carrier = before == b'0' && after.is_ascii_digit() && !matches!(left, b'*' | b'#');
        !carrier && !in_word(before) && !in_word(after)
    }) || text.contains("\u{2022}\u{2022}")
}

/// A date with a four-digit year, alone or in front of a time.
fn is_date(text: &str) -> bool {
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let rest = &text[day.len()..];
    if !rest.is_empty() && !rest.contains(':') {
        return false;
    }
    ['/', '-', '.'].into_iter().any(|separator| {
        let Some(groups) = groups(day, separator) else {
            return false;
        };
        let number = |i: usize| groups[i].parse::<u32>().unwrap_or(0);
        let small = |i: usize| (1..=31).contains(&number(i)) && groups[i].len() <= 2;
        let year = |i: usize| (1900..=2099).contains(&number(i)) && groups[i].len() == 4;
        let month = |i: usize, k: usize| number(i).min(number(k)) <= 12;
        groups.len() == 3
            && ((small(0) && small(1) && year(2) && month(0, 1)) || (year(0) && small(1) && small(2) && month(1, 2)))
    })
}

/// Four numbers up to 255 with dots. Four pairs are how Norway and others write numbers, and no
/// address has a zero in front.
fn is_ip_address(text: &str) -> bool {
    let text = text.split([':', '/']).next().unwrap_or_default();
    groups(text, '.').is_some_and(|groups| {
        groups.len() == 4
            && groups.iter().any(|g| g.len() != 2)
            && groups.iter().all(|g| (g.len() == 1 || !g.starts_with('0')) && g.parse::<u16>().is_ok_and(|n| n <= 255))
    })
}

/// The digit groups, if the text is nothing but digits and this separator.
fn groups(text: &str, separator: char) -> Option<Vec<&str>> {
    let groups: Vec<&str> = text.split(separator).collect();
    (groups.len() > 2 && groups.iter().all(|group| damage::is_digits(group))).then_some(groups)
}

fn lengths(groups: &[&str]) -> Vec<usize> {
    groups.iter().map(|group| group.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_look_alikes() {
        for (text, why) in [
            ("1/7/2026", Rejection::DateLike),
            ("2026-01-07", Rejection::DateLike),
            ("07.01.2026 12:30", Rejection::DateLike),
            ("192.168.1.1", Rejection::IpAddress),
            ("10.0.0.1:8080", Rejection::IpAddress),
            ("078-05-1120", Rejection::IdLike),
            ("415-XXX-1234", Rejection::Masked),
            ("***-***-1234", Rejection::Masked),
            ("+49 151 234567xx", Rejection::Masked),
            ("4.1E+9", Rejection::Scientific),
            ("a@b.com", Rejection::IdLike),
        ] {
            assert_eq!(refuse(text), Some(why), "{text}");
        }
    }

    #[test]
    fn leaves_numbers() {
        for text in ["21.23.45.67", "(0xx11) 998765432", "06*12345678", "23.12.34", "Exxon 415 555"] {
            assert_eq!(refuse(text), None, "{text}");
        }
    }

    #[test]
    fn knows_fillers() {
        assert!(is_filler("01 23 45 67 89"));
        assert!(!is_filler("012 34 56 78"));
        assert!(!is_filler("+911234567890"));
        assert!(is_repeated("+15555555555"));
        assert!(!is_repeated("+15551234567"));
    }
}
