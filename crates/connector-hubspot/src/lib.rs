//! `HubSpot`'s contacts over its CRM API, as a replica of tieline.
//!
//! - [`dialect`]: paths, sizes, limits and words of the API's version, in one place.
//! - [`requests`]: one file per call: `prepare` makes a request, `parse` reads its answer; no I/O.
//! - [`columns`]: which property is which field; a contact's JSON to a record and back.
//! - `transport`: sends, paces, retries, counts the day's requests.
//! - `definitions`: whether the account has the properties, and what they take.
//! - `listing`, `feed`, `reading`, `writing`: everything, what changed, single contacts, batches.
//! - `histories`: who set which value when.
//! - `activities`: calls on the pages of their contacts.
//!
//! It does *not* normalise, compare records of two sides, or decide what to write.

pub mod columns;
pub mod config;
pub mod dialect;
pub mod error;
pub mod requests;

mod account;
mod activities;
mod answers;
mod bookmark;
mod client;
mod connect;
mod daily;
mod definitions;
mod feed;
mod histories;
mod http;
mod listing;
mod merged;
mod reading;
mod transport;
mod writing;

pub use columns::PRESET;
pub use config::{Config, Timeouts};
pub use connect::HubspotConnector;
pub use http::check_url;
