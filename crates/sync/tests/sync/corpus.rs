//! The numbers of the people in these stories. Stories that are killed at every step are `chaos`'s.

pub(crate) const ANN: &str = "+14155550101";
pub(crate) const BOB: &str = "+14155550102";
pub(crate) const CAT: &str = "+14155550103";
