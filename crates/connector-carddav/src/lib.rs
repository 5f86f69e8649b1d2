//! An address book over `CardDAV` (RFC 6352, RFC 6578), as a replica of tieline: vCards 3.0 and 4.0.
//!
//! A card is patched, never rebuilt: what nobody edited goes back byte for byte, in its order, grouped, labelled and
//! folded as it came. Servers differ in what they promise, so every write looks first and looks again afterwards.
//! It does *not* normalise, compare contacts or decide.

pub mod card;
mod config;
mod connect;
mod convert;
mod cursor;
mod discover;
mod error;
mod fetch;
mod hints;
mod href;
mod http;
mod known;
mod listing;
mod names;
pub mod requests;
mod transport;
mod writing;
mod xml;

pub use config::{Auth, Config, IdSource, PRESET, Timeouts};
pub use connect::CarddavConnector;
pub use convert::check_fields;
pub use http::check_url;
pub use names::{Held, Name, NameError};
