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
#[error("unknown region '{given}', the nearest known is '{nearest}'")]
pub struct UnknownRegion {
    /// What was given.
    pub given: Box<str>,
    /// The known code closest to it.
    pub nearest: Region,
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
        // Names people write instead of the code, then the closest spelling.
        let nearest = match given.as_str() {
            "UK" => "GB".to_owned(),
            "USA" => "US".to_owned(),
            _ => given.clone(),
        };
        let nearest = Self::all()
            .into_iter()
            .min_by_key(|region| strsim::damerau_levenshtein(&nearest, &region.to_string()))
            .unwrap_or(Self::NONE);
        Err(UnknownRegion { given: text.into(), nearest })
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
    fn names_the_nearest() {
        for (given, nearest) in [("UK", "GB"), ("USA", "US"), ("D", "AD")] {
            let error = Region::from_str(given).expect_err("unknown");
            assert_eq!(error.nearest.to_string(), nearest);
        }
    }
}
