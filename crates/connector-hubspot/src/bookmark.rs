//! Where the next reading of changes goes on, and how many there were since everybody was listed. Its text is the seam's
//! cursor. It does *not* read.

use std::time::Duration;

/// What a cursor says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bookmark {
    /// Changes of this moment (Unix milliseconds) and later are not known yet.
    pub(crate) since: i64,
    /// Readings of changes since everybody was listed.
    pub(crate) readings: u32,
}

impl Bookmark {
    /// After a reading whose newest change was `newest`, and that took so long: what changed meanwhile may have been
    /// missed, and the index shows it late.
    pub(crate) fn after(newest: i64, took: Duration, index_lag: Duration, readings: u32) -> Self {
        let overlap = i64::try_from((took + index_lag).as_millis()).unwrap_or(i64::MAX);
        Self { since: newest.saturating_sub(overlap).max(0), readings }
    }

    pub(crate) fn to_text(self) -> String {
        format!("1 {} {}", self.since, self.readings)
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (version, since, readings) = (parts.next()?, parts.next()?, parts.next()?);
        let bookmark = Self { since: since.parse().ok()?, readings: readings.parse().ok()? };
        (version == "1" && parts.next().is_none() && bookmark.since >= 0).then_some(bookmark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_survives_as_text_and_nothing_else_is_one() {
        let bookmark = Bookmark::after(1_000_000, Duration::from_secs(60), Duration::from_secs(300), 3);
        assert_eq!(bookmark, Bookmark { since: 640_000, readings: 3 });
        assert_eq!(Bookmark::parse(&bookmark.to_text()), Some(bookmark));
        for text in ["", "1", "1 5", "2 5 1", "1 x 1", "1 5 1 1", "1 -5 1"] {
            assert_eq!(Bookmark::parse(text), None, "{text}");
        }
    }
}
