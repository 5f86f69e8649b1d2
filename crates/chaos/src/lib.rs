//! The whole job in a made-up world: two replicas in memory, a real state file, an injected clock, and users, faults
//! and crashes that follow from a seed. After every run it is checked what must hold whatever happens (I1 to I16, L1 to
//! L15; docs/reliability.md says which and where).
//!
//! A [`Story`] is data: generated, played, shrunk and kept. Nothing here is asked by the job itself, and nothing here
//! touches a real replica or a user's files.
// A rig for tests: what cannot happen in it may panic, and a panic while a story is told is a finding of its own. Its
// flags are independent facts about a story.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, clippy::similar_names, clippy::struct_excessive_bools)]

mod campaign;
mod checks;
mod corpus;
mod crashes;
mod generate;
mod invariants;
mod play;
mod quiet_panics;
mod shrink;
mod small;
mod story;
mod truth;
mod watch;
mod world;

pub use campaign::{Campaign, Failure, Totals, run as campaign};
pub use checks::{Broken, Checks};
pub use corpus::{Tale, tales};
pub use crashes::{PAIRS, crash_everywhere, pair};
pub use generate::generate;
pub use play::{Played, Style, play};
pub use shrink::shrink;
pub use small::{SmallScope, small_scope};
pub use story::{Choices, Fault, Step, Story, Traits};
pub use world::{World, default_settings};
