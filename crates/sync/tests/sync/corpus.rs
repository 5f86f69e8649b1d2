//! The people in these stories, and their numbers. Stories that are killed at every step are `chaos`'s.

use crate::story::Story;
use testkit::Kind;

pub(crate) const ANN: &str = "+14155550101";
pub(crate) const BOB: &str = "+14155550102";
pub(crate) const CAT: &str = "+14155550103";

/// Ann, Bob and Cat, each known to both sides under the name of a company of her own.
pub(crate) fn synced(justcall: Kind) -> Story {
    let story = Story::between(justcall, Kind::file());
    for (name, phone) in [("Ann", ANN), ("Bob", BOB), ("Cat", CAT)] {
        story.crm.add(&[("first_name", name), ("phone", phone), ("company", name)]);
    }
    story.settle();
    story
}
