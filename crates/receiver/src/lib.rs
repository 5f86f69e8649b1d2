//! `tieline serve`: takes what JustCall posts, webhooks and callbacks, into the state, and shows the page behind a link
//! that dials.
//!
//! It answers 200 only when an event is on the disk. It knows no connector and no configuration: reading a body, checking
//! its signature, finding a name and dialling are handed in ([`Desk`]). It has no TLS of its own.

mod app;
mod connections;
mod door;
mod inbox;
mod keys;
mod link;
mod meters;
mod pace;
mod page;
mod serve;

pub use app::{Clock, Desk, Door, Limits, NotTaken, Options, Posted, Ring, Told};
pub use keys::{Keys, is_same};
pub use link::{BadLink, Link};
pub use serve::Receiver;
