//! Tells people and monitors how a run went: a [`Summary`] by file, e-mail, webhook or chat ([`Channel`]), and a sign of
//! life to a monitor ([`Ping`]).
//!
//! It knows neither the state nor the configuration file: who calls says what happened, what was told before
//! ([`Told`]), and where to. Nothing here can fail a run: each channel gives its own result, within a short time.

mod channel;
mod error;
mod file;
mod html;
mod mail;
mod parts;
mod ping;
mod slack;
mod summary;
mod text;
mod told;
mod web;

pub use channel::{Channel, send_all};
pub use error::Error;
pub use file::File;
pub use mail::{Mail, MailSettings, Tls, check_address, is_local};
pub use parts::{Block, Entry};
pub use ping::{Ping, Signal};
pub use summary::{Counts, Ended, Limits, Options, Standing, Summary, Trouble, Written};
pub use told::{Condition, Overdue, Told};
pub use web::{Form, Webhook, check_url};
