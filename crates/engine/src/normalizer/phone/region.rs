//! The region a national number is read in.
//!
//! A thin wrapper, so that the library's types do not reach the other crates. It does not guess a
//! region from a name or a locale.
use std::{fmt, str::FromStr};

use rlibphonenumber::PHONE_NUMBER_UTIL;

/// An ISO 3166-1 alpha-2 code the phone library knows, or none (`ZZ`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region(Option<rlibphonenumber::Region>);

impl Region {
    /// No region: only international numbers can be read.
    pub const NONE: Self = Self(None);

    /// Every known region, in alphabetical order.
    pub fn all() -> Vec<Self> {
        let mut known: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
        // The library's order is by the two letters.
        known.sort_unstable();
        known.into_iter().map(|region| Self(Some(region))).collect()
    }

    pub(super) const fn inner(self) -> Option<rlibphonenumber::Region> {
        self.0
    }
}

/// A region code nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown region '{given}'{}", in_words(.meant.as_ref()))]
pub struct UnknownRegion {
    /// What was given.
    pub given: Box<str>,
    /// The region that people write so. Of two letters, every spelling is near to a dozen others: no guess.
    pub meant: Option<Region>,
}

fn in_words(region: Option<&Region>) -> String {
    region.map(|region| format!(", did you mean '{region}'?")).unwrap_or_default()
}

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let given = text.trim().to_ascii_uppercase();
        if given == "ZZ" {
            return Ok(Self::NONE);
        }
        let known = given.parse::<rlibphonenumber::Region>().ok();
        if let Some(region) = known.filter(|region| supported(*region)) {
            return Ok(Self(Some(region)));
        }
        // Names people write instead of the code.
        let meant = match given.as_str() {
            "UK" => "GB",
            "USA" => "US",
            _ => "",
        };
        let meant = meant.parse::<rlibphonenumber::Region>().ok().map(|region| Self(Some(region)));
        Err(UnknownRegion { given: text.into(), meant })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(region) => write!(f, "{region}"),
            None => f.write_str("ZZ"),
        }
    }
}

fn supported(region: rlibphonenumber::Region) -> bool {
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_known_codes() {
        assert_eq!(Region::from_str("us").map(|r| r.to_string()), Ok("US".into()));
        assert_eq!(Region::from_str("ZZ"), Ok(Region::NONE));
        assert!(Region::all().len() > 200);
    }

    #[test]
    fn names_what_was_meant_and_guesses_nothing_else() {
        for (given, meant) in [("UK", Some("GB")), ("USA", Some("US")), ("D", None), ("", None), ("XX", None)] {
            let error = Region::from_str(given).expect_err("unknown");
            assert_eq!(error.meant.map(|region| region.to_string()).as_deref(), meant, "{given}: {error}");
        }
    }
}
