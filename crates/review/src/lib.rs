//! `tieline review`: a local web page on which people look at what waits, decide conflicts and apply a plan.
//!
//! Server-rendered; everything works without JavaScript. It knows no connector and no configuration: making a plan, applying
//! it and looking at quality is handed in ([`Jobs`]). Deciding stores answers and writes to neither side; only
//! applying does, and only a plan that was shown and confirmed.

mod actions;
mod app;
mod apply;
mod ask;
mod calls;
mod conflicts;
mod contact;
mod elsewhere;
mod exclusions;
mod filter;
mod gate;
mod held;
mod jobs;
mod keys;
mod layout;
mod login;
mod name;
mod overview;
mod plan;
mod quality;
mod runs;
mod serve;
mod undo;
mod work;
mod writes;

pub use app::Options;
pub use jobs::{Jobs, Rung, Trouble};
pub use keys::{Keys, Random};
pub use serve::{Reach, router, serve};
