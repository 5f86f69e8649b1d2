//! Rule 10: habits of writing that hide a valid number, tried only when the text is not valid.
//!
//! Each repair is one people are known to make, and counts only if what comes out is valid. Nothing
//! here adds a digit, and nothing takes away digits that do not repeat what already stands there.
use rlibphonenumber::PhoneNumberUtil;

use super::{
    parse::{self, Reading},
    region::Region,
};

/// The valid number hidden in a text that is not valid as it stands.
pub(super) fn rescue<'a>(library: &'a PhoneNumberUtil, text: &str, region: Region) -> Option<Reading<'a>> {
    let valid = |text: &str| parse::valid(library, text, region);
    if let Some(reading) = without_trunk(text).and_then(|text| valid(&text)) {
        return Some(reading);
    }
    if let Some(text) = international(text) {
        let found = valid(&text).or_else(|| without_trunk(&text).and_then(|text| valid(&text)));
        return found.or_else(|| international_habits(library, &text, region));
    }
    if text.starts_with('+') {
        return international_habits(library, text, region);
    }
    mexican(library, text, region).and_then(|text| valid(&text))
}

fn international_habits<'a>(library: &'a PhoneNumberUtil, text: &str, region: Region) -> Option<Reading<'a>> {
    let candidate = [code_written_twice(library, text), second_plus(library, text), mexican_abroad(text)];
    let texts = candidate.into_iter().flatten();
    texts.into_iter().find_map(|text| parse::valid(library, &text, region))
}

/// `00` is the international prefix nearly everywhere, also where the region is unknown.
fn international(text: &str) -> Option<String> {
    let rest = text.trim_start_matches(['(', ' ']).strip_prefix("00")?;
    let rest = rest.trim_start_matches([' ', ')', '-', '.', '/']);
    let is_code = rest.starts_with(|c| matches!(c, '1'..='9'));
    (is_code && !rest.contains('+')).then(|| format!("+{rest}"))
}

/// `+49 (0) 30`: the zero is dialled inside the country only.
fn without_trunk(text: &str) -> Option<String> {
    let at = text.find("(0)").or_else(|| text.find("[0]"))?;
    let before = &text[..at];
    (before.starts_with('+') || before.bytes().any(|b| b.is_ascii_digit()))
        .then(|| format!("{before} {}", &text[at + 3..]))
}

/// `+45 45 3441…` with a gap between the codes, or `+45 00 45 3441…`. Without gap or prefix the
/// second code may be the number's own beginning.
fn code_written_twice(library: &PhoneNumberUtil, text: &str) -> Option<String> {
    let digits = digits_of(text);
    (1..=3).find_map(|length| {
        let code = digits.get(..length)?;
        if !parse::is_calling_code(library, code) {
            return None;
        }
        let rest = digits.get(length..)?;
        let number = if rest.strip_prefix("00").is_some_and(|rest| rest.starts_with(code)) {
            after_digits(text, length + 2)?
        } else {
            let mut parts = text.trim_start_matches('+').splitn(3, |c: char| !c.is_ascii_digit());
            let twice = parts.next() == Some(code) && parts.next() == Some(code);
            after_digits(text, length).filter(|_| twice)?
        };
        Some(format!("+{}", number.trim_start_matches(|c: char| !c.is_ascii_digit())))
    })
}

/// What follows the first digits; marks and an extension stay where they are.
fn after_digits(text: &str, count: usize) -> Option<&str> {
    let digits = text.char_indices().filter(|(_, c)| c.is_ascii_digit());
    let last = digits.map(|(at, _)| at).nth(count.checked_sub(1)?)?;
    text.get(last + 1..)
}

/// `+34+34969060906`: what follows the last plus begins with the code in front of it.
fn second_plus(library: &PhoneNumberUtil, text: &str) -> Option<String> {
    let (front, number) = text.rsplit_once('+')?;
    let code = digits_of(front);
    let same = !code.is_empty() && digits_of(number).starts_with(&code);
    (same && parse::is_calling_code(library, &code)).then(|| format!("+{number}"))
}

/// Mexico abolished the mobile `1` and the prefixes 044, 045 and 01 in 2019; messengers and old
/// lists still carry them.
fn mexican_abroad(text: &str) -> Option<String> {
    let digits = digits_of(text);
    without_mexican_prefix(digits.strip_prefix("52")?)
}

fn mexican(library: &PhoneNumberUtil, text: &str, region: Region) -> Option<String> {
    let code = region.inner().and_then(|region| library.get_country_code_for_region(region));
    if code != Some(52) {
        return None;
    }
    let digits = digits_of(text);
    let abroad = || digits.strip_prefix("52").and_then(without_mexican_prefix);
    without_mexican_prefix(&digits).or_else(abroad)
}

fn without_mexican_prefix(digits: &str) -> Option<String> {
    ["044", "045", "01", "1"].into_iter().find_map(|prefix| {
        let number = digits.strip_prefix(prefix)?;
        (number.len() == 10).then(|| format!("+52{number}"))
    })
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
