//! Phone text to E.164.
//!
//! The rules, in the order they are tried, one file each: `clean` what is invisible, `damage` and
//! `lookalike` what is no number, `uri` addresses, `several` numbers in one cell, `labels` and
//! `letters` words, `parse` the library's reading, `rescue` old habits. `cell` and `single` put
//! them in order; this file is the door, with the short way for clean numbers.
//!
//! It never changes what is stored: a rejected or split text stays as the user typed it. Whether a
//! number exists is not known here, only whether its range is assigned.
mod cell;
mod clean;
mod damage;
mod labels;
mod letters;
mod lookalike;
mod parse;
mod region;
mod rescue;
mod seen;
mod several;
mod single;
mod uri;
mod verdict;

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberUtil};

pub use region::{Region, UnknownRegion};
pub use verdict::{Phone, Rejection, Verdict};

/// The release of the phone library, which carries the numbering plans. The library does not tell
/// the version of its metadata, and no release changes it silently.
const METADATA_VERSION: &str = "rlibphonenumber 2.2.15";

/// Reads phone texts. One per thread: it owns its instance of the library.
pub struct PhoneNormalizer {
    default_region: Region,
    own: Option<PhoneNumberUtil>,
    seen: seen::Seen,
}

impl fmt::Debug for PhoneNormalizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneNormalizer").field("default_region", &self.default_region).finish_non_exhaustive()
    }
}

impl PhoneNormalizer {
    /// The country of numbers without a country code.
    pub const fn region(&self) -> Region {
        self.default_region
    }

    /// A normaliser that reads national numbers as the region's. Takes some milliseconds.
    pub fn new(default_region: Region) -> Self {
        Self { default_region, own: PhoneNumberUtil::new().ok(), seen: seen::Seen::new() }
    }

    /// What the text means, read in the default region.
    pub fn normalize(&self, raw: &str) -> Verdict {
        self.normalize_in(raw, self.default_region)
    }

    /// What the text means, read in this region.
    pub fn normalize_in(&self, raw: &str, region: Region) -> Verdict {
        if is_strict(raw) {
            return self.settled_from(raw);
        }
        let text = match clean::clean(raw) {
            Ok(text) => text,
            Err(why) => return Verdict::Reject(why),
        };
        if is_strict(&text) {
            return self.settled_from(&text);
        }
        self.settled(self.cell(&text, region))
    }

    /// The version of the numbering plans: a new one may change verdicts of unchanged texts.
    pub fn metadata_version() -> &'static str {
        METADATA_VERSION
    }

    fn library(&self) -> &PhoneNumberUtil {
        self.own.as_ref().unwrap_or(&PHONE_NUMBER_UTIL)
    }

    /// Plus and digits: no rule about text applies, and no region.
    fn strict(&self, text: &str) -> Verdict {
        // Longer numbers cannot be E.164; they are read, but not remembered.
        let digits = text[1..].parse::<u64>().ok().filter(|_| text.len() <= 16);
        if digits.is_some_and(|digits| self.seen.contains(digits)) {
            return Verdict::Accept(Phone { e164: text.into(), extension: "".into() });
        }
        let verdict = self.number(text, Region::NONE);
        if let (Verdict::Accept(phone), Some(digits)) = (&verdict, digits)
            && *phone.e164 == *text
        {
            self.seen.insert(digits);
        }
        verdict
    }

    /// The verdict on plus and digits. What comes out unchanged is settled already.
    fn settled_from(&self, text: &str) -> Verdict {
        match self.strict(text) {
            Verdict::Accept(phone) if *phone.e164 == *text => Verdict::Accept(phone),
            Verdict::Unverified(phone) if *phone.e164 == *text => Verdict::Unverified(phone),
            verdict => self.settled(verdict),
        }
    }

    /// Our own output must read back as itself, or two runs would disagree.
    fn settled(&self, verdict: Verdict) -> Verdict {
        let accepted = matches!(verdict, Verdict::Accept(_));
        let (Verdict::Accept(mut phone) | Verdict::Unverified(mut phone)) = verdict else {
            return verdict;
        };
        // North America has one length and no prefix its own numbers begin with.
        if is_north_american(&phone.e164) && accepted {
            return Verdict::Accept(phone);
        }
        for _ in 0..3 {
            let again = self.strict(&phone.e164);
            let (Verdict::Accept(next) | Verdict::Unverified(next)) = &again else {
                break;
            };
            if next.e164 == phone.e164 {
                return match again {
                    Verdict::Accept(_) => Verdict::Accept(phone),
                    _ => Verdict::Unverified(phone),
                };
            }
            phone.e164.clone_from(&next.e164);
        }
        Verdict::Reject(Rejection::Ambiguous)
    }
}

/// `+` and 5 to 17 digits that do not begin with zero.
fn is_strict(text: &str) -> bool {
    matches!(text.as_bytes(), [b'+', b'1'..=b'9', rest @ ..]
        if (4..=16).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit))
}

fn is_north_american(e164: &str) -> bool {
    matches!(e164.as_bytes(), [b'+', b'1', b'2'..=b'9', rest @ ..] if rest.len() == 9)
}
