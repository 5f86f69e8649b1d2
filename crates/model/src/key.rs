//! The match key of a contact: E.164 number and extension, packed. Not a parser: `engine` makes keys from text.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

/// A phone as a key: the digits of the E.164 number, and the extension.
///
/// Packed into two integers because a run compares millions of them. Extensions keep their leading zeros by a
/// leading 1 digit; 0 means none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneKey {
    number: u64,
    /// One more than its digits say: what is never 0 leaves room for "no key" without more memory.
    extension: NonZeroU64,
}

impl PhoneKey {
    /// From `+14155551234` and extension digits ("" for none). `None` where either is not of that form (E.164 has at
    /// most 15 digits; extensions beyond 18 do not occur).
    pub fn new(e164: &str, extension: &str) -> Option<Self> {
        let digits = e164.strip_prefix('+')?;
        if digits.is_empty() || digits.len() > 15 || digits.starts_with('0') || extension.len() > 18 {
            return None;
        }
        let number = parse_digits(digits, 0)?;
        let extension = if extension.is_empty() { 0 } else { parse_digits(extension, 1)? };
        Some(Self::from_parts(number, extension))
    }

    /// The number without its extension, as an integer. Two keys with equal numbers reach the same line.
    pub const fn number(self) -> u64 {
        self.number
    }

    /// The E.164 text, without the extension.
    pub fn e164(self) -> String {
        format!("+{}", self.number)
    }

    /// The extension's digits, "" for none.
    pub fn extension(self) -> String {
        match self.to_parts().1 {
            0 => String::new(),
            digits => digits.to_string()[1..].to_owned(),
        }
    }

    /// The two integers, for storage.
    pub const fn to_parts(self) -> (u64, u64) {
        (self.number, self.extension.get() - 1)
    }

    /// From stored integers.
    pub const fn from_parts(number: u64, extension: u64) -> Self {
        Self { number, extension: NonZeroU64::MIN.saturating_add(extension) }
    }
}

fn parse_digits(text: &str, seed: u64) -> Option<u64> {
    text.bytes().try_fold(seed, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0')))
}

impl fmt::Display for PhoneKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.number)?;
        if self.to_parts().1 != 0 {
            write!(f, ";ext={}", self.extension())?;
        }
        Ok(())
    }
}

impl FromStr for PhoneKey {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (number, extension) = text.split_once(";ext=").unwrap_or((text, ""));
        Self::new(number, extension).ok_or_else(|| format!("`{text}` is no E.164 number"))
    }
}

impl Serialize for PhoneKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PhoneKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extension_keeps_leading_zeros() {
        let key = PhoneKey::new("+14155551234", "007").expect("a key");
        assert_eq!(key.to_string(), "+14155551234;ext=007");
        assert_eq!(key.to_string().parse(), Ok(key));
    }

    #[test]
    fn refuses_what_is_not_e164() {
        for text in ["", "+", "14155551234", "+0123", "+1415555123a", "+1234567890123456"] {
            assert_eq!(PhoneKey::new(text, ""), None, "{text}");
        }
    }
}
