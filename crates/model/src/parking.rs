//! The number that a contact holds for a moment while numbers are handed around in a circle (S21).
//!
//! Country code 999 is reserved and will never be a telephone number of anybody, so a parked number can be told from
//! a real one, also by a later run that finds it after a crash.

use crate::LinkId;

const PREFIX: &str = "+9990";

/// The parking number of a link: E.164 in form, nobody's in fact.
pub fn parking_number(link: LinkId) -> String {
    format!("{PREFIX}{:010}", link.0.unsigned_abs() % 10_000_000_000)
}

/// Whether a phone is one that a run parked.
pub fn is_parking_number(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| rest.len() == 10 && rest.bytes().all(|byte| byte.is_ascii_digit()))
}
