//! What a person should mend in the contacts themselves, as every view shows it. Finding it is the engine's.

use model::Side;

/// How many contacts of a side can take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualitySide {
    /// Which.
    pub side: Side,
    /// Records read.
    pub records: u64,
    /// Those whose number can be used.
    pub usable: u64,
}

/// Findings of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityGroup {
    /// On which side; none where it is about both.
    pub side: Option<Side>,
    /// What they have in common.
    pub title: String,
    /// A line for each, as others typed it: not yet safe to show.
    pub rows: Vec<String>,
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quality {
    /// The sides that were looked at.
    pub sides: Vec<QualitySide>,
    /// What was found there, side by side, then what concerns both.
    pub groups: Vec<QualityGroup>,
}
